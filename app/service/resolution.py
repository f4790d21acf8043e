"""From parameters to a query: what each word means, and everything that is wrong with them.

A word that is not understood is a 422 with the nearest words that would be; one answer names all errors.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from app.core.errors import ParameterError, wrong_parameters
from app.core.ids import internal
from app.places.cells import haversine_km
from app.places.gazetteer import LatLon, Place, locate, timezone_around
from app.places.home import namesake_near, settled
from app.places.other_names import other_names
from app.search import cursor as cursors
from app.search.query import FILTERS, WEEKDAYS, Area, Box, Circle, Query, TopicChoice
from app.search.times import TimeError, first_day, span
from app.service.parameters import EventParameters, GroupParameters, PlaceParameters, TopicParameters
from app.service.sentences import with_sentence
from app.taxonomy.keys import TopicKind, topic_key
from app.taxonomy.meanings import resolve_topic, values_of
from app.taxonomy.taxonomy import expand_field, expand_interest
from app.textindex.tokens import TextQuery, names_company, parse, stems

Kind = Literal["events", "groups"]

# A place and a point that are given together and lie farther apart than this are hardly one wish.
_BESIDE_KM = 300.0
_PLACES_AS_BOX = {"country", "region"}
_TOPIC_KINDS: tuple[TopicKind, ...] = ("field", "interest", "purpose")
# A family includes its fields, a category its interests.
_EXPANSIONS: dict[str, Callable[[str], frozenset[str]]] = {
    "field": expand_field,
    "interest": expand_interest,
    "purpose": lambda identity: frozenset({identity}),
}
# Of filters whose values are not what the query holds.
_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "q": lambda text: _with_other_names(parse(text)),
    "language": str.lower,
    "company": lambda names: tuple(words for name in names if (words := names_company(name))),
    "weekday": lambda days: frozenset(WEEKDAYS.index(day) + 1 for day in days),
    "group": internal,
}
# Parameters that do not change which rows are an answer, nor their order: cursors do not depend on them.
_NOT_IN_QUESTION = {"cursor", "limit", "since", "facets", "explain", "total"}


@dataclass(frozen=True, slots=True)
class ResolvedQuery:
    """A query, how its words were understood (`resolved` of an answer), the parameters and the words for the text it came from."""

    query: Query
    resolved: dict[str, Any]
    parameters: TopicParameters
    text: str | None
    kind: Kind

    @property
    def question(self) -> str:
        """The question that the answer's cursor belongs to."""
        return question_of(self.parameters, self.kind)


