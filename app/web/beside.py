"""What can be done with a listing besides going there: see it on a map, pass it on, follow its group, say that it is wrong. Pure."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote, urlencode

from app.listings.urls import web_url
from app.places.place_line import place_line
from app.translations.translator import Translator
from app.web.views import is_sensitive

_MAP: Final = "https://www.openstreetmap.org"
_SURE: Final = 0.6


def map_link(location: dict[str, Any] | None) -> str | None:
    """Where a venue is on a map: its own point, else its address; None where only a town is known."""
    if location is None:
        return None
    if location["exact"]:
        point = f"{location['lat']:.5f}/{location['lon']:.5f}"
        marked = urlencode({"mlat": f"{location['lat']:.5f}", "mlon": f"{location['lon']:.5f}"})
        return f"{_MAP}/?{marked}#map=17/{point}"
    if location["address"]:
        return f"{_MAP}/search?{urlencode({'query': place_line(location, address=True) or ''})}"
    return None


def listing_links(item: dict[str, Any], say: Translator) -> dict[str, str]:
    """Addresses for a listing: `mail` writes to somebody about it, `report` says that something is wrong with it."""
    subject, body = quote(item["name"], safe=""), quote(f"{item['name']}\n{item['page']}", safe="")
    target = item["page"] if web_url(item["page"]) else item["id"]
    return {
        "mail": f"mailto:?subject={subject}&body={body}",
        "report": f"/report?{urlencode({'target': target} | _lang(say))}",
    }


def digest_link(group: dict[str, Any], say: Translator) -> str | None:
    """The form of a digest for the place and the field of a group; None where it has no place, or is about something sensitive."""
    place = group["location"]
    if place is None or not place["city"] or is_sensitive(group):
        return None
    fields = [each["label"] for each in group["fields"] if each["confidence"] >= _SURE][:1]
    near = ", ".join(each for each in (place["city"], place["region"], place["country"]) if each)
    return f"/subscribe?{urlencode({'near': near} | ({'fields': fields[0]} if fields else {}) | _lang(say))}"


def _lang(say: Translator) -> dict[str, str]:
    return {} if say.language == "en" else {"lang": say.language}
