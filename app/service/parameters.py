"""What `/v1/events` and `/v1/groups` can be asked, and the understanding of every word in it.

The models are the OpenAPI description; `understand` turns one into a `search.Query` and says in `resolved` what each word
was taken for. A word that is not understood is a 422 with the nearest ones that would be.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.core.errors import ParameterError, wrong_parameters
from app.core.ids import internal
from app.places.gazetteer import LatLon, Place, locate
from app.search import cursor as cursors
from app.search.query import (
    DEFAULT_LIMIT,
    DEFAULT_RADIUS_KM,
    MAX_LIMIT,
    MAX_RADIUS_KM,
    WEEKDAYS,
    Area,
    Box,
    Circle,
    Query,
    Sort,
    TopicChoice,
)
from app.search.times import TimeError, span
from app.taxonomy.keys import TopicKind, topic_key
from app.taxonomy.taxonomy import (
    expand_field,
    expand_interest,
    resolve_field,
    resolve_interest,
    resolve_purpose,
)
from app.textindex.tokens import TextQuery, names_company, parse

_MOST_VALUES = 20
_PLACES_AS_BOX = {"country", "region"}
_KINDS: tuple[TopicKind, ...] = ("field", "interest", "purpose")
_RESOLVERS = {"field": resolve_field, "interest": resolve_interest, "purpose": resolve_purpose}
# A family stands for its fields, a category for its interests.
_EXPAND: dict[str, Callable[[str], frozenset[str]]] = {
    "field": expand_field,
    "interest": expand_interest,
    "purpose": lambda identity: frozenset({identity}),
}


def _plain(value: Any) -> Any:
    """Refuse what no client means: control characters, lone surrogates, texts without end."""
    if isinstance(value, str):
        if len(value) > 200:
            raise ValueError("is longer than 200 characters")
        if any(ord(char) < 32 or 0xD800 <= ord(char) < 0xE000 for char in value):
            raise ValueError("holds control characters")
    return value


Word = Annotated[
    str,
    BeforeValidator(_plain),
    Field(json_schema_extra={"maxLength": 200, "pattern": r"^[^\u0000-\u001f]*$"}),
]
Words = Annotated[list[Word], Field(max_length=_MOST_VALUES)]
# Digits of other scripts and numbers like 1_000 are integers to Python, not to anybody who reads a URL.
Whole = Annotated[
    int, BeforeValidator(lambda value: value if not isinstance(value, str) or value.isascii() else "?")
]


class PlaceParameters(BaseModel):
    """Where; several places are any of them."""

    model_config = ConfigDict(extra="forbid")

    near: Words = Field(
        default_factory=list,
        description="A place name or postcode, such as `Boston, MA`; repeat for several places",
        examples=[["Boston, MA"]],
    )
    lat: float | None = Field(
        default=None, ge=-90, le=90, allow_inf_nan=False, description="With `lon`: a point"
    )
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    radius_km: float = Field(
        default=DEFAULT_RADIUS_KM,
        ge=1,
        le=MAX_RADIUS_KM,
        allow_inf_nan=False,
        description="Around each place",
    )
    bbox: Word | None = Field(
        default=None, description="`west,south,east,north` in degrees; west > east crosses the date line"
    )


class TopicParameters(PlaceParameters):
    """What for. Repeats are any of them, `!x` is not x; different parameters are combined with AND."""

    field: Words = Field(
        default_factory=list,
        description="A career field or family: an id of `/v1/fields` or words such as `nurse`",
        examples=[["software-engineering"]],
    )
    interest: Words = Field(
        default_factory=list,
        description="An interest or category: an id of `/v1/interests` or words such as `board games`",
    )
    purpose: Words = Field(
        default_factory=list, description="hiring, networking, talks ...: an id of `/v1/purposes` or words"
    )
    q: Word | None = Field(
        default=None,
        description="Words that the name, description, venue, town or organiser hold, all of them, in any form of theirs; "
        '`"a phrase"`, `begin*`, `-without`',
        examples=['python "machine learning"'],
    )
    language: Word | None = Field(
        default=None, pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="BCP 47: `en`, `pt-BR`"
    )
    company: Words = Field(
        default_factory=list,
        description="A company that hosts, sponsors or speaks: it is named as organiser or venue, in the title or the text",
    )
    access: list[Literal["step-free", "captions", "quiet"]] = Field(
        default_factory=list, max_length=3, description="Said to be there, all of them"
    )
    facets: Word | None = Field(
        default=None, description="Comma-separated: `field`, `interest`, `purpose`, `mode`"
    )
    total: bool = Field(default=False, description="Count the results: exact to 1,000, then `1000+`")
    explain: bool = Field(default=False, description="Count what each filter removed, and the total")
    limit: Whole = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: Word | None = Field(default=None, description="`next` of the page before, unchanged")
    since: Word | None = Field(
        default=None,
        description="What changed: `next` of the answer before, or `now` or `start` to begin; removed ones come as "
        '`{"id", "removed": true}`',
    )


class EventParameters(TopicParameters):
    """Everything that `/v1/events` can be asked."""

    from_: Word | None = Field(
        default=None,
        alias="from",
        description="ISO 8601 or words: today, tonight, tomorrow, weekend, next weekend, friday, next week, in 3 days, next7days, "
        "next30days; now by default",
    )
    to: Word | None = Field(
        default=None, description="As `from`; a date includes that day in the place's zone"
    )
    weekday: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(
        default_factory=list, max_length=7
    )
    part_of_day: list[Literal["morning", "afternoon", "evening", "night"]] = Field(
        default_factory=list, max_length=4
    )
    mode: Literal["offline", "online", "mixed"] | None = Field(
        default=None, description="Hybrid events are found under `offline` and `online`"
    )
    free: bool | None = None
    group: Word | None = Field(default=None, description="The id of a group")
    sort: Literal["start", "distance", "relevance"] = "start"


class GroupParameters(TopicParameters):
    """Everything that `/v1/groups` can be asked."""

    activity: list[Literal["active", "slowing", "dormant", "any"]] = Field(
        default_factory=list, max_length=4, description="By default active, slowing and unknown"
    )
    sort: Literal["start", "distance", "relevance"] = Field(
        default="relevance", description="`start`: the latest event first"
    )


class Understanding:
    """Collects what each word was taken for, and everything that is wrong, so that one answer names it all."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.errors: list[ParameterError] = []
        self.near: list[dict[str, Any]] = []
        self.topics: dict[str, list[dict[str, Any]]] = {"field": [], "interest": [], "purpose": []}
        self.zone = "UTC"

    def wrong(
        self, parameter: str, value: str | None, detail: str, suggestions: tuple[str, ...] = ()
    ) -> None:
        """One more thing that is wrong."""
        self.errors.append(ParameterError(parameter, value, detail, suggestions))


