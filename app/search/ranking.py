"""The keys that pages are ordered by: distances, scores, activity."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from app.search.areas import distance_to
from app.search.query import Query
from app.search.rows import Row, topics_of
from app.taxonomy.keys import topic_key
from app.textindex.tokens import Wanted, holds_phrase, stems, words_in

# What two words side by side are worth, in percent of a name that has them all; in a name twice that.
_SIDE_BY_SIDE: Final = 10
_ACTIVE: Final = timedelta(days=60)
_SLOWING: Final = timedelta(days=180)


def activity_state(latest_event_at: datetime | None, now: datetime) -> str:
    """active (an event ahead or within 60 days), slowing (within 180), dormant, or unknown."""
    if latest_event_at is None:
        return "unknown"
    if latest_event_at > now - _ACTIVE:
        return "active"
    return "slowing" if latest_event_at > now - _SLOWING else "dormant"


def page_of_smallest(
    query: Query, keyed: Iterable[tuple[float, int]]
) -> tuple[list[tuple[float, int]], tuple[float, int] | None]:
    """The page of the smallest keys after the cursor, and the key to go on after."""
    if query.after is not None:
        after = query.after
        keyed = (each for each in keyed if each > after)
    page = heapq.nsmallest(query.limit + 1, keyed)
    more = len(page) > query.limit
    page = page[: query.limit]
    return page, page[-1] if more else None


def metres(query: Query, lat: float | None, lon: float | None) -> float:
    """Metres to the nearest place asked for; infinite without one."""
    distance = distance_to(query.areas, lat, lon)
    return math.inf if distance is None else float(round(distance * 1000))


def topical_score(query: Query, row: Row) -> int:
    """How well a row's topics and name fit what was asked, in percent: confidences add up, a name counts as a topic."""
    score = 0
    for choice in query.topics:
        if choice.include:
            kind: Any = choice.kind
            score += sum(
                round(confidence * 100)
                for each, confidence in topics_of(row.topics).get(choice.kind, ())
                if topic_key(kind, each) in choice.include
            )
    if query.text.wanted:
        named = {term for word in words_in(row.name) for term in stems(word)}
        met = sum(1 for each in query.text.wanted if not named.isdisjoint(each.terms))
        score += round(100 * met / len(query.text.wanted))
        score += _SIDE_BY_SIDE * _neighbours(query.text.wanted, row)
    return score


def _neighbours(wanted: Sequence[Wanted], row: Row) -> int:
    """How many words that stand side by side in the question do so in the name as well, or else in the description."""
    if len(wanted) < 2:
        return 0
    told = (getattr(row, "description", None) or "").casefold()
    return sum(
        2 * holds_phrase(pair, (row.name,)) or f"{pair[0].word} {pair[1].word}" in told
        for pair in pairwise(wanted)
    )


def moment(seconds: int | None) -> datetime | None:
    """The aware UTC datetime of epoch seconds."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
