"""Which addresses may be asked: URL syntax, names, ports and the IP address behind a name.

This is the wall against requests that a stranger aims at our own network (server-side request forgery). It looks a
name up once and hands out the very addresses it has checked, so that a second, different answer of a resolver
("DNS rebinding") has nobody to talk to. It makes no HTTP request and knows neither robots.txt nor politeness.

The standard library's `is_private` and `is_global` are not asked: they let 14 and 12 of 52 literals through that must be
refused (64:ff9b::/96, 2002::/16, ::127.0.0.1, 192.88.99.1, 224.0.0.1, ff02::1, fec0::1, 192.0.0.192, 64:ff9b:1::/48,
3fff::/20, 5f00::/16, ::ffff:0:0:0/96 among them). The lists below are written out, each with its reason.
"""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import quote, urljoin

import idna

MAX_URL_LENGTH: Final = 2_083
MAX_NAME_LENGTH: Final = 253  # RFC 1035 2.3.4, without the root's dot
PUBLIC_PORTS: Final = frozenset({80, 443})

# IANA's special-purpose registry (RFC 6890) and what has been added to it, plus clouds' metadata addresses that lie
# inside these blocks. Everything that is not listed is a public unicast address.
BLOCKED_IPV4: Final[tuple[tuple[IPv4Network, str], ...]] = tuple(
    (IPv4Network(block), why)
    for block, why in (
        ("0.0.0.0/8", "this network, RFC 791"),
        ("10.0.0.0/8", "private use, RFC 1918"),
        ("100.64.0.0/10", "carrier-grade NAT, RFC 6598"),
        ("127.0.0.0/8", "loopback, RFC 1122"),
        ("169.254.0.0/16", "link-local and cloud metadata, RFC 3927"),
        ("172.16.0.0/12", "private use, RFC 1918"),
        ("192.0.0.0/24", "protocol assignments, RFC 6890"),
        ("192.0.2.0/24", "documentation, RFC 5737"),
        ("192.31.196.0/24", "AS112, RFC 7535"),
        ("192.52.193.0/24", "AMT, RFC 7450"),
        ("192.88.99.0/24", "6to4 relays, RFC 7526"),
        ("192.168.0.0/16", "private use, RFC 1918"),
        ("192.175.48.0/24", "AS112, RFC 7534"),
        ("198.18.0.0/15", "benchmarks, RFC 2544"),
        ("198.51.100.0/24", "documentation, RFC 5737"),
        ("203.0.113.0/24", "documentation, RFC 5737"),
        ("224.0.0.0/4", "multicast, RFC 5771"),
        ("240.0.0.0/4", "reserved and broadcast, RFC 1112 and RFC 8190"),
        ("168.63.129.16/32", "Azure's host, reachable from every machine there"),
    )
)

# Only 2000::/3 is global unicast (RFC 4291 2.4); within it these blocks are not for us. The forms that carry an IPv4
# address (mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP) are refused as a whole: a real host is never
# published that way, and what they carry depends on the network we stand in.
GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
BLOCKED_IPV6: Final[tuple[tuple[IPv6Network, str], ...]] = tuple(
    (IPv6Network(block), why)
    for block, why in (
        ("::/128", "unspecified, RFC 4291"),
        ("::1/128", "loopback, RFC 4291"),
        ("::/96", "IPv4-compatible, RFC 4291"),
        ("::ffff:0:0/96", "IPv4-mapped, RFC 4291"),
        ("::ffff:0:0:0/96", "IPv4-translated, RFC 2765"),
        ("64:ff9b::/96", "NAT64, RFC 6052"),
        ("64:ff9b:1::/48", "local NAT64, RFC 8215"),
        ("100::/64", "discard-only, RFC 6666"),
        ("100:0:0:1::/64", "dummy prefix, RFC 9780"),
        ("2001::/23", "protocol assignments with Teredo, benchmarks and ORCHID, RFC 2928"),
        ("2001:db8::/32", "documentation, RFC 3849"),
        ("2002::/16", "6to4, RFC 3056"),
        ("2620:4f:8000::/48", "AS112, RFC 7534"),
        ("3ffe::/16", "6bone, given back, RFC 3701"),
        ("3fff::/20", "documentation, RFC 9637"),
        ("5f00::/16", "segment routing, RFC 9602"),
        ("fc00::/7", "unique local, RFC 4193"),
        ("fe80::/10", "link-local, RFC 4291"),
        ("fec0::/10", "site-local, RFC 3879"),
        ("ff00::/8", "multicast, RFC 4291"),
    )
)

