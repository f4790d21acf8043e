"""Applies the rules of today to listings stored before: `reclassify` what they are for, `rematch` which are the same.

Works through everything in batches, each a short transaction, so that reads and fetches go on. Where it was stopped it goes
on at the next call: the place is kept in `meta` until the end is reached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from app.db import Database
from app.ingest.store.events import Events
from app.ingest.store.groups import Groups
from app.ingest.store.rows import EVENT, GROUP, LISTING, touch
from app.models import Meta

_BATCH: Final = 500
_META: Final = Meta.__table__


@dataclass(slots=True)
class Again:
    """What came of it. `resumed` = it went on where an earlier call had stopped."""

    seen: int = 0
    events_changed: int = 0
    groups_changed: int = 0
    merged: int = 0
    parted: int = 0
    resumed: bool = False

    def as_dict(self) -> dict[str, Any]:
        """By name."""
        return asdict(self)


def reclassify(database: Database, now: datetime, progress: Callable[[int], None] = lambda _: None) -> Again:
    """Locate and classify every stored event and group again."""
    done = Again()
    for kind, table in (("group", GROUP), ("event", EVENT)):
        key = f"reclassify_{kind}_after"
        after = _place(database, key, done)
        while True:
            with database.write() as connection:
                database.lock_store(connection)
                query = select(table.c.id).where(
                    table.c.id > after, table.c.removed_at.is_(None), table.c.merged_into.is_(None)
                )
                ids = [row.id for row in connection.execute(query.order_by(table.c.id).limit(_BATCH))]
                if not ids:
                    break
                groups = Groups(connection, now)
                events = Events(connection, now, groups)
                if kind == "group":
                    done.groups_changed += groups.rewrite(ids)
                else:
                    done.events_changed += events.rewrite(ids)
                events.finish()
                after = ids[-1]
                _keep(connection, key, after)
            done.seen += len(ids)
            progress(done.seen)
    _forget(database, "reclassify_group_after", "reclassify_event_after")
    return done


def rematch(database: Database, now: datetime, progress: Callable[[int], None] = lambda _: None) -> Again:
    """Decide again which stored listings are one event, and which groups are one."""
    done = Again()
    after = _place(database, "rematch_after", done)
    while True:
        with database.write() as connection:
            database.lock_store(connection)
            query = select(LISTING.c.id, LISTING.c.group_id).where(
                LISTING.c.id > after, LISTING.c.removed_at.is_(None)
            )
            rows = connection.execute(query.order_by(LISTING.c.id).limit(_BATCH)).all()
            if not rows:
                break
            groups = Groups(connection, now)
            groups.written |= {row.group_id for row in rows if row.group_id is not None}
            events = Events(connection, now, groups)
            settled = events.rematch(row.id for row in rows)
            done.groups_changed += events.finish()
            done.merged += len(settled.merged)
            done.parted += len(settled.fresh)
            after = rows[-1].id
            _keep(connection, "rematch_after", after)
        done.seen += len(rows)
        progress(done.seen)
    _forget(database, "rematch_after")
    return done


def _place(database: Database, key: str, done: Again) -> int:
    with database.read() as connection:
        row = connection.execute(select(_META.c.value).where(_META.c.key == key)).first()
    done.resumed = done.resumed or row is not None
    return -1 if row is None else int(row.value)


def _keep(connection: Connection, key: str, after: int) -> None:
    connection.execute(delete(_META).where(_META.c.key == key))
    connection.execute(insert(_META).values(key=key, value=str(after)))
    touch(connection)


def _forget(database: Database, *keys: str) -> None:
    with database.write() as connection:
        connection.execute(delete(_META).where(_META.c.key.in_(keys)))
