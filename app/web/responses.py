"""Turns a template and its values into a response, and every failure on the way into a page that a person can read."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Coroutine
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.core.errors import ProblemError
from app.db import DatabaseAwayError
from app.http.deps import State, state_of
from app.translations.catalogue import LANGUAGE_NAMES, LANGUAGES, N_, Language, translations
from app.translations.translator import translator
from app.web.forms import language_of

log = logging.getLogger(__name__)

# Nothing runs and nothing is loaded from elsewhere: pages are text, stylesheets and icons.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), interest-cohort=(), geolocation=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}
_SAID: Final = {
    404: N_("There is nothing here"),
    410: N_("This is gone"),
    422: N_("We did not understand that"),
    503: N_("Back in a moment"),
    500: N_("That went wrong on our side"),
}


def page(
    request: Request,
    template: str,
    values: dict[str, Any],
    status: int = 200,
    language: Language | None = None,
) -> Response:
    """The page in a language, else in that of whoever asks; or 304 where the browser has it already."""
    language = language or language_of(request)
    values = {"path": request.url.path, "language": language, **_links(request, language), **values}
    body = environment(language).get_template(template).render(values).encode()
    etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {**_headers(state_of(request)), "ETag": etag}
    if status == 200 and request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={**headers, "Vary": "Accept-Language, Accept-Encoding"})
    return Response(body, status_code=status, media_type="text/html", headers=headers)


def with_scripts(response: Response) -> Response:
    """The page with our own scripts, without which it works as well."""
    policy = response.headers["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = policy.replace(
        "default-src 'none'", "default-src 'none'; script-src 'self'"
    )
    return response


def plain(request: Request, text: str) -> Response:
    """A text file."""
    return Response(text, media_type="text/plain", headers=_headers(state_of(request)))


class PageRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler with every failure answered in words."""
        answer = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await answer(request)
            except ProblemError as error:
                return _failure(request, error.status, error.detail)
            except RequestValidationError:
                return _failure(
                    request, 422, _say(request, N_("Something in the address is not as it should be."))
                )
            except HTTPException as error:
                return _failure(request, error.status_code, str(error.detail))
            except DatabaseAwayError as error:
                log.warning("the database is away: %s", error)
                return _failure(
                    request,
                    503,
                    _say(request, N_("The database cannot be reached at the moment; try again soon.")),
                )
            except Exception:
                log.exception("unexpected failure at %s", request.url.path)
                return _failure(request, 500, _say(request, N_("It was written down and will be looked at.")))

        return answered


def nothing_here(request: Request) -> Response:
    """The page for an address that there is not."""
    return _failure(request, 404, _say(request, N_("There is nothing at this address.")))


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, rather than a program that asks the API."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1")


@cache
def asset_version() -> str:
    """A hash of the files under `/static`, so that browsers may cache each version without asking again."""
    files = sorted((resources.files("app.web") / "static").iterdir(), key=lambda file: file.name)
    return hashlib.blake2b(b"".join(file.read_bytes() for file in files), digest_size=6).hexdigest()


def _say(request: Request, message: str) -> str:
    return translator(language_of(request)).gettext(message)


def _links(request: Request, language: Language) -> dict[str, Any]:
    """The same page in the other languages, and what keeps a chosen language in the links of a page."""
    chosen = request.query_params.get("lang") == language
    # Who a private link belongs to has chosen already, and what was sent by a form has no address.
    has_address = request.method == "GET" and not request.url.path.startswith("/s/")
    others = [
        (each, LANGUAGE_NAMES[each], request.url.include_query_params(lang=each))
        for each in LANGUAGES
        if has_address
    ]
    return {
        "lang_query": f"?lang={language}" if chosen else "",
        "languages_of_page": [(each, name, f"{url.path}?{url.query}") for each, name, url in others],
    }


def _failure(request: Request, status: int, detail: str) -> Response:
    sentence = detail[:1].upper() + detail[1:].rstrip(".") + "."
    title = _say(request, _SAID.get(status, HTTPStatus(status).phrase))
    response = page(request, "error.html", {"title": title, "detail": sentence, "samples": False}, status)
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _headers(state: State) -> dict[str, str]:
    if not state.settings.public_url.startswith("https://"):
        return {**_HEADERS, "Content-Security-Policy": _POLICY}
    # Only a site that is served encrypted may promise to stay so.
    return {
        **_HEADERS,
        "Content-Security-Policy": f"{_POLICY}; upgrade-insecure-requests",
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    }


@cache
def environment(language: Language) -> Environment:
    """The templates with the messages of a language."""
    environment = Environment(
        loader=PackageLoader("app.web", "templates"),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals["asset_version"] = asset_version()
    return environment
