"""`/v1/groups`: the groups behind the events, one each whatever platforms they are on."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from app.api.events import changes_of_events, page_of_events
from app.api.lists import RequestRoute, answer_list
from app.db import Reading as AnyReading
from app.http.deps import AppState, Now, Reading, State, answer
from app.http.query_string import parameters_of
from app.search.related import data_version
from app.search.rows import RowCache
from app.service.changes import changed_groups
from app.service.items import MergedError, group_document, live_group
from app.service.pages import group_page
from app.service.parameters import EventParameters, GroupParameters
from app.service.schemas import EventPage, GroupOut, GroupPage, ProblemOut

router = APIRouter(tags=["groups"])
lists = APIRouter(route_class=RequestRoute, tags=["groups"])
_ID = Annotated[str, Path(max_length=40, description="The id of a group")]


@lists.get(
    "/v1/groups",
    operation_id="listGroups",
    summary="Groups near a place",
    response_model=GroupPage,
    responses={400: {"model": ProblemOut}, 422: {"model": ProblemOut}, 503: {"model": ProblemOut}},
    openapi_extra={"parameters": parameters_of(GroupParameters)},
)
async def list_groups(request: Request) -> Response:
    """Groups that are active, the best matches first, with the distance to the nearest place asked for."""

    def page(
        connection: AnyReading, parameters: GroupParameters, state: State, _: RowCache | None
    ) -> dict[str, Any]:
        return group_page(connection, parameters, state.clock(), state.settings.base_url)

    def changes(
        connection: AnyReading, parameters: GroupParameters, state: State, _: RowCache | None
    ) -> dict[str, Any]:
        return changed_groups(connection, parameters, state.clock(), state.settings.base_url)

    return await answer_list(request, GroupParameters, page, changes)


@router.get(
    "/v1/groups/{group_id}",
    operation_id="getGroup",
    summary="One group",
    response_model=GroupOut,
    responses={
        308: {"description": "Merged into another group"},
        404: {"model": ProblemOut},
        410: {"model": ProblemOut},
        422: {"model": ProblemOut},
        503: {"model": ProblemOut},
    },
)
def get_group(request: Request, group_id: _ID, state: AppState, connection: Reading, now: Now) -> Response:
    """The group with this id."""
    try:
        document = group_document(connection, group_id, now, state.settings.base_url)
    except MergedError as merged:
        return RedirectResponse(f"/v1/groups/{merged.id}", status_code=308)
    return answer(request, document, data_version(connection))


@router.get(
    "/v1/groups/{group_id}/events",
    operation_id="listGroupEvents",
    summary="The events of a group",
    response_model=EventPage,
    responses={
        308: {"description": "Merged into another group"},
        400: {"model": ProblemOut},
        404: {"model": ProblemOut},
        410: {"model": ProblemOut},
        422: {"model": ProblemOut},
        503: {"model": ProblemOut},
    },
    openapi_extra={"parameters": parameters_of(EventParameters)},
)
async def list_group_events(request: Request, group_id: _ID) -> Response:
    """Coming events of one group; takes the parameters of `/v1/events`."""

    def page(
        connection: AnyReading, parameters: EventParameters, state: State, rows: RowCache | None
    ) -> dict[str, Any]:
        live_group(connection, group_id)
        return page_of_events(connection, _of_group(parameters, group_id), state, rows)

    def changes(
        connection: AnyReading, parameters: EventParameters, state: State, rows: RowCache | None
    ) -> dict[str, Any]:
        live_group(connection, group_id)
        return changes_of_events(connection, _of_group(parameters, group_id), state, rows)

    try:
        return await answer_list(request, EventParameters, page, changes)
    except MergedError as merged:
        return RedirectResponse(f"/v1/groups/{merged.id}/events", status_code=308)


def _of_group(parameters: EventParameters, group_id: str) -> EventParameters:
    return parameters.model_copy(update={"group": group_id})
