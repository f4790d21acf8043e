"""Reads events from RSS 2.0 and 1.0 and from Atom that date them: bytes in, one `Reading` out.

A feed's entry is an event only where it says when it takes place, in one of the vocabularies made for that (`ev:`,
xCal, Localist, BiblioCommons, Trumba, Google's `gd:when`). The day on which it was published is never taken for that day
unless the caller, who knows the feed, names the element.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from scrapers.formats import xcal
from scrapers.formats.collected import Collected
from scrapers.formats.datetimes import end_of, timezone_name
from scrapers.formats.feeddates import feed_moment
from scrapers.formats.feedplaces import place_of
from scrapers.formats.identity import derived_uid
from scrapers.formats.notes import Notes
from scrapers.formats.offers import amount_of
from scrapers.formats.status import status_of
from scrapers.formats.text import keywords, name, one_line, paragraphs, web_url
from scrapers.formats.whole_days import whole_days
from scrapers.formats.window import time_window
from scrapers.formats.xmltree import RefusedError, Tree, parse
from scrapers.platform import Payload, ReadContext
from scrapers.records import EventStatus, Reading, ScrapedEvent, ScrapedPrice, Warning  # noqa: A004

# Earlier names win: an instant with its zone says more than a local time, a vocabulary more than a bare name.
_STARTS: Final = (
    *("ev:startdate", "xcal:dtstart", "bc:start_date", "s:start", "s:localstart", "x-trumba:utcstart"),
    *("x-trumba:localstart", "bc:start_date_local", "event:startdate", "event:start", "mec:startdate"),
    *("dtstart", "startdate", "start_date", "start", "eventdate", "event_date"),
)
_ENDS: Final = (
    *(
        "ev:enddate",
        "xcal:dtend",
        "bc:end_date",
        "s:end",
        "s:localend",
        "x-trumba:utcend",
        "x-trumba:localend",
    ),
    *(
        "bc:end_date_local",
        "event:enddate",
        "event:end",
        "mec:enddate",
        "dtend",
        "enddate",
        "end_date",
        "end",
    ),
)
# The Modern Events Calendar splits a moment in two.
_HOURS: Final = {"mec:startdate": "mec:starthour", "mec:enddate": "mec:endhour"}
_DESCRIPTIONS: Final = ("content:encoded", "xcal:description", "description", "content", "summary")
_YES: Final = frozenset({"true", "yes", "1"})
# Most entries have none of these: one look at their names is cheaper than a search for each.
_IMAGES: Final = ("media:content", "media:thumbnail", "enclosure")
_COSTS: Final = ("mec:cost", "ev:cost", "x-trumba:cost", "cost")
_STATUSES: Final = ("xcal:status", "s:status", "ev:status")
_CANCELLED: Final = ("bc:is_cancelled", "x-trumba:canceled", "x-trumba:iscanceled")
_ABOUT_STATUS: Final = frozenset((*_STATUSES, *_CANCELLED))
_ABOUT_COST: Final = frozenset(_COSTS)
_WITH_IMAGES: Final = frozenset(_IMAGES)
_LISTS_OF_WORDS: Final = ("xcal:categories", "bc:type", "bc:program")
_WITH_WORDS: Final = frozenset(("category", "ev:type", "mec:category", *_LISTS_OF_WORDS))

Entry = dict[str, list[Element]]


def read(
    payload: Payload, context: ReadContext, platform: str = "page", *, start_elements: tuple[str, ...] = ()
) -> Reading:
    """The events of a feed or of an xCal document (RFC 6321).

    `start_elements` are further names, such as `pubdate`, that this very feed dates its events with.
    """
    try:
        tree = parse(payload.body, payload.content_type)
    except RefusedError as problem:
        return Reading("feed", warnings=(Warning("refused_xml", str(problem)),), complete=False)
    if tree.root is not None and xcal.is_xcal(tree.root):
        return xcal.read_tree(tree, context, platform)
    return _Reader(payload, context, platform, start_elements).reading(tree)


class _Reader:
    def __init__(
        self, payload: Payload, context: ReadContext, platform: str, start_elements: tuple[str, ...]
    ) -> None:
        self._context = context
        self._platform = platform
        base = context.base_url or payload.url
        self._base = base if base.startswith(("http://", "https://")) else None
        self._window = time_window(context)
        self._notes = Notes()
        self._kept = Collected(context.max_events, self._notes)
        self._starts = (*_STARTS, *(each.lower() for each in start_elements))

    def reading(self, tree: Tree) -> Reading:
        if tree.fault is not None:
            self._notes.add("bad_xml", tree.fault)
        entries = (
            [] if tree.root is None else [each for each in _entries(tree.root) if id(each) not in tree.open]
        )
        if tree.root is None or tree.root.tag not in {"rss", "rdf:rdf", "feed", "channel"}:
            self._notes.add("no_feed", "neither RSS nor Atom")
        for entry in entries:
            try:
                self._add(entry)
            except (ValueError, OverflowError) as problem:
                self._notes.add("bad_event", str(problem))
        return Reading(
            "feed",
            events=self._kept.events(),
            next=() if tree.root is None else self._next(tree.root),
            warnings=self._notes.warnings(),
            complete=tree.complete and "no_feed" not in self._notes and not self._kept.capped,
            items_seen=len(entries),
        )

    def _add(self, element: Element) -> None:
        entry: Entry = {}
        for child in element:
            if child.tag in entry:
                entry[child.tag].append(child)
            else:
                entry[child.tag] = [child]
        zone = self._window.zone
        title = name(_text(entry, "title", "xcal:summary") or "")
        written = _written(entry, self._starts, "starttime")
        start = feed_moment(written, zone) if written else None
        if start is None:
            self._notes.add("bad_start" if written else "no_start", title or "entry without a title")
            return
        if not title:
            self._notes.add("no_name", f"entry at {start.isoformat()}")
            return
        ending = _written(entry, _ENDS, "endtime")
        end = self._end(start, feed_moment(ending, zone) if ending else None, title)
        if self._window.holds(start, end):
            self._kept.add(self._event(entry, title, start, end))

    def _end(
        self, start: datetime | date, written: datetime | date | None, title: str
    ) -> datetime | date | None:
        end = end_of(start, written)
        if (
            written is not None
            and end is None
            and isinstance(written, datetime) == isinstance(start, datetime)
        ):
            self._notes.add("end_before_start", title)
        return end if end is not None or isinstance(start, datetime) else start

    def _event(
        self, entry: Entry, title: str, start: datetime | date, end: datetime | date | None
    ) -> ScrapedEvent:
        url = web_url(_link(entry) or "", self._base)
        place, mode = place_of(entry)
        description = _text(entry, *_DESCRIPTIONS)
        amount = (
            None if _ABOUT_COST.isdisjoint(entry) else amount_of((_text(entry, *_COSTS) or "")[:40] or None)
        )
        return whole_days(
            ScrapedEvent(
                platform=self._platform,
                source=self._context.source,
                uid=one_line(_text(entry, "guid", "id", "xcal:uid") or "", 500)
                or url
                or derived_uid(title, start),
                name=title,
                description=paragraphs(description) if description else None,
                start_date=start,
                end_date=end,
                timezone=timezone_name(start, self._window.zone),
                all_day=not isinstance(start, datetime),
                event_status=status_of(title, _status(entry)),
                event_attendance_mode=mode,
                url=url,
                image=None if _WITH_IMAGES.isdisjoint(entry) else self._image(entry),
                location=place,
                keywords=_keywords(entry),
                is_accessible_for_free=None if amount is None else amount == 0,
                price=None if amount is None else ScrapedPrice(min=amount, max=amount),
            )
        )

    def _image(self, entry: Entry) -> str | None:
        for tag in _IMAGES:
            for each in entry.get(tag, ())[:10]:
                kind = (each.get("type") or each.get("medium") or "image").lower()
                if kind.startswith("image") and (url := web_url(each.get("url") or "", self._base)):
                    return url
        return None

    def _next(self, root: Element) -> tuple[str, ...]:
        """The next page (RFC 5005 3), where it is another address of the same host."""
        for element in [*root[:100], *(each for channel in root[:5] for each in channel[:100])]:
            if element.tag in {"link", "atom:link"} and element.get("rel") == "next":
                url = web_url(element.get("href") or "", self._base)
                if (
                    url
                    and self._base
                    and url != self._base
                    and urlsplit(url).netloc == urlsplit(self._base).netloc
                ):
                    return (url,)
        return ()


def _entries(root: Element) -> list[Element]:
    """The entries wherever the dialect puts them: below the root (Atom, RSS 1.0) or its channel (RSS 2.0)."""
    found = [each for each in root if each.tag in {"item", "entry"}]
    for channel in root:
        if channel.tag == "channel":
            found.extend(each for each in channel if each.tag in {"item", "entry"})
    return found


def _text(entry: Entry, *tags: str) -> str | None:
    for tag in tags:
        if tag not in entry:
            continue
        for element in entry[tag]:
            text = element.text if len(element) == 0 else "".join(element.itertext())
            if text and (text := text.strip()):
                return text
    return None


def _written(entry: Entry, tags: tuple[str, ...], attribute: str) -> str | None:
    for tag in tags:
        if tag not in entry:
            continue
        if found := _text(entry, tag):
            hour = _text(entry, _HOURS[tag]) if tag in _HOURS else None
            return f"{found} {hour}" if hour else found
    for element in entry.get("gd:when", ())[:1]:
        # Attributes keep their case in XML: startTime and endTime.
        return next((value for key, value in element.items() if key.lower() == attribute), None)
    return None


def _link(entry: Entry) -> str | None:
    """RSS writes the address as text; Atom as the link without a `rel` or with `alternate` (RFC 4287 4.2.7.2)."""
    for element in entry.get("link", ()):
        if element.get("rel", "alternate") == "alternate" and (found := element.get("href") or element.text):
            return found.strip()
    written = _text(entry, "ev:url", "xcal:url")
    if written:
        return written
    guid = next(iter(entry.get("guid", ())), None)
    return guid.text if guid is not None and guid.get("isPermaLink", "true") == "true" else None


def _status(entry: Entry) -> EventStatus:
    if _ABOUT_STATUS.isdisjoint(entry):
        return "EventScheduled"
    written = (_text(entry, *_STATUSES) or "").lower()
    cancelled = (_text(entry, *_CANCELLED) or "").lower()
    if written in {"cancelled", "canceled"} or cancelled in _YES:
        return "EventCancelled"
    return "EventPostponed" if written == "postponed" else "EventScheduled"


def _keywords(entry: Entry) -> tuple[str, ...]:
    return () if _WITH_WORDS.isdisjoint(entry) else keywords(_words(entry))


def _words(entry: Entry) -> list[str]:
    words = [each.text or each.get("term") or "" for each in entry.get("category", ())[:100]]
    words += [_text(entry, each) or "" for each in ("ev:type", "mec:category") if each in entry]
    for each in _LISTS_OF_WORDS:
        if each in entry:
            words += (_text(entry, each) or "")[:2_000].split(",")
    return [word for word in words if word.strip()]
