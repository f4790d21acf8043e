"""`/pictures`: a picture of each event, group and question for programs that show one beside a link."""

from __future__ import annotations

import hashlib
from typing import Final

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.core.errors import ProblemError
from app.http.deps import AppState, Now, Reading, matches
from app.outputs.picture import PictureWords, picture
from app.service.items import MergedError, event_document, group_document
from app.service.links import is_private
from app.service.parameters import GroupParameters
from app.service.resolution import resolve_query
from app.translations.translator import translator
from app.web.chips import understood
from app.web.question import question_from
from app.web.responses import PageRoute
from app.web.search_views import parameters_of
from app.web.sharing import event_picture, group_picture

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_HEADERS: Final = {
    "Cache-Control": "public, max-age=86400, stale-while-revalidate=604800",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
_OURS: Final = PictureWords(
    "Find the groups where your next connection is.", ("Meetup groups and events near you",)
)


@router.get("/pictures/nextcircle.png")
def site_picture(request: Request) -> Response:
    """The picture of everything that has no own one."""
    return _drawn(request, _OURS)


@router.get("/pictures/search.png")
def search_picture(request: Request, now: Now) -> Response:
    """What was asked, in our words: nothing that was typed is drawn."""
    asked = question_from(request.query_params)
    try:
        parameters = GroupParameters.model_validate(parameters_of(asked))
        resolved = resolve_query(parameters, now, "groups").resolved
    except (ProblemError, ValidationError):
        return site_picture(request)
    title = " · ".join(understood(asked, resolved, translator()))
    if is_private(parameters, resolved) or not title:
        return site_picture(request)
    return _drawn(request, PictureWords(title, ("Groups and events",)))


@router.get("/pictures/events/{event_id}.png")
def event_image(request: Request, event_id: str, state: AppState, connection: Reading, now: Now) -> Response:
    """Its name, when and where."""
    try:
        item = event_document(connection, event_id, state.settings.base_url)
    except MergedError as merged:
        return RedirectResponse(f"/pictures/events/{merged.id}.png", status_code=308)
    return _drawn(request, event_picture(item, now))


@router.get("/pictures/groups/{group_id}.png")
def group_image(request: Request, group_id: str, state: AppState, connection: Reading, now: Now) -> Response:
    """Its name, its next event and where it meets."""
    try:
        item = group_document(connection, group_id, now, state.settings.base_url)
    except MergedError as merged:
        return RedirectResponse(f"/pictures/groups/{merged.id}.png", status_code=308)
    return _drawn(request, group_picture(item, now))


def _drawn(request: Request, words: PictureWords) -> Response:
    etag = f'"{hashlib.blake2b(repr(words).encode(), digest_size=12).hexdigest()}"'
    headers = {**_HEADERS, "ETag": etag}
    if matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(picture(words), media_type="image/png", headers=headers)
