"""Gives tombstones to events that no source lists any more.

A whole answer that lacks an event is believed at once where it lacks few. Where it lacks many, the answer may be at fault: then
a second whole answer has to lack them too, some time later. Nothing is concluded from answers that failed or were cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from app.ingest.store.events import Events
from app.ingest.store.groups import Groups, refresh_latest
from app.ingest.store.index import clear_events, clear_groups
from app.ingest.store.rows import EVENT, GROUP, LISTING, by_id, change_number, chunks, touch
from app.listings.items import is_derived

# So many missing events, or this share of those that are to come, are believed at once.
FEW: Final = 3
FEW_SHARE: Final = 0.2
# Between the first whole answer that lacks more, or has no event at all, and the one that confirms it.
MANY_WAIT: Final = timedelta(hours=6)
ALL_WAIT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Missing:
    """How many listings were retired, how many wait for a second answer to confirm that they are gone, and whether so many are
    missing at once that the answer may be at fault."""

    retired: int = 0
    waiting: int = 0
    many: bool = False


def retire(
    connection: Connection, source_id: int, seen: set[int], now: datetime, *, empty: bool, full: bool
) -> Missing:
    """Give tombstones to the source's coming events that its whole answers no longer list.

    `seen` are the listings of this answer, `empty` = it has no event at all. `full` = it lists as many as usual: a feed of the
    next ten events no longer names the eleventh, so events after the last one listed do not count as missing. At the end of any other
    feed, an event has to be missing from two answers.
    """
    coming = connection.execute(
        select(LISTING.c.id, LISTING.c.event_id, LISTING.c.start_at, LISTING.c.missing_since).where(
            LISTING.c.source_id == source_id,
            LISTING.c.kind == "e",
            LISTING.c.removed_at.is_(None),
            LISTING.c.start_at > now,
        )
    ).all()
    _mark(connection, [row.id for row in coming if row.id in seen and row.missing_since is not None], None)
    horizon = max((row.start_at for row in coming if row.id in seen), default=None)
    missing = [
        row
        for row in coming
        if row.id not in seen and not (full and horizon is not None and row.start_at > horizon)
    ]
    if not missing:
        return Missing()
    many = empty or len(missing) > max(FEW, FEW_SHARE * len(coming))
    if many:
        wait = ALL_WAIT if empty else MANY_WAIT
        gone = [row for row in missing if row.missing_since is not None and row.missing_since <= now - wait]
    else:
        gone = [
            row
            for row in missing
            if row.missing_since is not None or (horizon is not None and row.start_at <= horizon)
        ]
    taken = {row.id for row in gone}
    waiting = [row.id for row in missing if row.id not in taken]
    _mark(connection, [row.id for row in missing if row.missing_since is None and row.id not in taken], now)
    if gone:
        _remove_listings(connection, gone, now)
        _retire_derived_groups(connection, source_id, seen, now)
        touch(connection)
    return Missing(len(gone), len(waiting), many)


def _mark(connection: Connection, listing_ids: Sequence[int], since: datetime | None) -> None:
    if listing_ids:
        connection.execute(
            update(LISTING).where(LISTING.c.id == bindparam("listing")).values(missing_since=since),
            [{"listing": each} for each in listing_ids],
        )


def _remove_listings(connection: Connection, gone: Sequence[Any], now: datetime) -> None:
    connection.execute(
        update(LISTING)
        .where(LISTING.c.id == bindparam("listing"))
        .values(removed_at=now, missing_since=None),
        [{"listing": row.id} for row in gone],
    )
    settle_events_after_removal(connection, {row.event_id for row in gone}, now)


def _retire_derived_groups(connection: Connection, source_id: int, seen: set[int], now: datetime) -> None:
    """Remove the source's groups that are only known as organisers, once none of their events is left.

    A group that this answer lists stays, however little it says of it.
    """
    of_events = select(EVENT.c.id).where(EVENT.c.group_id == LISTING.c.group_id, EVENT.c.removed_at.is_(None))
    query = select(LISTING.c.id, LISTING.c.group_id, LISTING.c.content).where(
        LISTING.c.source_id == source_id,
        LISTING.c.kind == "g",
        LISTING.c.removed_at.is_(None),
        ~of_events.exists(),
    )
    gone = [row for row in connection.execute(query) if row.id not in seen and is_derived(row.content)]
    for chunk in chunks(row.id for row in gone):
        connection.execute(update(LISTING).where(LISTING.c.id.in_(chunk)).values(removed_at=now))
    groups = {row.group_id for row in gone}
    alive = select(LISTING.c.group_id).where(LISTING.c.kind == "g", LISTING.c.removed_at.is_(None))
    groups -= {row.group_id for row in by_id(connection, alive, LISTING.c.group_id, sorted(groups))}
    change = change_number(connection)
    for chunk in chunks(sorted(groups)):
        connection.execute(
            update(GROUP).where(GROUP.c.id.in_(chunk)).values(removed_at=now, updated_at=now, change=change)
        )
        clear_groups(connection, chunk)


def remove_events(connection: Connection, event_ids: Iterable[int], now: datetime) -> None:
    """Give events tombstones: they answer 410 and are found no more."""
    change = change_number(connection)
    for chunk in chunks(sorted(event_ids)):
        holders = select(EVENT.c.group_id).where(EVENT.c.id.in_(chunk), EVENT.c.group_id.is_not(None))
        groups = {row.group_id for row in connection.execute(holders)}
        clear_events(connection, chunk)
        connection.execute(
            update(EVENT).where(EVENT.c.id.in_(chunk)).values(removed_at=now, updated_at=now, change=change)
        )
        refresh_latest(connection, groups, change)


def settle_events_after_removal(connection: Connection, event_ids: Iterable[int], now: datetime) -> None:
    """Remove the events that no live listing speaks of any more; the others say what those that are left say."""
    ids = sorted(event_ids)
    alive = select(LISTING.c.event_id).where(LISTING.c.removed_at.is_(None))
    living = {row.event_id for row in by_id(connection, alive, LISTING.c.event_id, ids)}
    remove_events(connection, set(ids) - living, now)
    if living:
        events = Events(connection, now, Groups(connection, now))
        events.rewrite(living)
        events.finish()
