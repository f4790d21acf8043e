"""When to ask again: what servers say about it, and what we do when they say nothing or fail.

Pure functions over header values and durations; nothing here reads a clock, sleeps or keeps state. Scheduling itself is
the caller's. Every duration that leaves this module is finite, not negative and at most `LONGEST`, whatever was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = timedelta(days=7)
LEAST_INTERVAL: Final = timedelta(minutes=60)
MOST_INTERVAL: Final = timedelta(hours=24)
INTERVAL_JITTER: Final = 0.1  # share of the interval that is added at random, so that sources drift apart
FIRST_BACKOFF: Final = timedelta(minutes=15)
LEAST_BACKOFF: Final = timedelta(minutes=1)
MOST_BACKOFF: Final = timedelta(hours=24)

_ZERO: Final = timedelta()
_DIGITS = re.compile(r"[0-9]{1,400}")
# IMF-fixdate, and the two older forms that RFC 9110 5.6.7 still asks recipients to read.
_HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
    r"(?:, \d{2} [A-Z][a-z]{2} [1-9]\d{3} \d{2}:\d{2}:\d{2} GMT"
    r"|[a-z]{3,6}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT"
    r"| [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})",
    re.ASCII,
)


def http_date(value: str | None) -> datetime | None:
    """The moment of an HTTP-date (RFC 9110 5.6.7) in UTC, or None where the value is none."""
    if value is None or _HTTP_DATE.fullmatch(value.strip()) is None:
        return None
    try:
        moment = parsedate_to_datetime(value.strip())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def retry_after(value: str | None, *, date: str | None, now: datetime) -> timedelta | None:
    """How long Retry-After (RFC 9110 10.2.3) asks us to stay away: 0 up to `LONGEST`.

    `date` is the Date field of the same answer; a date counts from it, because the server's clock is the one that set
    it, and from `now` (aware) where it is missing. A date in the past is 0. Anything else (negative, `1e9`, a list, a
    word) is None: ignored.
    """
    if value is None:
        return None
    text = value.strip()
    if _DIGITS.fullmatch(text):
        return _seconds(text)
    moment = http_date(text)
    if moment is None:
        return None
    return _clamped(moment - (http_date(date) or now))


def max_age(
    cache_control: str | None, expires: str | None, *, date: str | None, now: datetime
) -> timedelta | None:
    """How long an answer stays fresh by Cache-Control max-age or else Expires (RFC 9111 5.2.2.1 and 5.3), 0 to `LONGEST`.

    Null where neither says anything usable, or where no-cache or no-store is set: then a caller's own interval holds.
    Age is not subtracted: for a poller it is politer to wait the whole term.
    """
    directives = [part.strip().lower() for part in (cache_control or "").split(",")]
    names = {directive.partition("=")[0].strip() for directive in directives}
    if names & {"no-cache", "no-store"}:
        return None
    for directive in directives:
        name, _, argument = directive.partition("=")
        argument = argument.strip().strip('"')
        if name.strip() == "max-age" and _DIGITS.fullmatch(argument):
            return _seconds(argument)
    moment = http_date(expires)
    return None if moment is None else _clamped(moment - (http_date(date) or now))


def backoff(failures: int, random: Callable[[], float]) -> timedelta:
    """The wait after the k-th failure in a row: full jitter over min(24 h, 15 min x 2^(k-1)), never below a minute.

    `random` gives numbers from 0 up to 1, like `random.random`.
    """
    # Eight doublings pass the ceiling; stopping there keeps large counts from overflowing.
    ceiling = min(MOST_BACKOFF, FIRST_BACKOFF * (1 << min(max(failures, 1) - 1, 8)))
    return max(LEAST_BACKOFF, ceiling * _share(random))


def next_interval(
    random: Callable[[], float],
    *,
    minimum: timedelta = _ZERO,
    max_age: timedelta | None = None,
    ttl: timedelta | None = None,
    retry_after: timedelta | None = None,
) -> timedelta:
    """The wait after a success: the longest of 60 min, the source's own `minimum`, `max_age` and `ttl`, plus up to a tenth.

    Capped at 24 h, or at `minimum` where a source wants to be asked less often than daily; `retry_after` may ask for
    more, up to `LONGEST`. `random` gives numbers from 0 up to 1.
    """
    wanted = max(LEAST_INTERVAL, minimum, max_age or _ZERO, ttl or _ZERO)
    cap = max(MOST_INTERVAL, minimum)
    # Capped before the jitter is added: `timedelta.max` from a caller must not overflow.
    interval = min(cap, min(cap, wanted) * (1 + INTERVAL_JITTER * _share(random)))
    return max(interval, min(retry_after or _ZERO, LONGEST))


def _share(random: Callable[[], float]) -> float:
    return min(1.0, max(0.0, random()))


def _seconds(digits: str) -> timedelta:
    # Ten digits are beyond LONGEST already; more would only make int() slow.
    significant = digits.lstrip("0")
    return LONGEST if len(significant) > 10 else min(LONGEST, timedelta(seconds=int(significant or "0")))


def _clamped(span: timedelta) -> timedelta:
    return min(LONGEST, max(_ZERO, span))
