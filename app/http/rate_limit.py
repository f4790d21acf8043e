"""Rate limiting by fixed windows, counted in this process only and lost when it ends.

The header fields are those of draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy: "anon";q=60;w=60` and
`RateLimit: "anon";r=41;t=23`.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

# Of one limiter; beyond it, clients whose window is over are forgotten.
_MAX_CLIENTS: Final = 50_000


@dataclass(frozen=True, slots=True)
class RateLimitStatus:
    """What a client has left after a request. `seconds` until its window ends; negative `left` = refused."""

    policy: str
    quota: int
    window_seconds: int
    left: int
    seconds: int

    @property
    def refused(self) -> bool:
        """Whether this request was one too many."""
        return self.left < 0

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The two header fields."""
        limit = f'"{self.policy}";r={max(self.left, 0)};t={self.seconds}'
        policy = f'"{self.policy}";q={self.quota};w={self.window_seconds}'
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", limit.encode())]


class RateLimiter:
    """Counts the requests of each client in the current window; safe to use from several threads."""

    def __init__(self, window_seconds: int = 60, clock: Callable[[], float] = time.monotonic) -> None:
        self._window_seconds = window_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[str, list[float]] = {}

    def count(self, policy: str, client: str, quota: int) -> RateLimitStatus:
        """Count a request of a client that may make `quota` of them in a window."""
        with self._lock:
            now = self._clock()
            window = self._windows.get(client)
            if window is None or window[0] <= now:
                if len(self._windows) >= _MAX_CLIENTS:
                    self._forget(now)
                window = self._windows[client] = [now + self._window_seconds, 0]
            seconds = max(1, min(self._window_seconds, math.ceil(window[0] - now)))
            if window[1] >= quota:
                return RateLimitStatus(policy, quota, self._window_seconds, -1, seconds)
            window[1] += 1
            return RateLimitStatus(policy, quota, self._window_seconds, quota - int(window[1]), seconds)

    def give_back(self, client: str) -> None:
        """Uncount a request that cost nothing, such as one answered with 304."""
        with self._lock:
            window = self._windows.get(client)
            if window is not None and window[1] > 0:
                window[1] -= 1

    def _forget(self, now: float) -> None:
        self._windows = {client: window for client, window in self._windows.items() if window[0] > now}
        if len(self._windows) >= _MAX_CLIENTS:
            # One client has more addresses than there is room for: start over rather than grow.
            self._windows.clear()
