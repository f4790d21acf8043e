"""What is named only to who asked for it: groups about health, belief, identity and politics. Pure."""

from __future__ import annotations

from collections.abc import Collection

from app.recommend.records import Candidate, Profile
from app.taxonomy.meanings import FILLERS
from app.taxonomy.taxonomy import load
from app.taxonomy.unwanted import sensitive_in
from app.taxonomy.words import split, split_name

_UNWANTED = 0.4
# Who works in these fields asks for the circles that they are about.
_OF_FIELDS = {
    "faith-ministry": "spirituality-belief",
    "dei-workplace": "identity-affinity",
    "policy-government": "civic-politics",
    "community-organizing": "civic-politics",
}


def may_be_offered(profile: Profile, facts: Candidate, unwanted: Collection[str]) -> bool:
    """Whether a group or event may be named: it has no unwanted topic, and what is sensitive of it was asked for by name."""
    for topics in (facts.fields, facts.interests):
        if any(sure >= _UNWANTED and identity in unwanted for identity, sure in topics.items()):
            return False
    sensitive = sensitive_in(facts.name, facts.interests)
    if not sensitive or sensitive & profile.interests.keys() or _names(profile, facts.name):
        return True
    known = load().interests
    return {known[each].category if each in known else each for each in sensitive} <= _asked_categories(
        profile
    )


def _asked_categories(profile: Profile) -> set[str]:
    """The categories of sensitive interests that were asked for, by themselves, by one of theirs or by a field."""
    known = load().interests
    asked = {each for each in profile.interests if each not in known}
    asked |= {known[each].category for each in profile.interests if each in known and known[each].sensitive}
    return asked | {_OF_FIELDS[each] for each in profile.fields if each in _OF_FIELDS}


def _names(profile: Profile, name: str) -> bool:
    """Whether the name holds all words of something that was typed."""
    said = set(split_name(name).stems)
    for _, typed in profile.typed:
        words = {word for word in split(typed).stems if word not in FILLERS}
        if words and words <= said:
            return True
    return False
