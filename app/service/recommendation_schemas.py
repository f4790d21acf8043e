"""What `/v1/recommendations` is asked and what it answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.service.parameters import Mode, PlaceParameters, Sentence, Weekday, Whole, Word, Words
from app.service.schemas import EventOut, GroupOut, ResolvedOut

_LEVELS = Literal["none", "thin", "covered"]
# In an address a plus sign is a space.
_Phase = Annotated[
    Literal["unmapped", "ask", "ask+grow", "grow"],
    BeforeValidator(lambda value: "ask+grow" if value == "ask grow" else value),
]
_Level = Annotated[dict[Word, _LEVELS], Field(max_length=500)]


class RecommendationParameters(PlaceParameters):
    """Who asks: where they are, what they aim for, and where they go already. A place alone is enough."""

    field: Words = Field(
        default=[],
        description="Career fields to aim for: ids of `/v1/fields` or words; `!x` = not x",
        examples=[["software-engineering"]],
    )
    interest: Words = Field(
        default=[], description="Interests: ids of `/v1/interests` or words; `!x` = not x"
    )
    ask: Sentence | None = Field(
        default=None,
        description="A sentence in English, German, French or Spanish; `resolved.ask` says how it was read. Parameters that are "
        "given count before it",
    )
    company: Words = Field(default=[], description="Companies one would like to work for")
    group: Words = Field(default=[], description="Ids of groups one goes to: what is like them comes first")
    exclude: Annotated[list[Word], Field(max_length=200)] = Field(
        default=[], description="Ids of groups and events not to be named"
    )
    for_: Literal["groups", "events"] = Field(default="groups", alias="for")
    phase: _Phase | None = Field(
        default=None,
        description="What a map of the network says comes next, from `/v1/network/analyse`; `grow` looks for what is new",
    )
    mode: Mode | None = Field(
        default=None, description="Only groups with a coming event of that kind, or such events"
    )
    free: bool | None = Field(default=None, description="Only with a coming event that is free (or is not)")
    language: Word | None = Field(
        default=None, pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="BCP 47: `en`, `pt-BR`"
    )
    weekday: list[Weekday] = Field(
        default_factory=list, max_length=7, description="Only what has a coming date on one of these days"
    )
    part_of_day: list[Literal["morning", "afternoon", "evening", "night"]] = Field(
        default_factory=list, max_length=4, description="Only what has a coming date that begins then"
    )
    access: list[Literal["step-free", "captions", "quiet"]] = Field(
        default_factory=list,
        max_length=3,
        description="Only what has a coming date that says to have all of them",
    )
    within_days: Whole | None = Field(
        default=None, ge=1, le=42, description="Only what has its next date within so many days"
    )
    limit: Whole = Field(default=10, ge=1, le=50)


class CoveredIn(BaseModel):
    """What a mapped network reaches, as `/v1/network/analyse` answers it under `covered`. It is used and forgotten."""

    model_config = ConfigDict(extra="forbid")

    fields: _Level = {}
    companies: _Level = {}
    seniorities: _Level = {}


class RecommendationIn(RecommendationParameters):
    """The same, as a body: for what should not stand in an address."""

    covered: CoveredIn | None = None
    career_weight: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="How much the career counts beside interests",
    )


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReasonOut(_Shape):
    """Why: `code` for programs, `text` for people, `evidence` is what it rests on (words of the listing, a date)."""

    code: str
    text: str
    evidence: str | None


class NextEventOut(_Shape):
    """The next event to go to."""

    id: str
    name: str
    url: str | None
    page: str
    start_date: str
    timezone: str


class SuitedOut(_Shape):
    """Whom something suits, and what says so: words of the listing, or what is known of its size and dates."""

    to: Literal["newcomers", "solo", "practitioners"]
    evidence: str


class TermsOut(_Shape):
    """The parts of the score, each 0..1, before they are weighed; docs/recommendation.md."""

    topical: float
    place: float
    health: float
    useful: float
    novel: float
    practical: float
    factor: float


class RecommendationOut(_Shape):
    """A pick; exactly one of `group` and `event` is there. `score` is 0..100."""

    group: GroupOut | None = None
    event: EventOut | None = None
    score: float
    band: Literal["strong", "good", "possible", "weak"]
    because: Literal["career", "industry", "interest", "groups", "place"]
    reasons: list[ReasonOut]
    caveats: list[ReasonOut]
    terms: TermsOut
    suits: list[SuitedOut] = []
    next_event: NextEventOut | None
    first_step: str


class ModelOut(_Shape):
    """The numbers that the scores were made with."""

    id: str
    hash: str


class InsteadOut(_Shape):
    """What to ask instead where nothing fits: `parameters` to set at `path`, how much there is of it, and a sentence."""

    kind: Literal["wider", "adjacent", "job_seekers", "online", "add_source"]
    count: int | None
    text: str
    path: str
    parameters: dict[str, float | str | list[str]]


class RecommendationPage(_Shape):
    """Picks, best and most varied first. `week`: ids of at most three events of the next seven days that do not clash.

    `instead` is empty unless `items` is.
    """

    items: list[RecommendationOut]
    instead: list[InsteadOut] = []
    week: list[str] | None = None
    phase: Literal["unmapped", "ask", "ask+grow", "grow"]
    model: ModelOut
    resolved: ResolvedOut
    next: None = None
