"""`nextcircle rank`: a profile and groups as JSON in, a ranking out. Pure.

Every group that is not excluded is ranked; those already joined come last. A line that is not a group is left out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from app.places.cells import haversine_km
from app.places.gazetteer import locate
from app.recommend.reasons import caveats_of, reasons_of
from app.recommend.records import PHASES, Because, Candidate, Covered, Profile, Scored
from app.recommend.score import rank
from app.recommend.similarity import Circle
from app.taxonomy.classify import classify
from app.taxonomy.meanings import resolve_field, resolve_interest
from app.taxonomy.taxonomy import load

_POINT_KINDS = {"city", "town", "neighbourhood", "postcode", "point"}
_SAYS = 0.35
_LEVELS = {"none", "thin", "covered"}


class ProfileError(ValueError):
    """A profile that cannot be used; says which member and why."""


class Ranker:
    """Groups, read once, and ranked for any number of profiles."""

    def __init__(self, lines: Iterable[str], now: datetime) -> None:
        documents = [each for each in map(_document, lines) if each is not None]
        self._now = now
        self._points = {}
        facts: dict[str, Candidate] = {}
        self._given: dict[str, Any] = {}
        self._named: dict[str, str] = {}
        for document in documents:
            identity = str(document["id"])
            if identity in facts:
                continue
            facts[identity] = _facts(document, identity, now)
            self._given[identity] = document["id"]
            self._points[identity] = _point(document)
            self._named[identity] = identity
            self._named.setdefault(facts[identity].name, identity)
            if isinstance(document.get("url"), str):
                self._named.setdefault(document["url"], identity)
        self._facts = facts
        self._circle = Circle(list(facts.values())) if facts else None

    def ranked(self, document: Mapping[str, Any]) -> list[Scored]:
        """All groups that the profile does not exclude, best first. Raises `ProfileError`."""
        profile, point = profile_of(document)
        joined = {self._named[each] for each in _texts(document, "groups") if each in self._named}
        excluded = {self._named.get(each, each) for each in _texts(document, "exclude")}
        affinity = self._circle.affinity(joined) if self._circle else {}
        here = [self._at(point, facts) for identity, facts in self._facts.items() if identity not in excluded]
        ordered = rank(profile, here, self._now, affinity)
        return [each for each in ordered if each.facts.id not in joined] + [
            each for each in ordered if each.facts.id in joined
        ]

    def ids(self, document: Mapping[str, Any]) -> list[Any]:
        """The ids of `ranked`, as the groups gave them: a number stays a number."""
        return [self._given[each.facts.id] for each in self.ranked(document)]

    def answers(self, document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """`{"id", "score", "reasons"}` for each group, best first; the id as the group gave it."""
        profile, _ = profile_of(document)
        for each in self.ranked(document):
            why = [*reasons_of(profile, each, self._now), *caveats_of(profile, each)]
            yield {
                "id": self._given[each.facts.id],
                "score": round(each.score, 2),
                "reasons": [reason.as_dict() for reason in why],
            }

    def _at(self, point: tuple[float, float] | None, facts: Candidate) -> Candidate:
        there = self._points[facts.id]
        if point is None or there is None:
            return facts
        from dataclasses import replace

        return replace(facts, distance_km=haversine_km(*point, *there))


def profile_of(document: Mapping[str, Any]) -> tuple[Profile, tuple[float, float] | None]:
    """A profile from its JSON, and the point to measure from. Fields and interests may be ids or words."""
    point, place = _where(document)
    radius = _number(document, "radius_km")
    phase = document.get("phase") or "unmapped"
    if phase not in PHASES:
        raise ProfileError(f"phase {phase!r} is none of {', '.join(PHASES)}")
    return (
        Profile(
            fields=_wishes(document, "fields", resolve_field),
            interests=_wishes(document, "interests", resolve_interest),
            typed=(*_typed(document, "fields", "career"), *_typed(document, "interests", "interest")),
            companies=tuple(_texts(document, "companies")),
            radius_km=25.0 if radius is None else radius,
            has_place=point is not None,
            place=place,
            language=document.get("language") if isinstance(document.get("language"), str) else None,
            career_weight=_number(document, "career_weight"),
            phase=phase,
            covered=covered_of(document.get("covered")),
        ),
        point,
    )


def covered_of(value: Any) -> Covered | None:
    """What a map covers, from its JSON; None where there is no map."""
    if not isinstance(value, dict):
        return None
    parts = {}
    for name in ("fields", "companies", "seniorities"):
        levels = value.get(name)
        parts[name] = (
            {key: level for key, level in levels.items() if level in _LEVELS}
            if isinstance(levels, dict)
            else {}
        )
    return Covered(**parts) if any(parts.values()) else None


def _where(document: Mapping[str, Any]) -> tuple[tuple[float, float] | None, str | None]:
    lat, lon = _number(document, "lat"), _number(document, "lon")
    if lat is not None and lon is not None:
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise ProfileError(f"lat {lat}, lon {lon} is not a point on Earth")
        return (lat, lon), None
    near = document.get("near")
    if not near:
        return None, None
    if not isinstance(near, str):
        raise ProfileError("near must be text")
    found = locate(near).place
    if found is None or found.kind not in _POINT_KINDS | {"region", "country"}:
        raise ProfileError(f"near {near!r}: unknown place")
    return (found.lat, found.lon), found.name


def _wishes(document: Mapping[str, Any], name: str, resolve: Any) -> dict[str, float]:
    """Ids with weights, from ids, words or `{"id", "weight"}`."""
    wishes: dict[str, float] = {}
    value = document.get(name)
    for each in value if isinstance(value, list) else []:
        word, weight = (each.get("id"), each.get("weight", 1.0)) if isinstance(each, dict) else (each, 1.0)
        if not isinstance(word, str) or not word.strip():
            continue
        known = load()
        places = (
            (known.fields, known.families)
            if name == "fields"
            else (known.interests, known.interest_categories)
        )
        identity = word if any(word in part for part in places) else resolve(word).id
        if identity is None:
            raise ProfileError(f"{name}: {word!r} is none that we know; `nextcircle taxonomy` lists them")
        wishes[identity] = max(wishes.get(identity, 0.0), _weight(weight, f"{name}: {word!r}"))
    return wishes


def _typed(document: Mapping[str, Any], name: str, because: Because) -> Iterator[tuple[Because, str]]:
    """The words that a member holds; ids say nothing that the taxonomy does not."""
    value = document.get(name)
    for each in value if isinstance(value, list) else []:
        word = each.get("id") if isinstance(each, dict) else each
        if isinstance(word, str) and load().label(word) is None:
            yield because, word


def _weight(value: Any, whose: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ProfileError(f"{whose} has the weight {value!r}; a weight is a number from 0 to 1")
    return min(1.0, float(value))


def _document(line: str) -> dict[str, Any] | None:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.get("id") is None:
        return None
    return document


def _facts(document: dict[str, Any], identity: str, now: datetime) -> Candidate:
    name, description = _text(document, "name") or "", _text(document, "description")
    category = _text(document, "category")
    found = classify(name, description)
    if category and not any(each.confidence >= _SAYS for each in (*found.fields, *found.interests)):
        # Organisers choose a category once, and often a wrong one: it speaks only where the words are silent.
        found = classify(name, description, (category,))
    last, following = _moment(document, "last_event"), _moment(document, "next_event")
    members = _number(document, "members")
    return Candidate(
        id=identity,
        name=name,
        description=description,
        fields={each.id: each.confidence for each in found.fields},
        interests={each.id: each.confidence for each in found.interests},
        purposes={each.id: each.confidence for each in found.purposes},
        career=found.career,
        category=category,
        audience=found.audience,
        signals=found.signals,
        members=None if members is None else int(max(members, 0)),
        last_event=last if last is None or last <= now else None,
        next_event=following,
    )


def _point(document: dict[str, Any]) -> tuple[float, float] | None:
    lat, lon = _number(document, "lat"), _number(document, "lon")
    if lat is not None and lon is not None and -90 <= lat <= 90 and -180 <= lon <= 180:
        return lat, lon
    city, country = _text(document, "city"), _text(document, "country")
    return _town(city, country) if city else None


@lru_cache(maxsize=4096)
def _town(city: str, country: str | None) -> tuple[float, float] | None:
    code = country.upper() if country and len(country) == 2 and country.isascii() else None
    found = locate(city, country=code).place
    return None if found is None or found.kind not in _POINT_KINDS else (found.lat, found.lon)


def _text(document: Mapping[str, Any], name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) and value.strip() else None


def _texts(document: Mapping[str, Any], name: str) -> list[str]:
    value = document.get(name)
    return [str(each) for each in value if isinstance(each, str | int)] if isinstance(value, list) else []


def _number(document: Mapping[str, Any], name: str) -> float | None:
    value = document.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _moment(document: Mapping[str, Any], name: str) -> datetime | None:
    """A date counts from its midnight, a time without a zone as UTC."""
    value = _text(document, name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        try:
            moment = datetime.combine(date.fromisoformat(value[:10]), time())
        except ValueError:
            return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
