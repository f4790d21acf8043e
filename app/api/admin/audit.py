"""`/v1/admin/audit`: what operators did, newest first."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field
from starlette.responses import Response

from app.api.admin.deps import Actor, Shape, private, problems
from app.auth.repository.audit import entries
from app.http.deps import AppState
from app.service.parameters import Whole

router = APIRouter()


# The limits stand first, so that OpenAPI has them.
_Position = Annotated[
    int,
    Field(ge=0, lt=2**63),
    BeforeValidator(lambda value: value if not isinstance(value, str) or value.isascii() else "?"),
]


class AuditQuestion(Shape):
    """Which entries."""

    limit: Whole = Field(default=50, ge=1, le=200)
    before: _Position | None = Field(default=None, description="`next` of the answer before")


class AuditEntryOut(Shape):
    """One deed. `actor`: the name of the key; `at`: ISO 8601 in UTC."""

    id: int
    at: str
    actor: str
    action: str
    target: str
    detail: dict[str, Any]


class AuditOut(Shape):
    """Deeds, newest first; `next` goes on before them, null at the end."""

    items: list[AuditEntryOut]
    next: int | None


@router.get(
    "/audit",
    operation_id="listAudit",
    summary="What operators did",
    response_model=AuditOut,
    responses=problems(),
)
def list_audit(asked: Annotated[AuditQuestion, Query()], actor: Actor, state: AppState) -> Response:  # noqa: ARG001
    """Entries are kept as long as NEXTCIRCLE_KEEP_AUDIT_DAYS says."""
    rows = entries(state.database, asked.limit, asked.before)
    following = rows[-1]["id"] if len(rows) == asked.limit else None
    return private({"items": rows, "next": following})
