"""Which listings are the same real thing: a pure decider over a listing and the candidates a store found for it.

It asks nothing, so it gives the same answer in a batch and one by one. Rules: a listing that is already attached stays
attached (same source and uid); a new one joins the event with the same canonical address, the same start and a name
that means the same; anything else is a new event.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rapidfuzz import fuzz

from app.words import fold

# Of 100; names of one event differ by a prefix, a number or a sponsor, not by their words.
SAME_NAME: Final = 70.0


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of a listing with the same source and uid."""

    event_id: int
    content_hash: int
    removed: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored event that a new listing could be about."""

    event_id: int
    name: str
    url_key: int | None
    start: datetime


@dataclass(frozen=True, slots=True)
class Insert:
    """The listing is about an event that nobody told us of yet."""


@dataclass(frozen=True, slots=True)
class Attach:
    """The listing is another source's word on a known event."""

    event_id: int
    reason: str


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
    *,
    name: str,
    url_key: int | None,
    start: datetime,
    content_hash: int,
    known: Known | None,
    candidates: Iterable[Candidate],
) -> Decision:
    """What to do with a listing. Of several candidates the oldest (lowest id) wins, whatever their order."""
    if known is not None:
        if known.content_hash == content_hash and not known.removed:
            return Unchanged(known.event_id)
        return Update(known.event_id)
    same = [
        candidate.event_id
        for candidate in candidates
        if url_key is not None
        and candidate.url_key == url_key
        and candidate.start == start
        and same_name(candidate.name, name)
    ]
    return Attach(min(same), "same address and start") if same else Insert()


def same_name(one: str, other: str) -> bool:
    """Whether two names mean one event: equal once folded, or alike word for word."""
    folded, second = fold(one), fold(other)
    return folded == second or fuzz.token_set_ratio(folded, second) >= SAME_NAME
