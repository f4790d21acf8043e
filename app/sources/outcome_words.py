"""The outcome of a source's last run as a person would say it."""

from __future__ import annotations

from typing import Final

_WORDS: Final = {
    "robots_denied": "its robots.txt keeps us out",
    "blocked_address": "its name leads to a private address, which is never asked",
    "bad_url": "its address is not one that can be asked",
    "dns": "the name could not be looked up",
    "connect": "no connection could be made",
    "tls": "its certificate is not valid",
    "timeout": "it took too long to answer",
    "incomplete": "the answer was cut off",
    "too_large": "the answer is too large",
    "bad_encoding": "the answer could not be unpacked",
    "redirect_loop": "it redirects in a circle",
    "too_many_redirects": "it redirects too often",
    "bad_redirect": "it redirects to an address that is never asked",
    "protocol": "the answer is not HTTP",
    "http_status": "it answered with an error",
    "no_content": "the answer was empty",
    "rate_limited": "it asks us to wait",
    "blocked": "it keeps automated readers out",
    "gone": "it is gone for good",
    "no_key": "it answers only with a key",
    "empty": "the answer holds no event and no group",
    "parser_timeout": "the answer took too long to read",
    "parser_died": "the answer took too much memory to read",
    "parser_failed": "the answer could not be read",
    "internal_error": "our own code failed on the answer; the log has the reason",
}


def in_words(outcome: str | None) -> str:
    """What an outcome means, in a sentence without a capital; an outcome that has no words as it is."""
    return "it has not been read yet" if outcome is None else _WORDS.get(outcome, outcome.replace("_", " "))
