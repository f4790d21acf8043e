"""`/operator/digest`: what is due, sent, failed and uncertain; a preview for any subscriber; sending again, importing, exporting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.errors import ProblemError
from app.core.ids import internal, public
from app.digest import operate
from app.digest.bounces import BounceKind
from app.digest.configuration import mail_state
from app.digest.mailboxes import masked
from app.digest.repository import deliveries, subscriptions, votes
from app.digest.repository.follow_up import RESENT, due_within, troubled
from app.digest.repository.secrets import is_home
from app.digest.transfer import Imported
from app.http.deps import AppState, Now, State
from app.translations.catalogue import N_
from app.web.forms import Form
from app.web.operator.session import Operator, OperatorRoute
from app.web.operator.views import back, operator_page, say_of, sentence

router = APIRouter(include_in_schema=False, route_class=OperatorRoute)

_PATH: Final = "/operator/digest"
_SHOWN: Final = 50
_STATES: Final = {
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
    return back(f"{_PATH}#troubled", "resent")


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
    return Response(b"".join(lines), media_type="application/jsonl", headers=headers)


def _page(
    request: Request,
    state: State,
    session: Operator,
    now: datetime,
    error: ProblemError | None = None,
    imported: Imported | None = None,
) -> Response:
    say = say_of(request)
    after = internal(request.query_params.get("after", "")) or 0
    with state.database.read() as connection:
        rows = subscriptions.listing(connection, _SHOWN + 1, after)
        values: dict[str, Any] = {
            "totals": deliveries.totals(connection),
            "votes": votes.votes(connection),
            "due": due_within(connection, now, timedelta(days=1)),
            "troubled": [
                {
                    **row,
                    "id": public(row["subscription_id"]),
                    "email": masked(row["email"]),
                    "label": say.gettext(_STATES.get(row["state"], row["state"])),
                    "period": int(row["period_at"].timestamp()),
                    "can_be_resent": row["state"] in ("failed", "uncertain")
                    and row["kind"] in RESENT
                    and row["subscription"] in ("active", "paused"),
                }
                for row in troubled(connection)
            ],
            "counts": [
                (say.gettext(_STATES.get(name, name)), count)
                for name, count in sorted(subscriptions.counts(connection).items())
            ],
        }
    mail = mail_state(state.settings)
    values |= {
        "subscribers": [
            {
                "id": public(each.id),
                "email": masked(each.email),
                "place": each.wish.near or f"{each.wish.lat}, {each.wish.lon}",
                "label": say.gettext(_STATES.get(each.state, each.state)),
                "next_at": each.next_at,
                "runs": each.state != "pending",
            }
            for each in rows[:_SHOWN]
        ],
        "more": public(rows[_SHOWN - 1].id) if len(rows) > _SHOWN else None,
        "mail": mail,
        "is_home": is_home(state.database),
        "imported": imported,
        "trouble": None if error is None else sentence(error),
    }
    return operator_page(request, session, "digest.html", values)
