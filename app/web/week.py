"""`/week`: at most three evenings of the next seven days that fit and do not clash, as a page, a calendar file and a list to keep.

A plan is the ids of its events, in its address or in the visitor's browser; nothing of it is stored here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from app.core.errors import ProblemError
from app.http.deps import AppState, Now, Reading, State
from app.outputs import calendar
from app.samples.repository import has_samples
from app.service.items import MergedError, event_document
from app.service.recommendation_schemas import RecommendationParameters
from app.service.recommendations import recommendation_document
from app.translations.translator import Translator, translator
from app.web.chips import chips_of
from app.web.form_errors import FormError, form_error, malformed
from app.web.forms import Form, language_of
from app.web.picks import read_sentence
from app.web.question import HEEDED, Question, question_from, week_link
from app.web.responses import PageRoute, page, with_scripts
from app.web.search_page import PRIVATE
from app.web.search_views import belongs_in_no_address, parameters_of
from app.web.views import event_view

router = APIRouter(include_in_schema=False, route_class=PageRoute)
# So many may be kept: a few weeks of evenings.
MOST_KEPT: Final = 12
_MOST_REASONS: Final = 3
_MOST_LOOKED_AT: Final = 50
# What ends unsaid takes about so long.
_USUAL_LENGTH: Final = timedelta(hours=2)
Ids = Annotated[list[str], Query(alias="event", max_length=MOST_KEPT)]


@dataclass(slots=True)
class Plan:
    """What the page shows: evenings in order of their starts, how many are gone, what it was made for, what was not understood."""

    evenings: list[dict[str, Any]] = field(default_factory=list)
    missing: int = 0
    understood: list[str] = field(default_factory=list)
    troubles: list[FormError] = field(default_factory=list)

    @property
    def query(self) -> str:
        """The evenings as the query of an address."""
        return _query(self.evenings)


@router.get("/week")
def week(request: Request, state: AppState, now: Now, events: Ids = []) -> Response:  # noqa: B006  FastAPI copies it
    """A plan for a place and wishes; with `event` the evenings that were kept; with neither the form."""
    return _answered(request, state, now, request.query_params, events)


@router.post("/week")
def posted(request: Request, form: Form, state: AppState, now: Now) -> Response:
    """The same for a form; what is not sensitive gets an address of its own."""
    given = {**form, "lang": request.query_params.get("lang", "")}
    asked = _heeded(given)
    if belongs_in_no_address(asked, now):
        return _answered(request, state, now, given, [], private=True)
    return RedirectResponse(week_link(asked), status_code=303)


@router.get("/week.ics")
def week_calendar(connection: Reading, state: AppState, events: Ids = []) -> Response:  # noqa: B006
    """The events of a plan as one calendar file."""
    items, _ = _kept(connection, events, state.settings.base_url)
    if not items:
        raise ProblemError(404, "none of these events is announced")
    document = {
        "title": "NextCircle",
        "description": "",
        "items": items,
        "self": f"{state.settings.base_url}/week.ics?{_query(items)}",
    }
    headers = {
        "Content-Disposition": 'attachment; filename="nextcircle-week.ics"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(calendar.feed(document), media_type="text/calendar; charset=utf-8", headers=headers)


def _answered(
    request: Request,
    state: State,
    now: datetime,
    given: Mapping[str, str],
    events: Sequence[str],
    *,
    private: bool = False,
) -> Response:
    say, asked, base_url = translator(language_of(request)), _heeded(given), state.settings.base_url
    is_asked = any(asked.is_set(name) for name in HEEDED if name != "lang")
    with state.database.read() as connection:
        if events:
            plan = _kept_plan(connection, events, now, base_url, say)
        elif is_asked:
            plan = _new_plan(connection, asked, now, base_url, say)
        else:
            plan = Plan()
        samples = has_samples(connection)
    private = private or (is_asked and not plan.troubles and belongs_in_no_address(asked, now))
    values: dict[str, Any] = {
        "plan": plan,
        "sentence": asked.ask,
        "private": private,
        "is_asked": bool(events) or is_asked,
        "search": None if private or not is_asked else asked.link(),
        "samples": samples,
    }
    if private:
        values["languages_of_page"] = []
    response = with_scripts(page(request, "week.html", values, 422 if plan.troubles else 200))
    if private:
        response.headers.update(PRIVATE)
    return response


def _heeded(given: Mapping[str, str]) -> Question:
    return question_from({name: given[name] for name in HEEDED if name in given})


def _new_plan(connection: Connection, asked: Question, now: datetime, base_url: str, say: Translator) -> Plan:
    """The evenings of the recommender's week, each with its reasons."""
    asked = read_sentence(asked)
    try:
        document = recommendation_document(connection, _wishes(asked), now, base_url, say)
    except ProblemError as error:
        return Plan(troubles=[form_error(asked, each, say) for each in error.errors])
    except ValidationError as error:
        return Plan(troubles=[malformed(each, say) for each in error.errors()])
    if not document["resolved"]["near"] and asked.mode != "online":
        return Plan(troubles=[FormError(say.gettext("Say where you are, such as “nurse in Denver”."))])
    picks = {each["event"]["id"]: each for each in document["items"]}
    items, _ = _kept(connection, document["week"] or [], base_url)
    evenings = [_evening(item, now, say, picks.get(item["id"])) for item in items]
    return Plan(evenings, understood=[chip.label for chip in chips_of(asked, document["resolved"], say)])


