"""`POST /v1/suggestions`: somebody names an address with events. It is held for an operator; nothing is fetched for it."""

from __future__ import annotations

from typing import Literal

import orjson
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from app.http.deps import AppState, Now, json_only
from app.http.suggestions import SuggestionIn, hold_suggestion
from app.service.schemas import ProblemOut

router = APIRouter(tags=["suggestions"])


class SuggestionOut(BaseModel):
    """What became of it: held until an operator says yes."""

    model_config = ConfigDict(extra="forbid")

    id: str
    state: Literal["held"]


@router.post(
    "/v1/suggestions",
    operation_id="suggestSource",
    summary="Suggest a source",
    status_code=202,
    dependencies=[Depends(json_only)],
    response_model=SuggestionOut,
    responses={
        422: {"model": ProblemOut},
        429: {"model": ProblemOut},
        503: {"model": ProblemOut},
    },
)
def suggest_source(asked: SuggestionIn, request: Request, state: AppState, now: Now) -> Response:
    """Hold an address for an operator; the same address again is the same suggestion."""
    identity = hold_suggestion(request, state, asked, now)
    return Response(
        orjson.dumps({"id": identity, "state": "held"}),
        status_code=202,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
