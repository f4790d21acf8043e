"""Why a pick, in sentences with what they rest on, and what to mind. Pure.

A reason is shown only where the score rests on it. Sensitive interests are named only to who asked for them by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.recommend.constants import constants
from app.recommend.records import Candidate, Profile, Reason, Scored
from app.recommend.score import is_off_work, new_fields, uncovered_companies
from app.recommend.text_match import match_text
from app.recommend.topical import CAREER_INTERESTS, FOR_ANY_JOB_SEEKER, WORDS
from app.taxonomy.classify import classify
from app.taxonomy.taxonomy import expand_interest, is_sensitive, load
from app.translations.catalogue import N_
from app.translations.translator import Translator, translator

_MOST = 5
_NEAR = 0.5
# Words that meet less of a wish than this are no reason.
_TELLING = 0.25
# `events_per_month` counts so far back and ahead.
_HALF_WINDOW = timedelta(days=90)
# So many characters of a description are searched for evidence.
_READ = 600
_HELPFUL = {
    "hiring": N_("Employers look for people here"),
    "networking": N_("Made for meeting people in person"),
    "mentoring": N_("Offers mentoring"),
    "job-search": N_("Helps people who look for work"),
    "roundtable": N_("Small round tables, where everybody speaks"),
    "hack-night": N_("You build something together, which shows what you can do"),
}
_KINDS = {
    "career": ("field_match", N_("About %(label)s, a field you aim for")),
    "industry": ("adjacent_field", N_("About %(label)s, which borders on your field")),
    "interest": ("interest_match", N_("About %(label)s, one of your interests")),
    "related": ("related_interest", N_("About %(label)s, close to an interest of yours")),
}
_SIGNALS = {
    "mlm-sales-pitch": N_("Its words are those of a sales pitch"),
    "crypto-pump": N_("Promises quick profits"),
    "paid-course-funnel": N_("Its words are those of a paid course"),
    "closed": N_("Says that it is for members or by invitation"),
    "dating": N_("Is for dating"),
}


_ENGLISH = translator()


def reasons_of(profile: Profile, scored: Scored, now: datetime, say: Translator = _ENGLISH) -> list[Reason]:
    """At most five reasons, the weightiest first, each with its evidence."""
    facts = scored.facts
    found = [
        *_topics(profile, scored, say),
        *_companies(profile, facts, say),
        *_circle(profile, facts, say),
        *_useful(facts, say),
        *_near(profile, scored, say),
        *_alive(facts, now, say),
    ]
    return found[:_MOST]


def caveats_of(profile: Profile, scored: Scored, say: Translator = _ENGLISH) -> list[Reason]:
    """What to know before going; never left out."""
    facts, found = scored.facts, []
    if facts.area_only:
        found.append(
            Reason("area_only", say.gettext("Only the town is known, not the address"), facts.organiser)
        )
    if facts.starts_at is None and facts.next_event is None:
        text = say.gettext("No coming date is known")
        if facts.last_event is not None:
            text = say.gettext(
                "No coming date is known; the last one we know of was on %(day)s",
                day=_day(facts, facts.last_event, say),
            )
        found.append(Reason("no_date", text, None))
    if facts.online and facts.distance_km is None:
        text = say.gettext("Meets online: useful, and harder to get to know people at")
        found.append(Reason("online", text, None))
    if facts.distance_km is not None and profile.has_place and facts.distance_km > profile.radius_km:
        text = say.gettext(
            "%(distance)s away, farther than you asked for", distance=_km(facts.distance_km, say)
        )
        found.append(Reason("far", text, None))
    if facts.starts_at is not None and facts.timezone and not is_off_work(facts):
        text = say.gettext("During working hours")
        found.append(Reason("working_hours", text, _moment(facts, facts.starts_at, say)))
    found += [
        Reason(f"signal_{each}", say.gettext(_SIGNALS[each]), None)
        for each in facts.signals
        if each in _SIGNALS
    ]
    return found


def band(score: float) -> str:
    """strong, good, possible or weak."""
    numbers = constants().bands
    return next((name for name in ("strong", "good", "possible") if score >= getattr(numbers, name)), "weak")


def _topics(profile: Profile, scored: Scored, say: Translator) -> list[Reason]:
    facts, found = scored.facts, list[Reason]()
    for because, identity, met_by in scored.terms.met:
        if because == "groups":
            text = say.gettext("Like the groups you go to already")
            found.append(Reason("like_joined", text, facts.category))
        elif identity == WORDS:
            named = any(other == because and met != WORDS for other, met, _ in scored.terms.met)
            if met_by >= _TELLING and not named:
                found.append(_words(profile, facts, say))
        elif identity == "career-networking" and because == "career":
            found.append(
                Reason(
                    "for_job_seekers",
                    say.gettext("For people who look for work, whatever the field"),
                    _helps(facts) or _source(facts, say),
                )
            )
        elif is_sensitive(identity) and identity not in profile.interests:
            continue
        else:
            code, text = _KINDS[_closeness(profile, identity) if because == "interest" else because]
            text = say.gettext(text, label=say.label(identity))
            found.append(Reason(code, text, _said(facts, identity) or _source(facts, say)))
    return found[:3]


def _helps(facts: Candidate) -> str | None:
    """The words that say that it helps whoever looks for work."""
    helpful = (*CAREER_INTERESTS, *FOR_ANY_JOB_SEEKER, "career-networking")
    return next((said for each in helpful if (said := _said(facts, each))), None)


def _source(facts: Candidate, say: Translator) -> str:
    """What a topic rests on that no word of the listing names."""
    if facts.starts_at is not None and facts.organiser:
        return say.gettext("The group behind it is about that: %(group)s", group=facts.organiser)
    return say.gettext("Its name and description as a whole, or the topics that its source gives it")


def _words(profile: Profile, facts: Candidate, say: Translator) -> Reason:
    said = ", ".join(match_text(profile, facts.name, facts.description).said[:3])
    return Reason(
        "words_match", say.gettext(N_("Says “%(words)s”, which fits what you asked for"), words=said), said
    )


def _closeness(profile: Profile, identity: str) -> str:
    """Whether an interest was asked for, by itself or by its category, or is only of the same category."""
    wished = set().union(*(expand_interest(each) for each in profile.interests))
    return "interest" if identity in profile.interests or identity in wished else "related"


def _said(facts: Candidate, identity: str) -> str | None:
    """The words of the listing that a topic was read from; None where its source or group gave it."""
    words = _evidence(facts.name, (facts.description or "")[:_READ], facts.category).get(identity)
    return ", ".join(words[:3]) if words else None


@lru_cache(maxsize=4096)
def _evidence(name: str, description: str, category: str | None) -> dict[str, tuple[str, ...]]:
    found = classify(name, description, (category,) if category else ())
    return {each.id: each.evidence for each in (*found.fields, *found.interests, *found.purposes)}


def _companies(profile: Profile, facts: Candidate, say: Translator) -> list[Reason]:
    sentence = N_("%(company)s is named here: on your list, and you know no one there")
    return [
        Reason("hosted_by_target", say.gettext(sentence, company=name), name)
        for name in uncovered_companies(profile, facts)[:1]
    ]


def _circle(profile: Profile, facts: Candidate, say: Translator) -> list[Reason]:
    if profile.covered is None:
        return []
    for identity in new_fields(profile, facts):
        level = profile.covered.fields.get(identity)
        if level in {"none", "thin"}:
            sentence = (
                N_("Members work in %(label)s, which your map lacks")
                if level == "none"
                else N_("Members work in %(label)s, which your map hardly has")
            )
            return [Reason("new_circle", say.gettext(sentence, label=say.label(identity)), identity)]
    return []


def _useful(facts: Candidate, say: Translator) -> list[Reason]:
    purposes = load().purposes
    helpful = [each for each in facts.purposes if each in _HELPFUL and facts.purposes[each] >= 0.3]
    if not helpful:
        return []
    best = max(helpful, key=lambda each: (purposes[each].usefulness * facts.purposes[each], each))
    evidence = _said(facts, best) or say.label(best)
    return [Reason("good_for_networking", say.gettext(_HELPFUL[best]), evidence)]


def _near(profile: Profile, scored: Scored, say: Translator) -> list[Reason]:
    facts = scored.facts
    if facts.distance_km is None or not profile.has_place or scored.terms.place < _NEAR:
        return []
    distance = _km(facts.distance_km, say)
    if not profile.place:
        return [Reason("near", distance, None)]
    text = say.gettext("%(distance)s from %(place)s", distance=distance, place=profile.place)
    return [Reason("near", text, None)]


def _km(distance: float, say: Translator) -> str:
    miles = distance * 0.621371
    if distance < 1:
        return say.gettext("Less than 1 km (0.6 mi)")
    return f"{distance:.0f} km ({miles:.0f} mi)"


def _alive(facts: Candidate, now: datetime, say: Translator) -> list[Reason]:
    found = []
    # How often a group meets is not known until it has been read for a while.
    known = facts.known_since is None or now - facts.known_since >= _HALF_WINDOW
    if not known and facts.coming is not None and facts.coming >= 2:
        text = say.gettext("%(count)s dates in the next three months", count=facts.coming)
        found.append(Reason("meets_again", text, say.gettext("the dates that are announced")))
    if known and facts.events_per_month and facts.events_per_month >= 0.5:
        often = round(facts.events_per_month * 6)
        evidence = say.gettext("%(count)s events in the 90 days before and after today", count=often)
        found.append(Reason("meets_regularly", _pace(facts.events_per_month, say), evidence))
    moment = facts.starts_at or facts.next_event
    if moment is not None and moment >= now:
        sentence = N_("Next on %(moment)s, free") if facts.is_free else N_("Next on %(moment)s")
        text = say.gettext(sentence, moment=_moment(facts, moment, say))
        found.append(Reason("next_event", text, moment.isoformat()))
    elif facts.last_event is not None and (now - facts.last_event).days <= 60:
        days = (now - facts.last_event).days
        text = say.gettext("Met %(count)s days ago", count=days)
        found.append(Reason("met_lately", text, facts.last_event.isoformat()))
    return found


def _pace(events_per_month: float, say: Translator) -> str:
    if events_per_month >= 3.5:
        return say.gettext("Meets about weekly")
    if events_per_month >= 1.5:
        return say.gettext("Meets about %(count)s times a month", count=round(events_per_month))
    if events_per_month >= 0.8:
        return say.gettext("Meets about monthly")
    return say.gettext("Meets about every other month")


def _local(facts: Candidate, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(facts.timezone or "UTC"))


def _day(facts: Candidate, moment: datetime, say: Translator) -> str:
    return say.day_of_year(_local(facts, moment).date())


def _moment(facts: Candidate, moment: datetime, say: Translator) -> str:
    zone = "" if facts.timezone else " UTC"
    return f"{say.day_and_clock(_local(facts, moment))}{zone}"


def texts(reasons: Sequence[Reason]) -> list[dict[str, object]]:
    """Reasons as they stand in answers."""
    return [each.as_dict() for each in reasons]
