"""`nextcircle understand`: JSON lines in, JSON lines out. Every line is answered, also one that is not JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from app.places.gazetteer import LatLon, Place, locate
from app.understanding.sentence import understand
from app.understanding.understood import Understood


def understand_lines(lines: Iterable[str], *, near: str | None = None) -> Iterator[dict[str, Any]]:
    """One answer for each line `{"id", "text"}`; raises ValueError for an unknown `near`."""
    hint = None
    if near is not None:
        place = locate(near).place
        if place is None or place.kind == "online":
            raise ValueError(f"--near {near!r}: unknown place")
        hint = LatLon(place.lat, place.lon)
    return (_answer(line, hint) for line in lines)


def _answer(line: str, near: LatLon | None) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        document = None
    document = document if isinstance(document, dict) else {}
    text = document.get("text")
    return {
        "id": document.get("id"),
        **understood_json(understand(text if isinstance(text, str) else "", near)),
    }


def understood_json(found: Understood) -> dict[str, Any]:
    """What was understood, every member present; `parts` say which words each value came from and how sure it is."""
    values = found.values
    place = found.place
    return {
        "text": found.text,
        "near": place_name(place) if place else None,
        "near_latlon": [round(place.lat, 4), round(place.lon, 4)] if place else None,
        "radius_km": values.get("radius_km"),
        "fields": values.get("fields", []),
        "interests": values.get("interests", []),
        "purposes": values.get("purposes", []),
        "from_to": values.get("from_to"),
        "weekday": values.get("weekday", []),
        "part_of_day": values.get("part_of_day"),
        "free": values.get("free"),
        "mode": values.get("mode"),
        "language": values.get("language"),
        "access": values.get("access", []),
        "company": values.get("company"),
        "not": found.without,
        "q": values.get("q"),
        "kind": values.get("kind", "either"),
        "unsure": list(found.unsure),
        "parts": [
            {
                "member": part.member,
                "value": place_name(place) if part.member == "near" and place else part.value,
                "words": part.words,
                "confidence": round(part.confidence, 2),
                **({"not": True} if part.negated else {}),
            }
            for part in found.parts
        ],
    }


def place_name(place: Place) -> str:
    """The place as a text that means it: "Boston, Massachusetts, US"."""
    return ", ".join(part for part in (place.name, place.region, place.country) if part)
