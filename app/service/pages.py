"""A page of events or groups as the document that clients get: understood, found, shaped. The same for every door.

The API, its quick path and `nextcircle search` answer with what is made here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from app.db import Reading
from app.places.cells import km_to_miles
from app.search import cursor as cursors
from app.search.engine import TOTAL_UP_TO, Found, find_events, find_groups
from app.search.query import Query
from app.search.related import beside_events, beside_groups
from app.search.rows import Kept
from app.search.words import nearest_words
from app.service.parameters import EventParameters, GroupParameters, understand
from app.service.serialize import event_json, facets_json, group_json
from app.textindex.tokens import parse, words_in

_MORE: Final = f"{TOTAL_UP_TO}+"


def event_document(
    connection: Reading, asked: EventParameters, now: datetime, base_url: str
) -> dict[str, Any]:
    """An `EventPage`. Raises the problem that names everything that is wrong with the question."""
    query, resolved, question = understand(asked, now, "events")
    found = _found(connection, query, asked.q, resolved, find_events)
    beside = beside_events(connection, found.rows)
    items = [event_json(row, beside, found.distances[row.id], base_url) for row in found.rows]
    return _document(query, resolved, question, found, items)


def event_bytes(
    connection: Reading, asked: EventParameters, now: datetime, base_url: str, kept: Kept
) -> bytes:
    """The same as JSON, made of what was `kept` of other answers."""
    query, resolved, question = understand(asked, now, "events")

    def find(connection: Reading, query: Query) -> Found:
        return find_events(connection, query, kept)

    found = _found(connection, query, asked.q, resolved, find)
    return joined(connection, query, resolved, question, found, base_url, kept)


def joined(
    connection: Reading,
    query: Query,
    resolved: dict[str, Any],
    question: str,
    found: Found,
    base_url: str,
    kept: Kept,
) -> bytes:
    """The JSON of a page, put together from items that were made before; each has its own distance at its end."""
    shaped = kept.items
    missing = [row for row in found.rows if row.id not in shaped]
    if missing:
        beside = beside_events(connection, missing)
        for row in missing:
            item = event_json(row, beside, None, base_url)
            del item["distance_km"], item["distance_mi"]
            shaped[row.id] = orjson.dumps(item)[:-1]
    far = found.distances
    items = b",".join([shaped[row.id] + _far(far[row.id]) for row in found.rows])
    begin, mark, end = orjson.dumps(_document(query, resolved, question, found, [])).partition(b'"items":[')
    return b"".join((begin, mark, items, end))


def _far(km: float | None) -> bytes:
    """The end of an item."""
    if km is None:
        return b',"distance_km":null,"distance_mi":null}'
    return b',"distance_km":%.2f,"distance_mi":%.2f}' % (km, km_to_miles(km))


def group_document(
    connection: Connection, asked: GroupParameters, now: datetime, base_url: str
) -> dict[str, Any]:
    """A `GroupPage`."""
    query, resolved, question = understand(asked, now, "groups")
    found = _found(connection, query, asked.q, resolved, find_groups)
    beside = beside_groups(connection, found.rows, query.now)
    items = [group_json(row, beside, found.distances[row.id], base_url, query.now) for row in found.rows]
    return _document(query, resolved, question, found, items)


def following(found: Found, query: Query, question: str) -> str | None:
    """The cursor of the next page."""
    if found.next is None:
        return None
    return cursors.encode(cursors.Cursor(*found.next, now=query.now, until=found.until), question)


def _found(
    connection: Reading,
    query: Query,
    text: str | None,
    resolved: dict[str, Any],
    find: Callable[[Any, Query], Found],
) -> Found:
    """What is found; where nothing is and a word is one that nobody wrote, what is found for the word it could be."""
    found = find(connection, query)
    if not text:
        return found
    meant = None if found.rows else _corrected(connection, text)
    if meant is not None:
        found = find(connection, replace(query, text=parse(meant)))
    resolved["q"] = {
        "input": text,
        "words": [each.word for each in parse(meant or text).wanted],
        "did_you_mean": meant,
    }
    return found


def _corrected(connection: Reading, text: str) -> str | None:
    """The text with its unknown words replaced by the likeliest known ones; null if there is none to replace."""
    parts = []
    changed = False
    for part in text.split():
        words = words_in(part)
        near = nearest_words(connection, words[0], 1) if len(words) == 1 and part[0] != "-" else []
        parts.append(near[0] if near else part)
        changed = changed or bool(near)
    return " ".join(parts) if changed else None


def _document(
    query: Query, resolved: dict[str, Any], question: str, found: Found, items: list[dict[str, Any]]
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "items": items,
        "next": following(found, query, question),
        "total": None if found.total is None else _count(found.total),
        "resolved": resolved,
    }
    if query.facets:
        document["facets"] = facets_json(found.facets)
    if query.explain:
        document["removed_by"] = {name: _count(number) for name, number in found.removed.items()}
    return document


def _count(number: int) -> int | str:
    return number if number <= TOTAL_UP_TO else _MORE
