"""How many requests in a minute: fixed windows, counted in this process alone and forgotten with it.

The header fields are those of draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy: "anon";q=60;w=60` and
`RateLimit: "anon";r=41;t=23`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

WINDOW_SECONDS: Final = 60
# Of one process; when there are more, those whose window is over are forgotten.
_MOST_CLIENTS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a client stands after a request. `seconds` until its window ends; negative `left` = refused."""

    policy: str
    quota: int
    left: int
    seconds: int

    @property
    def refused(self) -> bool:
        """Whether it was one too many."""
        return self.left < 0

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The two header fields."""
        limit = f'"{self.policy}";r={max(self.left, 0)};t={self.seconds}'
        policy = f'"{self.policy}";q={self.quota};w={WINDOW_SECONDS}'
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", limit.encode())]


class Limits:
    """Requests of the running minute, by client. Used from one event loop, so that it needs no lock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[str, list[float]] = {}

    def count(self, policy: str, who: str, quota: int) -> Standing:
        """Count a request of a client that may make `quota` of them in a minute."""
        now = self._clock()
        window = self._windows.get(who)
        if window is None or window[0] <= now:
            if len(self._windows) >= _MOST_CLIENTS:
                self._forget(now)
            window = self._windows[who] = [now + WINDOW_SECONDS, 0]
        seconds = max(1, int(window[0] - now + 0.999))
        if window[1] >= quota:
            return Standing(policy, quota, -1, seconds)
        window[1] += 1
        return Standing(policy, quota, quota - int(window[1]), seconds)

    def give_back(self, who: str) -> None:
        """A request that cost nothing, such as one answered by 304, does not count."""
        window = self._windows.get(who)
        if window is not None and window[1] > 0:
            window[1] -= 1

    def _forget(self, now: float) -> None:
        self._windows = {who: window for who, window in self._windows.items() if window[0] > now}
        if len(self._windows) >= _MOST_CLIENTS:
            # Somebody has more addresses than we have room: begin anew rather than grow.
            self._windows.clear()
