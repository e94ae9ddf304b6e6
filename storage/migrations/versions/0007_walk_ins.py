"""walk-ins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    for table in ("consultations", "addenda"):
        entry = sa.Column("entry", sa.String(), server_default="bot", nullable=False)
        op.add_column(table, entry)
        op.add_column(table, sa.Column("logged_by", sa.BigInteger(), nullable=True))
    op.add_column("consultations", sa.Column("took_place_on", sa.Date(), nullable=True))
    op.add_column("case_events", sa.Column("held_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Revert the change."""
    op.drop_column("case_events", "held_on")
    op.drop_column("consultations", "took_place_on")
    for table in ("addenda", "consultations"):
        op.drop_column(table, "logged_by")
        op.drop_column(table, "entry")
