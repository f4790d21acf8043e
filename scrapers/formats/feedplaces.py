"""Tells where a feed's entry takes place, and whether online, from the vocabularies that feeds use for it.

Elements in, a place and a mode out. Nothing is guessed from the words of a title or a description.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from xml.etree.ElementTree import Element

from scrapers.formats.places import coordinates_of, venue_of
from scrapers.formats.text import MAX_NAME, name
from scrapers.records import AttendanceMode, ScrapedPlace

_LOCATIONS: Final = (
    *(
        "ev:location",
        "xcal:location",
        "x-trumba:location",
        "s:location",
        "event:location",
        "mec:location",
        "location",
    ),
)
_YES: Final = frozenset({"true", "yes", "1"})
_ONLINE: Final = frozenset(("bc:is_virtual", "bc:is_online", "x-trumba:isonline"))
_NOWHERE: Final = ScrapedPlace()
# What a name is made of at most; so much of each place is remembered.
_MAX_WRITTEN: Final = 8 * MAX_NAME
# xCal's x-calconnect-*, and BiblioCommons' children of bc:location.
_PART_OF: Final = {
    "xcal:x-calconnect-venue": "name",
    "xcal:x-calconnect-venue-name": "name",
    "bc:name": "name",
    "xcal:x-calconnect-street": "street",
    "bc:street": "street",
    "bc:number": "number",
    "xcal:x-calconnect-postalcode": "code",
    "bc:zip": "code",
    "xcal:x-calconnect-city": "city",
    "bc:city": "city",
    "xcal:x-calconnect-region": "region",
    "bc:state": "region",
    "xcal:x-calconnect-country": "country",
    "bc:country": "country",
}
_POINTS: Final = frozenset(
    ("georss:point", "georss:where", "xcal:geo", "geo:point", "geo:lat", "bc:latitude", "s:latitude")
)


def place_of(entry: dict[str, list[Element]]) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
    """The place of an entry and what it proves about being there or online."""
    parts = _parts(entry)
    written = next((text for each in _LOCATIONS if each in entry and (text := _text(entry, each))), "")
    where, mode = _venue(written[:_MAX_WRITTEN])
    if not _ONLINE.isdisjoint(entry) and any((_text(entry, each) or "").lower() in _YES for each in _ONLINE):
        mode = "mixed" if parts or where else "online"
    point = None if _POINTS.isdisjoint(entry) else _point(entry)
    if not parts:
        return (_place(where, point) if where or point else None), mode
    street = " ".join(each for each in (parts.get("number"), parts.get("street")) if each)
    address = ", ".join(each for each in (street, parts.get("code")) if each)
    place = ScrapedPlace(
        name=parts.get("name") or where,
        address=address or None,
        city=parts.get("city"),
        region=parts.get("region"),
        country=parts.get("country"),
        lat=point[0] if point else None,
        lon=point[1] if point else None,
    )
    return (None if place == _NOWHERE else place), mode


# A feed has few places for its many entries.
@lru_cache(512)
def _venue(written: str) -> tuple[str | None, AttendanceMode | None]:
    return venue_of(name(written))


@lru_cache(512)
def _place(where: str | None, point: tuple[float, float] | None) -> ScrapedPlace:
    return ScrapedPlace(where, lat=point[0], lon=point[1]) if point else ScrapedPlace(where)


def _parts(entry: dict[str, list[Element]]) -> dict[str, str]:
    """The parts of an address, below an element that holds them or in the entry itself."""
    found: dict[str, str] = {}
    for tag in ("bc:location", "xcal:location"):
        if tag in entry:
            element = entry[tag][0]
            if len(element):
                inner: dict[str, list[Element]] = {}
                for child in element[:50]:
                    inner.setdefault(child.tag, []).append(child)
                _add_parts(inner, found)
    _add_parts(entry, found)
    return found


def _add_parts(holder: dict[str, list[Element]], found: dict[str, str]) -> None:
    for tag in holder:
        label = _PART_OF.get(tag)
        if label is not None and label not in found and (text := name(_text(holder, tag) or "")):
            found[label] = text


def _text(entry: dict[str, list[Element]], tag: str) -> str | None:
    if tag not in entry:
        return None
    element = entry[tag][0]
    return (element.text or "").strip() or None if len(element) == 0 else None


def _point(entry: dict[str, list[Element]]) -> tuple[float, float] | None:
    """georss:point and gml:pos write `lat lon`; W3C geo writes each in its own element; xCal has `lat;lon`."""
    candidates = [_text(entry, "georss:point"), _text(entry, "xcal:geo")]
    for holder in (*entry.get("georss:where", ())[:1], *entry.get("geo:point", ())[:1]):
        inner = {each.tag: each.text or "" for each in holder.iter()}
        candidates.append(inner.get("gml:pos"))
        if found := coordinates_of(inner.get("geo:lat"), inner.get("geo:long")):
            return found
    for written in candidates:
        numbers = (written or "")[:80].replace(",", " ").replace(";", " ").split()
        if len(numbers) == 2 and (found := coordinates_of(*numbers)):
            return found
    for lat, lon in (("geo:lat", "geo:long"), ("bc:latitude", "bc:longitude"), ("s:latitude", "s:longitude")):
        if found := coordinates_of(_text(entry, lat), _text(entry, lon)):
            return found
    return None
