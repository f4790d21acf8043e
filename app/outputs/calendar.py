"""iCalendar (RFC 5545) of events. Times are in UTC, so that no zone has to be described; equal events give equal bytes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

_STATUS: Final = {"EventCancelled": "CANCELLED", "EventPostponed": "TENTATIVE"}
END: Final = b"END:VCALENDAR\r\n"
# RFC 5545 3.1: octets of a line, without its break.
_WIDTH: Final = 75
# What an address may hold besides letters and digits; a line break or a quote would begin something else.
_SAFE: Final = "%:/?#[]@!$&'()*+,;=-._~"


def begin(kind: str) -> bytes:  # noqa: ARG001  every format is told
    """The head of a calendar."""
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//NextCircle//NextCircle//EN", "CALSCALE:GREGORIAN")
    return b"".join(_folded(line) for line in (*lines, "METHOD:PUBLISH"))


def event(item: dict[str, Any]) -> bytes:
    """A VEVENT; the id is its UID for good, the last change its stamp."""
    stamp = _instant(item["updated_at"])
    location = item["location"] or {}
    lines = [
        "BEGIN:VEVENT",
        f"UID:{item['id']}@nextcircle",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        *_dates(item),
        f"SUMMARY:{text(item['name'])}",
        f"DESCRIPTION:{text(_description(item))}",
        f"STATUS:{_STATUS.get(item['event_status'], 'CONFIRMED')}",
        f"URL:{quote(item['url'] or item['page'], safe=_SAFE)}",
    ]
    where = ", ".join(
        str(location[name]) for name in ("name", "address", "city", "country") if location.get(name)
    )
    if where:
        lines.append(f"LOCATION:{text(where)}")
    if location.get("lat") is not None and location.get("lon") is not None:
        lines.append(f"GEO:{location['lat']:.6f};{location['lon']:.6f}")
    topics = [each["label"] for name in ("fields", "interests", "purposes") for each in item[name]]
    if topics:
        lines.append("CATEGORIES:" + ",".join(text(each) for each in topics))
    lines.append("END:VEVENT")
    return b"".join(_folded(line) for line in lines)


def text(value: str) -> str:
    """A TEXT value (RFC 5545 3.3.11): every kind of line break is one, other control characters are gone."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return "".join(char for char in value if (ord(char) >= 32 and ord(char) != 127) or char == "\t")


def _description(item: dict[str, Any]) -> str:
    """What the event says of itself, and where it comes from."""
    said = []
    for source in item["sources"]:
        rights = ", ".join(part for part in (source["license"], source["terms"]) if part)
        said.append(f"Source: {source['attribution']}{f' ({rights})' if rights else ''}")
    return "\n\n".join(part for part in (item["description"], "\n".join(dict.fromkeys(said))) if part)


def _dates(item: dict[str, Any]) -> list[str]:
    start, end = item["start_date"], item["end_date"]
    if not item["all_day"]:
        return [f"DTSTART:{_instant(start)}", *([f"DTEND:{_instant(end)}"] if end else [])]
    # The end of days is exclusive here and inclusive in ours.
    after = date.fromisoformat(end or start) + timedelta(days=1)
    return [
        f"DTSTART;VALUE=DATE:{date.fromisoformat(start):%Y%m%d}",
        f"DTEND;VALUE=DATE:{after:%Y%m%d}",
    ]


def _instant(iso: str) -> str:
    return f"{datetime.fromisoformat(iso).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _folded(line: str) -> bytes:
    """The line with its break; long ones go on in the next after a blank, no character cut in two."""
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
