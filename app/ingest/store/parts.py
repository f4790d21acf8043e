"""What each source says of one event, and what of it the others must not change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from app.ingest.store.listings import Part, Said
from app.listings.republish import shown
from app.listings.understand import UnderstoodEvent, understand_event
from scrapers.records import ScrapedEvent

EventPart = Part[UnderstoodEvent]


def understood_parts(listings: Iterable[Said]) -> list[EventPart]:
    """What stored listings say of events, understood again."""
    return [
        Part(
            each.listing_id, each.source, each.first_seen_at, understand_event(each.record, each.source.hint)
        )
        for each in listings
        if isinstance(each.record, ScrapedEvent)
    ]


def shown_part(part: EventPart) -> UnderstoodEvent:
    """The event with as much of its record as may be shown; only that can be searched."""
    event = part.understood
    record = shown(event.record, part.source.republishing)
    return event if record is event.record else replace(event, record=record, text=None)


def with_url_of_the_first(event: UnderstoodEvent, ordered: Sequence[EventPart]) -> UnderstoodEvent:
    """The event with an address on the host that it was first seen on: who copies a listing must not lead people elsewhere."""
    linked = [each for each in ordered if each.understood.record.url]
    if len(linked) < 2:
        return event
    first = min(linked, key=lambda each: each.precedence[1:])
    host = _host(first.understood)
    if _host(event) == host:
        return event
    leading = next(each.understood for each in linked if _host(each.understood) == host)
    return replace(event, record=replace(event.record, url=leading.record.url), url_key=leading.url_key)


def _host(event: UnderstoodEvent) -> str | None:
    return urlsplit(event.record.url or "").hostname
