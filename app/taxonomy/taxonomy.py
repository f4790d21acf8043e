"""Career fields, interests and purposes: records, expansion of families, and what a word means.

The data come with the package, operators may add to them before they are first used, and they never change while the
process runs. Identifiers are permanent. This module resolves what a person types into a field or an interest; what a listing is about is the business
of :mod:`app.taxonomy.classify`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

Kind = Literal["family", "field", "interest_category", "interest", "purpose"]

_DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Family:
    """A family of career fields. The classification codes are those of SOC 2018, ISCO-08 and NAICS."""

    id: str
    label: str
    soc_major: tuple[str, ...] = ()
    isco08_submajor: tuple[str, ...] = ()
    naics_sectors: tuple[str, ...] = ()
    career_clusters: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A career field. ``soc`` are detailed SOC 2018 codes, ``isco08`` four-digit ISCO-08 groups."""

    id: str
    label: str
    family: str
    soc: tuple[str, ...] = ()
    isco08: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    adjacent: tuple[str, ...] = ()
    words: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    labels: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class InterestCategory:
    """A category of interests."""

    id: str
    label: str
    meetup_topic_categories: tuple[str, ...] = ()
    meetup_legacy_category_ids: tuple[int, ...] = ()
    labels: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Interest:
    """An interest. A ``sensitive`` one (health, belief, identity) matches only when asked for by name."""

    id: str
    label: str
    category: str
    keywords: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    sensitive: bool = False
    labels: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What an event is for. ``usefulness`` (0 to 1) is its worth to somebody who looks for work."""

    id: str
    label: str
    usefulness: float
    keywords: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A thing that may have been meant."""

    id: str
    label: str
    confidence: float
    kind: Kind


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a word was understood as. ``id`` is None below a confidence of 0.5; see ``suggestions`` then."""

    id: str | None
    label: str | None
    confidence: float
    kind: Kind | None
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Everything, by id, in the order of the data files."""

    families: dict[str, Family]
    fields: dict[str, Field]
    interest_categories: dict[str, InterestCategory]
    interests: dict[str, Interest]
    purposes: dict[str, Purpose]
    meetup_legacy_categories: dict[str, str]

    def label(self, identity: str, language: str = "en") -> str | None:
        """The label of anything with this id; the English one where there is none in the language."""
        for part in (self.families, self.fields, self.interest_categories, self.interests, self.purposes):
            found = part.get(identity)
            if found is not None:
                return str(found.labels.get(language, found.label))
        return None


@lru_cache(maxsize=8)
def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_DATA / name).read_text("utf-8"))
    return found


def _family(row: dict[str, Any]) -> Family:
    return Family(
        id=row["id"],
        label=row["label"],
        soc_major=tuple(row["soc_major"]),
        isco08_submajor=tuple(row["isco08_submajor"]),
        naics_sectors=tuple(row["naics_sectors"]),
        career_clusters=tuple(row["career_clusters_2024"]),
        labels=row["i18n"],
    )


def _field(row: dict[str, Any]) -> Field:
    lists = ("soc", "isco08", "titles", "keywords", "acronyms", "ambiguous", "adjacent")
    return Field(
        id=row["id"],
        label=row["label"],
        family=row["family"],
        words={language: tuple(words) for language, words in row["i18n"].items()},
        labels=row["labels"],
        **{name: tuple(row.get(name, ())) for name in lists},
    )


def _category(row: dict[str, Any]) -> InterestCategory:
    return InterestCategory(
        id=row["id"],
        label=row["label"],
        meetup_topic_categories=tuple(row.get("meetup_topic_categories", ())),
        meetup_legacy_category_ids=tuple(row.get("meetup_legacy_category_ids", ())),
        labels=row["i18n"],
    )


def _interest(row: dict[str, Any]) -> Interest:
    return Interest(
        id=row["id"],
        label=row["label"],
        category=row["category"],
        keywords=tuple(row["keywords"]),
        fields=tuple(row.get("fields", ())),
        sensitive=bool(row.get("sensitive", False)),
        labels=row["i18n"],
    )


def _purpose(row: dict[str, Any]) -> Purpose:
    return Purpose(row["id"], row["label"], row["usefulness"], tuple(row["keywords"]), row["i18n"])


