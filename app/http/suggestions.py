"""What people may suggest as a source, and how it is held for an operator: the API and the page do the same."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.http.deps import PlainLine, PlainText, State, allow_write
from app.listings.urls import web_url
from app.places.gazetteer import locate
from app.sources.suggestions.repository import suggest
from scrapers.http.address_guard import AddressGuard, BadUrlError, BlockedAddressError


def _public_address(url: str) -> str:
    """A web address that a worker may be sent to: none of this machine, of a private network or with a password."""
    spelled = "https://" + url.removeprefix("webcal://") if url.startswith("webcal://") else url
    if web_url(spelled) is None:
        raise ValueError("not a web address; write one such as https://www.meetup.com/pydata-prague/")
    try:
        AddressGuard().target(spelled)
    except (BadUrlError, BlockedAddressError):
        raise ValueError("not a public address") from None
    return spelled


def _known_place(near: str | None) -> str | None:
    if near is not None and locate(near).place is None:
        raise ValueError("unknown place; write a town, such as Boston, MA")
    return near


class SuggestionIn(BaseModel):
    """An address to read: a calendar, a group, or a page with events. `near`: the town that they are in."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    url: Annotated[PlainLine, Field(max_length=2_000), AfterValidator(_public_address)]
    note: Annotated[PlainText | None, Field(max_length=1_000)] = None
    near: Annotated[PlainLine | None, Field(max_length=200), AfterValidator(_known_place)] = None


def hold_suggestion(request: Request, state: State, asked: SuggestionIn, now: datetime) -> str:
    """Hold an address for an operator; its id. Raises the 429 for a client that sends too many."""
    allow_write(request, "suggestions")
    return suggest(state.database, asked.url, asked.note or None, asked.near, now)
