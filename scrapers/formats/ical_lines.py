"""Reads the content lines of iCalendar (RFC 5545 3.1, RFC 6868) into calendars, before anything is understood.

A line parser of our own: feeds of 20,000 events are common and a full object model costs ten times the work of reading
them. It keeps the properties that events are made of and drops alarms and people (ORGANIZER, ATTENDEE, CONTACT) unread.
What the properties mean is for `scrapers.formats.ical`.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from scrapers.formats.markup import charset_of
from scrapers.formats.notes import Notes
from scrapers.formats.text import name

Properties = dict[str, list[tuple[str, str]]]
"""Property name -> (parameters as written, value as written), in the order of the file."""

# How products of Microsoft and Funambol say that an event with times lasts whole days.
ALL_DAY_MARKS: Final = (
    "X-MICROSOFT-CDO-ALLDAYEVENT",
    "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT",
    "X-FUNAMBOL-ALLDAY",
)
_KEPT: Final = frozenset(
    (
        *ALL_DAY_MARKS,
        *(
            "UID",
            "RECURRENCE-ID",
            "SEQUENCE",
            "DTSTART",
            "DTEND",
            "DURATION",
            "RRULE",
            "RDATE",
            "EXDATE",
            "EXRULE",
        ),
        *("SUMMARY", "DESCRIPTION", "LOCATION", "GEO", "URL", "STATUS", "CATEGORIES", "IMAGE", "ATTACH"),
        *("CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL"),
        *(
            "METHOD",
            "NAME",
            "X-WR-CALNAME",
            "X-WR-TIMEZONE",
            "TZID",
            "X-LIC-LOCATION",
            "TZOFFSETTO",
            "TZOFFSETFROM",
        ),
    )
)
_MAX_DEPTH: Final = 8
_SOFT_BREAK: Final = re.compile(rb"(?<=[^=])=\n(?=[^\n])")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_CARET: Final = re.compile(r"\^([n'^])")
_CARETS: Final = {"n": "\n", "'": '"', "^": "^"}


@dataclass(slots=True)
class Calendar:
    """One VCALENDAR: its own properties, the offsets of its VTIMEZONEs by TZID, its VEVENTs."""

    properties: Properties = field(default_factory=dict)
    zones: dict[str, list[Properties]] = field(default_factory=dict)
    events: list[Properties] = field(default_factory=list)

    def text(self, *names: str) -> str | None:
        """The first of these properties that says something, as one line."""
        for each in names:
            for _, value in self.properties.get(each, ()):
                if text := name(unescaped(value)):
                    return text
        return None

    @property
    def title(self) -> str | None:
        """X-WR-CALNAME or the NAME of RFC 7986 5.1."""
        return self.text("X-WR-CALNAME", "NAME")


@dataclass(slots=True)
class Document:
    """What stood in a file, before anything is understood. `complete` is false where the file was cut."""

    calendars: list[Calendar] = field(default_factory=list)
    complete: bool = True
    notes: Notes = field(default_factory=Notes)

    @property
    def title(self) -> str | None:
        """The name of the first calendar that has one."""
        return next((title for each in self.calendars if (title := each.title)), None)


def parse(body: bytes, content_type: str | None = None) -> Document:
    """The components of a file (RFC 5545 3.1, 3.4, 3.6). Any bytes are accepted; what is not UTF-8 is read by the Content-Type."""
    return _Parser().document(_text_of(body, charset_of(content_type)))


def _text_of(body: bytes, charset: str | None) -> str:
    """Unfolded text with LF line ends. Folds are undone on bytes: they may stand inside a character (3.1)."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _unfolded_text(body.decode("utf-16", "replace"))
    head = body[:64]
    if b"\0" in head and head.replace(b"\0", b"")[:5].upper() == b"BEGIN":
        order = "utf-16-be" if head.startswith(b"\0") else "utf-16-le"
        return _unfolded_text(body.decode(order, "replace"))
    body = body.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"QUOTED-PRINTABLE" in body.upper():
        # vCalendar 1.0: a line that ends in "=" goes on in the next one, whose first space is content.
        body = _SOFT_BREAK.sub(b"", body)
    body = body.replace(b"\n ", b"").replace(b"\n\t", b"")
    try:
        return body.decode()
    except UnicodeDecodeError:
        if charset is not None and charset != "utf-8":
            return body.decode(charset, "replace")
        return "\n".join(_line_of(line) for line in body.split(b"\n"))


def _unfolded_text(text: str) -> str:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\n ", "").replace("\n\t", "")


