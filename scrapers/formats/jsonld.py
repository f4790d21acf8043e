"""Reads schema.org events from JSON-LD, in web pages or bare: bytes in, one `Reading` out.

Every block of a page is read on its own, so that one broken block costs only itself. Contexts are never fetched, unknown
keys are never looked at, and people (Person organisers, performers, attendees) are dropped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final
from urllib.parse import urljoin

from scrapers.formats.identity import derived_uid
from scrapers.formats.markup import json_of, scripts, text_of
from scrapers.formats.moments import duration_of, end_of, moment_of, timezone_name
from scrapers.formats.notes import Notes
from scrapers.formats.places import coordinates_of, venue_of
from scrapers.formats.recurrence import Budget, Rule, Series
from scrapers.formats.text import keywords, name, one_line, paragraphs, web_url
from scrapers.formats.window import window_of
from scrapers.formats.zones import localised, zone_named
from scrapers.records import (
    AttendanceMode,
    EventStatus,
    Reading,
    ScrapedEvent,
    ScrapedOrganizer,
    ScrapedPlace,
    ScrapedPrice,
)
from scrapers.registry import Payload, ReadContext

Node = dict[str, Any]

_MIME: Final = "application/ld+json"
_MAX_DEPTH: Final = 64
_MAX_NODES: Final = 50_000
# Where pages keep their events. `superEvent` is not among them: the series is not what the page lists.
_CONTAINERS: Final = (
    *("@graph", "itemListElement", "item", "event", "events", "subEvent", "subEvents"),
    *("mainEntity", "mainEntityOfPage", "hasPart", "dataFeedElement"),
)
# Types below Event that do not end in its name, and ones that do but are no gatherings.
_EVENT_TYPES: Final = frozenset({"festival", "hackathon", "eventseries"})
_NO_EVENTS: Final = frozenset(
    {"deliveryevent", "publicationevent", "broadcastevent", "ondemandevent", "paymentevent"}
)
_ORGANISATIONS: Final = re.compile(
    r".*(?:organization|organisation|business|corporation|school|university|college|library|librarysystem|group"
    r"|project|cooperative|consortium|association|ngo|place|venue|store|museum|airline|team|theater|party|club)",
    re.IGNORECASE,
)
_STATUSES: Final[dict[str, EventStatus]] = {
    "eventscheduled": "EventScheduled",
    "eventcancelled": "EventCancelled",
    "eventcanceled": "EventCancelled",
    "cancelled": "EventCancelled",
    "canceled": "EventCancelled",
    "eventpostponed": "EventPostponed",
    "postponed": "EventPostponed",
    "eventrescheduled": "EventRescheduled",
    "rescheduled": "EventRescheduled",
    "eventmovedonline": "EventMovedOnline",
}
_MODES: Final[dict[str, AttendanceMode]] = {
    "offlineeventattendancemode": "offline",
    "onlineeventattendancemode": "online",
    "mixedeventattendancemode": "mixed",
    "offline": "offline",
    "online": "online",
    "mixed": "mixed",
}
_FREE: Final = re.compile(r"free|gratis|kostenlos|gratuit|0", re.IGNORECASE)
_AMOUNT: Final = re.compile(r"\d{1,9}(?:[.,]\d{1,2})?(?!\d)", re.ASCII)
_DAYS: Final = {"mo": 0, "tu": 1, "we": 2, "th": 3, "fr": 4, "sa": 5, "su": 6}
_REPEATS: Final = re.compile(r"P(\d{1,3})([DWMY])", re.ASCII)


def read(payload: Payload, context: ReadContext, platform: str = "page") -> Reading:
    """The events of a page or of a bare JSON-LD document.

    Times without an offset are of the context's zone; relative addresses are resolved against the payload's own.
    """
    reader = _Reader(payload, context, platform)
    text = text_of(payload.body, payload.content_type)
    if text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}:
        blocks = [text]
    else:
        blocks = scripts(text, _MIME)
        if not blocks:
            reader.notes.add("no_jsonld", "the page has no JSON-LD")
    for number, block in enumerate(blocks, start=1):
        try:
            reader.block(json_of(block))
        except ValueError as problem:
            reader.notes.add("bad_jsonld", f"block {number}: {problem}")
    return reader.reading(complete=bool(blocks))


def is_event(node: object) -> bool:
    """Whether a JSON value is a schema.org Event of any kind."""
    return isinstance(node, dict) and any(_is_event_type(each) for each in _types(node))


class _Reader:
    """The events of one payload, each once."""

    def __init__(self, payload: Payload, context: ReadContext, platform: str) -> None:
        self.notes = Notes()
        self._context = context
        self._platform = platform
        base = context.base_url or payload.url
        self._base = base if base.startswith(("http://", "https://")) else None
        self._window = window_of(context)
        self._zone = self._window.zone
        self._budget = Budget(200_000)
        self._index: dict[str, Node] = {}
        self._events: dict[tuple[str, str], ScrapedEvent] = {}
        self._starts: dict[str, set[str]] = {}
        self._seen = 0
        self._capped = False

    def reading(self, *, complete: bool = True) -> Reading:
        return Reading(
            format="jsonld",
            events=tuple(self._events.values()),
            warnings=self.notes.warnings(),
            complete=complete and not self._capped,
            items_seen=self._seen,
        )

    def block(self, value: Any) -> None:
        """Read the events of one JSON value, in document order."""
        nodes = list(_nodes(value))
        for node in nodes:
            identifier = node.get("@id")
            if isinstance(identifier, str) and len(node) > 1:
                self._index.setdefault(identifier, node)
        for node in nodes:
            if not is_event(node):
                continue
            self._seen += 1
            try:
                self._add(node)
            except (ValueError, OverflowError) as problem:
                self.notes.add("bad_event", f"{self._title(node)}: {problem}")

    def _title(self, node: Node) -> str:
        return name(_text(node.get("name")) or "") or _text(node.get("url")) or "event without a name"

    def _add(self, node: Node) -> None:
        if "eventseries" in _types(node) and any(map(is_event, _each(node.get("subEvent")))):
            # The series only frames the dates that stand inside it.
            return
        schedule = next(
            (each for each in _each(self._node(node.get("eventSchedule"))) if isinstance(each, dict)), None
        )
        start = moment_of(_scalar(node.get("startDate")), self._zone)
        repeats = _rule_of(schedule) if schedule is not None else None
        if schedule is not None and start is None:
            start = self._scheduled_start(schedule)
        if start is None:
            code = "bad_start" if _text(node.get("startDate")) else "no_start"
            self.notes.add(code, self._title(node))
            return
        title = name(_text(node.get("name")) or _text(node.get("headline")) or "")
        if not title:
            self.notes.add("no_name", f"event at {start.isoformat()}")
            return
        end = self._end(node, start, title)
        if schedule is not None and repeats is not None:
            self._add_series(node, title, start, end, schedule, repeats)
        elif self._window.holds(start, end):
            self._keep(self._event(node, title, start, end))

    def _end(self, node: Node, start: datetime | date, title: str) -> datetime | date | None:
        written = moment_of(_scalar(node.get("endDate")), self._zone)
        if written is None:
            length = duration_of(_scalar(node.get("duration")))
            if length is not None and isinstance(start, datetime):
                return start + length
            return None if isinstance(start, datetime) else start
        end = end_of(start, written)
        if end is None and isinstance(written, datetime) == isinstance(start, datetime):
            self.notes.add("end_before_start", title)
        return end if end is not None or isinstance(start, datetime) else start

    def _keep(self, event: ScrapedEvent) -> None:
        limit = self._context.max_events
        key = (event.uid, event.start_date.isoformat())
        if key in self._events:
            return
        if limit is not None and len(self._events) >= limit:
            self.notes.once("events_capped", f"only the first {limit} events are read")
            self._capped = True
            return
        starts = self._starts.setdefault(event.uid, set())
        starts.add(key[1])
        if len(starts) > 1 and event.recurrence_id is None:
            # One page for every date of a series: the start tells them apart.
            event = replace(event, recurrence_id=key[1])
        self._events[key] = event

    # Series by eventSchedule.

    def _scheduled_start(self, schedule: Node) -> datetime | date | None:
        zone = self._schedule_zone(schedule)
        day = moment_of(_scalar(schedule.get("startDate")), zone)
        clock = _clock(_scalar(schedule.get("startTime")))
        if day is None or isinstance(day, datetime) or clock is None:
            return day
        return localised(datetime.combine(day, clock), zone)

    def _schedule_zone(self, schedule: Node) -> tzinfo:
        written = _scalar(schedule.get("scheduleTimezone"))
        return (zone_named(written) if isinstance(written, str) else None) or self._zone

    def _add_series(
        self,
        node: Node,
        title: str,
        start: datetime | date,
        end: datetime | date | None,
        schedule: Node,
        rule: Rule,
    ) -> None:
        timed = isinstance(start, datetime)
        zone = self._schedule_zone(schedule)
        first = (
            start.astimezone(zone).replace(tzinfo=None) if isinstance(start, datetime) else _midnight(start)
        )
        last = moment_of(_scalar(schedule.get("endDate")), zone)
        until = None
        if last is not None:
            until = datetime.combine(last.date() if isinstance(last, datetime) else last, time.max)
        length = end - start if end is not None else None
        clock = _clock(_scalar(schedule.get("endTime")))
        if clock is not None and timed:
            length = (datetime.combine(first.date(), clock) - first) % timedelta(days=1)
        excluded = frozenset(
            day.date() if isinstance(day, datetime) else day
            for each in _each(schedule.get("exceptDate"))[:1_000]
            if (day := moment_of(_scalar(each), zone)) is not None
        )
        # A span from first to last date is no length of an evening.
        if length is not None and timed and length > timedelta(days=7):
            length = None
        series = Series(first, ((rule, until),), excluded_days=excluded)
        margin = timedelta(days=2)
        after = max(self._window.series_start.replace(tzinfo=None), datetime(1, 1, 9)) - margin  # noqa: DTZ001
        before = self._window.series_end.replace(tzinfo=None)
        count = 0
        for wall in series.starts(after - (length or timedelta()), before, self._budget):
            begins = localised(wall, zone) if timed else wall.date()
            ends = begins + length if length is not None else None
            if not self._window.holds_occurrence(begins, ends):
                continue
            if count == self._context.max_instances:
                self.notes.add("instances_capped", f"{title}: only {count} occurrences are read")
                self._capped = True
                return
            count += 1
            event = self._event(node, title, begins, ends)
            self._keep(replace(event, recurrence_id=begins.isoformat()))

    # What an event says.

    def _event(
        self, node: Node, title: str, start: datetime | date, end: datetime | date | None
    ) -> ScrapedEvent:
        url = self._url(node.get("url"))
        place, mode = self._location(node.get("location"))
        status = _STATUSES.get(_segment(node.get("eventStatus")), "EventScheduled")
        mode = _MODES.get(_segment(node.get("eventAttendanceMode")), mode)
        price = _price(node.get("offers"))
        description = _text(node.get("description"))
        return ScrapedEvent(
            platform=self._platform,
            source=self._context.source,
            uid=self._uid(node, url) or derived_uid(title, start),
            name=title,
            description=paragraphs(description) if description else None,
            start_date=start,
            end_date=end,
            timezone=timezone_name(start, self._zone),
            all_day=not isinstance(start, datetime),
            event_status=status,
            event_attendance_mode="online" if status == "EventMovedOnline" else mode,
            url=url or self._url(node.get("@id")),
            image=self._image(node.get("image")),
            location=place,
            organizer=self._organizer(node.get("organizer")),
            keywords=_keywords(node.get("keywords")),
            is_accessible_for_free=_free(node.get("isAccessibleForFree"), price),
            price=price,
            in_language=_language(node.get("inLanguage")),
        )

    def _uid(self, node: Node, url: str | None) -> str | None:
        identifier = _scalar(node.get("@id"))
        if isinstance(identifier, str) and identifier.strip() and not identifier.startswith("_:"):
            try:
                identifier = urljoin(self._base, identifier.strip()) if self._base else identifier
            except ValueError:
                return None
            return one_line(identifier, 500) or None
        if url:
            return url
        written = node.get("identifier")
        if isinstance(written, dict):
            written = written.get("value")
        text = _text(written)
        return (one_line(text, 500) or None) if text else None

    def _node(self, value: Any) -> Any:
        """The node that `{"@id": ...}` points to, where this page has it."""
        if isinstance(value, dict) and len(value) == 1 and isinstance(value.get("@id"), str):
            return self._index.get(value["@id"], value)
        return value

    def _url(self, value: Any) -> str | None:
        for each in _each(value)[:20]:
            text = (
                (each.get("@id") or each.get("@value") or each.get("url")) if isinstance(each, dict) else each
            )
            if isinstance(text, str) and (url := web_url(text, self._base)):
                return url
        return None

    def _image(self, value: Any) -> str | None:
        for each in _each(value)[:20]:
            node = self._node(each)
            if isinstance(node, dict):
                url = next(
                    (u for key in ("url", "contentUrl", "@id") if (u := self._url(node.get(key)))), None
                )
            else:
                url = self._url(node)
            if url:
                return url
        return None

    def _organizer(self, value: Any) -> ScrapedOrganizer | None:
        """The first group or organisation; a person, and a bare name that may be one, is nobody's business here."""
        for each in _each(value)[:20]:
            node = self._node(each)
            if not isinstance(node, dict) or not any(_ORGANISATIONS.fullmatch(kind) for kind in _types(node)):
                continue
            title = name(_text(node.get("name")) or "") or None
            url = self._url(node.get("url")) or self._url(node.get("sameAs"))
            if title or url:
                return ScrapedOrganizer(name=title, url=url)
        return None

    def _location(self, value: Any) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
        """The first physical place, and what kinds of places there are; a physical one alone proves nothing."""
        place: ScrapedPlace | None = None
        online = False
        for each in _each(value)[:20]:
            node = self._node(each)
            found, mode = self._place(node)
            online = online or mode in {"online", "mixed"}
            place = place or found
        if online:
            return place, "mixed" if place is not None else "online"
        return place, None

    def _place(self, node: Any) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
        if isinstance(node, str):
            where, mode = venue_of(name(node))
            return (ScrapedPlace(name=where) if where else None), mode
        if not isinstance(node, dict):
            return None, None
        kinds = _types(node)
        if "virtuallocation" in kinds:
            return None, "online"
        where, mode = venue_of(name(_text(node.get("name")) or ""))
        address = node if "postaladdress" in kinds else self._address(node.get("address"))
        place = _with_address(where, address)
        geo = self._node(next(iter(_each(node.get("geo"))), None))
        geo = geo if isinstance(geo, dict) else node
        coordinates = coordinates_of(_scalar(geo.get("latitude")), _scalar(geo.get("longitude")))
        if coordinates:
            place = replace(place, lat=coordinates[0], lon=coordinates[1])
        return (None if place == ScrapedPlace() or (mode == "online" and not place.address) else place), mode

    def _address(self, value: Any) -> Any:
        candidates = [self._node(each) for each in _each(value)[:20]]
        return next((each for each in candidates if isinstance(each, dict)), next(iter(candidates), None))


