"""`/v1/admin/health`: how the installation is, for a program that watches it."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from app.api.admin.deps import Actor, Shape, private, problems
from app.http.deps import AppState, Now
from app.maintenance.health import Kind, Severity, health

router = APIRouter()


class HealthProblemOut(Shape):
    """One thing that needs a look. `id` stays the same while the problem does; `reproduce` are commands and requests that show it."""

    rank: int = Field(ge=1, description="1 = the worst")
    id: str
    kind: Kind
    severity: Severity = Field(description="`notice`: there is something to decide, nothing is wrong")
    what: str
    remedy: str
    reproduce: list[str]
    page: str = Field(description="The path of the operator's page where it can be dealt with")
    since: str | None = Field(description="ISO 8601 in UTC; null if it is not known")


class HealthSourcesOut(Shape):
    """Sources by how they are."""

    on: int
    failing: int
    paused: int
    off: int


class HealthDayOut(Shape):
    """What was read in the last 24 hours. `due_sources` wait for a worker now."""

    reads: int
    failed_reads: int
    new_listings: int
    changed_listings: int
    removed_listings: int
    due_sources: int


class UnmetDemandOut(Shape):
    """What people asked for in the last four weeks and did not find. Shown from five times on."""

    place: str
    field: str | None = Field(description="The id of a career field; null if none was asked for")
    band: Literal["5–9", "10–19", "20–49", "50–99", "100+"]


class HealthReportOut(Shape):
    """The report. `state` is that of the worst problem; notices leave it `ok`."""

    version: str
    at: str
    state: Literal["ok", "warning", "critical"]
    problems: list[HealthProblemOut]
    sources: HealthSourcesOut
    last_day: HealthDayOut
    subscriptions: dict[str, int]
    digests: dict[str, int]
    unmet_demand: list[UnmetDemandOut]


@router.get(
    "/health",
    operation_id="getInstallationHealth",
    summary="How the installation is, the worst problem first",
    response_model=HealthReportOut,
    responses=problems(),
)
def get_health(actor: Actor, state: AppState, now: Now) -> Response:  # noqa: ARG001
    """Every problem says what it means, what to do, and how to see it. `/v1/admin/health/schema` is its JSON schema."""
    return private(health(state.settings, state.database, now).as_dict())


@router.get(
    "/health/schema",
    operation_id="getInstallationHealthSchema",
    summary="The JSON schema of the health report",
    response_model=dict[str, Any],
    responses=problems(),
)
def get_health_schema(actor: Actor) -> Response:  # noqa: ARG001
    """JSON Schema 2020-12."""
    schema = HealthReportOut.model_json_schema(mode="serialization")
    return private({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
