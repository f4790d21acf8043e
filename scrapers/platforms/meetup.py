"""Meetup: the calendar each group publishes, group pages with their member counts and topics, city pages.

Read: `/{urlname}/events/ical/` (what Meetup itself offers for subscription), group, event and path-form city pages.
Never read: what Meetup's robots.txt closes (`?location=`, `/gql2`, `/events/rss/`), and people: members, hosts, RSVPs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from scrapers.formats import ical, jsonld, markup
from scrapers.formats.detect import detect
from scrapers.formats.notes import Notes
from scrapers.formats.text import name
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms import _meetup_addresses
from scrapers.platforms._meetup_addresses import (
    SITE,
    calendar_url,
    event_path,
    group_url,
    is_city,
    site_of,
    urlname_of,
)
from scrapers.platforms._meetup_page import GroupPage, group_node, state_of
from scrapers.records import (
    Reading,
    ScrapedEvent,
    ScrapedGroup,
    ScrapedOrganizer,
    ScrapedPlace,
)

_EVENT_ID: Final = re.compile(r"event_([A-Za-z0-9]+)@")
_CALENDAR_TITLE: Final = re.compile(r"^Events - ")
_WHEN_LINE: Final = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \w+ \d{1,2} at \d{1,2}:\d{2} [AP]M"
)
_NOT_FOUND: Final = b'"Group not found"'


class Meetup(Platform):
    """meetup.com."""

    name: ClassVar[str] = "meetup"
    label: ClassVar[str] = "Meetup"
    text_rank: ClassVar[int] = 1
    terms_url: ClassVar[str | None] = "https://www.meetup.com/terms/"
    # Its terms keep the texts and pictures of its pages; facts are free.
    republish: ClassVar[Mapping[str, Any]] = {"attribution": "Meetup", "description": 300, "image": False}

    def access(self, url: str) -> Access | None:
        """FEED for group calendars, PAGE for group, event and city pages; everything else of Meetup is closed."""
        return _meetup_addresses.access(url)

    def recognises(self, payload: Payload) -> bool:
        if self.access(payload.url) is not None:
            return True
        head = payload.body[:2_048]
        return b"PRODID:-//Meetup" in head or (
            b"__APOLLO_STATE__" in payload.body and b"urlname" in payload.body
        )

    def canonical(self, url: str) -> str:
        """The address on www.meetup.com, in English, without tracking parameters; closed ones stay as they are."""
        return _meetup_addresses.canonical(url)

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """A group calendar, a group page (or its `__NEXT_DATA__` alone), an event page or a city page."""
        if detect(payload.body, payload.content_type) == "ical":
            return _calendar(payload, context)
        if _NOT_FOUND in payload.body[:500]:
            notes = Notes()
            notes.add("group_not_found", payload.url)
            return Reading("json", warnings=notes.warnings(), complete=False)
        text = markup.text_of(payload.body, payload.content_type)
        state = state_of(text)
        group = group_node(state) if state is not None and not is_city(payload.url) else None
        if state is not None and group is not None and not event_path(payload.url):
            return GroupPage(state, group, context, site_of(payload.url)).reading()
        return _listing(payload, context)


# The calendar of a group.


def _calendar(payload: Payload, context: ReadContext) -> Reading:
    document = ical.parse(payload.body)
    title = _CALENDAR_TITLE.sub("", document.title or "") or None
    reading = ical.read_document(document, context, Meetup.name)
    site = site_of(payload.url)
    urlname = urlname_of(payload.url) or next(
        (found for e in reading.events if (found := urlname_of(e.url))), None
    )
    organizer = (
        ScrapedOrganizer(uid=urlname, name=title, url=group_url(urlname, site) if urlname else None)
        if urlname or title
        else None
    )
    zones = {event.timezone for event in reading.events}
    groups = (
        (
            ScrapedGroup(
                platform=Meetup.name,
                source=context.source,
                uid=urlname,
                name=title,
                url=group_url(urlname, site),
                timezone=zones.pop() if len(zones) == 1 else None,
            ),
        )
        if urlname and title
        else ()
    )
    events = tuple(_tidied(event, title, organizer) for event in reading.events)
    return replace(reading, events=events, groups=groups)


def _tidied(event: ScrapedEvent, group: str | None, organizer: ScrapedOrganizer | None) -> ScrapedEvent:
    match = _EVENT_ID.match(event.uid)
    place = event.location
    mode = event.event_attendance_mode
    if mode == "online":
        # GEO is then where the group is, not where the event is.
        place = None
    elif place is not None and place.name is not None:
        place = _split_place(place)
    return replace(
        event,
        uid=match[1] if match else event.uid,
        description=_without_heading(event.description, group, event.url),
        location=place,
        organizer=organizer,
    )


def _split_place(place: ScrapedPlace) -> ScrapedPlace:
    """Meetup writes `Venue (street, city, country)`."""
    written = place.name or ""
    venue, opening, address = written.partition(" (")
    if not opening or not address.endswith(")"):
        return place
    return replace(place, name=venue.strip() or None, address=address[:-1].strip() or None)


def _without_heading(description: str | None, group: str | None, url: str | None) -> str | None:
    """A description without the group's name and the date on top and the event's address at the bottom."""
    if not description:
        return None
    lines = description.split("\n")
    if group and name(lines[0]) == group:
        lines = lines[1:]
    if lines and _WHEN_LINE.fullmatch(lines[0].strip()):
        lines = lines[1:]
    if lines and url and lines[-1].strip().rstrip("/") == url.rstrip("/"):
        lines = lines[:-1]
    return "\n".join(lines).strip() or None


# City and event pages.


def _listing(payload: Payload, context: ReadContext) -> Reading:
    reading = jsonld.read(payload, context, Meetup.name)
    events = tuple(_listed(event) for event in reading.events)
    urlnames = dict.fromkeys(
        event.organizer.uid for event in events if event.organizer and event.organizer.uid
    )
    return replace(
        reading,
        events=tuple({(event.uid, event.start_date): event for event in events}.values()),
        next=tuple(calendar_url(urlname) for urlname in urlnames if urlname),
    )


def _listed(event: ScrapedEvent) -> ScrapedEvent:
    match = event_path(event.url or "")
    organizer = event.organizer
    urlname = urlname_of(organizer.url if organizer else None) or (match[1].lower() if match else None)
    if urlname:
        organizer = ScrapedOrganizer(
            uid=urlname, name=organizer.name if organizer else None, url=group_url(urlname)
        )
    image = event.image
    if image and "/images/fallbacks/" in image:
        image = None
    if match is None:
        return replace(event, organizer=organizer, image=image)
    url = f"{SITE}/{match[1]}/events/{match[2]}/"
    return replace(event, uid=match[2], url=url, organizer=organizer, image=image)


# Group pages: the Apollo cache in __NEXT_DATA__, a flat map of "Type:id" to objects that refer to each other.
