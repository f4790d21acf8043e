"""Who is logged in to the operator's pages: the cookie, the route that lets nobody else through, the token of every form."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final

from anyio import to_thread
from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse, Response

from app.auth.repository.sessions import LASTS, Session, session_of
from app.core.errors import ProblemError
from app.http.deps import State, state_of
from app.web.responses import PageRoute

LOG_IN: Final = "/operator/login"
# Nobody else may see it, keep it, list it or link to it.
_PRIVATE: Final = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "same-origin",
}
_READS: Final = frozenset({"GET", "HEAD"})
_SESSION: Final = "nextcircle_operator"
_VISIT: Final = "nextcircle_log_in"
_MOST_TOKEN: Final = 100


class PrivatePageRoute(PageRoute):
    """A route whose answers, failures included, belong to one person."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler with the headers of private pages."""
        answer = super().get_route_handler()

        async def answered(request: Request) -> Response:
            response = await answer(request)
            response.headers.update(_PRIVATE)
            del response.headers["etag"]
            return response

        return answered


class _Guarded(APIRoute):
    """Lets requests of a session through, and forms only with the session's token."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answered(request: Request) -> Response:
            session = await to_thread.run_sync(find_session, request)
            if session is None:
                return RedirectResponse(LOG_IN, status_code=303)
            if request.method not in _READS:
                await check_form(request, session.form_token)
            request.state.operator = session
            return await answer(request)

        return answered


class OperatorRoute(PrivatePageRoute, _Guarded):
    """A route of the operator's pages: without a session it leads to the log-in and does nothing."""


def _operator(request: Request) -> Session:
    session = request.state.operator
    assert isinstance(session, Session)
    return session


# Who is logged in, of a route of class `OperatorRoute`.
Operator = Annotated[Session, Depends(_operator)]


def find_session(request: Request) -> Session | None:
    """The session of a request's cookie. Raises `DatabaseAwayError`."""
    state = state_of(request)
    token = request.cookies.get(_name(state, _SESSION), "")
    if not token or len(token) > _MOST_TOKEN:
        return None
    key = state.settings.admin_key.get_secret_value()
    return session_of(state.database, token, key, state.clock())


async def check_form(request: Request, token: str) -> None:
    """Raise the 403 for a form that another site made, or that is of another session."""
    form = await request.form(max_files=0, max_fields=200)
    sent = form.get("form_token")
    from_elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    if from_elsewhere or not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), token.encode()):
        raise ProblemError(403, "this form has expired; go back, reload the page and try again")


def begin(response: Response, state: State, session: Session) -> None:
    """Give the browser the session."""
    _set(response, state, _SESSION, session.token, int(LASTS.total_seconds()))


def end(response: Response, state: State) -> None:
    """Take the session from the browser."""
    _set(response, state, _SESSION, "", 0)


def begin_visit(response: Response, state: State) -> str:
    """Give a browser that is not logged in a token for the log-in form; what the form has to send back."""
    visit = secrets.token_urlsafe(24)
    _set(response, state, _VISIT, visit, 3_600)
    return visit_token(visit)


def visit_of(request: Request) -> str:
    """What the log-in form of this browser sends back; nothing that is sent equals it where the browser has no token."""
    visit = request.cookies.get(_name(state_of(request), _VISIT), "")
    return visit_token(visit) if visit else secrets.token_urlsafe(24)


def visit_token(visit: str) -> str:
    """The token of the log-in form that belongs to a browser's cookie."""
    return hmac.digest(visit.encode(), b"log in", "sha256").hex()


def _set(response: Response, state: State, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        _name(state, name),
        value,
        max_age=seconds,
        path="/",
        secure=_encrypted(state),
        httponly=True,
        samesite="strict",
    )


def _name(state: State, name: str) -> str:
    """With the prefix that keeps other hosts of the domain from setting it; browsers take it over HTTPS alone."""
    return f"__Host-{name}" if _encrypted(state) else name


def _encrypted(state: State) -> bool:
    return state.settings.public_url.startswith("https://")
