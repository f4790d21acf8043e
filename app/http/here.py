"""Whether a request comes from the machine that answers it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from app.core.client_address import is_loopback

# A proxy stands between: whoever asks is somewhere else.
_FORWARDED: Final = (
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "via",
)


def is_from_here(request: Request) -> bool:
    """Whether a program of this machine asks this machine by its own name, and nobody stands between."""
    peer = request.client.host if request.client else ""
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return False
    forwarded = any(name in request.headers for name in _FORWARDED)
    return not forwarded and is_loopback(peer) and is_loopback(host)
