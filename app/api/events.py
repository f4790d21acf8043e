"""`/v1/events`: what is on, near a place, in a span of time, for a career field or an interest."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from app.core.errors import ProblemError
from app.core.ids import internal, public
from app.http.deps import NO_CACHE, AppState, Now, Reading, State, answer
from app.search.related import beside_events, data_version, one
from app.service.changes import changed_events
from app.service.pages import event_document
from app.service.parameters import EventParameters
from app.service.schemas import EventOut, EventPage, ProblemOut
from app.service.serialize import event_json

router = APIRouter(tags=["events"])
_ID = Annotated[str, Path(max_length=40, description="The id of an event")]


@router.get(
    "/v1/events",
    operation_id="listEvents",
    summary="Events near a place",
    response_model=EventPage,
    responses={400: {"model": ProblemOut}, 422: {"model": ProblemOut}, 503: {"model": ProblemOut}},
)
def list_events(
    request: Request,
    asked: Annotated[EventParameters, Query()],
    state: AppState,
    connection: Reading,
    now: Now,
) -> Response:
    """Coming events, the soonest first, with the distance to the nearest place asked for."""
    if asked.since is not None:
        document, version = changed_events(asked, connection, now, state.settings.base_url)
        return answer(request, document, version, NO_CACHE)
    return event_page(request, asked, state, connection, now)


@router.get(
    "/v1/events/{event_id}",
    operation_id="getEvent",
    summary="One event",
    response_model=EventOut,
    responses={
        308: {"description": "Merged into another event"},
        404: {"model": ProblemOut},
        410: {"model": ProblemOut},
        422: {"model": ProblemOut},
        503: {"model": ProblemOut},
    },
)
def get_event(request: Request, event_id: _ID, state: AppState, connection: Reading) -> Response:
    """The event of an id: for ever, but for 410 once its sources have removed it."""
    number = internal(event_id)
    row = one(connection, "event", number) if number is not None else None
    if row is None:
        raise ProblemError(404, "no event has this id")
    if row.merged_into is not None:
        return RedirectResponse(f"/v1/events/{public(row.merged_into)}", status_code=308)
    if row.removed_at is not None:
        raise ProblemError(410, "this event is gone: its sources or the operator removed it")
    document = event_json(row, beside_events(connection, [row]), None, state.settings.base_url)
    return answer(request, document, data_version(connection))


def event_page(
    request: Request, asked: EventParameters, state: State, connection: Connection, now: datetime
) -> Response:
    """The page of events that was asked for."""
    document = event_document(connection, asked, now, state.settings.base_url)
    return answer(request, document, data_version(connection))
