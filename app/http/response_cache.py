"""Answers of the last seconds, by path and query string, as long as the data is the same."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

# What a client may still get of an answer about "now".
FRESH_SECONDS: Final = 10.0
_MAX_BYTES: Final = 32 * 1024 * 1024
# One answer takes this part of the cache at most.
_LARGEST_SHARE: Final = 32
# An entry's objects, without the texts in them.
_ENTRY_BYTES: Final = 700

Key = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """The body of an answer, made from one version of the data. `expires` is a time of the cache's clock; `headers` are those
    that only this answer has."""

    body: bytes
    version: str
    etag: str
    expires: float
    media_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


class ResponseCache:
    """A bounded cache for one event loop. Everything it holds counts towards `max_bytes`, keys included."""

    def __init__(self, max_bytes: int = _MAX_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self.bytes = 0
        self._max_bytes = max_bytes
        self._clock = clock
        # In the order in which they expire.
        self._answers: OrderedDict[Key, CachedAnswer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: Key, version: str) -> CachedAnswer | None:
        """The answer, if it is fresh and was made from this version of the data."""
        answer = self._answers.get(key)
        if answer is None or answer.version != version or answer.expires <= self._clock():
            return None
        return answer

    def put(
        self,
        key: Key,
        body: bytes,
        version: str,
        etag: str,
        media_type: str = "application/json",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> CachedAnswer:
        """Keep an answer; the oldest ones, and those that expired, make room for it. A very large one is not kept: it would take the
        place of hundreds."""
        now = self._clock()
        answer = CachedAnswer(body, version, etag, now + FRESH_SECONDS, media_type, headers)
        self._drop(key)
        if len(body) > self._max_bytes // _LARGEST_SHARE:
            return answer
        self._answers[key] = answer
        self.bytes += _size(key, answer)
        while self._answers:
            oldest, candidate = next(iter(self._answers.items()))
            if self.bytes <= self._max_bytes and candidate.expires > now:
                break
            self._drop(oldest)
        return answer

    def _drop(self, key: Key) -> None:
        answer = self._answers.pop(key, None)
        if answer is not None:
            self.bytes -= _size(key, answer)


def _size(key: Key, answer: CachedAnswer) -> int:
    told = sum(len(name) + len(value) for name, value in answer.headers)
    return len(key[0]) + len(key[1]) + len(answer.body) + told + _ENTRY_BYTES
