"""`/v1/recommendations`: the groups and events to go to next, with reasons. No account, no tracking; a body is forgotten."""

from __future__ import annotations

from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Body, Depends, Query, Request
from starlette.responses import Response

from app.http.deps import AppState, Now, Reading, answer, json_only
from app.search.related import data_version
from app.service.recommendation_schemas import RecommendationIn, RecommendationPage, RecommendationParameters
from app.service.recommendations import recommendation_document
from app.service.schemas import ProblemOut

router = APIRouter(tags=["recommendations"])
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {422: {"model": ProblemOut}, 503: {"model": ProblemOut}}
_EXAMPLES: Any = {
    "grow": {
        "summary": "After the network's map said grow",
        "value": {
            "near": ["Boston, MA"],
            "field": ["software-engineering"],
            "interest": ["board-games"],
            "phase": "grow",
            "covered": {"fields": {"software-engineering": "thin"}, "companies": {"Acme": "none"}},
        },
    }
}


@router.get(
    "/v1/recommendations",
    operation_id="recommend",
    summary="Groups or events to go to next, and why",
    response_model=RecommendationPage,
    responses=_PROBLEMS,
)
def recommend(
    request: Request,
    asked: Annotated[RecommendationParameters, Query()],
    state: AppState,
    connection: Reading,
    now: Now,
) -> Response:
    """A place alone is enough; fields, interests, groups one goes to and the phase of a map make it better."""
    document = recommendation_document(connection, asked, now, state.settings.base_url)
    return answer(request, document, data_version(connection))


@router.post(
    "/v1/recommendations",
    dependencies=[Depends(json_only)],
    operation_id="recommendForMap",
    summary="The same for a mapped network, in a body that is used and forgotten",
    response_model=RecommendationPage,
    responses={
        400: {"model": ProblemOut},
        413: {"model": ProblemOut},
        415: {"model": ProblemOut},
        **_PROBLEMS,
    },
)
def recommend_for_map(
    asked: Annotated[RecommendationIn, Body(openapi_examples=_EXAMPLES)],
    state: AppState,
    connection: Reading,
    now: Now,
) -> Response:
    """Takes `covered` and `phase` of `/v1/network/analyse`, so that what the network lacks comes first."""
    document = recommendation_document(connection, asked, now, state.settings.base_url)
    return Response(
        orjson.dumps(document), media_type="application/json", headers={"Cache-Control": "no-store"}
    )
