"""Which ids lead to an event or group is looked up when listings part: an id that went up in another comes back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TABLES = ("event", "meetup_group")


def upgrade() -> None:
    """Index the merged rows."""
    merged = sa.text("merged_into IS NOT NULL")
    for table in _TABLES:
        op.create_index(
            f"ix_{table}_merged_into", table, ["merged_into"], sqlite_where=merged, postgresql_where=merged
        )


def downgrade() -> None:
    """Drop the indexes."""
    for table in _TABLES:
        op.drop_index(f"ix_{table}_merged_into", table)
