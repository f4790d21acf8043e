"""Jobs that somebody saved: for each the field, the groups and events to go to, and where its company can be met.

Nothing of a job is kept, and no contact is asked for: who knows whom at a company is a question for the client.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from app.places.gazetteer import locate
from app.places.home import settled
from app.places.records import Place
from app.search.rows import RowCache
from app.service.company_events import company_events
from app.service.job_schemas import JobIn
from app.service.links import links_of
from app.service.parameters import EventParameters
from app.service.recommendation_schemas import RecommendationParameters
from app.service.recommendations import recommendation_document
from app.service.resolution import place_json
from app.taxonomy.meanings import resolve_topic

Value = TypeVar("Value")
# What trackers write where they know nothing.
_NOTHING: Final = frozenset({"", "n/a", "na", "none", "null", "unknown", "-", "--", "?"})
_WIDE: Final = frozenset({"country", "region"})


@dataclass(frozen=True, slots=True)
class _Aim:
    """What a job asks the recommender for; equal for many jobs of one search."""

    field: str | None
    near: str | None
    online: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the job is known that anything could be recommended for."""
        return self.near is None and self.field is None


@dataclass(slots=True)
class _Asked:
    """What was found for the jobs before, as many of one search have the same answers."""

    recommended: dict[tuple[_Aim, str], list[dict[str, Any]]] = field(default_factory=dict)
    places: dict[str, tuple[Place | None, tuple[Place, ...]]] = field(default_factory=dict)
    rows: RowCache = field(default_factory=RowCache)


def job_document(
    connection: Connection, job: JobIn, now: datetime, base_url: str, limit: int
) -> dict[str, Any]:
    """A `JobOut`. What of the job was not understood is named in it, and no error: jobs are read from pages of others."""
    return _document(connection, job, now, base_url, limit, _Asked())


def jobs_document(
    connection: Connection, jobs: Sequence[JobIn], now: datetime, base_url: str, limit: int
) -> dict[str, Any]:
    """A `JobsOut`: a `JobOut` for each job, in their order."""
    asked = _Asked()
    return {"items": [_document(connection, job, now, base_url, limit, asked) for job in jobs]}


def _document(
    connection: Connection, job: JobIn, now: datetime, base_url: str, limit: int, asked: _Asked
) -> dict[str, Any]:
    title, company, location = (known(text) for text in (job.title, job.company, job.location))
    unresolved: list[dict[str, Any]] = []
    found_field = _field(title, unresolved) if title else None
    place, online = _place(location, unresolved, asked) if location else (None, False)
    aim = _Aim(found_field["id"] if found_field else None, location if place is not None else None, online)
    return {
        "id": job.id,
        "title": job.title,
        "company": job.company,
        "location": job.location,
        "confidence": round(found_field["confidence"], 2) if found_field else 0.0,
        "resolved": {
            "field": found_field,
            "place": None if place is None else place_json(place),
            "online": online,
        },
        "unresolved": unresolved,
        "groups": _recommended(connection, aim, "groups", now, base_url, limit, asked),
        "events": _recommended(connection, aim, "events", now, base_url, limit, asked),
        "company_events": []
        if company is None
        else company_events(connection, company, place, now, base_url, limit, asked.rows, online=online),
        "links": _links(aim, base_url),
    }


def known(text: str | None) -> str | None:
    """The text; None for what trackers write where they know nothing."""
    written = " ".join((text or "").split())
    return None if written.casefold() in _NOTHING else written


def _field(title: str, unresolved: list[dict[str, Any]]) -> dict[str, Any] | None:
    found = resolve_topic("field", title)
    if found.id is None or found.label is None:
        nearest = [each.id for each in found.suggestions[:3]]
        unresolved.append(_not_understood("title", title, "no career field is known for this title", nearest))
        return None
    return {"id": found.id, "label": found.label, "confidence": round(found.confidence, 2)}


def _place(location: str, unresolved: list[dict[str, Any]], asked: _Asked) -> tuple[Place | None, bool]:
    """Where to look, and whether the job is done from anywhere: then a country in it says only where that may be."""
    place, candidates = _remembered(asked.places, location, lambda: _located(location))
    online = any(each.kind == "online" for each in candidates)
    if place is None and not online:
        names = [", ".join(filter(None, (each.name, each.region, each.country))) for each in candidates[:3]]
        unresolved.append(_not_understood("location", location, "unknown place", names))
    if online and place is not None and place.kind in _WIDE:
        return None, True
    return place, online and place is None


def _located(location: str) -> tuple[Place | None, tuple[Place, ...]]:
    found = settled(locate(location))
    return found.place, found.candidates


def _not_understood(member: str, value: str, text: str, suggestions: list[str]) -> dict[str, Any]:
    return {"member": member, "value": value, "text": text, "suggestions": suggestions}


def _recommended(
    connection: Connection, aim: _Aim, kind: str, now: datetime, base_url: str, limit: int, asked: _Asked
) -> list[dict[str, Any]]:
    """The picks of the recommender, as `/v1/recommendations` answers them; none for a job of which nothing is known."""
    if aim.is_empty:
        return []

    def ask() -> list[dict[str, Any]]:
        parameters = RecommendationParameters.model_validate(_parameters(aim) | {"for": kind, "limit": limit})
        brief = aim.field is not None
        document = recommendation_document(connection, parameters, now, base_url, brief=brief, looks_elsewhere=False)
        found: list[dict[str, Any]] = document["items"]
        return found

    return _remembered(asked.recommended, (aim, kind), ask)


def _parameters(aim: _Aim) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    if aim.near is not None:
        chosen["near"] = [aim.near]
    if aim.field is not None:
        chosen["field"] = [aim.field]
    if aim.online:
        chosen["mode"] = "online"
    return chosen


def _links(aim: _Aim, base_url: str) -> dict[str, str | None] | None:
    """The events of the field around the place as calendars and feeds, to be followed for as long as the job is wanted."""
    if aim.is_empty:
        return None
    return links_of("events", EventParameters.model_validate(_parameters(aim)), base_url)


def _remembered(known: dict[Any, Value], key: Any, ask: Callable[[], Value]) -> Value:
    if key not in known:
        known[key] = ask()
    return known[key]
