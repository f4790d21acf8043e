"""Asks the search engine what pages show: the answer to a question, what is on near the places covered, one thing.

The same parameters, the same understanding and the same items as the API; only the words around them differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import ValidationError
from sqlalchemy import Connection

from app.core.errors import ProblemError
from app.places.gazetteer import Place
from app.search.query import Circle
from app.service.items import around
from app.service.links import is_private, links_of
from app.service.pages import event_page, group_page
from app.service.parameters import EventParameters, GroupParameters
from app.service.resolution import resolve_query, topics_asked_for
from app.taxonomy.meanings import resolve_topic
from app.taxonomy.taxonomy import is_sensitive as is_sensitive_topic
from app.translations.translator import Translator, translator
from app.web.chips import Chip, Choice, chips_of, other_places, point_of, wider
from app.web.embed.month import Month
from app.web.embed.plot import Plot
from app.web.event_views import month_shown, plot_shown
from app.web.facets import FACETS, FacetGroup, facet_groups
from app.web.form_errors import FormError, form_error, malformed, suggests_sensitive
from app.web.picks import read_sentence, recommended
from app.web.question import Question
from app.web.views import Asked, event_view, group_view, is_sensitive

Kind = Literal["groups", "events"]
_HOME_RADIUS_KM: Final = 40.0
_HOME_ITEMS: Final = 6
_MOST_EVENTS: Final = 20


@dataclass(slots=True)
class Answer:
    """What a page of results shows. `asked` is the question with its sentence read. `more_*` is the address of the next page, `links` are
    the events as calendars and feeds; a `private` question has none, its page is not indexed, and it leads on by forms that are posted."""

    asked: Question = field(default_factory=Question)
    say: Translator = field(default_factory=translator)
    understood: list[Chip] = field(default_factory=list)
    others: list[Choice] = field(default_factory=list)
    # The groups to start with, each with reasons, and what to ask instead where there are none.
    picks: list[dict[str, Any]] = field(default_factory=list)
    instead: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    facets: list[FacetGroup] = field(default_factory=list)
    # In place of the list of events, and beside it.
    month: Month | None = None
    plot: Plot | None = None
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
        return not (self.picks or self.groups or self.events or self.month or self.troubles)


def answer(
    connection: Connection,
    asked: Question,
    now: datetime,
    base_url: str,
    say: Translator,
    *,
    only: str = "",
    cursor: str = "",
    private: bool = False,
) -> Answer:
    """The groups to start with and those that fit, and events; with `only` one kind, from a cursor on.

    `private`: the question was posted, and is written into no address whatever it asks.
    """
    asked = read_sentence(asked)
    found = Answer(asked, say, private=private)
    try:
        if asked.view == "month":
            _month(connection, asked, now, base_url, found)
            return found
        if asked.view == "map":
            only = "events"
        if only != "events":
            _groups(connection, asked, now, base_url, found, cursor if only == "groups" else "")
        if only != "groups":
            _events(connection, asked, now, base_url, found, cursor if only == "events" else "")
    except ProblemError as error:
        found.troubles = [form_error(asked, each, say) for each in error.errors]
        found.private = found.private or suggests_sensitive(error.errors)
    except ValidationError as error:
        found.troubles = [malformed(each, say) for each in error.errors()]
    if found.is_empty:
        found.wider = wider(asked, say)
    return found


def belongs_in_no_address(asked: Question, now: datetime) -> bool:
    """Whether a question is sensitive, or not understood, so that it may be."""
    try:
        asked = read_sentence(asked)
        parameters = EventParameters.model_validate(parameters_of(asked) | times_of(asked))
        resolved = resolve_query(parameters, now, "events").resolved
    except (ProblemError, ValidationError):
        return True
    return is_private(parameters, resolved) or any(_means_sensitive(each) for each in asked.q.split())


def _means_sensitive(word: str) -> bool:
    meant = resolve_topic("interest", word.strip(".,;:!?\"'-")).id
    return meant is not None and is_sensitive_topic(meant)


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
    shown = _understand(document, answer)
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
    # Of a series the page shows one date; a calendar has them all. Counted is what a town has, not the whole index.
    counts = {"facets": FACETS} if asked.near and not cursor else {}
    collapsed = parameters.model_copy(update={"series": "collapse", **counts})
    document = event_page(connection, collapsed, now, base_url)
    shown = _understand(document, answer)
    answer.links = None if answer.private else links_of("events", parameters, base_url)
    answer.facets = facet_groups(document.get("facets", {}), asked, answer.say)
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
    if asked.view == "map":
        answer.plot = plot_shown(items, document["resolved"], answer.say)


def _month(connection: Connection, asked: Question, now: datetime, base_url: str, answer: Answer) -> None:
    """The events of a month, as a calendar of its days."""
    # The month says when.
    answer.asked = asked = replace(asked, when="", sort="")
    parameters = EventParameters.model_validate(parameters_of(asked) | times_of(asked))
    document, answer.month = month_shown(connection, parameters, asked.month, now, base_url, answer.say)
    _understand(document, answer)
    answer.items = document["items"]
    answer.links = None if answer.private else document["links"]


def _merged(*lists: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items of all lists, each once, in order of their starts."""
    found = {item["id"]: item for items in lists for item in items}
    return sorted(found.values(), key=lambda item: datetime.fromisoformat(item["start_date"]).timestamp())[
        :_MOST_EVENTS
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
    if asked.sort:
        times["sort"] = asked.sort
    return times


def parameters_of(asked: Question, cursor: str = "") -> dict[str, Any]:
    """What was typed as the parameters that both lists have."""
    words = {name: [getattr(asked, name)] for name in ("near", "field", "interest") if getattr(asked, name)}
    others = {name: getattr(asked, name) for name in ("language", "q") if getattr(asked, name)}
    access = {"access": asked.words("access")} if asked.access else {}
    return {
        **words,
        **others,
        **access,
        "radius_km": asked.radius_km,
        **({"cursor": cursor} if cursor else {}),
    }


def _understand(document: dict[str, Any], answer: Answer) -> Asked:
    """Tell the answer what the words were taken for; what matters of it for how items are shown comes back."""
    resolved = document["resolved"]
    answer.resolved = resolved
    answer.private = answer.private or document["links"] is None
    if not answer.understood:
        answer.understood = list(chips_of(answer.asked, resolved, answer.say))
        answer.others = other_places(answer.asked, resolved)
        answer.point = point_of(resolved)
    country = resolved["near"][0]["place"]["country"] if resolved["near"] else None
    return Asked(topics_asked_for(resolved), country)


def _more(asked: Question, kind: Kind, document: dict[str, Any]) -> str | None:
    return None if document["next"] is None else asked.link(only=kind, cursor=document["next"])
