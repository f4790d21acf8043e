"""Pages for frames of other sites: their headers, who may show them, and failures that a visitor of that site can read."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from app.core.errors import ParameterError, ProblemError
from app.db import DatabaseAwayError
from app.http.deps import matches, state_of
from app.settings import Settings
from app.translations.catalogue import N_, preferred_language
from app.translations.translator import Translator, translator
from app.web.embed.assets import frame_version
from app.web.embed.colours import DARK_PAPER, LIGHT_PAPER, accent_for
from app.web.responses import environment

log = logging.getLogger(__name__)

CACHED: Final = "public, max-age=300, stale-while-revalidate=3600"
# What is shown depends on who asks: the language that the browser likes, the site that was disabled.
_VARY: Final = "Accept-Language, Referer"
# The sandbox puts a frame into an origin of its own: it has no cookies, no storage and no say over our pages.
_SANDBOX: Final = "sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox"
_AWAY: Final = N_("This is not available at the moment. Try again soon.")
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), interest-cohort=(), geolocation=()",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Robots-Tag": "noindex",
    "Vary": _VARY,
}


def policy(settings: Settings, style: str = "") -> str:
    """The Content-Security-Policy of a frame; `style` is the only inline stylesheet in it."""
    styles = "'self'"
    if style:
        styles += f" 'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
    return (
        f"default-src 'none'; style-src {styles}; script-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {settings.embed_origins or '*'}; {_SANDBOX}"
    )


def frame(
    request: Request,
    template: str,
    say: Translator,
    values: dict[str, Any],
    *,
    status: int = 200,
    accent: str | None = None,
) -> Response:
    """A page for a frame, or 304 where the browser has it already."""
    style = accent_style(accent)
    filled = {
        "language": say.language,
        "locale": str(say.locale).replace("_", "-"),
        "dir": "ltr",
        "theme": "auto",
        "zone": "event",
        "style": style,
        "embed_version": frame_version(),
        **values,
    }
    body = environment(say.language).get_template(template).render(filled).encode()
    etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {**_HEADERS, "Content-Security-Policy": policy(state_of(request).settings, style), "ETag": etag}
    headers["Cache-Control"] = CACHED if status == 200 else "no-store"
    if status == 200 and matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers={**headers, "Vary": f"{_VARY}, Accept-Encoding"})
    return Response(body, status_code=status, media_type="text/html", headers=headers)


def told(request: Request, status: int, sentences: list[str], look: dict[str, Any] | None = None) -> Response:
    """A frame that says what is wrong, in the browser's language."""
    say = translator(preferred_language(request.headers.get("accept-language")))
    values = {**(look or {}), "title": say.gettext("This cannot be shown"), "sentences": sentences}
    return frame(request, "embed/told.html", say, values, status=status)


class FrameRoute(APIRoute):
    """A route whose errors are frames."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler with every failure answered in words."""
        answer = super().get_route_handler()

        async def answered(request: Request) -> Response:
            say = translator(preferred_language(request.headers.get("accept-language")))
            try:
                return await answer(request)
            except ProblemError as error:
                return told(request, error.status, sentences_of(error, say))
            except DatabaseAwayError as error:
                log.warning("the database is away: %s", error)
                return told(request, 503, [say.gettext(_AWAY)])
            except Exception:
                log.exception("unexpected failure at %s", request.url.path)
                return told(request, 500, [say.gettext(_AWAY)])

        return answered


def sentences_of(error: ProblemError, say: Translator) -> list[str]:
    """What is wrong, for a visitor where it is about a word, for the site's author where it is about a parameter."""
    if not error.errors:
        return [_sentence(error.detail)]
    return [_told_of(each, say) for each in error.errors]


def accent_style(accent: str | None) -> str:
    """The stylesheet that sets an accent in both themes; empty for none."""
    if accent is None:
        return ""
    light, dark = accent_for(accent, LIGHT_PAPER), accent_for(accent, DARK_PAPER)
    in_light = f"--accent:{light.colour};--on-accent:{light.on}"
    in_dark = f"--accent:{dark.colour};--on-accent:{dark.on}"
    return (
        f":root{{{in_light}}}[data-theme=dark]{{{in_dark}}}"
        f"@media(prefers-color-scheme:dark){{[data-theme=auto]{{{in_dark}}}}}"
    )


def _told_of(error: ParameterError, say: Translator) -> str:
    value = (error.value or "")[:100]
    if error.parameter == "near" and error.value:
        sentence = say.gettext("We do not know a place called “%(value)s”.", value=value)
    elif error.parameter in {"field", "interest"} and error.value:
        sentence = say.gettext("We do not know “%(value)s”.", value=value)
    else:
        return _sentence(f"{error.parameter}: {error.detail}")
    if error.suggestions:
        sentence += " " + say.gettext("Did you mean: %(names)s", names=", ".join(error.suggestions[:4]))
    return sentence


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
