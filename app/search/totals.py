"""What is counted on request beside a page: facets, and what each filter removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from app.search.query import FILTERS, Query, without_filter
from app.search.rows import Row, topics_of


def without_each(query: Query) -> Iterator[tuple[str, Query]]:
    """The query without each of its filters, by the name of the parameter."""
    bare = replace(query, facets=(), explain=False)
    for choice in query.topics:
        yield choice.kind, replace(bare, topics=tuple(each for each in query.topics if each is not choice))
    for parameter in FILTERS:
        without = without_filter(bare, parameter)
        if without is not None:
            yield parameter, without


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
