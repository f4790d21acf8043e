"""`/embed`: answers, single events and groups as pages for frames of other sites, and as JSON for the web component."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import ProblemError
from app.http.deps import AppState, Embedders, Now, Reading, Subscriptions, etag_of, matches
from app.http.problems import problem
from app.service.embed_parameters import LAYOUTS, AppearanceParameters, EmbedParameters, Layout
from app.service.embeds import embed_document, month_document, one_event_document, one_group_document
from app.service.items import MergedError
from app.translations.catalogue import preferred_language
from app.translations.translator import translator
from app.web.embed import assets
from app.web.embed.month import month_of
from app.web.embed.plot import HEIGHT, WIDTH, plot_of
from app.web.embed.responses import CACHED, FrameRoute, frame, sentences_of, told
from app.web.embed.values import (
    address_with,
    as_json,
    asked_of,
    digest_form,
    look_of,
    more,
    nothing,
    search_box,
    values_of,
)
from app.web.embed.words import heading, item_of, voice_of

router = APIRouter(include_in_schema=False, route_class=FrameRoute)
_READABLE: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_FOREVER: Final = "public, max-age=31536000, immutable"
# A newer loader reaches sites that do not pin theirs within an hour.
_LATELY: Final = "public, max-age=3600"
_Id = Annotated[str, Path(max_length=40)]


def _admitted(request: Request, embedders: Embedders, state: AppState, now: Now) -> None:
    """Raise the 403 for a site that was disabled. A page of ours that shows a frame is no other site."""
    site = request.headers.get("origin") or request.headers.get("referer")
    own = site is not None and f"{site}/".startswith((f"{state.settings.base_url}/", str(request.base_url)))
    if not own and not embedders.admit(site, now):
        raise ProblemError(403, "the operator of this service has disabled it on this site")


_ADMITTED: Final = [Depends(_admitted)]


@router.get("/embed/assets/{name}")
def frame_file(name: str) -> Response:
    """The stylesheet and the script of frames."""
    found = assets.frame_file(name)
    if found is None:
        raise _nothing_here()
    body, media_type = found
    return Response(body, media_type=media_type, headers={**_READABLE, "Cache-Control": _FOREVER})


@router.get("/embed/v{version}.js")
def script(version: str) -> Response:
    """The loader, or the web component."""
    found = assets.script(f"v{version}.js")
    if found is None:
        raise _nothing_here()
    body, is_pinned = found
    headers = {**_READABLE, "Cache-Control": _FOREVER if is_pinned else _LATELY}
    return Response(body, media_type="text/javascript", headers=headers)


@router.get("/embed/items.json", dependencies=_ADMITTED)
def items(request: Request, state: AppState, connection: Reading, now: Now) -> Response:
    """The items of an embed in words, for the web component."""
    try:
        parameters = asked_of(request, EmbedParameters)
        document = embed_document(connection, parameters, now, state.settings.base_url)
    except ProblemError as error:
        return problem(error.status, error.detail, error.errors, headers=_READABLE)
    voice = voice_of(parameters, document, request.headers.get("accept-language"))
    body = orjson.dumps(
        {
            "title": heading(parameters.kind, document["resolved"], voice.say),
            "lang": voice.say.language,
            "empty": nothing(parameters.kind, voice.say),
            "more": more(document, state.settings.base_url, voice.say),
            "items": [as_json(item_of(item, voice)) for item in document["items"]],
        }
    )
    vary = "Accept-Language, Origin"
    headers = {**_READABLE, "ETag": etag_of(body, "embed"), "Cache-Control": CACHED, "Vary": vary}
    if matches(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers={**headers, "Vary": f"{vary}, Accept-Encoding"})
    return Response(body, media_type="application/json", headers=headers)


@router.get("/embed/month", dependencies=_ADMITTED)
def month(request: Request, state: AppState, connection: Reading, now: Now, desk: Subscriptions) -> Response:
    """The events of a month in a calendar."""
    parameters = asked_of(request, EmbedParameters)
    if parameters.kind != "events":
        raise ProblemError(422, "groups have no month; choose another layout, or kind=events")
    try:
        document = month_document(connection, parameters, now, state.settings.base_url)
    except ProblemError as error:
        return _misunderstood(request, parameters, "month", error)
    voice = voice_of(parameters, document, request.headers.get("accept-language"))
    found = [item_of(item, voice) for item in document["items"]]
    shown = month_of(document["month"], found, voice.say, parameters.week_start, document["today"])
    values = {
        **values_of(request, parameters, "month", document, state.settings.base_url, voice.say),
        "items": [item for week in shown.weeks for day in week for item in day.items],
        "month": shown,
        "earlier": address_with(request, month=shown.earlier),
        "later": address_with(request, month=shown.later),
        "digest": digest_form(parameters, desk, voice, now),
    }
    return frame(request, "embed/month.html", voice.say, values, accent=parameters.accent)


@router.get("/embed/events/{event_id}", dependencies=_ADMITTED)
def one_event(request: Request, event_id: _Id, state: AppState, connection: Reading) -> Response:
    """One event."""
    parameters = asked_of(request, AppearanceParameters)
    try:
        document = one_event_document(connection, event_id, state.settings.base_url)
    except MergedError as merged:
        return _moved(request, f"/embed/events/{merged.id}")
    return _single(request, parameters, document, state.settings.base_url)


@router.get("/embed/groups/{group_id}", dependencies=_ADMITTED)
def one_group(request: Request, group_id: _Id, state: AppState, connection: Reading, now: Now) -> Response:
    """One group with its next events."""
    parameters = asked_of(request, AppearanceParameters)
    try:
        document = one_group_document(connection, group_id, now, state.settings.base_url)
    except MergedError as merged:
        return _moved(request, f"/embed/groups/{merged.id}")
    return _single(request, parameters, document, state.settings.base_url)


@router.get("/embed/{name}", dependencies=_ADMITTED)
def listed(
    request: Request, name: str, state: AppState, connection: Reading, now: Now, desk: Subscriptions
) -> Response:
    """Events or groups as a list, as cards, in short lines or on a map."""
    layout = next((each for each in LAYOUTS if each == name), None)
    if layout is None:
        raise _nothing_here()
    parameters = asked_of(request, EmbedParameters)
    try:
        document = embed_document(connection, parameters, now, state.settings.base_url)
    except ProblemError as error:
        return _misunderstood(request, parameters, layout, error)
    voice = voice_of(parameters, document, request.headers.get("accept-language"))
    found = [item_of(item, voice) for item in document["items"]]
    values = {
        **values_of(request, parameters, layout, document, state.settings.base_url, voice.say),
        "items": found,
        "plot": plot_of(found, voice.say, voice.units) if layout == "map" else None,
        "width": WIDTH,
        "height": HEIGHT,
        "digest": digest_form(parameters, desk, voice, now),
    }
    return frame(request, "embed/items.html", voice.say, values, accent=parameters.accent)


def _single(
    request: Request, parameters: AppearanceParameters, document: dict[str, Any], base_url: str
) -> Response:
    """A frame of one event, or of a group and its events."""
    voice = voice_of(parameters, document, request.headers.get("accept-language"))
    group = None if document["group"] is None else item_of(document["group"], voice)
    # Who holds them stands above them.
    inner = voice if group is None else replace(voice, show=voice.show - {"group"})
    values = {
        **look_of(parameters),
        "title": document["items"][0]["name"] if group is None else group.name,
        "group": group,
        "items": [item_of(item, inner) for item in document["items"]],
        "empty": nothing("events", voice.say),
        "home": f"{base_url}/",
    }
    return frame(request, "embed/single.html", voice.say, values, accent=parameters.accent)


def _misunderstood(
    request: Request, parameters: EmbedParameters, layout: Layout, error: ProblemError
) -> Response:
    """The search box with what was not understood, so that whoever typed it can type it otherwise."""
    say = translator(preferred_language(request.headers.get("accept-language")))
    if not parameters.search or not error.errors:
        return told(request, error.status, sentences_of(error, say), look=look_of(parameters))
    values = {
        **look_of(parameters),
        "title": say.gettext("Search"),
        "search": search_box(request, parameters, layout),
        "troubles": sentences_of(error, say),
    }
    return frame(request, "embed/items.html", say, values, status=error.status, accent=parameters.accent)


def _moved(request: Request, path: str) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(path + query, status_code=308)


def _nothing_here() -> ProblemError:
    return ProblemError(404, "there is nothing at this address")