def understand(
    asked: TopicParameters, now: datetime, kind: Literal["events", "groups"]
) -> tuple[Query, dict[str, Any], str]:
    """The query, what each word was `resolved` as, and the question in the spelling that cursors belong to.

    Raises the 422 (400 for a bad cursor) that names everything that is wrong.
    """
    question = kind + asked.model_dump_json(
        exclude={"cursor", "limit", "since", "facets", "explain", "total"}, by_alias=True
    )
    seen = Understanding(now)
    after, until = None, None
    if asked.cursor is not None:
        at = _cursor(asked.cursor, question)
        after, until, seen.now = (at.key, at.id), at.until, at.now
    areas = _areas(asked, seen)
    topics = tuple(
        choice for name in _KINDS if (choice := _topics(name, getattr(asked, name), seen)) is not None
    )
    begins, ends = (None, None)
    if isinstance(asked, EventParameters):
        begins, ends = _span(asked, seen)
    sort: Sort = asked.sort if isinstance(asked, EventParameters | GroupParameters) else "start"
    if sort == "distance" and not any(isinstance(area, Circle) for area in areas):
        seen.wrong("sort", "distance", "needs a place: give near, or lat and lon", ("start", "relevance"))
    query = Query(
        now=seen.now,
        areas=areas,
        start_from=begins,
        start_to=ends,
        topics=topics,
        text=parse(asked.q) if asked.q else TextQuery(),
        language=asked.language.lower() if asked.language else None,
        company=tuple(named for each in asked.company if (named := names_company(each))),
        access=frozenset(asked.access),
        sort=sort,
        limit=asked.limit,
        after=after,
        until=until,
        total=asked.total,
        explain=asked.explain,
        facets=_facets(asked, kind, seen),
        **_of_kind(asked, seen),
    )
    if seen.errors:
        raise wrong_parameters(seen.errors)
    resolved = {
        "near": seen.near,
        **seen.topics,
        "q": None,
        "from": (begins or seen.now).isoformat() if kind == "events" else None,
        "to": ends.isoformat() if ends else None,
    }
    return query, resolved, question


def _of_kind(asked: TopicParameters, seen: Understanding) -> dict[str, Any]:
    if isinstance(asked, EventParameters):
        group = internal(asked.group) if asked.group else None
        if asked.group and group is None:
            seen.wrong("group", asked.group, "is no id of a group; /v1/groups lists them")
        return {
            "weekdays": frozenset(WEEKDAYS.index(day) + 1 for day in asked.weekday),
            "parts_of_day": frozenset(asked.part_of_day),
            "mode": asked.mode,
            "free": asked.free,
            "group_id": group,
        }
    if isinstance(asked, GroupParameters) and asked.activity:
        return {"activity": frozenset(asked.activity)}
    return {}


