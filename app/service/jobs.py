"""Jobs that somebody saved: for each the field, the groups and events to go to, and where its company can be met.

Nothing of a job is kept, and no contact is asked for: who knows whom at a company is a question for the client.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from app.places.gazetteer import locate
from app.places.home import settled
from app.places.records import Place
from app.service.company_events import company_events
from app.service.job_schemas import JobIn
from app.service.links import links_of
from app.service.parameters import EventParameters
from app.service.recommendation_schemas import RecommendationParameters
from app.service.recommendations import recommendation_document
from app.service.resolution import place_json
from app.taxonomy.meanings import resolve_topic

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


@dataclass(frozen=True, slots=True)
class _Understood:
    """A job and what it was taken for, which needs no database."""

    job: JobIn
    field: dict[str, Any] | None
    place: Place | None
    online: bool
    unresolved: list[dict[str, Any]]

    @property
    def aim(self) -> _Aim:
        """What to recommend for; without a place only what is online can be gone to."""
        near = known(self.job.location) if self.place is not None else None
        return _Aim(self.field["id"] if self.field else None, near, self.online or self.place is None)


@dataclass(slots=True)
class _Lookup:
    """Looks up jobs, and remembers what it found: many jobs of one search have the same answers."""

    now: datetime
    base_url: str
    limit: int
    # Of many jobs fewer groups and events are looked at that only border on the field.
    many: bool
    recommended: dict[tuple[_Aim, str], list[dict[str, Any]]] = field(default_factory=dict)

    def document(self, connection: Connection, understood: _Understood) -> dict[str, Any]:
        """A `JobOut`."""
        job, found, place, aim = understood.job, understood.field, understood.place, understood.aim
        company = known(job.company)
        return {
            "id": job.id,
            "title": job.title,
            "company": job.company,
            "location": job.location,
            "confidence": found["confidence"] if found else 0.0,
            "resolved": {
                "field": found,
                "place": None if place is None else place_json(place),
                "online": understood.online,
            },
            "unresolved": understood.unresolved,
            "groups": self._picks(connection, aim, "groups"),
            "events": self._picks(connection, aim, "events"),
            "company_events": []
            if company is None
            else company_events(
                connection, company, place, self.now, self.base_url, self.limit, online=understood.online
            ),
            "links": _links(aim, self.base_url),
        }

    def _picks(self, connection: Connection, aim: _Aim, kind: str) -> list[dict[str, Any]]:
        """Those of the recommender, as `/v1/recommendations` answers them; none for a job of which nothing is known."""
        if aim.is_empty:
            return []
        if (aim, kind) not in self.recommended:
            wishes = _parameters(aim) | {"for": kind, "limit": self.limit}
            parameters = RecommendationParameters.model_validate(wishes)
            brief = self.many and aim.field is not None
            document = recommendation_document(
                connection, parameters, self.now, self.base_url, brief=brief, looks_elsewhere=False
            )
            self.recommended[aim, kind] = document["items"]
        return self.recommended[aim, kind]


def job_document(
    connection: Connection, job: JobIn, now: datetime, base_url: str, limit: int
) -> dict[str, Any]:
    """A `JobOut`. What of the job was not understood is named in it, and no error: jobs are read from pages of others."""
    return _Lookup(now, base_url, limit, many=False).document(connection, _understand(job))


def jobs_document(
    read: Callable[[], AbstractContextManager[Connection]],
    jobs: Sequence[JobIn],
    now: datetime,
    base_url: str,
    limit: int,
) -> dict[str, Any]:
    """A `JobsOut`: a `JobOut` for each job, in their order. Each job is a read of its own, so that many are not one that takes too long."""
    understood = [_understand(job) for job in jobs]
    lookup = _Lookup(now, base_url, limit, many=True)
    items = []
    for each in understood:
        with read() as connection:
            items.append(lookup.document(connection, each))
    return {"items": items}


def _understand(job: JobIn) -> _Understood:
    title, location = known(job.title), known(job.location)
    unresolved: list[dict[str, Any]] = []
    found = _field(title, unresolved) if title else None
    place, online = _place(location, unresolved) if location else (None, False)
    return _Understood(job, found, place, online, unresolved)


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


def _place(location: str, unresolved: list[dict[str, Any]]) -> tuple[Place | None, bool]:
    """Where to look, and whether the job is done from anywhere: then a country in it says only where that may be."""
    located = settled(locate(location))
    place, candidates = located.place, located.candidates
    online = any(each.kind == "online" for each in candidates)
    if place is None and not online:
        names = [", ".join(filter(None, (each.name, each.region, each.country))) for each in candidates[:3]]
        unresolved.append(_not_understood("location", location, "unknown place", names))
    if online and place is not None and place.kind in _WIDE:
        return None, True
    return place, online and place is None


def _not_understood(member: str, value: str, text: str, suggestions: list[str]) -> dict[str, Any]:
    return {"member": member, "value": value, "text": text, "suggestions": suggestions}


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
