"""`/handout`: one page to print for a library's desk or a coach, in two languages, with a code that a phone opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import segno
from fastapi import APIRouter, Request
from pydantic import ValidationError
from sqlalchemy import Connection
from starlette.responses import Response

from app.core.errors import ProblemError
from app.http.deps import AppState, Now
from app.places.gazetteer import locate
from app.places.home import settled
from app.places.place_line import place_line
from app.samples.repository import has_samples
from app.service.recommendation_schemas import RecommendationParameters
from app.service.recommendations import recommendation_document
from app.translations.catalogue import LANGUAGE_NAMES, LANGUAGES, N_, Language
from app.translations.translator import Translator, translator
from app.web import formatting
from app.web.form_errors import FormError, form_error, malformed
from app.web.form_words import form_words, places_covered
from app.web.forms import language_of
from app.web.question import Question
from app.web.responses import PageRoute, page, with_scripts
from app.web.towns import slug_of_place

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_MOST: Final = 6
_STEPS: Final = (
    N_("Choose one evening from the list."),
    N_("Go there, and tell two people what you are looking for."),
    N_("Go again: people help those whom they have met before."),
)


@dataclass(frozen=True, slots=True)
class Column:
    """The words of the handout in one language."""

    language: Language
    title: str
    lead: str
    steps: tuple[str, ...]
    scan: str
    sample: str | None


@router.get("/handout")
def handout(request: Request, state: AppState, now: Now) -> Response:
    """The page for a place and a career field; without a place the form that asks for them. It takes no interests: paper lies about."""
    language = language_of(request)
    given = {name: request.query_params.get(name, "").strip() for name in ("near", "field", "second")}
    usual: Language = "es" if language == "en" else "en"
    second = next((each for each in LANGUAGES if each == given["second"]), usual)
    asked = Question(near=given["near"], field=given["field"])
    say, places = translator(language), places_covered(state)
    sheet: dict[str, Any] | None = None
    troubles: list[FormError] = []
    with state.database.read() as connection:
        samples = has_samples(connection)
        if asked.near:
            try:
                sheet = _sheet(connection, asked, now, state.settings.base_url, (language, second))
            except ProblemError as error:
                troubles = [form_error(asked, each, say) for each in error.errors]
            except ValidationError as error:
                troubles = [malformed(each, say) for each in error.errors()]
    values: dict[str, Any] = {
        "asked": asked,
        "second": second,
        "language_names": list(LANGUAGE_NAMES.items()),
        "troubles": troubles,
        "sheet": sheet,
        "samples": samples,
        **form_words(places, say, samples=samples),
    }
    return with_scripts(page(request, "handout.html", values, 422 if troubles else 200))


def _sheet(
    connection: Connection, asked: Question, now: datetime, base_url: str, languages: Sequence[Language]
) -> dict[str, Any]:
    """The groups to go to, with their next dates in each language, and the address of them all. Raises the problems of recommendations."""
    parameters = RecommendationParameters.model_validate(
        {"near": [asked.near], "field": asked.words("field"), "limit": _MOST}
    )
    document = recommendation_document(connection, parameters, now, base_url)
    place, fields = document["resolved"]["near"][0]["place"], document["resolved"]["field"]
    voices = [translator(each, place["country"]) for each in dict.fromkeys(languages)]
    sample = any(each["group"]["sample"] for each in document["items"])
    address = base_url + (_town_path(asked.near, [each["id"] for each in fields]) or asked.link())
    return {
        "columns": [
            _column(say, place["name"], [each["id"] for each in fields], sample=sample) for say in voices
        ],
        "field": ", ".join(voices[0].label(each["id"]) for each in fields),
        "groups": [_group(each, now, voices) for each in document["items"]],
        "address": address.partition("://")[2],
        "code": _code(address),
    }


def _town_path(near: str, fields: list[str]) -> str | None:
    """The short address of the page of a town, and of a field in it; None where there is none that leads back."""
    place = settled(locate(near)).place
    if place is None or place.kind not in {"city", "town"} or len(fields) > 1:
        return None
    slug = slug_of_place(place)
    again = settled(locate(slug.replace("-", " "))).place
    if again is None or again.id != place.id:
        return None
    return f"/in/{slug}" + "".join(f"/{each}" for each in fields)


def _code(address: str) -> str:
    """The QR code as SVG: numbers and nothing of the address itself, so it is markup."""
    return str(segno.make(address, error="m").svg_inline(scale=5, border=3, light="#fff"))


def _column(say: Translator, town: str, fields: list[str], *, sample: bool) -> Column:
    labels = say.listed([say.label(each) for each in fields]) if fields else ""
    return Column(
        language=say.language,
        title=say.gettext("%(field)s: meet people near %(town)s", field=labels, town=town)
        if labels
        else say.gettext("Meet people near %(town)s", town=town),
        lead=say.gettext("Many jobs are found through people. These groups meet near you."),
        steps=tuple(say.gettext(each) for each in _STEPS),
        scan=say.gettext("All groups and dates: point your phone’s camera at the code, or type the address."),
        sample=say.gettext("These are sample listings.") if sample else None,
    )


def _group(item: dict[str, Any], now: datetime, voices: list[Translator]) -> dict[str, Any]:
    following = item["next_event"]
    dates = [
        (
            say.language,
            formatting.moment(following["start_date"], now, say) if following else say.gettext("No date yet"),
        )
        for say in voices
    ]
    return {"name": item["group"]["name"], "where": place_line(item["group"]["location"]), "dates": dates}
