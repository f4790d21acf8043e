"""`/v1/groups`: the groups and organisations behind the events, one each whatever platforms they are on."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from app.api.events import event_page
from app.core.errors import ProblemError
from app.core.ids import internal, public
from app.http.deps import NO_CACHE, AppState, Now, Reading, answer
from app.search.related import beside_groups, data_version, one
from app.service.changes import changed_events, changed_groups
from app.service.pages import group_document
from app.service.parameters import EventParameters, GroupParameters
from app.service.schemas import EventPage, GroupOut, GroupPage, ProblemOut
from app.service.serialize import group_json

router = APIRouter(tags=["groups"])
_ID = Annotated[str, Path(max_length=40, description="The id of a group")]


@router.get(
    "/v1/groups",
    operation_id="listGroups",
    summary="Groups near a place",
    response_model=GroupPage,
    responses={400: {"model": ProblemOut}, 422: {"model": ProblemOut}, 503: {"model": ProblemOut}},
)
def list_groups(
    request: Request,
    asked: Annotated[GroupParameters, Query()],
    state: AppState,
    connection: Reading,
    now: Now,
) -> Response:
    """Groups that are alive, those that fit best first, with the distance to the nearest place asked for."""
    if asked.since is not None:
        document, version = changed_groups(asked, connection, now, state.settings.base_url)
        return answer(request, document, version, NO_CACHE)
    document = group_document(connection, asked, now, state.settings.base_url)
    return answer(request, document, data_version(connection))


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
    """The group of an id."""
    row = _row(connection, group_id)
    if row.merged_into is not None:
        return RedirectResponse(f"/v1/groups/{public(row.merged_into)}", status_code=308)
    document = group_json(row, beside_groups(connection, [row], now), None, state.settings.base_url, now)
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
)
def list_group_events(
    request: Request,
    group_id: _ID,
    asked: Annotated[EventParameters, Query()],
    state: AppState,
    connection: Reading,
    now: Now,
) -> Response:
    """Coming events of one group; takes what `/v1/events` takes."""
    row = _row(connection, group_id)
    if row.merged_into is not None:
        return RedirectResponse(f"/v1/groups/{public(row.merged_into)}/events", status_code=308)
    if asked.since is not None:
        asked = asked.model_copy(update={"group": group_id})
        document, version = changed_events(asked, connection, now, state.settings.base_url)
        return answer(request, document, version, NO_CACHE)
    return event_page(request, asked.model_copy(update={"group": group_id}), state, connection, now)


def _row(connection: Any, group_id: str) -> Any:
    number = internal(group_id)
    row = one(connection, "meetup_group", number) if number is not None else None
    if row is None:
        raise ProblemError(404, "no group has this id")
    if row.removed_at is not None and row.merged_into is None:
        raise ProblemError(410, "this group is gone: its sources or the operator removed it")
    return row