def _nodes(value: Any) -> Iterator[Node]:
    """Every object that may hold or be an event, parents first; cycles of @id are names here, not loops."""
    stack: list[tuple[Any, int]] = [(value, 0)]
    count = 0
    while stack:
        current, depth = stack.pop()
        if isinstance(current, list):
            if depth < _MAX_DEPTH:
                stack.extend((each, depth + 1) for each in reversed(current))
        elif isinstance(current, dict):
            count += 1
            if count > _MAX_NODES:
                return
            node = _plain_keys(current)
            yield node
            if depth < _MAX_DEPTH:
                stack.extend((node[key], depth + 1) for key in reversed(_CONTAINERS) if key in node)


def _plain_keys(node: Node) -> Node:
    """A node with `schema:name` and `https://schema.org/name` as `name`; what JavaScript treats specially is dropped."""
    if not any(":" in key or key.startswith("__") for key in node):
        return node
    return {
        re.split(r"[:/#]", key)[-1] if ":" in key else key: value
        for key, value in node.items()
        if not key.startswith("__")
    }


def _types(node: Node) -> list[str]:
    return [_segment(each) for each in _each(node.get("@type", node.get("type")))[:20]]


def _is_event_type(kind: str) -> bool:
    return (kind.endswith("event") or kind in _EVENT_TYPES) and kind not in _NO_EVENTS


