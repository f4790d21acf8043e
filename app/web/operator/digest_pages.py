"""`/operator/digest`: what is due, sent, failed and uncertain; a preview for any subscriber; sending again, importing, exporting."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.errors import ProblemError
from app.digest import operate
from app.digest.bounces import BounceKind
from app.digest.configuration import mail_state
from app.digest.mailboxes import masked
from app.digest.repository import deliveries, subscriptions, votes
from app.digest.repository.follow_up import Show, count_due
from app.digest.repository.secrets import is_home
from app.digest.transfer import Imported
from app.http.deps import AppState, Now, State
from app.maintenance.activity import activity
from app.sources.coverage import pages_allowed
from app.translations.catalogue import N_
from app.translations.translator import Translator
from app.web.forms import Form
from app.web.operator.session import Operator, OperatorRoute
from app.web.operator.views import back, mail_plots, operator_page, say_of

router = APIRouter(include_in_schema=False, route_class=OperatorRoute)

_PATH: Final = "/operator/digest"
_SHOWN: Final = 50
_STATES: Final = {
    "due": N_("Due"),
    "sent": N_("Sent"),
    "skipped": N_("Had nothing to say"),
    "failed": N_("Failed"),
    "uncertain": N_("Uncertain"),
    "claimed": N_("Tried again"),
    "rendered": N_("Tried again"),
    "sending": N_("Being sent"),
    "active": N_("Active"),
    "paused": N_("Paused"),
    "pending": N_("Not confirmed"),
    "unsubscribed": N_("Unsubscribed"),
    "bounced": N_("Bounced"),
    "complained": N_("Complained"),
}
_FIGURES: Final = {
    "due": N_("due within a day"),
    "open": N_("on their way"),
    "sent": N_("sent"),
    "skipped": N_("had nothing to say"),
    "failed": N_("failed"),
    "uncertain": N_("uncertain"),
}
_TITLES: Final[dict[Show, str]] = {
    "troubled": N_("Mails to look at"),
    "due": N_("Due within a day"),
    "open": N_("On their way"),
    "sent": N_("Sent lately"),
    "skipped": N_("Had nothing to say"),
    "failed": N_("Failed"),
    "uncertain": N_("Uncertain"),
}
_SHOWS: Final[dict[str, Show]] = {each: each for each in _TITLES}
_KINDS: Final = {
    "digest": N_("Digest"),
    "reminder": N_("Reminder"),
    "confirm": N_("Confirmation of an address"),
    "link": N_("Link to change a subscription"),
}
_DETAILS: Final = {
    "nothing new that fits": N_("nothing new that fits"),
    "too late": N_("too late"),
    "our own code failed; the log has the reason": N_("our own code failed; the log has the reason"),
}
_BOUNCES: Final[dict[str, BounceKind]] = {"hard": "hard", "soft": "soft", "complaint": "complaint"}


@router.get(_PATH)
def digest(request: Request, state: AppState, session: Operator, now: Now) -> Response:
    """Everything about the mails."""
    return _page(request, state, session, now)


@router.post(_PATH + "/preview")
def preview(request: Request, form: Form, state: AppState, session: Operator, now: Now) -> Response:
    """What a subscriber would be mailed now."""
    identity = form.get("subscription", "")
    subscriber, found = operate.preview_of(state.database, state.settings, session.actor, now, identity)
    values = {
        "here": "digest",
        "subscriber": {
            "id": identity,
            "email": masked(subscriber.email),
            "place": subscriber.wish.near or "",
        },
        "mail": None if found is None else found.mail,
    }
    return operator_page(request, session, "digest_preview.html", values)


@router.post(_PATH + "/resend")
def resend(form: Form, state: AppState, session: Operator, now: Now) -> Response:
    """Send a mail again."""
    period = form.get("period", "")
    if not (period.isascii() and period.isdigit() and len(period) <= 11):
        raise ProblemError(422, "this button does nothing")
    moment = datetime.fromtimestamp(int(period), UTC)
    operate.resend(
        state.database, session.actor, now, form.get("subscription", ""), form.get("kind", ""), moment
    )
    return back(f"{_PATH}#mails", "resent")


@router.post(_PATH + "/adopt")
def adopt(state: AppState, session: Operator, now: Now) -> Response:
    """Let this database mail."""
    operate.adopt(state.database, session.actor, now)
    return back(_PATH, "adopted")


@router.post(_PATH + "/bounce")
def bounce(form: Form, state: AppState, session: Operator, now: Now) -> Response:
    """Take down what a provider reports of an address."""
    kind = _BOUNCES.get(form.get("kind", ""))
    if kind is None:
        raise ProblemError(422, "this button does nothing")
    operate.report_bounce(state.database, session.actor, now, kind, None, form.get("email", "")[:254])
    return back(_PATH, "noted")


@router.post(_PATH + "/import")
def import_subscriptions(
    request: Request, form: Form, state: AppState, session: Operator, now: Now
) -> Response:
    """Take over the subscriptions of a form's lines."""
    imported = operate.import_subscriptions(
        state.database, session.actor, now, form.get("lines", "").encode("utf-8", "replace")
    )
    return _page(request, state, session, now, imported=imported)


@router.post(_PATH + "/export")
def export(state: AppState, session: Operator, now: Now) -> Response:
    """Every running subscription as a file of JSON lines."""
    lines = operate.export_subscriptions(state.database, session.actor, now)
    name = f"nextcircle-subscriptions-{now:%Y%m%d}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(b"".join(lines), media_type="text/plain", headers=headers)


def _page(
    request: Request,
    state: State,
    session: Operator,
    now: datetime,
    imported: Imported | None = None,
) -> Response:
    say = say_of(request)
    show = _SHOWS.get(request.query_params.get("show", ""), "troubled")
    after = request.query_params.get("after", "")[:20]
    subscribers, more = operate.subscribers(state.database, _SHOWN, after)
    with state.database.read() as connection:
        totals = deliveries.totals(connection)
        answers = votes.votes(connection)
        due = count_due(connection, now)
        counts = sorted(subscriptions.counts(connection).items())
    lately = activity(state.database, now, pages=pages_allowed(state.settings, state.database))
    values: dict[str, Any] = {
        "figures": [
            (name, due if name == "due" else totals[name], say.gettext(label))
            for name, label in _FIGURES.items()
        ],
        "answers": answers,
        "show": show,
        "title": say.gettext(_TITLES[show]),
        "mails": [_mail(each, say) for each in operate.mails(state.database, show, now)],
        "counts": [(say.gettext(_STATES.get(name, name)), count) for name, count in counts],
        "subscribers": [(each, say.gettext(_STATES.get(each.state, each.state))) for each in subscribers],
        "more": more,
        "mail": mail_state(state.settings),
        "is_home": is_home(state.database),
        "imported": imported,
        "plots": mail_plots(lately, say),
    }
    return operator_page(request, session, "digest.html", values)


def _mail(each: operate.Mail, say: Translator) -> dict[str, Any]:
    return {
        "mail": each,
        "kind": say.gettext(_KINDS.get(each.kind, each.kind)),
        "label": say.gettext(_STATES.get(each.state, each.state)),
        "detail": None if each.detail is None else say.gettext(_DETAILS.get(each.detail, each.detail)),
        "period": int(each.period_at.timestamp()),
    }
