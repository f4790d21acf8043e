"""A month as weeks of days, each with its events. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from babel import Locale

from app.translations.translator import Translator
from app.web.embed.words import EmbedItem

WeekStart = Literal["auto", "mon", "sat", "sun"]
_NUMBERS: Final = {"mon": 0, "sat": 5, "sun": 6}
# Named in a day; how many more there are is told.
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the grid; `inside` if it is in the month shown. `more` are the events beside the ones named."""

    date: date
    words: str
    inside: bool
    today: bool
    items: tuple[EmbedItem, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month; `earlier` and `later` name its neighbours as the parameter does."""

    words: str
    weekdays: tuple[tuple[str, str], ...]
    weeks: tuple[tuple[Day, ...], ...]
    earlier: str
    later: str


def month_of(
    first: date, items: Sequence[EmbedItem], say: Translator, start: WeekStart, today: date
) -> Month:
    """The month that begins on `first`; weeks begin as asked, or as in the country."""
    by_day: dict[date, list[EmbedItem]] = {}
    for item in items:
        # What began before the month may go on in it.
        if item.day is not None and item.last_day is not None and item.last_day >= first:
            by_day.setdefault(max(item.day, first), []).append(item)
    begins = _begins(say.locale, start)
    weeks = calendar.Calendar(begins).monthdatescalendar(first.year, first.month)
    return Month(
        words=say.month(first),
        weekdays=tuple((say.short_weekday(day), say.weekday(day)) for day in weeks[0]),
        weeks=tuple(
            tuple(_day(day, first, by_day.get(day, []), say, today) for day in week) for week in weeks
        ),
        earlier=_named(first - timedelta(days=1)),
        later=_named(first + timedelta(days=calendar.monthrange(first.year, first.month)[1])),
    )


def _day(day: date, first: date, items: Sequence[EmbedItem], say: Translator, today: date) -> Day:
    inside = day.month == first.month
    return Day(
        date=day,
        words=say.day(day),
        inside=inside,
        today=day == today,
        items=tuple(items[:_MOST_NAMED]) if inside else (),
        more=max(0, len(items) - _MOST_NAMED) if inside else 0,
    )


def _begins(locale: Locale, start: WeekStart) -> int:
    return int(locale.first_week_day) if start == "auto" else _NUMBERS[start]


def _named(day: date) -> str:
    return f"{day:%Y-%m}"
