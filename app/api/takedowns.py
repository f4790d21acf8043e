"""`POST /v1/take-downs`: an organiser asks that one of their listings be removed, corrected or given to them."""

from __future__ import annotations

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.core.ids import internal
from app.http.deps import AppState, Now, PlainLine, PlainText, allow_write, json_only
from app.ingest.takedowns.repository import request_take_down
from app.listings.urls import web_url
from app.service.schemas import ProblemOut

router = APIRouter(tags=["take-downs"])


def _target(target: str) -> str:
    if web_url(target) is None and internal(target) is None:
        raise ValueError("is neither the web address of a listing nor the id of an event or group")
    return target


def _contact(contact: str) -> str:
    if "@" not in contact and web_url(contact) is None:
        raise ValueError("must be a mail address or a web address, where we can answer")
    return contact


class TakeDownIn(BaseModel):
    """What is asked, of which listing or group, and where to answer. The contact is forgotten when it is dealt with."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    action: Literal["remove", "correct", "claim"]
    target: Annotated[PlainLine, Field(max_length=2_000), AfterValidator(_target)]
    contact: Annotated[PlainLine, Field(min_length=3, max_length=200), AfterValidator(_contact)]
    note: Annotated[PlainText | None, Field(max_length=2_000)] = None


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
    allow_write(request, "take-down requests")
    identity = request_take_down(
        state.database, asked.action, asked.target, asked.contact, asked.note or None, now
    )
    return Response(
        orjson.dumps({"id": identity, "state": "held"}),
        status_code=202,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
