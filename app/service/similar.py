"""Groups that are about the same as a group and meet near it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from app.service.recommendation_schemas import RecommendationParameters
from app.service.recommendations import recommendation_document
from app.taxonomy.taxonomy import is_sensitive

_MOST: Final = 3
_MOST_TOPICS: Final = 3
# What a group is about beyond doubt; a guess would find groups like the guess.
_SURE: Final = 0.6
_RADIUS_KM: Final = 40.0
_SAME: Final = frozenset({"field_match", "interest_match"})


def similar_groups(
    connection: Connection, group: dict[str, Any], now: datetime, base_url: str
) -> list[dict[str, Any]]:
    """At most three `GroupOut`s that share a topic with one; none where it has no place or no sure topic."""
    place = group["location"]
    fields, interests = _sure(group["fields"]), _sure(group["interests"])
    if place is None or place["lat"] is None or not (fields or interests):
        return []
    asked = RecommendationParameters(
        lat=place["lat"], lon=place["lon"], radius_km=_RADIUS_KM, field=fields, interest=interests,
        exclude=[group["id"]], limit=2 * _MOST,
    )  # fmt: skip
    document = recommendation_document(connection, asked, now, base_url, brief=True, looks_elsewhere=False)
    found = [
        each["group"]
        for each in document["items"]
        if _SAME.intersection(reason["code"] for reason in each["reasons"])
    ]
    return found[:_MOST]


def _sure(topics: list[dict[str, Any]]) -> list[str]:
    sure = [each["id"] for each in topics if each["confidence"] >= _SURE and not is_sensitive(each["id"])]
    return sure[:_MOST_TOPICS]
