"""What people mean by a word: the field, interest or purpose that it names, or the nearest ones.

One reader for everything that is typed where a field, an interest or a purpose is meant. In this order: the names of
the taxonomy in four languages, its synonyms and acronyms; for fields, job titles; then the known names inside a longer
text; then, for an unknown word, the known word that it is most likely a misspelling of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from app.taxonomy.classify import calibrated, classify
from app.taxonomy.keys import TopicKind
from app.taxonomy.model import model, softmax
from app.taxonomy.occupations import listed_titles
from app.taxonomy.slips import KnownWords
from app.taxonomy.taxonomy import Kind, Resolved, Suggestion, lexicon, load
from app.taxonomy.titles import LikelyFields, likely_fields, odds, read_title, seniority_of
from app.taxonomy.words import Phrases, split

_INTEREST_WORDS = Path(__file__).with_name("data") / "interest_words.tsv"
_UNSURE = 0.5
_SUGGESTIONS = 3
_LONGEST = 300
_SHORTEST_CORRECTED = 4
_CORRECTED = 0.9
# A name as sure as this is not weighed against job titles.
_PLAIN = 0.8
# Below this chance a field gives way to its family, if that has this share of all chances.
_FIELD_CHANCE = 0.58
_FAMILY_SHARE = 0.42
# Words that narrow nothing: "jobs in nursing", "people who work in finance".
FILLERS = frozenset(
    """
        job work career field industry sector area professional people person folk expert specialist
        profession role position in of the and a an for with who my i am as related anything something stuff
        beruf branche bereich und im in der die das metier secteur dans le la les de du des et en un une
        trabajo sector de el los las y un una club group groupe grupo gruppe meetup meetups
    """.split()
)

# (words, id, kind, confidence)
_Entry = tuple[str, str, Kind, float]


class _Meanings:
    """The names of a set of things."""

    def __init__(self, entries: list[_Entry], more_words: Iterable[str] = ()) -> None:
        self._exact: dict[str, list[Suggestion]] = {}
        for words, identity, kind, confidence in entries:
            key = " ".join(split(words).stems)
            if key:
                found = Suggestion(identity, load().label(identity) or identity, confidence, kind)
                self._exact.setdefault(key, []).append(found)
        for known in self._exact.values():
            known.sort(key=lambda entry: (-entry.confidence, entry.id))
        self._phrases = Phrases((key, key) for key in self._exact)
        named = {word for key in self._exact for word in key.split()}
        self.words = KnownWords(named.union(word for text in more_words for word in split(text).stems))

    def exactly(self, stems: list[str]) -> list[Suggestion]:
        """What a whole text is the name of, best first; else what is left of it without fillers."""
        whole = self._exact.get(" ".join(stems))
        if whole is None:
            whole = self._exact.get(" ".join(stem for stem in stems if stem not in FILLERS), [])
        return _distinct(whole)

    def inside(self, text: str) -> list[Suggestion]:
        """What known names inside a text mean, best first: the more of it they cover, the surer."""
        stems = split(text).stems
        telling = sum(stem not in FILLERS for stem in stems) or 1
        found = [
            _with(entry, entry.confidence * (0.4 + 0.55 * min((end - start) / telling, 1.0)))
            for start, end, keys in self._phrases.found_in(stems)
            for key in keys
            for entry in self._exact[key]
        ]
        return _distinct(found)

    def corrected(self, stems: list[str]) -> list[str] | None:
        """The words with misspellings corrected; None if every word is known or one resembles none."""
        known = [self._correction(stem) for stem in stems]
        if known == stems or None in known:
            return None
        return [word for word in known if word is not None]

    def _correction(self, stem: str) -> str | None:
        if stem in self.words or stem in FILLERS or not stem.isalpha():
            return stem
        return None if len(stem) < _SHORTEST_CORRECTED else self.words.nearest(stem)


def _with(entry: Suggestion, confidence: float) -> Suggestion:
    return Suggestion(entry.id, entry.label, round(confidence, 3), entry.kind)


def _distinct(found: Iterable[Suggestion]) -> list[Suggestion]:
    best: dict[str, Suggestion] = {}
    for entry in sorted(found, key=lambda entry: (-entry.confidence, entry.id)):
        best.setdefault(entry.id, entry)
    return list(best.values())


def _answer(ranked: list[Suggestion]) -> Resolved:
    if not ranked:
        return Resolved(None, None, 0.0, None)
    best = ranked[0]
    if best.confidence < _UNSURE:
        return Resolved(None, None, best.confidence, None, tuple(ranked[:_SUGGESTIONS]))
    return Resolved(best.id, best.label, best.confidence, best.kind, tuple(ranked[1 : _SUGGESTIONS + 1]))


# --- the names --------------------------------------------------------------------------------------------


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
    general, broad = lexicon()["family_words"], lexicon()["broad_words"]
    for family in taxonomy.families.values():
        entries += _named(family.id, family.label, "family", 0.86)
        entries += [(word, family.id, "family", 0.75) for word in general[family.id]]
        # A broad word means the family, although a field or a job title may have it too.
        entries += [(word, family.id, "family", 0.97) for word in broad[family.id]]
        entries += [(label, family.id, "family", 0.95) for label in family.labels.values()]
    for entry in taxonomy.fields.values():
        entries += _named(entry.id, entry.label, "field", 0.88)
        ambiguous = set(entry.ambiguous)
        entries += [(title, entry.id, "field", 0.95) for title in entry.titles]
        entries += [(word, entry.id, "field", 0.9 - 0.15 * (word in ambiguous)) for word in entry.keywords]
        entries += [(word, entry.id, "field", 0.85) for word in entry.acronyms]
        entries += [(word, entry.id, "field", 0.93) for words in entry.words.values() for word in words]
        entries += [(label, entry.id, "field", 0.94) for label in entry.labels.values()]
    return _Meanings(entries, (title for _, title in listed_titles()))


def interest_words() -> Iterator[tuple[str, str]]:
    """(interest, word) of every line of ``data/interest_words.tsv``: an id, a tab, words in four languages."""
    for line in _INTEREST_WORDS.read_text("utf-8").splitlines():
        identity, words = line.split("\t")
        for word in words.split("; "):
            yield identity, word


@lru_cache(maxsize=1)
def _interest_meanings() -> _Meanings:
    taxonomy = load()
    entries: list[_Entry] = []
    general = lexicon()["category_words"]
    for category in taxonomy.interest_categories.values():
        entries += _named(category.id, category.label, "interest_category", 0.9)
        entries += [(label, category.id, "interest_category", 0.95) for label in category.labels.values()]
        entries += [(word, category.id, "interest_category", 0.82) for word in general[category.id]]
    for entry in taxonomy.interests.values():
        entries += _named(entry.id, entry.label, "interest", 0.8)
        entries += [(word, entry.id, "interest", 0.92) for word in entry.keywords]
        entries += [(label, entry.id, "interest", 0.94) for label in entry.labels.values()]
    # What people type for the thing; a listing that has such a word need not be about it.
    entries += [(word, identity, "interest", 0.93) for identity, word in interest_words()]
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


# --- job titles -------------------------------------------------------------------------------------------


def _titled(text: str) -> list[Suggestion]:
    """The fields that a job title may be of, best first; their family before them where only that is likely."""
    reading = read_title(text)
    if not reading.scores:
        return []
    taxonomy = load()
    fields: list[Suggestion] = []
    families: dict[str, float] = {}
    for identity, share in zip(model("titles").labels, softmax(reading.scores), strict=True):
        entry = taxonomy.fields[identity]
        fields.append(Suggestion(identity, entry.label, round(calibrated("title", odds(share)), 3), "field"))
        families[entry.family] = families.get(entry.family, 0.0) + share
    fields.sort(key=lambda entry: (-entry.confidence, entry.id))
    fields = fields[:_SUGGESTIONS]
    family, share = max(families.items(), key=lambda pair: (pair[1], pair[0]))
    if fields[0].confidence < reading.least:
        return [_with(entry, min(entry.confidence, _UNSURE - 0.01)) for entry in fields]
    if reading.listed:
        fields[0] = _with(fields[0], max(fields[0].confidence, _UNSURE))
    if not reading.listed and fields[0].confidence < _FIELD_CHANCE and share >= _FAMILY_SHARE:
        chance = max(calibrated("title", odds(share)), _UNSURE)
        fields.insert(0, Suggestion(family, taxonomy.families[family].label, round(chance, 3), "family"))
    return fields


def _interested(text: str) -> list[Suggestion]:
    """The interests whose names are inside a text; else those that a listing of this name would be about."""
    inside = _interest_meanings().inside(text)
    if inside:
        return inside
    kinds: dict[bool, Kind] = {True: "interest", False: "interest_category"}
    known = load().interests
    return [
        Suggestion(
            topic.id,
            load().label(topic.id) or topic.id,
            min(topic.confidence, _UNSURE - 0.01),
            kinds[topic.id in known],
        )
        for topic in classify(text).interests
    ]


# --- what a word means ------------------------------------------------------------------------------------


def _resolve(text: str, meanings: _Meanings, longer: Callable[[str], list[Suggestion]]) -> Resolved:
    text = text[:_LONGEST]
    stems = split(text).stems
    named = meanings.exactly(stems)
    if named and named[0].confidence >= _PLAIN:
        return _answer(named)
    found = [*named, *longer(text)]
    corrected = meanings.corrected(stems)
    if corrected is not None:
        again = meanings.exactly(corrected) or longer(" ".join(corrected))
        found += [_with(entry, entry.confidence * _CORRECTED) for entry in again]
    return _answer(_distinct(found))


@lru_cache(maxsize=4096)
def resolve_field(text: str) -> Resolved:
    """The field or family that a word, a job title or an id means."""
    return _resolve(text, _field_meanings(), _titled)


def resolve_job_title(title: str) -> LikelyFields:
    """The fields that somebody's job title means, by the names and titles of ``resolve_field``; for thousands of them.

    Slips are not put right, and nothing is remembered: titles are of people who were not asked.
    """
    named = _field_meanings().exactly(split(title[:_LONGEST]).stems)
    if named and named[0].confidence >= _PLAIN and named[0].kind == "field":
        return LikelyFields(named[0].id, (named[0].id,), seniority_of(title))
    return likely_fields(title)


@lru_cache(maxsize=4096)
def resolve_interest(text: str) -> Resolved:
    """The interest or interest category that a word or an id means."""
    return _resolve(text, _interest_meanings(), _interested)


@lru_cache(maxsize=4096)
def resolve_purpose(text: str) -> Resolved:
    """The purpose that a word or an id means."""
    return _resolve(text, _purpose_meanings(), _purpose_meanings().inside)


_NAMES: dict[TopicKind, Callable[[], _Meanings]] = {
    "field": _field_meanings,
    "interest": _interest_meanings,
    "purpose": _purpose_meanings,
}
_RESOLVERS: dict[TopicKind, Callable[[str], Resolved]] = {
    "field": resolve_field,
    "interest": resolve_interest,
    "purpose": resolve_purpose,
}


def resolve_topic(kind: TopicKind, text: str) -> Resolved:
    """What a word means where a topic of this kind is meant."""
    return _RESOLVERS[kind](text)


def values_of(kind: TopicKind, text: str) -> list[str]:
    """The values that a text with commas holds: one if it is a name ("Bowling, darts & billiards") or its parts mean nothing."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) < 2 or _NAMES[kind]().exactly(split(text).stems):
        return [text]
    if all(resolve_topic(kind, part).id for part in parts) or resolve_topic(kind, text).id is None:
        return parts
    return [text]
