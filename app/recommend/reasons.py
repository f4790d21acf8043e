"""Why a pick, in sentences with what they rest on; what to mind; and the first step to take. Pure.

A reason is shown only where the score rests on it. Sensitive interests are named only to who asked for them by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.recommend.constants import constants
from app.recommend.records import Candidate, Profile, Reason, Scored
from app.recommend.score import is_off_work, uncovered_companies
from app.taxonomy.classify import classify
from app.taxonomy.taxonomy import expand_interest, is_sensitive, load

_MOST = 5
_NEAR = 0.5
# `events_per_month` counts so far back and ahead.
_HALF_WINDOW = timedelta(days=90)
# So many characters of a description are searched for evidence.
_READ = 600
_HELPFUL = {
    "hiring": "Employers look for people here",
    "networking": "Made for meeting people in person",
    "mentoring": "Offers mentoring",
    "job-search": "Helps people who look for work",
    "roundtable": "Small round tables, where everybody speaks",
    "hack-night": "You build something together, which shows what you can do",
}
_FIRST_STEPS = {
    "hiring": "Bring two sentences about what you look for, and ask who is hiring.",
    "networking": "Say hello to the organiser first and ask whom you should meet.",
    "mentoring": "Write down one question that you want answered before you go.",
    "job-search": "Tell the group which roles you aim for, and ask who has made that move.",
    "roundtable": "Prepare one question for the table; stay ten minutes longer than the others.",
    "hack-night": "Join a project that somebody else leads, and ask how they came to it.",
    "workshop": "Sit beside somebody you do not know, and do the first exercise together.",
    "talk": "Come ten minutes early, and ask the speaker one question afterwards.",
    "social": "Ask three people what brings them here.",
}
_KINDS = {
    "career": ("field_match", "About {label}, a field you aim for"),
    "industry": ("adjacent_field", "About {label}, which borders on your field"),
    "interest": ("interest_match", "About {label}, one of your interests"),
    "related": ("related_interest", "About {label}, close to an interest of yours"),
}
_ANY_STEP = "Sign up for the next date, and tell the organiser that it is your first time."
_NO_DATE_STEP = "Join the group, and ask the organiser when they next meet."


def reasons_of(profile: Profile, scored: Scored, now: datetime) -> list[Reason]:
    """At most five reasons, the weightiest first, each with its evidence."""
    facts = scored.facts
    found = [
        *_topics(profile, scored),
        *_companies(profile, facts),
        *_circle(profile, facts),
        *_useful(facts),
        *_near(profile, scored),
        *_alive(facts, now),
    ]
    return found[:_MOST]


def caveats_of(profile: Profile, scored: Scored) -> list[Reason]:
    """What to know before going; never left out."""
    facts, found = scored.facts, []
    if facts.area_only:
        found.append(Reason("area_only", "Only the town is known, not the address", facts.organiser))
    if facts.starts_at is None and facts.next_event is None:
        last = (
            ""
            if facts.last_event is None
            else f"; the last one we know of was on {_day(facts, facts.last_event)}"
        )
        found.append(Reason("no_date", f"No coming date is known{last}", None))
    if facts.online and facts.distance_km is None:
        found.append(Reason("online", "Meets online: useful, and harder to get to know people at", None))
    if facts.distance_km is not None and profile.has_place and facts.distance_km > profile.radius_km:
        found.append(Reason("far", f"{_km(facts.distance_km)} away, farther than you asked for", None))
    if facts.starts_at is not None and facts.timezone and not is_off_work(facts):
        found.append(Reason("working_hours", "During working hours", _moment(facts, facts.starts_at)))
    texts = {
        "mlm-sales-pitch": "Its words are those of a sales pitch",
        "paid-course-funnel": "Its words are those of a paid course",
        "closed": "Says that it is for members or by invitation",
        "dating": "Is for dating",
    }
    found += [Reason(f"signal_{each}", texts[each], None) for each in facts.signals if each in texts]
    return found


def first_step(scored: Scored) -> str:
    """What to do first, by what the group is best for."""
    facts, purposes = scored.facts, load().purposes
    if facts.starts_at is None and facts.next_event is None:
        return _NO_DATE_STEP
    known = [each for each in facts.purposes if each in _FIRST_STEPS and each in purposes]
    if not known:
        return _ANY_STEP
    return _FIRST_STEPS[max(known, key=lambda each: (purposes[each].usefulness * facts.purposes[each], each))]


def band(score: float) -> str:
    """strong, good, possible or weak."""
    numbers = constants().bands
    return next((name for name in ("strong", "good", "possible") if score >= getattr(numbers, name)), "weak")


def _topics(profile: Profile, scored: Scored) -> list[Reason]:
    facts, found, words = scored.facts, list[Reason](), load()
    for because, identity, _ in scored.terms.met:
        if because == "groups":
            found.append(Reason("like_joined", "Like the groups you go to already", facts.category))
        elif identity == "career-networking" and because == "career":
            found.append(
                Reason(
                    "for_job_seekers",
                    "For people who look for work, whatever the field",
                    _said(facts, identity),
                )
            )
        elif is_sensitive(identity) and identity not in profile.interests:
            continue
        else:
            label = words.label(identity) or identity
            code, text = _KINDS[_closeness(profile, identity) if because == "interest" else because]
            found.append(Reason(code, text.format(label=label), _said(facts, identity)))
    return found[:3]


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


def _companies(profile: Profile, facts: Candidate) -> list[Reason]:
    return [
        Reason("hosted_by_target", f"{name} is named here: on your list, and you know no one there", name)
        for name in uncovered_companies(profile, facts)[:1]
    ]


def _circle(profile: Profile, facts: Candidate) -> list[Reason]:
    if profile.covered is None:
        return []
    for identity, confidence in facts.fields.items():
        level = profile.covered.fields.get(identity)
        if level in {"none", "thin"} and confidence >= 0.3:
            label = load().label(identity) or identity
            lacks = "lacks" if level == "none" else "hardly has"
            return [Reason("new_circle", f"Members work in {label}, which your map {lacks}", identity)]
    return []


def _useful(facts: Candidate) -> list[Reason]:
    purposes = load().purposes
    helpful = [each for each in facts.purposes if each in _HELPFUL and facts.purposes[each] >= 0.3]
    if not helpful:
        return []
    best = max(helpful, key=lambda each: (purposes[each].usefulness * facts.purposes[each], each))
    return [Reason("good_for_networking", _HELPFUL[best], _said(facts, best) or purposes[best].label)]


def _near(profile: Profile, scored: Scored) -> list[Reason]:
    facts = scored.facts
    if facts.distance_km is None or not profile.has_place or scored.terms.place < _NEAR:
        return []
    of = f" from {profile.place}" if profile.place else ""
    return [Reason("near", f"{_km(facts.distance_km)}{of}", None)]


def _km(distance: float) -> str:
    miles = distance * 0.621371
    return f"{distance:.0f} km ({miles:.0f} mi)" if distance >= 1 else "Less than 1 km (0.6 mi)"


def _alive(facts: Candidate, now: datetime) -> list[Reason]:
    found = []
    # How often a group meets is not known until it has been read for a while.
    known = facts.known_since is None or now - facts.known_since >= _HALF_WINDOW
    if not known and facts.coming is not None and facts.coming >= 2:
        evidence = "the dates that are announced"
        found.append(Reason("meets_again", f"{facts.coming} dates in the next three months", evidence))
    if known and facts.events_per_month and facts.events_per_month >= 0.5:
        often = round(facts.events_per_month * 6)
        evidence = f"{often} events in the 90 days before and after today"
        found.append(Reason("meets_regularly", f"Meets about {_pace(facts.events_per_month)}", evidence))
    moment = facts.starts_at or facts.next_event
    if moment is not None and moment >= now:
        free = ", free" if facts.is_free else ""
        found.append(Reason("next_event", f"Next on {_moment(facts, moment)}{free}", moment.isoformat()))
    elif facts.last_event is not None and (now - facts.last_event).days <= 60:
        found.append(
            Reason(
                "met_lately", f"Met {(now - facts.last_event).days} days ago", facts.last_event.isoformat()
            )
        )
    return found


def _pace(events_per_month: float) -> str:
    if events_per_month >= 3.5:
        return "weekly"
    return (
        f"{events_per_month:.0f} times a month"
        if events_per_month >= 1.5
        else "monthly"
        if events_per_month >= 0.8
        else "every other month"
    )


def _local(facts: Candidate, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(facts.timezone or "UTC"))


def _day(facts: Candidate, moment: datetime) -> str:
    local = _local(facts, moment)
    return f"{local.day} {local:%B %Y}"


def _moment(facts: Candidate, moment: datetime) -> str:
    local = _local(facts, moment)
    zone = "" if facts.timezone else " UTC"
    return f"{local:%A}, {local.day} {local:%B}, {local:%H:%M}{zone}"


def texts(reasons: Sequence[Reason]) -> list[dict[str, object]]:
    """Reasons as they stand in answers."""
    return [each.as_dict() for each in reasons]
