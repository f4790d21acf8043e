"""What may be asked of a listing, and how it is held for an operator: the API and the page do the same."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.core.ids import internal
from app.http.deps import PlainLine, PlainText, State, allow_write
from app.ingest.takedowns.repository import request_take_down
from app.listings.urls import web_url


def _target(target: str) -> str:
    if web_url(target) is None and internal(target) is None:
        raise ValueError("is neither the web address of a listing nor the id of an event or group")
    return target


def _contact(contact: str) -> str:
    if "@" not in contact and web_url(contact) is None:
        raise ValueError("must be a mail address or a web address, where we can answer")
    return contact


class TakeDownIn(BaseModel):
    """What is asked, of which listing or group, and where to answer. The contact is forgotten when it is dealt with."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    action: Literal["remove", "correct", "claim"]
    target: Annotated[PlainLine, Field(max_length=2_000), AfterValidator(_target)]
    contact: Annotated[PlainLine, Field(min_length=3, max_length=200), AfterValidator(_contact)]
    note: Annotated[PlainText | None, Field(max_length=2_000)] = None


def hold_take_down(request: Request, state: State, asked: TakeDownIn, now: datetime) -> str:
    """Hold a request for an operator; its id. Raises the 429 for a client that sends too many."""
    allow_write(request, "take-down requests")
    return request_take_down(
        state.database, asked.action, asked.target, asked.contact, asked.note or None, now
    )
