"""What `/v1/for-job` and `/v1/for-jobs` are asked and what they answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.service.parameters import Whole, Word
from app.service.recommendation_schemas import ReasonOut, RecommendationOut
from app.service.schemas import EventOut, LinksOut, PlaceOut, TopicOut

MOST_JOBS = 50
_LIMIT = Field(default=3, ge=1, le=10, description="Groups, events and company events of a job, each")


class _Job(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Word | None = Field(default=None, description="The job's title, as it was advertised")
    company: Word | None = Field(default=None, description="Who advertises it")
    location: Word | None = Field(
        default=None, description="Where, as it was advertised: `Leeds, UK (Hybrid)`, `Remote`"
    )


class JobParameters(_Job):
    """One job."""

    limit: Whole = _LIMIT


class JobIn(_Job):
    """One of several jobs. `id` is the client's own, and comes back."""

    id: Word | None = None


class JobsIn(BaseModel):
    """Jobs to look up together."""

    model_config = ConfigDict(extra="forbid")

    jobs: Annotated[list[JobIn], Field(min_length=1, max_length=MOST_JOBS)]
    limit: Whole = _LIMIT


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class JobResolvedOut(_Shape):
    """What the job was taken for; `online`: it is done from anywhere, so that events online fit."""

    field: TopicOut | None
    place: PlaceOut | None
    online: bool


class UnresolvedOut(_Shape):
    """A member of the job that was not understood, and what may have been meant."""

    member: Literal["title", "location"]
    value: str
    text: str
    suggestions: list[str]


class CompanyEventOut(_Shape):
    """An event where the company can be met. `role`: what it does there, `named` where the listing does not say."""

    event: EventOut
    role: Literal["hosts", "venue", "sponsors", "speaks", "named"]
    reasons: list[ReasonOut]


class JobOut(_Shape):
    """What to do for a job. `groups` and `events` are picks of the recommender, `links` the events of its field around its
    place as calendars and feeds; `confidence` is that of the field."""

    id: str | None
    title: str | None
    company: str | None
    location: str | None
    confidence: float = Field(ge=0, le=1)
    resolved: JobResolvedOut
    unresolved: list[UnresolvedOut]
    groups: list[RecommendationOut]
    events: list[RecommendationOut]
    company_events: list[CompanyEventOut]
    links: LinksOut | None


class JobsOut(_Shape):
    """An answer for each job, in their order."""

    items: list[JobOut]
