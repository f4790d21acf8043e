"""The page on which people of a town suggest a source. It holds the address for an operator; nothing is fetched for it."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.http.deps import AppState, Now
from app.http.suggestions import SuggestionIn, hold_suggestion
from app.web.forms import Form
from app.web.held_forms import HeldForm
from app.web.responses import PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_FORM: Final = HeldForm("suggest.html", SuggestionIn, hold_suggestion)


@router.get("/suggest")
def ask(request: Request, now: Now) -> Response:
    """The form; `near` of the address fills in the town."""
    return _FORM.shown(request, now)


@router.post("/suggest")
def suggest(request: Request, form: Form, state: AppState, now: Now) -> Response:
    """Hold what was suggested, or show what is wrong with it."""
    return _FORM.sent(request, form, state, now)
