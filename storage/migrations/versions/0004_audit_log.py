"""audit log: searched by keyset, and never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_audit_log_at_id", ["at", "id"]),
    ("ix_audit_log_actor_at_id", ["actor", "at", "id"]),
    ("ix_audit_log_action_at_id", ["action", "at", "id"]),
    ("ix_audit_log_actor_action_at_id", ["actor", "action", "at", "id"]),
    ("ix_audit_log_subject_at_id", ["subject", "at", "id"]),
)
_REFUSAL = "the audit log is append-only"
# Rows may go once they were kept for five years, by the database's own clock.
# SQLite's REPLACE deletes without asking a trigger of deletions, hence the third.
_SQLITE = (
    f"""CREATE TRIGGER audit_log_update BEFORE UPDATE ON audit_log
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
    f"""CREATE TRIGGER audit_log_delete BEFORE DELETE ON audit_log
    WHEN OLD.at > datetime('now', '-5 years')
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
    """CREATE TRIGGER audit_log_replace BEFORE INSERT ON audit_log
    WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
)
_POSTGRESQL = (
    f"""CREATE FUNCTION audit_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '5 years' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION '{_REFUSAL}';
    END $$""",
    """CREATE TRIGGER audit_log_change BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_append_only()""",
    """CREATE TRIGGER audit_log_truncate BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_append_only()""",
)
_SQLITE_BACK = tuple(f"DROP TRIGGER audit_log_{name}" for name in ("update", "delete", "replace"))
_POSTGRESQL_BACK = (
    "DROP TRIGGER audit_log_change ON audit_log",
    "DROP TRIGGER audit_log_truncate ON audit_log",
    "DROP FUNCTION audit_log_append_only()",
)


def upgrade() -> None:
    """Apply the change."""
    op.drop_index("ix_audit_log_at", table_name="audit_log")
    for name, columns in _INDEXES:
        op.create_index(name, "audit_log", columns)
    _run(_SQLITE, _POSTGRESQL)


def downgrade() -> None:
    """Revert the change."""
    _run(_SQLITE_BACK, _POSTGRESQL_BACK)
    for name, _ in reversed(_INDEXES):
        op.drop_index(name, table_name="audit_log")
    op.create_index("ix_audit_log_at", "audit_log", ["at"])


def _run(sqlite: tuple[str, ...], postgresql: tuple[str, ...]) -> None:
    # Alembic rebuilds a table of SQLite's to alter it, and leaves the triggers behind: a later
    # migration that does so to this table makes them anew.
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in sqlite if is_sqlite else postgresql:
        op.execute(sa.text(statement))
