"""What people mean by a word: the field, interest or purpose that it names, or the nearest ones."""

from __future__ import annotations

from functools import lru_cache

from app.taxonomy.taxonomy import Kind, Resolved, Suggestion, lexicon, load
from app.taxonomy.words import Phrases, split

_UNSURE = 0.5
_SUGGESTIONS = 3
_LONGEST_WORD = 80


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
