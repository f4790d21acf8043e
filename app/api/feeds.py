"""Every list as a calendar, a feed or a file: `/v1/events.ics` takes the filters of `/v1/events`, and so do the others.

A feed has one page. What is more than its limit is under `Link: rel="next"`, as pages of the list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from app.api.lists import Lists
from app.core.errors import ProblemError
from app.core.gc import seldom_collected
from app.db import Reading
from app.http.deps import answer_bytes, etag_of
from app.http.query_string import parameters_of, read_query
from app.outputs.feeds import FEEDS, Feed
from app.service.feeds import event_feed, group_feed, one_event_feed
from app.service.items import MergedError, live_group
from app.service.parameters import EventFeedParameters, GroupFeedParameters
from app.service.schemas import ProblemOut

router = APIRouter(tags=["feeds"])
_EVENT: Final = tuple(each.ending for each in FEEDS.values() if "events" in each.kinds)
_GROUP: Final = tuple(each.ending for each in FEEDS.values() if "groups" in each.kinds)
# Made of the body alone: a feed is the same as long as what is in it is, whatever else was stored.
_SAME: Final = "feed"
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": ProblemOut},
    404: {"model": ProblemOut},
    422: {"model": ProblemOut},
    503: {"model": ProblemOut},
}
_MERGED: Final[dict[int | str, dict[str, Any]]] = {410: {"model": ProblemOut}}
# Makes one document: (connection, ending) -> document.
_Read = Callable[[Reading], dict[str, Any]]


def _ending(endings: tuple[str, ...]) -> Any:
    return Path(description="The format", json_schema_extra={"enum": list(endings)}, max_length=20)


def _responses(endings: tuple[str, ...], merged: str | None = None) -> dict[int | str, dict[str, Any]]:
    kinds = (FEEDS[ending].media_type.partition(";")[0] for ending in endings)
    content = {kind: {"schema": {"type": "object" if "json" in kind else "string"}} for kind in kinds}
    found = {200: {"description": "The feed", "content": content}, **_PROBLEMS}
    if merged is not None:
        found |= {308: {"description": f"Merged into another {merged}"}, **_MERGED}
    return found


_EventEnding = Annotated[str, _ending(_EVENT)]
_GroupEnding = Annotated[str, _ending(_GROUP)]


@router.get(
    "/v1/events.{ending}",
    operation_id="getEventFeed",
    summary="Events as a calendar, a feed or a file",
    response_class=Response,
    responses=_responses(_EVENT),
    openapi_extra={"parameters": parameters_of(EventFeedParameters)},
)
async def event_list_feed(request: Request, ending: _EventEnding) -> Response:
    """Takes the filters of `/v1/events`. Cancelled events stay in it, marked as such, until they would have begun."""
    return await _answer_events(request, ending)


@router.get(
    "/v1/groups.{ending}",
    operation_id="getGroupFeed",
    summary="Groups as a feed or a file",
    response_class=Response,
    responses=_responses(_GROUP),
    openapi_extra={"parameters": parameters_of(GroupFeedParameters)},
)
async def group_list_feed(request: Request, ending: _GroupEnding) -> Response:
    """Takes the filters of `/v1/groups`."""
    form = _form(ending, "groups")
    parameters = read_query(GroupFeedParameters, request.scope["query_string"])
    state = _lists(request).state

    def read(connection: Reading) -> dict[str, Any]:
        return group_feed(connection, parameters, state.clock(), state.settings.base_url, ending)

    return await _answer(request, form, read)


@router.get(
    "/v1/events/{event_id}.ics",
    operation_id="getEventCalendar",
    summary="One event as a calendar",
    response_class=Response,
    responses=_responses(("ics",), "event"),
)
async def event_calendar(
    request: Request, event_id: Annotated[str, Path(max_length=40, description="The id of an event")]
) -> Response:
    """To be added to a calendar; who subscribes to it follows its changes."""
    state = _lists(request).state
    try:
        return await _answer(
            request,
            FEEDS["ics"],
            lambda connection: one_event_feed(connection, event_id, state.settings.base_url),
        )
    except MergedError as merged:
        return RedirectResponse(f"/v1/events/{merged.id}.ics", status_code=308)


@router.get(
    "/v1/groups/{group_id}/events.{ending}",
    operation_id="getGroupEventFeed",
    summary="The events of a group as a calendar, a feed or a file",
    response_class=Response,
    responses=_responses(_EVENT, "group"),
    openapi_extra={"parameters": parameters_of(EventFeedParameters)},
)
async def group_event_feed(
    request: Request,
    group_id: Annotated[str, Path(max_length=40, description="The id of a group")],
    ending: _EventEnding,
) -> Response:
    """Takes the filters of `/v1/events`."""
    try:
        return await _answer_events(request, ending, group_id)
    except MergedError as merged:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/v1/groups/{merged.id}/events.{ending}{query}", status_code=308)


async def _answer_events(request: Request, ending: str, group_id: str | None = None) -> Response:
    form = _form(ending, "events")
    parameters = read_query(EventFeedParameters, request.scope["query_string"])
    state = _lists(request).state

    def read(connection: Reading) -> dict[str, Any]:
        asked = parameters
        if group_id is not None:
            live_group(connection, group_id)
            asked = parameters.model_copy(update={"group": group_id})
        return event_feed(connection, asked, state.clock(), state.settings.base_url, ending)

    return await _answer(request, form, read)


async def _answer(request: Request, form: Feed, read: _Read) -> Response:
    """The feed from the response cache, else made in a thread."""
    lists = _lists(request)
    key = request.scope["path"], request.scope["query_string"]
    cached = lists.responses.get(key, await lists.reads.version())
    if cached is None:

        def made(connection: Reading) -> tuple[bytes, str | None, str]:
            with seldom_collected():
                document = read(connection)
                return form.write(document), document["next"], document["kind"]

        (body, following, kind), version = await lists.reads.in_thread(made)
        headers = _headers(form, kind, following)
        cached = lists.responses.put(key, body, version, etag_of(body, _SAME), form.media_type, headers)
    return answer_bytes(
        request, cached.body, cached.etag, media_type=cached.media_type, more_headers=cached.headers
    )


def _headers(form: Feed, kind: str, following: str | None) -> tuple[tuple[str, str], ...]:
    headers = []
    if form.is_file:
        headers.append(("Content-Disposition", f'inline; filename="nextcircle-{kind}.{form.ending}"'))
    if following is not None:
        headers.append(("Link", f'<{following}>; rel="next"; type="application/json"'))
    return tuple(headers)


def _form(ending: str, kind: str) -> Feed:
    form = FEEDS.get(ending)
    if form is None or kind not in form.kinds:
        endings = ", ".join(f".{each.ending}" for each in FEEDS.values() if kind in each.kinds)
        raise ProblemError(404, f"no feed of {kind} ends in .{ending}; there are {endings}")
    return form


def _lists(request: Request) -> Lists:
    lists = request.app.state.lists
    assert isinstance(lists, Lists)
    return lists
