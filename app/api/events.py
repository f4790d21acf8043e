"""`/v1/events`: events near a place, in a span of time, for a career field or an interest."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from app.api.lists import RequestRoute, answer_list
from app.db import Reading as AnyReading
from app.http.deps import AppState, Reading, State, answer
from app.http.query_string import parameters_of
from app.search.related import data_version
from app.search.rows import RowCache
from app.service.changes import changed_events
from app.service.items import MergedError, event_document
from app.service.pages import event_page
from app.service.parameters import EventParameters
from app.service.schemas import EventOut, EventPage, ProblemOut

router = APIRouter(tags=["events"])
lists = APIRouter(route_class=RequestRoute, tags=["events"])
_ID = Annotated[str, Path(max_length=40, description="The id of an event")]


@lists.get(
    "/v1/events",
    operation_id="listEvents",
    summary="Events near a place",
    response_model=EventPage,
    responses={400: {"model": ProblemOut}, 422: {"model": ProblemOut}, 503: {"model": ProblemOut}},
    openapi_extra={"parameters": parameters_of(EventParameters)},
)
async def list_events(request: Request) -> Response:
    """Coming events, the soonest first, with the distance to the nearest place asked for."""
    return await answer_list(request, EventParameters, page_of_events, changes_of_events)


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
    """The event with this id. Ids are permanent; an event that its sources removed is 410."""
    try:
        document = event_document(connection, event_id, state.settings.base_url)
    except MergedError as merged:
        return RedirectResponse(f"/v1/events/{merged.id}", status_code=308)
    return answer(request, document, data_version(connection))


def page_of_events(
    connection: AnyReading, parameters: EventParameters, state: State, rows: RowCache | None
) -> dict[str, Any]:
    """A page, for `answer_list`."""
    return event_page(connection, parameters, state.clock(), state.settings.base_url, rows)


def changes_of_events(
    connection: AnyReading, parameters: EventParameters, state: State, _: RowCache | None
) -> dict[str, Any]:
    """Changes, for `answer_list`."""
    return changed_events(connection, parameters, state.clock(), state.settings.base_url)
