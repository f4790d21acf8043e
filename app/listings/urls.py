"""Addresses as identity: two spellings of one page get one canonical form. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

from app.core.characters import UNSAFE

MAX_URL = 2_083
# Parameters that say where a visitor came from, never which page it is.
_TRACKING = re.compile(
    r"^(utm_.*|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|_hs.*|yclid|aff|ref|ref_src|recid|recsource"
    r"|searchid|eventorigin|rtype|tk|source|_gl|si|trk|trackingid)$",
    re.IGNORECASE,
)
_ALIAS_HOSTS = {"lu.ma": "luma.com", "m.facebook.com": "facebook.com", "m.meetup.com": "meetup.com"}
_ARCHIVED = re.compile(r"https?://web\.archive\.org/web/[0-9a-z_*]{1,20}/(https?://.+)", re.IGNORECASE)
_UNSAFE = re.compile(rf'[\s\\<>"`]|{UNSAFE}|[\u200c\u200d]')


def web_url(url: str | None) -> str | None:
    """The address if it is a plain http(s) one that may stand in a link; None for anything else."""
    if not url or len(url) > MAX_URL or _UNSAFE.search(url):
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    return url if parts.scheme.lower() in {"http", "https"} and host and "@" not in parts.netloc else None


@lru_cache(maxsize=16_384)  # an address is asked for several times on its way in
def canonical(url: str) -> str | None:
    """`https`, lower-case host without `www.`, no tracking parameters, no fragment, no closing slash."""
    if web_url(url) is None:
        return None
    # An archive's copy is the page it is a copy of.
    archived = _ARCHIVED.match(url)
    if archived is not None:
        return canonical(archived[1])
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    host = _ALIAS_HOSTS.get(host, host)
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    query = ""
    if parts.query:
        kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k)]
        query = f"?{urlencode(sorted(kept))}" if kept else ""
    path = parts.path.rstrip("/")
    # Meetup answers its group and event pages in any case of letters.
    path = path.lower() if host == "meetup.com" else path
    return f"https://{host}{port}{path}{query}"
