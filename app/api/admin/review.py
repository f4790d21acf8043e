"""`/v1/admin/doubtful-merges`, `/hidden` and `/find`: what may be two, what is hidden or removed, and what an address is of."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from app.api.admin.deps import Actor, Shape, private, problems
from app.api.vocabulary import NoParameters
from app.core.errors import ProblemError
from app.http.deps import AppState, Now
from app.ingest.takedowns.repository import removed_targets
from app.service.admin.curation import Things
from app.service.admin.reason_words import WORDS
from app.service.admin.review import MergeToReview, hidden, look_up, merges_to_review
from app.service.parameters import Whole

router = APIRouter()
_MOST: Final = 100


class MergesQuestion(Shape):
    """Events or groups, and how many."""

    things: Things = "events"
    limit: Whole = Field(default=20, ge=1, le=_MOST)


class MergeReasonOut(Shape):
    """A fact about the two that are compared; `words` say it in English."""

    code: str
    supports: bool = Field(description="Whether it speaks for their being one, or against it")
    words: str


class MergeSideOut(Shape):
    """What one source says. `id` is that of the listing, as `unmerge` takes it."""

    id: str
    source: str
    name: str
    url: str | None
    start: str | None
    where: str
    excerpt: str
    is_doubtful: bool = Field(description="Whether it is the one that fits worst")


class DoubtfulMergeOut(Shape):
    """An event or group that may be two."""

    id: str
    things: Things
    name: str
    percent: int = Field(description="How probably the doubtful listing belongs to it", ge=0, le=100)
    reasons: list[MergeReasonOut]
    sides: list[MergeSideOut]


class DoubtfulMergesOut(Shape):
    """The least sure first."""

    items: list[DoubtfulMergeOut]


class HiddenThingOut(Shape):
    """An event or group that an operator hid."""

    things: Things
    id: str
    name: str
    since: str


class RemovedTargetOut(Shape):
    """An address or id that was removed for good."""

    target: str
    since: str


class HiddenOut(Shape):
    """What visitors do not see, the latest first."""

    hidden: list[HiddenThingOut]
    removed: list[RemovedTargetOut]


class FindQuestion(Shape):
    """The address of a listing, an id, or the address of its page here."""

    target: Annotated[str, Field(min_length=1, max_length=2_000)]


class FoundThingOut(Shape):
    """What it is of; `id` is that of `/v1/admin/events/{id}` or `groups`."""

    things: Things
    id: str


@router.get(
    "/hidden",
    operation_id="listHidden",
    summary="What is hidden or removed for good",
    response_model=HiddenOut,
    responses=problems(),
)
def list_hidden(asked: Annotated[NoParameters, Query()], actor: Actor, state: AppState) -> Response:  # noqa: ARG001
    """`unhide` shows what is hidden again; what was removed stays away."""
    removed = [{"target": target, "since": since} for target, since in removed_targets(state.database)]
    return private({"hidden": [asdict(each) for each in hidden(state.database)], "removed": removed})


@router.get(
    "/find",
    operation_id="findThing",
    summary="The event or group of an address or id",
    response_model=FoundThingOut,
    responses=problems(404),
)
def find(asked: Annotated[FindQuestion, Query()], actor: Actor, state: AppState) -> Response:  # noqa: ARG001
    """Hidden and merged ones too."""
    found = look_up(state.database, asked.target)
    if found is None:
        raise ProblemError(404, "no event or group is known by this address or id")
    return private({"things": found[0], "id": found[1]})


@router.get(
    "/doubtful-merges",
    operation_id="listDoubtfulMerges",
    summary="Events or groups whose listings may not be one",
    response_model=DoubtfulMergesOut,
    responses=problems(),
)
def list_doubtful_merges(
    asked: Annotated[MergesQuestion, Query()],
    actor: Actor,  # noqa: ARG001
    state: AppState,
    now: Now,
) -> Response:
    """`confirm` says that they are one, `unmerge` parts them; either is asked once."""
    found = merges_to_review(state.database, now, asked.things, asked.limit)
    return private({"items": [_document(each) for each in found]})


def _document(each: MergeToReview) -> dict[str, Any]:
    return {
        "id": each.id,
        "things": each.things,
        "name": each.name,
        "percent": each.percent,
        "reasons": [
            {"code": reason.code, "supports": reason.supports, "words": WORDS[reason.code]}
            for reason in each.reasons
        ],
        "sides": [{name: getattr(side, name) for name in MergeSideOut.model_fields} for side in each.sides],
    }
