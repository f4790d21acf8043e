"""Where an event is, from the members of an answer: placeholders name no place, swapped coordinates are turned.

No platform is defined in this module.
"""

from __future__ import annotations

import re
from typing import Final

from scrapers.formats.places import coordinates_of, venue_of
from scrapers.platforms._values import word
from scrapers.records import AttendanceMode, ScrapedPlace

_NO_VENUE: Final = re.compile(
    r"(?:(?:the )?(?:venue|location|address|place|exact location)\s*[:-]?\s*)?"
    r"(?:t\.?b\.?[acd]\.?|to be (?:announced|confirmed|determined|decided)|n/?a|none|null|unknown|undefined|not set|-+|\?+"
    r"|(?:multiple|various|several) (?:venues|locations)|see (?:description|details)(?: below)?"
    r"|(?:shared|provided|sent|available) (?:after|upon|on) (?:registration|rsvp))"
    r"(?: venue| location)?[.!]?",
    re.IGNORECASE,
)
_US_STATE: Final = re.compile(
    r"[A-Z]{2}|Ala(?:bama|ska)|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho"
    r"|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Mi(?:chigan|nnesota|ssissippi|ssouri)"
    r"|Montana|Nebraska|Nevada|New (?:Hampshire|Jersey|Mexico|York)|(?:North|South) (?:Carolina|Dakota)|Ohio|Oklahoma"
    r"|Oregon|Pennsylvania|Rhode Island|Tennessee|Texas|Utah|Vermont|(?:West )?Virginia|Washington|Wisconsin|Wyoming"
)


def place_of(
    *,
    title: object = None,
    address: object = None,
    city: object = None,
    region: object = None,
    country: object = None,
    lat: object = None,
    lon: object = None,
) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
    """A place without placeholders, and `online` or `mixed` where its name says so."""
    where, mode = venue_of(word(title) or "")
    street = word(address)
    north, east = spot(lat, lon) or (None, None)
    place = ScrapedPlace(
        name=None if where is None or _NO_VENUE.fullmatch(where) else where,
        address=None if street is None or _NO_VENUE.fullmatch(street) else street,
        city=town(city),
        region=word(region),
        country=town(country),
        lat=north,
        lon=east,
    )
    return (None if place == ScrapedPlace() else place), mode


def town(value: object) -> str | None:
    """The name of a town, region or country; a placeholder or "Online" names none."""
    named = word(value)
    if named is None or _NO_VENUE.fullmatch(named):
        return None
    return None if venue_of(named)[1] == "online" else named


def us_state(value: object) -> bool:
    """Whether a name is that of a state of the United States, or its code."""
    return isinstance(value, str) and _US_STATE.fullmatch(value.strip()) is not None


def city_and_state(value: object) -> tuple[str | None, str | None]:
    """ "Austin, TX" as Austin and TX; any other town has no state."""
    city = town(value)
    before, comma, code = (city or "").rpartition(", ")
    return (before, code) if comma and len(code) == 2 and code.isupper() and code.isalpha() else (city, None)


def spot(lat: object, lon: object) -> tuple[float, float] | None:
    """Coordinates; those that are only possible the other way round are turned."""
    return coordinates_of(lat, lon) or coordinates_of(lon, lat)
