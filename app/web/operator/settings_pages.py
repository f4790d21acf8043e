"""`/operator/settings`: the settings as `doctor` sees them, keys, backups, jobs and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.auth.keys import SCOPES
from app.auth.repository.audit import entries
from app.auth.repository.keys import keys
from app.core.errors import ProblemError
from app.digest.repository.secrets import is_home
from app.http.deps import AppState, Now, State
from app.maintenance.activity import activity
from app.maintenance.backup import last_backup, last_restore, make_backup
from app.maintenance.doctor import examine_opened
from app.maintenance.finding import LABELS
from app.maintenance.portable import BackupError
from app.service.admin import keys as admin
from app.service.admin.action_words import in_words
from app.sources.coverage import pages_allowed
from app.translations.catalogue import N_
from app.web.forms import Form
from app.web.operator.session import Operator, OperatorRoute
from app.web.operator.views import back, operator_page, say_of, sentence

router = APIRouter(include_in_schema=False, route_class=OperatorRoute)

_PATH: Final = "/operator/settings"
_STATES: Final = {"wrong": N_("Wrong"), "warning": N_("Look at this"), "off": N_("Off"), "ok": N_("In order")}
_MOST_ENTRIES: Final = 30


@router.get(_PATH)
def settings(request: Request, state: AppState, session: Operator, now: Now) -> Response:
    """Everything that is set."""
    return _page(request, state, session, now)


@router.post(_PATH + "/keys")
def add_key(request: Request, form: Form, state: AppState, session: Operator, now: Now) -> Response:
    """Make a key and show it, once."""
    limit = form.get("per_minute", "")
    per_minute = (
        int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 9 else (-1 if limit else None)
    )
    scopes = [each for each in SCOPES if form.get(f"scope-{each}")]
    try:
        _, key = admin.add_key(state.database, session.actor, now, form.get("name", ""), scopes, per_minute)
    except ProblemError as error:
        return _page(request, state, session, now, error=error)
    return _page(request, state, session, now, key=key)


@router.post(_PATH + "/keys/{key_id}/revoke")
def revoke_key(key_id: str, state: AppState, session: Operator, now: Now) -> Response:
    """Make a key worthless."""
    admin.revoke_key(state.database, session.actor, now, key_id)
    return back(f"{_PATH}#keys", "revoked")


@router.post(_PATH + "/backup")
def back_up(request: Request, state: AppState, session: Operator, now: Now) -> Response:
    """Make a backup in the data folder."""
    try:
        make_backup(state.database, state.settings.data_dir / "backups", session.actor, now)
    except (BackupError, OSError) as error:
        return _page(request, state, session, now, error=ProblemError(409, str(error)))
    return back(f"{_PATH}#backup", "backed-up")


def _page(
    request: Request,
    state: State,
    session: Operator,
    now: datetime,
    *,
    error: ProblemError | None = None,
    key: str | None = None,
) -> Response:
    say = say_of(request)
    database = state.database
    order = list(_STATES)
    findings = sorted(examine_opened(state.settings, database, say), key=lambda each: order.index(each.state))
    values = {
        "findings": [
            (say.gettext(LABELS.get(each.name, each.name)), say.gettext(_STATES[each.state]), each)
            for each in findings
        ],
        "keys": keys(database),
        "scopes": SCOPES,
        "new_key": key,
        "backup": last_backup(database),
        "restored_at": last_restore(database),
        "is_home": is_home(database),
        "jobs": activity(database, now, pages=pages_allowed(state.settings, database)).jobs,
        "entries": [(each, in_words(each["action"], say)) for each in entries(database, _MOST_ENTRIES)],
        "trouble": None if error is None else sentence(error),
    }
    return operator_page(request, session, "settings.html", values, 200 if error is None else error.status)
