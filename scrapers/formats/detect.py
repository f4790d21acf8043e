"""Tells the format of a payload by its bytes, and reads a payload in a named format.

Content wins over the media type: calendars are served as text/plain, login pages as text/calendar.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Literal

from scrapers.formats import (
    activitypub,
    feed,
    hevent,
    ical,
    jsonfeed,
    jsonld,
    markup,
    microdata,
    plainjson,
    webpage,
)
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading, Warning  # noqa: A004  the toolbox's own word for it

Format = Literal[
    "ical", "jsonld", "json", "html", "feed", "jsonfeed", "activitypub", "microdata", "microformats"
]

_READERS: Final[dict[str, Callable[[Payload, ReadContext, str], Reading]]] = {
    "ical": ical.read,
    "jsonld": jsonld.read,
    "html": webpage.read,
    "json": plainjson.read,
    "feed": feed.read,
    "jsonfeed": jsonfeed.read,
    "activitypub": activitypub.read,
    "microdata": microdata.read,
    "microformats": hevent.read,
}
FORMATS: Final = tuple(_READERS)
_HEAD: Final = 4_096
_LINKED: Final = ('"@context"', '"@type"', '"@graph"')
# The root element of RSS 2.0, RSS 1.0, Atom or xCal, whatever prefix it has.
_FEED: Final = re.compile(
    r"<(?:[a-z][\w.-]{0,30}:)?(?:rss|rdf|feed|icalendar|vcalendar)[\s>/]", re.IGNORECASE
)
_ROOT: Final = re.compile(r"<([a-zA-Z_][\w.:-]{0,60})")
_FEED_DOCTYPE: Final = re.compile(r"<!DOCTYPE\s+(?:rss|rdf:RDF|feed)[\s>\[]", re.IGNORECASE)


def detect(body: bytes, content_type: str | None = None) -> Format | None:
    """The format of a body: its own marks first, the media type for what has none; None where neither tells."""
    head = markup.text_of(body[:_HEAD]).replace("\0", "").lstrip("\ufeff \t\r\n")
    start = head[:64].upper()
    if start.startswith(("BEGIN:VCALENDAR", "BEGIN:VEVENT")):
        return "ical"
    if start[:1] in {"{", "["}:
        return _json_kind(body, head)
    if _is_feed(head):
        return "feed"
    if start.startswith("<") and not start.startswith(("<?XML", "<RSS", "<FEED", "<OPML")):
        return "html"
    if "<HTML" in head.upper() or "APPLICATION/LD+JSON" in head.upper():
        return "html"
    if "BEGIN:VCALENDAR" in head.upper():
        return "ical"
    return _by_media_type((content_type or "").partition(";")[0].strip().lower())


def _is_feed(head: str) -> bool:
    """Whether the first element is a feed's; text before the XML declaration happens and is skipped."""
    if _FEED_DOCTYPE.search(head):
        return True
    root = _ROOT.search(head)
    return root is not None and _FEED.match(head, root.start()) is not None


def _json_kind(body: bytes, head: str) -> Format:
    if "www.w3.org/ns/activitystreams" in head and '"@type": "Event"' not in head:
        return "activitypub"
    if "jsonfeed.org/version/" in head:
        return "jsonfeed"
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
        case "application/feed+json":
            return "jsonfeed"
        case "application/activity+json":
            return "activitypub"
        case "application/rss+xml" | "application/atom+xml" | "application/calendar+xml":
            return "feed"
        case "text/html" | "application/xhtml+xml":
            return "html"
        case _:
            return None


def read_as(format_name: str, payload: Payload, context: ReadContext, platform: str) -> Reading:
    """The reading of a payload in a named format (one of `FORMATS`); a warning for any other name."""
    reader = _READERS.get(format_name)
    if reader is None:
        return Reading(
            format_name,
            warnings=(Warning("unknown_format", f"{format_name[:40]}: not one of {', '.join(FORMATS)}"),),
            complete=False,
        )
    return reader(payload, context, platform)
