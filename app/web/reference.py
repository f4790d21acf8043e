"""The API reference at `/docs`: `/openapi.json`, rendered by Swagger UI from files of this server."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from app.web.responses import PageRoute, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)

# The only page with a script. Swagger UI asks nobody but this server; its icons are data URLs.
_SCRIPTED: Final = {
    "default-src 'none'": "default-src 'none'; script-src 'self'; connect-src 'self'",
    "img-src 'self'": "img-src 'self' data:",
    "; require-trusted-types-for 'script'": "",
}


@router.get("/docs")
def reference(request: Request) -> Response:
    """Every operation of the API, with its parameters, answers and examples; each can be tried."""
    response = page(
        request, "reference.html", {"version": request.app.version, "samples": False}, language="en"
    )
    policy = response.headers["Content-Security-Policy"]
    for strict, scripted in _SCRIPTED.items():
        policy = policy.replace(strict, scripted)
    response.headers["Content-Security-Policy"] = policy
    return response


def mount_swagger_ui(app: FastAPI) -> None:
    """Serve Swagger UI's files, which the package fastapi-offline carries, under `/swagger-ui`."""
    app.mount("/swagger-ui", StaticFiles(packages=[("fastapi_offline", "static")]), name="swagger-ui")
