"""`/operator/review`: doubtful merges side by side, requests of organisers and the public, what is hidden, and undoing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import ProblemError
from app.db import Database
from app.http.deps import AppState, Now, State
from app.ingest.takedowns.repository import removed_targets, take_downs
from app.listings.urls import web_url
from app.service.admin import curation, requests
from app.service.admin.reason_words import in_words
from app.service.admin.review import decisions, hidden, look_up, merges_to_review
from app.sources.suggestions.repository import suggestions
from app.translations.catalogue import N_
from app.translations.translator import Translator
from app.web.forms import Form
from app.web.operator.session import Operator, OperatorRoute
from app.web.operator.views import back, operator_page, say_of, sentence

router = APIRouter(include_in_schema=False, route_class=OperatorRoute)

_PATH: Final = "/operator/review"
_DEEDS: Final = {
    "merge": N_("Merged"),
    "unmerge": N_("Split"),
    "hide": N_("Hidden"),
    "unhide": N_("Shown again"),
    "confirm": N_("Confirmed as one"),
    "topics": N_("Topics set"),
}
_ASKED: Final = {"remove": N_("Remove"), "correct": N_("Correct"), "claim": N_("Claim")}


@router.get(_PATH)
def review(request: Request, state: AppState, session: Operator, now: Now) -> Response:
    """Everything that waits."""
    return _page(request, state, session, now)


@router.get(_PATH + "/find")
def find(request: Request, state: AppState, session: Operator, now: Now) -> Response:
    """The event or group of an id or address."""
    text = request.query_params.get("target", "")[:2_000]
    found = look_up(state.database, text)
    if found is None:
        trouble = say_of(request).gettext("No event or group is known by this address or id.")
        return _page(request, state, session, now, ProblemError(404, trouble))
    return RedirectResponse(f"{_PATH}/{found[0]}/{found[1]}", status_code=303)


@router.get(_PATH + "/{things}/{thing_id}")
def thing(
    request: Request, things: curation.Things, thing_id: str, state: AppState, session: Operator
) -> Response:
    """One event or group with its listings."""
    return _thing_page(request, state, session, things, thing_id)


@router.post(_PATH + "/undo")
def undo(form: Form, state: AppState, session: Operator, now: Now) -> Response:
    """Take a decision back."""
    entry = form.get("entry", "")
    if not (entry.isascii() and entry.isdigit() and len(entry) < 19):
        raise ProblemError(404, "this cannot be undone")
    curation.undo(state.database, session.actor, now, int(entry))
    return back(f"{_PATH}#decisions", "undone")


@router.post(_PATH + "/remove")
def remove(request: Request, form: Form, state: AppState, session: Operator, now: Now) -> Response:
    """Remove an event or group for good."""
    try:
        requests.remove_target(state.database, session.actor, now, form.get("target", "")[:2_000])
    except ProblemError as error:
        return _page(request, state, session, now, error)
    return back(f"{_PATH}#removed", "taken-down")


@router.post(_PATH + "/suggestions/{suggestion_id}")
def decide(
    request: Request, suggestion_id: str, form: Form, state: AppState, session: Operator, now: Now
) -> Response:
    """Accept or decline a suggestion."""
    do = form.get("do", "")
    if do == "accept":
        try:
            requests.accept_suggestion(state.database, session.actor, now, suggestion_id)
        except ProblemError as error:
            if error.status != 422:
                raise
            return _page(request, state, session, now, error)
        return back(f"{_PATH}#suggestions", "accepted")
    if do == "decline":
        requests.decline_suggestion(state.database, session.actor, now, suggestion_id)
        return back(f"{_PATH}#suggestions", "declined")
    raise ProblemError(422, "this button does nothing")


@router.post(_PATH + "/take-downs/{take_down_id}")
def settle(take_down_id: str, state: AppState, session: Operator, now: Now) -> Response:
    """Mark a request as dealt with."""
    requests.settle_take_down(state.database, session.actor, now, take_down_id)
    return back(f"{_PATH}#take-downs", "settled")


@router.post(_PATH + "/{things}/{thing_id}")
def change(
    request: Request,
    things: curation.Things,
    thing_id: str,
    form: Form,
    state: AppState,
    session: Operator,
    now: Now,
) -> Response:
    """What one of the buttons of an event or group says."""
    here = f"{_PATH}/{things}/{thing_id}"
    to = _PATH if form.get("then") == "review" else here
    try:
        done = _do(form, state, session, things, thing_id, now)
    except ProblemError as error:
        if error.status != 409:
            raise
        return _thing_page(request, state, session, things, thing_id, error)
    return back(to, done)


def _do(
    form: dict[str, str],
    state: State,
    session: Operator,
    things: curation.Things,
    thing_id: str,
    now: datetime,
) -> str:
    """Do what the form says; the word for what was done."""
    database, actor, do = state.database, session.actor, form.get("do", "")
    if do in ("hide", "show"):
        curation.hide(database, actor, now, things, thing_id, hidden=do == "hide")
        return "hidden" if do == "hide" else "shown"
    if do == "confirm":
        curation.confirm(database, actor, now, things, thing_id)
        return "confirmed"
    if do == "split":
        parted = [name.removeprefix("listing-") for name in form if name.startswith("listing-")]
        curation.unmerge(database, actor, now, things, thing_id, parted)
        return "split"
    if do == "merge":
        other = look_up(database, form.get("other", "")[:2_000])
        if other is None or other[0] != things:
            raise ProblemError(409, "nothing of this kind is known by this address or id")
        curation.merge(database, actor, now, things, thing_id, [other[1]])
        return "merged"
    raise ProblemError(422, "this button does nothing")


def _page(
    request: Request, state: State, session: Operator, now: datetime, error: ProblemError | None = None
) -> Response:
    say = say_of(request)
    database = state.database
    values = {
        "merges": _merges(database, now, "events", say),
        "group_merges": _merges(database, now, "groups", say),
        "local": lambda start: _local(start, say),
        "take_downs": [_asked(each, say) for each in take_downs(database)],
        "suggestions": suggestions(database),
        "hidden": hidden(database),
        "removed": removed_targets(database),
        "decisions": [(each, say.gettext(_DEEDS[each.deed])) for each in decisions(database)],
        "trouble": None if error is None else sentence(error),
    }
    return operator_page(request, session, "review.html", values, 200 if error is None else error.status)


def _merges(
    database: Database, now: datetime, things: curation.Things, say: Translator
) -> list[dict[str, Any]]:
    """Doubtful merges with what speaks for and against each in words."""
    return [
        {
            "merge": each,
            "supporting": in_words(each.reasons, say, supporting=True),
            "opposing": in_words(each.reasons, say, supporting=False),
        }
        for each in merges_to_review(database, now, things)
    ]


def _thing_page(
    request: Request,
    state: State,
    session: Operator,
    things: curation.Things,
    thing_id: str,
    error: ProblemError | None = None,
) -> Response:
    found = curation.described(state.database, things, thing_id)
    values = {
        "here": "review",
        "things": things,
        "thing": found,
        "local": lambda start: _local(start, say_of(request)),
        "trouble": None if error is None else sentence(error),
    }
    return operator_page(request, session, "thing.html", values, 200 if error is None else error.status)


def _local(start: str | None, say: Translator) -> str:
    """A start in its own zone; a plain date for whole days."""
    if start is None:
        return ""
    moment = datetime.fromisoformat(start)
    day = say.day(moment.date(), year=True)
    return f"{day}, {say.clock(moment)} {say.zone(moment)}" if "T" in start else day


def _asked(each: dict[str, Any], say: Translator) -> dict[str, Any]:
    return {
        **each,
        "label": say.gettext(_ASKED.get(each["action"], each["action"])),
        "link": web_url(each["target"]),
    }
