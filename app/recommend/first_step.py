"""The first step to take at a group or event: what fits it and the person, never the same sentence for all. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from app.recommend.records import Candidate, Profile, Scored
from app.recommend.topical import WORDS
from app.taxonomy.taxonomy import is_sensitive, load
from app.translations.catalogue import N_
from app.translations.translator import Translator, translator

# A purpose that is as sure as this says what to do.
_SURE = 0.5
_BY_PURPOSE = {
    "hiring": N_("Bring two sentences about what you look for, and ask who is hiring."),
    "networking": N_("Say hello to the organiser first and ask whom you should meet."),
    "mentoring": N_("Write down one question that you want answered before you go."),
    "job-search": N_("Tell the group which roles you aim for, and ask who has made that move."),
    "roundtable": N_("Prepare one question for the table; stay ten minutes longer than the others."),
    "hack-night": N_("Join a project that somebody else leads, and ask how they came to it."),
    "workshop": N_("Sit beside somebody you do not know, and do the first exercise together."),
    "talk": N_("Come ten minutes early, and ask the speaker one question afterwards."),
    "social": N_("Ask three people what brings them here."),
}
_NO_DATE = (
    N_("Join the group, and ask the organiser when they next meet."),
    N_("Write to the organiser: say what you look for, and ask whether a date is planned."),
    N_("Look at who spoke or came last time, and ask one of them whether the group still meets."),
)
_CAREER = (
    N_("Say in one sentence which work in %(label)s you look for, and ask whom you should talk to."),
    N_("Ask two people how they found their work in %(label)s."),
    N_("Read up on what the group did last, and tell somebody what you would add to it."),
    N_("Ask which employers in %(label)s are known here to treat people well."),
)
_INDUSTRY = (
    N_("Ask what people in %(label)s need from somebody with your background."),
    N_("Tell somebody where %(label)s touches your own work, and ask how they see it."),
    N_("Ask who here has changed over from another field."),
)
_INTEREST = (
    N_("Go for %(label)s itself; mention your search when people ask what you do."),
    N_("Offer to help set up: people who carry chairs together talk."),
    N_("Come twice before you judge it: most talk begins at the second visit."),
)
_ANY_JOB_SEEKER = (
    N_("Bring two sentences about the role you look for, and offer one contact in return."),
    N_("Ask three people what they look for before you say what you do."),
    N_("Choose two people to write to the next day, and tell them so."),
)
_ANY = (
    N_("Sign up for the next date, and tell the organiser that it is your first time."),
    N_("Come ten minutes early, and ask the organiser who else is new."),
    N_("Set yourself one aim: one conversation that you continue by mail."),
)
_ENGLISH = translator()


def first_step(profile: Profile, scored: Scored, say: Translator = _ENGLISH) -> str:
    """What to do first, by what the group is best for and what of it met the wishes; the same pick has always the same step."""
    facts = scored.facts
    if facts.starts_at is None and facts.next_event is None:
        return say.gettext(_chosen(facts, _NO_DATE))
    options = [*_by_purpose(facts), *_by_wish(profile, scored)] or [(each, "") for each in _ANY]
    sentence, identity = options[_number(facts) % len(options)]
    return (
        say.gettext(sentence, label=say.label(identity)) if "%(label)s" in sentence else say.gettext(sentence)
    )


def _by_purpose(facts: Candidate) -> Iterator[tuple[str, str]]:
    """The step of the best of the sure purposes."""
    purposes = load().purposes
    sure = [
        each
        for each in facts.purposes
        if each in _BY_PURPOSE and each in purposes and facts.purposes[each] >= _SURE
    ]
    if sure:
        best = max(sure, key=lambda each: (purposes[each].usefulness * facts.purposes[each], each))
        yield _BY_PURPOSE[best], ""


def _by_wish(profile: Profile, scored: Scored) -> Iterator[tuple[str, str]]:
    """The steps that fit what met the wishes most."""
    met = next(((because, identity) for because, identity, _ in scored.terms.met), None)
    if met is None:
        return
    because, identity = met
    if identity == "career-networking":
        yield from ((each, "") for each in _ANY_JOB_SEEKER)
        return
    sentences = {"career": _CAREER, "industry": _INDUSTRY, "interest": _INTEREST}.get(because, ())
    named = identity != WORDS and not (is_sensitive(identity) and identity not in profile.interests)
    for each in sentences:
        if named or "%(label)s" not in each:
            yield each, identity


def _chosen(facts: Candidate, sentences: tuple[str, ...]) -> str:
    return sentences[_number(facts) % len(sentences)]


def _number(facts: Candidate) -> int:
    """A number that stays the same for the same pick."""
    return zlib.crc32(facts.id.encode())
