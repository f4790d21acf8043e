"""Text as search understands it: words, their stems in several languages, and what a person asks for. Pure.

Both databases index the words that are made here and nothing else, so that they find the same. A text is stemmed in its own
language (Snowball), a question in all of them: `Entwicklerinnen` finds `Entwickler`, `running` finds `runs`, whatever
language the asker has. Scripts without spaces are cut into pairs of characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import local
from typing import Any, Final

from app.core.fold import fold

# BCP 47 -> the stemmer's own name.
STEMMERS: Final = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "pt": "portuguese", "it": "italian",
    "nl": "dutch", "sv": "swedish", "da": "danish", "nb": "norwegian", "fi": "finnish", "ru": "russian",
}  # fmt: skip
_SAME_STEMMER: Final = {"no": "nb", "nn": "nb"}
# Words that tell a language, where a listing does not say which it is in.
_SMALL_WORDS: Final = {
    "en": "the and for with you are this your our from",
    "de": "der die und mit wir fur ein eine ist das auf zum zur",
    "fr": "les des est une dans vous nous avec sur aux",
    "es": "los las una del con para por nuestro como este",
    "pt": "uma nao voce dos com os para mais",
    "it": "gli della che una con sono nel alla",
    "nl": "het een van voor met niet wij zijn",
    "sv": "och att det som for ar pa vi",
}
_TELLING: Final = {
    word: tuple(language for language, words in _SMALL_WORDS.items() if word in words.split())
    for words in _SMALL_WORDS.values()
    for word in words.split()
}
# Names that the folding would cut to a letter.
_SPELLED: Final = re.compile(r"(?<!\w)(c\+\+|c#|f#|\.net)(?!\w)", re.IGNORECASE)
_SPELLINGS: Final = {"c++": "cplusplus", "c#": "csharp", "f#": "fsharp", ".net": "dotnet"}
# Han, kana, Thai, Lao, Burmese, Khmer: no spaces between words.
_RUN: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_LONGEST: Final = 40
# Of a description; what follows is small print.
_MOST_CHARACTERS: Final = 4_000
_MOST_WORDS: Final = 12
TITLE_MARK: Final = "¶"
LONG_MARK: Final = "¤"
# Documents of the text index are numbered by the quarter of an hour an event starts in, then by chance: so they come out in
# the order of their starts, and a span of time is a range of numbers.
_QUARTER: Final = 900
_CHANCE_BITS: Final = 18
_PARTS: Final = re.compile(r'(-?)"([^"]*)"?|(\S+)')


def first_document(start: int) -> int:
    """The lowest number of documents that start in the same quarter of an hour (epoch seconds) or later."""
    return start // _QUARTER << _CHANCE_BITS


def document_number(start: int, identity: int, attempt: int = 0) -> int:
    """The number of an event's document; the next `attempt` where another event has it already."""
    mask = (1 << _CHANCE_BITS) - 1
    return first_document(start) | ((identity * 0x9E3779B1 >> 7) + attempt & mask)


def topic_mark(topic: int) -> str:
    """The term that stands for a topic, by its `topic_key`."""
    return f"⁴{topic}"


def access_mark(access: str) -> str:
    """The term that stands for step-free, captions or quiet."""
    return f"⁵{access.replace('-', '')}"


def words_in(text: str) -> list[str]:
    """The words of a text in order: folded, without accents; pairs of characters where a script has no spaces."""
    if "+" in text or "#" in text or "." in text:
        text = _SPELLED.sub(lambda found: f" {_SPELLINGS[found.group().lower()]} ", text)
    words = fold(text).replace("_", " ").split()
    if text.isascii():
        return [word[:_LONGEST] for word in words]
    return [each for word in words for each in _pieces(word)]


def _pieces(word: str) -> list[str]:
    if not _RUN.search(word):
        return [word[:_LONGEST]]
    pieces = []
    place = 0
    for run in _RUN.finditer(word):
        if run.start() > place:
            pieces.append(word[place : run.start()][:_LONGEST])
        signs = run.group()
        pieces += [signs[at : at + 2] for at in range(max(len(signs) - 1, 1))]
        place = run.end()
    if place < len(word):
        pieces.append(word[place:][:_LONGEST])
    return pieces


