"""Reads calendars written in XML (xCal, RFC 6321) by writing them as RFC 5545 and reading that.

One tree in, one `Reading` out. Time zones, recurrence and every fault in them are for `scrapers.formats.ical`; the older
draft, in which a property holds its bare value, is read too.
"""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element

from scrapers.formats import ical
from scrapers.formats.xmltree import Tree
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading, Warning  # noqa: A004

_COMPONENTS: Final = frozenset({"vevent", "vtimezone", "standard", "daylight"})
_DATES: Final = frozenset(
    {"date", "date-time", "utc-offset", "dtstart", "dtend", "recurrence-id", "rdate", "exdate"}
)
_MAX_LINES: Final = 500_000


def is_xcal(root: Element) -> bool:
    """Whether a document is a calendar."""
    return root.tag.rpartition(":")[2] in {"icalendar", "vcalendar"}


def read_tree(tree: Tree, context: ReadContext, platform: str) -> Reading:
    """The events of an xCal document; one that the document's cut end left open is not read."""
    root = tree.root
    assert root is not None
    lines: list[str] = []
    calendars = [root] if root.tag.rpartition(":")[2] == "vcalendar" else list(root)
    for calendar in calendars:
        if calendar.tag.rpartition(":")[2] == "vcalendar":
            _component(calendar, "VCALENDAR", lines, tree.open, 0)
    written = "\r\n".join(lines).encode("utf-8", "replace")
    reading = ical.read(Payload("xcal", written, "text/calendar"), context, platform)
    warnings = reading.warnings
    if tree.fault is not None:
        warnings = (Warning("bad_xml", tree.fault), *warnings)
    return Reading(
        "xcal",
        events=reading.events,
        warnings=warnings,
        complete=reading.complete and tree.complete,
        items_seen=reading.items_seen,
    )


def _component(element: Element, label: str, lines: list[str], unclosed: frozenset[int], depth: int) -> None:
    lines.append(f"BEGIN:{label}")
    for child in element:
        tag = child.tag.rpartition(":")[2]
        if tag == "properties":
            for each in child:
                _property(each, lines)
        elif tag == "components":
            for each in child:
                _inner(each, lines, unclosed, depth)
        elif not tag.startswith("-") and not _inner(child, lines, unclosed, depth):
            _property(child, lines)
    lines.append(f"END:{label}")


def _inner(element: Element, lines: list[str], unclosed: frozenset[int], depth: int) -> bool:
    """Write a component that stands in another; false where the element is none."""
    tag = element.tag.rpartition(":")[2]
    if tag not in _COMPONENTS:
        return tag.startswith("v") and len(element) > 0
    if id(element) not in unclosed and depth < 4 and len(lines) < _MAX_LINES:
        _component(element, tag.upper(), lines, unclosed, depth + 1)
    return True


def _property(element: Element, lines: list[str]) -> None:
    """One content line (RFC 6321 3.4): parameters, then one value or several."""
    label = element.tag.rpartition(":")[2]
    if not label.replace("-", "").isalnum() or len(lines) >= _MAX_LINES:
        return
    parameters = "".join(
        f";{key.upper()}={_quoted(value)}" for key, value in element.items() if key != "xmlns"
    )
    values: list[str] = []
    kind = label
    for child in element:
        tag = child.tag.rpartition(":")[2]
        if tag == "parameters":
            parameters += "".join(
                f";{each.tag.rpartition(':')[2].upper()}={_quoted(''.join(each.itertext()).strip())}"
                for each in child
            )
        elif tag == "latitude" and label == "geo":
            values.append((child.text or "").strip())
        elif tag == "longitude" and label == "geo" and values:
            values[-1] += ";" + (child.text or "").strip()
        else:
            kind = tag
            values.append(_recurrence(child) if tag == "recur" else _value(child, tag, label))
    if not values:
        values.append(_value(element, label, label) if label not in {"rrule", "geo"} else _plain(element))
    if kind == "date":
        parameters += ";VALUE=DATE"
    lines.append(f"{label.upper()}{parameters}:{','.join(values)}")


def _value(element: Element, kind: str, label: str) -> str:
    text = "".join(element.itertext()).strip()
    if kind in _DATES:
        # RFC 6321 3.6 writes dates with dashes and colons, RFC 5545 without.
        return text.replace("-", "").replace(":", "") if kind != "utc-offset" else text.replace(":", "")
    if kind in {"uri", "cal-address", "integer", "float", "boolean", "duration", "period"} or label in {
        "url",
        "duration",
    }:
        return text.replace("\r", "").replace("\n", "")
    return (
        text.replace("\\", "\\\\")
        .replace(";", "\\;")
        .replace(",", "\\,")
        .replace("\r", "")
        .replace("\n", "\\n")
    )


def _plain(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _recurrence(element: Element) -> str:
    """A rule from its parts (RFC 6321 3.6.10); repeated parts make a list."""
    parts: dict[str, list[str]] = {}
    for each in element:
        tag = each.tag.rpartition(":")[2].upper()
        value = (each.text or "").strip()
        if tag == "UNTIL":
            value = value.replace("-", "").replace(":", "")
        parts.setdefault(tag, []).append(value)
    return ";".join(f"{key}={','.join(values)}" for key, values in parts.items())


def _quoted(value: str) -> str:
    value = " ".join(value.replace('"', "'").split())
    return f'"{value}"' if any(each in value for each in ";:,") else value
