"""What every admin route shares: who asks and whether they may, and answers that no cache keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import Depends, Path, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from app.core.errors import ProblemError
from app.http.auth import UNAUTHORIZED, Caller
from app.http.deps import json_only
from app.service.schemas import ProblemOut

_PROBLEMS = (401, 403, 422)


def _admin(request: Request) -> str:
    caller: Caller = request.state.caller
    if caller.credentials is None:
        raise ProblemError(401, "send a key with the scope admin as X-API-Key", headers=UNAUTHORIZED)
    if not caller.credentials.may("admin"):
        raise ProblemError(403, "this key does not have the scope admin")
    return caller.credentials.name


# The name of the key: who the audit says it was.
Actor = Annotated[str, Depends(_admin)]
JSON_BODY = [Depends(json_only)]
PublicId = Annotated[str, Path(max_length=40)]
Slug = Annotated[
    str, Path(max_length=120, pattern="^[a-z0-9][a-z0-9-]*$", description="The slug of a source")
]


class Shape(BaseModel):
    """A document that holds what it names and nothing else."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class DoneOut(Shape):
    """It was done, to this."""

    id: str
    done: str


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems a route may answer, beside those of every admin route."""
    return {status: {"model": ProblemOut} for status in (*_PROBLEMS, *statuses)}


def private(document: Any, status: int = 200) -> Response:
    """The document as JSON, for this operator alone."""
    return Response(
        orjson.dumps(document, default=_plain),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "private, no-store"},
    )


def done(identity: str, deed: str, status: int = 200) -> Response:
    """A `DoneOut`."""
    return private({"id": identity, "done": deed}, status)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value))
