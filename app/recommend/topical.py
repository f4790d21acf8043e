"""How much of the wishes a group or event meets: fields, interests, likeness to groups one goes to, and the words themselves. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from app.recommend.constants import constants
from app.recommend.kindred import shared_interests
from app.recommend.records import Because, Candidate, Profile
from app.recommend.text_match import TextMatch
from app.taxonomy.taxonomy import expand_field, load

# Stands among `Terms.met` for the words of the listing.
WORDS = "words"
_MOST_INTERESTS = 3
CAREER_INTERESTS = (
    "job-search-support", "career-change", "interview-practice", "mentoring", "professional-women",
    "young-professionals", "business-networking",
)  # fmt: skip
_FOR_CAREERS = frozenset(("career-networking",))
FOR_ANY_JOB_SEEKER = {"job-search": 1.0, "hiring": 1.0, "mentoring": 0.9, "networking": 0.5}


def topical(
    profile: Profile, facts: Candidate, pull: float | None, said: TextMatch
) -> tuple[float, tuple[tuple[Because, str, float], ...]]:
    """How much of the wishes it meets, and which; each kind of wish adds to what the others left open."""
    numbers = constants().topical
    if not profile.fields and not profile.interests and pull is None:
        # Nothing is known of the person but a place: what serves a career comes first.
        return numbers.unasked + numbers.unasked_career * facts.career, ()
    career = career_weight(profile)
    fields = _fields_met(profile, facts)
    interests = _interests_met(profile, facts)
    by_field = numbers.field_best + numbers.field_by_career * career
    by_interest = numbers.interest_best + numbers.interest_by_career * career
    if not profile.interests:
        by_field = max(by_field, numbers.joined_best)
    if not profile.fields:
        by_interest = max(by_interest, numbers.joined_best)
    by_words = constants().words.best
    best_field = fields[0][2] if fields else 0.0
    left = 1 - by_field * _both(best_field, by_words * said.field)
    missed = 1.0
    for _, _, value in interests[:_MOST_INTERESTS]:
        missed *= 1 - value
    left *= 1 - by_interest * _both(1 - missed, by_words * said.interest)
    met = [(because, identity, value * by_field) for because, identity, value in fields[:1]]
    met += [("interest", identity, value * by_interest) for _, identity, value in interests[:_MOST_INTERESTS]]
    met += _met_by_words(said, by_field * by_words, by_interest * by_words)
    if pull is not None:
        left *= 1 - numbers.joined_best * pull
        met.append(("groups", "", numbers.joined_best * pull * 0.999))
    met = [each for each in met if each[2] > 0.05]
    met.sort(key=lambda each: (-each[2], each[1]))
    return 1 - left, tuple(met)


def _both(topics: float, words: float) -> float:
    """Two signs of one wish: the second fills a part of what the first left open."""
    return 1 - (1 - topics) * (1 - words)


def _met_by_words(said: TextMatch, by_field: float, by_interest: float) -> list[tuple[Because, str, float]]:
    """What the words alone say; just below a topic that is as strong, which names more."""
    return [
        ("career", WORDS, said.field * by_field * 0.999),
        ("interest", WORDS, said.interest * by_interest * 0.999),
    ]


def certainty(confidence: float) -> float:
    return min(1.0, confidence / constants().topical.certain)


def _categories(profile: Profile) -> set[str]:
    """The categories of the wished interests."""
    known = load().interests
    return {known[each].category if each in known else each for each in profile.interests}


def _met_by(sure: float, beside: float) -> float:
    """How much a topic of a listing counts; what is met only roughly, by its share beside the surest other topic."""
    return certainty(sure) * (sure / (sure + beside) if beside else 1.0)


def _surest_beside(worth: Mapping[str, object], topics: Mapping[str, float]) -> float:
    return max((sure for identity, sure in topics.items() if identity not in worth), default=0.0)


@lru_cache(maxsize=4096)
def _field_worth(wishes: tuple[tuple[str, float], ...]) -> dict[str, tuple[Because, float]]:
    """What a field or family of a group is worth for wished fields with weights: career if it is one, else industry."""
    numbers, known = constants().topical, load().fields
    worth: dict[str, tuple[Because, float]] = {}

    def offer(because: Because, identity: str, value: float) -> None:
        if value > worth.get(identity, (because, 0.0))[1]:
            worth[identity] = because, value

    for wished, weight in wishes:
        exact = expand_field(wished)
        families = {known[each].family for each in exact}
        for identity in (wished, *exact):
            offer("career", identity, weight)
        for family in families:
            offer("career", family, numbers.whole_family * weight)
        for identity in {other for each in exact for other in known[each].adjacent}:
            offer("industry", identity, numbers.adjacent_field * weight)
        for identity, found in known.items():
            if found.family in families:
                offer("industry", identity, numbers.same_family * weight)
    return worth


def _fields_met(profile: Profile, facts: Candidate) -> list[tuple[Because, str, float]]:
    """(career | industry, the listing's topic, how much) of what meets the wished fields, best first."""
    if not profile.fields:
        return []
    worth = _field_worth(tuple(profile.fields.items()))
    served = min(1.0, facts.career / constants().topical.career_served)
    beside = _surest_beside(worth, facts.fields)
    met: list[tuple[Because, str, float]] = []
    for identity in worth.keys() & facts.fields.keys():
        because, value = worth[identity]
        sure = facts.fields[identity]
        if because == "career":
            # Musicians meet to play: what was asked for itself needs no other sign that it serves a career.
            met.append((because, identity, value * _met_by(sure, 0.0)))
        else:
            met.append((because, identity, served * value * _met_by(sure, beside)))
    met += _kindred_met(profile, facts)
    helps = _helps_any(facts) if facts.career > 0.1 else 0.0
    if helps:
        general = constants().topical.career_in_general * helps * max(profile.fields.values())
        met.append(("career", "career-networking", general))
    return sorted(met, key=lambda each: (-each[2], each[1]))


def _kindred_met(profile: Profile, facts: Candidate) -> list[tuple[Because, str, float]]:
    """Interests that the people of a wished field share: photographers meet in camera clubs."""
    worth, single = _kindred_worth(tuple(profile.fields.items()), profile.typed_fields), load().interests
    beside = _surest_beside(worth, facts.interests)
    return [
        (
            "industry",
            identity,
            worth[identity] * _met_by(facts.interests[identity], 0.0 if identity in single else beside),
        )
        for identity in worth.keys() & facts.interests.keys()
    ]


@lru_cache(maxsize=4096)
def _kindred_worth(wishes: tuple[tuple[str, float], ...], typed: tuple[str, ...]) -> dict[str, float]:
    worth: dict[str, float] = {}
    for wished, weight in wishes:
        for identity, share in shared_interests((wished,), typed).items():
            value = constants().topical.kindred_interest * share * weight
            worth[identity] = max(worth.get(identity, 0.0), value)
    return worth


def _helps_any(facts: Candidate) -> float:
    """How much it helps somebody who looks for work in whatever field; a circle of one other field hardly does."""
    named = max((certainty(facts.interests.get(each, 0.0)) for each in CAREER_INTERESTS), default=0.0)
    meant = max(
        (worth * certainty(facts.purposes.get(each, 0.0)) for each, worth in FOR_ANY_JOB_SEEKER.items()),
        default=0.0,
    )
    own = max((certainty(each) for each in facts.fields.values()), default=0.0)
    return facts.career * max(named, meant) * (1 - own)


@lru_cache(maxsize=4096)
def _interest_worth(wishes: tuple[tuple[str, float], ...]) -> dict[str, float]:
    """What an interest or category of a group is worth for wished interests with weights."""
    numbers, known = constants().topical, load()
    worth: dict[str, float] = {}
    for wished, weight in wishes:
        category = known.interests[wished].category if wished in known.interests else wished
        offers = {category: numbers.whole_category * weight}
        for identity, found in known.interests.items():
            if found.category == category and not found.sensitive:
                offers[identity] = weight * (1.0 if wished == category else numbers.same_category)
        offers[wished] = weight
        for identity, value in offers.items():
            worth[identity] = max(worth.get(identity, 0.0), value)
    return worth


def _interests_met(profile: Profile, facts: Candidate) -> list[tuple[Because, str, float]]:
    if not profile.interests:
        return []
    worth = _interest_worth(tuple(profile.interests.items()))
    beside = _surest_beside(worth, facts.interests)
    met: list[tuple[Because, str, float]] = []
    for identity in worth.keys() & facts.interests.keys():
        sure = facts.interests[identity]
        exact = identity in load().interests
        met.append(("interest", identity, worth[identity] * _met_by(sure, 0.0 if exact else beside)))
    if not profile.fields and any(each in _FOR_CAREERS for each in _categories(profile)):
        general = constants().topical.career_in_general * _helps_any(facts)
        met.append(("interest", "career-networking", general))
    return sorted(met, key=lambda each: (-each[2], each[1]))


def career_weight(profile: Profile) -> float:
    """How much the career counts beside other wishes: as said, else by what is wished."""
    if profile.career_weight is not None:
        return profile.career_weight
    numbers = constants().topical
    if profile.fields:
        return numbers.career_weight
    return numbers.career_weight_of_interests if profile.interests else numbers.career_weight_of_none