def _wishes(asked: Question) -> RecommendationParameters:
    words = {name: value for name, value in parameters_of(asked).items() if name != "q"}
    events = {"for": "events", "limit": _MOST_LOOKED_AT, "within_days": 7}
    times = {name: asked.words(name) for name in ("weekday", "part_of_day") if asked.words(name)}
    mode = {"mode": asked.mode} if asked.mode else {}
    free = {"free": True} if asked.free else {}
    return RecommendationParameters.model_validate(words | events | times | mode | free)


def _kept_plan(
    connection: Connection, ids: Sequence[str], now: datetime, base_url: str, say: Translator
) -> Plan:
    """The evenings that somebody kept, each with what it clashes with."""
    items, missing = _kept(connection, ids, base_url)
    evenings = [_evening(item, now, say) for item in items]
    for item, evening in zip(items, evenings, strict=True):
        evening["clashes"] = [other["name"] for other in items if other is not item and _clash(item, other)]
    return Plan(evenings, missing)


def _kept(connection: Connection, ids: Sequence[str], base_url: str) -> tuple[list[dict[str, Any]], int]:
    """The events that are still announced, in order of their starts, and how many are not."""
    found: dict[str, dict[str, Any]] = {}
    missing = 0
    for identity in dict.fromkeys(ids):
        try:
            item = _event(connection, identity, base_url)
        except ProblemError:
            missing += 1
        else:
            found[item["id"]] = item
    return sorted(found.values(), key=lambda item: _span(item)[0]), missing


def _event(connection: Connection, identity: str, base_url: str) -> dict[str, Any]:
    try:
        return event_document(connection, identity, base_url)
    except MergedError as merged:
        return event_document(connection, merged.id, base_url)


def _evening(
    item: dict[str, Any], now: datetime, say: Translator, pick: dict[str, Any] | None = None
) -> dict[str, Any]:
    """An evening as the template takes it."""
    reasons = (
        [] if pick is None else [each["text"] for each in pick["reasons"] if each["code"] != "next_event"]
    )
    return {
        **event_view(item, now, say),
        "reasons": reasons[:_MOST_REASONS],
        "cautions": [] if pick is None else [each["text"] for each in pick["caveats"]],
        "first_step": None if pick is None else pick["first_step"],
        "clashes": [],
    }


def _clash(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two events overlap; whole days clash with nothing, as nobody stays all day."""
    if one["all_day"] or other["all_day"]:
        return False
    (begins, ends), (starts, stops) = _span(one), _span(other)
    return begins < stops and starts < ends


def _span(item: dict[str, Any]) -> tuple[datetime, datetime]:
    if item["all_day"]:
        start = datetime.combine(
            date.fromisoformat(item["start_date"]), datetime.min.time(), ZoneInfo(item["timezone"])
        )
        return start, start + timedelta(days=1)
    start = datetime.fromisoformat(item["start_date"])
    end = datetime.fromisoformat(item["end_date"]) if item["end_date"] else start
    return start, end if end > start else start + _USUAL_LENGTH


def _query(items: Sequence[dict[str, Any]]) -> str:
    return urlencode([("event", item["id"]) for item in items])
