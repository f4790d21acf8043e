"""The OpenAPI document: what FastAPI finds in the routes, and what holds for all of them and no route can say.

Problems are `application/problem+json`, every answer may be 429 or 503, bodies may be 400, 413 or 415, and answers that
carry an ETag may be 304.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Final

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.http.auth import FREE

_PROBLEM: Final = {"$ref": "#/components/schemas/ProblemOut"}
_EVERYWHERE: Final = {
    "401": "The API key that was sent is not valid; public reads need none",
    "429": "Asked too often; `Retry-After` says when to ask again",
    "503": "The database is away or the question takes too long; `Retry-After` says when to ask again",
}
_OF_BODIES: Final = {
    "400": "The body is not JSON",
    "413": "The body is too large",
    "415": "The body is not `application/json`",
}
_HEADERS: Final = {
    "RateLimit": {
        "description": 'Where the limit stands, while there is one: `"anon";r=41;t=23` (IETF draft RateLimit header fields)',
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": 'The limit, while there is one: `"anon";q=60;w=60`, 60 requests in 60 seconds',
        "schema": {"type": "string"},
    },
    "X-Request-Id": {
        "description": "Names this request; yours, if you sent one",
        "schema": {"type": "string"},
    },
}
_KEYS: Final = {
    "ApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "Higher limits, writes without a limit of their own, `/v1/admin`. Also as `Authorization: Bearer`",
    }
}
_METHODS: Final = {"get", "post", "put", "patch", "delete"}


def install(app: FastAPI) -> None:
    """Let the app answer `/openapi.json` with the whole document, made once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = completed(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    description=app.description,
                    routes=app.routes,
                    license_info=app.license_info,
                )
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what holds for every operation."""
    components = document.setdefault("components", {})
    components["securitySchemes"] = _KEYS
    components["headers"] = _HEADERS
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in _METHODS:
                _complete(path, operation)
    return document


@cache
def _examples() -> dict[str, Any]:
    """What the sandbox answers, by operation: {"listEvents": {"ask": address, "answer": document}}."""
    found = orjson.loads((resources.files("app.api") / "examples.json").read_bytes())
    return dict(found)


def _complete(path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    common = _EVERYWHERE | (_OF_BODIES if "requestBody" in operation else {})
    for status, description in common.items():
        if status == "429" and path.startswith(FREE):
            continue
        responses.setdefault(status, {"content": {"application/json": {"schema": _PROBLEM}}})
        responses[status]["description"] = description
    key: dict[str, list[str]] = {"ApiKey": []}
    # Everything else is public and may be asked without a key.
    operation["security"] = [key] if "admin" in operation.get("tags", ()) else [{}, key]
    for response in responses.values():
        response["headers"] = {
            **response.get("headers", {}),
            **{name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS},
        }
        content = response.get("content", {})
        if content.get("application/json", {}).get("schema") == _PROBLEM:
            response["content"] = {"application/problem+json": content["application/json"]}
    example = _examples().get(operation["operationId"])
    if example is not None:
        responses["200"]["content"]["application/json"]["example"] = example["answer"]
    operation["responses"] = dict(sorted(responses.items()))
