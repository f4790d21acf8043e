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

from app.taxonomy.words import Phrases, split

Kind = Literal["family", "field", "interest_category", "interest", "purpose"]

_DATA = Path(__file__).with_name("data")
_UNSURE = 0.5
_SUGGESTIONS = 3
_LONGEST_WORD = 80


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

    def label(self, identity: str) -> str | None:
        """The label of anything with this id."""
        for part in (self.families, self.fields, self.interest_categories, self.interests, self.purposes):
            found = part.get(identity)
            if found is not None:
                return str(found.label)
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

# (words, id, kind, confidence)
_Entry = tuple[str, str, Kind, float]


class _Meanings:
    """The names of a set of things, exact and by similarity."""

    def __init__(self, entries: list[_Entry]) -> None:
        self.labels = {identity: load().label(identity) or identity for _, identity, _, _ in entries}
        self._exact: dict[str, list[Suggestion]] = {}
        for words, identity, kind, confidence in entries:
            key = " ".join(split(words).stems)
            if key:
                found = Suggestion(identity, self.labels[identity], confidence, kind)
                self._exact.setdefault(key, []).append(found)
        for known in self._exact.values():
            known.sort(key=lambda entry: (-entry.confidence, entry.id))
        self._keys = sorted(self._exact)
        self._phrases = Phrases((key, key) for key in self._keys)

    def resolve(self, text: str) -> Resolved:
        stems = split(text[:_LONGEST_WORD]).stems
        key = " ".join(stems)
        ranked = self._rank(key, stems) if key else []
        if not ranked:
            return Resolved(None, None, 0.0, None)
        best = ranked[0]
        others = tuple(ranked[:_SUGGESTIONS])
        if best.confidence < _UNSURE:
            return Resolved(None, None, best.confidence, None, others)
        return Resolved(best.id, best.label, best.confidence, best.kind, tuple(ranked[1 : _SUGGESTIONS + 1]))

    def _rank(self, key: str, stems: list[str]) -> list[Suggestion]:
        best: dict[str, Suggestion] = {}

        def offer(found: Suggestion, factor: float) -> None:
            confidence = round(found.confidence * factor, 3)
            if confidence > (best[found.id].confidence if found.id in best else 0.0):
                best[found.id] = Suggestion(found.id, found.label, confidence, found.kind)

        for found in self._exact.get(key, ()):
            offer(found, 1.0)
        # Known phrases inside a longer text: the more of it they cover, the surer.
        for start, end, keys in self._phrases.found_in(stems):
            for known in keys:
                for found in self._exact[known]:
                    offer(found, 0.55 + 0.4 * (end - start) / len(stems))
        if not best or max(entry.confidence for entry in best.values()) < 0.8:
            for known, similarity in self._similar(key):
                for found in self._exact[known]:
                    offer(found, similarity)
        return sorted(best.values(), key=lambda entry: (-entry.confidence, entry.id))

    def _similar(self, key: str) -> list[tuple[str, float]]:
        from rapidfuzz import fuzz, process

        found = process.extract(key, self._keys, scorer=fuzz.ratio, score_cutoff=55, limit=12)
        answers = []
        for known, score, _ in found:
            # A slip in a long word is still that word; half-alike words are only worth suggesting.
            share = score / 100
            answers.append((known, share * 0.95 if share >= 0.82 and len(key) > 3 else share * 0.55))
        if len(key) > 2:
            begun = (known for known in self._keys if known.startswith(key))
            answers.extend((known, 0.45 + 0.4 * len(key) / len(known)) for known in begun)
        return answers


def _labels(text: str) -> list[str]:
    """A label and its parts: "DevOps, cloud & platform" is also found as "devops"."""
    parts = [part.strip() for chunk in text.split(",") for part in chunk.split("&")]
    return [text, *(part for part in parts if len(parts) > 1 and len(part) > 2)]


def _named(identity: str, label: str, kind: Kind, best: float) -> list[_Entry]:
    entries: list[_Entry] = [(identity, identity, kind, 1.0), (label, identity, kind, 0.99)]
    entries += [(part, identity, kind, best) for part in _labels(label)[1:]]
    return entries


@lru_cache(maxsize=1)
def _field_meanings() -> _Meanings:
    taxonomy = load()
    entries: list[_Entry] = []
    general = lexicon()["family_words"]
    for family in taxonomy.families.values():
        entries += _named(family.id, family.label, "family", 0.86)
        entries += [(word, family.id, "family", 0.75) for word in general[family.id]]
        entries += [(label, family.id, "family", 0.95) for label in family.labels.values()]
    for entry in taxonomy.fields.values():
        entries += _named(entry.id, entry.label, "field", 0.88)
        ambiguous = set(entry.ambiguous)
        entries += [(title, entry.id, "field", 0.95) for title in entry.titles]
        entries += [(word, entry.id, "field", 0.9 - 0.15 * (word in ambiguous)) for word in entry.keywords]
        entries += [(word, entry.id, "field", 0.85) for word in entry.acronyms]
        entries += [(word, entry.id, "field", 0.93) for words in entry.words.values() for word in words]
        entries += [(label, entry.id, "field", 0.94) for label in entry.labels.values()]
    return _Meanings(entries)


@lru_cache(maxsize=1)
def _interest_meanings() -> _Meanings:
    taxonomy = load()
    entries: list[_Entry] = []
    general = lexicon()["category_words"]
    for category in taxonomy.interest_categories.values():
        entries += _named(category.id, category.label, "interest_category", 0.9)
        entries += [(label, category.id, "interest_category", 0.95) for label in category.labels.values()]
        entries += [(word, category.id, "interest_category", 0.7) for word in general[category.id]]
    for entry in taxonomy.interests.values():
        entries += _named(entry.id, entry.label, "interest", 0.8)
        entries += [(word, entry.id, "interest", 0.92) for word in entry.keywords]
        entries += [(label, entry.id, "interest", 0.94) for label in entry.labels.values()]
    return _Meanings(entries)


@lru_cache(maxsize=1)
def _purpose_meanings() -> _Meanings:
    entries: list[_Entry] = []
    for purpose in load().purposes.values():
        entries += _named(purpose.id, purpose.label, "purpose", 0.9)
        for part in purpose.label.split("/"):
            entries.append((part, purpose.id, "purpose", 0.9))
        entries += [(word, purpose.id, "purpose", 0.9) for word in purpose.keywords]
        entries += [(label, purpose.id, "purpose", 0.95) for label in purpose.labels.values()]
    return _Meanings(entries)


@lru_cache(maxsize=4096)
def resolve_field(text: str) -> Resolved:
    """The field or family that a word, a job title or an id means."""
    return _field_meanings().resolve(text)


@lru_cache(maxsize=4096)
def resolve_interest(text: str) -> Resolved:
    """The interest or interest category that a word or an id means."""
    return _interest_meanings().resolve(text)


@lru_cache(maxsize=4096)
def resolve_purpose(text: str) -> Resolved:
    """The purpose that a word or an id means."""
    return _purpose_meanings().resolve(text)
