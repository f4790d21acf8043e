"""Which texts of an event or group can be searched: its name, everything else said of it, and what stands for the rest. Pure.

Related words the index holds marks: the squares something lies in, its topics, whether it lasts longer than a day, what is
said of access. So one walk over the index answers a question of words, place and topic together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from app.places.squares import square_words
from app.textindex.tokens import LONG_MARK, Indexed, access_mark, index_text, topic_mark

_A_DAY: Final = 86_400
# What organisers write, as people with a need of it look for it.
_ACCESS: Final = {
    "step-free": re.compile(
        r"(?i)\bstep[- ]free|wheelchair|barrier[- ]?free|barrierefrei|rollstuhl|accessible (?:venue|entrance|toilet)|"
        r"ada accessible|level access|accès handicap|accesible en silla"
    ),
    "captions": re.compile(
        r"(?i)\bcaption|\bsubtitl|\bCART\b|live transcri|sign language|\bBSL\b|\bASL\b|untertitel|gebärden|sous-titr"
    ),
    "quiet": re.compile(
        r"(?i)\bquiet (?:room|space|area|corner)|low[- ]sensory|sensory[- ]friendly|ruheraum"
    ),
}

# A text without any of these says nothing of access; looking for them costs a hundredth of what the patterns do.
_HINTS: Final = (
    "step", "wheelchair", "barri", "rollstuhl", "accessible", "level access", "handicap", "silla", "caption", "subtitl",
    "cart", "transcri", "sign lang", "bsl", "asl", "untertitel", "gebärden", "sous-titr", "quiet", "sensory", "ruheraum",
)  # fmt: skip


def event_text(
    name: str,
    others: Iterable[str | None],
    language: str | None,
    cell: int,
    seconds: int,
    topics: Iterable[int],
) -> Indexed:
    """The index entry of an event that lasts `seconds`; `others` are its description, venue, town and organiser."""
    told = [each for each in others if each]
    long = (LONG_MARK,) if seconds > _A_DAY else ()
    marks = (*square_words(cell), *long, *map(topic_mark, sorted(topics)), *_access((name, *told)))
    return index_text(name, told, language, marks)


def group_text(name: str, others: Iterable[str | None], cell: int) -> Indexed:
    """The index entry of a group; `others` are its description and town."""
    told = [each for each in others if each]
    return index_text(name, told, None, (*square_words(cell), *_access((name, *told))))


def _access(texts: Iterable[str]) -> list[str]:
    said = "\n".join(texts)
    lower = said.lower()
    if not any(hint in lower for hint in _HINTS):
        return []
    return [access_mark(each) for each, pattern in _ACCESS.items() if pattern.search(said)]