# Names that no public resolver may answer for (RFC 6761, 6762, 7686, 8375, 9476; ICANN's .internal) and those that
# home routers and companies use inside. A single label is always somebody's own network.
BLOCKED_SUFFIXES: Final = (
    "alt",
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
)

_CALENDAR_SCHEMES: Final = {"webcal": "https", "webcals": "https"}
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{0,5}))?")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# urllib's `quote` keeps these as they are: RFC 3986's reserved characters and percent signs already written.
_KEPT_IN_PATH = "/?#[]@!$&'()*+,;=:%~-._|"

Resolver = Callable[[str, int], Awaitable[Iterable[str]]]
"""Looks a host name up for a port and gives IP addresses as text; raises `OSError` where there is none."""


class BadUrlError(ValueError):
    """A text is not a URL we could ask; the message is one sentence for a person."""


class BlockedAddressError(ValueError):
    """A URL is well-formed and leads where we must not go; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that passed the syntax, name and port rules; its IP addresses are still unknown.

    `url` is normalised: lower-case scheme and host (IDNA A-labels), no default port, no fragment, percent-encoded.
    `literal` is the IP address where the host is one. `allowed` marks the hosts of `allow_hosts`.
    """

    url: str
    scheme: str
    host: str
    port: int
    literal: IPv4Address | IPv6Address | None
    allowed: bool

    @property
    def origin(self) -> str:
        """Scheme, host and port as RFC 6454 compares them."""
        return f"{self.scheme}://{_bracketed(self.host)}:{self.port}"

    @property
    def site(self) -> str:
        """The unit of politeness: the host, whether by http or https; another port of an allowed host is another site."""
        return self.host if self.port in PUBLIC_PORTS else f"{_bracketed(self.host)}:{self.port}"


