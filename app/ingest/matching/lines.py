"""`nextcircle match`: which records of a file are about the same event, as clusters or for given pairs. Pure.

Records are compared only within blocks (same address, same day and place, same telling words near in time), so that the cost
grows with the number of records and not with its square. The clusters are the same whatever the order of the records.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final

from app.ingest.matching.clustering import clusters_of
from app.ingest.matching.names import telling_words
from app.ingest.matching.similarity import EventFeatures, event_similarity, weights_of
from app.listings.urls import canonical
from app.places.gazetteer import locate

# A block larger than this says nothing: everything is online on the first of the month.
_LARGEST_BLOCK: Final = 400
_NEITHER_TOWN: Final = frozenset({"country", "region", "online"})
_WEEKS: Final = 60
# No name, address or town is longer.
_LONGEST_TEXT: Final = 2_000
# Pairs less likely than this are left out of an explanation: they are most, and nobody would ask.
_TOLD: Final = 0.05


def features_of(document: dict[str, Any]) -> EventFeatures:
    """The features of a JSON object with id, name, url, start, end, city, country, lat, lon, online, group; any may be None."""
    city, country = _text(document.get("city")), _text(document.get("country"))
    lat, lon = _number(document.get("lat"), 90), _number(document.get("lon"), 180)
    online = _flag(document.get("online"))
    if city and city.casefold() in {"online", "virtual", "remote"}:
        city, online = None, True if online is None else online
    if (lat is None or lon is None) and city:
        lat, lon = _point(city, country)
    return EventFeatures(
        id=str(document.get("id")),
        name=_text(document.get("name")) or "",
        start=_day(document.get("start")),
        end=_day(document.get("end")),
        url=_text(document.get("url")),
        city=city,
        country=country,
        lat=lat,
        lon=lon,
        online=online,
        group=_text(document.get("group")),
    )


def match_lines(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """`{"cluster", "ids"}` for every cluster, the one with the first id first; each record is in one."""
    records = {each.id: each for each in (features_of(_document(line)) for line in lines if line.strip())}
    for ids in clusters(list(records.values())):
        yield {"cluster": ids[0], "ids": list(ids)}


def explained_lines(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Every pair that `match_lines` compares and does not find quite unlike, likeliest first: `{"id_a", "id_b", "same",
    "probability", "reasons", "weights", "joined"}`. `weights` are log-odds by reason, `joined` says whether the two ended
    in one cluster, which others may have brought about or forbidden.
    """
    records = {each.id: each for each in (features_of(_document(line)) for line in lines if line.strip())}
    cluster = {each: ids[0] for ids in clusters(list(records.values())) for each in ids}
    told = []
    for one, other in candidate_pairs(records.values()):
        found = event_similarity(records[one], records[other])
        joined = cluster[one] == cluster[other]
        if joined or found.probability >= _TOLD:
            told.append((found, one, other, joined))
    for found, one, other, joined in sorted(told, key=lambda each: (-each[0].probability, each[1], each[2])):
        yield {
            "id_a": one,
            "id_b": other,
            "same": found.same,
            "probability": found.probability,
            "reasons": list(found.reasons),
            "weights": weights_of(records[one], records[other]),
            "joined": joined,
        }


def match_pairs(lines: Iterable[str], pairs: Iterable[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """`{"id_a", "id_b", "same", "probability", "reasons"}` for every pair, in the order asked; nulls for an unknown id."""
    records = {each.id: each for each in (features_of(_document(line)) for line in lines if line.strip())}
    for one, other in pairs:
        answer: dict[str, Any] = {
            "id_a": one,
            "id_b": other,
            "same": None,
            "probability": None,
            "reasons": [],
        }
        if one in records and other in records:
            found = event_similarity(records[one], records[other])
            answer |= {"same": found.same, "probability": found.probability, "reasons": list(found.reasons)}
        yield answer


def clusters(records: list[EventFeatures]) -> list[tuple[str, ...]]:
    """Ids that belong together, sorted inside and by their first one; singles included."""
    by_id = {each.id: each for each in records}
    likely = [
        (found.probability, one, other)
        for one, other in candidate_pairs(records)
        if (found := event_similarity(by_id[one], by_id[other])).same
    ]
    return clusters_of(
        by_id, likely, lambda one, other: event_similarity(by_id[one], by_id[other]).probability < 0.1
    )


def candidate_pairs(records: Iterable[EventFeatures]) -> list[tuple[str, str]]:
    """The pairs that are worth comparing, each once, sorted."""
    blocks: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for record in records:
        for key in _keys(record):
            blocks[key].add(record.id)
    pairs: set[tuple[str, str]] = set()
    for ids in blocks.values():
        if 1 < len(ids) <= _LARGEST_BLOCK:
            ordered = sorted(ids)
            pairs.update((one, other) for place, one in enumerate(ordered) for other in ordered[place + 1 :])
    return sorted(pairs)


def _keys(record: EventFeatures) -> Iterator[tuple[Any, ...]]:
    address = canonical(record.url) if record.url else None
    words = telling_words(record.name)
    weeks = _around(record.start, _WEEKS)
    if address:
        for week in weeks or (None,):
            yield ("page", address, week)
    for word in sorted(words, key=lambda each: (-len(each), each))[:3]:
        for day in _around(record.start, 1):
            yield ("word and day", word, day)
    if words:
        for week in weeks:
            yield ("name", " ".join(sorted(words)), week)
    if record.lat is not None and record.lon is not None:
        for day in _around(record.start, 1):
            yield ("place and day", round(record.lat * 2), round(record.lon * 2), day)


def _around(day: date | None, width: int) -> tuple[int, ...]:
    """Numbers of the spans of `width` days that a day is in or next to, so that neighbours share one."""
    if day is None:
        return ()
    number = day.toordinal() // max(width, 1)
    return (number, number + 1)


_POINTS: dict[tuple[str, str | None], tuple[float | None, float | None]] = {}


def _point(city: str, country: str | None) -> tuple[float | None, float | None]:
    known = _POINTS.get((city, country))
    if known is None:
        query = city if not country or country in city else f"{city}, {country}"
        place = locate(query).place
        known = (None, None) if place is None or place.kind in _NEITHER_TOWN else (place.lat, place.lon)
        _POINTS[city, country] = known
    return known


def _document(line: str) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _text(value: object) -> str | None:
    return value[:_LONGEST_TEXT].strip() or None if isinstance(value, str) else None


def _number(value: object, limit: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -limit <= value <= limit else None


def _flag(value: object) -> bool | None:
    return bool(value) if isinstance(value, bool | int) else None


def _day(value: object) -> date | None:
    """The local date of a date or a date-time: what people mean by the same day."""
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        return datetime.fromisoformat(value).date() if len(value) > 10 else date.fromisoformat(value)
    except ValueError:
        return None
