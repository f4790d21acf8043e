"""`/outbox`: the mails that are kept on this machine while there is no mail server. For nobody who is elsewhere."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.core.errors import ProblemError
from app.digest.outbox import kept_mail, kept_mails, with_links
from app.http.deps import Subscriptions
from app.http.here import is_from_here
from app.web.responses import PageRoute, page


def _here_only(request: Request, desk: Subscriptions) -> None:
    """Raise the 404 that any unknown address has, unless a browser of this machine asks this machine."""
    if desk.mail.to != "outbox" or not is_from_here(request):
        raise ProblemError(404, "there is nothing at this address")


router = APIRouter(include_in_schema=False, route_class=PageRoute, dependencies=[Depends(_here_only)])


@router.get("/outbox")
def outbox(request: Request, desk: Subscriptions) -> Response:
    """The newest mails."""
    mails = kept_mails(desk.settings.outbox_folder)
    return page(request, "outbox.html", {"mails": mails, "samples": False}, language="en")


@router.get("/outbox/{key}")
def outbox_mail(request: Request, key: str, desk: Subscriptions) -> Response:
    """One mail as text, with links to click."""
    mail = kept_mail(desk.settings.outbox_folder, key)
    if mail is None:
        raise ProblemError(404, "no such mail")
    return page(
        request, "outbox_mail.html", {"mail": mail, "pieces": list(with_links(mail.text)), "samples": False}
    )


@router.get("/outbox/{key}/html")
def outbox_html(key: str, desk: Subscriptions) -> Response:
    """One mail as it looks."""
    mail = kept_mail(desk.settings.outbox_folder, key)
    if mail is None:
        raise ProblemError(404, "no such mail")
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return Response(mail.html, media_type="text/html; charset=utf-8", headers=headers)
