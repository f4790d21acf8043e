"""`/v1/fields`, `/v1/interests`, `/v1/purposes`, `/v1/places`, `/v1/understand`: the words that questions are asked in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.core.errors import ParameterError, wrong_parameters
from app.http.deps import answer
from app.places.gazetteer import LatLon, autocomplete, locate
from app.places.home import is_at_home, settled
from app.places.spellings import fold
from app.service.parameters import Sentence, Whole, Word
from app.service.resolution import place_json
from app.service.schemas import FieldsOut, InterestsOut, ItemsOut, PlacesOut, ProblemOut, UnderstoodOut
from app.taxonomy.taxonomy import load
from app.understanding.lines import understood_json
from app.understanding.sentence import understand

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


class SentenceQuestion(BaseModel):
    """A sentence, and where it is asked."""

    model_config = ConfigDict(extra="forbid")

    q: Sentence = Field(
        description="The sentence", examples=["free python meetups near Boston on Thursday evenings"]
    )
    near: Word | None = Field(
        default=None, description="A place: of several of one name the near one is meant"
    )


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
    "/v1/understand",
    operation_id="understand",
    summary="What a sentence asks for",
    response_model=UnderstoodOut,
    responses={422: {"model": ProblemOut}},
)
def understand_sentence(request: Request, asked: Annotated[SentenceQuestion, Query()]) -> Response:
    """Place, topics, times and more in one sentence in English, German, French or Spanish; what could be meant otherwise is in `unsure`."""
    near = None
    if asked.near is not None:
        place = locate(asked.near).place
        if place is None or place.kind == "online":
            raise wrong_parameters([ParameterError("near", asked.near, "unknown place")])
        near = LatLon(place.lat, place.lon)
    return answer(request, understood_json(understand(asked.q, near)), _VERSION)


@router.get(
    "/v1/places",
    operation_id="listPlaces",
    summary="Places by name",
    response_model=PlacesOut,
    responses={422: {"model": ProblemOut}},
)
def list_places(request: Request, asked: Annotated[PlaceQuestion, Query()]) -> Response:
    """Places that a text may mean: a place of just this name, then places that begin so, those at home first, larger ones first."""
    found = settled(locate(asked.q))
    begun = sorted(autocomplete(asked.q, asked.limit), key=lambda place: not is_at_home(place))
    # Who types "Bost" has not finished: only the usual name of a place comes before what begins so.
    whole = [found.place] if found.place is not None and fold(found.place.name) == fold(asked.q) else []
    places = {each.id: each for each in (*whole, *begun, *found.candidates)}
    items = [place_json(each) for each in places.values() if each.kind != "online"]
    return answer(request, {"items": items[: asked.limit]}, _VERSION)
