"""`/v1/admin/doubtful-merges`: events and groups made of listings that may not be one, with what speaks for and against."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from app.api.admin.deps import Actor, Shape, private, problems
from app.http.deps import AppState, Now
from app.service.admin.curation import Things
from app.service.admin.reason_words import WORDS
from app.service.admin.review import MergeToReview, merges_to_review
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
