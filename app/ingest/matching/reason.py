"""Why two listings are probably one, as facts about them with a code each: what a person weighs, not what each weighs for us. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.ingest.matching.events import SAME_TIME, EventCandidate
from app.ingest.matching.similarity import features

# Whether a fact speaks for one event. Those that only matter together with another one are left out.
EVENT_FACTS: Final[dict[str, bool]] = {
    "same_page": True,
    "same_name": True,
    "name_very_alike": True,
    "name_alike": True,
    "one_name_in_the_other": True,
    "same_number": True,
    "same_part_of_the_name": True,
    "same_start": True,
    "same_town": True,
    "same_host": True,
    "same_site": True,
    "both_online": True,
    "days_overlap": True,
    "one_source": False,
    "another_time": False,
    "name_unlike": False,
    "each_has_its_own_words": False,
    "other_number": False,
    "other_year_in_name": False,
    "other_month_in_name": False,
    "a_series": False,
    "a_day_apart": False,
    "one_online": False,
    "near": False,
    "far_apart": False,
    "other_town_by_name": False,
    "place_unknown": False,
    "another_page_of_an_event_host": False,
    "no_address": False,
}
# A fact that says more makes these superfluous.
_SAID_BY: Final = {
    "same_name": ("name_very_alike", "name_alike", "one_name_in_the_other", "same_part_of_the_name"),
    "name_very_alike": ("name_alike", "same_part_of_the_name"),
    "name_unlike": ("name_alike",),
    "one_name_in_the_other": ("same_part_of_the_name",),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A fact by its code, and whether it speaks for or against their being one."""

    code: str
    supports: bool


def event_reasons(one: EventCandidate, other: EventCandidate) -> tuple[Reason, ...]:
    """What speaks for and against two listings being one event; what speaks for it comes first."""
    codes = {name for name, value in features(one.features, other.features).items() if value}
    if one.source_id == other.source_id:
        codes.add("one_source")
    if not (one.all_day or other.all_day) and abs(one.start - other.start) > SAME_TIME:
        codes.add("another_time")
        codes.discard("same_start")
    superfluous = {each for code in codes for each in _SAID_BY.get(code, ())}
    return tuple(
        Reason(code, supports)
        for code, supports in EVENT_FACTS.items()
        if code in codes and code not in superfluous
    )
