"""What stands beside a row in an answer: its sources, its group, a group's next event. A few reads for a whole page."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from app.db import Reading, is_sqlite, rows
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
_MEETINGS: Final = """
    SELECT group_id, MAX(CASE WHEN start_at <= :now THEN start_at END), MIN(CASE WHEN start_at > :now THEN start_at END),
           SUM(CASE WHEN start_at > :since AND start_at <= :until THEN 1 ELSE 0 END)
    FROM event
    WHERE {among} AND removed_at IS NULL AND merged_into IS NULL AND event_status <> 'EventCancelled'
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


def beside_events(connection: Reading, page: Sequence[Shown]) -> Beside:
    """The sources of a page of events."""
    beside = Beside()
    _sources(connection, "event_id", page, beside)
    return beside


def beside_groups(connection: Reading, page: Sequence[Shown], now: datetime) -> Beside:
    """The sources and the activity of a page of groups."""
    beside = Beside()
    ids = [row.id for row in page]
    _sources(connection, "group_id", page, beside)
    moment = int(now.timestamp())
    for group, last_at, next_at, events in meetings(connection, ids, moment):
        if last_at is not None:
            beside.last_event[group] = last_at
        if next_at is not None:
            beside.next_event[group] = next_at
        if events:
            # Half a year is six months; what is announced counts as much as what was held.
            beside.events_per_month[group] = round(events / 6, 1)
    return beside


def meetings(
    connection: Reading, group_ids: Sequence[int], now: int
) -> list[tuple[int, int | None, int | None, int]]:
    """(group, start of its last event, of its next one, events in the 90 days before and after now) of groups with events."""
    if not group_ids:
        return []
    sqlite = is_sqlite(connection)
    parameters = {
        "ids": json.dumps(group_ids) if sqlite else list(group_ids),
        "now": now,
        "since": now - _HALF_WINDOW,
        "until": now + _HALF_WINDOW,
    }
    return rows(connection, _MEETINGS.format(among=among("group_id", "ids", sqlite=sqlite)), parameters)


def one(connection: Reading, table: str, number: int) -> Shown | None:
    """The row of an id, removed or merged ones included; `table` is `event` or `meetup_group`."""
    if table == "event":
        return load_events(connection, [number], EVENT_PAGE).get(number)
    return load_groups(connection, [number], GROUP_PAGE).get(number)


def data_version(connection: Reading) -> str:
    """Changes with every stored change; ETags are made of it."""
    found = rows(connection, "SELECT value FROM meta WHERE key = 'data_version'", {})
    return str(found[0][0]) if found else "0"


def _sources(connection: Reading, reference: str, page: Sequence[Shown], beside: Beside) -> None:
    sqlite = is_sqlite(connection)

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
