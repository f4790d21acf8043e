"""Stored listings whose source calls them by another uid now, so that the event behind them is not taken for a new one.

Some sources give every event a new uid at each export, and a series that is moved gives every occurrence another recurrence id.
Within one source the same name at the same time is the same event, and so is a series that was moved as a whole.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, or_, select, update

from app.core.fold import fold
from app.ingest.store.overrides import rule
from app.ingest.store.rows import EVENT_VARIANT, LISTING, RULING, SOURCE, by_id, chunks, delete_by
from app.listings.items import SOURCE_COLUMNS, Item, source_ref, stored_record, understand
from app.listings.understand import UnderstoodEvent
from scrapers.records import ScrapedEvent

# A series that is moved by more has other dates rather than the same ones at another time.
_FARTHEST: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Told:
    """A listing as renumbering sees it; `start` is aware."""

    listing_id: int
    uid: str
    name: str
    start: datetime
    url: str | None


def renumber(connection: Connection, source_id: int, items: Sequence[Item], now: datetime) -> int:
    """Give the source's coming listings that the items call by another uid the ids of these items; how many."""
    events = [each for each in items if isinstance(each.record, ScrapedEvent)]
    if not events:
        return 0
    ids = {each.listing_id for each in events}
    known = {row.id for row in by_id(connection, select(LISTING.c.id), LISTING.c.id, sorted(ids))}
    new = [_told(each) for each in events if each.listing_id not in known]
    if not new:
        return 0
    missing = _missing(connection, source_id, ids, now)
    moved = _same_time(missing, new)
    left = [each for each in missing if each.listing_id not in moved]
    taken = set(moved.values())
    moved |= _moved_series(left, [each for each in new if each.listing_id not in taken])
    _rename(connection, moved, now)
    return len(moved)


def _told(each: Item) -> _Told:
    understood = understand(each).understood
    assert isinstance(understood, UnderstoodEvent)
    return _Told(
        each.listing_id, each.record.uid, fold(each.record.name), understood.start, understood.record.url
    )


def _missing(connection: Connection, source_id: int, listed: set[int], now: datetime) -> list[_Told]:
    """The source's coming listings that are not listed."""
    query = select(LISTING, *(SOURCE.c[name].label(f"of_{name}") for name in SOURCE_COLUMNS)).join(
        SOURCE, SOURCE.c.id == LISTING.c.source_id
    )
    rows = connection.execute(
        query.where(
            LISTING.c.source_id == source_id,
            LISTING.c.kind == "e",
            LISTING.c.removed_at.is_(None),
            LISTING.c.start_at > now,
        ).order_by(LISTING.c.start_at, LISTING.c.id)
    )
    found = []
    for row in rows:
        if row.id not in listed:
            source = source_ref({name: getattr(row, f"of_{name}") for name in SOURCE_COLUMNS})
            record: Any = stored_record(row.kind, row.content, source)
            found.append(_Told(row.id, record.uid, fold(record.name), row.start_at, record.url))
    return found


def _same_time(missing: Sequence[_Told], new: Sequence[_Told]) -> dict[int, int]:
    """Old id -> new id of the same name at the same time; two that have different addresses are two events."""
    waiting: dict[tuple[str, datetime], list[_Told]] = defaultdict(list)
    for each in new:
        waiting[each.name, each.start].append(each)
    moved = {}
    for each in missing:
        there = waiting.get((each.name, each.start), [])
        for other in there:
            if each.url is None or other.url is None or each.url == other.url:
                moved[each.listing_id] = other.listing_id
                there.remove(other)
                break
    return moved


def _moved_series(missing: Sequence[_Told], new: Sequence[_Told]) -> dict[int, int]:
    """Old id -> new id of the occurrences of series that were moved as a whole."""
    series: dict[tuple[str, str], tuple[dict[datetime, int], dict[datetime, int]]] = defaultdict(
        lambda: ({}, {})
    )
    for number, told in enumerate((missing, new)):
        for each in told:
            series[each.uid, each.name][number][each.start] = each.listing_id
    moved: dict[int, int] = {}
    for old, now in series.values():
        distance = _distance(old, now)
        if distance is not None:
            moved |= {
                number: now[start + distance] for start, number in old.items() if start + distance in now
            }
    return moved


def _distance(old: dict[datetime, int], new: dict[datetime, int]) -> timedelta | None:
    """How far a series was moved: what most of its first occurrences agree on."""
    starts = sorted(old)[:20]
    counted = Counter(
        there - start for start in starts for there in sorted(new)[:40] if abs(there - start) <= _FARTHEST
    )
    best = max(counted, key=lambda each: (counted[each], -abs(each)), default=None)
    return best if best is not None and 2 * counted[best] >= min(len(starts), len(new)) else None


def _rename(connection: Connection, moved: dict[int, int], now: datetime) -> None:
    if not moved:
        return
    rulings = {
        (row.one, row.other): row.same
        for chunk in chunks(sorted(moved))
        for row in connection.execute(
            select(RULING).where(or_(RULING.c.one.in_(chunk), RULING.c.other.in_(chunk)))
        )
    }
    delete_by(connection, RULING.c.one, moved)
    delete_by(connection, RULING.c.other, moved)
    for pair, same in rulings.items():
        rule(connection, [(moved.get(pair[0], pair[0]), moved.get(pair[1], pair[1]))], now, same=same)
    delete_by(connection, EVENT_VARIANT.c.listing_id, moved)
    connection.execute(
        update(LISTING)
        .where(LISTING.c.id == bindparam("old"))
        .values(id=bindparam("new"), missing_since=None),
        [{"old": old, "new": new} for old, new in moved.items()],
    )
