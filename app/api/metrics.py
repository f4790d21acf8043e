"""`/metrics` for Prometheus: requests of this process, and how sources and jobs are. For who runs it, not for strangers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, exposition
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from app.core.client_address import is_in, networks
from app.core.errors import ProblemError
from app.db import DatabaseAwayError
from app.http.auth import Caller
from app.http.deps import AppState, Now
from app.http.metrics import Observer
from app.maintenance.statistics import gauge_values
from app.service.schemas import ProblemOut
from app.sources.coverage import pages_allowed

router = APIRouter(tags=["health"])


class _Found(Collector):
    def __init__(self, found: Iterable[Metric]) -> None:
        self.found = list(found)

    def collect(self) -> Iterator[Metric]:
        """What was asked of the database before."""
        yield from self.found


@router.get(
    "/metrics",
    operation_id="getMetrics",
    summary="Measurements for Prometheus",
    response_class=Response,
    responses={
        200: {
            "description": "The text format of Prometheus",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        403: {"model": ProblemOut},
    },
)
def get_metrics(request: Request, state: AppState, now: Now) -> Response:
    """Answered to the addresses of NEXTCIRCLE_METRICS_ALLOW, and to keys with the scope admin."""
    caller: Caller = request.state.caller
    allowed = networks(state.settings.metrics_allow)
    near = caller.ip is not None and not caller.untrusted_proxy and is_in(caller.ip, allowed)
    if not near and not (caller.credentials is not None and caller.credentials.may("admin")):
        raise ProblemError(403, "metrics are for those who run this; see NEXTCIRCLE_METRICS_ALLOW")
    observer: Observer = request.app.state.observer
    body = exposition.generate_latest(observer.registry)
    try:
        pages = pages_allowed(state.settings, state.database)
        with state.database.read() as connection:
            asked = CollectorRegistry()
            asked.register(_Found(gauge_values(connection, now, pages=pages)))
            body += exposition.generate_latest(asked)
            away = 0
    except DatabaseAwayError:
        away = 1
    body += (
        "# HELP nextcircle_database_away Whether the database cannot be reached\n"
        f"# TYPE nextcircle_database_away gauge\nnextcircle_database_away {away}\n"
    ).encode()
    return Response(body, media_type="text/plain; version=0.0.4", headers={"Cache-Control": "no-store"})
