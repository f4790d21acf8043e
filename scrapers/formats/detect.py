"""Tells the format of a payload by its bytes, and reads a payload in a named format.

Content wins over the media type: calendars are served as text/plain, login pages as text/calendar.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from scrapers.formats import ical, jsonld, markup, plainjson
from scrapers.records import Reading, Warning  # noqa: A004  the toolbox's own word for it
from scrapers.registry import Payload, ReadContext

Format = Literal["ical", "jsonld", "json", "html"]

_READERS: Final[dict[str, Callable[[Payload, ReadContext, str], Reading]]] = {
    "ical": ical.read,
    "jsonld": jsonld.read,
    "html": jsonld.read,
    "json": plainjson.read,
}
FORMATS: Final = tuple(_READERS)
_HEAD: Final = 4_096
_LINKED: Final = ('"@context"', '"@type"', '"@graph"')


def detect(body: bytes, content_type: str | None = None) -> Format | None:
    """The format of a body: its own marks first, the media type for what has none; null where neither tells."""
    head = markup.text_of(body[:_HEAD]).replace("\0", "").lstrip("\ufeff \t\r\n")
    start = head[:64].upper()
    if start.startswith(("BEGIN:VCALENDAR", "BEGIN:VEVENT")):
        return "ical"
    if start[:1] in {"{", "["}:
        return _json_kind(body, head)
    if start.startswith("<") and not start.startswith(("<?XML", "<RSS", "<FEED", "<OPML")):
        return "html"
    if "<HTML" in head.upper() or "APPLICATION/LD+JSON" in head.upper():
        return "html"
    if "BEGIN:VCALENDAR" in head.upper():
        return "ical"
    return _by_media_type((content_type or "").partition(";")[0].strip().lower())


def _json_kind(body: bytes, head: str) -> Format:
    if any(mark in head for mark in _LINKED):
        return "jsonld"
    return "jsonld" if b'"@type"' in body else "json"


def _by_media_type(media: str) -> Format | None:
    match media:
        case "text/calendar":
            return "ical"
        case "application/ld+json":
            return "jsonld"
        case "application/json":
            return "json"
        case "text/html" | "application/xhtml+xml":
            return "html"
        case _:
            return None


def read_as(format_name: str, payload: Payload, context: ReadContext, platform: str) -> Reading:
    """The reading of a payload in a named format (`ical`, `jsonld`, `html`, `json`); a warning for any other name."""
    reader = _READERS.get(format_name)
    if reader is None:
        return Reading(
            format_name,
            warnings=(Warning("unknown_format", f"{format_name[:40]}: not one of {', '.join(FORMATS)}"),),
            complete=False,
        )
    return reader(payload, context, platform)
