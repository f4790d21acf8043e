"""Where a company can be met: coming events that it hosts, sponsors or speaks at, near a place and online, with what says so."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from app.db import Reading
from app.places.records import Place
from app.search.engine import find_events
from app.search.query import DEFAULT_RADIUS_KM, Area, Box, Circle, Query
from app.search.rows import Row, RowCache
from app.service.pages import event_items
from app.textindex.tokens import Wanted, holds_phrase, names_company

_WIDE: Final = frozenset({"country", "region"})
# More are read than are shown: what the company does there decides which ones.
_READ: Final = 20
# Best first: whoever hosts is there for certain.
_ROLES: Final = ("hosts", "venue", "speaks", "sponsors", "named")
_TEXTS: Final = {
    "hosts": "{company} organises it",
    "venue": "It takes place at {company}",
    "speaks": "Somebody from {company} speaks",
    "sponsors": "{company} sponsors it",
    "named": "{company} is named in the listing",
}
_SENTENCES: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_SPONSORS: Final = re.compile(r"(?i)\b(?:sponsor|gesponsert|parrain|sponsoris|patrocin|supported by)")
_SPEAKS: Final = re.compile(
    r"(?i)\b(?:speak|talk|keynote|present|panel|lecture|fireside|vortrag|referent|sprecher|interven|confér|ponent|charla)"
)
_LONGEST_EVIDENCE: Final = 200


def company_events(
    connection: Reading,
    company: str,
    place: Place | None,
    now: datetime,
    base_url: str,
    limit: int,
    *,
    online: bool,
) -> list[dict[str, Any]]:
    """`CompanyEventOut`s, those with the strongest part of the company first; empty for a name without a word in it.

    Near the place and online; online alone for whoever works from anywhere; anywhere if nothing is known.
    """
    phrase = names_company(company)
    if not phrase:
        return []
    rows = RowCache()
    asked = Query(now=now, company=(phrase,), limit=_READ)
    queries = [] if online else [replace(asked, areas=_areas(place))]
    if online or place is not None:
        queries.append(replace(asked, mode="online"))
    said: dict[int, tuple[tuple[str, str | None], int, dict[str, Any]]] = {}
    for query in queries:
        found = find_events(connection, query, rows)
        for row, item in zip(found.rows, event_items(connection, found, base_url, rows), strict=True):
            if row.event_status != "EventCancelled" and row.id not in said:
                said[row.id] = _role(row, phrase), row.start_at, item
    best = sorted(said.values(), key=lambda each: (_ROLES.index(each[0][0]), each[1], each[2]["id"]))
    return [
        {
            "event": item,
            "role": role,
            "reasons": [
                {
                    "code": f"company_{role}",
                    "text": _TEXTS[role].format(company=company),
                    "evidence": evidence,
                }
            ],
        }
        for (role, evidence), _, item in best[:limit]
    ]


def _areas(place: Place | None) -> tuple[Area, ...]:
    if place is None:
        return ()
    if place.kind in _WIDE and place.box is not None:
        return (Box(*place.box),)
    return (Circle(place.lat, place.lon, DEFAULT_RADIUS_KM),)


def _role(row: Row, phrase: tuple[Wanted, ...]) -> tuple[str, str | None]:
    """What the company does at an event, and the words that say so."""
    if holds_phrase(phrase, [row.group_name], exactly=True):
        return "hosts", row.group_name
    if holds_phrase(phrase, [row.place_name], exactly=True):
        return "venue", row.place_name
    named: str | None = None
    for text in (row.name, *_SENTENCES.split(row.description or "")):
        if not holds_phrase(phrase, [text], exactly=True):
            continue
        evidence = text.strip()[:_LONGEST_EVIDENCE]
        if _SPONSORS.search(text):
            return "sponsors", evidence
        if _SPEAKS.search(text):
            return "speaks", evidence
        named = named or evidence
    return "named", named
