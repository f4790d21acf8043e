"""What a site's robots.txt lets us do: RFC 9309 over protego.

Pure: the client fetches, this module judges the answer. It knows what each status means, how much of a file counts and
how long a verdict holds; it asks nobody and keeps nothing.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Final, Protocol

from protego import Protego

PRODUCT_TOKEN: Final = "NextCircle"  # noqa: S105  RFC 9309's word for a crawler's name, no secret
MAX_BYTES: Final = 500 * 1024  # RFC 9309 2.5: at least so much is parsed; we parse no more
MAX_CRAWL_DELAY: Final = 60.0
LIFETIME: Final = 24 * 3600.0  # RFC 9309 2.4: no copy older than 24 hours is used
SHORT_LIFETIME: Final = 600.0  # a site that was down is looked at again soon, but not by every source in turn

_AGENT_LINE = re.compile(r"\s*user[ -]?agent\s*:\s*(?P<value>[^#]*)", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z_-]+", re.IGNORECASE)


class _Rules(Protocol):
    def can_fetch(self, url: str, user_agent: str) -> bool: ...

    def crawl_delay(self, user_agent: str) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Robots:
    """The verdict of one origin. `refusal` says why everything is forbidden; None where the rules decide.

    `status` is the HTTP status behind a refusal; `lifetime` is in seconds.
    `crawl_delay` is in seconds, 0 where the site asks for none, at most 60.
    """

    refusal: str | None = None
    status: int | None = None
    lifetime: float = LIFETIME
    crawl_delay: float = 0.0
    _rules: _Rules | None = field(default=None, repr=False, compare=False)

    def allows(self, url: str) -> bool:
        """Whether we may GET a URL of this origin."""
        if self.refusal is not None:
            return False
        return self._rules is None or self._rules.can_fetch(url, PRODUCT_TOKEN)


def from_answer(status: int, body: bytes) -> Robots:
    """The verdict of an answer to `GET /robots.txt` whose redirects are done.

    200, 203 and 204 = the rules in the body; 4xx = no rules (RFC 9309 2.3.1.3), but 401, 403 and 429 are taken as a refusal, since
    a site that keeps us from its robots.txt means us; everything else = forbidden (2.3.1.4).
    """
    if status in {200, 203, 204}:
        return parse(body)
    if 400 <= status < 500 and status not in {401, 403, 429}:
        return Robots()
    lifetime = LIFETIME if status in {401, 403} else SHORT_LIFETIME
    return Robots(f"robots.txt answered {status}, which forbids everything", status, lifetime)


def absent() -> Robots:
    """The verdict where more than five redirects led nowhere: as if there were no file (RFC 9309 2.3.1.2)."""
    return Robots(lifetime=SHORT_LIFETIME)


def parse(body: bytes) -> Robots:
    """The rules of a file. Never raises: what cannot be read is not a rule."""
    rules = Protego.parse(_for_protego(_counted(body).decode("utf-8-sig", "replace")))
    return Robots(crawl_delay=_seconds(rules.crawl_delay(PRODUCT_TOKEN)), _rules=rules)


def _counted(body: bytes) -> bytes:
    """The first 500 KiB, without a line that was cut: half a path forbids more than its writer meant."""
    if len(body) <= MAX_BYTES:
        return body
    head = body[:MAX_BYTES]
    end = max(head.rfind(b"\n"), head.rfind(b"\r"))
    return head[: end + 1]


def _for_protego(text: str) -> str:
    """The text with every User-agent value as RFC 9309 2.2.1 compares it: the whole product token, nothing less.

    Protego also takes a beginning of our name (`Next`) for us and misses `NextCircle/2`.
    """
    return "\n".join(_agent_line(line) for line in text.splitlines())


def _agent_line(line: str) -> str:
    match = _AGENT_LINE.match(line)
    if match is None:
        return line
    value = match["value"].strip()
    if value.startswith("*"):
        return "User-agent: *"
    token = _TOKEN.match(value)
    ours = token is not None and token[0].lower() == PRODUCT_TOKEN.lower()
    return f"User-agent: {PRODUCT_TOKEN if ours else 'somebody-else'}"


def _seconds(delay: float | None) -> float:
    if delay is None or not math.isfinite(delay) or delay < 0:
        return 0.0
    return min(delay, MAX_CRAWL_DELAY)