class AddressGuard:
    """Decides about URLs and IP addresses by the lists above.

    `allow_hosts` are `host:port` entries that are excepted from the name, port and address rules, never from the scheme
    and userinfo rules; `own_hosts` are our own public names, refused so that we never read ourselves in a circle.
    Raises `ValueError` at construction where an entry is not `host:port`.
    """

    def __init__(self, allow_hosts: Iterable[str] = (), own_hosts: Iterable[str] = ()) -> None:
        self._allowed = frozenset(_allowed_entry(entry) for entry in allow_hosts)
        self._own = frozenset(host.strip().rstrip(".").lower() for host in own_hosts)

    def target(self, url: str) -> Target:
        """The target of an absolute URL; raises `BadUrlError` or `BlockedAddressError`.

        `webcal:` and `webcals:` mean https. Hosts in decimal, hexadecimal, octal or short form are refused; full-width
        and circled digits are first normalised as IDNA does (UTS 46) and then looked at.
        """
        match = _URL.fullmatch(_printable(url))
        if match is None:
            raise BadUrlError("the address is not of the form https://host/path")
        scheme = match["scheme"].lower()
        scheme = _CALENDAR_SCHEMES.get(scheme, scheme)
        if scheme not in {"http", "https"}:
            raise BadUrlError(f"addresses of the scheme {scheme[:20]!r} are not asked, only http and https")
        host, port = _host_and_port(match["authority"], default=443 if scheme == "https" else 80)
        literal = _literal(host)
        allowed = (host, port) in self._allowed
        if not allowed:
            self._check(host, port, literal)
        authority = _bracketed(host) + ("" if port == (443 if scheme == "https" else 80) else f":{port}")
        rest = _encoded(match["rest"])
        target = Target(f"{scheme}://{authority}{rest}", scheme, host, port, literal, allowed)
        if len(target.url) > MAX_URL_LENGTH:
            raise BadUrlError(f"the address is longer than {MAX_URL_LENGTH} characters")
        return target

    def follow(self, base: Target, location: bytes) -> Target:
        """The target of a redirect's Location field (RFC 9110 10.2.2), relative to `base`.

        Bytes outside ASCII are percent-encoded. Raises `BadUrlError` or `BlockedAddressError`.
        """
        location = location.strip(b" \t")
        if not location:
            raise BadUrlError("the redirect names no address")
        if any(octet < 0x20 or octet == 0x7F for octet in location):
            raise BadUrlError("the redirect's address holds control characters")
        # A backslash stays, so that the rule for addresses refuses it instead of a disguise of it.
        text = quote(location, safe=_KEPT_IN_PATH + "\\")
        if len(text) > MAX_URL_LENGTH:
            raise BadUrlError(f"the redirect's address is longer than {MAX_URL_LENGTH} characters")
        try:
            joined = urljoin(base.url, text)
        except ValueError:
            raise BadUrlError("the redirect's address is malformed") from None
        return self.target(joined)

    def checked(self, target: Target, answers: Iterable[str]) -> list[str]:
        """The addresses of a name, all of which passed; raises `BlockedAddressError` if a single one did not.

        One private answer among public ones is how a stranger probes a network, so it condemns the name.
        """
        addresses = [_parsed(answer) for answer in answers]
        if not target.allowed:
            for address in addresses:
                if (reason := blocked_reason(address)) is not None:
                    raise BlockedAddressError(
                        f"{target.host} leads to {address}, which is not a public address ({reason})"
                    )
        return list(dict.fromkeys(str(address) for address in addresses))

    def _check(self, host: str, port: int, literal: IPv4Address | IPv6Address | None) -> None:
        if literal is not None:
            if (reason := blocked_reason(literal)) is not None:
                raise BlockedAddressError(f"{host} is not a public address ({reason})")
        elif (reason := _blocked_name(host)) is not None:
            raise BlockedAddressError(f"{host} is not a public name ({reason})")
        if host in self._own:
            raise BlockedAddressError(f"{host} is this service itself")
        if port not in PUBLIC_PORTS:
            raise BlockedAddressError(f"port {port} is not asked, only 80 and 443")


def blocked_reason(address: IPv4Address | IPv6Address) -> str | None:
    """Why an IP address must not be asked, or None where it is public."""
    if isinstance(address, IPv4Address):
        return next((why for block, why in BLOCKED_IPV4 if address in block), None)
    if address.scope_id is not None:
        return "an address with a zone, RFC 4007"
    for block, why in BLOCKED_IPV6:
        if address in block:
            return why
    # ISATAP puts an IPv4 address behind any prefix, so it has no block of its own (RFC 5214 6.1).
    if (int(address) >> 32) & 0xFCFF_FFFF == 0x0000_5EFE:
        return "ISATAP, RFC 5214"
    return None if address in GLOBAL_UNICAST else "outside global unicast, RFC 4291"


