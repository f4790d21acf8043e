"""What the search form offers: the places covered, career fields, interests and filters, in a language."""

from __future__ import annotations

from typing import Any, Final

from app.http.deps import State
from app.places.gazetteer import Place
from app.samples.site import payloads
from app.search.query import WEEKDAYS as DAYS
from app.settings import SettingsError
from app.sources.coverage import places_to_cover
from app.taxonomy.taxonomy import load
from app.translations.translator import Translator
from app.web.chips import weekday_name
from app.web.question import ACCESS, RADII, WEEKDAYS, WEEKEND, WHENS

# What events are mostly held in; any other language can be asked for in a sentence.
_SPOKEN: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "ja", "ko", "zh")


def form_words(places: list[Place], say: Translator, *, samples: bool) -> dict[str, Any]:
    """The choices of the form. No sensitive interest is offered."""
    words = load()
    sampled = {f"{each.city}, {each.region}" for each in payloads()} if samples else set()
    spoken = sorted((say.language_name(each), each) for each in _SPOKEN)
    days = [(WEEKDAYS, say.gettext("weekdays")), (WEEKEND, say.gettext("weekends"))]
    return {
        "radii": RADII,
        "whens": [(value, say.gettext(text)) for value, text in WHENS],
        "days": days + [(each, weekday_name(each, say)) for each in DAYS],
        "accesses": [(value, say.gettext(text)) for value, text in ACCESS],
        "spoken": [(tag, name) for name, tag in spoken],
        "place_names": sorted({town_name(each) for each in places} | sampled),
        "field_names": sorted(
            {say.label(each) for each in words.families} | {say.label(each) for each in words.fields}
        ),
        "interest_names": sorted(
            {say.label(each) for each in words.interest_categories}
            | {say.label(each.id) for each in words.interests.values() if not each.sensitive}
        ),
    }


def places_covered(state: State) -> list[Place]:
    """The places covered; none where the operator has to put a setting right first."""
    try:
        return places_to_cover(state.settings, state.database)
    except SettingsError:
        return []


def town_name(place: Place) -> str:
    """`Boston, Massachusetts`; elsewhere with the country."""
    return ", ".join(part for part in (place.name, place.region or place.country) if part)
