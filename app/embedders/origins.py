"""The origin of a site, as a browser names it (RFC 6454). Pure."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

LONGEST: Final = 255
_HOST: Final = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")
_PORTS: Final = {"http": 80, "https": 443}


def origin_of(address: str | None) -> str | None:
    """The origin of an address (`https://jobs.example`), or None for what is none: no web address, too long, malformed."""
    if not address or len(address) > 4_096:
        return None
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host) or len(host) > 253:
        return None
    suffix = "" if port in {None, _PORTS[parts.scheme]} else f":{port}"
    origin = f"{parts.scheme}://{host}{suffix}"
    return origin if len(origin) <= LONGEST else None
