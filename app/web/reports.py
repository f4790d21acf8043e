"""The page on which people say what is wrong with a listing, or ask that it go. An operator reads it; nothing changes by itself."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.http.deps import AppState, Now
from app.http.takedowns import TakeDownIn, hold_take_down
from app.web.forms import Form
from app.web.held_forms import HeldForm
from app.web.responses import PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_FORM: Final = HeldForm("report.html", TakeDownIn, hold_take_down)


@router.get("/report")
def ask(request: Request, now: Now) -> Response:
    """The form; `target` of the address names the listing."""
    return _FORM.shown(request, now)


@router.post("/report")
def report(request: Request, form: Form, state: AppState, now: Now) -> Response:
    """Hold what was said, or show what is wrong with it."""
    return _FORM.sent(request, form, state, now)
