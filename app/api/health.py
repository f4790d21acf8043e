"""`/healthz` (the process lives) and `/readyz` (it can answer): for those who run it."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, Response

from app.db import DatabaseAwayError
from app.http.deps import AppState
from app.http.problems import problem
from app.search.related import data_version
from app.service.schemas import ProblemOut

router = APIRouter(tags=["health"])


class HealthOut(BaseModel):
    """`ok`, and what was looked at."""

    model_config = ConfigDict(extra="forbid")

    status: str
    detail: str | None = None


@router.get("/healthz", operation_id="getHealth", summary="Is the process alive", response_model=HealthOut)
async def healthz() -> Response:
    """Asks nothing of anybody."""
    return JSONResponse({"status": "ok", "detail": None}, headers={"Cache-Control": "no-store"})


@router.get(
    "/readyz",
    operation_id="getReadiness",
    summary="Can it answer",
    response_model=HealthOut,
    responses={503: {"model": ProblemOut}},
)
def readyz(state: AppState) -> Response:
    """Asks the database."""
    try:
        state.database.check_file()
        with state.database.read() as connection:
            data_version(connection)
    except DatabaseAwayError as error:
        return problem(503, f"the database cannot be reached: {error}", headers={"Retry-After": "5"})
    return JSONResponse({"status": "ok", "detail": None}, headers={"Cache-Control": "no-store"})
