"""The secrets in links of mails: tokens that are stored as a hash, and links that carry their own proof. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from app.core.ids import internal, public

Purpose = Literal["manage", "unsubscribe", "feed", "bounce", "useful"]
# 128 bits of the HMAC are kept.
_BYTES: Final = 16
_LONGEST: Final = 80


def new_confirm_token() -> str:
    """256 random bits, for a link that works once."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is stored of a token (SHA-256)."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says, once its proof was found right."""

    subscription_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Vote:
    """The digest that a link asks about."""

    subscription_id: int
    period_at: datetime


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """The secret that links are signed with, and the unsubscribe keys of all secrets that there ever were."""

    secret: bytes
    unsubscribe_keys: tuple[bytes, ...] = ()

    def token(self, purpose: Purpose, subscription_id: int, version: int = 0) -> str:
        """The text of a link: which subscription, which version of its links, the proof.

        An unsubscribe link has version 0, so that it never ends.
        """
        version = 0 if purpose == "unsubscribe" else version
        said = f"{public(subscription_id)}.{version}"
        return f"{said}.{_proof(purpose_key(self.secret, purpose), said)}"

    def vote_token(self, subscription_id: int, period: datetime) -> str:
        """The text of a link to say whether one digest was useful: its version is the period."""
        return self.token("useful", subscription_id, int(period.timestamp()))

    def read_vote(self, token: str) -> Vote | None:
        """Which digest such a link is about; None if it is not ours."""
        link = self.read("useful", token)
        return None if link is None else Vote(link.subscription_id, datetime.fromtimestamp(link.version, UTC))

    def read(self, purpose: Purpose, token: str) -> Link | None:
        """What a token says; None if it was not made with one of our keys for this purpose."""
        said, _, proof = token[:_LONGEST].rpartition(".")
        identity, _, version = said.partition(".")
        number = internal(identity)
        if number is None or not (version.isascii() and version.isdigit()):
            return None
        keys = [purpose_key(self.secret, purpose)]
        if purpose == "unsubscribe":
            keys += self.unsubscribe_keys
        if not any(hmac.compare_digest(_proof(key, said).encode(), proof.encode()) for key in keys):
            return None
        return Link(number, int(version))


def purpose_key(secret: bytes, purpose: Purpose) -> bytes:
    """The key for one purpose, so that a link of one can never be used as another."""
    return hmac.digest(secret, f"nextcircle link {purpose}".encode(), "sha256")


def _proof(key: bytes, said: str) -> str:
    digest = hmac.digest(key, said.encode(), "sha256")[:_BYTES]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
