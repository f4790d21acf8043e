"""Who asks: through trusted proxies, by rate_limit_key, and never by what a stranger claims."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.client_address import caller_address, networks, rate_limit_key

PROXIES = networks("10.0.0.0/8, 127.0.0.1, ::1")


def asked(peer: str, *forwarded: str, trusted=PROXIES) -> tuple[str, bool]:
    headers = [(b"x-forwarded-for", each.encode("latin-1")) for each in forwarded]
    address, untrusted_proxy = caller_address(peer, headers, trusted)
    return str(address), untrusted_proxy


@pytest.mark.parametrize(
    ("peer", "forwarded", "who"),
    [
        ("203.0.113.7", (), "203.0.113.7"),
        ("203.0.113.7", ("127.0.0.1",), "203.0.113.7"),
        ("127.0.0.1", ("198.51.100.9",), "198.51.100.9"),
        ("127.0.0.1", ("8.8.8.8, 198.51.100.9, 10.1.2.3",), "198.51.100.9"),
        ("127.0.0.1", ("8.8.8.8", "198.51.100.9"), "198.51.100.9"),
        ("127.0.0.1", ("198.51.100.9:4711",), "198.51.100.9"),
        ("127.0.0.1", ("[2001:db8::1]:4711",), "2001:db8::1"),
        ("127.0.0.1", ("junk",), "127.0.0.1"),
        ("::ffff:203.0.113.7", (), "203.0.113.7"),
        ("not an address", ("198.51.100.9",), "None"),
    ],
)
def test_the_last_address_that_no_trusted_proxy_has_is_who_asks(peer, forwarded, who):
    assert asked(peer, *forwarded)[0] == who


def test_a_claim_that_nobody_trusts_is_noticed():
    assert asked("203.0.113.7", "127.0.0.1")[1] is True
    assert asked("127.0.0.1", "198.51.100.9")[1] is False
    assert asked("127.0.0.1", "198.51.100.9", trusted=())[1] is True


def test_a_household_has_one_address_of_ipv4_and_a_64_of_ipv6():
    assert rate_limit_key(ipaddress.ip_address("203.0.113.7")) == "203.0.113.7"
    one, other = (ipaddress.ip_address(each) for each in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"))
    assert rate_limit_key(one) == rate_limit_key(other) == "2001:db8:1:2::/64"
    assert rate_limit_key(ipaddress.ip_address("2001:db8:1:3::1")) != rate_limit_key(one)
    assert rate_limit_key(None) == "unknown"


@given(st.text(), st.lists(st.text(alphabet=st.characters(max_codepoint=255))))
def test_no_header_makes_it_fail(peer, forwarded):
    asked(peer, *forwarded)


@given(st.ip_addresses(), st.ip_addresses())
def test_a_stranger_is_who_they_are_whatever_they_claim(peer, claimed):
    if not any(peer in each for each in PROXIES if each.version == peer.version) and not getattr(
        peer, "ipv4_mapped", None
    ):
        assert asked(str(peer), str(claimed))[0] == str(peer)


def test_what_is_no_network_is_named():
    with pytest.raises(ValueError, match="'home' is not a network address"):
        networks("127.0.0.1, home")
