"""Builds the web application: routers, pages, error answers and headers around one database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette_compress import CompressMiddleware

from app.api import (
    admin,
    dump,
    events,
    feeds,
    groups,
    health,
    jobs,
    metrics,
    network,
    openapi,
    recommendations,
    root,
    sources,
    subscriptions,
    suggestions,
    takedowns,
    vocabulary,
    webhooks,
)
from app.api.lists import Lists
from app.core.clock import utc_now
from app.db import Database
from app.demand.counter import DemandCounter
from app.digest.desk import Desk
from app.embedders.register import Register
from app.http import problems
from app.http.auth import Authentication
from app.http.deps import State
from app.http.metrics import Observer
from app.http.middleware import BodyLimit, Edge, HeadAsGet
from app.http.rate_limit import RateLimiter
from app.mcp import endpoint
from app.places.home import set_home
from app.settings import Settings, read_settings
from app.web import (
    handout,
    manifest,
    oembed,
    organisers,
    outbox,
    pages,
    pictures,
    reference,
    reports,
    search_page,
    towns,
    week,
)
from app.web import jobs as job_pages
from app.web import network as network_pages
from app.web import operator as operator_pages
from app.web import subscriptions as subscription_pages
from app.web import suggestions as suggestion_pages
from app.web.embed import builder
from app.web.embed import routes as embed
from app.web.responses import nothing_here, wants_page
from app.webhooks.management import Webhooks

_DESCRIPTION = (
    "Meetup groups and events near a place, for a career field or an interest. Public reads under `/v1`; every error is "
    "an RFC 9457 problem that names the parameter and what would be right."
)

_ROUTERS: Final = (
    root,
    # Before what takes everything after the last slash for an id.
    feeds,
    events,
    groups,
    vocabulary,
    network,
    recommendations,
    subscriptions,
    webhooks,
    jobs,
    sources,
    suggestions,
    takedowns,
    dump,
    admin,
    health,
    metrics,
    pages,
    search_page,
    week,
    handout,
    organisers,
    manifest,
    job_pages,
    pictures,
    oembed,
    # Before what takes any word after /embed/ for a layout.
    builder,
    embed,
    subscription_pages,
    network_pages,
    towns,
    suggestion_pages,
    reports,
    outbox,
    operator_pages,
    reference,
)


def create_app(
    settings: Settings | None = None,
    database: Database | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> FastAPI:
    """The application; with no arguments by the settings in force."""
    settings = settings or read_settings()
    set_home(settings.place_names)
    own = database is None
    database = database or Database(settings.resolved_database_url, pool_size=settings.pool_size)
    replica = settings.read_database_url
    reading = Database(replica, pool_size=settings.pool_size) if replica else database

    demand = DemandCounter(database)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        demand.flush()
        if reading is not database:
            reading.close()
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
        # The framework's own spans hold the path and the query of every request; ours hold the route.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
        # A second spelling of an address would be a second cache entry.
        redirect_slashes=False,
    )
    app.state.demand = demand
    _set_state(app, State(settings, database, reading, clock))
    problems.install(app)
    openapi.install(app)

    @app.exception_handler(404)
    async def not_found(request: Request, error: Exception) -> Response:
        return nothing_here(request) if wants_page(request) else await problems.of_http(request, error)

    _add_routes(app)
    app.router.routes.append(endpoint.route(app.state.lists.reads, clock, settings.base_url))
    _add_middleware(app, settings, database)
    return app


def _set_state(app: FastAPI, state: State) -> None:
    """What routes ask the application for."""
    app.state.nextcircle = state
    app.state.lists = Lists(state)
    app.state.desk = Desk(state.settings, state.database)
    app.state.webhooks = Webhooks(state.settings, state.database)
    app.state.embedders = Register(state.database)
    app.state.write_limiter = RateLimiter(window_seconds=3_600)
    app.state.observer = Observer(state.settings)


def _add_middleware(app: FastAPI, settings: Settings, database: Database) -> None:
    """What every request passes; the last one added is the first that it meets."""
    app.add_middleware(BodyLimit, streamed=network.STREAMED | network_pages.STREAMED)
    app.add_middleware(CompressMiddleware, minimum_size=1_000)
    # Around compression: HEAD has the headers of the GET, those of a compressed body included.
    app.add_middleware(HeadAsGet)
    app.add_middleware(Authentication, settings=settings, database=database)
    encrypted = settings.public_url.startswith("https://")
    app.add_middleware(Edge, encrypted=encrypted, observer=app.state.observer)


def _add_routes(app: FastAPI) -> None:
    # Applications of a process share these route objects: `include_router` would build each route again, and matching inside an
    # included router doubles the cost of a request. The routes requested most often come first.
    app.router.routes[:0] = [*events.lists.routes, *groups.lists.routes]
    for each in _ROUTERS:
        app.router.routes.extend(each.router.routes)
    pages.mount_static(app)
    reference.mount_swagger_ui(app)
