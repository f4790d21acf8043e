"""The number of the last change of every event and group, for those who ask what is new since last time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("event", "meetup_group")


def upgrade() -> None:
    """Add the columns; what is there already was changed before any number."""
    for table in _TABLES:
        for name in ("change", "born"):
            op.add_column(table, sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
        op.create_index(f"ix_{table}_change", table, ["change", "id"])


def downgrade() -> None:
    """Drop them."""
    for table in _TABLES:
        op.drop_index(f"ix_{table}_change", table_name=table)
        for name in ("born", "change"):
            op.drop_column(table, name)
