"""From a normalised record to what we conclude of it: where it is, when it is there, what it is for. Pure.

`understand_event` and `understand_group` are `locate` and `classify` in one go; `merge` makes one of several
listings' conclusions, field by field, the best source first.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from app.core.ids import key
from app.listings.locate import PlaceHint, Whereabouts, better, locate
from app.listings.normalise import as_utc, zone
from app.listings.urls import canonical
from app.taxonomy.classify import classify
from app.taxonomy.keys import TopicKind, topic_key
from app.textindex.documents import event_text, group_text
from app.textindex.tokens import Indexed
from scrapers.records import ScrapedEvent, ScrapedGroup

# Weaker guesses are evidence for a classifier, not for a search result.
LEAST_CONFIDENCE: Final = 0.3
_MOST_TOPICS: Final = 6


@dataclass(frozen=True, slots=True)
class Topics:
    """Career fields, interests and purposes, each (id, confidence) best first."""

    field: tuple[tuple[str, float], ...] = ()
    interest: tuple[tuple[str, float], ...] = ()
    purpose: tuple[tuple[str, float], ...] = ()
    career: float = 0.0

    def to_json(self) -> str:
        """Compact JSON as the `topics` columns hold it."""
        named = {"field": self.field, "interest": self.interest, "purpose": self.purpose}
        return json.dumps({kind: found for kind, found in named.items() if found}, separators=(",", ":"))

    def pairs(self) -> list[tuple[TopicKind, str]]:
        """(kind, id) of every topic."""
        kinds: tuple[tuple[TopicKind, tuple[tuple[str, float], ...]], ...] = (
            ("field", self.field),
            ("interest", self.interest),
            ("purpose", self.purpose),
        )
        return [(kind, each) for kind, found in kinds for each, _ in found]


@dataclass(frozen=True, slots=True)
class UnderstoodEvent:
    """An event record with its conclusions. `until` is the end, or the start where no end is known."""

    record: ScrapedEvent
    start: datetime
    until: datetime
    timezone: str
    local_minute: int
    local_weekday: int
    where: Whereabouts
    topics: Topics
    url_key: int | None
    text: Indexed | None = None

    def indexed(self, topics: Collection[int] | None = None) -> Indexed:
        """What the text index is to hold of it; `topics` are those an operator wants instead of its own."""
        record, where = self.record, self.where
        own = {topic_key(*each) for each in self.topics.pairs()}
        if self.text is not None and (topics is None or own == set(topics)):
            return self.text
        return event_text(
            record.name,
            (record.description, where.name, where.city, record.organizer.name if record.organizer else None),
            record.in_language,
            where.cell,
            int((self.until - self.start).total_seconds()),
            own if topics is None else topics,
        )


@dataclass(frozen=True, slots=True)
class UnderstoodGroup:
    """A group record with its conclusions; `keys` are what the group is known by across sources."""

    record: ScrapedGroup
    where: Whereabouts
    topics: Topics
    keys: tuple[int, ...]

    def indexed(self) -> Indexed:
        """What the text index is to hold of it."""
        return group_text(self.record.name, (self.record.description, self.where.city), self.where.cell)


def understand_event(event: ScrapedEvent, hint: PlaceHint, *, classified: bool = True) -> UnderstoodEvent:
    """Place, instants and, unless they are not asked for, topics of a normalised event."""
    online = event.event_attendance_mode == "online"
    where = locate(event.location, hint, online=online)
    # A feed in UTC names the instant and says nothing about the clock on the wall there.
    stated = None if event.timezone == "UTC" else event.timezone
    timezone = stated or where.timezone or hint.timezone or _offset_zone(event) or "UTC"
    local = zone(timezone)
    start = as_utc(event.start_date, local)
    begins = start.astimezone(local)
    concluded = UnderstoodEvent(
        record=event,
        start=start,
        until=_until(event, start, timezone),
        timezone=timezone,
        local_minute=begins.hour * 60 + begins.minute,
        local_weekday=begins.isoweekday(),
        where=where,
        topics=_topics(event.name, event.description, (*event.keywords, *hint.topics))
        if classified
        else Topics(),
        url_key=url_key(event.url),
    )
    return replace(concluded, text=concluded.indexed()) if classified else concluded


def understand_group(group: ScrapedGroup, hint: PlaceHint) -> UnderstoodGroup:
    """Place and topics of a normalised group."""
    return UnderstoodGroup(
        record=group,
        where=locate(group.location, hint, online=False),
        topics=_topics(group.name, group.description, (*group.keywords, *hint.topics)),
        keys=group_keys(group.platform, group.uid, group.url),
    )


@lru_cache(maxsize=16_384)  # every event of a group asks
def group_keys(platform: str, uid: str | None, url: str | None) -> tuple[int, ...]:
    """The keys a group is known by: its canonical address, and its platform's own id."""
    keys = []
    address = canonical(url) if url else None
    if address:
        keys.append(key("group-url", address))
    if uid:
        keys.append(key("group-uid", platform, uid))
    return tuple(keys)


