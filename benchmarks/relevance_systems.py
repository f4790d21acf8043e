"""The systems that `benchmarks.relevance` compares: the recommender as it is served, and BM25 over the words that were typed.

Each answers a person with rows of the evaluation's group files, best first. The groups are loaded through the whole ingest into a
database of their own, so that places and topics are what an installation would have of them.
"""

from __future__ import annotations

import csv
import json
import math
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.db import Database
from app.ingest.bulk import load
from app.maintenance.schema import migrate
from app.places.cells import haversine_km
from app.places.gazetteer import locate
from app.service.recommendation_schemas import RecommendationParameters
from app.service.recommendations import recommendation_document
from app.textindex.tokens import stem, words_in

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
_K1, _B = 1.2, 0.75
_ADDRESS = "https://groups.example/"


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. `typed` are the words of fields and interests, `synonyms` others that they might try."""

    id: str
    set: str
    near: str
    radius_km: float
    fields: tuple[str, ...]
    interests: tuple[str, ...]
    synonyms: str
    about: str

    @property
    def typed(self) -> str:
        return " ".join((*self.fields, *self.interests))


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A row of a file of groups."""

    row: int
    name: str
    description: str
    document: Mapping[str, Any]


def people_of(path: Path) -> list[Person]:
    """The people of a table such as `golden/seekers.tsv`."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Person(
                each["id"], each["set"], each["near"], float(each["km"]), _listed(each["fields"]),
                _listed(each["interests"]), each["synonyms"], each["about"],
            )
            for each in csv.DictReader(file, delimiter="\t")
        ]  # fmt: skip


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


# --- the groups ----------------------------------------------------------------------------------------

_FILES: Mapping[str, str] = {
    "connecticut": "groups/connecticut_groups.csv",
    "denver": "groups/denver_2016_groups.csv",
    "manchester": "groups/manchester_2021.csv",
    "nashville": "recommendation/nashville_groups.csv",
}
_TOWNS: Mapping[str, Mapping[str, str]] = {
    "denver": {"city": "Denver", "region": "CO", "country": "US"},
    "nashville": {"city": "Nashville", "region": "TN", "country": "US"},
}


def groups_of(evaluation: Path, set_name: str) -> list[GroupRow]:
    """The groups of a set that have a name; rows are counted from 0."""
    csv.field_size_limit(10_000_000)
    with (evaluation / _FILES[set_name]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = []
    for number, row in enumerate(rows):
        name = row.get("name") or row.get("group_name") or ""
        if name.strip():
            description = row.get("description") or row.get("who") or ""
            found.append(GroupRow(number, name, description, _document(set_name, number, name, row)))
    return found


def _document(set_name: str, number: int, name: str, row: Mapping[str, str]) -> dict[str, Any]:
    place: dict[str, Any] = dict(_TOWNS.get(set_name, {}))
    if not place:
        place = {"city": row["city"], "region": row.get("state"), "country": row.get("country") or "US"}
    if row.get("lat"):
        place |= {"lat": float(row["lat"]), "lon": float(row["lon"])}
    members = row.get("members") or row.get("num_members")
    return {
        "type": "group", "platform": "meetup", "source": set_name, "uid": str(number), "name": name,
        "description": row.get("description") or row.get("who") or None, "url": f"{_ADDRESS}{set_name}/{number}",
        "location": place, "members": int(members) if members else None,
    }  # fmt: skip


class GroupSet:
    """A set of groups in a database of its own."""

    def __init__(self, evaluation: Path, set_name: str, folder: str) -> None:
        self.groups = groups_of(evaluation, set_name)
        lines = Path(folder) / f"{set_name}.jsonl"
        lines.write_text("".join(json.dumps(each.document) + "\n" for each in self.groups), "utf-8")
        self.database = Database(f"sqlite:///{folder}/{set_name}.sqlite")
        migrate(self.database)
        loaded = load(self.database, [lines], NOW)
        if loaded.bad_lines:
            raise ValueError(f"{set_name}: {loaded.errors[:3]}")
        with self.database.read() as connection:
            rows = connection.execute(text("SELECT url, lat, lon FROM meetup_group")).all()
        self.points = {row_of(url): (lat, lon) for url, lat, lon in rows}

    @cached_property
    def words(self) -> dict[int, Counter[str]]:
        """The stems of every group's name and description, by row."""
        return {
            each.row: Counter(stem(word, "en") for word in words_in(f"{each.name} {each.description}"))
            for each in self.groups
        }

    def around(self, person: Person) -> list[int]:
        """Rows within the radius."""
        centre = locate(person.near).place
        if centre is None:
            raise ValueError(f"{person.id}: {person.near!r} is unknown")
        return [
            row
            for row, (lat, lon) in self.points.items()
            if lat is not None and haversine_km(centre.lat, centre.lon, lat, lon) <= person.radius_km
        ]


def row_of(url: str) -> int:
    """The row that an address of `GroupSet` stands for."""
    return int(url.rsplit("/", 1)[1])


def load_sets(evaluation: Path, names: Iterable[str]) -> tuple[dict[str, GroupSet], Any]:
    """The sets by name, and the folder that holds them while it is referred to."""
    folder = tempfile.TemporaryDirectory()
    return {name: GroupSet(evaluation, name, folder.name) for name in sorted(set(names))}, folder


# --- the systems ---------------------------------------------------------------------------------------


def recommended(groups: GroupSet, person: Person, count: int) -> list[int]:
    """What `/v1/recommendations` answers."""
    asked = RecommendationParameters(
        near=[person.near],
        radius_km=person.radius_km,
        field=list(person.fields),
        interest=list(person.interests),
        limit=count,
    )
    with groups.database.read() as connection:
        document = recommendation_document(
            connection, asked, NOW, "https://nextcircle.example", looks_elsewhere=False
        )
    return [row_of(each["group"]["url"]) for each in document["items"]]


def bm25(groups: GroupSet, person: Person, count: int, words: str) -> list[int]:
    """Okapi BM25 (Robertson and Zaragoza 2009) of name and description over the groups around."""
    around = groups.around(person)
    wanted = sorted({stem(word, "en") for word in words_in(words)})
    texts = {row: groups.words[row] for row in around}
    average = sum(each.total() for each in texts.values()) / max(len(texts), 1)
    held = Counter(word for each in texts.values() for word in wanted if word in each)
    scores: dict[int, float] = {}
    for row, met in texts.items():
        size = _K1 * (1 - _B + _B * met.total() / average)
        scores[row] = sum(
            math.log(1 + (len(texts) - held[word] + 0.5) / (held[word] + 0.5))
            * met[word]
            * (_K1 + 1)
            / (met[word] + size)
            for word in wanted
            if word in met
        )
    best = sorted((row for row in around if scores[row] > 0), key=lambda row: (-scores[row], row))
    return best[:count]


System = Callable[[GroupSet, Person, int], Sequence[int]]
SYSTEMS: Mapping[str, System] = {
    "recommender": recommended,
    "bm25": lambda groups, person, count: bm25(groups, person, count, person.typed),
    "bm25 + synonyms": lambda groups, person, count: bm25(
        groups, person, count, f"{person.typed} {person.synonyms}"
    ),
}
