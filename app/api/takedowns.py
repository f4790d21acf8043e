"""`POST /v1/take-downs`: an organiser asks that one of their listings be removed, corrected or given to them."""

from __future__ import annotations

from typing import Literal

import orjson
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from app.http.deps import AppState, Now, json_only
from app.http.takedowns import TakeDownIn, hold_take_down
from app.service.schemas import ProblemOut

router = APIRouter(tags=["take-downs"])


class TakeDownOut(BaseModel):
    """The request is kept for the operator."""

    model_config = ConfigDict(extra="forbid")

    id: str
    state: Literal["held"]


@router.post(
    "/v1/take-downs",
    operation_id="requestTakeDown",
    summary="Ask to remove, correct or claim a listing",
    status_code=202,
    dependencies=[Depends(json_only)],
    response_model=TakeDownOut,
    responses={
        422: {"model": ProblemOut},
        429: {"model": ProblemOut},
        503: {"model": ProblemOut},
    },
)
def take_down(asked: TakeDownIn, request: Request, state: AppState, now: Now) -> Response:
    """Keep the request; an operator answers it."""
    identity = hold_take_down(request, state, asked, now)
    return Response(
        orjson.dumps({"id": identity, "state": "held"}),
        status_code=202,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
