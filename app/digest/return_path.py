"""Addresses that bounces come back to, one for each mail: they say which it was, signed, so that a bounce need not quote it. Pure."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from app.core.ids import PUBLIC_LENGTH, internal, public
from app.digest.tokens import LinkKeys, purpose_key

# RFC 5321 4.5.3.1.1: what stands before the @.
_LONGEST_LOCAL: Final = 64
_KINDS: Final = {"digest": "d", "confirm": "c", "link": "l", "reminder": "r"}
# Mail servers may write addresses in lower case.
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_PERIOD_LENGTH: Final = 7
_PROOF_BYTES: Final = 10
_PROOF_LENGTH: Final = 16
_TAG: Final = re.compile(rf"\+b([0-9a-z]{{{PUBLIC_LENGTH + 1 + _PERIOD_LENGTH + _PROOF_LENGTH}}})@", re.IGNORECASE)  # fmt: skip
_LONGEST_HEADER: Final = 2_000
_MOST_HEADERS: Final = 20


def fits(address: str) -> bool:
    """Whether there is room for the tag before the @ of an address."""
    tag = len("+b") + PUBLIC_LENGTH + 1 + _PERIOD_LENGTH + _PROOF_LENGTH
    return len(address.rpartition("@")[0]) + tag <= _LONGEST_LOCAL


def return_path(keys: LinkKeys, address: str, subscription_id: int, kind: str, period: datetime) -> str:
    """The address with a tag that names the delivery; without one if it does not fit."""
    if not fits(address):
        return address
    local, _, domain = address.rpartition("@")
    said = public(subscription_id) + _KINDS[kind] + _written(int(period.timestamp()), _PERIOD_LENGTH)
    return f"{local}+b{said}{_proof(keys, said)}@{domain}"


def subscription_of(keys: LinkKeys, headers: Iterable[str]) -> int | None:
    """The subscription of the first of our tags in the values of header fields; None if there is none that we made."""
    for value, _ in zip(headers, range(_MOST_HEADERS), strict=False):
        for match in _TAG.finditer(value[:_LONGEST_HEADER]):
            said, proof = match[1].lower()[:-_PROOF_LENGTH], match[1].lower()[-_PROOF_LENGTH:]
            if hmac.compare_digest(_proof(keys, said), proof):
                return internal(said[:PUBLIC_LENGTH])
    return None


def _proof(keys: LinkKeys, said: str) -> str:
    digest = hmac.digest(purpose_key(keys.secret, "bounce"), said.encode(), "sha256")[:_PROOF_BYTES]
    return _written(int.from_bytes(digest, "big"), _PROOF_LENGTH)


def _written(number: int, length: int) -> str:
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))
