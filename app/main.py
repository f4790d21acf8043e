"""Builds the web application: routers, pages, error answers and headers around one database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from app import errors
from app.api import events, groups, health, sources, suggestions, takedowns, vocabulary
from app.api.answering import State
from app.db import Database
from app.middleware import BodyLimit, HeadAsGet
from app.settings import Settings, read_settings
from app.web import pages
from app.web.answering import nothing_here, wants_page

_DESCRIPTION = (
    "Meetup groups and events near a place, for a career field or an interest. Public reads under `/v1`; every error is "
    "an RFC 9457 problem that names the parameter and what would be right."
)
_API_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def create_app(settings: Settings | None = None, database: Database | None = None) -> FastAPI:
    """The application; with no arguments by the settings in force."""
    settings = settings or read_settings()
    own = database is None
    database = database or Database(settings.resolved_database_url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if own:
            database.close()

    app = FastAPI(
        title="NextCircle",
        version=version("nextcircle"),
        description=_DESCRIPTION,
        license_info={"name": "MIT"},
        lifespan=lifespan,
        redoc_url=None,
        docs_url=None,
        # A second spelling of an address would be a second cache entry.
        redirect_slashes=False,
    )
    app.state.nextcircle = State(settings, database)
    errors.install(app)

    @app.exception_handler(404)
    async def not_found(request: Request, error: Exception) -> Response:
        return nothing_here(request) if wants_page(request) else await errors.of_http(request, error)

    for each in (events, groups, vocabulary, sources, suggestions, takedowns, health, pages):
        app.include_router(each.router)
    pages.mount_static(app)
    app.middleware("http")(_security_headers)
    app.add_middleware(HeadAsGet)
    app.add_middleware(BodyLimit)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "OPTIONS"],
        allow_headers=["If-None-Match", "Accept"],
        expose_headers=["ETag", "Link", "Retry-After"],
        max_age=7_200,
    )
    return app


async def _security_headers(
    request: Request, following: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await following(request)
    for name, value in _API_HEADERS.items():
        response.headers.setdefault(name, value)
    return response
