"""What a job title says: field, step of the ladder, and whether its holder recruits.

Nothing is remembered from one call to the next: titles are of people who were not asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.taxonomy.meanings import resolve_job_title
from app.taxonomy.taxonomy import lexicon, load
from app.taxonomy.titles import classify_title
from app.taxonomy.words import split

_RECRUITS = re.compile("recruit|talent acq|sourcer|headhunt|personalberat|reclutador|recrut")
_RECRUITING = re.compile(
    r"\b\w*(?:recruit|headhunt|personalberat|reclutador|recrut)\w*|\btalent\b|\bacquisition\b|\bsourcer\b|\bpartner\b",
    re.IGNORECASE,
)
_IS_TOP = re.compile(r"\b(?:[sea]?vp|vice president|partner)\b")
_IS_NOT_TOP = re.compile(r"\b(?:business|talent|acquisition|people|hr|delivery|channel|alliance) partner\b")
_OF_RECRUITERS: Final = "recruiting"
# The ladder in words, and the step of each: 1 begins, 2 is a professional, 5 decides.
LADDER: Final = ("intern", "junior", "professional", "senior", "lead", "manager", "director", "executive")
_STEPS: Final = {
    "intern": 1, "junior": 1, "professional": 2, "senior": 3, "lead": 3, "manager": 4, "director": 4, "executive": 5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Position:
    """A job title read. `field` and `family` are None where the title tells none; `step` is 1 to 5.

    `is_sure`: the title means this field and no other. `recruits_for` are the fields and families that a recruiter's title
    names.
    """

    field: str | None = None
    family: str | None = None
    seniority: str | None = None
    step: int = 2
    recruiter: bool = False
    recruits_for: frozenset[str] = frozenset()
    is_sure: bool = True


NO_POSITION: Final = Position()


def read_positions(titles: Iterable[str | None], goal: Collection[str] = ()) -> dict[str | None, Position]:
    """What titles say, each distinct one read once; nothing of no title.

    A title that may mean several fields ("VP Engineering") means the one of the goal, where that is among them.
    """
    return {title: _read(title, goal) if title else NO_POSITION for title in dict.fromkeys(titles)}


def _read(title: str, goal: Collection[str]) -> Position:
    field, likely, seniority = resolve_job_title(title)
    wanted = next((each for each in likely if each in goal), None)
    sure = len(likely) == 1 or field is None
    if wanted is not None and field != wanted:
        field, sure = wanted, False
    words = title.casefold()
    recruiter = _RECRUITS.search(words) is not None
    # Who recruits data scientists is none.
    field = _OF_RECRUITERS if recruiter else field
    seniority = seniority or "professional"
    if _IS_TOP.search(words) and not _IS_NOT_TOP.search(words):
        seniority = "executive"
    return Position(
        field=field,
        family=load().fields[field].family if field else None,
        seniority=seniority,
        step=_STEPS[seniority],
        recruiter=recruiter,
        recruits_for=_specialty(title) if recruiter else frozenset(),
        is_sure=sure,
    )


def _specialty(title: str) -> frozenset[str]:
    """Of "Healthcare Recruiter" what is left without the recruiting: a field, or a family's general word."""
    rest = _RECRUITING.sub(" ", title)
    found = {each.id for each in classify_title(rest).fields[:2]} - {_OF_RECRUITERS}
    stems = set(split(rest).stems)
    found |= {family for family, words in _family_words().items() if stems & words}
    return frozenset(found)


@lru_cache(maxsize=1)
def _family_words() -> dict[str, frozenset[str]]:
    words = {
        family: {stem for word in each for stem in [" ".join(split(word).stems)]}
        for family, each in lexicon()["family_words"].items()
    }
    words["technology"] |= {"technical", "tech", "it", "engineering"}
    return {family: frozenset(each) for family, each in words.items()}
