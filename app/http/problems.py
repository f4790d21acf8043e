"""Every error of the API as RFC 9457 `application/problem+json`, those of the framework included.

A problem says what was wrong, where, and what would be right. It never holds internals, and no query string is logged.
"""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.core.errors import ParameterError, ProblemError, wrong_parameters
from app.db import DatabaseAwayError, TooSlowError
from app.http.headers import API_HEADERS

# What other APIs call our parameters.
_OTHER_NAMES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("page", "offset", "skip", "start", "after", "page_token", "pagetoken", "next"), ("cursor",)
    ),
    **dict.fromkeys(
        ("per_page", "perpage", "page_size", "pagesize", "size", "count", "rows", "top"), ("limit",)
    ),
    **dict.fromkeys(
        ("location", "city", "place", "where", "address", "zip", "postcode", "postal_code"), ("near",)
    ),
    **dict.fromkeys(("radius", "distance", "within", "radius_miles", "range"), ("radius_km",)),
    **dict.fromkeys(("lng", "long", "longitude"), ("lon",)),
    "latitude": ("lat",),
    **dict.fromkeys(("query", "search", "keyword", "keywords", "text", "term"), ("q",)),
    **dict.fromkeys(("date", "start_date", "startdate", "since_date", "when", "date_from"), ("from",)),
    **dict.fromkeys(("end", "end_date", "enddate", "until", "date_to"), ("to",)),
    **dict.fromkeys(("category", "topic", "topics", "tag", "tags"), ("interest", "field")),
    **dict.fromkeys(("job", "career", "industry", "profession", "occupation"), ("field",)),
    **dict.fromkeys(("order", "order_by", "sort_by", "orderby"), ("sort",)),
    **dict.fromkeys(("lang", "locale"), ("language",)),
    **dict.fromkeys(("online", "format", "attendance"), ("mode",)),
    **dict.fromkeys(("price", "cost"), ("free",)),
    **dict.fromkeys(("day", "days", "dow"), ("weekday",)),
}

log = logging.getLogger(__name__)
PROBLEM_JSON = "application/problem+json"


def problem(
    status: int,
    detail: str,
    errors: Iterable[ParameterError] = (),
    headers: dict[str, str] | None = None,
    members: dict[str, Any] | None = None,
) -> Response:
    """The response of a problem."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": [each.as_dict() for each in errors],
        **(members or {}),
    }
    return Response(
        orjson.dumps(body),
        status_code=status,
        media_type=PROBLEM_JSON,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def install(app: FastAPI) -> None:
    """Answer every error of an app as a problem."""

    @app.exception_handler(ProblemError)
    async def of_ours(request: Request, error: ProblemError) -> Response:  # noqa: ARG001
        return problem(error.status, error.detail, error.errors, error.headers, error.members)

    @app.exception_handler(RequestValidationError)
    async def of_validation(request: Request, error: RequestValidationError) -> Response:
        known = _parameters_of(request)
        wrong = wrong_parameters(parameter_error(item, known) for item in error.errors())
        return problem(wrong.status, wrong.detail, wrong.errors)

    app.exception_handler(HTTPException)(of_http)

    @app.exception_handler(DatabaseAwayError)
    async def of_database(request: Request, error: DatabaseAwayError) -> Response:
        return of_away(request.url.path, error)

    @app.exception_handler(Exception)
    async def of_anything(request: Request, error: Exception) -> Response:
        log.error("unexpected failure at %s", request.url.path, exc_info=error)
        # The framework answers this one outside of every middleware.
        return problem(500, "internal error; it was logged", headers=API_HEADERS)


def of_away(path: str, error: DatabaseAwayError) -> Response:
    """The 503 for a database that cannot be reached, or for a question that takes it too long."""
    if isinstance(error, TooSlowError):
        log.warning("a question took too long at %s: %s", path, error)
        return problem(
            503,
            "the query takes too long; try a smaller area, a shorter time span or fewer words",
            headers={"Retry-After": "30"},
        )
    log.error("the database is away: %s", error)
    return problem(503, "the database is unavailable; try again soon", headers={"Retry-After": "5"})


async def of_http(request: Request, error: Exception) -> Response:
    """What the framework refuses: an unknown address or method, a broken request."""
    assert isinstance(error, HTTPException)
    detail = str(error.detail)
    if error.status_code == 404 and detail == "Not Found":
        detail = f"nothing at {request.url.path}; /v1 links to everything there is"
    headers = dict(error.headers or {})
    methods = _methods_at(request) if error.status_code == 405 else ()
    if methods:
        headers["Allow"] = ", ".join(sorted(methods))
    return problem(error.status_code, detail, headers=headers)


def _methods_at(request: Request) -> set[str]:
    """Every documented method of this address: the framework names those of the first route that knows it alone."""
    return {
        method.upper()
        for template, operations in request.app.openapi()["paths"].items()
        if _pattern(template).fullmatch(request.url.path)
        for method in operations
    }


@lru_cache(maxsize=512)
def _pattern(template: str) -> re.Pattern[str]:
    """What an address of a template looks like: every name in braces stands for one part of the path."""
    parts = re.split(r"\{\w+\}", template)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


def parameter_error(item: Any, known: Sequence[str]) -> ParameterError:
    """An error of pydantic as that of a parameter; `known` are the parameters there are."""
    where = [_shown(part) or "" for part in item["loc"]]
    if where[:1] in (["query"], ["path"], ["body"]):
        del where[:1]
    name = next((part for part in where if not part.isdigit()), "body")
    inside = where[where.index(name) + 1 :] if name in where else []
    if len(inside) > 1 and inside[0].isdigit():
        # A member of one of many objects: which of them is what one needs to know.
        name = ".".join((name, *inside))
    if item["type"] == "extra_forbidden":
        meant = tuple(each for each in _OTHER_NAMES.get(name.casefold(), ()) if each in known)
        nearest = meant or tuple(difflib.get_close_matches(name, known, n=3, cutoff=0.5))
        hint = f"did you mean {nearest[0]}" if nearest else f"known are {', '.join(known)}"
        return ParameterError(name, _shown(item.get("input")), f"unknown parameter; {hint}", nearest)
    message = str(item["msg"]).removeprefix("Value error, ")
    allowed = item.get("ctx", {}).get("expected")
    suggestions = (
        tuple(part.strip(" '") for part in str(allowed).replace(" or ", ",").split(",")) if allowed else ()
    )
    return ParameterError(name, _shown(item.get("input")), message[:1].lower() + message[1:], suggestions)


def _parameters_of(request: Request) -> list[str]:
    route = request.scope.get("route")
    dependant = getattr(route, "dependant", None)
    names: list[str] = []
    for parameter in getattr(dependant, "query_params", ()):
        fields = getattr(parameter.field_info.annotation, "model_fields", None)
        names += [info.alias or name for name, info in fields.items()] if fields else [parameter.alias]
    return names


def _shown(value: object) -> str | None:
    """The value as it may stand in JSON: cut, and without the half characters that UTF-8 has no bytes for."""
    return None if value is None else str(value)[:200].encode("utf-8", "replace").decode()
