"""Why a source is off, paused or failing, as a person would say it in their language."""

from __future__ import annotations

import re
from typing import Any, Final

from app.sources.outcome_words import in_words, is_outcome
from app.sources.repository.leases import ON_TRIAL
from app.sources.repository.state import REMOVED
from app.translations.catalogue import N_
from app.translations.translator import Translator
from scrapers.platform import Access

PAUSED_BY_OPERATOR: Final = "paused by the operator"
_SENTENCES: Final = {
    REMOVED: N_("removed by the operator"),
    PAUSED_BY_OPERATOR: N_("paused by the operator"),
    "loaded from a file, not fetched": N_("loaded from a file, not fetched"),
    "bundled sample listings, gone with the first real ones": N_(
        "bundled sample listings, gone with the first real ones"
    ),
    "it answers only with a key; see NEXTCIRCLE_<PLATFORM>_KEY in the settings": N_(
        "it answers only with a key; see NEXTCIRCLE_<PLATFORM>_KEY in the settings"
    ),
}
# What the worker stores when it pauses a source by itself.
_FAILURES: Final = re.compile(r"(\d+) failures in a row, the last: (.*)", re.DOTALL)
_BAD_ANSWERS: Final = re.compile(r"(\d+) bad answers in a row, the last: (\w+)")
_ONE_FAILURE: Final = re.compile(r"(\w+): (.*)", re.DOTALL)


def reason_in_words(row: dict[str, Any], say: Translator) -> str | None:
    """The reason of a source's state, of its row in `listing`; None if there is none. What an operator wrote stays as it is."""
    reason = row["reason"]
    if reason is None:
        return None
    if row["state"] == "failing":
        words = say.gettext(in_words(row["last_outcome"]))
        if not row["verified"] and row["origin"] in ON_TRIAL:
            return say.gettext("never read yet: %(reason)s; it is tried again by itself", reason=words)
        return words
    if reason in _SENTENCES:
        return say.gettext(_SENTENCES[reason])
    if row["state"] == "off" and row["access"] == Access.PAGE.value:
        return _page_in_words(row["terms"], say)
    return _pause_in_words(str(reason), say)


def _page_in_words(terms: str | None, say: Translator) -> str:
    said = (
        say.gettext("its terms limit automated use (%(terms)s)", terms=terms)
        if terms
        else say.gettext("it is a page, whose terms may limit automated use")
    )
    way = say.gettext("NEXTCIRCLE_PAGES=on or `nextcircle sources pages --on` reads it")
    return f"{said}; {way}"


def _pause_in_words(reason: str, say: Translator) -> str:
    if found := _FAILURES.fullmatch(reason):
        return say.gettext(
            "%(count)s failures in a row, the last: %(reason)s", count=found[1], reason=found[2]
        )
    if found := _BAD_ANSWERS.fullmatch(reason):
        return say.gettext(
            "%(count)s bad answers in a row, the last: %(reason)s",
            count=found[1],
            reason=say.gettext(in_words(found[2])),
        )
    if (found := _ONE_FAILURE.fullmatch(reason)) and is_outcome(found[1]):
        return f"{say.gettext(in_words(found[1]))} ({found[2]})"
    return reason
