"""Reads the events of a web page from whatever markup it has: JSON-LD, then microdata and RDFa, then microformats.

The page is parsed once. What a later syntax says of an event that an earlier one gave is not told twice; each syntax
itself is read elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from scrapers.formats import jsonld, microdata, microformats
from scrapers.formats.elements import Page
from scrapers.formats.hevent import HEvents
from scrapers.formats.markup import scripts_in, text_of
from scrapers.formats.schemaorg import Listing
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading, ScrapedEvent, Warning  # noqa: A004  the toolbox's own word for it

_MIME: Final = "application/ld+json"


def read(payload: Payload, context: ReadContext, platform: str = "page") -> Reading:
    """The events of a page, each once, by the most telling syntax that has it."""
    markup = text_of(payload.body, payload.content_type)
    if markup.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}:
        return jsonld.read(payload, context, platform)
    tree = LexborHTMLParser(markup)
    readings: list[Reading] = []
    blocks = scripts_in(tree, _MIME)
    if blocks:
        listing = Listing(payload, context, platform)
        jsonld.add_blocks(listing, blocks)
        readings.append(listing.reading("jsonld"))
    has_items, has_formats = microdata.has_marks(markup), microformats.has_marks(markup)
    if has_items or has_formats:
        page = Page(tree)
        if has_items:
            listing = Listing(payload, context, platform)
            for each in microdata.trees(page, markup):
                listing.add(each)
            readings.append(listing.reading("microdata", complete=page.complete))
        if has_formats:
            reader = HEvents(payload, context, platform)
            reader.add(page)
            readings.append(reader.reading())
    return _merged([each for each in readings if each.items_seen or each.format == "jsonld"], context)


def _merged(readings: list[Reading], context: ReadContext) -> Reading:
    if not readings:
        warning = Warning("no_jsonld", "the page has no JSON-LD, and no event in other markup")
        return Reading("jsonld", warnings=(warning,), complete=False)
    first = next((each for each in readings if each.events), readings[0])
    events = list(first.events)
    for reading in readings:
        if reading is not first:
            events.extend(_unknown(reading.events, events))
    capped = context.max_events is not None and len(events) > context.max_events
    return replace(
        first,
        events=tuple(events[: context.max_events]),
        warnings=tuple(warning for each in readings for warning in each.warnings),
        complete=all(each.complete for each in readings) and not capped,
        items_seen=max(*(each.items_seen for each in readings), len({each.uid for each in events})),
    )


def _unknown(events: Iterable[ScrapedEvent], known: list[ScrapedEvent]) -> list[ScrapedEvent]:
    """The events that are not known by their name and start, or by an address that is theirs alone."""
    events = list(events)
    if not known:
        return events
    starts = {(each.name.casefold(), _instant(each.start_date)) for each in known}
    # The address of a list stands at all of its events and tells none from another.
    shared = Counter(each.url for each in events)
    urls = {each.url for each in known if each.url}
    return [
        each
        for each in events
        if (each.name.casefold(), _instant(each.start_date)) not in starts
        and not (each.url in urls and shared[each.url] == 1)
    ]


def _instant(moment: datetime | date) -> datetime | date:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment
