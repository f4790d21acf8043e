"""`/v1/for-job` and `/v1/for-jobs`: what a job tracker shows beside each saved job. Nothing is kept."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Body, Depends, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from app.db import TooSlowError
from app.http.deps import AppState, Now, Reading, answer, json_only
from app.http.reads import LONGEST_SECONDS
from app.search.related import data_version
from app.service.job_schemas import JobIn, JobOut, JobParameters, JobsIn, JobsOut
from app.service.jobs import job_document, jobs_document
from app.service.schemas import ProblemOut

router = APIRouter(tags=["jobs"])
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {422: {"model": ProblemOut}, 503: {"model": ProblemOut}}
# Of all jobs of a request, each of which is a read of its own.
_SECONDS: Final = 10.0
_EXAMPLES: Any = {
    "tracker": {
        "summary": "The saved jobs of a tracker",
        "value": {
            "jobs": [
                {
                    "id": "1",
                    "title": "Senior Software Engineer (m/f/d)",
                    "company": "Acme",
                    "location": "Boston, MA (Hybrid)",
                },
                {"id": "2", "title": "Registered Nurse, ICU", "company": "Globex", "location": "Remote"},
            ]
        },
    }
}


@router.get(
    "/v1/for-job",
    operation_id="forJob",
    summary="Groups, events and where to meet the company, for one job",
    response_model=JobOut,
    responses=_PROBLEMS,
)
def for_job(
    request: Request,
    asked: Annotated[JobParameters, Query()],
    state: AppState,
    connection: Reading,
    now: Now,
) -> Response:
    """Takes a job as it was advertised; what of it is not understood is named under `unresolved`."""
    job = JobIn(title=asked.title, company=asked.company, location=asked.location)
    document = job_document(connection, job, now, state.settings.base_url, asked.limit)
    return answer(request, document, data_version(connection))


@router.post(
    "/v1/for-jobs",
    dependencies=[Depends(json_only)],
    operation_id="forJobs",
    summary="The same for up to 50 jobs, which are used and forgotten",
    response_model=JobsOut,
    responses={
        400: {"model": ProblemOut},
        413: {"model": ProblemOut},
        415: {"model": ProblemOut},
        **_PROBLEMS,
    },
)
def for_jobs(
    asked: Annotated[JobsIn, Body(openapi_examples=_EXAMPLES)], state: AppState, now: Now
) -> Response:
    """An answer for each job, in their order."""
    until = time.monotonic() + _SECONDS

    def read() -> AbstractContextManager[Connection]:
        left = until - time.monotonic()
        if left <= 0:
            raise TooSlowError("the jobs of one request")
        return state.reading.read(min(left, LONGEST_SECONDS))

    document = jobs_document(read, asked.jobs, now, state.settings.base_url, asked.limit)
    return Response(
        orjson.dumps(document), media_type="application/json", headers={"Cache-Control": "no-store"}
    )
