"""The shapes of answers, as OpenAPI shows them and the tests hold them to. Absent values are null, empty lists `[]`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

# Generators of clients take an enum for one of several types, where a const makes them refuse every number.
Many = Annotated[Literal["1000+"], WithJsonSchema({"type": "string", "enum": ["1000+"]})]

EventStatus = Literal[
    "EventScheduled", "EventCancelled", "EventPostponed", "EventRescheduled", "EventMovedOnline"
]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TopicOut(_Shape):
    """A career field, interest or purpose, and how sure we are (0..1)."""

    id: str
    label: str
    confidence: float = Field(ge=0, le=1)


class LocationOut(_Shape):
    """A place; `country` is ISO 3166-1 alpha-2, coordinates WGS 84 degrees. `exact`: they are the venue's own, not its town's."""

    name: str | None
    address: str | None
    city: str | None
    region: str | None
    country: str | None
    lat: float | None
    lon: float | None
    exact: bool


class SourceRefOut(_Shape):
    """Where we know it from. `last_seen`: when the source last listed it, ISO 8601 in UTC. Who shows the row elsewhere names
    `attribution` with a link to `url`, and keeps to the `license` (SPDX) and the `terms` (an address), where there are any."""

    platform: str
    name: str
    url: str | None
    last_seen: str | None
    attribution: str
    license: str | None
    terms: str | None


class EventSourceOut(SourceRefOut):
    """A source of an event. `event_status` is what this source says: one may know of a cancellation that others miss."""

    event_status: EventStatus


class GroupRefOut(_Shape):
    """The group behind an event."""

    id: str
    name: str
    url: str | None


class PriceOut(_Shape):
    """In major units of an ISO 4217 currency."""

    min: float | None
    max: float | None
    currency: str | None


class EventOut(_Shape):
    """An event. Dates carry the offset of the event's own zone; all-day events have plain dates, the last one inclusive."""

    id: str
    url: str | None
    page: str
    name: str
    description: str | None
    start_date: str
    end_date: str | None
    timezone: str
    all_day: bool
    event_status: EventStatus
    event_attendance_mode: Literal["offline", "online", "mixed"] | None
    location: LocationOut | None
    distance_km: float | None
    distance_mi: float | None
    group: GroupRefOut | None
    is_accessible_for_free: bool | None
    price: PriceOut | None
    in_language: str | None
    fields: list[TopicOut]
    interests: list[TopicOut]
    purposes: list[TopicOut]
    image: str | None
    more_dates: int | None = Field(
        description="With `series=collapse`: how many dates of the same series follow; null where it was not asked for"
    )
    sources: list[EventSourceOut]
    sample: bool
    updated_at: str


class ActivityOut(_Shape):
    """How alive a group is; `events_per_month` over the 90 days before and after now, `trend` of the last 90 days held
    against the 90 before."""

    state: Literal["active", "slowing", "dormant", "unknown"]
    last_event: str | None
    next_event: str | None
    events_per_month: float | None
    trend: Literal["growing", "steady", "shrinking", "unknown"]


class GroupOut(_Shape):
    """A group; the same one on several platforms is one, with all its sources."""

    id: str
    url: str | None
    page: str
    name: str
    description: str | None
    location: LocationOut | None
    distance_km: float | None
    distance_mi: float | None
    members: int | None
    fields: list[TopicOut]
    interests: list[TopicOut]
    purposes: list[TopicOut]
    activity: ActivityOut
    image: str | None
    sources: list[SourceRefOut]
    sample: bool
    updated_at: str


class PlaceOut(_Shape):
    """A place of the gazetteer."""

    name: str
    region: str | None
    country: str | None
    lat: float
    lon: float
    timezone: str | None
    kind: str


class ResolvedPlaceOut(_Shape):
    """What `near` was taken for, and what else it could be."""

    input: str
    place: PlaceOut
    candidates: list[PlaceOut]
    km_from_point: int | None = Field(
        description="How far it is from `lat` and `lon`, if these were given too and are more than 300 km away"
    )


class ResolvedTopicOut(_Shape):
    """What a word was taken for."""

    input: str
    id: str
    label: str
    confidence: float


class ResolvedTextOut(_Shape):
    """The words looked for; `did_you_mean`: what was looked for instead of a word that no listing has."""

    input: str
    words: list[str]
    did_you_mean: str | None


