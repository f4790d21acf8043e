"""`/oembed` (oembed.com, 1.0): a frame for the address of a page of ours, as JSON or XML. It fetches nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import orjson
from fastapi import APIRouter, Request
from pydantic import ValidationError
from sqlalchemy import Connection
from starlette.responses import Response

from app.core.errors import ProblemError
from app.http.deps import AppState, Now, Reading
from app.http.problems import problem
from app.http.query_string import read_query
from app.outputs.characters import xml
from app.service.embed_markup import embed_address, frame_markup, height_of, pairs_of
from app.service.embed_parameters import LAYOUTS, AppearanceParameters, EmbedParameters, Layout
from app.service.embeds import question_of
from app.service.items import MergedError, event_document, group_document
from app.service.links import is_private
from app.service.resolution import resolve_query
from app.translations.translator import translator
from app.web.embed.words import heading
from app.web.picks import read_sentence
from app.web.question import question_from
from app.web.search_views import parameters_of, times_of

router = APIRouter(include_in_schema=False)
_READABLE: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "public, max-age=3600",
    "X-Robots-Tag": "noindex",
}
_CACHE_SECONDS: Final = 3_600
_WIDEST: Final = 600
_NARROWEST: Final = 200
_LOWEST: Final = 120
_LONGEST_URL: Final = 2_000
_ITEM: Final = re.compile(r"/(?:embed/)?(events|groups)/([0-9a-z]{1,40})")
_HEIGHTS: Final = {"events": 190, "groups": 420}


@dataclass(frozen=True, slots=True)
class _Frame:
    """What an address is shown as."""

    title: str
    address: str
    height: int


@router.get("/oembed")
def oembed(request: Request, state: AppState, connection: Reading, now: Now) -> Response:
    """A rich answer; 404 for an address that is not ours, 401 for a private question, 501 for another format."""
    asked = request.query_params
    kind = asked.get("format", "json")
    if kind not in {"json", "xml"}:
        return _refused(501, "there are the formats json and xml")
    try:
        most_wide, most_high = (_pixels(asked.get(name), name) for name in ("maxwidth", "maxheight"))
        frame = _frame_of(asked.get("url", ""), state.settings.base_url, connection, now)
    except MergedError as merged:
        return _refused(404, f"this was merged into {merged.id}")
    except ProblemError as error:
        return _refused(404 if error.status == 410 else error.status, error.detail)
    width = _WIDEST if most_wide is None else min(most_wide, _WIDEST)
    height = frame.height if most_high is None else min(most_high, frame.height)
    if width < _NARROWEST or height < _LOWEST:
        return _refused(422, f"a frame needs {_NARROWEST} x {_LOWEST} pixels")
    document = {
        "version": "1.0",
        "type": "rich",
        "title": frame.title,
        "provider_name": "NextCircle",
        "provider_url": f"{state.settings.base_url}/",
        "cache_age": _CACHE_SECONDS,
        "width": width,
        "height": height,
        "html": frame_markup(frame.address, frame.title, height, width),
    }
    if kind == "xml":
        return Response(_as_xml(document), media_type="text/xml; charset=utf-8", headers=_READABLE)
    return Response(orjson.dumps(document), media_type="application/json", headers=_READABLE)


def _frame_of(url: str, base_url: str, connection: Connection, now: datetime) -> _Frame:
    """The frame of an address. Raises the problem that answers any other."""
    if not url:
        raise ProblemError(422, "url: give the address of a page of this site")
    if len(url) > _LONGEST_URL or not f"{url}/".startswith(f"{base_url}/"):
        raise ProblemError(404, f"url: only pages of {base_url} can be embedded")
    parts = urlsplit(url.removeprefix(base_url))
    item = _ITEM.fullmatch(parts.path)
    if item is not None:
        return _item_frame(item[1], item[2], parts.query, base_url, connection, now)
    if parts.path == "/search":
        return _question_frame("list", _of_the_form(parts.query), base_url, now)
    layout = next((each for each in LAYOUTS if parts.path == f"/embed/{each}"), None)
    if layout is not None:
        parameters = read_query(EmbedParameters, parts.query.encode())
        return _question_frame(layout, parameters, base_url, now)
    raise ProblemError(
        404, "url: this page cannot be embedded; events, groups, searches and /embed pages can"
    )


def _item_frame(
    kind: str, identity: str, query: str, base_url: str, connection: Connection, now: datetime
) -> _Frame:
    if kind == "events":
        item = event_document(connection, identity, base_url)
    else:
        item = group_document(connection, identity, now, base_url)
    parameters = read_query(AppearanceParameters, query.encode())
    address = embed_address(base_url, f"{kind}/{identity}", pairs_of(parameters))
    return _Frame(item["name"], address, _HEIGHTS[kind])


def _question_frame(layout: Layout, parameters: EmbedParameters, base_url: str, now: datetime) -> _Frame:
    asked = question_of(parameters)
    resolved = resolve_query(asked, now, "events").resolved
    if is_private(asked, resolved):
        raise ProblemError(401, "no embed is made of a question about health, belief, politics or identity")
    title = heading(parameters.kind, resolved, translator())
    address = embed_address(base_url, layout, pairs_of(parameters))
    return _Frame(title, address, height_of(layout, parameters))


def _of_the_form(query: str) -> EmbedParameters:
    """What the search page was asked, its sentence read, as an embed's parameters."""
    asked = read_sentence(question_from(dict(parse_qsl(query))))
    try:
        return EmbedParameters.model_validate(parameters_of(asked) | times_of(asked))
    except ValidationError as error:
        raise ProblemError(404, f"url: this search cannot be embedded: {error.errors()[0]['msg']}") from None


def _pixels(text: str | None, name: str) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise ProblemError(422, f"{name}: must be a number of pixels")
    return int(text)


def _refused(status: int, detail: str) -> Response:
    return problem(status, detail, headers=_READABLE | {"Cache-Control": "no-store"})


def _as_xml(document: dict[str, Any]) -> bytes:
    members = "".join(f"<{name}>{xml(str(value))}</{name}>" for name, value in document.items())
    text = f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>{members}</oembed>\n'
    return text.encode()
