"""Which listings are the same real thing: a pure decider over a listing and the candidates a store found for it.

It asks nothing, so it gives the same answer in a batch and one by one. A listing that is already attached stays attached
(same source and uid). A new one joins a known event that has its address, its start and a name that means the same; or an
event of another source at the same time that is more likely than not the same by everything the two say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rapidfuzz import fuzz

from app.ingest.likeness import Sighting, likeness
from app.words import fold

# Of 100; names of one event differ by a prefix, a number or a sponsor, not by their words.
SAME_NAME: Final = 70.0
# Doors and talks are announced as the start by different people.
SAME_TIME: Final = timedelta(minutes=90)


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of a listing with the same source and uid."""

    event_id: int
    content_hash: int
    removed: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What a listing or a stored event says, as far as telling events apart needs it; `start` in UTC."""

    sighting: Sighting
    start: datetime
    all_day: bool
    url_key: int | None
    # The sources that speak of it: one for a listing, any number for a stored event.
    sources: frozenset[int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored event that a new listing could be about."""

    event_id: int
    seen: Seen


@dataclass(frozen=True, slots=True)
class Insert:
    """The listing is about an event that nobody told us of yet."""


@dataclass(frozen=True, slots=True)
class Attach:
    """The listing is another word on a known event."""

    event_id: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """The listing changed, or came back after it had vanished."""

    event_id: int


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The listing says what it said."""

    event_id: int


Decision = Insert | Attach | Update | Unchanged


def decide(
    listing: Seen, content_hash: int, known: Known | None, candidates: Iterable[Candidate]
) -> Decision:
    """What to do with a listing. Of several candidates the likeliest wins, of equals the oldest (lowest id)."""
    if known is not None:
        if known.content_hash == content_hash and not known.removed:
            return Unchanged(known.event_id)
        return Update(known.event_id)
    best: tuple[float, int, tuple[str, ...]] | None = None
    for candidate in candidates:
        probability, reasons = _same(listing, candidate.seen)
        found = (-probability, candidate.event_id, reasons)
        if probability >= 0.5 and (best is None or found[:2] < best[:2]):
            best = found
    return Insert() if best is None else Attach(best[1], best[2])


def same_name(one: str, other: str) -> bool:
    """Whether two names mean one event: equal once folded, or alike word for word."""
    folded, second = fold(one), fold(other)
    return folded == second or fuzz.token_set_ratio(folded, second) >= SAME_NAME


def _same(listing: Seen, other: Seen) -> tuple[float, tuple[str, ...]]:
    """How likely the two are one event, and why."""
    if (
        listing.url_key is not None
        and listing.url_key == other.url_key
        and listing.start == other.start
        and same_name(listing.sighting.name, other.sighting.name)
    ):
        return 1.0, ("same address and start",)
    # One source lists two things because they are two.
    if listing.sources & other.sources or not _same_time(listing, other):
        return 0.0, ()
    found = likeness(listing.sighting, other.sighting)
    return found.probability, found.reasons


def _same_time(one: Seen, other: Seen) -> bool:
    if one.all_day or other.all_day:
        return one.sighting.start == other.sighting.start
    return abs(one.start - other.start) <= SAME_TIME
