"""Groups and people to recommend for, with nothing but what a test says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from app.recommend.records import Candidate, Profile

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_group(name: str = "Boston Python", **members: Any) -> Candidate:
    """A group of 400 that met last week and meets next week, about software unless said otherwise."""
    given: dict[str, Any] = {
        "id": name,
        "name": name,
        "fields": {"software-engineering": 0.8},
        "career": 0.9,
        "members": 400,
        "distance_km": 3.0,
        "last_event": NOW - timedelta(days=7),
        "next_event": NOW + timedelta(days=7),
        "events_per_month": 2.0,
    }
    return Candidate(**{**given, **members})


def a_person(**members: Any) -> Profile:
    """Somebody in Boston who aims for software engineering unless said otherwise."""
    given: dict[str, Any] = {"fields": {"software-engineering": 1.0}, "has_place": True, "place": "Boston"}
    return Profile(**{**given, **members})
