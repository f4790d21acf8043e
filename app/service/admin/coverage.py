"""How well a town is served, field by field, and what could fill each gap."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from app.db import Database
from app.places.cells import haversine_km
from app.places.gazetteer import Place, locate
from app.service.pages import event_page, group_page
from app.service.parameters import EventParameters, GroupParameters
from app.sources.catalogue import CatalogueSource, fixed_near
from app.sources.reason_words import reason_in_words
from app.sources.repository.sources import listing
from app.sources.suggestions.repository import suggestions
from app.taxonomy.classify import classify
from app.taxonomy.taxonomy import load
from app.translations.translator import Translator, english

NEAR_KM: Final = 25.0
# Calendars of these serve every field.
_GENERAL: Final = frozenset({"library", "university", "education", "public", "business", "chamber", "career"})
_MOST_GENERAL: Final = 20
Origin = Literal["catalogue", "off", "suggestion"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source that could fill a gap. `key` is the address of one in the catalogue, the slug of one that is off, the id of a suggestion."""

    origin: Origin
    key: str
    name: str
    url: str
    reason: str | None = None


@dataclass(slots=True)
class FieldCoverage:
    """What there is for a career field within 25 km. `candidates` are filled in for gaps alone."""

    id: str
    groups: int
    events: int
    candidates: list[Candidate] = field(default_factory=list)

    @property
    def is_gap(self) -> bool:
        """Whether there is neither a group nor a coming event."""
        return not (self.groups or self.events)


@dataclass(slots=True)
class FamilyCoverage:
    """The fields of a family, in the order of the taxonomy."""

    id: str
    fields: list[FieldCoverage]

    @property
    def gaps(self) -> list[FieldCoverage]:
        """The fields without anything."""
        return [each for each in self.fields if each.is_gap]


@dataclass(slots=True)
class TownCoverage:
    """A town. `general` are candidates that serve every field, such as libraries."""

    place: Place
    families: list[FamilyCoverage]
    general: list[Candidate]

    @property
    def gap_count(self) -> int:
        """How many fields have nothing."""
        return sum(len(each.gaps) for each in self.families)


def town_coverage(
    database: Database,
    place: Place,
    now: datetime,
    base_url: str,
    *,
    pages: bool,
    say: Translator | None = None,
) -> TownCoverage:
    """Groups and coming events within 25 km of a town by career field, as people find them; reasons in English if no translator is given."""
    around: dict[str, Any] = {
        "lat": place.lat,
        "lon": place.lon,
        "radius_km": NEAR_KM,
        "facets": "field",
        "limit": 1,
    }
    with database.read() as connection:
        groups = _counts(group_page(connection, GroupParameters(**around), now, base_url))
        events = _counts(event_page(connection, EventParameters(**around), now, base_url))
    known = load()
    families: dict[str, list[FieldCoverage]] = defaultdict(list)
    for identity, of in known.fields.items():
        families[of.family].append(FieldCoverage(identity, groups.get(identity, 0), events.get(identity, 0)))
    found = TownCoverage(
        place, [FamilyCoverage(each, families[each]) for each in known.families if families[each]], []
    )
    _offer(found, _candidates(database, place, say or english(), pages=pages))
    return found


def long_name(place: Place) -> str:
    """`Boston, Massachusetts, US`."""
    return ", ".join(dict.fromkeys(part for part in (place.name, place.region, place.country) if part))


def find_town(name: str) -> Place | None:
    """The place of a name, unless there is none on the map."""
    found = locate(name).place
    return None if found is None or found.kind == "online" else found


def _counts(document: dict[str, Any]) -> dict[str, int]:
    facets = document["facets"] or {}
    return {each["id"]: each["count"] for each in facets.get("field", [])}


def _offer(found: TownCoverage, candidates: list[tuple[Candidate, frozenset[str], bool]]) -> None:
    gaps = {each.id: each for family in found.families for each in family.gaps}
    for candidate, fields, is_general in candidates:
        for identity in fields & gaps.keys():
            gaps[identity].candidates.append(candidate)
        if is_general and len(found.general) < _MOST_GENERAL:
            found.general.append(candidate)


def _candidates(
    database: Database, place: Place, say: Translator, *, pages: bool
) -> list[tuple[Candidate, frozenset[str], bool]]:
    """Sources that are not read, each with the fields that it is about and whether it serves every field."""
    rows = listing(database, pages=pages)
    known = {row["url"] for row in rows}
    found: list[tuple[Candidate, frozenset[str], bool]] = []
    for source, kind in fixed_near(place):
        if source.url not in known:
            known.add(source.url)
            found.append((_of_catalogue(source), _fields(source.name, source.topics), kind in _GENERAL))
    kinds = {source.url: kind for source, kind in fixed_near(place)}
    for row in rows:
        near = _is_near(row["city"], row["region"], row["country"], place)
        if row["state"] in ("off", "paused") and near:
            candidate = Candidate("off", row["slug"], row["name"], row["url"], reason_in_words(row, say))
            found.append(
                (candidate, _fields(row["name"], row["topics"] or ()), kinds.get(row["url"]) in _GENERAL)
            )
    for each in suggestions(database):
        town = locate(each["near"]).place if each["near"] else None
        if each["url"] in known:
            continue
        if town is not None and haversine_km(town.lat, town.lon, place.lat, place.lon) <= NEAR_KM:
            candidate = Candidate("suggestion", each["id"], each["url"], each["url"], each["note"])
            found.append((candidate, _fields(f"{each['url']} {each['note'] or ''}", ()), True))
    return found


def _of_catalogue(source: CatalogueSource) -> Candidate:
    return Candidate("catalogue", source.url, source.name, source.url)


def _is_near(city: str | None, region: str | None, country: str | None, place: Place) -> bool:
    """Whether a source of a town is around another: the same town, else one that is near it."""
    if city is None or country != place.country:
        return False
    if city == place.name and region in (None, place.region):
        return True
    town = locate(", ".join(part for part in (city, region, country) if part)).place
    return town is not None and haversine_km(town.lat, town.lon, place.lat, place.lon) <= NEAR_KM


def _fields(name: str, topics: Any) -> frozenset[str]:
    return frozenset(each.id for each in classify(name, None, tuple(topics)).fields)
