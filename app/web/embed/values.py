"""What the templates of embeds are filled with, beside the items themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urlencode

from fastapi import Request

from app.digest.desk import Desk
from app.http.query_string import read_query
from app.service.embed_parameters import AppearanceParameters, EmbedParameters, Layout
from app.translations.translator import Translator
from app.web.embed.words import EmbedItem, Voice, heading

# What the search box asks for itself.
_ASKED: Final = frozenset({"near", "lat", "lon", "bbox", "field"})
_HOUR: Final = 3_600
Asked = TypeVar("Asked", bound=AppearanceParameters)
Pairs = list[tuple[str, str]]


def asked_of(request: Request, model: type[Asked]) -> Asked:
    """The parameters of a query string; fields of a form that were left empty ask nothing. Raises the 422 for wrong ones."""
    given = [(name, value) for name, value in _pairs(request) if value.strip()]
    return read_query(model, urlencode(given).encode())


def look_of(parameters: AppearanceParameters) -> dict[str, Any]:
    """What every frame takes from its parameters."""
    return {"theme": parameters.theme, "dir": parameters.dir, "zone": parameters.zone}


def values_of(
    request: Request,
    parameters: EmbedParameters,
    layout: Layout,
    document: dict[str, Any],
    base_url: str,
    say: Translator,
) -> dict[str, Any]:
    """What every layout of a list shows."""
    return {
        **look_of(parameters),
        "title": heading(parameters.kind, document["resolved"], say),
        "kind": parameters.kind,
        "layout": layout,
        "search": search_box(request, parameters, layout) if parameters.search else None,
        "troubles": (),
        "plot": None,
        "empty": nothing(parameters.kind, say),
        "more": more(document, base_url, say),
    }


def search_box(request: Request, parameters: EmbedParameters, layout: Layout) -> dict[str, Any]:
    """The form: where it leads, what was typed, and everything else that was asked, which stays."""
    return {
        "action": f"/embed/{layout}",
        "near": next(iter(parameters.near), ""),
        "field": next(iter(parameters.field), ""),
        "kept": [(name, value) for name, value in _pairs(request) if name not in _ASKED],
    }


def digest_form(parameters: EmbedParameters, desk: Desk, voice: Voice, now: datetime) -> Pairs | None:
    """The hidden fields of the form to subscribe; None where it was not asked for, or there is no place or no mail."""
    if not parameters.subscribe or not parameters.near or desk.mail.to == "nowhere":
        return None
    hour = int(now.timestamp()) // _HOUR * _HOUR
    return [
        ("near", parameters.near[0]),
        ("radius_km", f"{parameters.radius_km:g}"),
        ("fields", ", ".join(_wanted(parameters.field))),
        ("interests", ", ".join(_wanted(parameters.interest))),
        ("language", voice.say.language),
        ("units", voice.units),
        # The hour, so that the page stays the same: whoever fills in a form needs longer than two seconds all the same.
        ("shown", str(hour - _HOUR)),
    ]


def more(document: dict[str, Any], base_url: str, say: Translator) -> dict[str, str]:
    """The way to our own pages."""
    label = say.gettext("See all groups") if document["kind"] == "groups" else say.gettext("See all events")
    links = document["links"] or {}
    return {"label": label, "link": links.get("page") or f"{base_url}/search", "home": f"{base_url}/"}


def nothing(kind: str, say: Translator) -> str:
    """What stands where nothing was found."""
    if kind == "groups":
        return say.gettext("No groups found here yet.")
    return say.gettext("No events are announced here at the moment.")


def address_with(request: Request, **changes: str) -> str:
    """The address of this frame with some parameters changed."""
    kept = [(name, value) for name, value in _pairs(request) if name not in changes]
    return f"{request.url.path}?{urlencode([*kept, *changes.items()])}"


def as_json(item: EmbedItem) -> dict[str, Any]:
    """An item for the web component."""
    return {
        "id": item.id,
        "kind": item.kind,
        "name": item.name,
        "link": item.link,
        "when": item.when,
        "start": item.iso,
        "end": item.until,
        "status": item.status,
        "is_off": item.is_off,
        "facts": item.facts,
        "topics": item.topics,
        "description": item.description,
        "source": item.source,
    }


def _wanted(words: list[str]) -> list[str]:
    return [word for word in words if not word.startswith("!")]


def _pairs(request: Request) -> Pairs:
    return parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
