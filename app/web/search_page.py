"""`/search`: the answer to a question. The form is posted; what is not sensitive is sent on to an address that can be kept and shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from app.http.deps import AppState, Now, State, demand_of
from app.samples.repository import has_samples
from app.sources.catalogue import ENOUGH_SOURCES
from app.sources.coverage import pages_allowed
from app.sources.repository.sources import count_near
from app.sources.templates import COVERS_KM
from app.translations.catalogue import N_
from app.translations.translator import Translator, translator
from app.web import search_views
from app.web.embed.plot import HEIGHT, WIDTH
from app.web.event_views import day_links, months_beside
from app.web.form_words import form_words, places_covered
from app.web.forms import Form, language_of
from app.web.question import Question, View, question_from, week_link
from app.web.responses import PageRoute, page, with_scripts
from app.web.sharing import Sharing, share_answer

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_VIEW_NAMES: Final[dict[View, str]] = {"": N_("List"), "month": N_("Month"), "map": N_("Map")}
PRIVATE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@router.get("/search")
def search(request: Request, state: AppState, now: Now) -> Response:
    """Groups and events for a place, a career field, an interest and filters."""
    return _answered(request, state, now, request.query_params)


@router.post("/search")
def posted(request: Request, form: Form, state: AppState, now: Now) -> Response:
    """The same for a form: its own address for what is not sensitive, else the answer, which no address tells."""
    given = {**form, "lang": request.query_params.get("lang", "")}
    asked = question_from(given)
    if search_views.belongs_in_no_address(asked, now):
        return _answered(request, state, now, given, private=True)
    return RedirectResponse(asked.link(), status_code=303)


def fields_of(link: str) -> list[tuple[str, str]]:
    """The query of an address as the fields of a form that is posted."""
    return [(name, value) for name, value in parse_qsl(urlsplit(link).query) if name != "lang"]


def _answered(
    request: Request, state: State, now: Now, given: Mapping[str, str], *, private: bool = False
) -> Response:
    asked = question_from(given)
    only, cursor = (given.get(name, "").strip() for name in ("only", "cursor"))
    say = translator(language_of(request))
    # Before the connection is taken: a request that holds one while it waits for another could wait forever.
    places = places_covered(state)
    pages = pages_allowed(state.settings, state.database)
    with state.database.read() as connection:
        answer = search_views.answer(
            connection, asked, now, state.settings.base_url, say, only=only, cursor=cursor, private=private
        )
        samples = has_samples(connection)
        if answer.is_empty and not (cursor or asked.q):
            demand_of(request).note(answer.resolved, now)
        few = answer.point is not None and has_few_sources(connection, *answer.point, pages=pages)
    values: dict[str, Any] = {
        "asked": answer.asked,
        "sentence": asked.ask,
        "answer": answer,
        "few_sources": few,
        "only": only,
        "samples": samples,
        "share": _share_of(answer.asked, answer, state.settings.base_url),
        "fields_of": fields_of,
        "views": _views(answer.asked, say),
        "week": week_link(answer.asked) if answer.asked.near and not answer.private else None,
        "handout": None if answer.private else _handout(answer.asked),
        "plot_size": (WIDTH, HEIGHT),
        **_months(answer.asked, answer),
        **form_words(places, say, samples=samples),
    }
    if answer.private:
        # The page in another language would write what was asked into an address.
        values["languages_of_page"] = []
    response = with_scripts(page(request, "search.html", values, 422 if answer.troubles else 200))
    if answer.private:
        response.headers.update(PRIVATE)
    return response


def _views(asked: Question, say: Translator) -> list[tuple[str, str, bool]]:
    """The ways to look at the events: name, address, and whether it is the one shown."""
    return [
        (say.gettext(name), replace(asked, view=view, month="").link(), asked.view == view)
        for view, name in _VIEW_NAMES.items()
    ]


def _months(asked: Question, answer: search_views.Answer) -> dict[str, Any]:
    if answer.month is None:
        return {"earlier": None, "later": None, "day_links": {}}
    earlier, later = months_beside(asked, answer.month)
    return {"earlier": earlier, "later": later, "day_links": day_links(asked, answer.month)}


def _handout(asked: Question) -> str | None:
    """The page to print about the same place and career field."""
    kept = {name: getattr(asked, name) for name in ("near", "field", "lang") if asked.is_set(name)}
    return f"/handout?{urlencode(kept)}" if asked.near else None


def has_few_sources(connection: Connection, lat: float, lon: float, *, pages: bool) -> bool:
    """Whether fewer sources than it takes cover a point."""
    return count_near(connection, lat, lon, COVERS_KM, pages=pages) < ENOUGH_SOURCES


def _share_of(asked: Question, answer: search_views.Answer, base_url: str) -> Sharing | None:
    """What a page of results says of itself; nothing of a private question, nor of one that was not understood."""
    if answer.private or answer.troubles:
        return None
    title = " · ".join(each.label for each in answer.understood) or answer.say.gettext("Everything coming up")
    return share_answer(title, asked.link(), answer.items, base_url)
