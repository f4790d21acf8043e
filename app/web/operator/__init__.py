"""`/operator`: the pages of whoever runs an installation. Without a session nothing but the log-in answers."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from app.web.operator import (
    coverage_pages,
    digest_pages,
    log_in,
    review_pages,
    settings_pages,
    source_pages,
    today,
)

router: Final = APIRouter()
for each in (
    log_in.router,
    log_in.guarded,
    today.router,
    source_pages.router,
    coverage_pages.router,
    review_pages.router,
    digest_pages.router,
    settings_pages.router,
):
    router.include_router(each)