def _cursor(text: str, question: str) -> cursors.Cursor:
    try:
        return cursors.decode(text, question)
    except cursors.CursorError as error:
        wrong = wrong_parameters([ParameterError("cursor", text, str(error))])
        wrong.status = 400
        raise wrong from None


def _areas(asked: PlaceParameters, seen: Understanding) -> tuple[Area, ...]:
    areas: list[Area] = []
    for text in asked.near:
        area = _near(text, asked, seen)
        if area is not None:
            areas.append(area)
    if (asked.lat is None) != (asked.lon is None):
        given, missing = ("lat", "lon") if asked.lon is None else ("lon", "lat")
        seen.wrong(missing, None, f"is missing beside {given}")
    elif asked.lat is not None and asked.lon is not None:
        areas.append(Circle(asked.lat, asked.lon, asked.radius_km))
        seen.zone = _first_zone(seen, _zone_at(round(asked.lat, 1), round(asked.lon, 1)))
    if asked.bbox is not None:
        box = _box(asked.bbox)
        if box is None:
            seen.wrong(
                "bbox", asked.bbox, "must be west,south,east,north in degrees, such as -71.2,42.3,-70.9,42.5"
            )
        else:
            areas.append(box)
    return tuple(areas)


def _near(text: str, asked: PlaceParameters, seen: Understanding) -> Area | None:
    hint = LatLon(asked.lat, asked.lon) if asked.lat is not None and asked.lon is not None else None
    found = locate(text, near=hint)
    place = found.place
    if place is None:
        names = tuple(_label(each) for each in found.candidates[:3])
        online = any(each.kind == "online" for each in found.candidates)
        detail = "is no place; ask for mode=online instead" if online else "is no place that we know"
        seen.wrong("near", text, detail, () if online else names)
        return None
    seen.near.append(
        {
            "input": text,
            "place": place_json(place),
            "candidates": [place_json(each) for each in found.candidates[:5]],
        }
    )
    seen.zone = _first_zone(seen, place.timezone)
    if place.kind in _PLACES_AS_BOX and place.box is not None:
        return Box(*place.box)
    return Circle(place.lat, place.lon, asked.radius_km)


def _first_zone(seen: Understanding, zone: str | None) -> str:
    return seen.zone if seen.zone != "UTC" or zone is None else zone


@lru_cache(maxsize=10_000)
def _zone_at(lat: float, lon: float) -> str | None:
    """The time zone of a point."""
    place = locate(f"{lat},{lon}").place
    return None if place is None else place.timezone


def _label(place: Place) -> str:
    return ", ".join(part for part in (place.name, place.region, place.country) if part)


def place_json(place: Place) -> dict[str, Any]:
    """A place of the gazetteer as the API shows it."""
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
    if not all(math.isfinite(each) for each in (west, south, east, north)):
        return None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90):
        return None
    return Box(west, south, east, north)


def _topics(name: TopicKind, words: list[str], seen: Understanding) -> TopicChoice | None:
    include: set[tuple[TopicKind, str]] = set()
    exclude: set[tuple[TopicKind, str]] = set()
    for word in words:
        negated = word.startswith("!")
        text = word.removeprefix("!").strip()
        found = _RESOLVERS[name](text)
        if found.id is None or found.label is None:
            nearest = tuple(each.id for each in found.suggestions[:3])
            seen.wrong(name, word, f"is no {name} that we know; /v1/{name}s lists them", nearest)
            continue
        seen.topics[name].append(
            {"input": word, "id": found.id, "label": found.label, "confidence": round(found.confidence, 2)}
        )
        (exclude if negated else include).update((name, each) for each in _EXPAND[name](found.id))
    if not include and not exclude:
        return None
    return TopicChoice(
        kind=name,
        include=frozenset(topic_key(*each) for each in include),
        exclude=frozenset(topic_key(*each) for each in exclude),
    )


def _span(asked: EventParameters, seen: Understanding) -> tuple[datetime | None, datetime | None]:
    try:
        begins, ends = span(asked.from_, asked.to, seen.zone, seen.now)
    except TimeError:
        for name, text in (("from", asked.from_), ("to", asked.to)):
            try:
                one, other = (text, None) if name == "from" else (None, text)
                span(one, other, seen.zone, seen.now)
            except TimeError as error:
                seen.wrong(name, text, str(error), error.suggestions)
        return None, None
    if ends is not None and ends <= begins:
        seen.wrong("to", asked.to, "lies before from")
    return begins, ends


def _facets(asked: TopicParameters, kind: str, seen: Understanding) -> tuple[str, ...]:
    known = ("field", "interest", "purpose", "mode") if kind == "events" else ("field", "interest", "purpose")
    names = tuple(dict.fromkeys(part.strip() for part in (asked.facets or "").split(",") if part.strip()))
    for name in names:
        if name not in known:
            seen.wrong("facets", name, f"must be among {', '.join(known)}", known)
    return names
