"""The page on which people say what is wrong with a listing, or ask that it go. An operator reads it; nothing changes by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from app.http.deps import AppState, Now
from app.http.takedowns import TakeDownIn, hold_take_down
from app.translations.catalogue import Language
from app.web.forms import Form, is_of_a_program, language_of, shown_at
from app.web.responses import PageRoute, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_FIELDS: Final = ("action", "target", "contact", "note")


@router.get("/report")
def ask(request: Request, now: Now) -> Response:
    """The form; `target` of the address names the listing."""
    asked = {"target": request.query_params.get("target", "")[:2_000]}
    return _page(request, language_of(request), now, asked)


@router.post("/report")
def report(request: Request, form: Form, state: AppState, now: Now) -> Response:
    """Hold what was said, or say what is wrong with it."""
    language = language_of(request, form.get("language"))
    if is_of_a_program(form, now):
        # Whoever made this up learns nothing from the answer.
        return _page(request, language, now, {}, held=True)
    try:
        asked = TakeDownIn.model_validate({name: form.get(name) or None for name in _FIELDS})
    except ValidationError as error:
        wrong = {str(each["loc"][0]) for each in error.errors() if each["loc"]}
        return _page(request, language, now, form, wrong=wrong)
    hold_take_down(request, state, asked, now)
    return _page(request, language, now, {}, held=True)


def _page(
    request: Request,
    language: Language,
    now: datetime,
    asked: dict[str, str],
    *,
    wrong: set[str] | None = None,
    held: bool = False,
) -> Response:
    values = {
        "asked": {**dict.fromkeys(_FIELDS, ""), **asked},
        "wrong": wrong or set(),
        "held": held,
        "shown": shown_at(now),
        "samples": False,
    }
    response = page(request, "report.html", values, 422 if wrong else 200, language)
    response.headers["Cache-Control"] = "no-store"
    return response
