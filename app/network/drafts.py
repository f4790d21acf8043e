"""Drafts of messages in four languages, out of templates: who writes, what the two share, what is asked. We never send them.

`data/drafts.toml` holds the words, `data/in_fields.tsv` what fields are called in a sentence; here is only what fits whom.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from typing import Final

from app.network.asks import Introduction
from app.network.assessment import Assessment
from app.network.companies import plain_company
from app.network.goal import Language, ResolvedGoal, Role
from app.network.names import called, full_name
from app.network.owner import NOBODY, Writer, writer_of
from app.network.phrases import at_company, drafts_in, in_field
from app.network.slots import Pair, slots_from

LANGUAGES: Final[tuple[Language, ...]] = ("en", "de", "fr", "es")
# What a request to connect may hold on LinkedIn.
NOTE_CHARACTERS: Final = 300
_LONGEST_ROLE: Final = 60
# Words between greeting and sign-off.
_LONG: Final = 80
# Titles with these are a collection of things ("Engineer | Speaker | Dad") and cannot stand in a sentence.
_NOT_ONE_ROLE = re.compile(r"[|•·/;@#]|\s[-–—]\s")
# Which texts have a sentence before them that says what is looked for, and one behind them that makes it easy to say no.
_STATED: Final = frozenset({"ask_coffee", "ask_peer", "ask_recruiter", "ask_company"})
_WITH_SLOTS: Final = _STATED | {"reconnect"}


class Drafts:
    """The drafts of one plan: no two offer the same times, and no two are put in the same words."""

    def __init__(self, aim: ResolvedGoal, writer: Writer, now: datetime) -> None:
        self._aim = aim
        self._writer = writer
        self._words = drafts_in(aim.goal.tongue)
        self._now = now
        self._slots = slots_from(now.date())
        self._used: Counter[str] = Counter()
        self._told: set[str] = set()

    def draft(
        self,
        kind: str,
        assessment: Assessment,
        *,
        role: Role | None = None,
        introduction: Introduction | None = None,
    ) -> dict[str, str]:
        """`{"lang", "channel", "text"}` for an action of a kind. `introduction`: to whom one is to lead.

        Who was only met is thanked in a request to connect, which is short; later words go the way that they opened.
        """
        channel = _channel(assessment)
        note = channel is None and kind == "thank_you"
        template = "note" if note else self._template(kind, assessment, introduction)
        hello, text = self._hello(assessment), self._text(template, assessment, role, introduction)
        language = self._aim.goal.language
        if note:
            return {
                "lang": language,
                "channel": "linkedin_note",
                "text": f"{hello}\n\n{text}"[:NOTE_CHARACTERS],
            }
        parts = [hello, text]
        if self._writer.name is not None:
            parts.append(str(self._words["bye"]).format(me=self._signature(template, assessment)))
        return {"lang": language, "channel": channel or "linkedin", "text": "\n\n".join(parts)}

    def blank(self, kind: str) -> str:
        """A draft for anybody, with `{name}`, `{company}`, `{event}`, `{role}` and `{year}` left to fill in."""
        words, language = self._words, self._aim.goal.language
        wish = wish_for(self._aim, None)
        values = self._values("{company}", wish, self._now.date()) | {
            "at": " " + str(words["at_company"]).format(company="{company}"),
            "there": self._at("{company}"),
            "at_event": self._at_event("{event}"),
            "role": "{role}",
            "year": "{year}",
            "slots": self._two_times(next(self._slots)) if kind in _WITH_SLOTS else "",
        }
        text = str(words["text"][kind][0]).format(**values)
        if kind in _STATED:
            text = f"{values['status']} {text} {words['text']['out'][0]}"
        text = _lowered(text) if language == "de" else text
        hello = str(words["hi"]).format(name="{name}")
        parts = [hello, text]
        if self._writer.name is not None and kind != "note":
            parts.append(str(words["bye"]).format(me=self._writer.name))
        return "\n\n".join(parts)

    # --- the parts of a draft ------------------------------------------------------------------------------

    def _template(self, kind: str, assessment: Assessment, introduction: Introduction | None) -> str:
        if kind == "ask_intro" and introduction is not None and introduction.inside:
            return "ask_inside"
        if kind != "ask_coffee":
            return kind
        if assessment.position.recruiter:
            return "ask_recruiter"
        if not self._aim.wishes:
            return "ask_company"
        return "ask_peer" if self._writer.is_experienced and assessment.facet == "target" else "ask_coffee"

    def _hello(self, assessment: Assessment) -> str:
        person = assessment.person
        name = called(person.name, person.given)
        if name is None:
            return str(self._words["hi_nobody"])
        if self._aim.goal.tongue == "de-formal":
            name = full_name(person.name)
        return str(self._words["hi"]).format(name=name)

    def _text(
        self, template: str, assessment: Assessment, role: Role | None, introduction: Introduction | None
    ) -> str:
        """What stands between greeting and sign-off: in other words for each person, or with times where those run out."""
        words = self._words["text"]
        texts = words[template]
        if template == "ask_coffee" and assessment.facet != "target":
            texts = texts[:-1]
        wish = wish_for(self._aim, assessment, introduction)
        company = role.company if role else plain_company(assessment.person.company or "")
        values = self._values(company, wish, assessment.touched or self._now.date(), assessment) | {
            "at": f" {self._at(company)}" if assessment.person.employer and sentence_ready(company) else "",
            "there": self._there(introduction),
            "at_event": self._at_event(assessment.touch.met_at),
            "role": role.title if role else "",
            "slots": self._two_times(next(self._slots)) if template in _WITH_SLOTS else "",
        }
        if introduction is not None and introduction.company is None:
            # Where the question names the field, a sentence before it need not.
            values["status"] = ""
        opening = self._opening(template, assessment, values["status"])
        text = ""
        for _ in texts:
            turn = self._used[template]
            self._used[template] += 1
            body = [*opening, " ".join(str(texts[turn % len(texts)]).format(**values).split())]
            if template in _STATED:
                body.append(words["out"][(turn // len(texts) + turn) % len(words["out"])])
            text = " ".join(body)
            if len(text.split()) > _LONG:
                # Since when one is connected is the first thing that a long message can do without.
                text = " ".join(each for each in body if each not in self._since(assessment))
            if text not in self._told:
                break
        if text in self._told:
            text += " " + str(self._words["times"]).format(slots=self._two_times(next(self._slots)))
        self._told.add(text)
        return _lowered(text) if self._aim.goal.language == "de" else text

    def _values(
        self, company: str, wish: str | None, day: date, assessment: Assessment | None = None
    ) -> dict[str, str]:
        """What texts are filled in with, whoever they are for."""
        last = assessment.person.exchange.last if assessment is not None else None
        return {
            "status": self._status(wish, assessment),
            "company": company,
            "at_company": self._at(company),
            "in_field": in_field(wish, self._aim.goal.language) if wish else "",
            "year": str(last.year) if last else "",
            "date": self._date(day),
        }

    def _opening(self, template: str, assessment: Assessment, status: str) -> list[str]:
        """Who is writing, what the two share and what is looked for, where the text does not say it itself."""
        if not template.startswith("ask_") or template == "ask_referral":
            return []
        me = self._introduction() if self._says_who(template, assessment) else None
        known = self._known(assessment)
        return [each for each in (me, known, status if template in _STATED else None) if each]

    def _says_who(self, template: str, assessment: Assessment) -> bool:
        """Whether a draft says who is writing: not to those who have heard from one."""
        known = assessment.state in {"talked", "pending"} or assessment.touch.met_on is not None
        return template.startswith("ask_") and not known and self._introduction() is not None

    def _introduction(self) -> str | None:
        """Who is writing, in a sentence; None where neither goal nor export says more than a name."""
        writer, words = self._writer, self._words["me"]
        if writer.name is None:
            return None
        if writer.about is not None:
            return str(words["about"]).format(me=writer.name, about=writer.about.rstrip(". "))
        job = writer.job
        if job is None or not sentence_ready(job.title):
            return None
        text = str(words["was" if job.until else "now"])
        return text.format(me=writer.name, role=job.title, at_company=self._at(plain_company(job.company)))

    def _signature(self, template: str, assessment: Assessment) -> str:
        """The first name for who knows or was just told the rest; with Sie both."""
        name = self._writer.name or ""
        knows = assessment.state == "talked" or template in {"reconnect", "thank_you"}
        if self._aim.goal.tongue == "de-formal" or not (knows or self._says_who(template, assessment)):
            return name
        return called(name) or name

    def _since(self, assessment: Assessment) -> tuple[str, ...]:
        """The sentences that say no more than that two are connected."""
        known, since = self._words["known"], assessment.person.connected_on
        dated = (str(known["linkedin"]).format(year=since.year),) if since else ()
        return (*dated, str(known["linkedin_undated"]), str(known["facebook"]))

    def _known(self, assessment: Assessment) -> str:
        """What the two share, as far as it is known for sure, the closest first."""
        person, touch, known = assessment.person, assessment.touch, self._words["known"]
        if touch.met_on is not None:
            return str(known["met"]).format(at_event=self._at_event(touch.met_at))
        company = plain_company(person.company or "")
        here = {"company": company, "at_company": self._at(company)}
        employer = person.employer
        if employer is not None and employer in self._writer.employers:
            until = self._writer.employers[employer]
            return str(known["colleague" if until else "colleague_now"]).format(**here)
        if employer is not None and employer in self._writer.schools:
            return str(known["school"]).format(**here)
        last = person.exchange.last
        if last is not None and person.exchange.received:
            return str(known["talk"]).format(month=self._words["months"][last.month - 1], year=last.year)
        if "linkedin" in person.channels:
            since = person.connected_on
            return str(known["linkedin"]).format(year=since.year) if since else str(known["linkedin_undated"])
        return str(known["facebook"]) if "facebook" in person.channels else ""

    def _status(self, wish: str | None, assessment: Assessment | None) -> str:
        """What is looked for: a field, as one who has worked in it or not, or a company."""
        status = self._words["status"]
        if wish is None:
            known = assessment.company if assessment is not None else None
            company = known[0] if known is not None else self._aim.companies[0][0]
            return str(status["company"]).format(at_company=self._at(company))
        kind = {True: "experienced", False: "changing", None: "open"}[self._writer.is_experienced]
        if kind == "experienced" and self._writer.works_in_field:
            kind = "current"
        return str(status[kind]).format(in_field=in_field(wish, self._aim.goal.language))

    def _there(self, introduction: Introduction | None) -> str:
        """Where an introduction leads: a company, else a field. Of a company the field is said in the status."""
        if introduction is None:
            return ""
        if introduction.company is not None:
            return self._at(introduction.company)
        field = self._aim.wish_of(introduction.field) if introduction.field is not None else None
        return in_field(field, self._aim.goal.language) if field is not None else ""

    def _at(self, company: str) -> str:
        return at_company(self._words, company)

    def _at_event(self, event: str | None) -> str:
        words = self._words
        return str(words["at_event"]).format(event=event) if event else str(words["at_some_event"])

    # --- days and times ------------------------------------------------------------------------------------

    def _two_times(self, pair: Pair) -> str:
        first, second = pair
        return str(self._words["slots"]).format(
            first=self._date(first.date(), "day"),
            second=self._date(second.date(), "day"),
            first_time=self._time(first),
            second_time=self._time(second),
        )

    def _date(self, day: date, form: str = "date") -> str:
        words, place = self._words, self._aim.place
        if place is not None and place.country == "US" and f"{form}_us" in words:
            form = f"{form}_us"
        return str(words[form]).format(
            weekday=words["weekdays"][day.weekday()],
            number=words["first"] if day.day == 1 else day.day,
            month=words["months"][day.month - 1],
        )

    def _time(self, moment: datetime) -> str:
        return str(self._words["time"]).format(
            hour=moment.hour,
            minute=f"{moment:%M}",
            hour12=moment.hour % 12 or 12,
            minutes=f":{moment:%M}" if moment.minute else "",
            half="am" if moment.hour < 12 else "pm",
        )


def templates(aim: ResolvedGoal, now: datetime) -> list[dict[str, str]]:
    """Every draft for a goal, with `{name}`, `{company}`, `{event}`, `{role}` and `{year}` left to fill in."""
    drafts = Drafts(aim, writer_of(NOBODY, aim), now)
    kinds = [kind for kind in drafts_in(aim.goal.tongue)["text"] if kind != "out"]
    return [{"kind": kind, "lang": aim.goal.language, "text": drafts.blank(kind)} for kind in kinds]


def wish_for(
    aim: ResolvedGoal, assessment: Assessment | None, introduction: Introduction | None = None
) -> str | None:
    """The field or family, as the goal names it, that a conversation is about; None for a goal of companies alone."""
    field = introduction.field if introduction is not None else None
    if field is None and assessment is not None and assessment.facet == "target":
        field = assessment.position.field
    return aim.wish_of(field) if field is not None else next(iter(aim.wishes), None)


def sentence_ready(text: str | None) -> bool:
    """Whether a job title or a company's name can stand in a sentence as it is."""
    if not text or len(text) > _LONGEST_ROLE or not text.isprintable():
        return False
    return not _NOT_ONE_ROLE.search(text)


def _lowered(text: str) -> str:
    """German goes on in small letters behind the comma of a greeting, but for the formal pronoun."""
    first = re.match(r"\w+", text)
    return text if first is None or first[0] in {"Sie", "Ihre", "Ihr"} else text[0].lower() + text[1:]


def _channel(assessment: Assessment) -> str | None:
    """How to write to somebody, as far as the files and the progress say."""
    ways = ("email", "linkedin", "facebook", "phone")
    return next((each for each in ways if each in assessment.person.channels), None)
