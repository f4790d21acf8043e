"""The reasons for a merge as a person would say them."""

from __future__ import annotations

from typing import Final

from app.ingest.matching.reason import Reason
from app.translations.catalogue import N_
from app.translations.translator import Translator

WORDS: Final = {
    "same_page": N_("the same address"),
    "same_name": N_("the same name"),
    "name_very_alike": N_("nearly the same name"),
    "name_alike": N_("similar names"),
    "one_name_in_the_other": N_("one name is part of the other"),
    "same_number": N_("the same number in the name"),
    "same_part_of_the_name": N_("a part of the name is the same"),
    "same_start": N_("the same day"),
    "same_town": N_("the same town"),
    "same_host": N_("addresses on the same site"),
    "same_site": N_("addresses of the same organisation"),
    "both_online": N_("both are online"),
    "days_overlap": N_("their days overlap"),
    "one_source": N_("one source lists both"),
    "another_time": N_("they start at different times"),
    "name_unlike": N_("different names"),
    "each_has_its_own_words": N_("each name has words that the other lacks"),
    "other_number": N_("different numbers in the names"),
    "other_year_in_name": N_("different years in the names"),
    "other_month_in_name": N_("different months in the names"),
    "a_series": N_("events of this name are held again and again"),
    "a_day_apart": N_("they start a day apart"),
    "one_online": N_("only one is online"),
    "near": N_("they are in neighbouring towns"),
    "far_apart": N_("they are far from each other"),
    "other_town_by_name": N_("they name different towns"),
    "place_unknown": N_("the place of one is not known"),
    "another_page_of_an_event_host": N_("each has its own page on the same platform"),
    "no_address": N_("one has no address"),
    "linked": N_("one links to the other"),
    "same_events": N_("they hold the same events"),
    "one_site": N_("they have the same site"),
    "one_platform": N_("both are groups of the same platform"),
}


def in_words(reasons: tuple[Reason, ...], say: Translator, *, supporting: bool) -> list[str]:
    """What speaks for a merge, or against it."""
    return [say.gettext(WORDS[each.code]) for each in reasons if each.supports == supporting]
