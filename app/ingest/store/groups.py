"""Groups of one batch: finds them by their keys, makes those nobody knows, and joins those that are one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, func, select, update

from app.core.ids import new_ids
from app.ingest.matching.groups import links_in, name_key
from app.ingest.store.corrections import NONE, corrected, corrections_of
from app.ingest.store.index import clear_groups, put_group_texts
from app.ingest.store.listings import Part, first_seen, listings_of, targets, write_listings
from app.ingest.store.merge_groups import GroupMerger
from app.ingest.store.rows import (
    EVENT,
    GROUP,
    GROUP_KEY,
    GROUP_LINK,
    GROUP_TOPIC,
    by_id,
    change_number,
    chunks,
    delete_by,
    insert_rows,
    replace_rows,
    topic_keys,
)
from app.listings.items import Counts, Item, SourceRef
from app.listings.republish import shown
from app.listings.understand import UnderstoodGroup, group_keys, merge_groups, understand_group
from scrapers.records import ScrapedEvent, ScrapedGroup


class Groups:
    """Finds, writes and joins groups inside a write transaction that holds the store lock."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.change = change_number(connection)
        self.by_key: dict[int, int] = {}
        # Groups whose events changed; groups that were written; pairs of groups that hold one event.
        self.touched: set[int] = set()
        # Groups that have another name now, or hold the events of others.
        self.renamed: set[int] = set()
        self.written: set[int] = set()
        self.shared: set[tuple[int, int]] = set()

    def store(self, items: Sequence[Item], counts: Counts) -> None:
        """Take changed items in: their listings and the groups that they are of."""
        if not items:
            return
        understood = {
            each.listing_id: each.understood for each in items if isinstance(each.understood, UnderstoodGroup)
        }
        known = targets(self.connection, items, "group_id")
        self.find(each_key for group in understood.values() for each_key in group.keys)
        ids = new_ids(self.now, len(items))
        of: dict[int, int] = {}
        fresh: set[int] = set()
        for each in items:
            group = understood[each.listing_id]
            group_id = _first(
                known.get(each.listing_id), *(self.by_key.get(each_key) for each_key in group.keys)
            )
            if group_id is None:
                group_id = next(ids)
                fresh.add(group_id)
                counts.inserted += 1
            elif each.listing_id in known:
                counts.updated += 1
            else:
                counts.attached += 1
            for each_key in group.keys:
                self.by_key.setdefault(each_key, group_id)
            of[each.listing_id] = group_id
        write_listings(self.connection, items, known, "group_id", of, {}, self.now)
        self._write(set(of.values()), fresh, understood, {each.listing_id: each.source for each in items}, of)

    def rewrite(self, group_ids: Iterable[int]) -> int:
        """Conclude stored groups again from what is said of them; how many topics, places or names changed."""
        ids = sorted(group_ids)
        columns = ("id", "name", "description", "image", "cell", "topics", "city", "name_key")
        query = select(*(GROUP.c[name] for name in columns))
        before = {row.id: tuple(row) for row in by_id(self.connection, query, GROUP.c.id, ids)}
        self._write(set(ids), set(), {}, {}, {})
        return sum(tuple(row) != before[row.id] for row in by_id(self.connection, query, GROUP.c.id, ids))

    def write_stored(self, group_ids: set[int], fresh: set[int]) -> None:
        """Write the rows of groups again from their stored listings; `fresh` ones have no row yet."""
        self._write(group_ids, fresh, {}, {}, {})

    def find_organizers(self, events: Iterable[ScrapedEvent]) -> None:
        """Look the organisers of events up, so that `of` knows the groups behind them."""
        keys: set[int] = set()
        for event in events:
            keys.update(_organizer_keys(event))
        self.find(keys)

    def find(self, keys: Iterable[int]) -> None:
        """Look keys up, so that `by_key` knows the groups behind them."""
        wanted = [each for each in dict.fromkeys(keys) if each not in self.by_key]
        for row in by_id(
            self.connection, select(GROUP_KEY.c.key, GROUP_KEY.c.group_id), GROUP_KEY.c.key, wanted
        ):
            self.by_key[row.key] = row.group_id

    def of(self, event: ScrapedEvent) -> int | None:
        """The group behind an event's organiser, if it is known; `find_organizers` looked it up before."""
        return _first(*(self.by_key.get(each) for each in _organizer_keys(event)))

    def finish(self) -> dict[int, int]:
        """Join the groups that turn out to be one, and bring what follows from events up to date; merged id -> survivor."""
        merged = GroupMerger(self.connection, self.now, self.change).merge(self.written, self.shared)
        if merged:
            survivors = set(merged.values())
            self.renamed |= survivors
            self.by_key = {each: merged.get(group, group) for each, group in self.by_key.items()}
            self._write(survivors, set(), {}, {}, {})
            self.touched = {merged.get(each, each) for each in self.touched} | survivors
        refresh_latest(self.connection, self.touched, self.change)
        return merged

    def _write(
        self,
        group_ids: set[int],
        fresh: set[int],
        understood: dict[int, UnderstoodGroup],
        sources: dict[int, SourceRef],
        of: dict[int, int],
    ) -> None:
        """Write the rows of groups from everything that is said of them."""
        said = self._said(group_ids, fresh, understood, sources, of)
        corrections = corrections_of(self.connection, said)
        rows: list[dict[str, Any]] = []
        keys: dict[int, int] = {}
        topics, links = [], []
        texts: dict[int, str] = {}
        for group_id, parts in said.items():
            parts.sort(key=attrgetter("precedence"))
            group = merge_groups(
                [
                    replace(each.understood, record=shown(each.understood.record, each.source.republishing))
                    for each in parts
                ]
            )
            row = self._row(group_id, group, sample=all(each.source.sample for each in parts))
            row = corrected(row, corrections.get(group_id, NONE), self.now)
            rows.append(row)
            keys |= {each: group_id for each in group.keys if self.by_key.get(each, group_id) == group_id}
            topics += [
                {"topic": topic, "cell": group.where.cell, "group_id": group_id}
                for topic in (topic_keys(row["topics"]) if row["removed_at"] is None else ())
            ]
            if row["removed_at"] is None:
                texts[group_id] = group.indexed().terms
            links += [
                {"key": each, "group_id": group_id}
                for part in parts
                for each in links_in(part.understood.record.description, part.understood.record.url)
            ]
        old = set(said) - fresh
        names = {row["id"]: row["name"] for row in rows}
        before = by_id(self.connection, select(GROUP.c.id, GROUP.c.name), GROUP.c.id, sorted(old))
        self.renamed |= {row.id for row in before if row.name != names[row.id]}
        replace_rows(self.connection, GROUP, rows, fresh, self.change)
        clear_groups(self.connection, old)
        delete_by(self.connection, GROUP_LINK.c.group_id, old)
        insert_rows(self.connection, GROUP_TOPIC, topics)
        put_group_texts(self.connection, texts)
        insert_rows(
            self.connection, GROUP_LINK, [dict(pair) for pair in {tuple(each.items()) for each in links}]
        )
        have = {
            row.key for row in by_id(self.connection, select(GROUP_KEY.c.key), GROUP_KEY.c.key, list(keys))
        }
        insert_rows(
            self.connection,
            GROUP_KEY,
            [{"key": each, "group_id": group_id} for each, group_id in keys.items() if each not in have],
        )
        self.touched |= set(said)
        self.written |= set(said)

    def _said(
        self,
        group_ids: set[int],
        fresh: set[int],
        understood: dict[int, UnderstoodGroup],
        sources: dict[int, SourceRef],
        of: dict[int, int],
    ) -> dict[int, list[Part[UnderstoodGroup]]]:
        """What is said of groups: by the batch, and by the listings stored before."""
        said: dict[int, list[Part[UnderstoodGroup]]] = defaultdict(list)
        known = first_seen(self.connection, of)
        for listing, group_id in of.items():
            part = Part(listing, sources[listing], known.get(listing, self.now), understood[listing])
            said[group_id].append(part)
        # What is new in a batch has no listing stored before it.
        stored = group_ids - fresh if of else group_ids
        for group_id, listings in listings_of(self.connection, "group_id", stored).items():
            for each in listings:
                if each.listing_id not in understood and isinstance(each.record, ScrapedGroup):
                    concluded = understand_group(each.record, each.source.hint)
                    said[group_id].append(Part(each.listing_id, each.source, each.first_seen_at, concluded))
        return said

    def _row(self, group_id: int, group: UnderstoodGroup, *, sample: bool) -> dict[str, Any]:
        record, where = group.record, group.where
        return {
            "id": group_id,
            "name": record.name,
            "name_key": name_key(record.name, where.city),
            "description": record.description,
            "url": record.url,
            "image": record.image,
            "members": record.members,
            "city": where.city,
            "region": where.region,
            "country": where.country,
            "lat": where.lat,
            "lon": where.lon,
            "cell": where.cell,
            "timezone": record.timezone or where.timezone,
            "topics": group.topics.to_json(),
            "career": group.topics.career,
            "sample": sample,
            "updated_at": self.now,
            "removed_at": None,
        }


def refresh_latest(connection: Connection, group_ids: Iterable[int], change: int) -> None:
    """Bring `latest_event_at` of groups up to date; that their events changed is a change of their own."""
    for chunk in chunks(sorted(group_ids)):
        latest = (
            select(func.max(EVENT.c.start_at))
            .where(
                EVENT.c.group_id == GROUP.c.id,
                EVENT.c.removed_at.is_(None),
                EVENT.c.merged_into.is_(None),
                EVENT.c.event_status != "EventCancelled",
            )
            .scalar_subquery()
        )
        connection.execute(
            update(GROUP).where(GROUP.c.id.in_(chunk)).values(latest_event_at=latest, change=change)
        )


def _organizer_keys(event: ScrapedEvent) -> tuple[int, ...]:
    organizer = event.organizer
    if organizer is None:
        return ()
    return group_keys(event.platform, organizer.uid or organizer.url or organizer.name, organizer.url)


def _first(*candidates: int | None) -> int | None:
    return next((each for each in candidates if each is not None), None)
