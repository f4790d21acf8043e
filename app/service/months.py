"""The events of one calendar month, for the month views of embeds and of the search page."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.db import Reading
from app.service.links import links_of
from app.service.pages import event_page
from app.service.parameters import EventParameters
from app.service.resolution import resolve_query

# What the days of a month have room for is a part of it, but each day says how many there are.
_MOST: Final = 600
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MonthPage:
    """The `EventPage` of a month, its first day, and the date it is where it was asked for."""

    document: dict[str, Any]
    first: date
    today: date


def month_page(
    connection: Reading, asked: EventParameters, month: str | None, now: datetime, base_url: str
) -> MonthPage:
    """The events of a month (`2026-12`), by default of this one; `links` are those of the month. Raises as `event_page` does."""
    # Which month it is depends on where: the place is understood first.
    near = resolve_query(asked, now, "events").resolved["near"]
    zone = next((each["place"]["timezone"] for each in near), None)
    today = now.astimezone(ZoneInfo(zone or "UTC")).date()
    first = today.replace(day=1) if month is None else date.fromisoformat(f"{month}-01")
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    # An event has the date of its own zone, which may be another one than that of the place.
    document = event_page(connection, _between(asked, first - _DAY, last + _DAY), now, base_url)
    if document["links"] is not None:
        document["links"] = links_of("events", _between(asked, first, last), base_url)
    return MonthPage(document, first, today)


def _between(asked: EventParameters, first: date, last: date) -> EventParameters:
    span = {"from_": first.isoformat(), "to": last.isoformat(), "limit": _MOST, "sort": "start"}
    return asked.model_copy(update=span)
