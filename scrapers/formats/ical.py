"""Reads iCalendar (RFC 5545, RFC 7986) into records: bytes in, one `Reading` out.

It fetches nothing and raises nothing: what cannot be read becomes a warning, and the next event is read. Its parts: lines
in `ical_lines`, times in `ical_times` and `ical_values`, everything else that an event says in `ical_details`; series are expanded here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

from scrapers.formats.ical_details import EventDetails
from scrapers.formats.ical_lines import Calendar, Document, Properties, parameters_of, parse, unescaped
from scrapers.formats.ical_times import EventTimes, Item, SkipError, says_all_day, title_of
from scrapers.formats.ical_values import (
    CalendarMoment,
    ending,
    exact_length,
    first_value,
    last_moment,
    length_of,
)
from scrapers.formats.periods import Budget
from scrapers.formats.recurrence import Series
from scrapers.formats.rrule import Rule, RuleError, parse_rule
from scrapers.formats.text import one_line
from scrapers.formats.whole_days import whole_days
from scrapers.formats.window import Window, time_window
from scrapers.formats.zones import iana_name
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading, ScrapedEvent

__all__ = ["Calendar", "Document", "parameters_of", "parse", "read", "read_document", "unescaped"]

_MAX_DATES: Final = 4_000
_MAX_UID: Final = 500


def read(payload: Payload, context: ReadContext, platform: str = "ical") -> Reading:
    """The events of an iCalendar payload, series expanded inside the context's window."""
    return read_document(parse(payload.body, payload.content_type), context, platform)


def read_document(document: Document, context: ReadContext, platform: str = "ical") -> Reading:
    """The events of a parsed file.

    Zoned times keep the offset of their zone, floating ones (RFC 5545 3.3.5) take X-WR-TIMEZONE, else the context's.
    """
    return _Reader(document, context, platform).reading()


