"""`/v1/admin/keys`: making, listing and revoking API keys."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field
from starlette.responses import Response

from app.api.admin.deps import JSON_BODY, Actor, DoneOut, PublicId, Shape, done, private, problems
from app.api.vocabulary import NoParameters
from app.auth.repository.keys import keys
from app.http.deps import AppState, Now, PlainLine
from app.service.admin import keys as admin

router = APIRouter()

ScopeName = Literal["read", "write", "admin"]


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 60.0 is 60."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class KeyIn(Shape):
    """A key to make. `per_minute`: requests allowed, null = what keys have by default."""

    name: Annotated[PlainLine, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[ScopeName], Field(min_length=1, max_length=3)]
    per_minute: Annotated[int, Field(ge=1, le=1_000_000, strict=True), BeforeValidator(_whole)] | None = None


class NewKeyOut(Shape):
    """The key, which is not shown again."""

    id: str
    key: str


class KeyOut(Shape):
    """A key without the key itself. `used_on`: the day of its last use."""

    id: str
    name: str
    beginning: str
    scopes: list[ScopeName]
    per_minute: int | None
    created_at: str
    used_on: str | None
    revoked_at: str | None


class KeysOut(Shape):
    """Every key, the oldest first."""

    items: list[KeyOut]


@router.get(
    "/keys",
    operation_id="listKeys",
    summary="API keys",
    response_model=KeysOut,
    responses=problems(),
)
def list_keys(asked: Annotated[NoParameters, Query()], actor: Actor, state: AppState) -> Response:  # noqa: ARG001
    """Revoked ones too; never a key or its hash."""
    return private({"items": [_plain(row) for row in keys(state.database)]})


@router.post(
    "/keys",
    operation_id="addKey",
    summary="Make an API key",
    status_code=201,
    response_model=NewKeyOut,
    responses=problems(),
    dependencies=JSON_BODY,
)
def add_key(asked: KeyIn, actor: Actor, state: AppState, now: Now) -> Response:
    """The answer is the only one that holds the key."""
    scopes = list(dict.fromkeys(asked.scopes))
    identity, key = admin.add_key(state.database, actor, now, asked.name, scopes, asked.per_minute)
    return private({"id": identity, "key": key}, 201)


@router.delete(
    "/keys/{key_id}",
    operation_id="revokeKey",
    summary="Revoke an API key",
    response_model=DoneOut,
    responses=problems(404),
)
def revoke_key(key_id: PublicId, actor: Actor, state: AppState, now: Now) -> Response:
    """Within a second, in every process; whoever was logged in with it is logged out."""
    admin.revoke_key(state.database, actor, now, key_id)
    return done(key_id, "revoked")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "used_on": None if row["used_on"] is None else row["used_on"].isoformat()}
