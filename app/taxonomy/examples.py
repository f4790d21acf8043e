"""Training texts for the linear models: the project's own examples and public lists, as labelled documents.

Only the build reads this. It never sees evaluation data: what is here was written for the project
(``data/examples``), is its taxonomy, or comes from O*NET, ESCO and the public names of Meetup's topics.
"""

from __future__ import annotations

import csv
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from app.taxonomy.occupations import listed_titles
from app.taxonomy.taxonomy import lexicon, load
from app.taxonomy.words import split

_EXAMPLES = Path(__file__).with_name("data") / "examples"
_WHERE = (
    "Boston Denver Leeds Austin Berlin Lyon Madrid Toronto Hartford Nashville Bristol Seattle Zürich Köln Sevilla "
    "Nantes Stamford Manchester Dublin Phoenix Orlando Glasgow Portland Chicago Houston Sydney Wien Valencia Lille "
    "Hamburg"
)
_CITIES = _WHERE.split()
_FRAMES = (
    "{x}",
    "{x}",
    "{x}",
    "{x} Meetup",
    "{x} Group",
    "{city} {x}",
    "{x} of {city}",
    "The {city} {x} Meetup Group",
    "{x} Club",
    "{city} Area {x}",
    "{x} - {city}",
    "{x} Society",
    "{x} & Friends",
    "{x} Network",
    "Greater {city} {x}",
    "{x} in {city}",
    "Women's {x}",
    "North {city} {x}",
    "{x} {city} Community",
    "{x} night",
    "{x} evening",
    "{x} weekend",
    "{x} for beginners",
)
# The categories whose listings serve a career; every field does.
CAREER_CATEGORIES = frozenset(("career-networking", "tech-makers", "startups-business"))
# Fields of these families stand among hobbyists and founders as well.
_SHARED = {
    "technology": "tech-makers",
    "data-ai": "tech-makers",
    "management-consulting": "startups-business",
}
# Meetup's main topics, by id, as categories of interests.
_MAIN_TOPICS = {
    "223": "photo-film", "15236": "career-networking", "10454": "languages", "1924": "arts-culture",
    "1201": "photo-film", "10451": "team-sports", "53052": "pets-animals", "1502": "arts-culture",
    "10050": "identity-affinity", "15992": "games", "10333": "family", "10290": "spirituality-belief",
    "9696": "tech-makers", "10306": "wellness-mind", "15321": "books-writing", "10099": "crafts-hobbies",
    "16728": "books-writing", "15046": "outdoors", "15018": "music", "8476": "science-learning",
    "10581": "social", "491": "dance", "19227": "food-drink",
}  # fmt: skip
_OCCUPATIONS_PER_FAMILY = 60
# A listed name is one of many of its kind.
_OF_LISTED = 0.7


class Listing(NamedTuple):
    """A training document. ``groups`` are families and categories with shares that sum to one."""

    name: str
    text: str
    groups: dict[str, float]
    career: bool
    weight: float


class Title(NamedTuple):
    """A job title. ``fields`` are shares; empty where only the SOC code is known."""

    text: str
    fields: dict[str, float]
    soc: str
    weight: float


