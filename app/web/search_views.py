"""Asks the search engine what pages show: the answer to a question, what is on near the places covered, one thing.

The same parameters, the same understanding and the same items as the API; only the words around them differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from pydantic import ValidationError
from sqlalchemy import Connection

from app.core.errors import ParameterError, ProblemError
from app.places.gazetteer import Place
from app.search.query import WEEKDAYS, Circle
from app.service.items import around
from app.service.links import links_of
from app.service.pages import event_page, group_page
from app.service.parameters import EventParameters, GroupParameters
from app.service.resolution import topics_asked_for
from app.service.serialize import label
from app.translations.catalogue import N_
from app.translations.translator import Translator, translator
from app.web.picks import read_sentence, recommended
from app.web.question import RADII, WHENS, Question
from app.web.views import Asked, event_view, group_view, is_sensitive

Kind = Literal["groups", "events"]
_UNKNOWN: Final = {
    "near": (
        N_("We do not know a place called “%(value)s”."),
        N_("Try a town with its state or country, such as “Boston, MA” or “Berlin, DE”."),
    ),
    "field": (
        N_("We do not know the career field “%(value)s”."),
        N_("Try a more usual word for it, or leave it empty."),
    ),
    "interest": (
        N_("We do not know the interest “%(value)s”."),
        N_("Try a more usual word for it, or leave it empty."),
    ),
}
_NAMES: Final = {"near": N_("place"), "radius_km": N_("distance"), "from": N_("time"), "to": N_("time")}
_HOME_RADIUS_KM: Final = 40.0
_HOME_ITEMS: Final = 6
_MONDAY: Final = date(2024, 1, 1)
_WEEKS: Final = {"mon,tue,wed,thu,fri": N_("Weekdays"), "sat,sun": N_("Weekends")}
_PARTS: Final = {
    "morning": N_("Mornings"), "afternoon": N_("Afternoons"), "evening": N_("Evenings"), "night": N_("Nights"),
}  # fmt: skip
_WHEN_LABELS: Final = dict(WHENS)
_MODES: Final = {
    "online": N_("Online"), "offline": N_("In person"), "mixed": N_("In person or online"),
}  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class FormError:
    """A word that was not understood, and what may have been meant."""

    sentence: str
    choices: tuple[Choice, ...] = ()


@dataclass(slots=True)
class Answer:
    """What a page of results shows. `asked` is the question with its sentence read. `more_*` is the address of the next page, `links` are the events as calendars and feeds;
    a `private` question has none, and its page is not indexed."""

    asked: Question = field(default_factory=Question)
    say: Translator = field(default_factory=translator)
    understood: list[Chip] = field(default_factory=list)
    others: list[Choice] = field(default_factory=list)
    # The groups to start with, each with reasons, and what to ask instead where there are none.
    picks: list[dict[str, Any]] = field(default_factory=list)
    instead: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    more_groups: str | None = None
    more_events: str | None = None
    wider: list[Choice] = field(default_factory=list)
    troubles: list[FormError] = field(default_factory=list)
    # The town that was asked for, as a point in degrees; None for anything wider.
    point: tuple[float, float] | None = None
    links: dict[str, str | None] | None = None
    private: bool = False
    # The API's items, of which the views above were made.
    items: list[dict[str, Any]] = field(default_factory=list)
    # How the API understood the question; None where it did not.
    resolved: dict[str, Any] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the question was understood and nothing fits."""
        return not (self.picks or self.groups or self.events or self.troubles)


def answer(
    connection: Connection,
    asked: Question,
    now: datetime,
    base_url: str,
    say: Translator,
    *,
    only: str = "",
    cursor: str = "",
) -> Answer:
    """The groups to start with and those that fit, and events; with `only` one kind, from a cursor on."""
    asked = read_sentence(asked)
    found = Answer(asked, say)
    try:
        if only != "events":
            _groups(connection, asked, now, base_url, found, cursor if only == "groups" else "")
        if only != "groups":
            _events(connection, asked, now, base_url, found, cursor if only == "events" else "")
    except ProblemError as error:
        found.troubles = [_trouble(asked, each, say) for each in error.errors]
    except ValidationError as error:
        found.troubles = [_malformed(each, say) for each in error.errors()]
    if found.is_empty:
        found.wider = _wider(asked, say)
    return found


