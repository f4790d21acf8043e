"""What the tools are asked. Lists are combined with OR, different arguments with AND, as in the API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.network.aggregate import Aggregate
from app.service.parameters import Mode, Sentence, Word, Words

Limit = Annotated[int, Field(ge=1, le=20)]
Identity = Annotated[str, Field(min_length=1, max_length=40)]
_NEAR = "Place names or postcodes, such as `Boston, MA`"
_FIELDS = "Career fields: ids of list_fields, or words such as `nurse`; `!x` excludes x"
_INTERESTS = "Interests: ids of list_interests, or words such as `board games`; `!x` excludes x"


class Arguments(BaseModel):
    """Refuses what it does not know, so that a mistake is told."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class UnderstandArguments(Arguments):
    """A sentence."""

    sentence: Sentence = Field(description="In English, German, French or Spanish")


class _Where(Arguments):
    near: Words = Field(default_factory=list, description=_NEAR)
    radius_km: float = Field(default=25, ge=1, le=500, allow_inf_nan=False, description="Around each place")
    fields: Words = Field(default_factory=list, description=_FIELDS)
    interests: Words = Field(default_factory=list, description=_INTERESTS)


class _Find(_Where):
    q: Word | None = Field(
        default=None, description='Words in the listing: `python "machine learning" -java`'
    )
    ask: Sentence | None = Field(
        default=None, description="A whole sentence instead of the other arguments, or beside them"
    )
    limit: Limit = 10
    cursor: Word | None = Field(
        default=None, description="`next` of the answer before, with the same arguments"
    )


class FindGroupsArguments(_Find):
    """Which groups."""


class FindEventsArguments(_Find):
    """Which events."""

    from_: Word | None = Field(
        default=None,
        alias="from",
        description="ISO 8601, or today, weekend, friday, next week; now by default",
    )
    to: Word | None = Field(default=None, description="As `from`; includes that day")
    mode: Mode | None = Field(
        default=None, description="Near a place only events in person are found by default"
    )
    free: bool | None = Field(default=None, description="Only events that cost nothing, or only others")
    company: Words = Field(
        default_factory=list, description="A company that hosts, sponsors, speaks or is named"
    )


class ItemArguments(Arguments):
    """Which group or event."""

    id: Identity = Field(description="An id that another tool returned")


class RecommendArguments(_Where):
    """Who asks. A place alone is enough."""

    what: Literal["groups", "events"] = "groups"
    groups: Words = Field(
        default_factory=list, description="Ids of groups one goes to: what is like them comes first"
    )
    exclude: Words = Field(default_factory=list, description="Ids of groups and events not to be named")
    phase: Literal["unmapped", "ask", "ask+grow", "grow"] | None = Field(
        default=None, description="What the map of a network says comes next"
    )
    mode: Mode | None = None
    limit: Limit = 5


class JobArguments(Arguments):
    """A job, as it was advertised."""

    title: Word | None = None
    company: Word | None = None
    location: Word | None = Field(default=None, description="`Leeds, UK (Hybrid)`, `Remote`")
    limit: Annotated[int, Field(ge=1, le=10)] = 3


class ListArguments(Arguments):
    """Which part of the vocabulary."""

    q: Word | None = Field(default=None, description="A word or job title to look up; everything by default")


class WeekArguments(Arguments):
    """A goal, and a network in counts. There is no argument for a contact: names stay with the person."""

    companies: Words = Field(default_factory=list, description="Where one would like to work")
    fields: Words = Field(default_factory=list, description=_FIELDS)
    interests: Words = Field(default_factory=list, description=_INTERESTS)
    near: Word | None = Field(default=None, description="A place name or postcode, such as `Leeds, GB`")
    radius_km: float = Field(default=25, ge=1, le=500, allow_inf_nan=False)
    weekly_capacity: int | None = Field(default=None, ge=0, le=50, description="New people to ask a week")
    aggregate: Aggregate | None = Field(
        default=None,
        description="`aggregate` of `nextcircle network analyse --json`: counts and scores, no names",
    )

    def goal(self) -> dict[str, Any]:
        """The goal as the planner takes it."""
        goal: dict[str, Any] = {
            "companies": self.companies,
            "fields": [each for each in self.fields if not each.startswith("!")],
            "radius_km": self.radius_km,
        }
        if self.near is not None:
            goal["city"] = {"q": self.near}
        if self.weekly_capacity is not None:
            goal["weekly_capacity"] = self.weekly_capacity
        return goal
