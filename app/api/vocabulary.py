"""`/v1/fields`, `/v1/interests`, `/v1/purposes`, `/v1/places`: the words that questions are asked in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.http.deps import answer
from app.places.gazetteer import autocomplete, locate
from app.service.parameters import Whole, Word
from app.service.resolution import place_json
from app.service.schemas import FieldsOut, InterestsOut, ItemsOut, PlacesOut, ProblemOut
from app.taxonomy.taxonomy import load

router = APIRouter(tags=["vocabulary"])
# The words change only with the software.
_VERSION = "vocabulary"


class NoParameters(BaseModel):
    """Takes none, and says so when it gets one."""

    model_config = ConfigDict(extra="forbid")


class PlaceQuestion(BaseModel):
    """The beginning of a place's name."""

    model_config = ConfigDict(extra="forbid")

    q: Word = Field(min_length=1, description="The beginning of a name, or a whole one", examples=["Bost"])
    limit: Whole = Field(default=10, ge=1, le=50)


@router.get(
    "/v1/fields",
    operation_id="listFields",
    summary="Career fields",
    response_model=FieldsOut,
    responses={422: {"model": ProblemOut}},
)
def list_fields(request: Request, asked: Annotated[NoParameters, Query()]) -> Response:  # noqa: ARG001
    """Career fields and the families they are in; their ids never change."""
    words = load()
    return answer(
        request,
        {
            "families": [{"id": each.id, "label": each.label} for each in words.families.values()],
            "items": [
                {"id": each.id, "label": each.label, "family": each.family} for each in words.fields.values()
            ],
        },
        _VERSION,
    )


@router.get(
    "/v1/interests",
    operation_id="listInterests",
    summary="Interests",
    response_model=InterestsOut,
    responses={422: {"model": ProblemOut}},
)
def list_interests(request: Request, asked: Annotated[NoParameters, Query()]) -> Response:  # noqa: ARG001
    """Interests and the categories they are in. Sensitive ones match only when they are asked for by name."""
    words = load()
    return answer(
        request,
        {
            "categories": [
                {"id": each.id, "label": each.label} for each in words.interest_categories.values()
            ],
            "items": [
                {"id": each.id, "label": each.label, "category": each.category, "sensitive": each.sensitive}
                for each in words.interests.values()
            ],
        },
        _VERSION,
    )


@router.get(
    "/v1/purposes",
    operation_id="listPurposes",
    summary="Purposes",
    response_model=ItemsOut,
    responses={422: {"model": ProblemOut}},
)
def list_purposes(request: Request, asked: Annotated[NoParameters, Query()]) -> Response:  # noqa: ARG001
    """What an event is good for."""
    items = [{"id": each.id, "label": each.label} for each in load().purposes.values()]
    return answer(request, {"items": items}, _VERSION)


@router.get(
    "/v1/places",
    operation_id="listPlaces",
    summary="Places by name",
    response_model=PlacesOut,
    responses={422: {"model": ProblemOut}},
)
def list_places(request: Request, asked: Annotated[PlaceQuestion, Query()]) -> Response:
    """Places that a text may mean: what `near` would take it for first, then places that begin so."""
    found = locate(asked.q)
    meant = [found.place] if found.place is not None else []
    places = {each.id: each for each in (*meant, *autocomplete(asked.q, asked.limit), *found.candidates)}
    items = [place_json(each) for each in places.values() if each.kind != "online"]
    return answer(request, {"items": items[: asked.limit]}, _VERSION)