def language_of(stated: str | None, words: Iterable[str]) -> str:
    """The language whose stems a text is kept by: the one stated, else the one its small words tell, else English."""
    if stated:
        short = stated[:2].lower()
        short = _SAME_STEMMER.get(short, short)
        if short in STEMMERS:
            return short
    counts: dict[str, int] = {}
    for word in words:
        for language in _TELLING.get(word, ()):
            counts[language] = counts.get(language, 0) + 1
    best = max(sorted(counts), key=lambda each: counts[each], default="en")
    return best if counts.get(best, 0) > counts.get("en", 0) else "en"


# A stemmer keeps the word that it is at: each thread has its own.
_own: Final = local()


def _stemmer(language: str) -> Any:
    stemmers: dict[str, Any] = _own.__dict__
    if language not in stemmers:
        import snowballstemmer

        stemmers[language] = snowballstemmer.stemmer(STEMMERS[language])
    return stemmers[language]


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """The stem of a folded word. Numbers and words of other scripts than the language's stay as they are."""
    if len(word) < 3 or word[0].isdigit():
        return word
    if word.isascii() == (language == "ru"):
        return word
    return str(_stemmer(language).stemWord(word))


@lru_cache(maxsize=20_000)
def stems(word: str) -> tuple[str, ...]:
    """What a word may be kept as, in any of the languages."""
    return tuple(sorted({stem(word, language) for language in STEMMERS}))


@dataclass(frozen=True, slots=True)
class Indexed:
    """A text ready for the index: `terms` separated by spaces, and the different words that were in it."""

    terms: str
    words: frozenset[str]


def index_text(
    title: str, others: Iterable[str | None], language: str | None, marks: Iterable[str] = ()
) -> Indexed:
    """The terms of a text; those of the title stand there a second time, marked. `marks` are terms as they are."""
    titled = words_in(title)
    told = [word for text in others if text for word in words_in(text[:_MOST_CHARACTERS])]
    spoken = language_of(language, (*titled, *told))
    heads = {stem(word, spoken) for word in titled}
    terms = heads.union(stem(word, spoken) for word in told)
    ordered = [*sorted(terms), *sorted(f"{TITLE_MARK}{each}" for each in heads), *marks]
    return Indexed(" ".join(ordered), frozenset(titled).union(told))


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word asked for: any of `terms`. `prefix`: it was written with a `*` behind it."""

    word: str
    terms: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class TextQuery:
    """Words that all must be there, words that must not, and phrases (of wanted words, one after the other)."""

    wanted: tuple[Wanted, ...] = ()
    unwanted: tuple[Wanted, ...] = ()
    phrases: tuple[tuple[Wanted, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)


def parse(asked: str) -> TextQuery:
    """What a person typed: words, `"a phrase"`, `begin*`, `-without`. Never raises: every text asks for something."""
    wanted: dict[str, Wanted] = {}
    unwanted: dict[str, Wanted] = {}
    phrases: list[tuple[Wanted, ...]] = []
    for minus, quoted, plain in _PARTS.findall(asked):
        text = quoted or plain
        without = bool(minus) or (not quoted and text.startswith("-") and len(text) > 1)
        prefix = not quoted and text.endswith("*")
        found = words_in(text)
        ordered = [
            Wanted(word, stems(word), prefix and number == len(found) - 1)
            for number, word in enumerate(found)
        ]
        if without:
            unwanted.update((each.word, each) for each in ordered)
            continue
        wanted.update((each.word + "*" * each.prefix, each) for each in ordered)
        # What is written in one piece (`front-end`, 東京都) is one thing, as what stands in quotes.
        if len(ordered) > 1 and (quoted or not prefix):
            phrases.append(tuple(ordered))
    return TextQuery(
        tuple(wanted.values())[:_MOST_WORDS], tuple(unwanted.values())[:_MOST_WORDS], tuple(phrases)
    )


def names_company(name: str) -> tuple[Wanted, ...]:
    """A company's name as a phrase."""
    return tuple(Wanted(word, stems(word)) for word in words_in(name))


def holds_phrase(phrase: Sequence[Wanted], texts: Iterable[str | None], *, exactly: bool = False) -> bool:
    """Whether the words stand one after the other in one of the texts; `exactly`: as written, not by their stems."""
    for text in texts:
        if not text:
            continue
        words = words_in(text[:_MOST_CHARACTERS])
        for start in range(len(words) - len(phrase) + 1):
            if all(_is(words[start + at], each, exactly) for at, each in enumerate(phrase)):
                return True
    return False


def _is(word: str, wanted: Wanted, exactly: bool) -> bool:
    if word == wanted.word:
        return True
    return not exactly and not set(stems(word)).isdisjoint(wanted.terms)
