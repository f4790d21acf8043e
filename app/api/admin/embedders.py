"""`/v1/admin/embedders`: the sites that show embeds, by origin, and disabling one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from app.api.admin.deps import JSON_BODY, Actor, DoneOut, Shape, done, private, problems
from app.api.vocabulary import NoParameters
from app.auth.repository.audit import recorder
from app.core.errors import ParameterError, ProblemError, wrong_parameters
from app.embedders import repository
from app.embedders.origins import origin_of
from app.http.deps import AppState, Now, PlainLine

router = APIRouter()


class EmbedderOut(Shape):
    """A site. `days`: on how many days an embed was shown there; `last_seen` is null where one never was."""

    origin: str
    first_seen: date
    last_seen: date | None
    days: int
    disabled_at: datetime | None
    reason: str | None


class EmbeddersOut(Shape):
    """Every site, the one seen last first."""

    items: list[EmbedderOut]


class DisableIn(Shape):
    """A site, by its origin or any address on it, and why."""

    origin: Annotated[PlainLine, Field(max_length=2_000, examples=["https://jobs.example"])]
    reason: Annotated[PlainLine, Field(min_length=1, max_length=200)]


class EnableIn(Shape):
    """A site, by its origin or any address on it."""

    origin: Annotated[PlainLine, Field(max_length=2_000, examples=["https://jobs.example"])]


@router.get(
    "/embedders",
    operation_id="listEmbedders",
    summary="Sites that show embeds",
    response_model=EmbeddersOut,
    responses=problems(),
)
def list_embedders(asked: Annotated[NoParameters, Query()], actor: Actor, state: AppState) -> Response:  # noqa: ARG001
    """What browsers say of the page around an embed. Nothing is kept of visitors."""
    return private({"items": [_shown(row) for row in repository.embedders(state.database)]})


@router.post(
    "/embedders/disable",
    operation_id="disableEmbedder",
    summary="Refuse embeds to a site",
    response_model=DoneOut,
    responses=problems(),
    dependencies=JSON_BODY,
)
def disable_embedder(asked: DisableIn, actor: Actor, state: AppState, now: Now) -> Response:
    """Within ten seconds on every process; copies in caches last five minutes."""
    origin = _origin(asked.origin)
    also = recorder(actor, "embedder.disable", origin, now, {"reason": asked.reason})
    repository.disable(state.database, origin, asked.reason, now, also)
    return done(origin, "disabled")


@router.post(
    "/embedders/enable",
    operation_id="enableEmbedder",
    summary="Allow embeds to a site again",
    response_model=DoneOut,
    responses=problems(404),
    dependencies=JSON_BODY,
)
def enable_embedder(asked: EnableIn, actor: Actor, state: AppState, now: Now) -> Response:
    """404 if it was not disabled."""
    origin = _origin(asked.origin)
    if not repository.enable(state.database, origin, recorder(actor, "embedder.enable", origin, now)):
        raise ProblemError(404, f"{origin} is not disabled; /v1/admin/embedders lists the sites")
    return done(origin, "enabled")


def _origin(given: str) -> str:
    origin = origin_of(given)
    if origin is None:
        detail = "must be the address of a site, such as https://jobs.example"
        raise wrong_parameters([ParameterError("origin", given, detail)])
    return origin


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "origin": row["origin"],
        "first_seen": row["first_seen_at"].date().isoformat(),
        "last_seen": row["last_seen_at"].date().isoformat() if row["last_seen_at"] else None,
        "days": row["days"],
        "disabled_at": row["disabled_at"],
        "reason": row["reason"],
    }
