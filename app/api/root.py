"""`/v1`: where everything is, for a program or person who has only the address of the server."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.api.vocabulary import NoParameters
from app.http.deps import AppState, answer
from app.service.schemas import ProblemOut

router = APIRouter(tags=["root"])


class ApiLinks(BaseModel):
    """Absolute URLs of the lists and services under `/v1`; members are added when the API grows."""

    events: str
    groups: str
    recommendations: str
    for_job: str
    for_jobs: str = Field(description="POST")
    fields: str
    interests: str
    purposes: str
    places: str
    understand: str
    sources: str
    dump: str
    network_analyse: str = Field(description="POST")
    network_plan: str = Field(description="POST")
    network_work_search: str = Field(description="What unemployment offices ask of a work-search log")
    subscriptions: str = Field(description="POST")
    webhooks: str = Field(description="POST")
    digest_preview: str
    suggestions: str = Field(description="POST")
    take_downs: str = Field(description="POST")


class ApiRoot(BaseModel):
    """What this server is and where its parts are."""

    name: str
    version: str
    documentation: str = Field(description="The API reference as a page")
    openapi: str = Field(description="The OpenAPI description")
    links: ApiLinks


@router.get(
    "/v1",
    operation_id="getRoot",
    summary="Links to everything",
    response_model=ApiRoot,
    responses={422: {"model": ProblemOut}},
)
def root(request: Request, _: Annotated[NoParameters, Query()], state: AppState) -> Response:
    """The version of the server, and absolute links to the reference and to every list and service of the API."""
    base = state.settings.base_url
    links = {name: f"{base}/v1/{_path(name)}" for name in ApiLinks.model_fields}
    document = ApiRoot(
        name="NextCircle",
        version=request.app.version,
        documentation=f"{base}/docs",
        openapi=f"{base}/openapi.json",
        links=ApiLinks(**links),
    )
    return answer(request, document.model_dump(), request.app.version)


def _path(name: str) -> str:
    return {
        "network_analyse": "network/analyse",
        "network_plan": "network/plan",
        "network_work_search": "network/work-search",
        "digest_preview": "digest/preview",
    }.get(name, name.replace("_", "-"))
