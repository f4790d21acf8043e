"""Stored events are found by what each of their listings says of place and time, and towns apart from venues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TOWN = sa.text("NOT all_day AND NOT exact AND removed_at IS NULL AND merged_into IS NULL")


def upgrade() -> None:
    """Add column, index and table.

    Of events stored before nobody knows whether the point is a venue's, so they are taken for towns, which costs time; and
    what their listings say otherwise than the row is not written down. `nextcircle reclassify` brings both up to date.
    """
    op.add_column("event", sa.Column("exact", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_event_town", "event", ["cell", "start_at"], sqlite_where=_TOWN, postgresql_where=_TOWN
    )
    op.create_table(
        "event_variant",
        sa.Column("event_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("listing_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("url_key", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", "listing_id", name=op.f("pk_event_variant")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_event_variant_cell", "event_variant", ["cell", "start_at"])
    for column in ("url_key", "group_id"):
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_event_variant_{column}",
            "event_variant",
            [column, "start_at"],
            sqlite_where=where,
            postgresql_where=where,
        )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("event_variant")
    op.drop_index("ix_event_town", table_name="event")
    op.drop_column("event", "exact")
