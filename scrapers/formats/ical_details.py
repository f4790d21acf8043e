"""What a VEVENT says besides its times: name, words, place, links (RFC 5545 3.8.1, RFC 7986)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Final

from scrapers.formats.ical_lines import Properties, unescaped
from scrapers.formats.ical_times import EventTimes, Item, SkipError, title_of
from scrapers.formats.ical_values import (
    first_value,
)
from scrapers.formats.identity import derived_uid
from scrapers.formats.notes import Notes
from scrapers.formats.places import coordinates_of, venue_of
from scrapers.formats.status import status_of
from scrapers.formats.text import keywords, name, paragraphs, web_url
from scrapers.records import AttendanceMode, EventStatus, ScrapedPlace

_UNESCAPED_COMMA: Final = re.compile(r"(?<!\\),")
_STATUSES: Final[dict[str, EventStatus]] = {
    "CANCELLED": "EventCancelled",
    "CANCELED": "EventCancelled",
    "POSTPONED": "EventPostponed",
}


class EventDetails:
    """Reads the details of events of one document; what cannot be read is noted."""

    def __init__(self, notes: Notes, times: EventTimes, platform: str, source: str) -> None:
        self._notes = notes
        self._times = times
        self._platform = platform
        self._source = source

    def of(self, item: Item, begins: datetime | date) -> dict[str, Any]:
        """The fields of the record. Raises `SkipError` for an event without a name."""
        properties = item.properties
        title = name(unescaped(first_value(properties, "SUMMARY")))
        if not title and "DESCRIPTION" in properties:
            title = name(unescaped(first_value(properties, "DESCRIPTION")).strip().partition("\n")[0], 120)
        if not title:
            self._notes.add("no_name", f"{item.uid or 'event'} at {begins.isoformat()}")
            raise SkipError
        uid = item.uid
        if not uid:
            self._notes.add("no_uid", f"{title} at {begins.isoformat()}")
            uid = derived_uid(title, begins)
        description = first_value(properties, "DESCRIPTION")
        place, mode = self._place(item) if "LOCATION" in properties or "GEO" in properties else (None, None)
        return {
            "platform": self._platform,
            "source": self._source,
            "uid": uid,
            "name": title,
            "sequence": item.sequence,
            "description": paragraphs(unescaped(description)) if description else None,
            "event_status": status_of(title, self._status(item)),
            "event_attendance_mode": _mode(properties, place, mode),
            "url": self._url(item),
            "image": self._image(properties),
            "location": place,
            "keywords": self._keywords(properties) if "CATEGORIES" in properties else (),
            "in_language": self._language(properties),
        }

    def _status(self, item: Item) -> EventStatus:
        method = item.calendar.properties.get("METHOD")
        if method and method[0][1].strip().upper() == "CANCEL":
            return "EventCancelled"
        status = item.properties.get("STATUS")
        return _STATUSES.get(status[0][1].strip().upper(), "EventScheduled") if status else "EventScheduled"

    def _url(self, item: Item) -> str | None:
        written = first_value(item.properties, "URL")
        if not written.strip():
            return None
        url = web_url(unescaped(written))
        if url is None:
            self._notes.add("bad_url", f"{title_of(item)}: {written[:60]}")
        return url

    def _image(self, properties: Properties) -> str | None:
        """IMAGE of RFC 7986 5.10, else a picture that is attached; only by address."""
        for label in ("IMAGE", "ATTACH"):
            for parameters, value in properties.get(label, ())[:20]:
                kind = self._times.parameter(parameters, "FMTTYPE").lower() if parameters else ""
                if (label == "IMAGE" or kind.startswith("image/")) and (url := web_url(value)):
                    return url
        return None

    def _keywords(self, properties: Properties) -> tuple[str, ...]:
        return keywords(
            [
                unescaped(word)
                for _, value in properties["CATEGORIES"][:20]
                for word in _UNESCAPED_COMMA.split(value[:5_000])
            ]
        )

    def _language(self, properties: Properties) -> str | None:
        parameters = properties["SUMMARY"][0][0] if "SUMMARY" in properties else ""
        language = self._times.parameter(parameters, "LANGUAGE") if parameters else ""
        return language if 2 <= len(language) <= 35 and language.replace("-", "").isalnum() else None

    def _place(self, item: Item) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
        text = name(unescaped(first_value(item.properties, "LOCATION")))
        where, mode = venue_of(text)
        coordinates = None
        if "GEO" in item.properties:
            written = first_value(item.properties, "GEO")
            coordinates = coordinates_of(*written.partition(";")[::2])
            if coordinates is None and written.strip(" ;"):
                self._notes.add("bad_geo", f"{title_of(item)}: {written[:60]}")
        if where is None and (coordinates is None or mode == "online"):
            return None, mode
        lat, lon = coordinates or (None, None)
        return ScrapedPlace(name=where, lat=lat, lon=lon), mode


def _mode(
    properties: Properties, place: ScrapedPlace | None, mode: AttendanceMode | None
) -> AttendanceMode | None:
    """Online evidence beyond LOCATION. In person is never guessed: a place alone says nothing."""
    if mode is not None:
        return mode
    if "CONFERENCE" in properties:
        return "online" if place is None else "mixed"
    # Google adds a call to every event: with a place named it is not evidence.
    if place is None and (
        "X-GOOGLE-CONFERENCE" in properties or "X-MICROSOFT-SKYPETEAMSMEETINGURL" in properties
    ):
        return "online"
    return None
