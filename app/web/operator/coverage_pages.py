"""`/operator/coverage`: what each town has by career field, which fields have nothing, and what could fill each gap."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.errors import ProblemError
from app.http.deps import AppState, Now
from app.places.gazetteer import Place
from app.service.admin.coverage import (
    NEAR_KM,
    FieldCoverage,
    TownCoverage,
    find_town,
    long_name,
    town_coverage,
)
from app.settings import SettingsError
from app.sources.coverage import pages_allowed, places_to_cover
from app.translations.translator import Translator
from app.web.operator.session import Operator, OperatorRoute
from app.web.operator.views import operator_page, say_of

router = APIRouter(include_in_schema=False, route_class=OperatorRoute)
_MOST_CANDIDATES: Final = 5


@router.get("/operator/coverage")
def coverage(request: Request, state: AppState, session: Operator, now: Now) -> Response:
    """A town: the one that `near` names, else the first that is covered."""
    say = say_of(request)
    try:
        places = places_to_cover(state.settings, state.database)
    except SettingsError as error:
        raise ProblemError(422, "; ".join(error.problems)) from None
    wished = request.query_params.get("near", "").strip()[:200]
    place = find_town(wished) if wished else places[0]
    if place is None:
        values: dict[str, Any] = {
            "trouble": say.gettext("We do not know this place. Write a town, such as Boston, MA")
        }
        return operator_page(
            request,
            session,
            "coverage.html",
            {**values, "towns": _names(places), "asked": wished, "town": None},
            422,
        )
    pages = pages_allowed(state.settings, state.database)
    found = town_coverage(state.database, place, now, state.settings.base_url, pages=pages, say=say)
    values = {"towns": _names(places), "asked": wished, "town": _view(found, say)}
    return operator_page(request, session, "coverage.html", values)


def _names(places: list[Place]) -> list[str]:
    return [long_name(each) for each in places]


def _view(found: TownCoverage, say: Translator) -> dict[str, Any]:
    return {
        "name": long_name(found.place),
        "gap_count": found.gap_count,
        "field_count": sum(len(each.fields) for each in found.families),
        "families": [
            {
                "label": say.label(family.id),
                "count": len(family.fields),
                # Something to do, or something to see.
                "is_open": len(family.gaps) < len(family.fields)
                or any(each.candidates for each in family.gaps),
                "served": [
                    (say.label(each.id), each.groups, each.events)
                    for each in family.fields
                    if not each.is_gap
                ],
                "gaps": [_gap(each, say) for each in family.gaps],
            }
            for family in found.families
        ],
        "general": found.general,
    }


def _gap(each: FieldCoverage, say: Translator) -> dict[str, Any]:
    distance = say.distance(NEAR_KM, "km")
    return {
        "sentence": say.gettext(
            "No group or event for %(field)s within %(distance)s", field=say.label(each.id), distance=distance
        ),
        "candidates": each.candidates[:_MOST_CANDIDATES],
    }