def _table(path: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        if delimiter == "\t":
            yield from csv.DictReader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        else:
            yield from csv.DictReader(file)


def _lines(name: str) -> Iterator[list[str]]:
    for line in (_EXAMPLES / name).read_text("utf-8").splitlines():
        yield line.split("\t")


def _normal(shares: dict[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    return {identity: share / total for identity, share in shares.items()}


def fields_by_code() -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Fields by four-digit ISCO-08 and by detailed SOC code; a field's first codes are its own."""
    isco: dict[str, dict[str, float]] = defaultdict(dict)
    soc: dict[str, dict[str, float]] = defaultdict(dict)
    for entry in load().fields.values():
        for table, codes in ((isco, entry.isco08), (soc, entry.soc)):
            for place, code in enumerate(codes):
                table[code][entry.id] = 1 / (1 + min(place, 3))
    return (
        {code: _normal(shares) for code, shares in isco.items()},
        {code: _normal(shares) for code, shares in soc.items()},
    )


def titles(sources: Path) -> Iterator[Title]:
    """Every job title there is: ESCO, O*NET, the taxonomy and the project's own."""
    isco, soc = fields_by_code()
    for row in _table(sources / "esco" / "occupations_en.csv"):
        for text in (row["preferredLabel"], *row["altLabels"].split("\n")):
            if text:
                yield Title(text, isco.get(row["iscoGroup"], {}), "", 1.0)
    for entry in load().fields.values():
        own = {entry.id: 1.0}
        words = (word for words in entry.words.values() for word in words)
        for text in (*entry.titles, entry.label, *words):
            yield Title(text, own, "", 4.0)
        for text in entry.keywords:
            yield Title(text, own, "", 2.0)
    for field, text in listed_titles():
        yield Title(text, {field: 1.0}, "", 2.0)
    for row in _table(sources / "onet27" / "Alternate_Titles.txt", "\t"):
        code = row["O*NET-SOC Code"][:7]
        yield Title(row["Alternate Title"], soc.get(code, {}), code, 1.0)


def _group_of(identity: str) -> str:
    taxonomy = load()
    if identity in taxonomy.fields:
        return taxonomy.fields[identity].family
    if identity in taxonomy.interests:
        return taxonomy.interests[identity].category
    if identity not in taxonomy.families and identity not in taxonomy.interest_categories:
        raise ValueError(f"examples name {identity!r}, which is nothing of the taxonomy")
    return identity


def _shares(group: str) -> dict[str, float]:
    other = _SHARED.get(group)
    return {group: 0.6, other: 0.4} if other else {group: 1.0}


class _Writer:
    """Collects documents. Its random numbers have a fixed seed, so that the same files give the same list."""

    def __init__(self) -> None:
        self.random = random.Random(7)
        self.found: list[Listing] = []

    def add(self, name: str, text: str, identity: str, weight: float) -> None:
        group = _group_of(identity)
        career = group in CAREER_CATEGORIES or group in load().families
        self.found.append(Listing(name, text, _shares(group), career, weight))

    def framed(self, words: str) -> str:
        frame = words if "{city}" in words else self.random.choice(_FRAMES).replace("{x}", words)
        return frame.replace("{city}", self.random.choice(_CITIES))

    def vary(self, words: str, identity: str, weight: float, times: int) -> None:
        for _ in range(times):
            self.add(self.framed(words), "", identity, weight / times)


def _written(writer: _Writer) -> None:
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    texts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for identity, language, listed in _lines("names.tsv"):
        for name in listed.split("; "):
            names[identity, language].append(name)
            writer.vary(name, identity, 3.0, 3)
    for identity, language, listed in _lines("texts.tsv"):
        texts[identity, language] += listed.split(" | ")
        for text in listed.split(" | "):
            writer.add("", text, identity, 2.0)
    for key, sentences in texts.items():
        for _ in range(40 if key[1] == "en" else 10):
            name = writer.random.choice(names[key])
            told = writer.random.sample(sentences, min(2, len(sentences)))
            writer.add(writer.framed(name), " ".join(told), key[0], 0.5)


def _listed(writer: _Writer) -> None:
    """Names of public lists of groups, as they stand there."""
    for identity, names in _lines("listed.tsv"):
        for name in names.split("; "):
            writer.add(name, "", identity, _OF_LISTED)


def _vocabulary(writer: _Writer) -> None:
    taxonomy = load()
    for field in taxonomy.fields.values():
        others = [word for words in field.words.values() for word in words]
        for word in dict.fromkeys((*field.keywords, *field.titles, field.label, *field.acronyms, *others)):
            writer.vary(word, field.id, 1.5, 2)
    for interest in taxonomy.interests.values():
        for word in dict.fromkeys((*interest.keywords, interest.label)):
            writer.vary(word, interest.id, 2.0, 2)
    for group in ("category_words", "family_words"):
        for identity, words in lexicon()[group].items():
            for word in words:
                writer.vary(word, identity, 1.5, 2)


def _topics(writer: _Writer, sources: Path) -> None:
    for row in _table(sources / "meetup_topics.csv"):
        category = _MAIN_TOPICS.get(row["main_topic_id"])
        if category:
            writer.add(row["topic_name"], "", category, 1.0)
            writer.add(row["topic_name"], row["description"][:300], category, 0.6)


def _occupations(writer: _Writer, sources: Path) -> None:
    isco, soc = fields_by_code()
    known: list[tuple[str, str, dict[str, float]]] = [
        (row["preferredLabel"], row["description"][:300], isco.get(row["iscoGroup"], {}))
        for row in _table(sources / "esco" / "occupations_en.csv")
    ]
    known += [
        (row["Title"], row["Description"][:300], soc.get(row["O*NET-SOC Code"][:7], {}))
        for row in _table(sources / "onet27" / "Occupation_Data.txt", "\t")
    ]
    writer.random.shuffle(known)
    taken: Counter[str] = Counter()
    for title, text, fields in known:
        if not fields:
            continue
        field = max(fields, key=lambda identity: (fields[identity], identity))
        family = _group_of(field)
        if taken[family] < _OCCUPATIONS_PER_FAMILY:
            taken[family] += 1
            writer.add(title, "", field, 0.7)
            writer.add(title, text, field, 0.3)


def listings(sources: Path) -> Iterable[Listing]:
    """Names and texts of groups and events with what they are about."""
    writer = _Writer()
    _written(writer)
    _listed(writer)
    _vocabulary(writer)
    _topics(writer, sources)
    _occupations(writer, sources)
    return writer.found


def words_of(sources: Path) -> frozenset[str]:
    """Words worth a weight although no example has them: their vectors tell what they are near to."""
    found: set[str] = set()
    for table, column in (
        (_table(sources / "esco" / "ISCOGroups_en.csv"), "description"),
        (_table(sources / "esco" / "occupations_en.csv"), "description"),
        (_table(sources / "onet27" / "Alternate_Titles.txt", "\t"), "Alternate Title"),
        (_table(sources / "meetup_topics.csv"), "description"),
        (_table(sources / "meetup_topics.csv"), "topic_name"),
    ):
        for row in table:
            found.update(split(row[column]).stems)
    return frozenset(word for word in found if word.isalpha() and len(word) > 2)