_FILES = {
    "families": "fields.json",
    "fields": "fields.json",
    "categories": "interests.json",
    "interests": "interests.json",
    "purposes": "purposes.json",
}
Rows = dict[str, list[dict[str, Any]]]
_ADDED: Rows = {}


def package_rows(name: str) -> list[dict[str, Any]]:
    """The rows of the package by the name of their list: families, fields, categories, interests or purposes."""
    rows: list[dict[str, Any]] = _read(_FILES[name])[name]
    return rows


def extend(rows: Rows) -> None:
    """Take in what an operator adds, as `app.taxonomy.additions` read it: once, before the taxonomy is first used."""
    if rows == _ADDED:
        return
    if load.cache_info().currsize:
        raise RuntimeError("the taxonomy is in use already; additions come before its first use")
    _ADDED.clear()
    _ADDED.update(rows)


def extended() -> Rows:
    """What was taken in, to hand it on to another process."""
    return dict(_ADDED)


def _rows(name: str) -> dict[str, dict[str, Any]]:
    joined = {row["id"]: row for row in package_rows(name)}
    for row in _ADDED.get(name, ()):
        known = joined.get(row["id"])
        joined[row["id"]] = row if known is None else _with_words(known, row)
    return joined


def _with_words(known: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    more = {name: [*known.get(name, ()), *words] for name, words in row.items() if isinstance(words, list)}
    return {**known, **more}


@lru_cache(maxsize=1)
def load() -> Taxonomy:
    """The taxonomy of the package with what an operator added, read at the first call."""
    return Taxonomy(
        families={identity: _family(row) for identity, row in _rows("families").items()},
        fields={identity: _field(row) for identity, row in _rows("fields").items()},
        interest_categories={identity: _category(row) for identity, row in _rows("categories").items()},
        interests={identity: _interest(row) for identity, row in _rows("interests").items()},
        purposes={identity: _purpose(row) for identity, row in _rows("purposes").items()},
        meetup_legacy_categories=_read("interests.json")["meetup_legacy_categories"],
    )


@lru_cache(maxsize=1)
def lexicon() -> dict[str, Any]:
    """Weights and word lists of the classifier that belong to no single topic (``data/lexicon.json``)."""
    return _read("lexicon.json")


@lru_cache(maxsize=1)
def calibration() -> dict[str, list[float]]:
    """What turns scores into probabilities: a bias and weights for each kind (``data/calibration.json``)."""
    return {kind: row["numbers"] for kind, row in _read("calibration.json").items()}


def expand_field(identity: str) -> frozenset[str]:
    """The field ids that an id stands for: all fields of a family, else the field; empty if unknown."""
    fields = load().fields
    if identity in fields:
        return frozenset((identity,))
    return frozenset(entry.id for entry in fields.values() if entry.family == identity)


def expand_interest(identity: str, *, sensitive: bool = False) -> frozenset[str]:
    """The interest ids that an id stands for: those of a category (and itself), else the interest.

    A category leaves its sensitive interests out unless ``sensitive``: they match only by name. The id of
    the category is among the answer because listings carry it when no single interest is named.
    """
    taxonomy = load()
    if identity in taxonomy.interests:
        return frozenset((identity,))
    if identity not in taxonomy.interest_categories:
        return frozenset()
    members = (
        entry.id
        for entry in taxonomy.interests.values()
        if entry.category == identity and (sensitive or not entry.sensitive)
    )
    return frozenset((identity, *members))


@lru_cache(maxsize=1)
def _sensitive() -> frozenset[str]:
    """Sensitive interests, and the categories most of whose interests are: their general words tell as much."""
    taxonomy = load()
    found = {entry.id for entry in taxonomy.interests.values() if entry.sensitive}
    for category in taxonomy.interest_categories:
        members = [entry.id for entry in taxonomy.interests.values() if entry.category == category]
        if 2 * len(found.intersection(members)) > len(members):
            found.add(category)
    return frozenset(found)


def is_sensitive(identity: str) -> bool:
    """Whether an interest or interest category id is one of health, belief, politics or identity."""
    return identity in _sensitive()


# --- what a word means ---------------------------------------------------------------------------------
