"""The parameters of `/v1/events` and `/v1/groups`, declared once: OpenAPI, the API, the command line and the pages use these models."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.search.query import (
    DEFAULT_FEED_LIMIT,
    DEFAULT_LIMIT,
    DEFAULT_RADIUS_KM,
    MAX_FEED_LIMIT,
    MAX_LIMIT,
    MAX_RADIUS_KM,
)

_MOST_VALUES = 20
# Control characters, and halves of characters that no text has.
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\ud800-\udfff]")


def _plain(value: Any, longest: int = 200) -> Any:
    """The value; refuses control characters, lone surrogates and very long texts."""
    if isinstance(value, str):
        if len(value) > longest:
            raise ValueError(f"is longer than {longest} characters")
        if _UNPRINTABLE.search(value):
            raise ValueError("contains control characters")
    return value


Word = Annotated[
    str,
    BeforeValidator(_plain),
    Field(json_schema_extra={"maxLength": 200, "pattern": r"^[^\u0000-\u001f]*$"}),
]
Words = Annotated[list[Word], Field(max_length=_MOST_VALUES)]
# Digits of other scripts and numbers like 1_000 are integers to Python, but not to anybody who reads a URL.
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
Whole = Annotated[
    int,
    BeforeValidator(lambda value: value if not isinstance(value, str) or _WHOLE.fullmatch(value) else "?"),
]


# As people write them: "saturday", "Fridays"; "in-person".
Weekday = Annotated[
    Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    BeforeValidator(
        lambda value: value.strip().lower()[:3] if isinstance(value, str) and _DAY.fullmatch(value) else value
    ),
]
_DAY: Final = re.compile(
    r"\s*(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?\s*", re.IGNORECASE
)
_MODES: Final = {
    "in-person": "offline", "in person": "offline", "in_person": "offline", "inperson": "offline", "physical": "offline",
    "onsite": "offline", "on-site": "offline", "virtual": "online", "remote": "online", "hybrid": "mixed",
}  # fmt: skip
Mode = Annotated[
    Literal["offline", "online", "mixed"],
    BeforeValidator(
        lambda value: _MODES.get(value.strip().lower(), value) if isinstance(value, str) else value
    ),
]


class PlaceParameters(BaseModel):
    """Where: near any of the places."""

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


Sentence = Annotated[
    str,
    BeforeValidator(lambda value: _plain(value, 500)),
    Field(json_schema_extra={"maxLength": 500, "pattern": r"^[^\u0000-\u001f]*$"}),
]


class FilterParameters(PlaceParameters):
    """What for: repeated values are combined with OR, `!x` excludes x, different parameters are combined with AND."""

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
        description="Words that the name, description, venue, town or organiser hold, all of them, in any inflection; "
        '`"a phrase"`, `begin*`, `-without`',
        examples=['python "machine learning"'],
    )
    ask: Sentence | None = Field(
        default=None,
        description="A sentence in English, German, French or Spanish; `resolved.ask` says how it was read. Parameters that are "
        "given count before it",
        examples=["free python meetups near Boston on Thursday evenings"],
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


class _PageParameters(BaseModel):
    """Which part of a list, and what is told beside it."""

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


class TopicParameters(_PageParameters, FilterParameters):
    """The parameters that both lists have."""


class _EventFilters(BaseModel):
    """What only events are asked."""

    from_: Word | None = Field(
        default=None,
        alias="from",
        description="ISO 8601 or words: today, tonight, tomorrow, weekend, next weekend, friday, next week, in 3 days, next7days, "
        "next30days; now by default",
    )
    to: Word | None = Field(
        default=None, description="As `from`; a date includes that day in the place's zone"
    )
    weekday: list[Weekday] = Field(default_factory=list, max_length=7)
    part_of_day: list[Literal["morning", "afternoon", "evening", "night"]] = Field(
        default_factory=list, max_length=4
    )
    mode: Mode | None = Field(
        default=None, description="Hybrid events are found under `offline` and `online`"
    )
    free: bool | None = Field(default=None, description="Only events that cost nothing, or only others")
    group: Word | None = Field(default=None, description="The id of a group")
    series: Literal["all", "collapse"] = Field(
        default="all",
        description="`collapse`: of the dates of one series only the first that is an answer, with the number of later ones in "
        "`more_dates`",
    )
    sort: Literal["start", "distance", "relevance"] = "start"


class _GroupFilters(BaseModel):
    """What only groups are asked."""

    activity: list[Literal["active", "slowing", "dormant", "any"]] = Field(
        default_factory=list, max_length=4, description="By default active, slowing and unknown"
    )
    sort: Literal["start", "distance", "relevance"] = Field(
        default="relevance", description="`start`: the latest event first"
    )


class EventParameters(_EventFilters, TopicParameters):
    """The parameters of `/v1/events`."""


class GroupParameters(_GroupFilters, TopicParameters):
    """The parameters of `/v1/groups`."""


class _FeedParameters(BaseModel):
    """How much of the answer a feed holds."""

    limit: Whole = Field(default=DEFAULT_FEED_LIMIT, ge=1, le=MAX_FEED_LIMIT)


class EventFilter(_EventFilters, FilterParameters):
    """Which events, whatever becomes of the answer."""


class GroupFilter(_GroupFilters, FilterParameters):
    """Which groups, whatever becomes of the answer."""


class EventFeedParameters(_FeedParameters, EventFilter):
    """The parameters of feeds of events: those of `/v1/events` that say what is wanted."""


class GroupFeedParameters(_FeedParameters, GroupFilter):
    """The parameters of feeds of groups: those of `/v1/groups` that say what is wanted."""
