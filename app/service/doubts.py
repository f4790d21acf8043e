"""What one source of an event knows against it while the others still announce it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.recommend.records import Reason
from app.translations.catalogue import N_
from app.translations.translator import Translator, translator

_SAID: Final = {
    "EventCancelled": N_("Cancelled according to %(source)s"),
    "EventPostponed": N_("Postponed according to %(source)s"),
}
_ENGLISH: Final = translator()


def doubt_of(event: Mapping[str, Any], say: Translator = _ENGLISH) -> Reason | None:
    """A caveat for an `EventOut` that is on, but not by all of its sources; None where they agree.

    The leading source decides what an event is. It may be the one that nobody has corrected yet.
    """
    if event["event_status"] in _SAID:
        return None
    for source in event["sources"]:
        text = _SAID.get(source["event_status"])
        if text is not None:
            said = say.gettext(text, source=source["attribution"])
            return Reason("cancelled_elsewhere", said, source["url"])
    return None
