"""relay, prompts, desk names, topics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    _make_messages()
    _make_copies()
    op.create_table(
        "case_topics",
        sa.Column("consultation_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_case_topics_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("consultation_id", "chat_id", name=op.f("pk_case_topics")),
    )
    op.create_table(
        "prompts",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("consultation_id", _KEY, nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_prompts_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_prompts")),
    )
    op.drop_table("note_prompts")
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("desk_name", sa.String(), nullable=True))


def _make_messages() -> None:
    op.create_table(
        "relay_messages",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("consultation_id", _KEY, nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("author", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("album", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=True),
        sa.Column("signed", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_relay_messages_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay_messages")),
        sa.UniqueConstraint(
            "chat_id", "message_id", name=op.f("uq_relay_messages_chat_id_message_id")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("relay_messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_relay_messages_consultation_id_id", ["consultation_id", "id"], unique=False
        )
        batch_op.create_index("ix_relay_messages_author_album", ["author", "album"], unique=False)


def _make_copies() -> None:
    op.create_table(
        "relay_copies",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("relay_message_id", _KEY, nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=True),
        sa.Column("has_header", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["relay_message_id"],
            ["relay_messages.id"],
            name=op.f("fk_relay_copies_relay_message_id_relay_messages"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay_copies")),
        sa.UniqueConstraint(
            "chat_id", "message_id", name=op.f("uq_relay_copies_chat_id_message_id")
        ),
    )
    with op.batch_alter_table("relay_copies", schema=None) as batch_op:
        batch_op.create_index(
            "ix_relay_copies_relay_message_id_chat_id",
            ["relay_message_id", "chat_id"],
            unique=False,
        )


def downgrade() -> None:
    """Revert the change."""
    op.drop_column("staff", "desk_name")
    op.create_table(
        "note_prompts",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("consultation_id", _KEY, nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_note_prompts_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_note_prompts")),
    )
    for name in ("prompts", "case_topics", "relay_copies", "relay_messages"):
        op.drop_table(name)