def _segment(value: Any) -> str:
    """The last part of an IRI, lower-case: `https://schema.org/EventCancelled` and `EventCancelled` are one."""
    scalar = _scalar(value)
    if not isinstance(scalar, str) or len(scalar) > 200:
        return ""
    return re.split(r"[/#:]", scalar.strip().rstrip("/"))[-1].lower()


def _each(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _scalar(value: Any) -> Any:
    """A string, number or boolean out of lists, `@value` and `@id`; null where there is none."""
    for _ in range(5):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("@value", value.get("@id"))
        else:
            return value
    return None


def _text(value: Any) -> str | None:
    if isinstance(value, dict) and "@value" not in value:
        value = value.get("name")
    scalar = _scalar(value)
    if isinstance(scalar, bool) or scalar is None:
        return None
    return scalar if isinstance(scalar, str) else str(scalar)[:40]


def _with_address(where: str | None, address: Any) -> ScrapedPlace:
    if not isinstance(address, dict):
        written = _text(address) if isinstance(address, str | list) else None
        return ScrapedPlace(name=where, address=name(written) or None if written else None)
    country = address.get("addressCountry")
    parts = [name(_text(address.get(key)) or "") for key in ("streetAddress", "postalCode")]
    return ScrapedPlace(
        name=where or name(_text(address.get("name")) or "") or None,
        address=", ".join(part for part in parts if part) or None,
        city=name(_text(address.get("addressLocality")) or "") or None,
        region=name(_text(address.get("addressRegion")) or "") or None,
        country=name(_text(country) or "") or None,
    )


def _keywords(value: Any) -> tuple[str, ...]:
    words: list[str] = []
    for each in _each(value)[:100]:
        text = _text(each)
        if text:
            words.extend(text[:5_000].split(","))
    return keywords(words)


def _language(value: Any) -> str | None:
    first = next(iter(_each(value)), None)
    if isinstance(first, dict):
        first = first.get("alternateName") or first.get("@value") or first.get("name")
    language = _scalar(first)
    if not isinstance(language, str):
        return None
    language = language.strip().replace("_", "-")
    return language if 2 <= len(language) <= 35 and language.replace("-", "").isalnum() else None


def _free(value: Any, price: ScrapedPrice | None) -> bool | None:
    written = _scalar(value)
    if isinstance(written, str):
        written = {"true": True, "false": False, "yes": True, "no": False}.get(_segment(written))
    if isinstance(written, bool):
        return written
    if price is None or price.min is None or price.max is None:
        return None
    if price.max == 0:
        return True
    return False if price.min > 0 else None


def _price(value: Any) -> ScrapedPrice | None:
    """The span of all offers; null where none names an amount."""
    amounts: list[float] = []
    currency: str | None = None
    for offer in _offers(value):
        for key in ("price", "lowPrice", "highPrice"):
            amount = amount_of(_scalar(offer.get(key)))
            if amount is not None:
                amounts.append(amount)
        written = _scalar(offer.get("priceCurrency"))
        if currency is None and isinstance(written, str) and re.fullmatch(r"[A-Za-z]{3}", written.strip()):
            currency = written.strip().upper()
    if not amounts:
        return None
    return ScrapedPrice(min=min(amounts), max=max(amounts), currency=currency)


def _offers(value: Any) -> Iterator[Node]:
    for offer in _each(value)[:100]:
        if not isinstance(offer, dict):
            continue
        yield offer
        for key in ("offers", "priceSpecification"):
            yield from (each for each in _each(offer.get(key))[:100] if isinstance(each, dict))


def amount_of(value: Any) -> float | None:
    """An amount of money in major units: 10, "10.00", "$10", "10,50 EUR", "Free"; null for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        amount = float(value) if abs(value) < 1e9 else math.nan
    elif isinstance(value, str) and len(value) <= 40:
        if _FREE.fullmatch(value.strip()):
            return 0.0
        found = _AMOUNT.findall(value.replace("\u00a0", " "))
        amount = float(found[0].replace(",", ".")) if len(found) == 1 else math.nan
    else:
        return None
    return amount if math.isfinite(amount) and amount >= 0 else None


def _rule_of(schedule: Node) -> Rule | None:
    """The rule of a Schedule in its simple form: repeatFrequency and byDay; null where it does not repeat."""
    written = _text(schedule.get("repeatFrequency")) or ""
    match = _REPEATS.fullmatch(written.strip().upper())
    words = {"daily": "P1D", "weekly": "P1W", "monthly": "P1M", "yearly": "P1Y", "biweekly": "P2W"}
    if match is None:
        match = _REPEATS.fullmatch(words.get(_segment(written), ""))
    if match is None or not int(match[1]):
        return None
    days = {
        (0, number)
        for each in _each(schedule.get("byDay"))[:20]
        if (number := _DAYS.get(_segment(each)[:2])) is not None
    }
    count = _scalar(schedule.get("repeatCount"))
    counted = isinstance(count, int) and not isinstance(count, bool) and count > 0
    by_day = tuple(sorted(days)) if match[2] == "W" else ()
    interval, repeat_count = int(match[1]), count if counted else None
    match match[2]:
        case "D":
            return Rule("DAILY", interval=interval, count=repeat_count)
        case "W":
            return Rule("WEEKLY", interval=interval, count=repeat_count, by_day=by_day)
        case "M":
            return Rule("MONTHLY", interval=interval, count=repeat_count)
        case _:
            return Rule("YEARLY", interval=interval, count=repeat_count)


def _clock(value: Any) -> time | None:
    if not isinstance(value, str) or len(value) > 20:
        return None
    try:
        return time.fromisoformat(value.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
