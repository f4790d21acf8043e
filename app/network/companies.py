"""Names of companies made comparable, and how surely two names are one company.

Exact matches are sure, those by `data/employers.tsv` probable; one name that begins another ("Goldman Sachs Asset Management"), or
has a country behind it, is a maybe that a person confirms. There is no distance of spelling, because near spellings are other
companies: Meta is not Metabase.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

Level = Literal["exact", "alias", "prefix"]

_DATA = Path(__file__).with_name("data") / "companies.json"
_EMPLOYERS = Path(__file__).with_name("data") / "employers.tsv"
_NOT_WORD = re.compile(r"[^\w]+|_")
_INITIALS = re.compile(r"\b(\w)\.(?=\w\b)")
_LEAST_TOKENS: Final = 2
# A country behind one of these belongs to the name: "Bank of America".
_PREPOSITIONS: Final = frozenset({"of", "de", "del", "du", "von", "in", "for", "the", "la"})
# Names of so many letters that differ in spaces alone are one: "JPMorganChase".
_LEAST_JOINED: Final = 6


def company_key(name: str | None) -> str | None:
    """A company's name folded: no case, accents, punctuation, legal form or leading "the"; None for no company.

    Freelancers name no company: "Self-employed", "Selbstständig" and the like are none.
    """
    if not name:
        return None
    tokens = _tokens(name)
    if " ".join(tokens) in _words("nobody"):
        return None
    legal = _words("legal")
    if len(tokens) > 1 and tokens[0] == "the":
        tokens = tokens[1:]
    while len(tokens) > 1 and tokens[-1] in legal:
        tokens = tokens[:-1]
    # "Müller, Schmidt & Co. KG" keeps no "and" either.
    while len(tokens) > 1 and tokens[-1] in {"and", "und", "et", "y"}:
        tokens = tokens[:-1]
    return " ".join(tokens) or None


def plain_company(name: str) -> str:
    """A company's name as people say it, without its legal form: "Acme" for "Acme, Inc."."""
    words = name.split()
    while len(words) > 1 and set(_tokens(words[-1])) <= _words("legal"):
        words.pop()
    return " ".join(words).rstrip(" ,")


class Aliases:
    """Which folded names mean the same company: those that everybody knows, and a person's own."""

    def __init__(self, own: Mapping[str, Iterable[str]] | None = None) -> None:
        self._main: dict[str, str] = dict(_known_aliases())
        for name, others in (own or {}).items():
            main = company_key(name)
            for other in others:
                key = company_key(other)
                if main is not None and key is not None:
                    self._main[key] = self._main.get(main, main)

    def main(self, key: str) -> str:
        """The one key that a company is counted under."""
        return self._main.get(key, key)

    def level(self, one: str, other: str) -> Level | None:
        """How surely two folded names are one company; None if they are not."""
        if one == other:
            return "exact"
        if self.main(one) == self.main(other):
            return "alias"
        if len(one) >= _LEAST_JOINED and one.replace(" ", "") == other.replace(" ", ""):
            return "prefix"
        shorter, longer = sorted((one.split(), other.split()), key=len)
        if longer[: len(shorter)] != shorter:
            return self._in_a_country(one, other)
        if len(shorter) >= _LEAST_TOKENS or set(longer[len(shorter) :]) <= _words("places"):
            return "prefix"
        return self._in_a_country(one, other)

    def _in_a_country(self, one: str, other: str) -> Level | None:
        """Whether both are one company once the country behind a name is left out: "PwC UK", "EY Deutschland"."""
        first, second = _without_place(one), _without_place(other)
        mains = {self.main(first), self.main(second)}
        # "Air France" and "Air India" are two: one of them has no country, or the name alone is known.
        is_told = (first == one) != (second == other) or not mains.isdisjoint(self._main.values())
        return "prefix" if len(mains) == 1 and is_told and (first, second) != (one, other) else None


def _without_place(key: str) -> str:
    words = key.split()
    while len(words) > 1 and words[-1] in _words("places") and words[-2] not in _PREPOSITIONS:
        words.pop()
    return " ".join(words)


def _tokens(name: str) -> list[str]:
    bare = name[:300]
    if not bare.isascii():
        decomposed = unicodedata.normalize("NFKD", bare)
        bare = "".join(char for char in decomposed if not unicodedata.combining(char)).replace("’", "")
    # "S.A.R.L." is one word, and "L'Oréal" too.
    bare = bare.casefold().replace("'", "").replace("&", " and ")
    if "." in bare:
        bare = _INITIALS.sub(r"\1", bare)
    return [token for token in _NOT_WORD.split(bare) if token]


@lru_cache(maxsize=1)
def _data() -> dict[str, object]:
    found: dict[str, object] = json.loads(_DATA.read_text("utf-8"))
    return found


@lru_cache(maxsize=8)
def _words(name: str) -> frozenset[str]:
    words = _data()[name]
    assert isinstance(words, list)
    return frozenset(" ".join(_tokens(word)) for word in words)


@lru_cache(maxsize=1)
def _known_aliases() -> dict[str, str]:
    """The main name of every other name, both folded."""
    found: dict[str, str] = {}
    for line in _EMPLOYERS.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, others, _ = line.split("\t")
        main = company_key(name)
        assert main is not None
        for other in others.split("; "):
            key = company_key(other)
            if key is not None and key != main:
                found.setdefault(key, main)
    return found