class UnderstoodPartOut(_Shape):
    """One thing that a sentence says: the member, its value, the words that it came from, and how sure that is (0..1)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    member: str
    value: str
    words: str
    confidence: float = Field(ge=0, le=1)
    not_: bool = Field(default=False, alias="not", description="It is not wanted")


class UnderstoodOut(_Shape):
    """What a sentence asks for. `unsure` names the members that could be meant otherwise; `q` are the words left for the text.

    `from_to` is a word of `from` and `to`; `not` holds what is not wanted, by member.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    text: str
    near: str | None
    near_latlon: list[float] | None
    radius_km: float | None
    fields: list[str]
    interests: list[str]
    purposes: list[str]
    from_to: str | None
    weekday: list[str]
    part_of_day: str | None
    free: bool | None
    mode: str | None
    language: str | None
    access: list[str]
    company: str | None
    not_: dict[str, Any] = Field(alias="not")
    q: str | None
    kind: Literal["events", "groups", "either"]
    unsure: list[str]
    parts: list[UnderstoodPartOut]


class ResolvedOut(_Shape):
    """What the words of the question were understood as."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    near: list[ResolvedPlaceOut]
    field: list[ResolvedTopicOut]
    interest: list[ResolvedTopicOut]
    purpose: list[ResolvedTopicOut]
    q: ResolvedTextOut | None
    from_: str | None = Field(alias="from")
    to: str | None
    ask: UnderstoodOut | None = Field(description="How the sentence of `ask` was read")


class FacetOut(_Shape):
    """How many results have it."""

    id: str
    label: str
    count: int


class RemovedOut(_Shape):
    """With `since`: what is not an answer any more, or never was one of yours."""

    id: str
    removed: Literal[True]


class LinksOut(_Shape):
    """The same question as absolute addresses: calendars and feeds take every filter of the list. `webcal` opens a calendar
    program; `page` is null where the search form has no place for a part of the question."""

    api: str
    ics: str | None = Field(description="Events only")
    webcal: str | None = Field(description="Events only")
    rss: str
    atom: str
    json_feed: str
    geojson: str
    csv: str
    jsonld: str
    embed: str = Field(
        description="A page to put into a frame of another site; /embed/builder makes the markup"
    )
    page: str | None


_LINKS = Field(
    default=None,
    description="Where else the answer can be had; null where a sensitive interest was asked for, and with `since`",
)


class EventPage(_Shape):
    """A page of events; `next` is the cursor of the following one, null on the last. With `since` it is the `since` to go
    on with, never null, and `more` says whether there are changes left to ask for at once."""

    items: list[EventOut | RemovedOut]
    next: str | None
    more: bool | None = None
    total: int | Many | None = None
    resolved: ResolvedOut
    links: LinksOut | None = _LINKS
    facets: dict[str, list[FacetOut]] | None = None
    removed_by: dict[str, int | Many] | None = None


class GroupPage(_Shape):
    """A page of groups; `next` and `more` as of events."""

    items: list[GroupOut | RemovedOut]
    next: str | None
    more: bool | None = None
    total: int | Many | None = None
    resolved: ResolvedOut
    links: LinksOut | None = _LINKS
    facets: dict[str, list[FacetOut]] | None = None
    removed_by: dict[str, int | Many] | None = None


class NamedOut(_Shape):
    """An id with its label, and the family or category it is in."""

    id: str
    label: str
    family: str | None = None
    category: str | None = None
    sensitive: bool | None = None
    i18n: dict[str, Any] | None = None


class FieldsOut(_Shape):
    """Career fields in their families."""

    families: list[NamedOut]
    items: list[NamedOut]


class InterestsOut(_Shape):
    """Interests in their categories."""

    categories: list[NamedOut]
    items: list[NamedOut]


class ItemsOut(_Shape):
    """A list of named things."""

    items: list[NamedOut]


class PlacesOut(_Shape):
    """Places, best first."""

    items: list[PlaceOut]


class SourceOut(_Shape):
    """A source and how it is. `state`: on, off, paused, failing or sample, with the `reason`."""

    slug: str
    name: str
    platform: str
    url: str | None
    origin: str
    access: str
    city: str | None
    region: str | None
    country: str | None
    topics: list[str]
    evidence: str | None
    terms: str | None
    attribution: str | None
    license: str | None
    republish_description: int | None
    republish_image: bool
    failures: int
    last_run_at: str | None
    last_ok_at: str | None
    last_outcome: str | None
    next_fetch_at: str | None
    listings: int
    verified: bool
    state: Literal["on", "off", "paused", "failing", "sample"]
    reason: str | None


class SourcesOut(_Shape):
    """Every source."""

    items: list[SourceOut]


class ParameterErrorOut(_Shape):
    """What is wrong with one parameter."""

    parameter: str
    value: str | None
    detail: str
    suggestions: list[str]


class ProblemOut(_Shape):
    """RFC 9457. A file that cannot be used is named by `code`, with a `hint` what to choose instead."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ParameterErrorOut]
    code: str | None = None
    hint: str | None = None
