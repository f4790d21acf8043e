"""`nextcircle locate`: one place string a line in, one JSON object a line out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.places.gazetteer import locate
from app.places.records import LatLon, Place


def locate_lines(
    lines: Iterable[str], *, near: str | None = None, country: str | None = None
) -> Iterator[dict[str, Any]]:
    """`{"query", "place", "candidates"}` for each line, empty ones too; raises ValueError for an unknown `near`."""
    hint = _hint(near)
    code = country.upper() if country else None
    if code is not None and not (len(code) == 2 and code.isalpha() and code.isascii()):
        raise ValueError(f"--country {country!r} is not a two-letter ISO 3166-1 code, such as DE")
    return (_answer(line, hint, code) for line in lines)


def _answer(line: str, near: LatLon | None, country: str | None) -> dict[str, Any]:
    found = locate(line, near=near, country=country)
    return {
        "query": line,
        "place": None if found.place is None else _shown(found.place),
        "candidates": [_shown(each) for each in found.candidates],
    }


def _shown(place: Place) -> dict[str, Any]:
    return {
        "name": place.name,
        "region": place.region,
        "country": place.country,
        "lat": place.lat,
        "lon": place.lon,
        "timezone": place.timezone,
        "kind": place.kind,
        "box": None if place.box is None else list(place.box),
    }


def _hint(near: str | None) -> LatLon | None:
    if not near:
        return None
    place = locate(near).place
    if place is None:
        raise ValueError(f"--near {near!r}: unknown place")
    return LatLon(place.lat, place.lon)
