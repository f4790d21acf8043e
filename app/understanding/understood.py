"""What was understood of a sentence: parts put together as the members of a question. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.places.gazetteer import Place
from app.taxonomy.taxonomy import load
from app.understanding.tokens import Part, Token
from app.understanding.vocabulary import says_nothing

TOPICS = ("fields", "interests", "purposes")
LISTS = (*TOPICS, "weekday", "access")
SINGLE = ("from_to", "part_of_day", "mode", "language")
# Parts that say nothing by themselves.
_SILENT = ("not", "not_free", "ignore", "month")
_UNSURE = 0.6


@dataclass(frozen=True, slots=True)
class Understood:
    """A sentence as a question. Times are words of `from` and `to`; ``parts`` say which words each value came from."""

    text: str
    place: Place | None = None
    values: dict[str, Any] = field(default_factory=dict)
    without: dict[str, Any] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    unsure: tuple[str, ...] = ()


def put_together(
    text: str, tokens: Sequence[Token], parts: Sequence[Part], place: Place | None, unsure: Iterable[str]
) -> Understood:
    """The question that the parts of a sentence make."""
    values: dict[str, Any] = {}
    without: dict[str, Any] = {}
    doubts = set(unsure)
    for part in parts:
        _add(part, without if part.negated else values)
        if part.member == "month":
            doubts.add("from_to")
        elif part.confidence < _UNSURE and part.member in (*LISTS, *SINGLE):
            doubts.add(part.member)
    _settle(values)
    words = _left_over(tokens, parts)
    if words:
        values["q"] = " ".join(words)
    told = tuple(part for part in parts if part.member not in _SILENT)
    return Understood(text, place, values, without, told, tuple(sorted(doubts)))


def _add(part: Part, values: dict[str, Any]) -> None:
    """Add what a part says to the values of its member."""
    if part.member in (*LISTS, "kind"):
        found = values.setdefault(part.member, [])
        found += [value for value in part.value.split(",") if value not in found]
    elif part.member == "q":
        values["q"] = " ".join(filter(None, (values.get("q"), part.value)))
    elif part.member == "free":
        values["free"] = True
    elif part.member == "radius_km":
        values.setdefault("radius_km", float(part.value))
    elif part.member in (*SINGLE, "company"):
        values.setdefault(part.member, part.value)


def _settle(values: dict[str, Any]) -> None:
    """Take out what something else says more exactly."""
    categories = load().interest_categories
    if any(value not in categories for value in values.get("interests", ())):
        # "Board games": which games is said.
        values["interests"] = [value for value in values["interests"] if value not in categories]
    if values.get("from_to") == "tonight" and values.get("part_of_day") == "evening":
        del values["part_of_day"]
    if "weekday" in values and values.get("from_to") == "weekend":
        del values["from_to"]
    if "webinar" in values.get("purposes", ()):
        values.setdefault("mode", "online")
    kinds = values.pop("kind", [])
    if "from_to" in values or kinds == ["events"]:
        values["kind"] = "events"
    elif kinds:
        values["kind"] = kinds[0]


def _left_over(tokens: Sequence[Token], parts: Sequence[Part]) -> list[str]:
    """The words to look for in the text: those of no part, and those that say more than their part."""
    narrows = {id(part) for part in parts if part.member == "not_free" or (part.narrows and not part.negated)}
    return [
        token.typed
        for token in tokens
        if (token.part is None and not says_nothing(token) and not token.typed.isdigit())
        or id(token.part) in narrows
    ]
