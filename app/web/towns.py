"""Pages of a town, and of a career field in it, with addresses that people can read and search engines may keep; the sitemap."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from app.core.errors import ProblemError
from app.http.deps import AppState, Now, Reading
from app.places.areas import areas
from app.places.gazetteer import Place, locate
from app.places.home import settled
from app.samples.repository import has_samples
from app.service.pages import event_page
from app.service.parameters import EventParameters
from app.settings import SettingsError
from app.sources.coverage import places_to_cover
from app.taxonomy.taxonomy import load
from app.translations.translator import translator
from app.web import search_views
from app.web.forms import language_of
from app.web.question import Question
from app.web.responses import PageRoute, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
# With fewer coming events a page helps nobody who comes from a search engine.
_LEAST_EVENTS: Final = 5
_WITH_REGION: Final = frozenset({"US", "CA"})
_NO_LETTERS: Final = re.compile(r"[^a-z0-9]+")
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST: Final = 80


def slug_of(text: str) -> str:
    """Words as a part of an address: `Montréal, QC` is `montreal-qc`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NO_LETTERS.sub("-", plain).strip("-")


def slug_of_place(place: Place) -> str:
    """The slug of a town: its name with its state or province in North America, else with its country."""
    region = None
    if place.country in _WITH_REGION and place.region is not None:
        region = areas().region_code(place.country, place.region) or place.region
    return slug_of(f"{place.name} {region or place.country or ''}")


@router.get("/in/{town}")
@router.get("/in/{town}/{field}")
def in_town(
    request: Request, town: str, state: AppState, connection: Reading, now: Now, field: str = ""
) -> Response:
    """Groups to go to and events in a town, all of them or those of a career field."""
    place = _place(town)
    label = _field_label(field) if field else ""
    path = f"/in/{slug_of_place(place)}" + (f"/{field}" if field else "")
    if request.url.path != path:
        return RedirectResponse(path, status_code=308)
    name = ", ".join(part for part in (place.name, place.region or place.country) if part)
    asked = Question(near=name, field=label)
    say = translator(language_of(request))
    answer = search_views.answer(connection, asked, now, state.settings.base_url, say)
    values = {
        "town": name,
        "field": say.label(field) if field else "",
        "answer": answer,
        "canonical": state.settings.base_url + path,
        "indexed": len(answer.events) >= _LEAST_EVENTS and not answer.private,
        "search": asked.link(),
        "samples": has_samples(connection),
    }
    return page(request, "town.html", values)


@router.get("/sitemap.xml")
def sitemap(state: AppState, connection: Reading, now: Now) -> Response:
    """The pages of the places covered, and of the fields that have something there."""
    base_url = state.settings.base_url
    paths = ["/", "/network", "/subscribe", "/sources"]
    try:
        places = places_to_cover(state.settings, state.database)
    except SettingsError:
        places = []
    for place in places:
        slug = slug_of_place(place)
        if _resolves(slug, place):
            paths += [
                f"/in/{slug}",
                *(
                    f"/in/{slug}/{field}"
                    for field in _busy_fields(connection, place, state.settings.base_url, now)
                ),
            ]
    lines = "".join(f"<url><loc>{escape(base_url + path)}</loc></url>" for path in paths)
    body = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</urlset>'
    return Response(body, media_type="application/xml", headers={"Cache-Control": "public, max-age=3600"})


def _busy_fields(connection: Connection, place: Place, base_url: str, now: Now) -> list[str]:
    """The ids of the fields with enough coming events around a place."""
    asked = EventParameters(lat=place.lat, lon=place.lon, facets="field", limit=1)
    facets = event_page(connection, asked, now, base_url)["facets"] or {}
    return [
        each["id"]
        for each in facets.get("field", [])
        if each["count"] >= _LEAST_EVENTS and each["id"] in load().fields
    ]


def _place(slug: str) -> Place:
    """The town of a slug. Raises the 404."""
    if _SLUG.fullmatch(slug) and len(slug) <= _LONGEST:
        found = settled(locate(slug.replace("-", " "))).place
        if found is not None and found.kind in {"city", "town"}:
            return found
    raise ProblemError(404, "no town is known by this name")


def _resolves(slug: str, place: Place) -> bool:
    """Whether the slug leads back to the place: of two towns of one name only one has it."""
    try:
        return _place(slug).id == place.id
    except ProblemError:
        return False


def _field_label(slug: str) -> str:
    found = load().fields.get(slug)
    if found is None:
        raise ProblemError(404, "no career field has this name; /v1/fields lists them")
    return str(found.label)
