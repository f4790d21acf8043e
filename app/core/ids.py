"""Public ids: opaque, URL-safe and permanent names of events and groups.

An id is a positive 63-bit integer in the database (milliseconds since 2024 in the upper 42 bits, so that new rows land
at the end of the index, chance in the lower 21) and thirteen Crockford base-32 characters outside.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Lock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
_CHANCE_BITS = 21
PUBLIC_LENGTH = 13


class _Given:
    """The last id that this process gave out: what it gives next is greater, whatever moment it is asked for."""

    lock = Lock()
    last = 0


def new_ids(now: datetime, count: int) -> Iterator[int]:
    """`count` ids in ascending order, greater than all that this process gave before.

    Two processes that take `count` ids each in the same second collide with a chance of about `count` in a thousand million;
    the primary key refuses that and the transaction is run again (`app.ingest.pipeline.put`, or the next fetch).
    """
    milliseconds = int((now - _EPOCH).total_seconds() * 1000) + secrets.randbelow(1000)
    with _Given.lock:
        first = max((milliseconds << _CHANCE_BITS) | secrets.randbits(_CHANCE_BITS), _Given.last + 1)
        _Given.last = first + count - 1
    return iter(range(first, first + count))


def public(number: int) -> str:
    """The id that clients see."""
    pairs = [_PAIRS[number >> shift & 1023] for shift in (50, 40, 30, 20, 10, 0)]
    return _ALPHABET[number >> 60] + "".join(pairs)


def internal(text: str) -> int | None:
    """The database's number of a public id; None where the text is not one."""
    if len(text) != PUBLIC_LENGTH:
        return None
    number = 0
    for char in text:
        value = _VALUES.get(char)
        if value is None:
            return None
        number = (number << 5) | value
    return number if number < 1 << 63 else None


def key(*parts: str) -> int:
    """A positive 63-bit hash of texts, for keys that may be any length outside (a UID of 20,000 characters, say)."""
    digest = hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
