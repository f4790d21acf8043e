"""What waits for an operator's eyes: doubtful merges with both sides, what is hidden or removed, what was decided lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from app.auth.repository.audit import entries
from app.core.ids import internal, public
from app.db import Database
from app.ingest.matching.reason import Reason
from app.ingest.store.corrections import hidden_things
from app.ingest.store.doubtful import doubtful_merges
from app.ingest.store.doubtful_groups import doubtful_groups
from app.ingest.store.listings import Said, listings_of
from app.ingest.takedowns.repository import events_listed_at, things_at
from app.service.admin.curation import UNDONE_BY, Things
from scrapers.records import ScrapedEvent

_DECISIONS: Final = frozenset({*UNDONE_BY, "confirm", "topics"})
_MOST_ENTRIES: Final = 200
_EXCERPT: Final = 300


@dataclass(frozen=True, slots=True)
class Side:
    """What one source says of an event or group."""

    id: str
    source: str
    name: str
    url: str | None
    start: str | None
    where: str
    excerpt: str
    is_doubtful: bool


@dataclass(frozen=True, slots=True)
class MergeToReview:
    """An event or group whose listings are probably one. `percent` is how probably the doubtful one belongs to it."""

    things: Things
    id: str
    name: str
    percent: int
    reasons: tuple[Reason, ...]
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class HiddenThing:
    """What an operator has hidden."""

    things: str
    id: str
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """An entry of the audit log that is about events or groups."""

    id: int
    at: datetime
    actor: str
    things: Literal["events", "groups"]
    deed: str
    target: str
    can_be_undone: bool


def merges_to_review(
    database: Database, now: datetime, things: Things = "events", limit: int = 20
) -> list[MergeToReview]:
    """Coming events, or groups, whose listings may not be one; the least sure first."""
    with database.read() as connection:
        if things == "events":
            found = doubtful_merges(connection, now, limit)
            listings = listings_of(connection, "event_id", [each.number for each in found])
        else:
            found = doubtful_groups(connection, limit)
            listings = listings_of(connection, "group_id", [each.number for each in found])
    shown = []
    for each in found:
        sides = tuple(
            _side(said, is_doubtful=said.listing_id == each.listing_id)
            for said in sorted(listings[each.number], key=lambda said: said.listing_id == each.listing_id)
        )
        percent = round(each.chance * 100)
        shown.append(MergeToReview(things, public(each.number), sides[0].name, percent, each.reasons, sides))
    return shown


def hidden(database: Database) -> list[HiddenThing]:
    """What is hidden, the latest first."""
    with database.read() as connection:
        return [
            HiddenThing(things, public(number), name, since)
            for things, number, name, since in hidden_things(connection)
        ]


def decisions(database: Database, limit: int = 20) -> list[Decision]:
    """What was decided about events and groups, the latest first."""
    found = []
    for row in entries(database, _MOST_ENTRIES):
        things, _, deed = str(row["action"]).partition(".")
        if things in ("events", "groups") and deed in _DECISIONS:
            known: Literal["events", "groups"] = "events" if things == "events" else "groups"
            can_be_undone = deed in UNDONE_BY and (deed != "merge" or "parts" in row["detail"])
            found.append(
                Decision(row["id"], row["at"], row["actor"], known, deed, row["target"], can_be_undone)
            )
    return found[:limit]


def look_up(database: Database, text: str) -> tuple[str, str] | None:
    """Find an event or group by its id, its page here or the address of a listing: `events` or `groups` and its id, or None."""
    wanted = text.strip()
    last = wanted.rstrip("/").rpartition("/")[2]
    for each in (wanted, last):
        if internal(each) is not None or each == wanted:
            found = things_at(database, each)
            if found:
                return found[0][0], public(found[0][1])
    merged = events_listed_at(database, wanted)
    return ("events", public(merged[0])) if merged else None


def _side(said: Said, *, is_doubtful: bool) -> Side:
    record = said.record
    place = record.location
    where = ", ".join(part for part in (place.name, place.city) if part) if place else ""
    start = record.start_date.isoformat() if isinstance(record, ScrapedEvent) and record.start_date else None
    excerpt = " ".join((record.description or "").split())[:_EXCERPT]
    return Side(
        public(said.listing_id), said.source.name, record.name, record.url, start, where, excerpt, is_doubtful
    )
