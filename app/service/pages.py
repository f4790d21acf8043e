"""Pages of events and groups: parameters in, `EventPage` and `GroupPage` out, the same for API, web and commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from app.db import Reading
from app.search import cursor as cursors
from app.search.engine import TOTAL_UP_TO, Found, find_events, find_groups
from app.search.query import Query
from app.search.related import related_of_events, related_of_groups
from app.search.rows import RowCache
from app.search.series import more_dates
from app.search.words import nearest_words
from app.service.links import is_private, links_of
from app.service.parameters import EventParameters, GroupParameters, TopicParameters
from app.service.resolution import ResolvedQuery, resolve_query
from app.service.serialize import distance_json, event_json, facets_json, group_json
from app.textindex.tokens import parse, words_in

_MORE: Final = f"{TOTAL_UP_TO}+"
_SHORT_RADIUS_KM: Final = 60.0
_SHORT: Final = frozenset(
    [
        "near",
        "lat",
        "lon",
        "radius_km",
        "from_",
        "to",
        "field",
        "interest",
        "purpose",
        "mode",
        "free",
        "sort",
        "limit",
        "cursor",
    ]
)


def is_short(parameters: TopicParameters) -> bool:
    """Whether a page takes SQLite a few milliseconds at most: events around a town, without words or counts."""
    return (
        isinstance(parameters, EventParameters)
        and parameters.model_fields_set <= _SHORT
        and parameters.sort != "relevance"
        and bool(parameters.near or parameters.lat is not None)
        and parameters.radius_km <= _SHORT_RADIUS_KM
    )


def event_page(
    connection: Reading,
    parameters: EventParameters,
    now: datetime,
    base_url: str,
    row_cache: RowCache | None = None,
) -> dict[str, Any]:
    """An `EventPage`. Raises the problem that names every error in the parameters."""
    row_cache = RowCache() if row_cache is None else row_cache

    def find(connection: Reading, query: Query) -> Found:
        return find_events(connection, query, row_cache)

    question = resolve_query(parameters, now, "events")
    found = _found(connection, question, question.text, find)
    items = event_items(connection, found, base_url, row_cache)
    if question.query.collapse:
        more = more_dates(connection, found.rows)
        items = [item | {"more_dates": more[row.id]} for item, row in zip(items, found.rows, strict=True)]
    return _document(question, found, items, base_url)


def group_page(
    connection: Reading, parameters: GroupParameters, now: datetime, base_url: str
) -> dict[str, Any]:
    """A `GroupPage`. Raises the problem that names every error in the parameters."""
    question = resolve_query(parameters, now, "groups")
    found = _found(connection, question, question.text, find_groups)
    items = group_items(connection, found, question.query.now, base_url)
    return _document(question, found, items, base_url)


def event_items(
    connection: Reading, found: Found, base_url: str, row_cache: RowCache
) -> list[dict[str, Any]]:
    """The `EventOut` of each row. What does not depend on the query is made once for many pages."""
    items = row_cache.items
    missing = [row for row in found.rows if row.id not in items]
    if missing:
        related = related_of_events(connection, missing)
        for row in missing:
            items[row.id] = event_json(row, related, base_url)
    return [items[row.id] | distance_json(found.distances[row.id]) for row in found.rows]


def group_items(connection: Reading, found: Found, now: datetime, base_url: str) -> list[dict[str, Any]]:
    """The `GroupOut` of each row."""
    related = related_of_groups(connection, found.rows, now)
    return [
        group_json(row, related, base_url, now) | distance_json(found.distances[row.id]) for row in found.rows
    ]


def _found(
    connection: Reading,
    question: ResolvedQuery,
    text: str | None,
    find: Callable[[Reading, Query], Found],
) -> Found:
    """What is found. If nothing is, and a word occurs in no listing, what is found for the most similar word."""
    found = find(connection, question.query)
    if not text:
        return found
    corrected = None if found.rows else _corrected(connection, text)
    if corrected is not None:
        found = find(connection, replace(question.query, text=parse(corrected)))
    question.resolved["q"] = {
        "input": text,
        "words": [wanted.word for wanted in parse(corrected or text).wanted],
        "did_you_mean": corrected,
    }
    return found


def _corrected(connection: Reading, text: str) -> str | None:
    """The text with each unknown word replaced by the most similar known one; None if nothing is replaced."""
    parts = []
    changed = False
    for part in text.split():
        words = words_in(part)
        near = nearest_words(connection, words[0], 1) if len(words) == 1 and part[0] != "-" else []
        parts.append(near[0] if near else part)
        changed = changed or bool(near)
    return " ".join(parts) if changed else None


def _document(
    question: ResolvedQuery, found: Found, items: list[dict[str, Any]], base_url: str
) -> dict[str, Any]:
    private = is_private(question.parameters, question.resolved)
    document: dict[str, Any] = {
        "items": items,
        "next": _next(question, found),
        "total": None if found.total is None else _count(found.total),
        "resolved": question.resolved,
        "links": None if private else links_of(question.kind, question.parameters, base_url),
    }
    if question.query.facets:
        document["facets"] = facets_json(found.facets)
    if question.query.explain:
        document["removed_by"] = {name: _count(number) for name, number in found.removed.items()}
    return document


def _next(question: ResolvedQuery, found: Found) -> str | None:
    """The cursor of the next page."""
    if found.next is None:
        return None
    cursor = cursors.Cursor(*found.next, now=question.query.now, until=found.until)
    return cursors.encode(cursor, question.question)


def _count(number: int) -> int | str:
    return number if number <= TOTAL_UP_TO else _MORE
