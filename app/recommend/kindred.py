"""Which interests the people of a career field share in their free time: where they meet beside their work. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from app.recommend.constants import constants
from app.taxonomy.meanings import resolve_interest
from app.taxonomy.taxonomy import expand_field, expand_interest, load

# What is typed names a pastime as well from this confidence on.
_NAMED = 0.6
_FILE = Path(__file__).with_name("data") / "kindred.tsv"


@lru_cache(maxsize=1)
def kindred() -> Mapping[str, frozenset[str]]:
    """Field -> interests and categories, none of them sensitive. Raises ValueError for an id that the taxonomy lacks."""
    known = load()
    found: dict[str, set[str]] = {}
    for line in _FILE.read_text("utf-8").splitlines():
        field, _, interests = line.partition("\t")
        found[field] = set(interests.split())
    for interest in known.interests.values():
        for field in interest.fields:
            found.setdefault(field, set()).add(interest.id)
    there = known.interests.keys() | known.interest_categories.keys()
    unknown = (found.keys() - known.fields.keys()) | {each for ids in found.values() for each in ids - there}
    if unknown:
        raise ValueError(f"{_FILE.name} names {', '.join(sorted(unknown))}, which the taxonomy does not have")
    return {
        field: frozenset(
            each for each in ids if each not in known.interests or not known.interests[each].sensitive
        )
        for field, ids in found.items()
    }


@lru_cache(maxsize=1024)
def shared_interests(fields: tuple[str, ...], typed: tuple[str, ...]) -> Mapping[str, float]:
    """The interests of the people of these fields or families, each with how much it is theirs: 0..1.

    A field has several professions: where a word that was typed names a pastime too (an actor's is the stage, a musician's is
    music), the interests of other categories count for less.
    """
    named = {each for words in typed for each in _pastimes(words)}
    found: dict[str, float] = {}
    for field in {each for wish in fields for each in expand_field(wish)}:
        interests = kindred().get(field, frozenset())
        inside = interests & named
        for each in interests:
            share = 1.0 if not inside or each in inside else constants().topical.kindred_of_others
            found[each] = max(found.get(each, 0.0), share)
    return found


def _pastimes(words: str) -> frozenset[str]:
    """The interest that words name, with those of its category where it is a category."""
    found = resolve_interest(words)
    if found.id is None or found.confidence < _NAMED:
        return frozenset()
    return frozenset((found.id, *(() if found.id in load().interests else expand_interest(found.id))))
