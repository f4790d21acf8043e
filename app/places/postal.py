"""Which US ZIP code a place string means, and whether its other words agree.

A run of five digits may be a house, a room or a German post code: it counts where the string names the
state the code is in, where the hint is near, or where nothing else is said.
"""

from __future__ import annotations

from app.places.areas import areas
from app.places.cells import haversine_km
from app.places.gazetteer_file import City, Postcode, gazetteer
from app.places.queries import Reading, Segment
from app.places.records import LatLon, Place
from app.places.spellings import fold

# A code this far from the hint is still believed to be meant in its neighbourhood.
_NEAR_KM = 80.0
# A code alone is believed unless the hint lies in another part of the world.
_ALONE_KM = 1500.0
_SURE, _LIKELY = 0.95, 0.7
_US = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW"})


def postcode_place(reading: Reading, near: LatLon | None, country: str | None) -> Place | None:
    """The ZIP code of a string as a place: named like its town, at the middle of its area."""
    for code in reversed(reading.zip_codes):
        found = gazetteer().postcode(code)
        if found is None:
            continue
        town = gazetteer().city(found.town)
        if _names_state(reading.segments, town):
            return _place(found, town, _SURE)
        if country is not None and country not in _US:
            continue
        distance = haversine_km(found.lat, found.lon, *near) if near is not None else None
        if reading.zip_alone or _only_country(reading.segments):
            if distance is None or distance <= _ALONE_KM or country is not None:
                return _place(found, town, _LIKELY)
        elif distance is not None and distance <= _NEAR_KM:
            return _place(found, town, _SURE)
    return None


def _names_state(segments: tuple[Segment, ...], town: City) -> bool:
    """Whether the state of a town stands in the string: "MA 02139", "Englewood, Colorado 80112"."""
    for segment in segments:
        words = segment.words.split()
        for tail in {segment.words, *(" ".join(words[-count:]) for count in (1, 2))}:
            for area in areas().named(tail, fold(tail)):
                if area.country == town.country and area.code in (
                    town.area,
                    None if town.country != "US" else town.area,
                ):
                    return True
    return False


def _only_country(segments: tuple[Segment, ...]) -> bool:
    """ "02139, USA": besides the code nothing but the country."""
    return len(segments) == 1 and any(
        area.code is None and area.country in _US
        for area in areas().named(segments[0].words, segments[0].key)
    )


def _place(found: Postcode, town: City, confidence: float) -> Place:
    return Place(
        id=f"zip-{found.code}",
        name=town.name,
        region=areas().region_name(town.country, town.area),
        country=town.country,
        lat=found.lat,
        lon=found.lon,
        timezone=town.timezone,
        kind="postcode",
        confidence=confidence,
    )
