"""iCalendar (RFC 5545, RFC 7986) of events; equal events give equal bytes.

A feed has local times and describes their zones; a file that is too large to be looked through first has times in UTC.
Written here by hand: icalendar takes 0.25 ms for an event, which is more than half a second for a large feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from app.core.zones import zone
from app.outputs.summaries import description, link, place, topics, uid
from app.outputs.timezones import vtimezone

_STATUS: Final = {"EventCancelled": "CANCELLED", "EventPostponed": "TENTATIVE"}
END: Final = b"END:VCALENDAR\r\n"
_HEAD: Final = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//NextCircle//NextCircle//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
)
# How often a calendar program should ask again.
_REFRESH: Final = "PT1H"
# RFC 5545 3.1: octets of a line, without its break.
_WIDTH: Final = 75
# What an address may hold besides letters and digits; a line break or a quote would begin something else.
_SAFE: Final = "%:/?#[]@!$&'()*+,;=-._~"
_TAG: Final = re.compile("[A-Za-z0-9-]{2,35}")
# SEQUENCE counts seconds from here: below 2^31, as an INTEGER must be, until 2088.
_FIRST_SEQUENCE: Final = datetime(2020, 1, 1, tzinfo=UTC)
_CONTROLS: Final = {chr(code): None for code in (*range(32), 127) if code != 9}
_ESCAPES: Final = str.maketrans(_CONTROLS | {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def begin(kind: str) -> bytes:  # noqa: ARG001  every format is told
    """The head of a calendar of times in UTC."""
    return _folded(_HEAD)


def event(item: dict[str, Any]) -> bytes:
    """A VEVENT with times in UTC; the id is its UID for good, the last change its stamp."""
    return _folded(_lines(item, local=False))


def feed(document: dict[str, Any]) -> bytes:
    """A calendar to subscribe to: local times, their zones, its name, and how often to ask for it."""
    items = document["items"]
    name, about = text(document["title"]), text(document["description"])
    head = (
        *_HEAD,
        f"NAME:{name}",
        f"X-WR-CALNAME:{name}",
        f"DESCRIPTION:{about}",
        f"X-WR-CALDESC:{about}",
        f"SOURCE;VALUE=URI:{quote(document['self'], safe=_SAFE)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{_REFRESH}",
        f"X-PUBLISHED-TTL:{_REFRESH}",
    )
    zones = _zones(items)
    lines = [
        line for name, years in sorted(zones.items()) for line in vtimezone(name, min(years), max(years))
    ]
    return b"".join(
        (_folded(head), _folded(lines), *(_folded(_lines(item, local=True)) for item in items), END)
    )


def text(value: str) -> str:
    """A TEXT value (RFC 5545 3.3.11): every kind of line break is one, other control characters are gone."""
    return value.replace("\r\n", "\n").replace("\r", "\n").translate(_ESCAPES)


def _lines(item: dict[str, Any], *, local: bool) -> list[str]:
    stamp, sequence = _change(item["updated_at"])
    location = item["location"] or {}
    language = f";LANGUAGE={item['in_language']}" if local and _is_tag(item["in_language"]) else ""
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid(item)}",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{sequence}",
        *_dates(item, local=local),
        f"SUMMARY{language}:{text(item['name'])}",
        f"DESCRIPTION:{text(_description(item) if local else description(item))}",
        f"STATUS:{_STATUS.get(item['event_status'], 'CONFIRMED')}",
        f"URL:{quote(link(item), safe=_SAFE)}",
    ]
    where = place(item)
    if where:
        lines.append(f"LOCATION:{text(where)}")
    if location.get("lat") is not None and location.get("lon") is not None:
        lines.append(f"GEO:{location['lat']:.6f};{location['lon']:.6f}")
    labels = topics(item)
    if labels:
        lines.append("CATEGORIES:" + ",".join(text(each) for each in labels))
    lines.append("END:VEVENT")
    return lines


def _description(item: dict[str, Any]) -> str:
    """Who holds it comes first: ORGANIZER wants an address of mail, which is not published."""
    said = description(item)
    return f"By {item['group']['name']}\n\n{said}".rstrip() if item["group"] else said


def _is_tag(language: str | None) -> bool:
    return language is not None and _TAG.fullmatch(language) is not None


def _dates(item: dict[str, Any], *, local: bool) -> list[str]:
    start, end = item["start_date"], item["end_date"]
    if not item["all_day"]:
        name = item["timezone"] if local else "UTC"
        begins = f"DTSTART{_when(start, name)}"
        return [begins, f"DTEND{_when(end, name)}"] if end else [begins]
    # The end of days is exclusive here and inclusive in ours.
    after = date.fromisoformat(end or start) + timedelta(days=1)
    return [
        f"DTSTART;VALUE=DATE:{date.fromisoformat(start):%Y%m%d}",
        f"DTEND;VALUE=DATE:{after:%Y%m%d}",
    ]


def _when(iso: str, name: str) -> str:
    """What follows the name of a time: local, but in the hour that a clock shows a second time, which only UTC can tell."""
    moment = datetime.fromisoformat(iso)
    if name == "UTC" or moment.replace(tzinfo=zone(name)).utcoffset() != moment.utcoffset():
        return f":{_utc(moment)}"
    return f";TZID={name}:{iso[:19].replace('-', '').replace(':', '')}"


@lru_cache(maxsize=4_096)  # what one fetch brought was changed at one moment
def _change(iso: str) -> tuple[str, int]:
    """A change as a stamp, and as a number that grows with every later one."""
    moment = datetime.fromisoformat(iso)
    return _utc(moment), max(int((moment - _FIRST_SEQUENCE).total_seconds()), 0)


def _zones(items: Sequence[dict[str, Any]]) -> dict[str, set[int]]:
    """The zones of the events that have a time, each with the years it is needed for."""
    zones: dict[str, set[int]] = {}
    for item in items:
        if not item["all_day"] and item["timezone"] != "UTC":
            years = (int(at[:4]) for at in (item["start_date"], item["end_date"]) if at)
            zones.setdefault(item["timezone"], set()).update(years)
    return zones


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _folded(lines: Iterable[str]) -> bytes:
    """The lines with their breaks; long ones go on in the next after a blank, no character cut in two."""
    return b"".join(_fold(line) for line in lines)


def _fold(line: str) -> bytes:
    raw = line.encode("utf-8", "replace")
    if len(raw) <= _WIDTH:
        return raw + b"\r\n"
    parts, width = [], _WIDTH
    while len(raw) > width:
        cut = width
        while raw[cut] & 0xC0 == 0x80:
            cut -= 1
        parts.append(raw[:cut])
        raw, width = raw[cut:], _WIDTH - 1
    return b"\r\n ".join([*parts, raw]) + b"\r\n"
