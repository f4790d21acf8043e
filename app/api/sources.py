"""`/v1/sources`: where everything comes from, how each source is, and which are off and why."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.vocabulary import NoParameters
from app.http.deps import AppState, answer
from app.service.schemas import ProblemOut, SourcesOut
from app.sources.coverage import pages_allowed
from app.sources.repository.sources import listing

router = APIRouter(tags=["sources"])


@router.get(
    "/v1/sources",
    operation_id="listSources",
    summary="Sources and their health",
    response_model=SourcesOut,
    responses={422: {"model": ProblemOut}, 503: {"model": ProblemOut}},
)
def list_sources(request: Request, asked: Annotated[NoParameters, Query()], state: AppState) -> Response:  # noqa: ARG001
    """Every source, by name."""
    rows = listing(state.database, pages=pages_allowed(state.settings, state.database))
    return answer(request, {"items": [source_json(row) for row in rows]}, "")


def source_json(row: dict[str, Any]) -> dict[str, Any]:
    """A `SourceOut`."""
    shown = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
    shown["url"] = shown["url"] if str(shown["url"]).startswith("http") else None
    shown["topics"] = shown["topics"] or []
    return shown
