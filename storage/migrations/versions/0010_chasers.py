"""chasers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "chasers",
        sa.Column("id", key, nullable=False),
        sa.Column("consultation_id", key, nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_chasers_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chasers")),
        sa.UniqueConstraint(
            "consultation_id",
            "matter",
            "subject",
            "number",
            name=op.f("uq_chasers_consultation_id_matter_subject_number"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "snoozes",
        sa.Column("consultation_id", key, autoincrement=False, nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_snoozes_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("consultation_id", "matter", name=op.f("pk_snoozes")),
    )


def downgrade() -> None:
    """Revert the change."""
    op.drop_table("snoozes")
    op.drop_table("chasers")
