"""What can be asked: the query of events and groups as values, after every word has been understood. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final, Literal

from app.textindex.tokens import TextQuery, Wanted

Sort = Literal["start", "distance", "relevance"]
Mode = Literal["offline", "online", "mixed"]
Activity = Literal["active", "slowing", "dormant", "any"]
Access = Literal["step-free", "captions", "quiet"]

DEFAULT_RADIUS_KM: Final = 25.0
MAX_RADIUS_KM: Final = 500.0
DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100
# Of a calendar or another feed, which has one page only.
DEFAULT_FEED_LIMIT: Final = 500
MAX_FEED_LIMIT: Final = 2_500

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Minutes after local midnight, half-open; night goes over midnight.
PARTS_OF_DAY: Final = {
    "morning": (5 * 60, 12 * 60),
    "afternoon": (12 * 60, 17 * 60),
    "evening": (17 * 60, 22 * 60),
    "night": (22 * 60, 5 * 60),
}


@dataclass(frozen=True, slots=True)
class Circle:
    """Everything within `radius_km` of a point in WGS 84 degrees."""

    lat: float
    lon: float
    radius_km: float


@dataclass(frozen=True, slots=True)
class Box:
    """Everything between two meridians and two parallels; `west` > `east` crosses the date line."""

    west: float
    south: float
    east: float
    north: float


Area = Circle | Box


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """Topics of one kind, as `topic_key`s: any of `include` (each a set for one word asked), none of `exclude`."""

    kind: str = ""
    include: frozenset[int] = frozenset()
    exclude: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Query:
    """A question with every word resolved. `now` is the moment it was asked; a cursor carries it on.

    A field whose metadata has a `parameter` is a filter that this parameter sets; `without` is its value in a query that asks for
    everything, if that is not its default. `until` belongs to a cursor of a list by relevance: the latest start that was looked at for its first page.
    """

    now: datetime
    areas: tuple[Area, ...] = ()
    start_from: datetime | None = None
    start_to: datetime | None = None
    # What began before does not count, although it is still on; None = it counts.
    begun_from: datetime | None = None
    weekdays: frozenset[int] = field(default=frozenset(), metadata={"parameter": "weekday"})
    parts_of_day: frozenset[str] = field(default=frozenset(), metadata={"parameter": "part_of_day"})
    topics: tuple[TopicChoice, ...] = ()
    text: TextQuery = field(default=TextQuery(), metadata={"parameter": "q"})
    mode: Mode | None = field(default=None, metadata={"parameter": "mode"})
    free: bool | None = field(default=None, metadata={"parameter": "free"})
    language: str | None = field(default=None, metadata={"parameter": "language"})
    group_id: int | None = field(default=None, metadata={"parameter": "group"})
    # Companies, each a phrase; any of them.
    company: tuple[tuple[Wanted, ...], ...] = field(default=(), metadata={"parameter": "company"})
    access: frozenset[str] = field(default=frozenset(), metadata={"parameter": "access"})
    activity: frozenset[str] = field(
        default=frozenset({"active", "slowing", "unknown"}),
        metadata={"parameter": "activity", "without": frozenset({"any"})},
    )
    # Only these ids, where a caller has a choice already; None = any.
    only: frozenset[int] | None = None
    sort: Sort = "start"
    # Of a series only the first date that is an answer.
    collapse: bool = False
    limit: int = DEFAULT_LIMIT
    after: tuple[float, int] | None = None
    until: int | None = None
    facets: tuple[str, ...] = ()
    explain: bool = False
    total: bool = False


_FILTER_FIELDS: Final = {
    each.metadata["parameter"]: each for each in fields(Query) if "parameter" in each.metadata
}
# Parameter -> the field of the query that it sets.
FILTERS: Final[dict[str, str]] = {parameter: each.name for parameter, each in _FILTER_FIELDS.items()}


def without_filter(query: Query, parameter: str) -> Query | None:
    """The query without one of its filters; None if it does not have it."""
    filter_field = _FILTER_FIELDS[parameter]
    if getattr(query, filter_field.name) == filter_field.default:
        return None
    changes: dict[str, Any] = {filter_field.name: filter_field.metadata.get("without", filter_field.default)}
    return replace(query, **changes)
