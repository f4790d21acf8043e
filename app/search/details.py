"""What stands beside a row in an answer: its sources, its group, a group's next event. A few reads for a whole page."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, text

from app.ingest.items import unpack

_SOURCES = """
    SELECT l.{reference} AS owner, l.content, s.platform, s.name, s.url, s.origin, s.last_ok_at, s.attribution, s.license, s.terms
    FROM listing l JOIN source s ON s.id = l.source_id
    WHERE l.{reference} IN :ids AND l.removed_at IS NULL
    ORDER BY l.{reference}, s.id, l.id
"""
_GROUPS = "SELECT id, name, url FROM meetup_group WHERE id IN :ids"
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
    groups: dict[int, Row[Any]] = field(default_factory=dict)
    last_event: dict[int, int] = field(default_factory=dict)
    next_event: dict[int, int] = field(default_factory=dict)
    events_per_month: dict[int, float] = field(default_factory=dict)


def beside_events(connection: Connection, rows: Sequence[Row[Any]]) -> Beside:
    """The sources and groups of a page of events."""
    beside = Beside()
    _sources(connection, "event_id", [row.id for row in rows], beside)
    groups = sorted({row.group_id for row in rows if row.group_id is not None})
    if groups:
        for row in connection.execute(_many(_GROUPS), {"ids": groups}):
            beside.groups[row.id] = row
    return beside


def beside_groups(connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> Beside:
    """The sources and the activity of a page of groups."""
    beside = Beside()
    ids = [row.id for row in rows]
    _sources(connection, "group_id", ids, beside)
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


def one(connection: Connection, table: str, number: int) -> Row[Any] | None:
    """The row of an id, removed or merged ones included; `table` is `event` or `meetup_group`."""
    if table not in {"event", "meetup_group"}:
        raise ValueError(table)
    return connection.execute(text(f"SELECT * FROM {table} WHERE id = :id"), {"id": number}).first()  # noqa: S608


def data_version(connection: Connection) -> str:
    """Changes with every stored change; ETags are made of it."""
    row = connection.execute(text("SELECT value FROM meta WHERE key = 'data_version'")).first()
    return row.value if row is not None else "0"


def _sources(connection: Connection, reference: str, ids: Sequence[int], beside: Beside) -> None:
    if not ids:
        return
    statement = _many(_SOURCES.format(reference=reference))
    for row in connection.execute(statement, {"ids": list(ids)}):
        shown = {
            "platform": row.platform,
            "name": row.name,
            "url": json.loads(unpack(row.content)).get("url")
            or (row.url if row.url.startswith("http") else None),
            "last_seen": row.last_ok_at,
            "attribution": row.attribution or row.name,
            "license": row.license,
            "terms": row.terms,
        }
        if shown not in beside.sources[row.owner]:
            beside.sources[row.owner].append(shown)


def _many(sql: str) -> Any:
    return text(sql).bindparams(bindparam("ids", expanding=True))
