"""Rows into the JSON that clients see. Pure: everything it needs was read before."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import orjson

from app.core.ids import public
from app.core.zones import zone
from app.places.cells import km_to_miles
from app.search.ranking import activity_state
from app.search.related import Related
from app.search.rows import Row
from app.taxonomy.taxonomy import load

_NAMED: dict[str, Any] = {
    "field": lambda words: (words.fields, words.families),
    "interest": lambda words: (words.interests, words.interest_categories),
    "purpose": lambda words: (words.purposes,),
}

_NOWHERE: Final = dict.fromkeys(("name", "address", "city", "region", "country", "lat", "lon"))


def event_json(row: Row, related: Related, base_url: str) -> dict[str, Any]:
    """An `EventOut` but for its distance, which `distance_json` has."""
    identity = public(row.id)
    return {
        "id": identity,
        "url": row.url,
        "page": f"{base_url}/events/{identity}",
        "name": row.name,
        "description": row.description,
        **_dates(row),
        "timezone": row.timezone,
        "all_day": bool(row.all_day),
        "event_status": row.event_status,
        "event_attendance_mode": row.event_attendance_mode,
        "location": _location(row, row.place_name, row.address, exact=bool(row.exact)),
        "group": None
        if row.group_name is None
        else {"id": public(row.group_id), "name": row.group_name, "url": row.group_url},
        "is_accessible_for_free": None if row.is_free is None else bool(row.is_free),
        "price": _price(row),
        "in_language": row.language,
        **_topics(row.topics),
        "image": row.image,
        "more_dates": None,
        "sources": _sources(related, row.id),
        "sample": bool(row.sample),
        "updated_at": _utc(row.updated_at),
    }


def group_json(row: Row, related: Related, base_url: str, now: datetime) -> dict[str, Any]:
    """A `GroupOut` but for its distance, which `distance_json` has."""
    latest = None if row.latest_event_at is None else datetime.fromtimestamp(row.latest_event_at, UTC)
    timezone = row.timezone or "UTC"
    return {
        "id": public(row.id),
        "url": row.url,
        "page": f"{base_url}/groups/{public(row.id)}",
        "name": row.name,
        "description": row.description,
        "location": _location(row, None, None),
        "members": row.members,
        **_topics(row.topics),
        "activity": {
            "state": activity_state(latest, now),
            "last_event": _local(related.last_event.get(row.id), timezone),
            "next_event": _local(related.next_event.get(row.id), timezone),
            "events_per_month": related.events_per_month.get(row.id),
            "trend": related.trend.get(row.id, "unknown"),
        },
        "image": row.image,
        "sources": _sources(related, row.id),
        "sample": bool(row.sample),
        "updated_at": _utc(row.updated_at),
    }


def facets_json(facets: dict[str, Counter[str]]) -> dict[str, list[dict[str, Any]]]:
    """Counts with labels, the most first."""
    shown: dict[str, list[dict[str, Any]]] = {}
    for name, counts in facets.items():
        ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        shown[name] = [
            {"id": each, "label": each if name == "mode" else label(name, each), "count": count}
            for each, count in ordered
        ]
    return shown


def label(kind: str, identity: str) -> str:
    """What people call a field, interest or purpose; its id where a newer version knew it."""
    words = load()
    for named in _NAMED[kind](words):
        found = named.get(identity)
        if found is not None:
            return str(found.label)
    return identity


def start_json(row: Row) -> str:
    """When an event starts, with the offset of its own zone; a plain date for all-day events."""
    return str(_dates(row)["start_date"])


def _dates(row: Row) -> dict[str, str | None]:
    local = zone(row.timezone)
    start = datetime.fromtimestamp(row.start_at, local)
    until = datetime.fromtimestamp(row.until_at, local)
    if not row.all_day:
        return {"start_date": start.isoformat(), "end_date": until.isoformat() if row.has_end else None}
    # until is the midnight after the last day.
    last = (until - timedelta(hours=12)).date()
    return {
        "start_date": start.date().isoformat(),
        "end_date": last.isoformat() if row.has_end else None,
    }


def _location(
    row: Row, name: str | None, address: str | None, *, exact: bool = False
) -> dict[str, Any] | None:
    location = {
        "name": name,
        "address": address,
        "city": row.city,
        "region": row.region,
        "country": row.country,
        "lat": row.lat,
        "lon": row.lon,
    }
    return {**location, "exact": exact} if location != _NOWHERE else None


def distance_json(km: float | None) -> dict[str, float | None]:
    """How far it is, in both units."""
    return {
        "distance_km": None if km is None else round(km, 2),
        "distance_mi": None if km is None else round(km_to_miles(km), 2),
    }


def _price(row: Row) -> dict[str, Any] | None:
    if row.price_min is None and row.price_max is None:
        return None
    return {"min": row.price_min, "max": row.price_max, "currency": row.currency}


@lru_cache(maxsize=4_096)  # thousands of listings have the same few topics
def _topics(text: str) -> dict[str, list[dict[str, Any]]]:
    """The members of a document that name topics. Not to be changed."""
    topics = orjson.loads(text)
    return {
        f"{kind}s": [
            {"id": each, "label": label(kind, each), "confidence": confidence}
            for each, confidence in topics.get(kind, ())
        ]
        for kind in ("field", "interest", "purpose")
    }


def _sources(related: Related, number: int) -> list[dict[str, Any]]:
    return [{**each, "last_seen": _utc(each["last_seen"])} for each in related.sources.get(number, ())]


@lru_cache(maxsize=4_096)  # what one fetch brought has one time
def _utc(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _local(seconds: int | None, timezone: str) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, zone(timezone)).isoformat()
