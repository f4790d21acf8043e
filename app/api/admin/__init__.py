"""`/v1/admin`: what an operator does without a terminal. A key with the scope admin opens it; every deed is audited."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.admin import (
    audit,
    coverage,
    curation,
    digest,
    embedders,
    health,
    installation,
    keys,
    requests,
    review,
    sources,
)

router = APIRouter(prefix="/v1/admin", tags=["admin"])
for each in (
    sources.router,
    requests.router,
    curation.router_of("events"),
    curation.router_of("groups"),
    coverage.router,
    review.router,
    digest.router,
    embedders.router,
    health.router,
    installation.router,
    keys.router,
    audit.router,
):
    router.include_router(each)
