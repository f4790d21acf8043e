"""Communico: the calendars of public libraries on libnet.info, with their job, language and computer classes.

Addresses: `/feeds?data=…`, what the Subscribe button of each library's events page offers: a feed. `data` is JSON in
base64 (feed type, filters, days ahead), as in cities/bloomington/feeds.txt of judell/community-calendar and the notes of
tophe112-source/mapsee-aggregator; robots.txt leaves `/feeds` open. A library's events page becomes its feed; the answers
behind that page (`/eeventcaldata`) are closed. Trap: a library may use a host of its own, which then is the same calendar.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import ClassVar, Final
from urllib.parse import parse_qs, urlencode

from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import otherwise
from scrapers.platforms._values import host_and_path
from scrapers.records import Reading

_DAYS_AHEAD: Final = 90
_EVERYTHING: Final = {
    "feedType": "ical",
    "filters": {
        "location": ["all"],
        "ages": ["all"],
        "types": ["all"],
        "tags": [],
        "term": "",
        "days": _DAYS_AHEAD,
    },
}
_PAGES: Final = frozenset({"/", "/events"})


class Communico(Platform):
    """Libraries on Communico."""

    name: ClassVar[str] = "communico"
    label: ClassVar[str] = "Communico"
    default_access: ClassVar[Access | None] = Access.FEED

    def access(self, url: str) -> Access | None:
        """FEED for subscriptions and the events page that becomes one; the rest of libnet.info is closed."""
        found = host_and_path(url)
        if found is None:
            return None
        if found[1] == "/feeds" and _is_subscription(url):
            return Access.FEED
        if not found[0].endswith(".libnet.info"):
            return None
        return Access.FEED if found[1] in _PAGES else Access.FORBIDDEN

    def canonical(self, url: str) -> str:
        """The subscription to everything in the next 90 days, for any other address of a library."""
        found, parts = host_and_path(url), split_url(url)
        if found is None or parts is None or _is_subscription(url):
            return url
        data = b64encode(json.dumps(_EVERYTHING, separators=(",", ":")).encode()).decode()
        return parts._replace(
            scheme="https", path="/feeds", query=urlencode({"data": data}), fragment=""
        ).geturl()

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of a calendar."""
        return otherwise(payload, context, self.name)


def _is_subscription(url: str) -> bool:
    """Whether an address carries the filters of a feed."""
    parts = split_url(url)
    data = parse_qs(parts.query).get("data", [""])[0] if parts is not None else ""
    try:
        value = json.loads(b64decode(data[:5_000], validate=True))
    except (Base64Error, ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "feedType" in value
