"""What is counted on request beside a page: facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from app.search.query import Query
from app.search.rows import Row, topics_of

# Parameters that can be left out, and the member of the query that each is.
_FILTERS: Final = {
    "q": "text",
    "company": "company",
    "access": "access",
    "weekday": "weekdays",
    "part_of_day": "parts_of_day",
    "free": "free",
    "language": "language",
    "group": "group_id",
    "activity": "activity",
}


def without_each(query: Query) -> Iterator[tuple[str, Query]]:
    """The query without each of its filters, by the name of the parameter."""
    bare = replace(query, facets=(), explain=False)
    for choice in query.topics:
        yield choice.kind, replace(bare, topics=tuple(each for each in query.topics if each is not choice))
    usual = Query(now=query.now)
    for name, member in _FILTERS.items():
        if getattr(query, member) != getattr(usual, member):
            value: Any = frozenset({"any"}) if name == "activity" else getattr(usual, member)
            without: dict[str, Any] = {member: value}
            yield name, replace(bare, **without)
    if query.mode is not None:
        yield "mode", replace(bare, mode=None)


def count_facets(query: Query, rows: Iterable[Row]) -> dict[str, Counter[str]]:
    """How many rows each topic or attendance mode has, by facet."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in query.facets}
    alike: Counter[tuple[str, str | None]] = Counter(
        (row.topics, getattr(row, "event_attendance_mode", None)) for row in rows
    )
    for (topics, mode), number in alike.items():
        said = topics_of(topics)
        for name, counter in counts.items():
            if name == "mode":
                counter[mode or "unknown"] += number
            else:
                for each, _ in said.get(name, ()):
                    counter[each] += number
    return counts
