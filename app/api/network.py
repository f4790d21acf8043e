"""`POST /v1/network/analyse` and `/v1/network/plan`: a network is mapped in memory, answered, and gone.

`GET /v1/network/work-search` lists what unemployment offices ask of a work-search log.

Nothing of a body is stored, logged or cached, in answers or failures; names of files are not even read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.network_schemas import AnalysisOut, PlanIn, PlanOut, WorkSearchOut
from app.api.vocabulary import NoParameters
from app.core.errors import ProblemError
from app.http.deps import Now, answer, json_only
from app.http.network_uploads import files_and_texts, quietly_in_a_thread, read_json, room
from app.http.uploads import Form, Part, received
from app.network.constants import as_table
from app.network.goal import Goal
from app.network.limits import PROGRESS_BYTES, TOLD_BYTES, UPLOAD_BYTES
from app.network.progress import progress_schema
from app.network.reports import Reports
from app.network.verdict import ASSUMPTIONS_URL
from app.service.network import network_analysis, network_plan, work_search_offices
from app.service.schemas import ProblemOut

router = APIRouter(tags=["network"])

# These read their own bodies, within limits of their own.
STREAMED: Final = frozenset({"/v1/network/analyse", "/v1/network/plan"})
# Files, and beside them the forms of goal, progress and reports.
ANALYSE_BYTES: Final = UPLOAD_BYTES + 5 * 1024 * 1024
PLAN_BYTES: Final = PROGRESS_BYTES + 256 * 1024
_TEXTS: Final = ("goal", "progress", "did")
_MOST_BYTES: Final = {"goal": TOLD_BYTES, "progress": PROGRESS_BYTES, "did": TOLD_BYTES}
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ProblemOut} for status in (400, 408, 413, 415, 422, 503)
}


def _schema(model: Any) -> dict[str, Any]:
    schema: dict[str, Any] = model.json_schema() if model is Reports else model.model_json_schema()
    found: dict[str, Any] = _inlined(schema, schema.get("$defs", {}))
    return found


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:
    """A schema without references, so that it can stand inside of another one."""
    if isinstance(part, dict):
        if "$ref" in part:
            return _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
        return {
            name: _inlined(each, definitions)
            for name, each in part.items()
            if name not in {"$defs", "discriminator"}
        }
    return [_inlined(each, definitions) for each in part] if isinstance(part, list) else part


def _progress() -> dict[str, Any]:
    """The schema of the progress, each of its parts without references."""
    schema = progress_schema()
    parts = {
        name: _inlined(each, each.get("$defs", {})) for name, each in schema["patternProperties"].items()
    }
    return {**schema, "patternProperties": parts}


_JSON: Final = {"contentType": "application/json"}
_ANALYSE_BODY: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "goal"],
                "properties": {
                    "file": {
                        "type": "array",
                        "minItems": 1,
                        "description": "LinkedIn's zip or its CSV files, contacts of Google or Outlook as CSV, vCards, "
                        "Facebook's friends as JSON; at most 20 files of 25 MB together",
                        "items": {"type": "string", "contentMediaType": "application/octet-stream"},
                    },
                    "goal": _schema(Goal),
                    "progress": _progress(),
                    "did": _schema(Reports),
                },
            },
            "encoding": dict.fromkeys(_TEXTS, _JSON),
        }
    },
}
_PLAN_BODY: Final = {
    "required": True,
    "content": {
        "application/json": {
            "schema": _schema(PlanIn),
            "examples": {
                "without an upload": {
                    "value": {"goal": {"fields": ["nursing"], "city": {"q": "Boston, MA"}}},
                },
                "after an evening": {
                    "value": {
                        "goal": {"fields": ["data-science-ai"], "companies": ["Acme"]},
                        "progress": {"network": {"state": "exhausted", "at": "2026-11-01", "E": 0.86}},
                        "did": [
                            {
                                "what": "went",
                                "on": "2026-11-19",
                                "event": {"id": "e_1", "name": "PyData Leeds", "group": "g_1"},
                                "met": [{"name": "Sam Lee", "company": "Acme", "position": "Data engineer"}],
                            }
                        ],
                    }
                },
            },
        }
    },
}


@router.post(
    "/v1/network/analyse",
    operation_id="analyseNetwork",
    summary="Map a network, see how far it is worked out, and whom to ask next",
    response_model=AnalysisOut,
    responses=_PROBLEMS,
    openapi_extra={"requestBody": _ANALYSE_BODY},
)
async def analyse_network(request: Request, now: Now) -> Response:
    """Read exports of contacts in memory and answer; nothing of them is stored, logged or sent anywhere.

    The same analysis runs on your own machine with `nextcircle network analyse`.
    """

    def work(parts: list[Part]) -> Any:
        files, texts = files_and_texts(parts, _TEXTS)
        goal, progress, reports = (read_json(name, texts.get(name), _most(name)) for name in _TEXTS)
        return network_analysis(files, goal, progress, reports, now)

    form = Form(request.headers.get("content-type", ""))
    async with received(request, room, ANALYSE_BYTES, form.write):
        return await _answered(lambda: work(form.parts()))


@router.post(
    "/v1/network/plan",
    operation_id="planNetworking",
    summary="What to do next, without any upload",
    response_model=PlanOut,
    responses=_PROBLEMS,
    openapi_extra={"requestBody": _PLAN_BODY},
)
async def plan_networking(request: Request, now: Now) -> Response:
    """Answer with actions, drafts, questions and the phase, from a goal, progress and the aggregate of the last analysis."""
    json_only(request)

    def work(text: bytes) -> Any:
        document = read_json("body", text, PLAN_BYTES)
        if not isinstance(document, dict):
            raise ProblemError(422, "the body must be a JSON object with a goal")
        unknown = sorted(set(document) - set(PlanIn.model_fields))
        if unknown:
            known = ", ".join(PlanIn.model_fields)
            raise ProblemError(422, f"the body has unknown members; the known ones are {known}")
        goal, progress, aggregate, reports = (
            document.get(name) for name in ("goal", "progress", "aggregate", "did")
        )
        return network_plan(goal, progress, aggregate, reports, now)

    body = bytearray()
    async with received(request, room, PLAN_BYTES, body.extend):
        return await _answered(lambda: work(bytes(body)))


@router.get(
    "/v1/network/work-search",
    operation_id="listWorkSearchOffices",
    summary="What unemployment offices ask of a search for work",
    response_model=WorkSearchOut,
    responses={422: {"model": ProblemOut}},
)
def list_work_search_offices(request: Request, asked: Annotated[NoParameters, Query()]) -> Response:  # noqa: ARG001
    """What offices ask, with the official page of each and the day on which a stored copy of it was read.

    `nextcircle network log --for US-MA` puts it above a log. It is kept by hand, and an office may ask for something else by now.
    """
    return answer(request, work_search_offices(), "work-search")


@router.get(ASSUMPTIONS_URL, include_in_schema=False)
def explain_exhaustion() -> Response:
    """Every constant behind the scores, with what it means and where it comes from."""
    text = f"# How far a network is worked out\n\nEvery number that the scores rest on.\n\n{as_table()}\n"
    return Response(text, media_type="text/markdown; charset=utf-8")


def _most(name: str) -> int:
    return _MOST_BYTES.get(name, PLAN_BYTES)


async def _answered(work: Callable[[], Any]) -> Response:
    """The answer of some work in a thread; a failure is told and logged without a word of what was worked on."""
    document = await quietly_in_a_thread(work)
    return Response(
        orjson.dumps(document), media_type="application/json", headers={"Cache-Control": "no-store"}
    )
