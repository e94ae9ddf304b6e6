"""consent to sharing, referrals and their news."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Json, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "sharing_decisions",
        sa.Column("id", key, nullable=False),
        _case("sharing_decisions", key),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_decisions")),
    )
    op.create_index(
        op.f("ix_sharing_decisions_consultation_id"), "sharing_decisions", ["consultation_id"]
    )
    op.create_table(
        "missions",
        _case("missions", key),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("consultation_id", name=op.f("pk_missions")),
    )
    op.create_table(
        "referrals",
        sa.Column("id", key, nullable=False),
        _case("referrals", key),
        sa.Column(
            "partner_id",
            key,
            sa.ForeignKey("partners.id", name=op.f("fk_referrals_partner_id_partners")),
            nullable=False,
        ),
        sa.Column("referred_by", sa.BigInteger(), nullable=False),
        sa.Column("referred_at", UtcDateTime(), nullable=False),
        sa.Column("sheet", Json, nullable=False),
        sa.Column("sheet_version", sa.Integer(), nullable=False),
        sa.Column("sheet_digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
        sa.UniqueConstraint(
            "consultation_id", "partner_id", name=op.f("uq_referrals_consultation_id_partner_id")
        ),
    )
    op.create_index(op.f("ix_referrals_partner_id"), "referrals", ["partner_id"])
    op.create_table(
        "referral_news",
        sa.Column("id", key, nullable=False),
        sa.Column(
            "referral_id",
            key,
            sa.ForeignKey("referrals.id", name=op.f("fk_referral_news_referral_id_referrals")),
            nullable=False,
        ),
        sa.Column("news", sa.String(), nullable=False),
        sa.Column("heard_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_news")),
        sa.UniqueConstraint(
            "referral_id",
            "news",
            "heard_on",
            name=op.f("uq_referral_news_referral_id_news_heard_on"),
        ),
    )


def _case(table: str, key: sa.types.TypeEngine[int]) -> sa.Column[int]:
    name = op.f(f"fk_{table}_consultation_id_consultations")
    return sa.Column(
        "consultation_id", key, sa.ForeignKey("consultations.id", name=name), nullable=False
    )


def downgrade() -> None:
    """Revert the change."""
    op.drop_table("referral_news")
    op.drop_index(op.f("ix_referrals_partner_id"), table_name="referrals")
    op.drop_table("referrals")
    op.drop_table("missions")
    op.drop_index(op.f("ix_sharing_decisions_consultation_id"), table_name="sharing_decisions")
    op.drop_table("sharing_decisions")
