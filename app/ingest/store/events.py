"""Events of one batch: which listings are one event, and the event rows that follow.

The clusters are those that all live listings together would give: what a listing could be the same as is followed from
listing to listing, and every event that is touched is settled again. So the order in which sources are read
changes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, bindparam, or_, select, update

from app.core.ids import new_ids
from app.ingest.matching.clustering import Assignment, assign_ids, clusters_of
from app.ingest.matching.events import EventCandidate, contradict, same, seen
from app.ingest.store.candidates import Near
from app.ingest.store.corrections import NONE, Correction, corrected, corrections_of, redirect_merged
from app.ingest.store.groups import Groups
from app.ingest.store.index import EventText, clear_events, count_words, put_event_texts
from app.ingest.store.listings import Part, first_seen, listings_of, targets, write_listings
from app.ingest.store.overrides import overrides_of
from app.ingest.store.parts import EventPart, shown_part, understood_parts, with_url_of_the_first
from app.ingest.store.reindex import reindex_events
from app.ingest.store.rows import (
    EVENT,
    EVENT_TOPIC,
    EVENT_VARIANT,
    GROUP,
    LISTING,
    by_id,
    insert_rows,
    replace_rows,
    topic_keys,
)
from app.listings.items import Counts, Item
from app.listings.understand import UnderstoodEvent, merge_events

# What matching looks events up by (app.ingest.store.candidates), and what it looks at before it reads their listings.
_LOOKED_UP: Final = ("name", "start_at", "all_day", "lat", "lon", "cell", "exact", "url_key", "group_id")
_LOOKED_AT: Final = (*_LOOKED_UP, "until_at", "timezone", "city", "country", "url", "event_attendance_mode")


class Events:
    """Settles and writes events inside a write transaction that holds the store lock."""

    def __init__(self, connection: Connection, now: datetime, groups: Groups) -> None:
        self.connection = connection
        self.now = now
        self.groups = groups
        self.corrections: dict[int, Correction] = {}
        # Of events that were written: the organiser's name that their texts hold.
        self.organizers: dict[int, str | None] = {}

    def store(self, items: Sequence[Item], counts: Counts) -> None:
        """Take changed items in: their listings, and the events that these and their neighbours are now."""
        if not items:
            return
        understood = {
            each.listing_id: each.understood for each in items if isinstance(each.understood, UnderstoodEvent)
        }
        known = targets(self.connection, items, "event_id")
        self.groups.find_organizers(event.record for event in understood.values())
        near = Near(self.connection, self.groups)
        near.event_of |= known
        near.sources |= {each.listing_id: each.source for each in items}
        for each in items:
            event = understood[each.listing_id]
            near.add(seen(each.listing_id, each.source.id, event, self.groups.of(event.record)))
        # What else is said of an event may part from it when a listing of it changes.
        near.listings(set(known.values()))
        settled = self._settled(near, list(near.seen.values()), set(understood))
        starts = {number: event.start for number, event in understood.items()}
        write_listings(self.connection, items, known, "event_id", settled.of, starts, self.now)
        _count(counts, understood, known, settled)
        self._write(near, settled, understood)
        counts.event_rows += len({settled.of[each] for each in understood})

    def rematch(self, listing_ids: Iterable[int]) -> Assignment:
        """Settle the events of stored listings again; the events that changed are written again."""
        query = select(LISTING.c.event_id).where(
            LISTING.c.removed_at.is_(None), LISTING.c.event_id.is_not(None)
        )
        events = {row.event_id for row in by_id(self.connection, query, LISTING.c.id, listing_ids)}
        near = Near(self.connection, self.groups)
        settled = self._settled(near, near.listings(sorted(events)), set())
        self._write(near, settled, {})
        return settled

    def finish(self) -> int:
        """Join the groups that turn out to be one; how many went up in others.

        Events of one group are compared wherever they are, so those of joined groups are settled again.
        """
        joined = 0
        while merged := self.groups.finish():
            joined += len(merged)
            query = select(LISTING.c.id).join(EVENT, EVENT.c.id == LISTING.c.event_id)
            rows = by_id(self.connection, query, EVENT.c.group_id, sorted(set(merged.values())))
            self.rematch(row.id for row in list(rows))
        self._reindex_renamed()
        return joined

    def _reindex_renamed(self) -> None:
        """Index events by the names that their groups have now, however an organiser was called when they were written."""
        query = select(EVENT.c.id, EVENT.c.group_id, GROUP.c.name).outerjoin(
            GROUP, GROUP.c.id == EVENT.c.group_id
        )
        named = by_id(self.connection, query, EVENT.c.id, sorted(self.organizers))
        stale = {row.id for row in named if row.name != self.organizers[row.id]}
        of_renamed = by_id(self.connection, query, EVENT.c.group_id, sorted(self.groups.renamed))
        stale |= {row.id for row in of_renamed if row.id not in self.organizers}
        reindex_events(self.connection, stale)
        self.organizers, self.groups.renamed = {}, set()

    def _settled(self, near: Near, frontier: list[EventCandidate], changed: set[int]) -> Assignment:
        """Follow what could be the same from listing to listing, and settle all of them together."""
        pool = {each.listing_id for each in frontier}
        likely: dict[tuple[int, int], float] = {}

        def chance(one: int, other: int) -> float:
            pair = min(one, other), max(one, other)
            if pair not in likely:
                likely[pair] = same(near.seen[one], near.seen[other])[0]
            return likely[pair]

        while frontier:
            met: set[int] = set()
            for one, other in near.of(frontier):
                if chance(one.listing_id, other.listing_id) >= 0.5:
                    met.add(other.listing_id)
            events = {near.event_of[each] for each in met - pool if each in near.event_of}
            more = {each.listing_id for each in near.listings(sorted(events))} | met
            frontier = [near.seen[each] for each in sorted(more - pool)]
            pool |= more
        told, apart = overrides_of(self.connection, pool)

        def different(one: int, other: int) -> bool:
            return (min(one, other), max(one, other)) in apart or contradict(chance(one, other))

        clusters = clusters_of(
            pool,
            [(value, *pair) for pair, value in likely.items() if value >= 0.5 and pair not in apart],
            different,
            told,
        )
        known = {each: near.event_of[each] for each in pool if each in near.event_of}
        former = self._former_ids(clusters, known)
        return assign_ids(clusters, known, new_ids(self.now, len(pool)), changed, former)

    def _former_ids(
        self, clusters: Iterable[tuple[int, ...]], known: Mapping[int, int]
    ) -> dict[int, list[int]]:
        """The ids that lead to the events whose listings part now, the oldest first."""
        parts = Counter(
            event for cluster in clusters for event in {known[each] for each in cluster if each in known}
        )
        parting = sorted(event for event, count in parts.items() if count > 1)
        found: dict[int, list[int]] = {}
        query = select(EVENT.c.id, EVENT.c.merged_into).order_by(EVENT.c.id)
        for row in by_id(self.connection, query, EVENT.c.merged_into, parting):
            found.setdefault(row.merged_into, []).append(row.id)
        return found

    def _write(self, near: Near, settled: Assignment, understood: Mapping[int, UnderstoodEvent]) -> None:
        """Re-point the listings that moved, retire merged ids, and write every event whose listings changed."""
        moved = {
            listing: event
            for listing, event in settled.of.items()
            if near.event_of.get(listing) not in (None, event)
        }
        events = {settled.of[each] for each in understood} | set(moved.values())
        events |= {near.event_of[each] for each in moved if near.event_of[each] not in settled.merged}
        if not events:
            return
        if moved:
            self.connection.execute(
                update(LISTING)
                .where(LISTING.c.id == bindparam("listing"))
                .values(event_id=bindparam("event")),
                [{"listing": listing, "event": event} for listing, event in sorted(moved.items())],
            )
        old = events - settled.fresh
        clear_events(self.connection, sorted(old | set(settled.merged)))
        self.groups.touched |= self._groups_of(old | set(settled.merged))
        self._redirect_merged(settled.merged)
        self._put(self._said(near, settled, understood, events), settled.fresh)

    def rewrite(self, event_ids: Iterable[int]) -> int:
        """Conclude stored events again from what is said of them; how many topics, places or words changed."""
        ids = sorted(event_ids)
        said: dict[int, list[EventPart]] = {}
        for event_id, listings in listings_of(self.connection, "event_id", ids).items():
            said[event_id] = understood_parts(listings)
        self.groups.find_organizers(part.understood.record for parts in said.values() for part in parts)
        self._know_corrections(said)
        columns = (
            "id", "name", "description", "url", "image", "cell", "exact", "topics", "city", "timezone", "start_at", "until_at",
            "event_status", "event_attendance_mode", "place_name", "address", "is_free", "group_id", "removed_at",
        )  # fmt: skip
        query = select(*(EVENT.c[name] for name in columns))
        stored = {row.id: row for row in by_id(self.connection, query, EVENT.c.id, ids)}
        varying: dict[int, dict[int, Any]] = defaultdict(dict)
        for each in by_id(self.connection, select(EVENT_VARIANT), EVENT_VARIANT.c.event_id, ids):
            varying[each.event_id][each.listing_id] = each._asdict()
        changed = {}
        for event_id, parts in said.items():
            row, _ = self._concluded(event_id, parts)
            was = {name: getattr(stored[event_id], name) for name in columns}
            if row["removed_at"] is not None and was["removed_at"] is not None:
                row["removed_at"] = was["removed_at"]
            now_varying = {each["listing_id"]: each for each in self._variants(row, parts)}
            if any(row[name] != was[name] for name in columns) or now_varying != varying[event_id]:
                changed[event_id] = parts
        clear_events(self.connection, sorted(changed))
        self._put(changed, set())
        return len(changed)

    def _said(
        self, near: Near, settled: Assignment, understood: Mapping[int, UnderstoodEvent], events: set[int]
    ) -> dict[int, list[EventPart]]:
        """What is said of events: by the batch, and by the listings stored before."""
        said: dict[int, list[EventPart]] = {each: [] for each in events}
        stored = events - settled.fresh | {
            settled.of[each] for each in settled.of if near.event_of.get(each) not in (None, settled.of[each])
        }
        for event_id, listings in listings_of(self.connection, "event_id", stored & events).items():
            said[event_id] += understood_parts(each for each in listings if each.listing_id not in understood)
        known = first_seen(self.connection, understood)
        for listing, concluded in understood.items():
            part = Part(listing, near.sources[listing], known.get(listing, self.now), concluded)
            said[settled.of[listing]].append(part)
        return said

    def _put(self, said: Mapping[int, list[EventPart]], fresh: set[int]) -> None:
        """Write the rows and topics of events from what is said of them."""
        self._know_corrections(said)
        concluded = [self._concluded(event_id, parts) for event_id, parts in sorted(said.items())]
        rows = [row for row, _ in concluded]
        replace_rows(self.connection, EVENT, rows, fresh, self.groups.change)
        insert_rows(
            self.connection,
            EVENT_VARIANT,
            [variant for row in rows for variant in self._variants(row, said[row["id"]])],
        )
        insert_rows(
            self.connection,
            EVENT_TOPIC,
            [
                {"topic": topic, "cell": row["cell"], "start_at": row["start_at"], "event_id": row["id"]}
                for row in rows
                if row["removed_at"] is None
                for topic in topic_keys(row["topics"])
            ],
        )
        living = [
            (row, event.indexed(topic_keys(row["topics"])))
            for row, event in concluded
            if row["removed_at"] is None
        ]
        put_event_texts(
            self.connection,
            [EventText(row["id"], int(row["start_at"].timestamp()), found.terms) for row, found in living],
        )
        count_words(self.connection, (found.words for row, found in living if row["id"] in fresh))
        for row, event in concluded:
            organizer = event.record.organizer
            self.organizers[row["id"]] = organizer.name if organizer else None
        self.groups.touched |= {row["group_id"] for row in rows if row["group_id"] is not None}
        self.groups.shared |= _organizers(self.groups, said.values())

    def _concluded(self, event_id: int, parts: list[EventPart]) -> tuple[dict[str, Any], UnderstoodEvent]:
        """The row of an event: of several sources the best one's words, and what it lacks from the next."""
        ordered = sorted(parts, key=attrgetter("precedence"))
        event = with_url_of_the_first(merge_events([shown_part(each) for each in ordered]), ordered)
        row = self._row(event_id, event, sample=all(each.source.sample for each in ordered))
        said = self.corrections.get(event_id, NONE)
        if self.corrections.get(row["group_id"], NONE).hidden:
            said = replace(said, hidden=True)
        return corrected(row, said, self.now), event

    def _variants(self, row: Mapping[str, Any], parts: list[EventPart]) -> Iterator[dict[str, Any]]:
        """The variants of an event: its listings that matching would not find by the row."""
        if len(parts) == 1 or row["removed_at"] is not None:
            return
        for each in parts:
            own = self._row(row["id"], each.understood, sample=each.source.sample)
            if any(own[name] != row[name] for name in _LOOKED_AT):
                looked_up = {name: own[name] for name in _LOOKED_UP}
                yield {"event_id": row["id"], "listing_id": each.listing_id, **looked_up}

    def _know_corrections(self, said: Mapping[int, list[EventPart]]) -> None:
        """Look up what the operator said of events, and of the groups that they are of."""
        of = {self.groups.of(part.understood.record) for parts in said.values() for part in parts}
        self.corrections = corrections_of(
            self.connection, {*said, *(each for each in of if each is not None)}
        )

    def _groups_of(self, event_ids: set[int]) -> set[int]:
        query = select(EVENT.c.group_id).where(EVENT.c.group_id.is_not(None))
        return {row.group_id for row in by_id(self.connection, query, EVENT.c.id, sorted(event_ids))}

    def _redirect_merged(self, merged: Mapping[int, int]) -> None:
        """Make merged ids lead to their survivor, with everything that led to them."""
        redirect_merged(self.connection, merged, self.now)
        for event, survivor in merged.items():
            self.connection.execute(
                update(EVENT)
                .where(or_(EVENT.c.id == event, EVENT.c.merged_into == event))
                .values(merged_into=survivor, updated_at=self.now, change=self.groups.change)
            )
            # Removed listings go with it: what comes back is found where the others are.
            self.connection.execute(
                update(LISTING).where(LISTING.c.event_id == event).values(event_id=survivor)
            )

    def _row(self, event_id: int, event: UnderstoodEvent, *, sample: bool) -> dict[str, Any]:
        record, where, price = event.record, event.where, event.record.price
        return {
            "id": event_id,
            "name": record.name,
            "description": record.description,
            "url": record.url,
            "url_key": event.url_key,
            "image": record.image,
            "start_at": event.start,
            "until_at": event.until,
            "has_end": record.end_date is not None,
            "timezone": event.timezone,
            "all_day": record.all_day,
            "local_minute": event.local_minute,
            "local_weekday": event.local_weekday,
            "event_status": record.event_status,
            "event_attendance_mode": record.event_attendance_mode,
            "place_name": where.name,
            "address": where.address,
            "city": where.city,
            "region": where.region,
            "country": where.country,
            "lat": where.lat,
            "lon": where.lon,
            "cell": where.cell,
            "exact": where.exact,
            "group_id": self.groups.of(record),
            "is_free": record.is_accessible_for_free,
            "price_min": price.min if price else None,
            "price_max": price.max if price else None,
            "currency": price.currency if price else None,
            "language": record.in_language,
            "topics": event.topics.to_json(),
            "career": event.topics.career,
            "sample": sample,
            "updated_at": self.now,
            "removed_at": None,
            "merged_into": None,
        }


def _count(
    counts: Counts,
    understood: Mapping[int, UnderstoodEvent],
    known: Mapping[int, int],
    settled: Assignment,
) -> None:
    met: Counter[int] = Counter()
    for listing in understood:
        event = settled.of[listing]
        met[event] += 1
        if listing in known:
            counts.updated += 1
        elif event in settled.fresh and met[event] == 1:
            counts.inserted += 1
        else:
            counts.attached += 1


def _organizers(groups: Groups, said: Iterable[list[EventPart]]) -> set[tuple[int, int]]:
    """Pairs of groups that are named as organisers of one event."""
    pairs: set[tuple[int, int]] = set()
    for parts in said:
        if len(parts) > 1:
            found = sorted(
                {each for part in parts if (each := groups.of(part.understood.record)) is not None}
            )
            pairs.update((one, other) for at, one in enumerate(found) for other in found[at + 1 :])
    return pairs
