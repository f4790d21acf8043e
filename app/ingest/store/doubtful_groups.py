"""Groups that were made of listings which are probably, but not surely, about the same: for an operator to look at."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Final

from sqlalchemy import Connection, func, select

from app.ingest.matching.groups import KnownGroup, group_reasons, group_similarity, links_in, site_of
from app.ingest.store.doubtful import DoubtfulMerge, weakest
from app.ingest.store.listings import Said, listings_of
from app.ingest.store.overrides import Pairs, overrides_of
from app.ingest.store.rows import EVENT, GROUP, LISTING, by_id
from app.listings.understand import understand_group
from scrapers.records import ScrapedGroup

# One name in one town is less sure than a link, a site or events that both have.
SURE: Final = 0.9
_MOST_LOOKED_AT: Final = 1_000
# Of a group, events that two sources list.
_Shared = Counter[tuple[int, int]]


def doubtful_groups(connection: Connection, limit: int = 20) -> list[DoubtfulMerge]:
    """The least sure first; what an operator has confirmed is left out."""
    several = (
        select(LISTING.c.group_id)
        .join(GROUP, GROUP.c.id == LISTING.c.group_id)
        .where(
            LISTING.c.kind == "g",
            LISTING.c.removed_at.is_(None),
            GROUP.c.removed_at.is_(None),
            GROUP.c.merged_into.is_(None),
        )
        .group_by(LISTING.c.group_id)
        .having(func.count() > 1)
        .order_by(LISTING.c.group_id.desc())
        .limit(_MOST_LOOKED_AT)
    )
    ids = [row.group_id for row in connection.execute(several)]
    listings = listings_of(connection, "group_id", ids)
    confirmed, _ = overrides_of(connection, [each.listing_id for said in listings.values() for each in said])
    shared = _shared_events(connection, ids)
    merges = [_weakest(number, listings[number], shared[number], confirmed) for number in ids]
    doubtful = [each for each in merges if each is not None and each.chance < SURE]
    return sorted(doubtful, key=lambda each: (each.chance, each.number))[:limit]


def _shared_events(connection: Connection, ids: Sequence[int]) -> dict[int, _Shared]:
    """By group, how many of its events two sources (lower id first) list both."""
    query = (
        select(EVENT.c.group_id, LISTING.c.event_id, LISTING.c.source_id)
        .join(LISTING, LISTING.c.event_id == EVENT.c.id)
        .where(LISTING.c.removed_at.is_(None))
        .distinct()
    )
    sources: dict[tuple[int, int], set[int]] = defaultdict(set)
    for row in by_id(connection, query, EVENT.c.group_id, sorted(ids)):
        sources[row.group_id, row.event_id].add(row.source_id)
    found: dict[int, _Shared] = defaultdict(Counter)
    for (group_id, _), together in sources.items():
        found[group_id].update(combinations(sorted(together), 2))
    return found


def _weakest(number: int, said: list[Said], shared: _Shared, confirmed: Pairs) -> DoubtfulMerge | None:
    ordered = sorted(said, key=lambda each: (each.source.rank, each.listing_id), reverse=True)
    known = {each.listing_id: _known(each) for each in ordered}
    found = weakest(ordered, lambda one, other: _chance(one, other, known, shared, confirmed))
    if found is None:
        return None
    chance, one, nearest = found
    events = _events_of(one, nearest, shared)
    reasons = group_reasons(known[one.listing_id], known[nearest.listing_id], events)
    return DoubtfulMerge(number, one.listing_id, chance, reasons)


def _chance(one: Said, other: Said, known: dict[int, KnownGroup], shared: _Shared, confirmed: Pairs) -> float:
    pair = min(one.listing_id, other.listing_id), max(one.listing_id, other.listing_id)
    first, second = known[one.listing_id], known[other.listing_id]
    if pair in confirmed or first.keys & second.keys:
        return 1.0
    return group_similarity(first, second, _events_of(one, other, shared)).probability


def _events_of(one: Said, other: Said, shared: _Shared) -> int:
    return shared[min(one.source.id, other.source.id), max(one.source.id, other.source.id)]


def _known(said: Said) -> KnownGroup:
    """What one listing says, as if it were a group of its own."""
    record = said.record
    assert isinstance(record, ScrapedGroup)
    group = understand_group(record, said.source.hint)
    return KnownGroup(
        id=said.listing_id,
        name=record.name,
        city=group.where.city,
        lat=group.where.lat,
        lon=group.where.lon,
        site=site_of(record.url),
        keys=frozenset(group.keys),
        links=links_in(record.description, record.url),
        platforms=frozenset({record.platform}),
    )
