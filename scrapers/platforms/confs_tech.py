"""confs.tech: conferences by topic and year, kept by volunteers in a public repository (MIT).

Addresses: `raw.githubusercontent.com/tech-conferences/conference-data/main/conferences/{year}/{topic}.json`: data made to
be reused, a feed; the file's page on github.com becomes it. Traps: a conference has no id and stands in the files of
several topics (its id here is the same in each); a conference without a city may be online or merely unknown; `online`
beside a city means both.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from scrapers.formats.datetimes import moment_of
from scrapers.formats.identity import derived_uid
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import city_and_state, place_of
from scrapers.platforms._values import Node, host_and_path, word
from scrapers.records import AttendanceMode, Reading

_RAW: Final = "raw.githubusercontent.com"
_FILE: Final = re.compile(r"/tech-conferences/conference-data/[\w.-]+/(conferences/\d{4}/[\w-]+\.json)")
_BLOB: Final = re.compile(
    r"/tech-conferences/conference-data/(?:blob|raw)/([\w.-]+/conferences/\d{4}/[\w-]+\.json)"
)
_TOPIC: Final = re.compile(r"(?:^|/)(?:\d{4}[/_])?([a-z][\w-]*?)(?:\.payload)?\.json$")
_LABELS: Final = {
    "cfp": "",
    "conferences": "",
    "dotnet": ".NET",
    "general": "",
    "ios": "iOS",
    "iot": "IoT",
    "opensource": "open source",
    "php": "PHP",
    "sre": "SRE",
    "tech-comm": "technical communication",
    "ux": "UX",
}


class ConfsTech(Platform):
    """The data of confs.tech on GitHub."""

    name: ClassVar[str] = "confs_tech"
    label: ClassVar[str] = "confs.tech"
    terms_url: ClassVar[str | None] = (
        "https://github.com/tech-conferences/conference-data/blob/main/LICENSE.md"
    )

    def access(self, url: str) -> Access | None:
        """FEED for the files of conferences, on either of GitHub's hosts."""
        found = host_and_path(url)
        if found is None:
            return None
        ours = (found[0] == _RAW and _FILE.fullmatch(found[1])) or (
            found[0] == "github.com" and _BLOB.fullmatch(found[1])
        )
        return Access.FEED if ours else None

    def recognises(self, payload: Payload) -> bool:
        body = payload.body[:20_000]
        return self.access(payload.url) is not None or (
            body.lstrip()[:1] == b"["
            and b'"startDate"' in body
            and b'"locales"' in body
            and b'"@type"' not in body
        )

    def canonical(self, url: str) -> str:
        """The raw file."""
        found = host_and_path(url)
        match = _BLOB.fullmatch(found[1]) if found is not None and found[0] == "github.com" else None
        return f"https://{_RAW}/tech-conferences/conference-data/{match[1]}" if match else url

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The conferences of a file; its name is their topic."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        match = _TOPIC.search(payload.url)
        topic = _LABELS.get(match[1], match[1]) if match else None
        listing.each(listing.json(), lambda item: _event(listing, item, topic))
        return listing.reading()


def _event(listing: Listing, node: Node, topic: str | None) -> None:
    city, region = city_and_state(node.get("city"))
    place, by_name = place_of(city=city, region=region, country=node.get("country"))
    start = moment_of(node.get("startDate"), listing.window.zone)
    url, title = listing.url(node.get("url")), word(node.get("name"))
    languages = str(node.get("locales") or "").split(",")
    listing.event(
        Draft(
            uid=derived_uid(f"{title} {url}", start) if title and start else None,
            title=title,
            start=node.get("startDate"),
            end=node.get("endDate"),
            all_day=True,
            mode=_mode(node, has_place=place is not None) or by_name,
            url=url,
            place=place,
            words=(topic,),
            language=languages[0].strip().lower() if len(languages) == 1 else None,
        )
    )


def _mode(node: Node, *, has_place: bool) -> AttendanceMode | None:
    if node.get("online") is True:
        return "mixed" if has_place else "online"
    return "offline" if has_place and node.get("online") is False else None
