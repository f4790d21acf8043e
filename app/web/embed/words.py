"""What embeds say of events and groups, in the language, zone and units asked for. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from babel.numbers import format_decimal

from app.core.zones import zone
from app.places.place_line import place_line
from app.service.embed_parameters import AppearanceParameters
from app.taxonomy.taxonomy import is_sensitive
from app.translations.catalogue import LANGUAGES, N_, Language, preferred_language
from app.translations.translator import Translator, Units, translator
from app.web.formatting import excerpt

_SPACES: Final = re.compile("[ \t\r\n]+")
_LONGEST_NAME: Final = 120
_LONGEST_FACT: Final = 90
_EXCERPT: Final = 140
_MOST_TOPICS: Final = 3
# A weaker guess is not shown.
_SURE_ENOUGH: Final = 0.5
# Where people measure the way in miles.
_MILES: Final = frozenset({"US", "GB", "LR"})
# What lasts longer has several days.
_ONE_SITTING: Final = timedelta(hours=14)
_IN_TOWN_KM: Final = 0.2
_STATUS: Final = {
    "EventCancelled": N_("Cancelled"),
    "EventPostponed": N_("Postponed"),
    "EventRescheduled": N_("New time"),
    "EventMovedOnline": N_("Moved online"),
}
_ATTENDANCE: Final = {"online": N_("online"), "mixed": N_("in person or online")}
_TOPICS: Final = ("fields", "interests", "purposes")


@dataclass(frozen=True, slots=True)
class Voice:
    """How an embed speaks: its language as written in a country, whose clock, and the unit of distances."""

    say: Translator
    units: Units
    # An IANA zone; None = each event's own.
    zone: str | None
    show: frozenset[str]


@dataclass(frozen=True, slots=True)
class EmbedItem:
    """An event or group in words. `iso` (and `until`) are for machines, `day` and `last_day` are the dates it begins and ends on (a night belongs to
    the day before it), `starts` is the time alone."""

    id: str
    kind: Literal["event", "group"]
    name: str
    link: str
    day: date | None
    last_day: date | None
    day_words: str | None
    clock: str | None
    starts: str | None
    iso: str | None
    until: str | None
    status: str | None
    is_off: bool
    facts: tuple[str, ...]
    topics: tuple[str, ...]
    description: str | None
    source: str | None
    point: tuple[float, float] | None

    @property
    def when(self) -> str | None:
        """The day and the time, on one line."""
        return ", ".join(part for part in (self.day_words, self.clock) if part) or None


def voice_of(
    parameters: AppearanceParameters, document: dict[str, Any], accept_language: str | None
) -> Voice:
    """The voice asked for; what is left to us follows the browser's language and the country
    that the document is about."""
    tag, _, region = parameters.lang.replace("_", "-").partition("-")
    language: Language = next(
        (each for each in LANGUAGES if each == tag.lower()), preferred_language(accept_language)
    )
    if parameters.lang != "auto" and tag.lower() not in LANGUAGES:
        language = "en"
    country = region.upper() if len(region) == 2 and region.isalpha() else _country(document)
    units: Units = ("mi" if country in _MILES else "km") if parameters.units == "auto" else parameters.units
    own_zone = parameters.zone in {"event", "visitor"}
    return Voice(
        translator(language, country),
        units,
        None if own_zone else parameters.zone,
        frozenset(parameters.show),
    )


def _country(document: dict[str, Any]) -> str | None:
    """The country of the place asked about, else that of the first thing found."""
    places = [each["place"]["country"] for each in document["resolved"]["near"]]
    things = [*(each for each in (document["group"],) if each), *document["items"]]
    places += [each["location"]["country"] for each in things[:1] if each["location"]]
    return next((place for place in places if place), None)


def item_of(item: dict[str, Any], voice: Voice) -> EmbedItem:
    """An item of the API's shape in words."""
    return _event(item, voice) if "start_date" in item else _group(item, voice)


def heading(kind: str, resolved: dict[str, Any], say: Translator) -> str:
    """`Events near Boston: Nursing`."""
    places = [str(each["place"]["name"]) for each in resolved["near"]]
    topics = [
        say.label(each["id"])
        for name in ("field", "interest", "purpose")
        for each in resolved[name]
        if not each["input"].startswith("!")
    ]
    if places:
        near = say.listed(places[:3])
        named = (
            say.gettext("Events near %(place)s", place=near)
            if kind == "events"
            else say.gettext("Groups near %(place)s", place=near)
        )
    else:
        named = say.gettext("Upcoming events") if kind == "events" else say.gettext("Groups to join")
    return f"{named}: {', '.join(topics[:3])}" if topics else named


def _event(item: dict[str, Any], voice: Voice) -> EmbedItem:
    when = _when(item, voice)
    status = _STATUS.get(item["event_status"])
    return EmbedItem(
        id=item["id"],
        kind="event",
        name=_cut(item["name"], _LONGEST_NAME),
        link=item["page"],
        day=when.day,
        last_day=when.last_day,
        day_words=when.words,
        clock=when.clock,
        starts=when.starts,
        iso=item["start_date"],
        until=item["end_date"],
        status=voice.say.gettext(status) if status else None,
        is_off=item["event_status"] in {"EventCancelled", "EventPostponed"},
        facts=tuple(_cut(fact, _LONGEST_FACT) for fact in _event_facts(item, voice) if fact),
        **_shared(item, voice),
    )


