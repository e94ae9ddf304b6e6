"""staff forms."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.operations import BatchOperations

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SEQUENCE = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))


@contextmanager
def _drafts() -> Iterator[BatchOperations]:
    """Alter the table; SQLite makes another of it, which must not give out an old id again."""
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    mine = _SEQUENCE.c.name == "drafts"
    last = connection.scalar(sa.select(_SEQUENCE.c.seq).where(mine)) if is_sqlite else None
    with op.batch_alter_table("drafts", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        yield batch_op
    if last is not None:
        connection.execute(sa.delete(_SEQUENCE).where(mine))
        connection.execute(sa.insert(_SEQUENCE).values(name="drafts", seq=last))


def upgrade() -> None:
    """Apply the change."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with _drafts() as batch_op:
        batch_op.alter_column("consent_version", existing_type=sa.String(), nullable=True)
        batch_op.alter_column("consented_at", existing_type=UtcDateTime(), nullable=True)
        batch_op.add_column(sa.Column("consultation_id", key, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_drafts_consultation_id_consultations"),
            "consultations",
            ["consultation_id"],
            ["id"],
        )


def downgrade() -> None:
    """Revert the change; what staff are filling in is lost."""
    op.execute("DELETE FROM drafts WHERE consent_version IS NULL")
    with _drafts() as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_drafts_consultation_id_consultations"), type_="foreignkey"
        )
        batch_op.drop_column("consultation_id")
        batch_op.alter_column("consented_at", existing_type=UtcDateTime(), nullable=False)
        batch_op.alter_column("consent_version", existing_type=sa.String(), nullable=False)