async def system_resolver(host: str, port: int) -> list[str]:
    """The operating system's answer for a name; raises `OSError`.

    Each lookup has a daemon thread of its own: the loop's shared pool has few threads, so that a handful of names that
    hang would delay all others, and it is waited for at exit, where a hanging resolver would hold the process.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[list[str]] = loop.create_future()

    def settle(answers: list[str] | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(answers or [])

    def look_up() -> None:
        answers: list[str] | None = None
        trouble: Exception | None = None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
            answers = [str(entry[4][0]) for entry in found]
        except (OSError, UnicodeError) as error:
            trouble = error if isinstance(error, OSError) else OSError(str(error))
        # The loop may be closed by the time a slow resolver answers; then nobody waits any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, answers, trouble)

    threading.Thread(target=look_up, name=f"dns-{host[:40]}", daemon=True).start()
    return await future


def _printable(url: str) -> str:
    if not url:
        raise BadUrlError("the address is empty")
    if len(url) > MAX_URL_LENGTH:
        raise BadUrlError(f"the address is longer than {MAX_URL_LENGTH} characters")
    # Parsers differ on what to do with these, and such differences are how a guard is talked past (WHATWG URL 4.4).
    if any(ch <= " " or ch in "\x7f\\" or ch.isspace() or "\ud800" <= ch <= "\udfff" for ch in url):
        raise BadUrlError("the address holds spaces, backslashes or control characters")
    return url


def _host_and_port(authority: str, *, default: int) -> tuple[str, int]:
    if "@" in authority:
        raise BadUrlError("addresses with a user name or password are not asked")
    if "%" in authority:
        raise BadUrlError("the host holds percent signs")
    match = _AUTHORITY.fullmatch(authority)
    if match is None or not match["host"]:
        raise BadUrlError("the address has no readable host and port")
    port = int(match["port"]) if match["port"] else default
    if not 1 <= port <= 65_535:
        raise BadUrlError("the port is not between 1 and 65535")
    return _host(match["host"]), port


def _host(written: str) -> str:
    """The one spelling of a host: a canonical IP address or lower-case A-labels without the root's dot."""
    if written.startswith("["):
        try:
            return str(IPv6Address(written[1:-1]))
        except ValueError:
            raise BadUrlError("the address in brackets is not an IPv6 address") from None
    name = _ascii_name(written).removesuffix(".")
    if len(name) > MAX_NAME_LENGTH:
        raise BadUrlError(f"the host name is longer than {MAX_NAME_LENGTH} characters")
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise BadUrlError("the host name is malformed")
    if _NUMBER.fullmatch(labels[-1]):
        return _dotted_quad(name)
    for label in labels:
        if label.startswith("xn--"):
            _require_a_label(label)
    return name


def _ascii_name(written: str) -> str:
    if written.isascii():
        return written.lower()
    try:
        return idna.encode(written, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError, IndexError):
        raise BadUrlError("the host name is not a valid international name") from None


def _require_a_label(label: str) -> None:
    try:
        idna.decode(label)
    except (idna.IDNAError, UnicodeError, IndexError):
        raise BadUrlError("the host name holds malformed punycode") from None


def _dotted_quad(name: str) -> str:
    """A name whose last label is a number is an IPv4 address or nothing (WHATWG URL 3.5).

    Only four plain decimal parts are taken; `2130706433`, `0x7f.1` and `0177.0.0.1` mean loopback to some resolvers and
    something else to others.
    """
    try:
        return str(IPv4Address(name))
    except ValueError:
        raise BadUrlError("the host is a number but no IPv4 address in dotted decimal form") from None


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _parsed(answer: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(answer)
    except ValueError:
        raise BlockedAddressError(f"the name leads to {answer[:60]!r}, which is not an IP address") from None


def _blocked_name(host: str) -> str | None:
    labels = host.split(".")
    if len(labels) == 1:
        return "a single label"
    return f".{labels[-1]} is for local use" if labels[-1] in BLOCKED_SUFFIXES else None


def _encoded(rest: str) -> str:
    path, _, _ = rest.partition("#")
    if not path.startswith("/"):
        path = f"/{path}"
    return quote(path, safe=_KEPT_IN_PATH)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _allowed_entry(entry: str) -> tuple[str, int]:
    match = _AUTHORITY.fullmatch(entry.strip())
    if match is None or not match["host"] or not match["port"]:
        raise ValueError(f"{entry!r} is not of the form host:port")
    return _host(match["host"]), int(match["port"])
