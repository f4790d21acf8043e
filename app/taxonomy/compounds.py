"""Words grown together and cut short, as names of groups have them: AgileNantes, MancJS, Tokyo.R, aucklandruby, SVQJUG. Pure.

``data/compounds.tsv`` says what a part means and where it may stand: as a `word` of its own, at the `begin` or `end` of a longer one,
as a `hump` of one in CamelCase (`first` or `last` for a single letter), behind a `dot`, or at the end of one in capitals (`caps`). Only a word
that nothing else is known of is taken apart at its begin or end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from app.taxonomy.words import Words, split

_FILE = Path(__file__).with_name("data") / "compounds.tsv"
# So many letters have to be left of a word whose begin or end is taken for a part.
_LEFT = 2
_SHORTEST_CAPS = 4
# A shorter part is looked for in long words alone.
_SHORTEST_PART, _LONG = 3, 6
_HUMPS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_DOTTED = re.compile(r"\w\.(\w{1,4})\b")


@lru_cache(maxsize=1)
def _parts() -> dict[str, dict[str, tuple[str, ...]]]:
    """Where a part stands -> the part -> what it means, as stems."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in _FILE.read_text("utf-8").splitlines():
        part, places, meaning = line.split("\t")
        for place in places.split():
            found.setdefault(place, {})[part] = tuple(split(meaning).stems)
    return found


def meanings_in(name: str, named: Words, knows: Callable[[str], bool]) -> list[Words]:
    """What compounds of a name mean, each as words that stand for the compound; `knows`: whether a stem is known as it is."""
    found = []
    for typed, key in zip(named.typed, named.stems, strict=True):
        stems = _meaning(typed, key, known=knows(key))
        if stems:
            found.append(Words([typed] * len(stems), list(stems)))
    for part in _DOTTED.findall(name):
        stems = _parts()["dot"].get(part.casefold(), ())
        if stems:
            found.append(Words([f".{part}"] * len(stems), list(stems)))
    return found


def _meaning(typed: str, key: str, *, known: bool) -> tuple[str, ...]:
    word = _parts()["word"].get(typed.casefold())
    if word:
        return word
    if known:
        return ()
    humps = _HUMPS.findall(typed)
    if len(humps) > 1:
        grown = tuple(stem for hump in _of_humps(humps) for stem in hump)
        if grown:
            return grown
    if typed.isupper() and len(typed) >= _SHORTEST_CAPS:
        for part, stems in _parts()["caps"].items():
            if typed.endswith(part.upper()):
                return stems
    return _at_an_end(key)


def _of_humps(humps: list[str]) -> Iterator[tuple[str, ...]]:
    """The meaning of every hump that has one, and other humps as the words that they are."""
    parts = _parts()
    for at, hump in enumerate(humps):
        plain = hump.casefold()
        if plain in parts["hump"]:
            yield parts["hump"][plain]
        elif plain in parts["last"] and at == len(humps) - 1 and len(humps[at - 1]) > 2:
            yield parts["last"][plain]
        elif plain in parts["first"] and at == 0 and len(humps[1]) > 2:
            yield parts["first"][plain]
        elif len(plain) > 2:
            yield tuple(split(plain).stems)


def _at_an_end(key: str) -> tuple[str, ...]:
    """What the longest known begin or end of a word means."""
    for length in (len(key), *range(len(key) - _LEFT, 1, -1)):
        if length < _SHORTEST_PART and len(key) < _LONG:
            break
        for place, part in (("begin", key[:length]), ("end", key[-length:])):
            stems = _parts()[place].get(part)
            if stems:
                return stems
    return ()
