"""matches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "matches",
        sa.Column("id", key, nullable=False),
        sa.Column("consultation_id", key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("engagement", sa.String(), nullable=False),
        sa.Column("talent", sa.String(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("pay", sa.String(), nullable=True),
        sa.Column("from_prefecture", sa.Boolean(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_matches_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
        sa.UniqueConstraint(
            "consultation_id", "number", name=op.f("uq_matches_consultation_id_number")
        ),
    )
    op.create_table(
        "match_events",
        sa.Column("id", key, nullable=False),
        sa.Column("match_id", key, nullable=False),
        sa.Column("draft_id", key, nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("engagement", sa.String(), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["match_id"], ["matches.id"], name=op.f("fk_match_events_match_id_matches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_events")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_match_events_draft_id")),
    )
    op.create_index(op.f("ix_match_events_match_id"), "match_events", ["match_id"])
    with op.batch_alter_table("kpi_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("match_id", key, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_kpi_events_match_id_matches"), "matches", ["match_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_kpi_events_match_id"), ["match_id"], unique=False)


def downgrade() -> None:
    """Revert the change."""
    with op.batch_alter_table("kpi_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kpi_events_match_id"))
        batch_op.drop_constraint(batch_op.f("fk_kpi_events_match_id_matches"), type_="foreignkey")
        batch_op.drop_column("match_id")
    op.drop_index(op.f("ix_match_events_match_id"), table_name="match_events")
    op.drop_table("match_events")
    op.drop_table("matches")
