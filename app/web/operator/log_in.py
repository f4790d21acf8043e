"""Logging in with a key, and out. Attempts are limited for each client and in all."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from app.auth.keys import plain_key
from app.auth.repository.sessions import close_session, open_session
from app.core.errors import ProblemError
from app.http.auth import Caller
from app.http.deps import AppState, Now
from app.http.rate_limit import RateLimiter
from app.web.forms import Form
from app.web.operator.session import (
    LOG_IN,
    Operator,
    OperatorRoute,
    PrivatePageRoute,
    begin,
    begin_visit,
    check_form,
    end,
    find_session,
    visit_of,
)
from app.web.operator.views import say_of
from app.web.responses import page

router = APIRouter(include_in_schema=False, route_class=PrivatePageRoute)
guarded = APIRouter(include_in_schema=False, route_class=OperatorRoute)

# Of wrong keys in an hour: a person mistypes a few times; a key cannot be guessed with many more either.
MAX_ATTEMPTS: Final = 10
MAX_ATTEMPTS_OF_ALL: Final = 200
_EVERYONE: Final = "log-ins everyone"


@router.get(LOG_IN)
def ask(request: Request, state: AppState) -> Response:
    """The form."""
    if find_session(request) is not None:
        return RedirectResponse("/operator", status_code=303)
    return _form(request, state)


async def _of_this_browser(request: Request) -> None:
    """Raise the 403 for a form that was not shown to this browser."""
    await check_form(request, visit_of(request))


@router.post(LOG_IN, dependencies=[Depends(_of_this_browser)])
def log_in(request: Request, form: Form, state: AppState, now: Now) -> Response:
    """Open a session for a key with the scope admin."""
    client = _count_attempt(request)
    key = plain_key(form.get("key", ""))
    session = None
    if key:
        session = open_session(state.database, key, state.settings.admin_key.get_secret_value(), now)
    if session is None:
        return _form(request, state, refused=True)
    _give_back(request, client)
    response = RedirectResponse("/operator", status_code=303)
    begin(response, state, session)
    return response


@guarded.post("/operator/logout")
def log_out(state: AppState, session: Operator, now: Now) -> Response:
    """End the session."""
    close_session(state.database, session, now)
    response = RedirectResponse(LOG_IN, status_code=303)
    end(response, state)
    return response


def _form(request: Request, state: AppState, *, refused: bool = False) -> Response:
    response = Response()
    token = begin_visit(response, state)
    values = {"samples": False, "form_token": token, "refused": refused}
    shown = page(request, "operator/login.html", values, 403 if refused else 200, say_of(request).language)
    shown.headers["set-cookie"] = response.headers["set-cookie"]
    return shown


def _count_attempt(request: Request) -> str:
    """Raise the 429 for a client that sent too many wrong keys; how the client is counted."""
    caller: Caller = request.state.caller
    limiter: RateLimiter = request.app.state.write_limiter
    client = f"log-ins {caller.rate_limit_key}"
    status = limiter.count("log-ins", client, MAX_ATTEMPTS)
    if not status.refused:
        status = limiter.count("log-ins", _EVERYONE, MAX_ATTEMPTS_OF_ALL)
    if status.refused:
        minutes = str(-(-status.seconds // 60))
        raise ProblemError(
            429,
            say_of(request).gettext("Too many attempts. Try again in %(minutes)s minutes.", minutes=minutes),
            headers={"Retry-After": str(status.seconds)},
        )
    return client


def _give_back(request: Request, client: str) -> None:
    limiter: RateLimiter = request.app.state.write_limiter
    limiter.give_back(client)
    limiter.give_back(_EVERYONE)
