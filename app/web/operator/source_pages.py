"""`/operator/sources`: how each source is, in words, with the reason and the remedy; adding, pausing, resuming, removing."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.errors import ProblemError
from app.fetching.discovery import Discovery
from app.fetching.preview import preview as look
from app.http.deps import AppState, Now, State
from app.service.admin import sources as admin
from app.sources.coverage import pages_allowed
from app.sources.outcome_words import in_words, remedy_of
from app.sources.reason_words import PAUSED_BY_OPERATOR, reason_in_words
from app.sources.repository.leases import ON_TRIAL
from app.sources.repository.sources import health_of, listing, runs_of
from app.translations.catalogue import N_
from app.translations.translator import Translator
from app.web.forms import Form
from app.web.operator.session import Operator, OperatorRoute
from app.web.operator.views import back, operator_page, say_of, sentence
from app.web.views import platform_label

router = APIRouter(include_in_schema=False, route_class=OperatorRoute)

_STATES: Final = {
    "failing": N_("Failing"),
    "paused": N_("Paused"),
    "on": N_("Being read"),
    "off": N_("Off"),
    "sample": N_("Sample"),
}
_ORDER: Final = list(_STATES)
_FIELDS: Final = ("url", "near", "name", "for_town")
_LONGEST: Final = {"url": 2_000, "near": 200, "name": 200, "for_town": 200}


@router.get("/operator/sources")
def sources(request: Request, state: AppState, session: Operator) -> Response:
    """Every source, what needs a look first."""
    return _list_page(request, state, session, {})


@router.get("/operator/sources/{slug}")
def source(request: Request, slug: str, state: AppState, session: Operator) -> Response:
    """One source with its latest runs."""
    say = say_of(request)
    row = admin.source_row(state.database, slug, pages=pages_allowed(state.settings, state.database))
    runs = [{**run, "words": say.gettext(in_words(run["outcome"]))} for run in runs_of(state.database, slug)]
    values = {
        "here": "sources",
        "source": _view(row, say),
        "health": health_of(state.database, slug),
        "runs": runs,
    }
    return operator_page(request, session, "source.html", values)


@router.post("/operator/sources/add")
def add(request: Request, form: Form, state: AppState, session: Operator, now: Now) -> Response:
    """Add the address of a form."""
    asked = _asked(form)
    try:
        slug = admin.add_source(
            state.database,
            session.actor,
            now,
            asked["url"],
            name=asked["name"] or None,
            near=asked["near"] or None,
        )
    except ProblemError as error:
        return _list_page(request, state, session, asked, error)
    # Whoever fills the gaps of a town goes on with the next one.
    if asked["for_town"]:
        return back(f"/operator/coverage?near={quote(asked['for_town'])}", "added")
    return back(f"/operator/sources/{slug}", "added")


@router.post("/operator/sources/preview")
async def preview(request: Request, state: AppState, session: Operator, now: Now) -> Response:
    """Ask an address what it offers, and show it; nothing is stored."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    asked = _asked(form)
    await asyncio.to_thread(admin.note_preview, state.database, session.actor, now, asked["url"])
    try:
        found = await look(state.settings, asked["url"], asked["near"] or None, now)
    except TimeoutError:
        found = Discovery(asked["url"], [], say_of(request).gettext("The site took too long to answer."))
    return await asyncio.to_thread(_list_page, request, state, session, asked, None, found)


@router.post("/operator/sources/pause-all")
def pause_all(form: Form, state: AppState, session: Operator, now: Now) -> Response:
    """Stop reading every source for now."""
    admin.pause_all_sources(state.database, session.actor, now, _reason(form))
    return back("/operator/sources", "all-paused")


@router.post("/operator/sources/resume-all")
def resume_all(state: AppState, session: Operator, now: Now) -> Response:
    """Read every paused source again."""
    admin.resume_all_sources(state.database, session.actor, now)
    return back("/operator/sources", "all-resumed")


@router.post("/operator/sources/{slug}")
def change(slug: str, form: Form, state: AppState, session: Operator, now: Now) -> Response:
    """What one of the buttons of a source says."""
    do = form.get("do", "")
    if do == "pause":
        admin.pause_source(state.database, session.actor, now, slug, _reason(form))
        return back(f"/operator/sources/{slug}", "paused")
    if do == "resume":
        admin.resume_source(state.database, session.actor, now, slug)
        return back(f"/operator/sources/{slug}", "resumed")
    if do == "fetch":
        admin.fetch_source(state.database, session.actor, now, slug)
        return back(f"/operator/sources/{slug}", "due")
    if do == "remove":
        admin.remove_source(state.database, session.actor, now, slug)
        return back(f"/operator/sources/{slug}", "removed")
    raise ProblemError(422, "this button does nothing")


def _list_page(
    request: Request,
    state: State,
    session: Operator,
    asked: dict[str, str],
    error: ProblemError | None = None,
    found: Discovery | None = None,
) -> Response:
    say = say_of(request)
    rows = listing(state.database, pages=pages_allowed(state.settings, state.database))
    ordered = sorted(rows, key=lambda row: (_ORDER.index(row["state"]), str(row["name"]).casefold()))
    values = {
        "sources": [_view(row, say) for row in ordered],
        "counts": [
            (say.gettext(label), count)
            for each, label in _STATES.items()
            if (count := sum(row["state"] == each for row in rows)) or each != "sample"
        ],
        "paused": sum(row["state"] == "paused" for row in rows),
        "running": sum(row["state"] in ("on", "failing") for row in rows),
        "asked": {**dict.fromkeys(_FIELDS, ""), **asked},
        "trouble": None if error is None else sentence(error),
        "found": found,
        "known": {row["url"] for row in rows},
    }
    return operator_page(request, session, "sources.html", values, 200 if error is None else error.status)


def _view(row: dict[str, Any], say: Translator) -> dict[str, Any]:
    """A source with its state, the reason and the remedy in words."""
    remedy = None
    if row["state"] == "failing":
        remedy = say.gettext(remedy_of(row["last_outcome"]))
        if not row["verified"] and row["origin"] in ON_TRIAL:
            remedy = say.gettext(
                "It was never read yet and is tried again by itself; there is nothing to do."
            )
    elif row["state"] == "paused":
        remedy = say.gettext("Resume it once the reason is gone, or remove it.")
    elif row["last_outcome"] == "no_key":
        remedy = say.gettext(remedy_of("no_key"))
    return {
        **row,
        "label": say.gettext(_STATES[row["state"]]),
        "words": reason_in_words(row, say),
        "remedy": remedy,
        "platform": platform_label(row["platform"]),
        "link": row["url"] if str(row["url"]).startswith("http") and row["state"] != "sample" else None,
        "where": ", ".join(part for part in (row["city"], row["region"], row["country"]) if part),
    }


def _asked(form: dict[str, str]) -> dict[str, str]:
    """What was typed, each as long as it may be."""
    return {name: form.get(name, "").strip()[: _LONGEST[name]] for name in _FIELDS}


def _reason(form: dict[str, str]) -> str:
    return " ".join(form.get("reason", "").split())[:200] or PAUSED_BY_OPERATOR
