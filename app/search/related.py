"""What stands beside a row in an answer: its sources, its group, a group's next event. A few reads for a whole page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from app.db import Reading, is_sqlite, rows
from app.listings.items import unpack
from app.search.filters import in_list
from app.search.rows import EVENT_PAGE, GROUP_PAGE, Row, load_events, load_groups

_SOURCES: Final = """
    SELECT l.{reference}, l.id, s.platform, s.name, s.url, s.last_ok_at, s.attribution, s.license, s.terms
    FROM listing l JOIN source s ON s.id = l.source_id
    WHERE {in_list} AND l.removed_at IS NULL
    ORDER BY l.{reference}, s.id, l.id
"""
_CONTENTS: Final = "SELECT l.id, l.content FROM listing l WHERE {in_list}"
_MEETINGS: Final = """
    SELECT group_id, MAX(CASE WHEN start_at <= :now THEN start_at END), MIN(CASE WHEN start_at > :now THEN start_at END),
           SUM(CASE WHEN start_at > :since AND start_at <= :until THEN 1 ELSE 0 END), MIN(start_at),
           SUM(CASE WHEN start_at > :since AND start_at <= :now THEN 1 ELSE 0 END),
           SUM(CASE WHEN start_at > :before AND start_at <= :since THEN 1 ELSE 0 END)
    FROM event
    WHERE {in_list} AND removed_at IS NULL AND merged_into IS NULL AND event_status <> 'EventCancelled'
    GROUP BY group_id
"""
_HALF_WINDOW = 90 * 86_400
# Fewer events than this in half a year, or a smaller difference than that, are chance.
_TELLING: Final = 4
_DIFFERENT: Final = 2
_TIMES: Final = 1.5


class Met(NamedTuple):
    """When a group meets, cancelled events aside; times in epoch seconds. `around` counts the 90 days before and after now,
    `lately` the 90 days before now and `earlier` the 90 days before those."""

    group: int
    last_at: int | None
    next_at: int | None
    around: int
    first_at: int
    lately: int
    earlier: int


@dataclass(slots=True)
class Related:
    """By event or group id."""

    sources: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    last_event: dict[int, int] = field(default_factory=dict)
    next_event: dict[int, int] = field(default_factory=dict)
    events_per_month: dict[int, float] = field(default_factory=dict)
    trend: dict[int, str] = field(default_factory=dict)


def related_of_events(connection: Reading, page: Sequence[Row]) -> Related:
    """The sources of a page of events, each with the status that it says."""
    beside = Related()
    _sources(connection, "event_id", page, beside)
    return beside


def related_of_groups(connection: Reading, page: Sequence[Row], now: datetime) -> Related:
    """The sources and the activity of a page of groups."""
    beside = Related()
    ids = [row.id for row in page]
    _sources(connection, "group_id", page, beside)
    moment = int(now.timestamp())
    for met in meetings(connection, ids, moment):
        if met.last_at is not None:
            beside.last_event[met.group] = met.last_at
        if met.next_at is not None:
            beside.next_event[met.group] = met.next_at
        if met.around:
            # Half a year is six months; what is announced counts as much as what was held.
            beside.events_per_month[met.group] = round(met.around / 6, 1)
        beside.trend[met.group] = activity_trend(met, moment)
    return beside


def activity_trend(met: Met, now: int) -> str:
    """growing, steady, shrinking or unknown: what was held in the last 90 days against the 90 days before.

    Announced events do not count: how far ahead they are announced differs from group to group. A group of which nothing
    was seen half a year ago is unknown: its first events are when it was first looked at, or when it began.
    """
    lately, earlier = met.lately, met.earlier
    if met.first_at > now - 2 * _HALF_WINDOW or lately + earlier < _TELLING:
        return "unknown"
    if lately - earlier >= _DIFFERENT and lately >= _TIMES * earlier:
        return "growing"
    if earlier - lately >= _DIFFERENT and earlier >= _TIMES * lately:
        return "shrinking"
    return "steady"


def meetings(connection: Reading, group_ids: Sequence[int], now: int) -> list[Met]:
    """When each group meets, of groups with events."""
    if not group_ids:
        return []
    sqlite = is_sqlite(connection)
    parameters = {
        "ids": orjson.dumps(list(group_ids)).decode() if sqlite else list(group_ids),
        "now": now,
        "since": now - _HALF_WINDOW,
        "until": now + _HALF_WINDOW,
        "before": now - 2 * _HALF_WINDOW,
    }
    found = rows(connection, _MEETINGS.format(in_list=in_list("group_id", "ids", sqlite=sqlite)), parameters)
    return [Met._make(each) for each in found]


def one(connection: Reading, table: str, number: int) -> Row | None:
    """The row of an id, removed or merged ones included; `table` is `event` or `meetup_group`."""
    if table == "event":
        return load_events(connection, [number], EVENT_PAGE).get(number)
    return load_groups(connection, [number], GROUP_PAGE).get(number)


def data_version(connection: Reading) -> str:
    """Changes with every stored change; ETags are made of it."""
    found = rows(connection, "SELECT value FROM meta WHERE key = 'data_version'", {})
    return str(found[0][0]) if found else "0"


def _sources(connection: Reading, reference: str, page: Sequence[Row], beside: Related) -> None:
    sqlite = is_sqlite(connection)

    def ask(sql: str, column: str, ids: list[int]) -> list[Any]:
        listed = in_list(column, "ids", sqlite=sqlite)
        return rows(
            connection,
            sql.format(reference=reference, in_list=listed),
            {"ids": orjson.dumps(ids).decode() if sqlite else ids},
        )

    pages = {row.id: row.url for row in page}
    if not pages:
        return
    found = ask(_SOURCES, f"l.{reference}", list(pages))
    known = Counter(owner for owner, *_ in found)
    # The page of what has one listing is that listing's; only of several it has to be looked up which is whose.
    several = [listing for owner, listing, *_ in found if known[owner] > 1]
    own = {
        listing: orjson.loads(unpack(content))
        for listing, content in (ask(_CONTENTS, "l.id", several) if several else ())
    }
    statuses = {row.id: row.event_status for row in page} if reference == "event_id" else {}
    for owner, listing, platform, name, url, last_ok_at, attribution, license_, terms in found:
        said = own.get(listing, {})
        shown = {
            "platform": platform,
            "name": name,
            "url": (pages[owner] if known[owner] == 1 else said.get("url"))
            or (url if url.startswith("http") else None),
            "last_seen": last_ok_at,
            "attribution": attribution or name,
            "license": license_,
            "terms": terms,
        }
        if statuses:
            shown["event_status"] = (
                statuses[owner] if known[owner] == 1 else said.get("event_status", "EventScheduled")
            )
        if shown not in beside.sources[owner]:
            beside.sources[owner].append(shown)