def _group(item: dict[str, Any], voice: Voice) -> EmbedItem:
    say, activity = voice.say, item["activity"]
    facts = [*_place_facts(item, voice)]
    if "members" in voice.show and item["members"]:
        facts.append(say.ngettext("%(count)s member", "%(count)s members", item["members"]))
    day = clock = None
    if activity["next_event"]:
        start = datetime.fromisoformat(activity["next_event"])
        day = say.gettext("next on %(moment)s", moment=say.day(start.date()))
        clock = say.clock(start)
    return EmbedItem(
        id=item["id"],
        kind="group",
        name=_cut(item["name"], _LONGEST_NAME),
        link=item["page"],
        day=None,
        last_day=None,
        day_words=day,
        clock=clock,
        starts=clock,
        iso=activity["next_event"],
        until=None,
        status=None,
        is_off=False,
        facts=tuple(_cut(fact, _LONGEST_FACT) for fact in facts if fact),
        **_shared(item, voice),
    )


def _shared(item: dict[str, Any], voice: Voice) -> dict[str, Any]:
    """What events and groups have alike."""
    location = item["location"] or {}
    point = None if location.get("lat") is None else (location["lat"], location["lon"])
    sources = list(dict.fromkeys(each["attribution"] for each in item["sources"]))
    return {
        "topics": _topics(item, voice.say) if "topics" in voice.show else (),
        "description": excerpt(item["description"], _EXCERPT) if "description" in voice.show else None,
        "source": _cut(", ".join(sources[:2]), _LONGEST_FACT) or None if "source" in voice.show else None,
        "point": point,
    }


def _event_facts(item: dict[str, Any], voice: Voice) -> list[str | None]:
    say, show = voice.say, voice.show
    facts: list[str | None] = [*_place_facts(item, voice)]
    mode = _ATTENDANCE.get(item["event_attendance_mode"] or "")
    if "attendance" in show and mode:
        facts.append(say.gettext(mode))
    if "price" in show:
        facts.append(_price(item, say))
    if "dates" in show and item["more_dates"]:
        facts.append(say.ngettext("%(count)s more date", "%(count)s more dates", item["more_dates"]))
    if "group" in show and item["group"]:
        facts.append(item["group"]["name"])
    return facts


def _place_facts(item: dict[str, Any], voice: Voice) -> list[str | None]:
    facts: list[str | None] = []
    if "place" in voice.show:
        facts.append(place_line(item["location"]))
    if "distance" in voice.show and item["distance_km"] is not None:
        near = item["distance_km"] < _IN_TOWN_KM
        facts.append(
            voice.say.gettext("in town") if near else voice.say.distance(item["distance_km"], voice.units)
        )
    return facts


@dataclass(frozen=True, slots=True)
class _When:
    """The dates of an event, its first day in words (and the last one of several), and its hours."""

    day: date
    last_day: date
    words: str
    starts: str | None = None
    clock: str | None = None


def _when(item: dict[str, Any], voice: Voice) -> _When:
    say = voice.say
    if item["all_day"]:
        first = date.fromisoformat(item["start_date"])
        last = max(first, date.fromisoformat(item["end_date"] or item["start_date"]))
        return _When(first, last, _days(first, last, say))
    local = zone(voice.zone or item["timezone"])
    start = datetime.fromisoformat(item["start_date"]).astimezone(local)
    end = datetime.fromisoformat(item["end_date"]).astimezone(local) if item["end_date"] else start
    clock = starts = say.clock(start)
    is_long = end > start + _ONE_SITTING
    if start < end and not is_long:
        clock += f"–{say.clock(end)}"
    last = end.date() if is_long else start.date()
    return _When(start.date(), last, _days(start.date(), last, say), starts, f"{clock} {say.zone(start)}")


def _days(first: date, last: date, say: Translator) -> str:
    if last == first:
        return say.day(first)
    return say.gettext("%(first)s to %(last)s", first=say.day(first), last=say.day(last))


def _price(item: dict[str, Any], say: Translator) -> str | None:
    if item["is_accessible_for_free"]:
        return say.gettext("free")
    price = item["price"] or {}
    low = price.get("min") if price.get("min") is not None else price.get("max")
    if low is None:
        return None
    if low == 0:
        return say.gettext("free")
    currency = price.get("currency")
    return say.money(low, currency) if currency else str(format_decimal(low, locale=say.locale))


def _topics(item: dict[str, Any], say: Translator) -> tuple[str, ...]:
    """The likeliest topics; none that is sensitive."""
    sure = [
        (-each["confidence"], say.label(each["id"]))
        for member in _TOPICS
        for each in item[member]
        if each["confidence"] >= _SURE_ENOUGH and not is_sensitive(each["id"])
    ]
    return tuple(dict.fromkeys(label for _, label in sorted(sure)))[:_MOST_TOPICS]


def _cut(text: str, longest: int) -> str:
    # A space that keeps a number and its unit together stays one.
    line = " ".join(part for part in _SPACES.split(text) if part)
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
