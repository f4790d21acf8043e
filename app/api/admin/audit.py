"""`/v1/admin/audit`: what operators did, newest first."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BeforeValidator, Field
from starlette.responses import Response

from app.api.admin.deps import Actor, DoneOut, Shape, done, private, problems
from app.auth.repository.audit import entries
from app.http.deps import AppState, Now
from app.service.admin import curation
from app.service.parameters import Whole

router = APIRouter()


# The limits stand first, so that OpenAPI has them.
_Position = Annotated[
    int,
    Field(ge=0, lt=2**63),
    BeforeValidator(lambda value: value if not isinstance(value, str) or value.isascii() else "?"),
]


_Entry = Annotated[int, Path(ge=0, lt=2**63, description="`id` of an entry of the audit log")]


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


@router.post(
    "/audit/{entry_id}/undo",
    operation_id="undoDecision",
    summary="Take a decision about events or groups back",
    response_model=DoneOut,
    responses=problems(404, 409),
)
def undo_decision(entry_id: _Entry, actor: Actor, state: AppState, now: Now) -> Response:
    """Merged things are split, split ones merged, hidden ones shown. 404 for what cannot be undone."""
    curation.undo(state.database, actor, now, entry_id)
    return done(str(entry_id), "undone")


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
