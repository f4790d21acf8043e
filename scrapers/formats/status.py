"""Whether an event takes place, as its title says it: the one place where many organisers write it."""

from __future__ import annotations

import re
from typing import Final

from scrapers.records import EventStatus

_CANCELLED: Final = (
    "cancell?ed|cancellation|abgesagt|f(?:ä|ae)llt aus|entf(?:ä|ae)llt|annul(?:é|e|ée|ee)s?|annulation|supprim(?:é|e)e?"
    "|cancelad[oa]s?|anulad[oa]s?|suspendid[oa]s?"
)
_POSTPONED: Final = "postponed|verschoben|report(?:é|ée)|aplazad[oa]s?|pospuest[oa]s?"
_RESCHEDULED: Final = "rescheduled|neuer termin|verlegt|reprogram(?:mé|mée|ad[oa])"
_WORDS: Final[tuple[tuple[EventStatus, str], ...]] = (
    ("EventCancelled", _CANCELLED),
    ("EventPostponed", _POSTPONED),
    ("EventRescheduled", _RESCHEDULED),
)
_PATTERNS: Final[tuple[tuple[EventStatus, re.Pattern[str]], ...]] = tuple(
    (
        status,
        # At the beginning or the end, in brackets or set off: "Cancelled: Meetup", "[ABGESAGT] Treffen", "Meetup - CANCELED".
        re.compile(
            rf"^[\s*!]{{0,5}}[\[(<*]?(?:{words})[\])>*!]?(?:\s?[:\-–—|!*]|\]|\)|\s|$)|[\[(]\s?(?:{words})\s?[!]?[\])]"
            rf"|[:\-–—|*]\s?(?:{words})[!*.]{{0,3}}$|\s(?:{words})!{{1,3}}$",
            re.IGNORECASE,
        ),
    )
    for status, words in _WORDS
)


def status_of(title: str, said: EventStatus = "EventScheduled") -> EventStatus:
    """The status of an event: what its source says, unless that is "scheduled" and the title knows better."""
    if said != "EventScheduled":
        return said
    return next((status for status, pattern in _PATTERNS if pattern.search(title)), said)
