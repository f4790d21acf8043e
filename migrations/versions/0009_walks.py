"""The indexes of events by place hold all that a walk compares: what is over is passed without reading its row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_LONG = sa.text("until_at - start_at > 86400")


def upgrade() -> None:
    """Make both indexes anew."""
    _make(["cell", "start_at", "until_at", "lat", "lon"], ["cell", "until_at", "start_at", "lat", "lon"])


def downgrade() -> None:
    """Make them as they were."""
    _make(["cell", "start_at", "lat", "lon"], ["cell", "until_at"])


def _make(by_start: list[str], by_end: list[str]) -> None:
    for name in ("ix_event_cell_start_at", "ix_event_long"):
        op.drop_index(name, table_name="event")
    op.create_index("ix_event_cell_start_at", "event", by_start)
    op.create_index("ix_event_long", "event", by_end, sqlite_where=_LONG, postgresql_where=_LONG)
