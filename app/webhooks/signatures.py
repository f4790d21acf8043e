"""Signatures of what is posted, by the Standard Webhooks specification. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

_PREFIX: Final = "whsec_"
# The specification wants 24 to 64 bytes.
_BYTES: Final = 32


def new_secret() -> str:
    """A secret to sign with, as it is shown once: `whsec_` and base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signed_headers(secret: str, identity: str, now: datetime, payload: bytes) -> dict[str, str]:
    """The three header fields that prove who posts a payload, and when."""
    timestamp = str(int(now.timestamp()))
    return {
        "webhook-id": identity,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{_signature(secret, identity, timestamp, payload)}",
    }


def network_hash(secret: bytes, network: str) -> str:
    """What is stored of the network that asked for a webhook: it can be counted, and not be read back."""
    key = hmac.digest(secret, b"nextcircle webhook network", "sha256")
    return hashlib.blake2b(network.encode(), key=key, digest_size=16).hexdigest()


def _signature(secret: str, identity: str, timestamp: str, payload: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    content = b".".join((identity.encode(), timestamp.encode(), payload))
    return base64.b64encode(hmac.digest(key, content, "sha256")).decode()
