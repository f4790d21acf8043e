"""Drafts of messages and questions for a conversation, in four languages, out of templates. They are never sent by us.

`data/drafts.toml` and `data/questions.toml` hold the words; here is only which of them fit a contact.
"""

from __future__ import annotations

import tomllib
import zlib
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from app.network.asks import Introduction
from app.network.assessment import Assessment
from app.network.goal import Language, ResolvedGoal, Role
from app.network.positions import Position
from app.taxonomy.taxonomy import load

LANGUAGES: Final[tuple[Language, ...]] = ("en", "de", "fr", "es")
# What a request to connect may hold on LinkedIn.
NOTE_CHARACTERS: Final = 300
_DATA = Path(__file__).with_name("data")
_TUESDAY, _THURSDAY = 1, 3


def draft(
    kind: str,
    assessment: Assessment,
    aim: ResolvedGoal,
    own: dict[str, str | None],
    now: datetime,
    *,
    role: Role | None = None,
    introduction: Introduction | None = None,
) -> dict[str, str]:
    """`{"lang", "channel", "text"}` for an action of a kind. `introduction`: to whom one is to lead.

    Who was only met is thanked in a request to connect, which is short; later words go the way that they opened.
    """
    language = aim.goal.language
    words = _words("drafts")[language]
    channel = _channel(assessment)
    note = channel is None and kind == "thank_you"
    text = words["text"]["note" if note else kind].format(
        name=_first_name(assessment.person.name),
        known=_known(words["known"], assessment, own),
        topic=_topic(words, assessment, aim, introduction),
        slots=_slots(words, now),
        company=role.company if role else assessment.person.company or "",
        role=role.title if role else "",
    )
    return {"lang": language, "channel": "linkedin_note" if note else channel or "linkedin", "text": text}


def templates(aim: ResolvedGoal, now: datetime) -> list[dict[str, str]]:
    """Every draft for a goal, with `{name}`, `{company}`, `{event}` and `{role}` left to fill in."""
    words = _words("drafts")[aim.goal.language]
    field = aim.fields[0] if aim.fields else None
    topic = (
        words["topic"].format(field=field_name(field, aim.goal.language))
        if field
        else words["topic_company"].format(company=aim.companies[0][0])
    )
    return [
        {
            "kind": kind,
            "lang": aim.goal.language,
            "text": text.format(
                name="{name}",
                known=words["known"]["met" if kind in {"thank_you", "note"} else "plain"],
                topic=topic,
                slots=_slots(words, now),
                company="{company}",
                role="{role}",
            ),
        }
        for kind, text in words["text"].items()
    ]


def questions(position: Position, company: str | None, aim: ResolvedGoal, key: str = "") -> list[str]:
    """Five to ask: two on the work, one each on the company, the market, and whom and where to go to next.

    Which of several are chosen hangs on the contact's key, so that two conversations do not repeat each other.
    """
    words = _words("questions")
    language = aim.goal.language
    bank = words[language]
    family = position.family or (load().fields[aim.fields[0]].family if aim.fields else None)
    trade = words["family"].get(family) or words["family"]["other"]
    goal_field = aim.fields[0] if aim.fields else None
    # Who recruits is asked about the field they recruit for.
    field = field_name(goal_field if position.recruiter else position.field or goal_field, language)
    start = zlib.crc32(key.encode("utf-8", "replace"))
    chosen = [
        _pick(bank["role"][role_of(position)], start),
        trade[language],
        _pick(bank["company"]["named" if company else "unnamed"], start),
        _pick(bank["market"]["any"], start),
        _pick(bank["next"]["any"], start),
    ]
    return [each.format(company=company or "", field=field) for each in chosen]


def role_of(position: Position) -> str:
    """Whom one asks: newcomer | peer | manager | executive | recruiter."""
    if position.recruiter:
        return "recruiter"
    return {1: "newcomer", 4: "manager", 5: "executive"}.get(position.step, "peer")


def field_name(field: str | None, language: Language) -> str:
    """A field in a language: its label in English, its family's elsewhere, for fields have no other labels."""
    if field is None:
        return {"en": "your field", "de": "deine Arbeit", "fr": "votre métier", "es": "tu trabajo"}[language]
    known = load()
    entry = known.fields[field]
    return entry.label if language == "en" else known.families[entry.family].labels[language]


def _known(words: dict[str, str], assessment: Assessment, own: dict[str, str | None]) -> str:
    """How the two know each other, as far as it is known for sure."""
    person, touch = assessment.person, assessment.touch
    if touch.met_on is not None:
        return words["met"].format(event=touch.met_at) if touch.met_at else words["met_somewhere"]
    if person.employer is not None and own.get(person.employer):
        return words["colleague"].format(company=person.company)
    if "linkedin" in person.channels:
        since = person.connected_on
        return words["linkedin"].format(year=since.year) if since else words["linkedin_undated"]
    return words["facebook"] if "facebook" in person.channels else words["plain"]


def _topic(
    words: dict[str, Any], assessment: Assessment, aim: ResolvedGoal, introduction: Introduction | None
) -> str:
    """What one is looking into: where an introduction leads, else the field that both share, else the company."""
    if introduction is not None and introduction.company is not None and not introduction.inside:
        return str(words["topic_company"]).format(company=introduction.company)
    field = introduction.field if introduction is not None else None
    if field is None and assessment.facet == "target":
        field = assessment.position.field
    field = field or (aim.fields[0] if aim.fields else None)
    if field is None:
        company = assessment.company[0] if assessment.company is not None else aim.companies[0][0]
        return str(words["topic_company"]).format(company=company)
    return str(words["topic"]).format(field=field_name(field, aim.goal.language))


def _slots(words: dict[str, Any], now: datetime) -> str:
    """A Tuesday and a Thursday, three days ahead at least."""
    first = _next(now.date() + timedelta(days=3), _TUESDAY)
    second = _next(now.date() + timedelta(days=3), _THURSDAY)
    days = [_day(words, each) for each in sorted((first, second))]
    return str(words["slots"]).format(first=days[0], second=days[1])


def _day(words: dict[str, Any], day: date) -> str:
    return str(words["day"]).format(
        weekday=words["weekdays"][day.weekday()],
        number=words["first"] if day.day == 1 else day.day,
        month=words["months"][day.month - 1],
    )


def _next(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _channel(assessment: Assessment) -> str | None:
    """How to write to somebody, as far as the files and the progress say."""
    ways = ("email", "linkedin", "facebook", "phone")
    return next((each for each in ways if each in assessment.person.channels), None)


def _first_name(name: str) -> str:
    return name.split(maxsplit=1)[0].strip(",")


def _pick(options: list[str], start: int) -> str:
    return options[start % len(options)]


@lru_cache(maxsize=2)
def _words(name: str) -> dict[str, Any]:
    return tomllib.loads((_DATA / f"{name}.toml").read_text("utf-8"))