class _Resolution:
    """Collects how words were understood, and every error."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.errors: list[ParameterError] = []
        self.near: list[dict[str, Any]] = []
        self.topics: dict[str, list[dict[str, Any]]] = {"field": [], "interest": [], "purpose": []}
        self.zone: str | None = None
        self.point: tuple[float, float] | None = None

    def error(
        self, parameter: str, value: str | None, detail: str, suggestions: tuple[str, ...] = ()
    ) -> None:
        """Add an error."""
        self.errors.append(ParameterError(parameter, value, detail, suggestions))

    @property
    def timezone(self) -> str:
        """The time zone of the first place, in which dates are meant; UTC without a place."""
        if self.zone is None and self.point is not None:
            self.zone = timezone_around(*self.point)
        return self.zone or "UTC"


def resolve_query(parameters: TopicParameters, now: datetime, kind: Kind) -> ResolvedQuery:
    """The query that parameters ask. Raises the 422 (400 for a bad cursor) that names every error."""
    asked, (parameters, sentence) = parameters, with_sentence(parameters, parameters.ask)
    resolution = _Resolution(now)
    after, until = None, None
    if parameters.cursor is not None:
        position = _cursor(parameters.cursor, question_of(asked, kind))
        after, until, resolution.now = (position.key, position.id), position.until, position.now
    areas = _areas(parameters, resolution)
    topics = tuple(
        choice
        for name in _TOPIC_KINDS
        if (words := getattr(parameters, name)) and (choice := _topics(name, words, resolution)) is not None
    )
    start_from, start_to, begun_from = None, None, None
    if isinstance(parameters, EventParameters):
        start_from, start_to = _span(parameters, resolution)
        begun_from = first_day(parameters.from_, resolution.timezone, resolution.now) if start_from else None
    sort = parameters.sort if isinstance(parameters, EventParameters | GroupParameters) else "start"
    if sort == "distance" and not any(isinstance(area, Circle) for area in areas):
        missing = "a town instead of a region or country" if areas else "a place"
        resolution.error(
            "sort", "distance", f"needs {missing}: give near, or lat and lon", ("start", "relevance")
        )
    query = Query(
        now=resolution.now,
        areas=areas,
        start_from=start_from,
        start_to=start_to,
        begun_from=begun_from,
        topics=topics,
        sort=sort,
        collapse=isinstance(parameters, EventParameters) and parameters.series == "collapse",
        limit=parameters.limit,
        after=after,
        until=until,
        total=parameters.total,
        explain=parameters.explain,
        facets=_facets(parameters, kind, resolution),
        **_filters(parameters, resolution),
    )
    if resolution.errors:
        raise wrong_parameters(resolution.errors)
    resolved = {
        "near": resolution.near,
        **resolution.topics,
        "q": None,
        "from": (start_from or resolution.now).isoformat() if kind == "events" else None,
        "to": start_to.isoformat() if start_to else None,
        "ask": sentence,
    }
    return ResolvedQuery(query, resolved, asked, parameters.q, kind)


def topics_asked_for(resolved: dict[str, Any]) -> frozenset[tuple[str, str]]:
    """(kind, id) of every topic that a query includes, by `resolved` of its answer; families and categories are expanded."""
    return frozenset(
        (kind, identity)
        for kind in _TOPIC_KINDS
        for topic in resolved[kind]
        if not topic["input"].startswith("!")
        for identity in _EXPANSIONS[kind](topic["id"])
    )


def question_of(parameters: TopicParameters, kind: Kind) -> str:
    """The parameters in one fixed spelling, without those that cursors do not depend on."""
    return kind + parameters.model_dump_json(exclude=_NOT_IN_QUESTION, by_alias=True)


def _filters(parameters: TopicParameters, resolution: _Resolution) -> dict[str, Any]:
    """The fields of the query that parameters of the same meaning set."""
    filters: dict[str, Any] = {}
    for parameter in parameters.model_fields_set & FILTERS.keys():
        value = getattr(parameters, parameter)
        if value is None or value in ("", []):
            continue
        field = FILTERS[parameter]
        convert = _CONVERSIONS.get(parameter)
        if convert is not None:
            filters[field] = convert(value)
        else:
            filters[field] = frozenset(value) if isinstance(value, list) else value
    if "group_id" in filters and filters["group_id"] is None:
        resolution.error(
            "group", getattr(parameters, "group", None), "not a group id; /v1/groups lists groups"
        )
    return filters


def _with_other_names(text: TextQuery) -> TextQuery:
    """The words asked for, each of a large town with its names in other languages: "Munich" finds "München"."""
    return replace(
        text,
        wanted=tuple(
            replace(
                each,
                terms=tuple(
                    dict.fromkeys((*each.terms, *(s for name in other_names(each.word) for s in stems(name))))
                ),
            )
            for each in text.wanted
        ),
    )


def _cursor(text: str, question: str) -> cursors.Cursor:
    try:
        return cursors.decode(text, question)
    except cursors.CursorError as error:
        problem = wrong_parameters([ParameterError("cursor", text, str(error))])
        problem.status = 400
        raise problem from None


# --- places --------------------------------------------------------------------------------------------


def _areas(parameters: PlaceParameters, resolution: _Resolution) -> tuple[Area, ...]:
    areas: list[Area] = []
    for text in parameters.near:
        area = _near(text, parameters, resolution)
        if area is not None:
            areas.append(area)
    if (parameters.lat is None) != (parameters.lon is None):
        given, missing = ("lat", "lon") if parameters.lon is None else ("lon", "lat")
        resolution.error(missing, None, f"required together with {given}")
    elif parameters.lat is not None and parameters.lon is not None:
        areas.append(Circle(parameters.lat, parameters.lon, parameters.radius_km))
        resolution.point = parameters.lat, parameters.lon
    if parameters.bbox is not None:
        box = _box(parameters.bbox)
        if box is None:
            resolution.error(
                "bbox",
                parameters.bbox,
                "must be west,south,east,north in degrees, such as -71.2,42.3,-70.9,42.5",
            )
        else:
            areas.append(box)
    return tuple(areas)


def _near(text: str, parameters: PlaceParameters, resolution: _Resolution) -> Area | None:
    lat, lon = parameters.lat, parameters.lon
    point = None if lat is None or lon is None else LatLon(lat, lon)
    located = locate(text)
    located = settled(located) if point is None else namesake_near(located, [point], _BESIDE_KM)
    place = located.place
    if place is None:
        names = tuple(_label(candidate) for candidate in located.candidates[:3])
        if any(candidate.kind == "online" for candidate in located.candidates):
            resolution.error("near", text, "not a place; use mode=online instead")
        else:
            resolution.error("near", text, "unknown place", names)
        return None
    resolution.near.append(
        {
            "input": text,
            "place": place_json(place),
            "candidates": [place_json(candidate) for candidate in located.candidates[:5]],
            "km_from_point": _far(place, point),
        }
    )
    resolution.zone = resolution.zone or place.timezone
    if place.kind in _PLACES_AS_BOX and place.box is not None:
        return Box(*place.box)
    return Circle(place.lat, place.lon, parameters.radius_km)


def _far(place: Place, point: LatLon | None) -> int | None:
    """How far a place is from the point that was given beside it, if that is too far to be meant; else None."""
    if point is None:
        return None
    distance = haversine_km(place.lat, place.lon, *point)
    return round(distance) if distance > _BESIDE_KM else None


def _label(place: Place) -> str:
    return ", ".join(part for part in (place.name, place.region, place.country) if part)


def place_json(place: Place) -> dict[str, Any]:
    """A place of the gazetteer as a document shows it."""
    return {
        "name": place.name,
        "region": place.region,
        "country": place.country,
        "lat": place.lat,
        "lon": place.lon,
        "timezone": place.timezone,
        "kind": place.kind,
    }


def _box(text: str) -> Box | None:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    if not all(math.isfinite(degrees) for degrees in (west, south, east, north)):
        return None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90):
        return None
    return Box(west, south, east, north)


# --- topics, times, facets -------------------------------------------------------------------------------


def _topics(kind: TopicKind, words: list[str], resolution: _Resolution) -> TopicChoice | None:
    include: set[int] = set()
    exclude: set[int] = set()
    for word in (value for text in words for value in _values(kind, text)):
        topic = resolve_topic(kind, word.removeprefix("!"))
        if topic.id is None or topic.label is None:
            nearest = tuple(suggestion.id for suggestion in topic.suggestions[:3])
            resolution.error(kind, word, f"unknown {kind}; /v1/{kind}s lists them", nearest)
            continue
        resolution.topics[kind].append(
            {"input": word, "id": topic.id, "label": topic.label, "confidence": round(topic.confidence, 2)}
        )
        chosen = exclude if word.startswith("!") else include
        chosen.update(topic_key(kind, identity) for identity in _EXPANSIONS[kind](topic.id))
    if not include and not exclude:
        return None
    return TopicChoice(kind=kind, include=frozenset(include), exclude=frozenset(exclude))


def _values(kind: TopicKind, text: str) -> list[str]:
    """The values of a parameter, which a comma may separate; "!" before the first of them is said of all."""
    sign = "!" if text.startswith("!") else ""
    return [
        sign + value.removeprefix("!").strip() for value in values_of(kind, text.removeprefix("!").strip())
    ]


def _span(parameters: EventParameters, resolution: _Resolution) -> tuple[datetime | None, datetime | None]:
    if parameters.from_ is None and parameters.to is None:
        return resolution.now, None
    try:
        start_from, start_to = span(parameters.from_, parameters.to, resolution.timezone, resolution.now)
    except TimeError:
        for name, text in (("from", parameters.from_), ("to", parameters.to)):
            try:
                one, other = (text, None) if name == "from" else (None, text)
                span(one, other, resolution.timezone, resolution.now)
            except TimeError as error:
                resolution.error(name, text, str(error), error.suggestions)
        return None, None
    if start_to is not None and start_to <= start_from:
        resolution.error("to", parameters.to, "lies before from")
    return start_from, start_to


def _facets(parameters: TopicParameters, kind: Kind, resolution: _Resolution) -> tuple[str, ...]:
    known = ("field", "interest", "purpose", "mode") if kind == "events" else ("field", "interest", "purpose")
    names = tuple(
        dict.fromkeys(part.strip() for part in (parameters.facets or "").split(",") if part.strip())
    )
    for name in names:
        if name not in known:
            resolution.error("facets", name, f"must be one of {', '.join(known)}", known)
    return names
