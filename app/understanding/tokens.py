"""A sentence as words, each with its place in the text and the clause that it belongs to. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.taxonomy.words import stem

LONGEST = 500
_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
# "Donnerstagabend" is a day and a part of it.
_DAY_AND_PART = re.compile(
    r"((?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend)(abends?|morgens?|vormittags?|nachmittags?|mittags?|nachts?|früh)",
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(r"[,;:.!?()\n|—–/]|\s-\s")


@dataclass(slots=True)
class Token:
    """A word. ``clause`` counts the commas, dashes and full stops before it; ``part`` is what it was read as."""

    typed: str
    stem: str
    start: int
    end: int
    clause: int
    part: Part | None = None

    @property
    def folded(self) -> str:
        """The word in small letters, its plural left on."""
        return self.typed.casefold()


@dataclass(slots=True)
class Part:
    """Something that was understood: a member of the answer, its value, and the words it came from."""

    member: str
    value: str
    confidence: float
    words: str
    first: int
    last: int
    negated: bool = False
    # The value holds, but the words say more: they are looked for in the text as well.
    narrows: bool = False
    also: list[Part] = field(default_factory=list)


def tokens_of(text: str) -> list[Token]:
    """The words of a text, which is cut at 500 characters."""
    found: list[Token] = []
    clause, end = 0, 0
    for start, stop in _spans(text[:LONGEST]):
        between = text[end:start]
        # "St. Louis", "L.A.": the full stop of an abbreviation ends nothing.
        if (
            found
            and _CLAUSE_ENDS.search(between)
            and not (between.startswith(".") and len(found[-1].typed) <= 2)
        ):
            clause += 1
        end = stop
        typed = text[start:stop]
        found.append(Token(typed, stem(typed.casefold()), start, stop, clause))
    return found


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for word in _WORD.finditer(text):
        both = _DAY_AND_PART.fullmatch(word[0])
        if both:
            yield word.start(), word.start() + len(both[1])
            yield word.start() + len(both[1]), word.end()
        else:
            yield word.span()


def said(text: str, tokens: Sequence[Token]) -> str:
    """The words of some neighbouring tokens as they were typed."""
    return text[tokens[0].start : tokens[-1].end]
