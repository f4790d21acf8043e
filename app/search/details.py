"""What stands beside a row in an answer: its sources, its group, a group's next event. A few reads for a whole page."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, text

from app.db import rows
from app.ingest.items import unpack
from app.search.filters import among
from app.search.loading import EVENT_PAGE, GROUP_PAGE, Shown, load_events, load_groups

_SOURCES: Final = """
    SELECT l.{reference}, l.id, s.platform, s.name, s.url, s.last_ok_at, s.attribution, s.license, s.terms
    FROM listing l JOIN source s ON s.id = l.source_id
    WHERE {among} AND l.removed_at IS NULL
    ORDER BY l.{reference}, s.id, l.id
"""
_CONTENTS: Final = "SELECT l.id, l.content FROM listing l WHERE {among}"
_LAST_EVENTS = """
    SELECT group_id, MAX(start_at) AS last_at FROM event
    WHERE group_id IN :ids AND removed_at IS NULL AND event_status <> 'EventCancelled' AND start_at <= :now
    GROUP BY group_id
"""
_NEXT_EVENTS = """
    SELECT group_id, MIN(start_at) AS next_at, COUNT(*) AS coming FROM event
    WHERE group_id IN :ids AND removed_at IS NULL AND event_status <> 'EventCancelled' AND start_at > :now
    GROUP BY group_id
"""
_PACE = """
    SELECT group_id, COUNT(*) AS events FROM event
    WHERE group_id IN :ids AND removed_at IS NULL AND event_status <> 'EventCancelled'
      AND start_at > :since AND start_at <= :until
    GROUP BY group_id
"""
_HALF_WINDOW = 90 * 86_400


@dataclass(slots=True)
class Beside:
    """By event or group id."""

    sources: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    last_event: dict[int, int] = field(default_factory=dict)
    next_event: dict[int, int] = field(default_factory=dict)
    events_per_month: dict[int, float] = field(default_factory=dict)


def beside_events(connection: Connection, page: Sequence[Shown]) -> Beside:
    """The sources of a page of events."""
    beside = Beside()
    _sources(connection, "event_id", page, beside)
    return beside


def beside_groups(connection: Connection, page: Sequence[Shown], now: datetime) -> Beside:
    """The sources and the activity of a page of groups."""
    beside = Beside()
    ids = [row.id for row in page]
    _sources(connection, "group_id", page, beside)
    if not ids:
        return beside
    moment = int(now.timestamp())
    for row in connection.execute(_many(_LAST_EVENTS), {"ids": ids, "now": moment}):
        beside.last_event[row.group_id] = row.last_at
    for row in connection.execute(_many(_NEXT_EVENTS), {"ids": ids, "now": moment}):
        beside.next_event[row.group_id] = row.next_at
    window = {"ids": ids, "since": moment - _HALF_WINDOW, "until": moment + _HALF_WINDOW}
    for row in connection.execute(_many(_PACE), window):
        # Half a year is six months; what is announced counts as much as what was held.
        beside.events_per_month[row.group_id] = round(row.events / 6, 1)
    return beside


def one(connection: Connection, table: str, number: int) -> Shown | None:
    """The row of an id, removed or merged ones included; `table` is `event` or `meetup_group`."""
    if table == "event":
        return load_events(connection, [number], EVENT_PAGE).get(number)
    return load_groups(connection, [number], GROUP_PAGE).get(number)


def data_version(connection: Connection) -> str:
    """Changes with every stored change; ETags are made of it."""
    found = rows(connection, "SELECT value FROM meta WHERE key = 'data_version'", {})
    return str(found[0][0]) if found else "0"


def _sources(connection: Connection, reference: str, page: Sequence[Shown], beside: Beside) -> None:
    sqlite = connection.dialect.name == "sqlite"

    def ask(sql: str, column: str, ids: list[int]) -> list[Any]:
        listed = among(column, "ids", sqlite=sqlite)
        return rows(
            connection,
            sql.format(reference=reference, among=listed),
            {"ids": json.dumps(ids) if sqlite else ids},
        )

    pages = {row.id: row.url for row in page}
    if not pages:
        return
    found = ask(_SOURCES, f"l.{reference}", list(pages))
    known = Counter(owner for owner, *_ in found)
    # The page of what has one listing is that listing's; only of several it has to be looked up which is whose.
    several = [listing for owner, listing, *_ in found if known[owner] > 1]
    own = {
        listing: json.loads(unpack(content)).get("url")
        for listing, content in (ask(_CONTENTS, "l.id", several) if several else ())
    }
    for owner, listing, platform, name, url, last_ok_at, attribution, license_, terms in found:
        shown = {
            "platform": platform,
            "name": name,
            "url": own.get(listing, pages[owner] if known[owner] == 1 else None)
            or (url if url.startswith("http") else None),
            "last_seen": last_ok_at,
            "attribution": attribution or name,
            "license": license_,
            "terms": terms,
        }
        if shown not in beside.sources[owner]:
            beside.sources[owner].append(shown)


def _many(sql: str) -> Any:
    return text(sql).bindparams(bindparam("ids", expanding=True))
