"""What of a map may be kept: counts in buckets and scores, no name and nothing that leads to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field, ValidationError

from app.network.assessment import Assessment
from app.network.exhaustion import Exhaustion, Reason
from app.network.goal import Words
from app.network.progress import Day, NetworkState
from app.network.validation import StrictModel, WrongInputError, wrongs

Bucket = Literal["0", "1-2", "3-5", "6-10", "11+"]
Level = Literal["none", "thin", "covered"]


class Covered(StrictModel):
    """What a network covers, as the recommender takes it. Companies by the goal's words."""

    fields: dict[Words, Level] = Field(default={}, max_length=300)
    companies: dict[Words, Level] = Field(default={}, max_length=100)
    seniorities: dict[Words, Level] = Field(default={}, max_length=20)


class Aggregate(StrictModel):
    """A map without people: made by an analysis, kept by the client, taken by a plan."""

    at: Day
    state: NetworkState
    E: float = Field(ge=0, le=1)
    W: float = Field(ge=0, le=1)
    S: float = Field(ge=0, description="Conversations that are left")
    K: float = Field(ge=0, description="Conversations there were")
    reason: Reason | None = Field(default=None, description="Why it is exhausted")
    relevant: int | None = Field(default=None, ge=0, description="How many people could help with the goal")
    fields: dict[Words, Bucket] = Field(
        default={}, max_length=300, description="Contacts by field, in buckets"
    )
    covered: Covered = Field(default_factory=Covered)


def aggregate_of(
    found: Sequence[Assessment], measured: Exhaustion, covered: dict[str, dict[str, str]], now: datetime
) -> dict[str, Any]:
    """The aggregate of a map, as JSON."""
    return {
        "at": now.date().isoformat(),
        "state": measured.state,
        "E": round(measured.exhaustion, 4),
        "W": round(measured.worked, 4),
        "S": round(measured.remaining, 4),
        "K": round(measured.potential, 4),
        "reason": measured.reason,
        "relevant": measured.relevant,
        "fields": _buckets(each.position.field for each in found),
        "covered": covered,
    }


def read_aggregate(document: Any) -> Aggregate | None:
    """An aggregate out of its JSON. Raises `WrongInputError`."""
    if document is None:
        return None
    try:
        return Aggregate.model_validate(document)
    except ValidationError as error:
        raise WrongInputError(wrongs("aggregate", Aggregate, error)) from None


def _buckets(fields: Iterable[str | None]) -> dict[str, Bucket]:
    counts = Counter(each for each in fields if each is not None)
    return {field: bucket(counts[field]) for field in sorted(counts)}


def bucket(count: int) -> Bucket:
    """A count that tells of nobody."""
    if count == 0:
        return "0"
    if count <= 2:
        return "1-2"
    if count <= 5:
        return "3-5"
    return "6-10" if count <= 10 else "11+"
