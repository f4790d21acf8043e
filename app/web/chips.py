"""What a question was taken for, as parts that can be taken away, and what to ask instead. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from app.places.cells import km_to_miles
from app.search.query import WEEKDAYS as DAYS
from app.taxonomy.keys import TopicKind
from app.taxonomy.meanings import resolve_topic
from app.translations.catalogue import N_
from app.translations.translator import Translator
from app.web.formatting import units_of
from app.web.question import ACCESS, RADII, WEEKDAYS, WEEKEND, WHENS, Question

_MONDAY: Final = date(2024, 1, 1)
_WEEKS: Final = {WEEKDAYS: N_("Weekdays"), WEEKEND: N_("Weekends")}
_PARTS: Final = {
    "morning": N_("Mornings"), "afternoon": N_("Afternoons"), "evening": N_("Evenings"), "night": N_("Nights"),
}  # fmt: skip
MODES: Final = {
    "online": N_("Online"), "offline": N_("In person"), "mixed": N_("In person or online"),
}  # fmt: skip
_WIDE: Final = frozenset({"country", "region"})


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be meant or tried instead, and the address that does."""

    label: str
    link: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of what was understood, and the address of the question without it."""

    label: str
    without: str


def chips_of(asked: Question, resolved: dict[str, Any], say: Translator) -> Iterator[Chip]:
    """What the words were taken for, each with the question without it."""
    for each in resolved["near"]:
        yield Chip(_around(asked, each["place"], say), asked.link(near=""))
    for kind in ("field", "interest"):
        for each in resolved[kind]:
            named = say.label(each["id"])
            said = say.gettext("Not %(what)s", what=named) if each["input"].startswith("!") else named
            yield Chip(said, asked.without(kind, each["input"]))
    yield from _times(asked, say)
    yield from _filters(asked, say)


def understood(asked: Question, resolved: dict[str, Any], say: Translator) -> list[str]:
    """What the words were taken for, a sentence or word each."""
    where = [_around(asked, each["place"], say) for each in resolved["near"]]
    return where + [say.label(each["id"]) for kind in ("field", "interest") for each in resolved[kind]]


def other_places(asked: Question, resolved: dict[str, Any]) -> list[Choice]:
    """The other places of the name that was typed."""
    if not resolved["near"]:
        return []
    last = resolved["near"][-1]
    names = dict.fromkeys(place_name(other) for other in last["candidates"])
    own = place_name(last["place"])
    return [Choice(other, asked.link(near=other)) for other in names if other != own][:3]


def point_of(resolved: dict[str, Any]) -> tuple[float, float] | None:
    """The first town that was asked for, in degrees; None for anything wider."""
    towns = (each["place"] for each in resolved["near"] if each["place"]["kind"] not in _WIDE)
    return next(((place["lat"], place["lon"]) for place in towns), None)


def wider(asked: Question, say: Translator) -> list[Choice]:
    """What to try where nothing was found."""
    choices = []
    if asked.near:
        values = [value for value, _ in RADII]
        larger = values[values.index(asked.radius_km) + 1 :] if asked.radius_km in values else values[-1:]
        choices += [
            Choice(say.gettext("Within %(radius)s km", radius=each), asked.link(radius_km=each))
            for each in larger[:2]
        ]
    if asked.when:
        choices.append(Choice(say.gettext("At any time"), asked.link(when="")))
    if asked.field and asked.interest:
        choices.append(Choice(say.gettext("Any interest"), asked.link(interest="")))
        choices.append(Choice(say.gettext("Any career field"), asked.link(field="")))
    elif asked.near and (asked.field or asked.interest):
        choices.append(Choice(say.gettext("Everything there"), asked.link(field="", interest="")))
    return choices


def place_name(place: dict[str, Any]) -> str:
    """`Boston, Massachusetts, US`."""
    parts = dict.fromkeys((place["name"], place["region"], place["country"]))
    return ", ".join(part for part in parts if part)


def mode_name(mode: str, say: Translator) -> str:
    """`Online`, `In person`; what is no mode as it was typed."""
    return say.gettext(MODES[mode]) if mode in MODES else mode


def weekday_name(day: str, say: Translator) -> str:
    """The name of `mon`; what is no day as it was typed."""
    return say.weekday(_MONDAY + timedelta(days=DAYS.index(day))) if day in DAYS else day


def word_for(kind: TopicKind, identity: str, say: Translator) -> str:
    """What to write into the form for a topic: its label, or its id where the label would be read as something else."""
    label = say.label(identity)
    return label if "," not in label and resolve_topic(kind, label).id == identity else identity


def _around(asked: Question, place: dict[str, Any], say: Translator) -> str:
    name = place_name(place)
    if place["kind"] in _WIDE:
        return name
    distance = _distance(asked.radius_km, place["country"])
    return say.gettext("Within %(distance)s of %(place)s", distance=distance, place=name)


def _distance(radius_km: str, country: str) -> str:
    """A radius as it is measured there: `25 km`, `16 mi`."""
    return f"{round(km_to_miles(float(radius_km)))} mi" if units_of(country) == "mi" else f"{radius_km} km"


def _times(asked: Question, say: Translator) -> Iterator[Chip]:
    if asked.when:
        yield Chip(_when(asked.when, say), asked.link(when=""))
    if asked.weekday in _WEEKS:
        yield Chip(say.gettext(_WEEKS[asked.weekday]), asked.link(weekday=""))
    else:
        for day in asked.words("weekday"):
            yield Chip(weekday_name(day, say), asked.without("weekday", day))
    for part in asked.words("part_of_day"):
        yield Chip(say.gettext(_PARTS.get(part, part)), asked.without("part_of_day", part))


def _when(when: str, say: Translator) -> str:
    named = dict(WHENS).get(when)
    if named:
        return say.gettext(named)
    try:
        return say.day(date.fromisoformat(when))
    except ValueError:
        return when.capitalize()


def _filters(asked: Question, say: Translator) -> Iterator[Chip]:
    """The filters that are neither place, topic nor time."""
    if asked.mode:
        yield Chip(mode_name(asked.mode, say), asked.link(mode=""))
    if asked.free:
        yield Chip(say.gettext("Free"), asked.link(free=""))
    if asked.language:
        yield Chip(say.language_name(asked.language), asked.link(language=""))
    for each in asked.words("access"):
        yield Chip(say.gettext(dict(ACCESS).get(each, each)), asked.without("access", each))
    if asked.q:
        yield Chip(f"“{asked.q}”", asked.link(q=""))
