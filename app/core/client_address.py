"""Who asks, by network address: through proxies that are trusted, and of IPv6 by the /64 that one rate_limit_key has. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
UNKNOWN: Final = "unknown"
# More proxies than this stand in front of nobody; the rest of the header was made up.
_MOST_HOPS: Final = 20


def networks(text: str) -> tuple[Network, ...]:
    """`127.0.0.1, 10.0.0.0/8, ::1` as networks. Raises ValueError that names what is not one."""
    found = []
    for part in (each.strip() for each in text.split(",")):
        if part:
            try:
                found.append(ipaddress.ip_network(part, strict=False))
            except ValueError:
                raise ValueError(
                    f"{part!r} is not a network address such as 127.0.0.1 or 10.0.0.0/8"
                ) from None
    return tuple(found)


def is_in(address: Address, among: Iterable[Network]) -> bool:
    """Whether an address lies in one of the networks."""
    return any(address.version == each.version and address in each for each in among)


def caller_address(
    peer: str | None, headers: Iterable[tuple[bytes, bytes]], trusted: tuple[Network, ...]
) -> tuple[Address | None, bool]:
    """The address that asks, and whether a proxy that nobody trusts claims to ask for somebody else.

    `X-Forwarded-For` is read from its end, as far as every hop is a trusted proxy; what stands before is untrusted_proxy.
    """
    address = parsed_address(peer or "")
    forwarded = [value for name, value in headers if name == b"x-forwarded-for"]
    if not forwarded or address is None:
        return address, False
    if not is_in(address, trusted):
        return address, True
    hops = b",".join(forwarded).decode("latin-1").split(",")[-_MOST_HOPS:]
    for hop in reversed(hops):
        found = parsed_address(hop.strip())
        if found is None:
            break
        address = found
        if not is_in(address, trusted):
            break
    return address, False


@lru_cache(maxsize=4_096)
def rate_limit_key(address: Address | None) -> str:
    """What limits count by: an IPv4 address, the /64 of an IPv6 one."""
    if address is None:
        return UNKNOWN
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is of this machine alone."""
    address = parsed_address(host)
    return host == "localhost" if address is None else address.is_loopback


@lru_cache(maxsize=4_096)
def parsed_address(text: str) -> Address | None:
    """An address with or without a port; one of IPv4 in the clothes of IPv6 as what it is."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if isinstance(mapped, ipaddress.IPv4Address) else address
