"""`POST /v1/suggestions`: somebody names an address with events. It is held for an operator; nothing is fetched for it."""

from __future__ import annotations

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.http.deps import AppState, Now, PlainLine, PlainText, allow_write, json_only
from app.listings.urls import web_url
from app.places.gazetteer import locate
from app.service.schemas import ProblemOut
from app.sources.suggestions.repository import suggest
from scrapers.http.address_guard import AddressGuard, BadUrlError, BlockedAddressError

router = APIRouter(tags=["suggestions"])


def _public_address(url: str) -> str:
    """A web address that a worker may be sent to: none of this machine, of a private network or with a password."""
    spelled = "https://" + url.removeprefix("webcal://") if url.startswith("webcal://") else url
    if web_url(spelled) is None:
        raise ValueError("not a web address; write one such as https://www.meetup.com/pydata-prague/")
    try:
        AddressGuard().target(spelled)
    except (BadUrlError, BlockedAddressError):
        raise ValueError("not a public address") from None
    return spelled


def _known_place(near: str | None) -> str | None:
    if near is not None and locate(near).place is None:
        raise ValueError("unknown place; write a town, such as Boston, MA")
    return near


class SuggestionIn(BaseModel):
    """An address to read: a calendar, a group, or a page with events. `near`: the town that they are in."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    url: Annotated[PlainLine, Field(max_length=2_000), AfterValidator(_public_address)]
    note: Annotated[PlainText | None, Field(max_length=1_000)] = None
    near: Annotated[PlainLine | None, Field(max_length=200), AfterValidator(_known_place)] = None


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
    allow_write(request, "suggestions")
    identity = suggest(state.database, asked.url, asked.note or None, asked.near, now)
    return Response(
        orjson.dumps({"id": identity, "state": "held"}),
        status_code=202,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
