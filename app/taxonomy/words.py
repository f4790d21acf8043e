"""Words and phrases: texts become words once, and known phrases are found among them in one pass.

Knows nothing of fields or interests: a phrase carries whatever its owner hangs on it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
_TAG = re.compile(r"<[^<>]{0,300}>|https?://\S+|www\.\S+")
_ACCENTS = re.compile("[\u0300-\u036f]+")

# Words whose last "s" is not a plural.
_UNCHANGED = (
    "sales news ios css aws gas bus series species physics mathematics athletics economics politics analytics "
    "kubernetes less always us its this was has is as os jenkins salesforce devops texas dallas paris genius "
    "business fitness wellness mindfulness happiness wilderness chess express access process canvas atlas "
    "consciousness campus focus virus status bonus tennis yes plus arts dis axis basis analysis diagnosis"
)
_NO_PLURAL = frozenset(_UNCHANGED.split())


class Words(NamedTuple):
    """A text as words: ``typed`` as they stood (for acronyms), ``stems`` as they compare."""

    typed: list[str]
    stems: list[str]


@lru_cache(maxsize=32768)
def stem(word: str) -> str:
    """The comparable form of a casefolded word: no accents, English plural taken off."""
    if not word.isascii():
        word = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", word)))
    if len(word) < 4 or word[-1] != "s" or word in _NO_PLURAL or word[-2] in "su":
        return word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    return word[:-1]


def split(text: str) -> Words:
    """The words of a text in order; markup and addresses of pages are not words."""
    if "<" in text or "://" in text or "www." in text:
        text = _TAG.sub(" ", text)
    if "&" in text and ";" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    typed = _WORD.findall(text)
    return Words(typed, [stem(word.casefold()) for word in typed])


@lru_cache(maxsize=20_000)
def split_name(name: str) -> Words:
    """`split` of a name that is met again and again; nobody may change the lists."""
    return split(name)


class Phrases(Generic[T]):
    """Phrases by their first word. Each may carry many things; longer phrases hide those inside them."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        collected: dict[tuple[str, ...], list[T]] = {}
        for phrase, thing in entries:
            key = tuple(split(phrase).stems)
            if key:
                things = collected.setdefault(key, [])
                if thing not in things:
                    things.append(thing)
        first: dict[str, list[tuple[int, tuple[str, ...], tuple[T, ...]]]] = {}
        for key, things in collected.items():
            first.setdefault(key[0], []).append((len(key), key, tuple(things)))
        for options in first.values():
            options.sort(key=lambda option: (-option[0], option[1]))
        self._first = first
        self._all = {key: tuple(things) for key, things in collected.items()}

    def exactly(self, stems: Sequence[str]) -> tuple[T, ...]:
        """What the phrase made of just these words carries."""
        return self._all.get(tuple(stems), ())

    def found_in(self, stems: Sequence[str]) -> Iterator[tuple[int, int, tuple[T, ...]]]:
        """(start, end, things) of every phrase in a text, in order; none inside a longer one."""
        first, covered = self._first, 0
        # Most texts hold no word that begins a phrase.
        if first.keys().isdisjoint(stems):
            return
        for at, word in enumerate(stems):
            options = first.get(word)
            if options is None:
                continue
            for length, key, things in options:
                if length == 1 or tuple(stems[at : at + length]) == key:
                    if at + length > covered:
                        covered = at + length
                        yield at, at + length, things
                    break
