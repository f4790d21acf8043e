"""Coming events that were made of listings which are probably, but not surely, about the same: for an operator to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import Connection, func, select

from app.ingest.matching.events import EventCandidate, same
from app.ingest.matching.reason import Reason, event_reasons
from app.ingest.store.candidates import Near
from app.ingest.store.groups import Groups
from app.ingest.store.overrides import Pairs, overrides_of
from app.ingest.store.rows import EVENT, LISTING

# Surer ones need no look.
SURE: Final = 0.97
_MOST_LOOKED_AT: Final = 1_000
Listing = TypeVar("Listing")


@dataclass(frozen=True, slots=True)
class DoubtfulMerge:
    """An event or group, the listing of it that fits worst, how probably that one belongs to it (0 to 1), and what speaks for and against."""

    number: int
    listing_id: int
    chance: float
    reasons: tuple[Reason, ...]


def doubtful_merges(connection: Connection, now: datetime, limit: int = 20) -> list[DoubtfulMerge]:
    """The least sure first, of the soonest events; what an operator has confirmed is left out."""
    several = (
        select(LISTING.c.event_id)
        .join(EVENT, EVENT.c.id == LISTING.c.event_id)
        .where(
            LISTING.c.removed_at.is_(None),
            EVENT.c.removed_at.is_(None),
            EVENT.c.merged_into.is_(None),
            EVENT.c.until_at > now,
        )
        .group_by(LISTING.c.event_id)
        .having(func.count() > 1)
        .order_by(func.min(EVENT.c.start_at), LISTING.c.event_id)
        .limit(_MOST_LOOKED_AT)
    )
    ids = [row.event_id for row in connection.execute(several)]
    near = Near(connection, Groups(connection, now))
    found = []
    for candidate in near.listings(ids):
        event_id = near.event_of[candidate.listing_id]
        found.append((event_id, candidate))
    by_event: dict[int, list[EventCandidate]] = {}
    for event_id, candidate in found:
        by_event.setdefault(event_id, []).append(candidate)
    confirmed, _ = overrides_of(connection, [candidate.listing_id for _, candidate in found])
    merges = [
        merge
        for event_id, listings in by_event.items()
        if (merge := _weakest(event_id, _joined(near, listings), confirmed)) is not None
        and merge.chance < SURE
    ]
    return sorted(merges, key=lambda each: (each.chance, each.number))[:limit]


def _joined(near: Near, listings: list[EventCandidate]) -> list[EventCandidate]:
    """The listings, the one that leads at the end."""
    return sorted(
        listings, key=lambda each: (near.sources[each.listing_id].rank, each.listing_id), reverse=True
    )


def weakest(
    listings: Sequence[Listing], chance: Callable[[Listing, Listing], float]
) -> tuple[float, Listing, Listing] | None:
    """The listing that fits worst: how probably it belongs to the one it fits best, itself, and that one; None for a single listing.

    Of listings that fit equally badly it is the first, so the one that leads has to come last.
    """
    if len(listings) < 2:
        return None
    fits = [
        max(
            ((chance(one, other), one, other) for other in listings if other is not one),
            key=lambda each: each[0],
        )
        for one in listings
    ]
    return min(fits, key=lambda each: each[0])


def _weakest(event_id: int, listings: list[EventCandidate], confirmed: Pairs) -> DoubtfulMerge | None:
    found = weakest(listings, lambda one, other: _chance(one, other, confirmed))
    if found is None:
        return None
    chance, one, nearest = found
    return DoubtfulMerge(event_id, one.listing_id, chance, event_reasons(one, nearest))


def _chance(one: EventCandidate, other: EventCandidate, confirmed: Pairs) -> float:
    pair = min(one.listing_id, other.listing_id), max(one.listing_id, other.listing_id)
    return 1.0 if pair in confirmed else same(one, other)[0]
