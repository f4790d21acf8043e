"""The outcome of a source's last run as a person would say it."""

from __future__ import annotations

from typing import Final

from app.translations.catalogue import N_

_WORDS: Final = {
    "robots_denied": N_("its robots.txt keeps us out"),
    "blocked_address": N_("its name leads to a private address, which is never asked"),
    "bad_url": N_("its address is not one that can be asked"),
    "dns": N_("the name could not be looked up"),
    "connect": N_("no connection could be made"),
    "tls": N_("its certificate is not valid"),
    "timeout": N_("it took too long to answer"),
    "incomplete": N_("the answer was cut off"),
    "too_large": N_("the answer is too large"),
    "bad_encoding": N_("the answer could not be unpacked"),
    "redirect_loop": N_("it redirects in a circle"),
    "too_many_redirects": N_("it redirects too often"),
    "bad_redirect": N_("it redirects to an address that is never asked"),
    "protocol": N_("the answer is not HTTP"),
    "http_status": N_("it answered with an error"),
    "no_content": N_("the answer was empty"),
    "rate_limited": N_("it asks us to wait"),
    "blocked": N_("it keeps automated readers out"),
    "gone": N_("it is gone for good"),
    "no_key": N_("it answers only with a key"),
    "empty": N_("the answer holds no event and no group"),
    "parser_timeout": N_("the answer took too long to read"),
    "parser_died": N_("the answer took too much memory to read"),
    "parser_failed": N_("the answer could not be read"),
    "internal_error": N_("our own code failed on the answer; the log has the reason"),
}

_WAIT: Final = N_(
    "Nothing to do yet: it is tried again by itself. If this lasts for days, open its address in a browser."
)
_MOVED: Final = N_(
    "Open its address in a browser. If the calendar has moved, add the new address and remove this source."
)
_ASK: Final = N_("Respect it: remove the source, or ask the site for a calendar that may be read.")
_KEY: Final = N_("Get a key from the platform and set it; the operations guide names the setting.")
_REPORT: Final = N_("The log has the reason; please report it with the address of the source.")
_REMEDIES: Final = {
    "robots_denied": _ASK,
    "blocked": _ASK,
    "blocked_address": _MOVED,
    "bad_url": _MOVED,
    "redirect_loop": _MOVED,
    "too_many_redirects": _MOVED,
    "bad_redirect": _MOVED,
    "gone": _MOVED,
    "empty": _MOVED,
    "no_content": _MOVED,
    "parser_failed": _MOVED,
    "too_large": _MOVED,
    "no_key": _KEY,
    "internal_error": _REPORT,
}


def in_words(outcome: str | None) -> str:
    """What an outcome means, in a sentence without a capital; an outcome that has no words as it is."""
    return "it has not been read yet" if outcome is None else _WORDS.get(outcome, outcome.replace("_", " "))


def is_outcome(word: str) -> bool:
    """Whether a word is an outcome that has words."""
    return word in _WORDS


def remedy_of(outcome: str | None) -> str:
    """What an operator can do about an outcome, in sentences."""
    return _REMEDIES.get(outcome or "", _WAIT)
