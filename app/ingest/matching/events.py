"""Whether two listings are about the same real event: a pure decider, the same whichever is named first.

Two listings of different sources are the same if they are at the same time and more likely than not the same by everything
they say. Two of one source are two, unless start, name and either the address or the place agree: a calendar that is filled
from two sides lists some evenings twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from app.core.fold import fold
from app.ingest.matching.names import telling_words
from app.ingest.matching.similarity import EventFeatures, event_similarity
from app.listings.locate import Whereabouts
from app.listings.normalise import zone
from app.listings.understand import UnderstoodEvent
from app.places.cells import haversine_km
from app.places.gazetteer import LatLon

# Of 100; names of one event differ by a prefix, a number or a sponsor, not by their words.
SAME_NAME: Final = 70.0
# Doors and talks are announced as the start by different people.
SAME_TIME: Final = timedelta(minutes=90)
# Two addresses of one venue, two ideas of the middle of a town, two towns that grew together are at most this far apart.
SAME_VENUE_KM: Final = 1.5
SAME_MIDDLE_KM: Final = 2.0
SAME_TOWN_KM: Final = 15.0
# Two points of one door.
_SAME_POINT_KM: Final = 0.05
_SURELY_DIFFERENT: Final = 0.1


@dataclass(frozen=True, slots=True)
class EventCandidate:
    """What a listing says, as far as telling events apart needs it; `start` in UTC."""

    listing_id: int
    source_id: int
    features: EventFeatures
    start: datetime
    all_day: bool
    url_key: int | None
    where: Whereabouts


def seen(listing_id: int, source_id: int, event: UnderstoodEvent, group_id: int | None) -> EventCandidate:
    """What an understood listing says."""
    record, where = event.record, event.where
    local = zone(event.timezone)
    return EventCandidate(
        listing_id=listing_id,
        source_id=source_id,
        features=EventFeatures(
            id="",
            name=record.name,
            start=event.start.astimezone(local).date(),
            end=event.until.astimezone(local).date(),
            url=record.url,
            city=where.city,
            country=where.country,
            lat=where.lat,
            lon=where.lon,
            online=record.event_attendance_mode == "online",
            group=None if group_id is None else str(group_id),
        ),
        start=event.start,
        all_day=record.all_day,
        url_key=event.url_key,
        where=where,
    )


def same(one: EventCandidate, other: EventCandidate) -> tuple[float, tuple[str, ...]]:
    """How likely two listings are one event, and why."""
    if same_page(one, other):
        return 1.0, ("same address and start",)
    if listed_twice(one, other):
        return 1.0, ("same name, start and place in one source",)
    if one.source_id == other.source_id or not _same_time(one, other):
        return 0.0, ()
    found = event_similarity(one.features, other.features)
    return found.probability, found.reasons


def contradict(chance: float) -> bool:
    """Whether two listings that are one event with this chance are surely of different ones."""
    return chance < _SURELY_DIFFERENT


def worth_comparing(one: EventCandidate, other: EventCandidate) -> bool:
    """Whether it is worth asking `same`: the same page or group near in time, or the same place, time and a word."""
    if one.url_key is not None and one.url_key == other.url_key:
        return True
    if one.features.group is not None and one.features.group == other.features.group:
        return True
    if one.source_id == other.source_id:
        return listed_twice(one, other)
    return (
        one.features.online == other.features.online
        and (one.features.online or _near(one.where, other.where))
        and alike_at_all(one.features.name, other.features.name)
    )


def alike_at_all(one: str, other: str) -> bool:
    """Whether two names have a telling word in common, or nearly one."""
    return not telling_words(one).isdisjoint(telling_words(other)) or (
        fuzz.ratio(_telling(one), _telling(other), score_cutoff=60) > 0
    )


@lru_cache(maxsize=16_384)
def _telling(name: str) -> str:
    return " ".join(sorted(telling_words(name)))


def same_page(one: EventCandidate, other: EventCandidate) -> bool:
    """The same address, start and name: one event even to one source, which may have given it a new uid."""
    return (
        one.url_key is not None
        and one.url_key == other.url_key
        and one.start == other.start
        and same_name(one.features.name, other.features.name)
    )


def listed_twice(one: EventCandidate, other: EventCandidate) -> bool:
    """Whether one source says the same name, start and place of both; a place that is only a town says too little."""
    return (
        one.source_id == other.source_id
        and one.start == other.start
        and one.all_day == other.all_day
        and _folded(one.features.name) == _folded(other.features.name)
        and not _of_two_groups(one, other)
        and _same_door(one, other)
    )


def _of_two_groups(one: EventCandidate, other: EventCandidate) -> bool:
    groups = {one.features.group, other.features.group} - {None}
    return len(groups) > 1


def _same_door(one: EventCandidate, other: EventCandidate) -> bool:
    """The same place by what both say of it: its name before its address before its point, since a house has many rooms."""
    if one.features.online or other.features.online:
        return one.features.online == other.features.online and one.features.group is not None
    first, second = one.where, other.where
    for ours, theirs in ((_venue(first), _venue(second)), (first.address, second.address)):
        if ours and theirs:
            return _folded(ours) == _folded(theirs) and not _in_two_towns(first, second)
    return first.exact and second.exact and _apart(first.point, second.point) <= _SAME_POINT_KM


def _venue(where: Whereabouts) -> str | None:
    """The name of a place, unless it is only its town's."""
    return None if where.name and where.city and _folded(where.name) == _folded(where.city) else where.name


def _in_two_towns(one: Whereabouts, other: Whereabouts) -> bool:
    return one.point is not None and other.point is not None and _apart(one.point, other.point) > SAME_TOWN_KM


@lru_cache(maxsize=16_384)  # each name is compared with many
def _folded(text: str) -> str:
    return fold(text)


def same_name(one: str, other: str) -> bool:
    """Whether two names mean one event: equal once folded, or alike word for word."""
    folded, second = fold(one), fold(other)
    return folded == second or fuzz.token_set_ratio(folded, second) >= SAME_NAME


def _same_time(one: EventCandidate, other: EventCandidate) -> bool:
    if one.all_day or other.all_day:
        return one.features.start == other.features.start
    return abs(one.start - other.start) <= SAME_TIME


def _near(one: Whereabouts, other: Whereabouts) -> bool:
    """Two venues next to each other; a venue and the town that it is in; two towns next to each other."""
    if one.exact and other.exact:
        return _apart(one.point, other.point) <= SAME_VENUE_KM
    if one.exact == other.exact:
        return _apart(one.point, other.point) <= SAME_TOWN_KM
    venue, town = (one, other) if one.exact else (other, one)
    # The second says how far around its town a listing looks for venues.
    return (
        _apart(venue.middle, town.point) <= SAME_MIDDLE_KM and _apart(venue.point, town.point) <= SAME_TOWN_KM
    )


def _apart(one: LatLon | None, other: LatLon | None) -> float:
    if one is None or other is None:
        return math.inf
    return haversine_km(one.lat, one.lon, other.lat, other.lon)
