"""Which addresses may be posted to: public ones by https; on a machine of one's own also what runs there. Pure."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from app.core.client_address import is_loopback
from app.core.errors import ParameterError, ProblemError, wrong_parameters
from app.settings import Settings
from scrapers.http.address_guard import AddressGuard, BadUrlError, BlockedAddressError, Target

_EXAMPLE: Final = "https://example.org/hook"


def is_on_loopback(settings: Settings) -> bool:
    """Whether an installation is reached from its own machine alone, so that it may post there."""
    return is_loopback(settings.host) and not settings.is_public


def receiver(url: str, settings: Settings, *, is_local: bool) -> Target:
    """The target of an address, normalised. Raises the 422 that says why it is not posted to."""
    try:
        if is_local and _is_plain(url):
            if urlsplit(url).port == settings.port:
                raise _wrong(url, "is this service itself")
            return AddressGuard((_host_port(url),)).target(url)
        target = AddressGuard(own_hosts=own_hosts(settings)).target(url)
    except (BadUrlError, BlockedAddressError, ValueError) as error:
        raise _wrong(url, str(error)) from None
    # The guard reads webcal: as https.
    if not url.lower().startswith("https://"):
        raise _wrong(url, "must begin with https://")
    return target


def local_host(url: str) -> str | None:
    """`host:port` of an address on this machine that is asked by http; None for any other."""
    return _host_port(url) if _is_plain(url) else None


def own_hosts(settings: Settings) -> tuple[str, ...]:
    """Our own names, which are never posted to."""
    host = urlsplit(settings.public_url).hostname
    return (host,) if host else ()


def _is_plain(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and is_loopback(parts.hostname or "")
    except ValueError:
        return False


def _host_port(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or 80}"


def _wrong(url: str, detail: str) -> ProblemError:
    return wrong_parameters([ParameterError("url", url[:200], detail, (_EXAMPLE,))])
