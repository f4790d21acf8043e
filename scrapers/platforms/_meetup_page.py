"""The state that a Meetup group page embeds: the group, its coming and past events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from scrapers.formats import jsonld, markup
from scrapers.formats.datetimes import end_of, moment_of
from scrapers.formats.notes import Notes
from scrapers.formats.places import coordinates_of, venue_of
from scrapers.formats.status import status_of
from scrapers.formats.text import keywords, name, paragraphs, web_url
from scrapers.formats.window import Window, time_window
from scrapers.formats.zones import iana_name, zone_named
from scrapers.platform import ReadContext
from scrapers.platforms._meetup_addresses import URLNAME, calendar_url, group_url
from scrapers.records import (
    AttendanceMode,
    EventStatus,
    Reading,
    ScrapedEvent,
    ScrapedGroup,
    ScrapedOrganizer,
    ScrapedPlace,
    ScrapedPrice,
)

MODES: Final[dict[str, AttendanceMode]] = {"PHYSICAL": "offline", "ONLINE": "online", "HYBRID": "mixed"}
STATUSES: Final[dict[str, EventStatus]] = {"ACTIVE": "EventScheduled", "CANCELLED": "EventCancelled"}

State = dict[str, Any]


# The state of some pages holds `<` and `&` escaped twice.
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


def state_of(text: str) -> State | None:
    """The JSON state that a page embeds, if there is one."""
    text = text.lstrip("\ufeff \t\r\n")
    script = text if text.startswith("{") else markup.script_by_id(text, "__NEXT_DATA__")
    if not script or "__APOLLO_STATE__" not in script:
        return None
    try:
        value = markup.json_of(script)
    except ValueError:
        return None
    for key in ("props", "pageProps", "__APOLLO_STATE__"):
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else None


def group_node(state: State) -> State | None:
    """The group a page is about: the one asked for by urlname, else the only one that lists events."""
    root = state.get("ROOT_QUERY")
    if isinstance(root, dict):
        for key, value in root.items():
            group = _followed(state, value) if key.startswith("groupByUrlname(") else None
            if group is not None and _string(group, "urlname"):
                return group
    groups = [
        node
        for node in state.values()
        if isinstance(node, dict) and node.get("__typename") == "Group" and _string(node, "urlname")
    ]
    listing = [group for group in groups if any(_connections(group))]
    return next(iter(listing or groups), None)


def _followed(state: State, value: Any) -> State | None:
    """The object a reference points to, or the object itself."""
    if isinstance(value, dict) and isinstance(value.get("__ref"), str):
        value = state.get(value["__ref"])
    return value if isinstance(value, dict) else None


def _connections(group: State) -> Iterator[list[Any]]:
    for key, value in group.items():
        if key.startswith("events(") and isinstance(value, dict) and isinstance(value.get("edges"), list):
            yield value["edges"]


def _string(node: State, key: str) -> str | None:
    value = node.get(key)
    if not isinstance(value, str) or not value.strip():
        return None
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value) if "\\u" in value else value


def _word(node: State, key: str) -> str | None:
    value = _string(node, key)
    return (name(value) or None) if value else None


class GroupPage:
    """One group and the events its page lists."""

    def __init__(self, state: State, group: State, context: ReadContext, site: str) -> None:
        self._state = state
        self._group = group
        self._site = site
        self._context = context
        self._window: Window = time_window(context)
        self._notes = Notes()
        self._urlname = (_string(group, "urlname") or "").strip().lower()
        self._zone = zone_named(_string(group, "timezone") or "")

    def reading(self) -> Reading:
        """The group and its events as records."""
        group = self._record()
        if group is None:
            self._notes.add("no_name", f"group {self._urlname}")
            return Reading("apollo", warnings=self._notes.warnings(), complete=False)
        organizer = ScrapedOrganizer(uid=group.uid, name=group.name, url=group.url, members=group.members)
        nodes = self._nodes()
        events = [event for node in nodes if (event := self._event(node, organizer)) is not None]
        limit = self._context.max_events
        if limit is not None and len(events) > limit:
            self._notes.add("events_capped", f"only the first {limit} events are read")
        return Reading(
            "apollo",
            events=tuple(events[:limit]),
            groups=(group,),
            next=(calendar_url(group.uid, self._site),),
            warnings=self._notes.warnings(),
            complete=limit is None or len(events) <= limit,
            items_seen=len(nodes) + 1,
        )

    def _record(self) -> ScrapedGroup | None:
        group = self._group
        title = _word(group, "name")
        if title is None or not URLNAME.fullmatch(self._urlname):
            return None
        description = _string(group, "description")
        coordinates = coordinates_of(group.get("lat"), group.get("lon"))
        place = _place(group, coordinates)
        topics = [
            word
            for reference in (*_items(group.get("activeTopics")), group.get("topicCategory"))
            if (topic := _followed(self._state, reference)) is not None and (word := _word(topic, "name"))
        ]
        stats = group.get("stats")
        counts = stats.get("memberCounts") if isinstance(stats, dict) else None
        members = counts.get("all") if isinstance(counts, dict) else None
        return ScrapedGroup(
            platform="meetup",
            source=self._context.source,
            uid=self._urlname,
            name=title,
            description=paragraphs(description) if description else None,
            url=group_url(self._urlname, self._site),
            location=place,
            members=members
            if isinstance(members, int) and not isinstance(members, bool) and members >= 0
            else None,
            keywords=keywords(topics),
            timezone=iana_name(self._zone) if self._zone else None,
            image=self._photo(group.get("keyGroupPhoto")),
        )

    def _nodes(self) -> list[State]:
        """The events the page lists, by the edges of its connections: the cache holds stubs of others too."""
        found: dict[str, State] = {}
        for edges in _connections(self._group):
            for edge in edges:
                node = _followed(self._state, edge.get("node")) if isinstance(edge, dict) else None
                identifier = node.get("id") if node is not None else None
                if (
                    node is not None
                    and isinstance(identifier, str | int)
                    and str(node.get("status")) in STATUSES
                ):
                    found.setdefault(str(identifier), node)
        return list(found.values())

    def _event(self, node: State, organizer: ScrapedOrganizer) -> ScrapedEvent | None:
        title = _word(node, "title")
        zone = self._zone or self._window.zone
        start = moment_of(node.get("dateTime"), zone)
        if not isinstance(start, datetime) or title is None:
            self._notes.add("no_start" if title else "no_name", title or f"event {node.get('id')}")
            return None
        end = end_of(start, moment_of(node.get("endTime"), zone))
        if self._zone is not None:
            try:
                start = start.astimezone(zone)
                end = end.astimezone(zone) if isinstance(end, datetime) else None
            except OverflowError:
                self._notes.add("bad_start", title)
                return None
        if not self._window.holds(start, end):
            return None
        place, mode = self._venue(node)
        description = _string(node, "description")
        free, price = _fee(node)
        return ScrapedEvent(
            platform="meetup",
            source=self._context.source,
            uid=str(node["id"]),
            name=title,
            description=paragraphs(description) if description else None,
            start_date=start,
            end_date=end,
            timezone=iana_name(self._zone) if self._zone else None,
            event_status=status_of(title, STATUSES[str(node["status"])]),
            event_attendance_mode=mode,
            url=web_url(_string(node, "eventUrl") or ""),
            image=self._photo(node.get("featuredEventPhoto")),
            location=place,
            organizer=organizer,
            is_accessible_for_free=free,
            price=price,
        )

    def _venue(self, node: State) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
        kind = node.get("eventType")
        mode = MODES.get(kind) if isinstance(kind, str) else None
        venue = _followed(self._state, node.get("venue"))
        if venue is None:
            venue = next(
                (v for each in _items(node.get("venues")) if (v := _followed(self._state, each))), None
            )
        if mode is None and node.get("isOnline") is True:
            mode = "online"
        if venue is None:
            return None, mode
        where, by_name = venue_of(_word(venue, "name") or "")
        if by_name == "online":
            return None, mode or "online"
        place = _place(venue, coordinates_of(venue.get("lat"), venue.get("lng", venue.get("lon"))), where)
        return (None if mode == "online" else place), mode

    def _photo(self, reference: Any) -> str | None:
        photo = _followed(self._state, reference)
        url = _string(photo, "highResUrl") if photo is not None else None
        return web_url(url) if url else None


def _place(
    node: State, coordinates: tuple[float, float] | None, title: str | None = None
) -> ScrapedPlace | None:
    country = _word(node, "country")
    lat, lon = coordinates or (None, None)
    place = ScrapedPlace(
        name=title,
        address=_word(node, "address"),
        city=_word(node, "city"),
        region=_word(node, "state"),
        # Meetup writes ISO 3166 codes in either case.
        country=country.upper() if country and len(country) == 2 else country,
        lat=lat,
        lon=lon,
    )
    return None if place == ScrapedPlace() else place


def _items(value: Any) -> list[Any]:
    return value[:100] if isinstance(value, list) else []


def _fee(node: State) -> tuple[bool | None, ScrapedPrice | None]:
    """No fee settings mean no fee; where the page does not mention them nothing is known."""
    if "feeSettings" not in node:
        return None, None
    fee = node["feeSettings"]
    if fee is None:
        return True, None
    amount = jsonld.amount_of(fee.get("amount")) if isinstance(fee, dict) else None
    if amount is None or not isinstance(fee, dict):
        return False, None
    currency = fee.get("currency")
    written = currency.upper() if isinstance(currency, str) and len(currency) == 3 else None
    return amount == 0, ScrapedPrice(min=amount, max=amount, currency=written)
