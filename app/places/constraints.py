"""The countries and regions that the parts of a text name, and the part that is left to look for in them."""

from __future__ import annotations

from app.places.areas import Area, areas
from app.places.cells import haversine_km
from app.places.gazetteer_file import gazetteer
from app.places.queries import Segment
from app.places.records import LatLon
from app.places.spellings import first_of_pair, fold, without_surroundings

Constraint = tuple[Area, ...]

# Within this distance a smaller part of a string is a place inside the larger one ("Camden Town, London").
INSIDE_KM = 40.0

# Territories with a code of their own that people write under the country ("Hong Kong SAR, China").
PARTS = {
    "CN": ("CN", "HK", "MO"),
    "US": ("US", "PR", "GU", "VI"),
    "FR": ("FR", "RE", "GP", "MQ", "GF"),
    "GB": ("GB", "JE", "GG", "IM", "GI"),
}

# Italian addresses put the province in brackets: "Torino (TO)".
ITALIAN_PROVINCES = frozenset(
    """
        AG AL AN AO AP AQ AR AT AV BA BG BI BL BN BO BR BS BT BZ CA CB CE CH CL CN CO CR CS CT CZ EN FC FE
        FG FI FM FR GE GO GR IM IS KR LC LE LI LO LT LU MB MC ME MI MN MO MS MT NA NO NU OR PA PC PD PE PG
        PI PN PO PR PT PU PV PZ RA RC RE RG RI RM RN RO SA SI SO SP SR SS SU SV TA TE TN TO TP TR TS TV UD
        VA VB VC VE VI VR VT VV
    """.split()
)
# Of regions of one name the ones around the hint are meant, if any.
REGION_NEAR_KM = 1500.0


def town_last(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """ "Japan, Tokyo" as "Tokyo, Japan": a leading country moves to the end."""
    first, last = segments[0], segments[-1]
    if len(segments) == 1 or not _country_named(first):
        return segments
    countries = {area.country for area in areas().named(first.words, first.key) if area.code is None}
    meant = areas().named(last.words, last.key)
    # "Lebanon, TN" is a town in Tennessee, "Japan, Tokyo" a region of the country in front.
    if not meant or any(area.code is not None and area.country in countries for area in meant):
        return (*segments[1:], first)
    return segments


def _country_named(segment: Segment) -> bool:
    return any(area.code is None for area in areas().by_name.get(segment.key, ()))


def _meant(segment: Segment, near: LatLon | None) -> Constraint:
    """The countries and regions a segment can mean, without regions that a town of the name outshines."""
    meant = areas().around(segment.words, segment.key)
    if not any(area.code is not None for area in meant):
        return meant
    file = gazetteer()
    towns = [index for index, usual in file.bearers(segment.key) if usual]
    if near is not None:
        here = tuple(
            area for area in meant if haversine_km(area.place.lat, area.place.lon, *near) <= REGION_NEAR_KM
        )
        if here:
            return here
        if any(haversine_km(*file.point(index), *near) <= INSIDE_KM for index in towns):
            return ()
    largest = max(map(file.population, towns), default=0)
    return tuple(area for area in meant if area.code is None or 2 * area.place.population >= largest)


def constrain(segments: tuple[Segment, ...], near: LatLon | None) -> tuple[tuple[Segment, ...], Constraint]:
    """Takes countries and regions off the end: what is left to find, and the areas it may lie in."""
    constraint: Constraint = ()
    left = list(segments)
    while len(left) > 1:
        last = left[-1]
        meant = (
            _narrow(constraint, areas().around(last.words, last.key)) if constraint else _meant(last, near)
        )
        if last.in_brackets and last.words in ITALIAN_PROVINCES:
            meant = (*meant, areas().by_key["IT", None])
        if meant:
            constraint = meant
        elif not (constraint and len(left[-1].key) <= 3 and len(left) > 1):
            # "Sydney, Australia, beside the conference": a country further in still counts.
            at = next((i for i in range(len(left) - 1, 0, -1) if _country_named(left[i])), None)
            if constraint or at is None:
                break
            del left[at + 1 :]
            continue
        left.pop()
    if not constraint and len(left) > 2:
        left, constraint = _state_inside(left)
    if len(left) == 1 and not constraint:
        return _constrain_words(left[0])
    return tuple(left), constraint


def _state_inside(segments: list[Segment]) -> tuple[list[Segment], Constraint]:
    """ "4300 Brighton Blvd. Denver, CO 80216, Denver": the code of a state between other segments."""
    for at in range(len(segments) - 2, 0, -1):
        words = segments[at].words
        if len(words) == 2 and words.isupper():
            states = tuple(a for a in areas().by_code.get(words, ()) if a.code is not None)
            if states:
                return [*segments[:at], *segments[at + 1 :]], states
    return segments, ()


def _narrow(constraint: Constraint, meant: Constraint) -> Constraint:
    """The readings of one more area word that agree with those to its right."""
    if not constraint:
        return meant
    countries = {area.country for area in constraint if area.code is None}
    return tuple(area for area in meant if area.code is not None and area.country in countries)


def _constrain_words(segment: Segment) -> tuple[tuple[Segment, ...], Constraint]:
    """ "Arlington VA", "San Jose Costa Rica": an area at the end of a segment without a comma."""
    around = without_surroundings(segment.key)
    if around != segment.key and (around in areas().by_name or first_of_pair(segment.words)):
        return (segment,), ()
    if any(gazetteer().bearers(key) or key in areas().aliases for key in (segment.key, around)):
        return (segment,), ()
    words = segment.words.split()
    for count in (3, 2, 1):
        tail = " ".join(words[-count:])
        if count >= len(words) or (count == 1 and len(tail) == 2 and tail.islower()):
            continue
        meant = areas().named(tail, fold(tail))
        if meant:
            rest = " ".join(words[:-count])
            return (Segment(rest, fold(rest), segment.is_address),), meant
    return (segment,), ()


def allows(constraint: Constraint, country: str | None, area: str | None) -> bool:
    """Whether a place of a country and first-level area may be meant."""
    return not constraint or any(
        item.code in (None, area) and country in PARTS.get(item.country, (item.country,))
        for item in constraint
    )
