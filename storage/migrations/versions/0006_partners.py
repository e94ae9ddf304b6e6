"""partners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "partners",
        sa.Column("id", key, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
        sa.UniqueConstraint("token", name=op.f("uq_partners_token")),
    )
    is_live = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_partners_live_name",
        "partners",
        ["name_key"],
        unique=True,
        sqlite_where=is_live,
        postgresql_where=is_live,
    )
    for table in ("drafts", "return_calls", "consultations"):
        op.add_column(table, sa.Column("partner_id", key, nullable=True))
    op.create_index(op.f("ix_consultations_partner_id"), "consultations", ["partner_id"])

    op.create_table(
        "attributions",
        sa.Column("id", key, nullable=False),
        sa.Column("consultation_id", key, nullable=False),
        sa.Column("partner_id", key, nullable=True),
        sa.Column("actor", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_attributions_consultation_id_consultations"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f("fk_attributions_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attributions")),
    )
    op.create_index(op.f("ix_attributions_consultation_id"), "attributions", ["consultation_id"])


def downgrade() -> None:
    """Revert the change."""
    op.drop_index(op.f("ix_attributions_consultation_id"), table_name="attributions")
    op.drop_table("attributions")
    op.drop_index(op.f("ix_consultations_partner_id"), table_name="consultations")
    for table in ("consultations", "return_calls", "drafts"):
        op.drop_column(table, "partner_id")
    op.drop_index("uq_partners_live_name", table_name="partners")
    op.drop_table("partners")
