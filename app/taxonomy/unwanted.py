"""What nobody should meet unasked: sales pitches, pump groups, paid courses and dating; and what is sensitive. Pure.

Phrases of ``data/unwanted.toml``. A warning is a caution about what is sold; being sensitive is none: a group about health, belief
or identity is as good as any other, and is only named to who asked for it by name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from app.taxonomy.taxonomy import is_sensitive
from app.taxonomy.words import Phrases, split, split_name

_FILE = Path(__file__).with_name("data") / "unwanted.toml"
# So many characters of a description are read.
READ = 700
_ENOUGH_HINTS = 2
# What the classifier takes for sensitive from this confidence on, and where the name holds what only looks so.
_SURE, _SURER = 0.4, 0.85
_SENSITIVE_UNLESS = frozenset(
    """
        nurses nurse counselors counsellors supervision professionals educators researchers research bioinformatics photography
        architecture recipes brewing fans football tasting blends dancing history museum engineering developers drawing dress forum travellers readers shooters workshop
    """.split()
)


class _Mark(NamedTuple):
    """What a phrase says: `kind` of a warning or the id of a sensitive interest; `strength` sure, in_name, hints, unless or asked_by."""

    kind: str
    strength: str


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@lru_cache(maxsize=1)
def _tables() -> dict[str, Phrases[_Mark]]:
    """A table for each kind, so that a phrase of one kind hides none of another; and one of all that is sensitive."""
    tables = {
        kind: Phrases(
            (phrase, _Mark(kind, strength)) for strength, phrases in lists.items() for phrase in phrases
        )
        for kind, lists in _document()["warnings"].items()
    }
    tables["sensitive"] = Phrases(_sensitive_entries())
    return tables


def _sensitive_entries() -> Iterator[tuple[str, _Mark]]:
    for identity, lists in _document()["sensitive"].items():
        for phrase in lists["in_name"]:
            yield phrase, _Mark(identity, "in_name")
    for phrase in _document()["sensitive_harmless"]["phrases"]:
        yield phrase, _Mark("", "harmless")


@lru_cache(maxsize=4_096)
def warnings_of(name: str, description: str | None = None) -> tuple[str, ...]:
    """The ids of warnings that a name and the beginning of its description call for, sorted."""
    named = split(name).stems
    told = split((description or "")[:READ]).stems
    return tuple(sorted(kind for kind in _document()["warnings"] if _warns(kind, named, told)))


def _warns(kind: str, named: list[str], told: list[str]) -> bool:
    in_name, in_text = _found(kind, named), _found(kind, told)
    both = in_name | in_text
    if "sure" in {mark for _, mark in both}:
        return True
    if "unless" in {mark for _, mark in both}:
        return False
    if "in_name" in {mark for _, mark in in_name}:
        return True
    return len({phrase for phrase, mark in both if mark == "hints"}) >= _ENOUGH_HINTS


def _found(kind: str, stems: list[str]) -> set[tuple[str, str]]:
    """(phrase, strength) of what stands in a text."""
    return {
        (" ".join(stems[start:end]), mark.strength)
        for start, end, marks in _tables()[kind].found_in(stems)
        for mark in marks
    }


def asks_for(kind: str, words: Iterable[str]) -> bool:
    """Whether somebody who typed these words looks for just what a warning is about."""
    if kind not in _document()["warnings"]:
        return False
    said = {mark for text in words for _, mark in _found(kind, split(text).stems)}
    return not said.isdisjoint(("asked_by", "sure", "in_name"))


def sensitive_in(name: str, interests: Mapping[str, float] | None = None) -> frozenset[str]:
    """The sensitive interests that a name is about, by what stands in it; and by `interests`, what the classifier is sure of.

    The classifier has to be surer where the name holds a phrase that only looks sensitive (a gospel choir, nurses of oncology).
    """
    found, harmless = _sensitive_words(name)
    least = _SURER if harmless else _SURE
    guessed = {each for each, sure in (interests or {}).items() if sure >= least and is_sensitive(each)}
    return frozenset(guessed) if harmless else found | guessed


@lru_cache(maxsize=20_000)
def _sensitive_words(name: str) -> tuple[frozenset[str], bool]:
    """What sensitive words of a name are about, and whether it holds one that only looks sensitive."""
    stems = split_name(name).stems
    found = {mark.kind for _, _, marks in _tables()["sensitive"].found_in(stems) for mark in marks}
    harmless = "" in found or not _SENSITIVE_UNLESS.isdisjoint(stems)
    found.discard("")
    return frozenset(found), harmless
