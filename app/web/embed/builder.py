"""`/embed/builder`: choose what an embed shows and copy its markup. Works without scripts; with them the preview follows at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from app.http.deps import AppState
from app.service.embed_markup import (
    Script,
    component_markup,
    embed_address,
    frame_markup,
    height_of,
    loader_markup,
    pairs_of,
)
from app.service.embed_parameters import FIELDS, LAYOUTS, EmbedParameters, Layout
from app.translations.catalogue import LANGUAGES, N_, Language, preferred_language
from app.translations.translator import Translator, translator
from app.web.embed.assets import PINNED, integrity
from app.web.question import RADII
from app.web.responses import PageRoute, page
from app.web.sharing import share_page

router = APIRouter(include_in_schema=False, route_class=PageRoute)

# The only page that shows frames: ours, so that the preview is what others will see.
_POLICY: Final = {
    "default-src 'none'": "default-src 'none'; script-src 'self'; connect-src 'self'",
    "frame-src 'none'": "frame-src 'self'",
}
_LANGUAGE_NAMES: Final = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
_LAYOUT_NAMES: Final = {
    "list": N_("List"),
    "cards": N_("Cards"),
    "compact": N_("Short lines"),
    "month": N_("Month"),
    "map": N_("Map"),
}
_FIELD_NAMES: Final = {
    "place": N_("Place"),
    "distance": N_("Distance"),
    "group": N_("Group"),
    "price": N_("Price"),
    "attendance": N_("In person or online"),
    "topics": N_("Topics"),
    "description": N_("Description"),
    "dates": N_("Number of further dates"),
    "members": N_("Number of members"),
    "source": N_("Source"),
}
_LIMITS: Final = tuple((number, number) for number in ("3", "5", "10", "20", "50"))
# What somebody sees who has chosen nothing yet.
_EXAMPLE: Final = {"near": "Boston, MA", "limit": "5", "radius_km": "25"}
# Fields of the form that take one value; the others are boxes to tick.
_VALUES: Final = (
    "kind", "near", "radius_km", "field", "interest", "q", "limit", "from", "free", "mode", "theme", "accent", "lang",
    "zone", "units", "week_start", "dir",
)  # fmt: skip
_LISTS: Final = frozenset({"near", "field", "interest"})
_TICKS: Final = ("search", "subscribe")


@dataclass(frozen=True, slots=True)
class Built:
    """An embed that was put together: the address of its page and its markup by kind; what is wrong, if anything is."""

    address: str
    height: int
    markup: dict[str, str]
    troubles: tuple[str, ...] = ()


@router.get("/embed/builder")
def builder(request: Request, state: AppState) -> Response:
    """The form, the markup and a preview."""
    chosen = request.query_params.get("ui")
    language: Language = next(
        (each for each in LANGUAGES if each == chosen),
        preferred_language(request.headers.get("accept-language")),
    )
    say = translator(language)
    asked = _asked(request)
    share = share_page(
        state.settings.base_url,
        "/embed/builder",
        say.gettext("Show these events on your site"),
        say.gettext("Choose what to show, look at the preview, and copy the markup into your page."),
    )
    values = {
        **_choices(say),
        "asked": asked,
        "shown": _shown(request),
        "built": _built(request, asked, state.settings.base_url, say),
        "share": share,
        "samples": False,
    }
    response = page(request, "builder.html", values, language=language)
    policy = response.headers["Content-Security-Policy"]
    for strict, needed in _POLICY.items():
        policy = policy.replace(strict, needed)
    response.headers["Content-Security-Policy"] = policy
    response.headers["Vary"] = "Accept-Language"
    return response


@router.get("/embed/builder.json")
def built(request: Request, state: AppState) -> Response:
    """The same for the form's script: the address of the preview, and the markup."""
    say = translator(preferred_language(request.headers.get("accept-language")))
    made = _built(request, _asked(request), state.settings.base_url, say)
    body = orjson.dumps(
        {
            "address": made.address,
            "height": made.height,
            "markup": made.markup,
            "troubles": made.troubles,
        }
    )
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


def _asked(request: Request) -> dict[str, str]:
    """What the form was filled in with; an example for who has just come."""
    given = request.query_params
    names = ("layout", *_VALUES, *_TICKS)
    if not any(name in given for name in names):
        return {**dict.fromkeys(names, ""), **_EXAMPLE}
    return {name: given.get(name, "").strip()[:500] for name in names}


def _shown(request: Request) -> tuple[str, ...]:
    """The ticked fields; the usual ones if the form was not sent."""
    if "sent" not in request.query_params:
        usual: tuple[str, ...] = EmbedParameters.model_fields["show"].default
        return usual
    return tuple(each for each in request.query_params.getlist("show") if each in FIELDS)


def _built(request: Request, asked: dict[str, str], base_url: str, say: Translator) -> Built:
    layout: Layout = next((each for each in LAYOUTS if each == asked["layout"]), "list")
    values: dict[str, Any] = {
        name: [asked[name]] if name in _LISTS else asked[name] for name in _VALUES if asked[name]
    }
    values |= {name: True for name in _TICKS if asked[name]}
    shown = _shown(request)
    values["show"] = ",".join(shown) or "none"
    if layout == "month":
        values["kind"] = "events"
    try:
        parameters = EmbedParameters.model_validate(values)
    except ValidationError as error:
        return Built("", 0, {}, tuple(_trouble(each) for each in error.errors()))
    pairs = pairs_of(parameters)
    address = embed_address(base_url, layout, pairs)
    height = height_of(layout, parameters)
    loader, component = (_script(name, base_url, pinned=False) for name in ("v1.js", "v1-element.js"))
    pinned = _script("v1.js", base_url, pinned=True)
    markup = {
        "loader": loader_markup(loader, layout, pairs, pinned=False),
        "pinned": loader_markup(pinned, layout, pairs, pinned=True),
        "frame": frame_markup(address, say.gettext("Events and groups by NextCircle"), height),
        "component": component_markup(component, pairs, pinned=False),
        "address": address,
    }
    # The preview is of this server, whatever address it is reached by.
    return Built(f"/embed/{layout}?{urlencode(pairs)}", height, markup)


def _script(name: str, base_url: str, *, pinned: bool) -> Script:
    file = PINNED[name] if pinned else name
    return Script(f"{base_url}/embed/{file}", integrity(name))


def _trouble(error: Any) -> str:
    name = next((str(part) for part in error["loc"] if not isinstance(part, int)), "")
    return f"{name}: {str(error['msg']).removeprefix('Value error, ')}"


def _choices(say: Translator) -> dict[str, Any]:
    """What the form offers."""
    return {
        "layouts": [(name, say.gettext(label)) for name, label in _LAYOUT_NAMES.items()],
        "fields": [(name, say.gettext(label)) for name, label in _FIELD_NAMES.items()],
        "languages": [(each, _LANGUAGE_NAMES[each]) for each in LANGUAGES],
        "radii": RADII,
        "limits": _LIMITS,
        "snippets": [
            ("loader", say.gettext("Script: always the right height")),
            ("frame", say.gettext("Frame: without scripts")),
            ("component", say.gettext("Web component: takes the look of your page")),
            ("pinned", say.gettext("Script, pinned by its hash")),
            ("address", say.gettext("Address: for sites that make embeds of addresses (oEmbed)")),
        ],
    }
