"""Joins stored groups that are one: finds who could be, asks `group_similarity`, and makes the younger lead to the older."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from app.ingest.matching.clustering import clusters_of
from app.ingest.matching.groups import KnownGroup, group_similarity, site_of
from app.ingest.store.corrections import redirect_merged
from app.ingest.store.index import clear_groups
from app.ingest.store.overrides import overrides_of
from app.ingest.store.rows import (
    EVENT,
    EVENT_VARIANT,
    GROUP,
    GROUP_KEY,
    GROUP_LINK,
    LISTING,
    SOURCE,
    by_id,
    delete_by,
)


class GroupMerger:
    """Decides over groups inside a write transaction that holds the store lock."""

    def __init__(self, connection: Connection, now: datetime, change: int) -> None:
        self.connection = connection
        self.now = now
        self.change = change

    def merge(self, written: set[int], shared: Iterable[tuple[int, int]]) -> dict[int, int]:
        """Join groups that were written, or that hold events together, with their like; merged id -> survivor."""
        shared = set(shared)
        pairs = shared | self._of_one_name(written) | self._linked(written)
        if not pairs:
            return {}
        groups = self._known({each for pair in pairs for each in pair})
        together = Counter(shared)
        told, apart = self._overrides(set(groups))
        likely = []
        for pair in sorted(pairs):
            if pair[0] in groups and pair[1] in groups and pair not in apart:
                found = group_similarity(groups[pair[0]], groups[pair[1]], together[pair])
                if found.same:
                    likely.append((found.probability, *pair))

        def different(one: int, other: int) -> bool:
            pair = min(one, other), max(one, other)
            return (
                pair in apart
                or group_similarity(groups[one], groups[other], together[pair]).probability < 0.1
            )

        merged = {}
        for cluster in clusters_of(groups, likely, different, told):
            merged.update(dict.fromkeys(cluster[1:], cluster[0]))
        self._redirect_merged(merged)
        return merged

    def _of_one_name(self, written: set[int]) -> set[tuple[int, int]]:
        ours = select(GROUP.c.id, GROUP.c.name_key).where(GROUP.c.name_key.is_not(None))
        keys = defaultdict(set)
        for row in by_id(self.connection, ours, GROUP.c.id, sorted(written)):
            keys[row.name_key].add(row.id)
        alike = ours.where(GROUP.c.merged_into.is_(None))
        return {
            (min(row.id, each), max(row.id, each))
            for row in by_id(self.connection, alike, GROUP.c.name_key, sorted(keys))
            for each in keys[row.name_key]
            if row.id != each
        }

    def _linked(self, written: set[int]) -> set[tuple[int, int]]:
        """Groups that one of ours points to, and groups that point to one of ours."""
        query = select(GROUP_LINK.c.group_id.label("one"), GROUP_KEY.c.group_id.label("other")).join(
            GROUP_KEY, GROUP_KEY.c.key == GROUP_LINK.c.key
        )
        return {
            (min(row.one, row.other), max(row.one, row.other))
            for column in (GROUP_LINK.c.group_id, GROUP_KEY.c.group_id)
            for row in by_id(self.connection, query, column, sorted(written))
            if row.one != row.other
        }

    def _known(self, ids: set[int]) -> dict[int, KnownGroup]:
        keys: dict[int, set[int]] = defaultdict(set)
        links: dict[int, set[int]] = defaultdict(set)
        platforms: dict[int, set[str]] = defaultdict(set)
        ordered = sorted(ids)
        for row in by_id(self.connection, select(GROUP_KEY), GROUP_KEY.c.group_id, ordered):
            keys[row.group_id].add(row.key)
        for row in by_id(self.connection, select(GROUP_LINK), GROUP_LINK.c.group_id, ordered):
            links[row.group_id].add(row.key)
        on = (
            select(LISTING.c.group_id, SOURCE.c.platform)
            .join(SOURCE, SOURCE.c.id == LISTING.c.source_id)
            .where(LISTING.c.kind == "g")
            .distinct()
        )
        for row in by_id(self.connection, on, LISTING.c.group_id, ordered):
            platforms[row.group_id].add(row.platform)
        query = select(GROUP).where(GROUP.c.merged_into.is_(None))
        return {
            row.id: KnownGroup(
                id=row.id,
                name=row.name,
                city=row.city,
                lat=row.lat,
                lon=row.lon,
                site=site_of(row.url),
                keys=frozenset(keys[row.id]),
                links=frozenset(links[row.id]),
                platforms=frozenset(platforms[row.id]),
            )
            for row in by_id(self.connection, query, GROUP.c.id, ordered)
        }

    def _overrides(self, ids: set[int]) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
        """An operator's word on listings, as a word on their groups."""
        query = select(LISTING.c.id, LISTING.c.group_id)
        of = {row.id: row.group_id for row in by_id(self.connection, query, LISTING.c.group_id, sorted(ids))}
        told, apart = overrides_of(self.connection, of)
        return _pairs(told, of), _pairs(apart, of)

    def _redirect_merged(self, merged: dict[int, int]) -> None:
        """Make merged ids lead to their survivor, with their listings, keys, links and events."""
        redirect_merged(self.connection, merged, self.now)
        for group, survivor in merged.items():
            self.connection.execute(update(EVENT).where(EVENT.c.group_id == group).values(change=self.change))
            for column in (
                LISTING.c.group_id,
                GROUP_KEY.c.group_id,
                EVENT.c.group_id,
                EVENT_VARIANT.c.group_id,
            ):
                self.connection.execute(
                    update(column.table).where(column == group).values({column.name: survivor})
                )
            self.connection.execute(
                update(GROUP)
                .where(or_(GROUP.c.id == group, GROUP.c.merged_into == group))
                .values(merged_into=survivor, updated_at=self.now, change=self.change)
            )
        clear_groups(self.connection, merged)
        delete_by(self.connection, GROUP_LINK.c.group_id, merged)


def _pairs(pairs: Iterable[tuple[int, int]], of: dict[int, int]) -> set[tuple[int, int]]:
    return {(min(of[a], of[b]), max(of[a], of[b])) for a, b in pairs if of[a] != of[b]}
