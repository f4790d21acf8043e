"""`/organisers`: what else is on that evening, for somebody who looks for a date for an event of their own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from app.core.errors import ProblemError
from app.http.deps import AppState, Now
from app.samples.repository import has_samples
from app.service.pages import event_page
from app.service.parameters import EventParameters
from app.service.resolution import topics_asked_for
from app.translations.translator import translator
from app.web.form_errors import FormError, form_error, malformed
from app.web.form_words import form_words, places_covered
from app.web.forms import language_of
from app.web.question import Question
from app.web.responses import PageRoute, page
from app.web.views import Asked, event_view

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_MOST: Final = 100


@router.get("/organisers")
def organisers(request: Request, state: AppState, now: Now) -> Response:
    """The events of a day around a place, those of the career field first; without a place and a day the form."""
    names = ("near", "field", "on")
    given = {name: request.query_params.get(name, "").strip() for name in names}
    say, asked = translator(language_of(request)), Question(near=given["near"], field=given["field"])
    day, troubles = _day(given["on"]), list[FormError]()
    alike: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    places = places_covered(state)
    if given["on"] and day is None:
        troubles.append(FormError(say.gettext("Choose a day, such as 2026-12-03.")))
    with state.database.read() as connection:
        samples = has_samples(connection)
        if asked.near and day is not None:
            parameters = {
                "near": [asked.near],
                "from": day.isoformat(),
                "to": day.isoformat(),
                "limit": _MOST,
            }
            try:
                # The topic orders what is there, and hides nothing: every event of the evening takes guests away.
                topic = EventParameters.model_validate(parameters | {"field": asked.words("field")})
                wanted = event_page(connection, topic, now, state.settings.base_url)
                whole = EventParameters.model_validate(parameters)
                document = event_page(connection, whole, now, state.settings.base_url)
            except ProblemError as error:
                troubles = [form_error(asked, each, say) for each in error.errors]
            except ValidationError as error:
                troubles = [malformed(each, say) for each in error.errors()]
            else:
                country = document["resolved"]["near"][0]["place"]["country"]
                shown = Asked(topics_asked_for(wanted["resolved"]), country)
                same = {item["id"] for item in wanted["items"]} if asked.field else set()
                views = [event_view(item, now, say, shown) for item in document["items"]]
                alike = [each for each in views if each["id"] in same]
                others = [each for each in views if each["id"] not in same]
    values = {
        "asked": asked,
        "on": given["on"],
        "day": say.long_day(day) if day else "",
        "beside": _beside(day),
        "alike": alike,
        "others": others,
        "troubles": [each.sentence for each in troubles],
        "is_asked": bool(asked.near and day and not troubles),
        "samples": samples,
        **form_words(places, say, samples=samples),
    }
    return page(request, "organisers.html", values, 422 if troubles else 200)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 and text == found.isoformat() else None


def _beside(day: date | None) -> dict[str, str]:
    """The day before and the day after."""
    if day is None:
        return {"earlier": "", "later": ""}
    return {name: (day + timedelta(days=step)).isoformat() for name, step in (("earlier", -1), ("later", 1))}