def _line_of(line: bytes) -> str:
    """A line in a file that is not UTF-8: one with other valid characters is damaged UTF-8, else it is Windows-1252."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        pass
    repaired = line.decode(errors="replace")
    if repaired.replace("\ufffd", "").isascii():
        return line.decode("cp1252", "replace")
    return repaired


class _Parser:
    """Keeps track of which component a line belongs to, and recovers where BEGIN and END do not match."""

    def __init__(self) -> None:
        self._document = Document()
        self._notes = self._document.notes
        self._stack: list[tuple[str, Properties | None]] = []
        self._calendar: Calendar | None = None
        self._zone: list[Properties] | None = None
        self._too_deep = 0
        self._seen = False
        # Where properties go now; None while inside a component nobody asked for.
        self._target: Properties | None = None

    def document(self, text: str) -> Document:
        kept = _KEPT
        for line in text.split("\n"):
            head, colon, value = line.partition(":")
            if head in kept and self._target is not None:
                if head in self._target:
                    self._target[head].append(("", value))
                else:
                    self._target[head] = [("", value)]
            elif colon or line.strip():
                self._line(line, head, value, bool(colon))
        return self._closed()

    def _line(self, line: str, head: str, value: str, has_colon: bool) -> None:
        if '"' in head:
            colon = _colon_outside_quotes(line)
            if colon < 0:
                self._notes.add("bad_line", f"unbalanced quotes: {line[:60]}")
                return
            head, value = line[:colon], line[colon + 1 :]
        elif not has_colon:
            if self._seen:
                self._notes.add("bad_line", f"no property: {line[:60]}")
            return
        label, _, parameters = head.partition(";")
        label = label.strip().upper()
        if label == "BEGIN":
            self._begin(value.strip().upper())
        elif label == "END":
            self._end(value.strip().upper())
        elif label in _KEPT and self._target is not None:
            if "QUOTED-PRINTABLE" in parameters.upper():
                value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
            self._target.setdefault(label, []).append((parameters, value))

    def _begin(self, component: str) -> None:
        self._seen = True
        if self._too_deep:
            self._too_deep += 1
            return
        if component == "VEVENT" and any(each == "VEVENT" for each, _ in self._stack):
            # Events do not nest: the one before lost its END.
            self._unclosed("VEVENT")
            self._pop_to("VEVENT")
        elif component == "VCALENDAR" and self._stack:
            self._unclosed(self._stack[-1][0])
            self._pop_to(self._stack[0][0])
        if len(self._stack) >= _MAX_DEPTH:
            self._notes.once("nested_too_deep", f"components inside {_MAX_DEPTH} others are not read")
            self._too_deep = 1
            self._target = None
            return
        self._push(component)

    def _push(self, component: str) -> None:
        target: Properties | None = None
        parent = self._stack[-1][0] if self._stack else None
        if component == "VCALENDAR":
            self._calendar = Calendar()
            self._document.calendars.append(self._calendar)
            target = self._calendar.properties
        elif component == "VEVENT" and parent in {"VCALENDAR", None}:
            target = {}
        elif component == "VTIMEZONE":
            target = {}
            self._zone = [target]
        elif parent == "VTIMEZONE" and self._zone is not None and len(self._zone) < 100:
            target = {}
            self._zone.append(target)
        self._stack.append((component, target))
        self._target = target

    def _end(self, component: str) -> None:
        if self._too_deep:
            self._too_deep -= 1
            if not self._too_deep:
                self._target = self._stack[-1][1]
            return
        if not any(each == component for each, _ in self._stack):
            self._notes.add("stray_end", f"END:{component[:40]} without its BEGIN")
            return
        if self._stack[-1][0] != component:
            self._unclosed(self._stack[-1][0])
        self._pop_to(component)

    def _unclosed(self, component: str) -> None:
        self._notes.add("unclosed_component", f"{component[:40]} has no END")
        self._document.complete = False

    def _pop_to(self, component: str) -> None:
        while self._stack:
            ended, properties = self._stack.pop()
            if ended == "VEVENT" and properties is not None:
                self._home().events.append(properties)
            elif ended == "VTIMEZONE" and self._zone is not None:
                for _, value in self._zone[0].get("TZID", ()):
                    self._home().zones.setdefault(value.strip(), self._zone)
                self._zone = None
            elif ended == "VCALENDAR":
                self._calendar = None
            if ended == component:
                break
        self._target = self._stack[-1][1] if self._stack else None

    def _home(self) -> Calendar:
        # An event without a calendar around it is still an event.
        if self._calendar is None:
            self._calendar = Calendar()
            self._document.calendars.append(self._calendar)
        return self._calendar

    def _closed(self) -> Document:
        if not self._seen:
            self._notes.add("not_ical", "no component begins in this file")
            self._document.complete = False
        elif self._stack:
            cut = any(each == "VEVENT" for each, _ in self._stack)
            self._notes.add(
                "truncated",
                "the file ends inside an event, which is left out"
                if cut
                else "the file ends without its END lines",
            )
            self._document.complete = False
        return self._document


def _colon_outside_quotes(line: str) -> int:
    start = 0
    while True:
        colon = line.find(":", start)
        quote = line.find('"', start)
        if colon < 0 or quote < 0 or colon < quote:
            return colon
        closing = line.find('"', quote + 1)
        if closing < 0:
            return -1
        start = closing + 1


def parameters_of(written: str) -> dict[str, str]:
    """Parameters by upper-case name, quotes and carets undone (RFC 5545 3.2, RFC 6868); the first of a name wins."""
    found: dict[str, str] = {}
    for part in islice(_outside_quotes(written), 100):
        label, _, value = part.partition("=")
        value = value.strip()
        if value[:1] == '"':
            value = value.strip('"')
        if "^" in value:
            value = _CARET.sub(lambda match: _CARETS[match[1]], value)
        found.setdefault(label.strip().upper(), value)
    return found


def _outside_quotes(written: str) -> Iterator[str]:
    if '"' not in written:
        yield from written.split(";")
        return
    start = position = 0
    while position < len(written):
        semicolon = written.find(";", position)
        quote = written.find('"', position)
        if semicolon < 0:
            break
        if 0 <= quote < semicolon:
            closing = written.find('"', quote + 1)
            if closing < 0:
                break
            position = closing + 1
        else:
            yield written[start:semicolon]
            start = position = semicolon + 1
    yield written[start:]


def unescaped(value: str) -> str:
    """A TEXT value as people wrote it (RFC 5545 3.3.11)."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
