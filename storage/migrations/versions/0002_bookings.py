"""bookings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "closures",
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("starts_at", name=op.f("pk_closures")),
    )
    with op.batch_alter_table("closures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closures_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "bookings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("seat_until", UtcDateTime(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("held_until", UtcDateTime(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_bookings_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("uid", name=op.f("uq_bookings_uid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bookings_consultation_id"), ["consultation_id"], unique=False
        )
        batch_op.create_index(
            "ix_bookings_held",
            ["held_until"],
            unique=False,
            sqlite_where=sa.text("held_until IS NOT NULL"),
            postgresql_where=sa.text("held_until IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_bookings_live",
            ["starts_at", "seat_until", "method", "seat", "place", "state", "held_until"],
            unique=False,
            sqlite_where=sa.text("state IN ('held', 'booked')"),
            postgresql_where=sa.text("state IN ('held', 'booked')"),
        )
        batch_op.create_index("ix_bookings_starts_at", ["starts_at"], unique=False)
        batch_op.create_index(
            "ix_bookings_unanswered",
            ["consultation_id"],
            unique=False,
            sqlite_where=sa.text("state = 'unanswered'"),
            postgresql_where=sa.text("state = 'unanswered'"),
        )
        batch_op.create_index(
            "uq_bookings_live",
            ["consultation_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('held', 'booked')"),
            postgresql_where=sa.text("state IN ('held', 'booked')"),
        )

    op.create_table(
        "waiting",
        sa.Column(
            "consultation_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_waiting_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("consultation_id", name=op.f("pk_waiting")),
    )
    with op.batch_alter_table("waiting", schema=None) as batch_op:
        batch_op.create_index("ix_waiting_since", ["since", "consultation_id"], unique=False)

    op.create_table(
        "booking_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_booking_events_booking_id_bookings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_events")),
    )
    with op.batch_alter_table("booking_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_booking_events_booking_id"), ["booking_id"], unique=False
        )

    op.create_table(
        "booking_seats",
        sa.Column("quarter", UtcDateTime(), nullable=False),
        sa.Column("seat", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_booking_seats_booking_id_bookings")
        ),
        sa.PrimaryKeyConstraint("quarter", "seat", name=op.f("pk_booking_seats")),
        sa.UniqueConstraint(
            "quarter", "method", "place", name=op.f("uq_booking_seats_quarter_method_place")
        ),
    )
    with op.batch_alter_table("booking_seats", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_booking_seats_booking_id"), ["booking_id"], unique=False
        )

    op.add_column("consultations", sa.Column("call_when", sa.String(), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    # Not in a batch, which would copy the table and drop the one that others refer to.
    op.drop_column("consultations", "call_when")

    with op.batch_alter_table("booking_seats", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booking_seats_booking_id"))

    op.drop_table("booking_seats")
    with op.batch_alter_table("booking_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booking_events_booking_id"))

    op.drop_table("booking_events")
    with op.batch_alter_table("waiting", schema=None) as batch_op:
        batch_op.drop_index("ix_waiting_since")

    op.drop_table("waiting")
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_bookings_live",
            sqlite_where=sa.text("state IN ('held', 'booked')"),
            postgresql_where=sa.text("state IN ('held', 'booked')"),
        )
        batch_op.drop_index(
            "ix_bookings_unanswered",
            sqlite_where=sa.text("state = 'unanswered'"),
            postgresql_where=sa.text("state = 'unanswered'"),
        )
        batch_op.drop_index("ix_bookings_starts_at")
        batch_op.drop_index(
            "ix_bookings_live",
            sqlite_where=sa.text("state IN ('held', 'booked')"),
            postgresql_where=sa.text("state IN ('held', 'booked')"),
        )
        batch_op.drop_index(
            "ix_bookings_held",
            sqlite_where=sa.text("held_until IS NOT NULL"),
            postgresql_where=sa.text("held_until IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_bookings_consultation_id"))

    op.drop_table("bookings")
    with op.batch_alter_table("closures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closures_ends_at"))

    op.drop_table("closures")
