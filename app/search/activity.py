"""How often a group met in each month of the last year."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Final

from app.core.zones import zone
from app.db import Reading, rows
from app.search.filters import LIVE

_MONTHS: Final = 12
# Nobody meets oftener; more is not read.
_MOST: Final = 2_000
_STARTS: Final = """
    SELECT e.start_at, e.timezone FROM event e
    WHERE e.group_id = :group AND e.start_at >= :since AND e.start_at <= :now AND {live}
      AND e.event_status <> 'EventCancelled'
    ORDER BY e.start_at DESC LIMIT :most
"""


def meetings_by_month(connection: Reading, group: int, now: datetime) -> list[tuple[date, int]]:
    """The first days of the last twelve months, this one included, oldest first, each with the number of events that were held."""
    months = [_months_before(now.date(), count) for count in reversed(range(_MONTHS))]
    # A day earlier: where the event was, the month may have begun before.
    since = int(datetime(months[0].year, months[0].month, 1, tzinfo=UTC).timestamp()) - 86_400
    asked = {"group": group, "since": since, "now": int(now.timestamp()), "most": _MOST}
    held = Counter(
        datetime.fromtimestamp(start, UTC).astimezone(zone(name)).date().replace(day=1)
        for start, name in rows(connection, _STARTS.format(live=LIVE), asked)
    )
    return [(month, held[month]) for month in months]


def _months_before(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return date(year, month + 1, 1)
