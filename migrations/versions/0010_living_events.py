"""The indexes of events by place hold only what can be found: a walk needs no row to know that an event is there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BY_START = ("ix_event_cell_start_at", ["cell", "start_at", "until_at", "lat", "lon"])
_BY_END = ("ix_event_long", ["cell", "until_at", "start_at", "lat", "lon"])
_LONG = "until_at - start_at > 86400"
_LIVING = "removed_at IS NULL AND merged_into IS NULL"


def upgrade() -> None:
    """Make both indexes anew."""
    _drop()
    _make(_BY_START, _LIVING)
    _make(_BY_END, f"{_LONG} AND {_LIVING}")


def downgrade() -> None:
    """Make them as they were."""
    _drop()
    _make(_BY_START, None)
    _make(_BY_END, _LONG)


def _drop() -> None:
    for name, _ in (_BY_START, _BY_END):
        op.drop_index(name, table_name="event")


def _make(index: tuple[str, list[str]], condition: str | None) -> None:
    where = None if condition is None else sa.text(condition)
    op.create_index(index[0], "event", index[1], sqlite_where=where, postgresql_where=where)
