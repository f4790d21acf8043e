"""API keys: what one looks like, what it allows, and how it is compared. Pure; nothing of a key but its hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final, Literal, get_args

Scope = Literal["read", "write", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
PREFIX: Final = "nck_"
# Enough of a key to tell it from others, far too little to guess the rest of its 256 bits.
_SHOWN: Final = len(PREFIX) + 6
_KEY: Final = re.compile(r"[\x20-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who a key belongs to. `per_minute`: requests allowed, None = what keys have by default."""

    name: str
    scopes: frozenset[Scope]
    per_minute: int | None = None
    id: int | None = None

    def may(self, scope: Scope) -> bool:
        """Whether the key allows it; `admin` allows everything."""
        return scope in self.scopes or "admin" in self.scopes


# Of the key in the settings.
ADMIN: Final = Credentials("admin key", frozenset(SCOPES))


def new_key() -> str:
    """A key nobody can guess: 32 random bytes."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """The hash that a key is known by. Keys are random, so that one round of SHA-256 is enough."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def shown(key: str) -> str:
    """The beginning of a key, for lists."""
    return key[:_SHOWN]


def is_same(key: str, other: str) -> bool:
    """Whether two keys are one, in a time that says nothing of how much of them is alike."""
    return bool(other) and hmac.compare_digest(digest(key), digest(other))


def sent_key(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The key of a request: `X-API-Key` or `Authorization: Bearer`; empty where it cannot be one. Null = none was sent.

    Another scheme of `Authorization` is for somebody else, such as a proxy in front.
    """
    for name, value in headers:
        if name == b"x-api-key":
            return _plain(value)
        if name == b"authorization" and value[:7].lower() in {b"bearer ", b"bearer"}:
            return _plain(value[7:])
    return None


def plain_key(text: str) -> str:
    """What was sent as a key, empty where it cannot be one."""
    stripped = text.strip()
    return stripped if _KEY.fullmatch(stripped) else ""


def _plain(value: bytes) -> str:
    return plain_key(value.decode("latin-1"))
