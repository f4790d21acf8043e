"""The pages: `/`, one event, one group, the sources, who the crawler is. Thin routes; no SQL, no words of their own.

They are not part of the API and promise nothing to programs; `/v1` does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.http.deps import AppState, Now, Reading
from app.samples.repository import has_samples
from app.service.items import MergedError, coming_events, event_document, group_document, meetings_document
from app.service.links import item_links
from app.service.similar import similar_groups
from app.settings import PROJECT_URL
from app.sources.coverage import pages_allowed
from app.sources.repository.leases import ON_TRIAL
from app.sources.repository.sources import listing, page_terms
from app.translations.catalogue import N_
from app.translations.translator import Translator, translator
from app.web import formatting, search_views
from app.web.activity import activity_plot
from app.web.beside import digest_link, listing_links, map_link
from app.web.form_words import form_words, places_covered, town_name
from app.web.forms import language_of
from app.web.picks import calendar_links
from app.web.question import Question
from app.web.responses import PageRoute, asset_version, page, plain, with_scripts
from app.web.search_page import has_few_sources
from app.web.sharing import share_event, share_group, share_page, share_site
from app.web.views import event_view, group_view, platform_label
from scrapers.http.robots import PRODUCT_TOKEN

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_STATES: Final = {
    "on": N_("On"), "off": N_("Off"), "paused": N_("Paused"), "failing": N_("Failing"), "sample": N_("Sample"),
}  # fmt: skip
# RFC 9116 wants a date less than a year ahead.
_SECURITY_LASTS: Final = timedelta(days=180)


@router.get("/")
def home(request: Request, state: AppState, now: Now) -> Response:
    """The search box, and what is on near the places covered."""
    places, say = places_covered(state), _say(request)
    with state.database.read() as connection:
        groups, events = search_views.home(connection, places, now, state.settings.base_url, say)
        samples = has_samples(connection)
    values = {
        "asked": Question(near=town_name(places[0]) if places else ""),
        "sentence": "",
        "places": [each.name for each in places],
        "groups": groups,
        "events": events,
        "samples": samples,
        "share": share_site(state.settings.base_url),
        **form_words(places, say, samples=samples),
    }
    return page(request, "home.html", values)


@router.get("/events/{event_id}")
def event(request: Request, event_id: str, state: AppState, connection: Reading, now: Now) -> Response:
    """One event."""
    try:
        item = event_document(connection, event_id, state.settings.base_url)
    except MergedError as merged:
        return RedirectResponse(f"/events/{merged.id}", status_code=308)
    say = _say(request)
    values = {
        "event": event_view(item, now, say),
        "links": item_links("events", item["id"], state.settings.base_url)
        | calendar_links(item)
        | listing_links(item, say),
        "map": map_link(item["location"]),
        "samples": item["sample"],
        "share": share_event(item, now, state.settings.base_url, say),
    }
    return with_scripts(page(request, "event.html", values))


@router.get("/groups/{group_id}")
def group(request: Request, group_id: str, state: AppState, connection: Reading, now: Now) -> Response:
    """One group, and its next events."""
    base_url = state.settings.base_url
    try:
        item = group_document(connection, group_id, now, base_url)
    except MergedError as merged:
        return RedirectResponse(f"/groups/{merged.id}", status_code=308)
    coming = coming_events(connection, group_id, now, base_url)
    say = _say(request)
    values = {
        "group": group_view(item, now, say),
        "activity": activity_plot(meetings_document(connection, item["id"], now), say),
        "events": [event_view(event, now, say) for event in coming],
        "similar": [group_view(each, now, say) for each in similar_groups(connection, item, now, base_url)],
        "links": item_links("groups", item["id"], base_url)
        | listing_links(item, say)
        | {"rss": f"/v1/groups/{item['id']}/events.rss"},
        "digest": digest_link(item, say),
        "samples": item["sample"],
        "share": share_group(item, coming, now, base_url, say),
    }
    return page(request, "group.html", values)


@router.get("/sources")
def sources(request: Request, state: AppState, now: Now) -> Response:
    """Where everything comes from, how each source is, what is off and why."""
    pages = pages_allowed(state.settings, state.database)
    rows = listing(state.database, pages=pages)
    places, say = places_covered(state), _say(request)
    with state.database.read() as connection:
        few = [
            town_name(each) for each in places if has_few_sources(connection, each.lat, each.lon, pages=pages)
        ]
    shown = [
        {
            **row,
            "platform": platform_label(row["platform"]),
            "link": row["url"] if str(row["url"]).startswith("http") and row["state"] != "sample" else None,
            "label": say.gettext(_label(row)),
            "place": ", ".join(part for part in (row["city"], row["country"]) if part) or None,
            "last": formatting.ago(row["last_ok_at"], now, say),
        }
        for row in sorted(rows, key=lambda row: row["state"] == "sample")
    ]
    values = {
        "sources": shown,
        "real": sum(row["state"] != "sample" for row in rows),
        "on": sum(row["state"] == "on" for row in rows),
        "samples": any(row["state"] == "sample" for row in rows),
        "few": few,
        "share": share_page(
            state.settings.base_url,
            "/sources",
            say.gettext("Sources"),
            say.gettext("Where listings come from"),
        ),
        "terms": {} if pages else page_terms(state.database),
    }
    return page(request, "sources.html", values)


@router.get("/bot")
def bot(request: Request, state: AppState) -> Response:
    """Who the crawler is, and how a site is left out."""
    say = _say(request)
    share = share_page(
        state.settings.base_url,
        "/bot",
        say.gettext("About our crawler"),
        say.gettext("What it reads, and how to opt out."),
    )
    values = {"token": PRODUCT_TOKEN, "contact": state.settings.contact, "samples": False, "share": share}
    return page(request, "bot.html", values, language="en")


@router.get("/robots.txt")
def robots(request: Request, state: AppState) -> Response:
    """Everything may be read but the endless pages of results and what belongs to one person."""
    rules = "User-agent: *\nDisallow: /search\nDisallow: /s/\n"
    return plain(request, f"{rules}Sitemap: {state.settings.base_url}/sitemap.xml\n")


@router.get("/.well-known/security.txt")
def security(request: Request, state: AppState, now: Now) -> Response:
    """Where to report a weakness (RFC 9116)."""
    contact = state.settings.contact
    if "@" in contact and ":" not in contact:
        contact = f"mailto:{contact}"
    expires = (now + _SECURITY_LASTS).replace(hour=0, minute=0, second=0)
    return plain(
        request,
        f"Contact: {contact or f'{PROJECT_URL}/security'}\n"
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}\n"
        "Preferred-Languages: en, de\n"
        f"Canonical: {state.settings.base_url}/.well-known/security.txt\n",
    )


class _Static(StaticFiles):
    """Files whose address has their version in it never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if scope["query_string"] == f"v={asset_version()}".encode():
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def mount_static(app: FastAPI) -> None:
    """Serve the stylesheet and the icon under `/static`."""
    app.mount("/static", _Static(packages=[("app.web", "static")]), name="static")


def _label(row: dict[str, Any]) -> str:
    is_new = row["state"] == "failing" and not row["verified"] and row["origin"] in ON_TRIAL
    return N_("Not read yet") if is_new else _STATES[row["state"]]


def _say(request: Request) -> Translator:
    return translator(language_of(request))
