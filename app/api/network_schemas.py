"""The shapes of answers about a network, as OpenAPI shows them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.network.aggregate import Aggregate, Covered, Level
from app.network.goal import Goal, Language
from app.network.progress import NetworkState
from app.network.reports import Report

PhaseName = Literal["ask", "ask+grow", "grow"]
ProgressObject = Annotated[
    dict[str, Any],
    Field(
        description="Keep it and send it back: it goes in whole and comes out whole. See docs/api.md for its entries"
    ),
]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlanIn(_Shape):
    """What a plan is made from. Only the goal is needed."""

    goal: Goal
    progress: ProgressObject | None = None
    aggregate: Aggregate | None = None
    did: Annotated[list[Report], Field(max_length=500)] | None = Field(
        default=None, description="What was done since the last look"
    )


class ContactsCountOut(_Shape):
    """How many stand in the files. `read` = usable + anonymous + duplicates; `met` come from the progress."""

    read: int
    usable: int
    anonymous: int
    duplicates: int
    met: int
    sources: dict[str, int]


class FieldCountOut(_Shape):
    """A field of the network. `goal`: how it stands to the goal."""

    field: str
    label: str
    contacts: int
    employers: int
    goal: Literal["target", "adjacent"] | None


class CompanyCountOut(_Shape):
    """A company of the network. `match`: how surely it is one of the goal's."""

    company: str
    contacts: int
    match: Literal["exact", "alias", "prefix"] | None


class InsiderOut(_Shape):
    """Somebody at a company of the goal. `confirm`: please check that it is the same company."""

    key: str
    name: str
    position: str | None
    company: str | None
    match: Literal["exact", "alias", "prefix"] | None
    confirm: bool


class TargetOut(_Shape):
    """Who works at a company of the goal, the nearest five.

    `you`: how you know it yourself, by your own jobs. `second_degree`: where LinkedIn shows the contacts of your contacts there,
    for you to open; nothing is asked there from here.
    """

    company: str
    level: Level
    contacts: int
    people: list[InsiderOut]
    you: str | None
    second_degree: str


class MapOut(_Shape):
    """The network as a map. What is suggested comes from LinkedIn's files of the owner, for a goal that lacks it."""

    by_field: list[FieldCountOut]
    by_company: list[CompanyCountOut]
    seniority: dict[str, int]
    reach: dict[str, int]
    targets: list[TargetOut]
    recruiters: int
    field_unknown: int
    effective_employers: float
    pending_invitations: int
    suggested_companies: list[str]
    suggested_city: str | None


class NetworkFacetOut(_Shape):
    """A part of the goal and how the network covers it."""

    kind: Literal["company", "field", "adjacent"]
    id: str
    label: str
    level: Level
    contacts: int
    worked: int
    contacted: int


class ExhaustionOut(_Shape):
    """How far the network is worked out for the goal. Each number is explained in `explanations`.

    `label` is the state in a few words, `summary` in one sentence. Of `relevant` people, who could help, so many were
    `contacted`.
    """

    state: NetworkState
    label: str
    headline: str
    summary: str
    reason: Literal["worked_out", "redundant", "thin"] | None
    phase: PhaseName
    E: float = Field(ge=0, le=1)
    W: float = Field(ge=0, le=1)
    S: float
    K: float
    D: float
    relevant: int
    contacted: int
    effective_employers: float
    coverage: float = Field(ge=0, le=1)
    facets: list[NetworkFacetOut]
    why: list[str]
    explanations: dict[str, str]
    next_review: str
    assumptions_url: str


class ContactOut(_Shape):
    """Whom an action is about. `key` names them in the progress."""

    key: str
    name: str
    position: str | None
    company: str | None


class NetworkReasonOut(_Shape):
    """Why."""

    code: str
    text: str


class DraftOut(_Shape):
    """Words to start from; we send nothing."""

    lang: Language
    channel: str
    text: str


class TemplateOut(_Shape):
    """A draft with `{name}`, `{company}`, `{event}`, `{role}` and `{year}` left to fill in."""

    kind: str
    lang: Language
    text: str


class SearchOut(_Shape):
    """What to ask us for: with `query` as the parameters of a GET, or with `body` as that of a POST, which knows the map."""

    path: str
    query: dict[str, Any]
    body: dict[str, Any]


class ActionOut(_Shape):
    """A next step. `priority` 0..1."""

    kind: Literal[
        "ask_coffee", "reconnect", "nudge", "thank_you", "ask_referral", "ask_intro", "attend_group", "close"
    ]
    contact: ContactOut | None
    priority: float
    reasons: list[NetworkReasonOut]
    draft: DraftOut | None
    questions: list[str]
    follow_up_after_days: int | None
    search: SearchOut | None


class WarningOut(_Shape):
    """What a person should know of the reading; `file` counts from 1."""

    code: str
    detail: str
    rows: int | None = None
    file: int | None = None
    hint: str | None = None


class PrivacyOut(_Shape):
    """What was kept: nothing."""

    stored: Literal[False]


class PaceOut(_Shape):
    """What was done since Monday: people asked, conversations, evenings; `capacity` is what the goal leaves room for."""

    since: str
    asked: int
    conversations: int
    evenings: int
    capacity: int
    text: str


class AnalysisOut(_Shape):
    """Map, exhaustion and what to do next. `covered` and `phase` are as the recommender takes them."""

    contacts: ContactsCountOut
    map: MapOut
    exhaustion: ExhaustionOut
    phase: PhaseName
    covered: Covered
    pace: PaceOut
    actions: list[ActionOut]
    progress: ProgressObject
    aggregate: Aggregate
    warnings: list[WarningOut]
    privacy: PrivacyOut


class PlanOut(_Shape):
    """What to do next, without an upload. `E` is null where no map was ever made, `summary` without an aggregate."""

    state: NetworkState
    label: str
    headline: str
    summary: str | None
    phase: PhaseName
    pace: PaceOut
    E: float | None
    actions: list[ActionOut]
    questions: dict[str, list[str]]
    drafts: list[TemplateOut]
    covered: Covered
    progress: ProgressObject
    privacy: PrivacyOut


class OfficeOut(_Shape):
    """What the unemployment office of a state or country asked for when we read a stored copy of its page, in our own words."""

    code: str
    name: str
    networking: Literal["yes", "no", "not said"] = Field(
        description="Whether the page names networking, networking events or job clubs among the activities; `not said`: no list was read"
    )
    asks: str
    url: str
    read: date


class WorkSearchOut(_Shape):
    """What offices ask of a search for work. `note` holds for each of them."""

    items: list[OfficeOut]
    note: str