def url_key(url: str | None) -> int | None:
    """The key of an event's canonical address."""
    address = canonical(url) if url else None
    return key("event-url", address) if address else None


def merge_events(listings: list[UnderstoodEvent]) -> UnderstoodEvent:
    """One event of several listings, the best source first: its words, and what it lacks from the next ones."""
    best, *others = listings
    for other in others:
        best = replace(
            best,
            record=_filled(best.record, other.record),
            where=better(best.where, other.where),
            url_key=best.url_key if best.url_key is not None else other.url_key,
            until=other.until if best.until == best.start and other.until > best.until else best.until,
            topics=best.topics if best.topics.pairs() else other.topics,
            text=None,
        )
    return best


def merge_groups(listings: list[UnderstoodGroup]) -> UnderstoodGroup:
    """One group of several listings; the largest known membership counts."""
    best, *others = listings
    for other in others:
        members = [count for count in (best.record.members, other.record.members) if count is not None]
        best = replace(
            best,
            record=replace(_filled(best.record, other.record), members=max(members, default=None)),
            where=better(best.where, other.where),
            topics=best.topics if len(best.topics.pairs()) >= len(other.topics.pairs()) else other.topics,
            keys=tuple(dict.fromkeys((*best.keys, *other.keys))),
        )
    return best


def _filled(best: Any, other: Any) -> Any:
    """The best record with its nulls taken from the other one."""
    missing = {
        name: getattr(other, name)
        for name in best.__dataclass_fields__
        if getattr(best, name) in (None, ()) and getattr(other, name) not in (None, ())
    }
    return replace(best, **missing) if missing else best


def _until(event: ScrapedEvent, start: datetime, timezone: str) -> datetime:
    if event.all_day:
        last = event.end_date or event.start_date
        return as_utc(date(last.year, last.month, last.day) + timedelta(days=1), zone(timezone))
    return as_utc(event.end_date, UTC) if isinstance(event.end_date, datetime) else start


def _offset_zone(event: ScrapedEvent) -> str | None:
    """A fixed-offset zone for an event that says only its offset, so that its local day is right."""
    if not isinstance(event.start_date, datetime):
        return None
    offset = event.start_date.utcoffset()
    if not offset or offset.total_seconds() % 3600 or abs(offset) > timedelta(hours=12):
        return None
    # POSIX names count west of Greenwich as positive.
    return f"Etc/GMT{-int(offset.total_seconds() // 3600):+d}"


def _topics(name: str, description: str | None, keywords: tuple[str, ...]) -> Topics:
    return _classified(name, description[:4_000] if description else None, keywords)


@lru_cache(maxsize=4_096)  # occurrences of one series come one after the other, in the same words
def _classified(name: str, description: str | None, keywords: tuple[str, ...]) -> Topics:
    found = classify(name, description, keywords)
    return Topics(
        field=_best(found.fields),
        interest=_best(found.interests),
        purpose=_best(found.purposes),
        career=round(found.career, 3),
    )


def _best(topics: Any) -> tuple[tuple[str, float], ...]:
    kept = [(each.id, round(each.confidence, 2)) for each in topics if each.confidence >= LEAST_CONFIDENCE]
    return tuple(kept[:_MOST_TOPICS])
