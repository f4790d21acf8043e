"""The months of a group as bars, with the same in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.translations.translator import Translator

HEIGHT: Final = 64
STEP: Final = 20
# A group that meets once a month is not drawn as if it met every week.
_LEAST_FULL: Final = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """A month: where its bar begins and how high it is, its letter, and its words."""

    x: int
    height: int
    letter: str
    words: str
    count: str


@dataclass(frozen=True, slots=True)
class ActivityPlot:
    """The bars of a year and how many events that were together."""

    bars: tuple[Bar, ...]
    said: str
    width: int


def activity_plot(months: Sequence[tuple[date, int]], say: Translator) -> ActivityPlot | None:
    """The last year as bars; None where nothing was held in it, as far as is known."""
    total = sum(count for _, count in months)
    if not total:
        return None
    full = max(_LEAST_FULL, *(count for _, count in months))
    bars = tuple(
        Bar(
            x=number * STEP,
            height=round(count / full * HEIGHT) if count else 1,
            letter=say.short_month(month)[:1].upper(),
            words=say.month(month),
            count=say.number(count),
        )
        for number, (month, count) in enumerate(months)
    )
    said = say.ngettext(
        "%(count)s event known of the last twelve months",
        "%(count)s events known of the last twelve months",
        total,
    )
    return ActivityPlot(bars, said, len(bars) * STEP)