class _Reader:
    """Turns the components of one document into events."""

    def __init__(self, document: Document, context: ReadContext, platform: str) -> None:
        self._document = document
        self._notes = document.notes
        self._context = context
        self._window: Window = time_window(context)
        self._budget = Budget()
        self._times = EventTimes(self._notes, self._window.zone)
        self._details = EventDetails(self._notes, self._times, platform, context.source)
        self._complete = document.complete

    def reading(self) -> Reading:
        groups: dict[str, list[Item]] = {}
        seen = 0
        for calendar in self._document.calendars:
            for properties in calendar.events:
                item = self._item(properties, calendar, seen)
                # Without a UID nothing belongs together.
                groups.setdefault(item.uid or f"\0{seen}", []).append(item)
                seen += 1
        events: list[ScrapedEvent] = []
        limit = self._context.max_events
        # A flood of occurrences must not push out single events: those come first, in the order of the file.
        left = sorted(groups.values(), key=lambda items: any(item.repeats for item in items))
        for done, items in enumerate(left, start=1):
            events.extend(self._of_uid(items))
            if limit is not None and len(events) >= limit:
                if len(events) > limit or done < len(left):
                    self._notes.add("events_capped", f"only the first {limit} events are read")
                    self._complete = False
                del events[limit:]
                break
        return Reading(
            format="ical",
            events=tuple(events),
            warnings=self._notes.warnings(),
            complete=self._complete,
            items_seen=seen,
        )

    def _item(self, properties: Properties, calendar: Calendar, position: int) -> Item:
        uid = first_value(properties, "UID")
        sequence = first_value(properties, "SEQUENCE").strip()
        return Item(
            properties,
            calendar,
            position,
            one_line(unescaped(uid), _MAX_UID) if uid else "",
            int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 10 else 0,
            "RECURRENCE-ID" in properties,
            "RRULE" in properties or "RDATE" in properties,
            says_all_day(properties),
        )

    def _of_uid(self, items: list[Item]) -> Iterator[ScrapedEvent]:
        if len(items) == 1 and not items[0].overrides and not items[0].repeats:
            yield from self._single(items[0])
            return
        try:
            readable = [item for item in items if self._timed(item)]
            masters = self._masters([item for item in readable if not item.overrides])
            overrides = self._overrides([item for item in readable if item.overrides])
            series = next((master for master in masters if master.repeats), None)
            if series is not None:
                yield from self._series(series, overrides)
                return
            for master in masters:
                yield from self._single(master, distinct=len(masters) > 1 or bool(overrides))
            for override in overrides:
                yield from self._override(override)
        except (ValueError, OverflowError) as problem:
            self._unreadable(items[0], problem)

    def _timed(self, item: Item) -> bool:
        try:
            self._times.start(item)
        except SkipError:
            return False
        return True

    def _masters(self, items: list[Item]) -> list[Item]:
        """The versions that count: the highest SEQUENCE, of equals the last; several starts are several events.

        Some plugins write every date of a series with one UID and neither RRULE nor RECURRENCE-ID.
        """
        if not items:
            return []
        highest = max(item.sequence for item in items)
        current = [item for item in items if item.sequence == highest]
        repeating = [item for item in current if item.repeats]
        if repeating:
            return [repeating[-1]]
        by_start = {item.start: item for item in current}
        if len(by_start) > 1:
            self._notes.add("uid_reused", f"{len(by_start)} dates share the UID {current[0].uid[:80]}")
        return list(by_start.values())

    def _overrides(self, items: list[Item]) -> list[Item]:
        newest: dict[tuple[CalendarMoment | None, bool], Item] = {}
        for item in items:
            key = (item.recurrence, self._this_and_future(item))
            if key not in newest or item.sequence >= newest[key].sequence:
                newest[key] = item
        return list(newest.values())

    def _single(self, item: Item, *, distinct: bool = False) -> Iterator[ScrapedEvent]:
        try:
            start = self._times.start(item)
            begins = start.value()
            ends = self._times.end(item, start, begins)
            if self._window.holds(begins, ends):
                recurrence = begins.isoformat() if distinct else None
                yield _event(start.zone, begins, ends, recurrence, self._details.of(item, begins), item)
        except SkipError:
            return
        except (ValueError, OverflowError) as problem:
            self._unreadable(item, problem)

    def _unreadable(self, item: Item, problem: Exception) -> None:
        self._notes.add("bad_event", f"{title_of(item)}: {problem}")

    def _series(self, master: Item, overrides: list[Item]) -> Iterator[ScrapedEvent]:
        start = self._times.start(master)
        begins = start.value()
        try:
            details = self._details.of(master, begins)
            ends = self._times.end(master, start, begins)
        except SkipError:
            details, ends = None, None
        periods: dict[datetime, timedelta] = {}
        recurring = self._set(master, start, periods)
        if not (recurring.rules or recurring.extra or overrides):
            # No rule could be followed: what is left is one event.
            yield from self._single(master)
            return
        replaced: dict[datetime, Item] = {}
        turns: list[tuple[datetime, Item]] = []
        for item in overrides:
            assert item.recurrence is not None
            scheduled = item.recurrence.seen_in(start)
            if item.recurrence.zone is None and start.zone is not None:
                # A RECURRENCE-ID of type DATE on a timed series means that day's occurrence.
                scheduled = datetime.combine(scheduled.date(), start.wall.time())
            replaced[scheduled] = item
            if self._this_and_future(item):
                turns.append((scheduled, item))
        turns.sort(key=lambda turn: turn[0])
        for scheduled, item in replaced.items():
            # An exception to the series that was excluded later stays excluded.
            if scheduled not in recurring.excluded:
                yield from self._override(item, CalendarMoment(scheduled, start.zone))
        length = exact_length(begins, ends)
        yield from self._occurrences(master, start, recurring, length, periods, replaced, turns, details)

    def _occurrences(
        self,
        master: Item,
        start: CalendarMoment,
        recurring: Series,
        length: timedelta | None,
        periods: dict[datetime, timedelta],
        replaced: dict[datetime, Item],
        turns: list[tuple[datetime, Item]],
        details: dict[str, Any] | None,
    ) -> Iterator[ScrapedEvent]:
        changes = [self._turn(scheduled, item, start) for scheduled, item in turns]
        longest = max(
            [
                length or timedelta(),
                *periods.values(),
                *(abs(shift) + (long or timedelta()) for _, shift, long, _ in changes),
            ]
        )
        after, before = self._span(start.zone or self._window.zone, longest)
        kept = 0
        for scheduled in recurring.starts(after, before, self._budget):
            if scheduled in replaced:
                continue
            wall, long, fields = scheduled, periods.get(scheduled, length), details
            for since, shift, turned_length, turned in changes:
                if since <= scheduled:
                    wall, long, fields = scheduled + shift, turned_length, turned
            if fields is None:
                continue
            moment = CalendarMoment(wall, start.zone)
            begins = moment.value()
            ends = ending(begins, long)
            if not self._window.holds_occurrence(begins, ends):
                continue
            if kept == self._context.max_instances:
                self._notes.add("instances_capped", f"{fields['name']}: only {kept} occurrences are read")
                self._complete = False
                break
            kept += 1
            recurrence = CalendarMoment(scheduled, start.zone).value().isoformat()
            yield _event(start.zone, begins, ends, recurrence, fields, master)
        if self._budget.exhausted:
            self._budget.exhausted = False
            self._notes.add(
                "rule_too_costly", f"{details['name'] if details else 'a series'}: not all is expanded"
            )
            self._complete = False

    def _span(self, zone: tzinfo, longest: timedelta) -> tuple[datetime, datetime]:
        """The window as wall clock times of a zone, widened by the longest occurrence and a day for offsets."""
        window = self._window
        margin = timedelta(days=2)
        try:
            after = window.series_start.astimezone(zone).replace(tzinfo=None) - longest - margin
        except OverflowError:
            after = datetime.min  # noqa: DTZ901  a wall clock time
        try:
            before = window.series_end.astimezone(zone).replace(tzinfo=None) + margin
        except OverflowError:
            before = datetime.max  # noqa: DTZ901  a wall clock time
        return after, before

    def _turn(
        self, scheduled: datetime, item: Item, start: CalendarMoment
    ) -> tuple[datetime, timedelta, timedelta | None, dict[str, Any] | None]:
        """RANGE=THISANDFUTURE: from which occurrence on, moved by how much, how long and as what (3.2.13)."""
        moved = self._times.start(item)
        begins = moved.value()
        try:
            fields = self._details.of(item, begins)
        except SkipError:
            fields = None
        length = exact_length(begins, self._times.end(item, moved, begins))
        return scheduled, moved.seen_in(start) - scheduled, length, fields

    def _this_and_future(self, item: Item) -> bool:
        parameters = item.properties["RECURRENCE-ID"][0][0]
        return bool(parameters) and self._times.parameter(parameters, "RANGE").upper() == "THISANDFUTURE"

    def _override(self, item: Item, scheduled: CalendarMoment | None = None) -> Iterator[ScrapedEvent]:
        try:
            start = self._times.start(item)
            begins = start.value()
            ends = self._times.end(item, start, begins)
            # A series is only asked for its span; its changed occurrences are not exceptions.
            if not self._window.holds_occurrence(begins, ends):
                return
            moment = scheduled or item.recurrence
            assert moment is not None
            recurrence = moment.value().isoformat()
            yield _event(start.zone, begins, ends, recurrence, self._details.of(item, begins), item)
        except SkipError:
            return
        except (ValueError, OverflowError) as problem:
            self._unreadable(item, problem)

    def _set(self, item: Item, start: CalendarMoment, periods: dict[datetime, timedelta]) -> Series:
        """RRULE, RDATE and EXDATE of an event as wall clock times of its DTSTART; lengths of PERIODs by start."""
        if "EXRULE" in item.properties:
            self._notes.add("exrule_ignored", f"{title_of(item)}: EXRULE left the standard in 2009")
        rules: list[tuple[Rule, datetime | None]] = []
        for _, written in item.properties.get("RRULE", ())[:10]:
            try:
                rule = parse_rule(written)
                if (rule, last_moment(rule.until, start)) not in rules:
                    rules.append((rule, last_moment(rule.until, start)))
            except (RuleError, OverflowError) as problem:
                self._notes.add("bad_rule", f"{title_of(item)}: {problem}")
        extra = []
        for moment, length in self._dates(item, "RDATE"):
            wall = moment.seen_in(start)
            if moment.zone is None and start.zone is not None:
                wall = datetime.combine(wall.date(), start.wall.time())
            extra.append(wall)
            if length is not None:
                periods[wall] = length
        excluded, days = set(), set()
        for moment, _ in self._dates(item, "EXDATE"):
            if moment.zone is None and start.zone is not None:
                days.add(moment.wall.date())
            else:
                excluded.add(moment.seen_in(start))
        return Series(start.wall, tuple(rules), tuple(extra), frozenset(excluded), frozenset(days))

    def _dates(self, item: Item, label: str) -> Iterator[tuple[CalendarMoment, timedelta | None]]:
        count = 0
        for parameters, line in item.properties.get(label, ()):
            for written in line.split(","):
                begin, _, end = written.partition("/")
                if not begin.strip():
                    continue
                count += 1
                if count > _MAX_DATES:
                    self._notes.add(
                        "dates_capped", f"{title_of(item)}: only {_MAX_DATES} dates of {label} are read"
                    )
                    self._complete = False
                    return
                moment = self._times.exception(parameters, begin, item)
                if moment is None:
                    self._notes.add(f"bad_{label.lower()}", f"{title_of(item)}: {written[:60]}")
                    continue
                yield moment, self._period(parameters, moment, end, item) if end else None

    def _period(self, parameters: str, start: CalendarMoment, written: str, item: Item) -> timedelta | None:
        length = length_of(written)
        if length is None:
            end = self._times.moment(parameters, written, item)
            length = exact_length(start.value(), end.value()) if end is not None and end.zone else None
        return length if length is not None and length >= timedelta() else None


def _event(
    zone: tzinfo | None,
    begins: datetime | date,
    ends: datetime | date | None,
    recurrence: str | None,
    details: dict[str, Any],
    item: Item,
) -> ScrapedEvent:
    event = ScrapedEvent(
        start_date=begins,
        end_date=ends,
        timezone=iana_name(zone),
        all_day=zone is None,
        recurrence_id=recurrence,
        **details,
    )
    return whole_days(event, said=item.says_all_day)