def home(
    connection: Connection, places: list[Place], now: datetime, base_url: str, say: Translator
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Groups and the next events near the places covered; nothing that only those who ask should see."""
    circles = tuple(Circle(place.lat, place.lon, _HOME_RADIUS_KM) for place in places)
    groups, events = around(connection, circles, now, base_url, _HOME_ITEMS * 4)
    shown_groups = [
        group_view({**item, "distance_km": None}, now, say) for item in groups if not is_sensitive(item)
    ]
    shown_events = [
        event_view({**item, "distance_km": None}, now, say) for item in events if not is_sensitive(item)
    ]
    return shown_groups[:_HOME_ITEMS], shown_events[:_HOME_ITEMS]


def _groups(
    connection: Connection, asked: Question, now: datetime, base_url: str, answer: Answer, cursor: str
) -> None:
    """Recommended ones if something was wished for, else all of the place; further pages list all that match every word."""
    parameters = GroupParameters.model_validate(parameters_of(asked, cursor) | {"limit": 12})
    document = group_page(connection, parameters, now, base_url)
    shown = _asked(document["resolved"])
    _say_understood(asked, document["resolved"], answer)
    answer.private = document["links"] is None
    answer.items += document["items"]
    if (asked.field or asked.interest) and not cursor:
        answer.picks, answer.groups, answer.instead = recommended(
            connection, asked, now, base_url, answer.say, shown
        )
        return
    answer.groups = [group_view(item, now, answer.say, shown) for item in document["items"]]
    answer.more_groups = _more(asked, "groups", document)


def _events(
    connection: Connection, asked: Question, now: datetime, base_url: str, answer: Answer, cursor: str
) -> None:
    """What matches every word; if nothing does and both a field and an interest were asked for, what matches one of them."""
    parameters = EventParameters.model_validate(parameters_of(asked, cursor) | times_of(asked))
    # Of a series the page shows one date; a calendar has them all.
    collapsed = parameters.model_copy(update={"series": "collapse"})
    document = event_page(connection, collapsed, now, base_url)
    answer.private = document["links"] is None
    answer.links = None if answer.private else links_of("events", parameters, base_url)
    shown = _asked(document["resolved"])
    if not answer.understood:
        _say_understood(asked, document["resolved"], answer)
    answer.items += document["items"]
    items = document["items"]
    if not items and not cursor and asked.field and asked.interest:
        either = [
            event_page(connection, collapsed.model_copy(update={name: []}), now, base_url)["items"]
            for name in ("interest", "field")
        ]
        items = _merged(*either)
        answer.links = None
    else:
        answer.more_events = _more(asked, "events", document)
    answer.events = [event_view(item, now, answer.say, shown) for item in items]


def _merged(*lists: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items of all lists, each once, in order of their starts."""
    found = {item["id"]: item for items in lists for item in items}
    return sorted(found.values(), key=lambda item: datetime.fromisoformat(item["start_date"]).timestamp())[
        :20
    ]


def times_of(asked: Question) -> dict[str, Any]:
    """The days, hours and other filters that events alone have, as their parameters."""
    times: dict[str, Any] = {}
    if asked.when:
        # A day has an end: "friday" is not "from Friday on".
        times |= {"from": asked.when, "to": asked.when}
    for name in ("weekday", "part_of_day"):
        if asked.words(name):
            times[name] = asked.words(name)
    if asked.mode:
        times["mode"] = asked.mode
    if asked.free:
        times["free"] = True
    return times


def parameters_of(asked: Question, cursor: str = "") -> dict[str, Any]:
    """What was typed as the parameters that both lists have."""
    words = {name: [getattr(asked, name)] for name in ("near", "field", "interest") if getattr(asked, name)}
    others = {name: getattr(asked, name) for name in ("language", "q") if getattr(asked, name)}
    return {**words, **others, "radius_km": asked.radius_km, **({"cursor": cursor} if cursor else {})}


def _asked(resolved: dict[str, Any]) -> Asked:
    country = resolved["near"][0]["place"]["country"] if resolved["near"] else None
    return Asked(topics_asked_for(resolved), country)


def _say_understood(asked: Question, resolved: dict[str, Any], answer: Answer) -> None:
    """What the words were taken for, each with the question without it, and the other places of the name."""
    answer.resolved, say = resolved, answer.say
    for each in resolved["near"]:
        name = _place_name(each["place"])
        is_wide = _is_wide(each["place"])
        said = name if is_wide else _within(asked, name, say)
        answer.understood.append(Chip(said, asked.link(near="")))
        if not is_wide and answer.point is None:
            answer.point = each["place"]["lat"], each["place"]["lon"]
        names = dict.fromkeys(_place_name(other) for other in each["candidates"])
        answer.others = [Choice(other, asked.link(near=other)) for other in names if other != name][:3]
    for kind in ("field", "interest"):
        for each in resolved[kind]:
            named = say.label(each["id"])
            said = say.gettext("Not %(what)s", what=named) if each["input"].startswith("!") else named
            answer.understood.append(Chip(said, asked.without(kind, each["input"])))
    answer.understood += _filters(asked, say)


def _filters(asked: Question, say: Translator) -> Iterator[Chip]:
    """The days, hours and other filters of a question, each with the question without it."""
    if asked.when:
        yield Chip(say.gettext(_WHEN_LABELS.get(asked.when, asked.when.capitalize())), asked.link(when=""))
    if asked.weekday in _WEEKS:
        yield Chip(say.gettext(_WEEKS[asked.weekday]), asked.link(weekday=""))
    else:
        for day in asked.words("weekday"):
            yield Chip(_weekday(day, say), asked.without("weekday", day))
    for part in asked.words("part_of_day"):
        yield Chip(say.gettext(_PARTS.get(part, part)), asked.without("part_of_day", part))
    if asked.mode:
        yield Chip(say.gettext(_MODES.get(asked.mode, asked.mode)), asked.link(mode=""))
    if asked.free:
        yield Chip(say.gettext("Free"), asked.link(free=""))
    if asked.q:
        yield Chip(f"“{asked.q}”", asked.link(q=""))


def understood(asked: Question, resolved: dict[str, Any], say: Translator) -> list[str]:
    """What the words were taken for, a sentence or word each."""
    places = [(_place_name(each["place"]), _is_wide(each["place"])) for each in resolved["near"]]
    where = [name if is_wide else _within(asked, name, say) for name, is_wide in places]
    return where + [say.label(each["id"]) for kind in ("field", "interest") for each in resolved[kind]]


def _within(asked: Question, name: str, say: Translator) -> str:
    return say.gettext("Within %(radius)s km of %(place)s", radius=asked.radius_km, place=name)


def _weekday(day: str, say: Translator) -> str:
    """The name of `mon`; what is no day as it was typed."""
    return say.weekday(_MONDAY + timedelta(days=WEEKDAYS.index(day))) if day in WEEKDAYS else day


def _is_wide(place: dict[str, Any]) -> bool:
    return place["kind"] in {"country", "region"}


def _place_name(place: dict[str, Any]) -> str:
    parts = dict.fromkeys((place["name"], place["region"], place["country"]))
    return ", ".join(part for part in parts if part)


def _more(asked: Question, kind: Kind, document: dict[str, Any]) -> str | None:
    return None if document["next"] is None else asked.link(only=kind, cursor=document["next"])


def _trouble(asked: Question, error: ParameterError, say: Translator) -> FormError:
    """The problem of the API in the words of a person who helps."""
    value, name = error.value or "", error.parameter
    if name in _UNKNOWN:
        said, advice = (say.gettext(each) for each in _UNKNOWN[name])
        sentence = said % {"value": value} + ("" if error.suggestions else f" {advice}")
        labels = error.suggestions if name == "near" else [label(name, each) for each in error.suggestions]
        return FormError(sentence, tuple(Choice(each, asked.link(**{name: each})) for each in labels))
    if name == "cursor":
        sentence = say.gettext("This page of results no longer exists.")
        return FormError(sentence, (Choice(say.gettext("Search again"), asked.link()),))
    return FormError(_refused(name, value, error.detail, say))


def _malformed(error: Any, say: Translator) -> FormError:
    name = next((str(part) for part in error["loc"] if not isinstance(part, int)), "")
    said = str(error["msg"]).removeprefix("Value error, ")
    return FormError(_refused(name, "", f"{said[:1].lower()}{said[1:]}", say))


def _refused(name: str, value: str, detail: str, say: Translator) -> str:
    """Why a value cannot be asked for. The detail is the API's, which speaks English."""
    named = say.gettext(_NAMES.get(name, name))
    if say.language == "en":
        return f"The {named} “{value}” {detail}." if value else f"The {named} {detail}."
    return say.gettext("%(name)s: this value cannot be asked for.", name=named)


def _wider(asked: Question, say: Translator) -> list[Choice]:
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
