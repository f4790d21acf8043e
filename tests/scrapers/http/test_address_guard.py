"""Which addresses may be asked: URL syntax, names, ports and IP addresses."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.http.address_guard import (
    AddressGuard,
    BadUrlError,
    BlockedAddressError,
    blocked_reason,
    system_resolver,
)

GUARD = AddressGuard()


def words(table: str) -> list[str]:
    return table.split()


BLOCKED_V4 = words("""
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254
    168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1
    192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255
    198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
""")
PUBLIC_V4 = words("""
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 93.184.216.34 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1
    169.253.255.255 169.255.0.1 172.15.255.255 172.32.0.1 191.255.255.255 192.0.1.1 192.167.255.255 192.169.0.1
    198.17.255.255 198.20.0.1 223.255.255.255
""")
BLOCKED_V6 = words("""
    :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe
    64:ff9b:1::7f00:1 100::1 100:0:0:1::1 2001::1 2001:0:7f00:1:: 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
    2002:7f00:1:: 2002:808:808:: 2620:4f:8000::1 3ffe::1 3fff::1 3fff:fff::1 4000::1 5f00::1 8000::1 fc00::1
    fd00:ec2::254 fdff::1 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 ff0e::1 1::1
    2606:4700::5efe:7f00:1 2606:4700::200:5efe:808:808
""")
PUBLIC_V6 = words("""
    2001:4860:4860::8888 2606:4700:4700::1111 2606:2800:220:1:248:1893:25c8:1946 2a00:1450::1 2400:cb00::1 2003::1
    3ff0::1
""")


@pytest.mark.parametrize("address", BLOCKED_V4 + BLOCKED_V6)
def test_an_address_that_is_not_public_is_refused_with_its_reason(address):
    assert blocked_reason(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC_V4 + PUBLIC_V6)
def test_a_public_address_passes(address):
    assert blocked_reason(ip_address(address)) is None


@pytest.mark.parametrize("address", BLOCKED_V4)
def test_no_ipv6_form_carries_a_private_ipv4_address_past_the_list(address):
    value = int(ip_address(address))
    carriers = [value, 0xFFFF << 32 | value, 0xFFFF << 48 | value, 0x64FF9B << 96 | value]
    carriers += [0x2002 << 112 | value << 80, 0x20010000 << 96 | value ^ 0xFFFFFFFF]
    for carrier in carriers:
        assert blocked_reason(ip_address(carrier.to_bytes(16, "big")))


@pytest.mark.parametrize(
    "url",
    words("""
    http://127.0.0.1/ http://localhost/ http://LOCALHOST./ http://foo.localhost/ http://ip6-localhost/
    http://127.0.0.1./ http://①②⑦.⓪.⓪.①/ http://１２７.０.０.１/ http://127。0。0。1/ http://ⓛocalhost/ http://[::1]/
    http://[0:0:0:0:0:0:0:1]/ http://[::ffff:7f00:1]/ http://metadata/ http://metadata.google.internal/
    http://printer.local/ http://router.lan/ http://x.home.arpa/ http://1.0.0.127.in-addr.arpa/ http://example.onion/
    http://example.org:22/ http://example.org:25/ http://example.org:6379/ http://example.org:8080/
    """),
)
def test_hosts_and_ports_inside_are_blocked_before_any_lookup(url):
    with pytest.raises(BlockedAddressError):
        GUARD.target(url)


@pytest.mark.parametrize(
    "url",
    [
        *words("""
        http://127.1/ http://2130706433/ http://0x7f000001/ http://0x7f.1/ http://0177.0.0.1/ http://017700000001/
        http://0/ http://1.2.3.4.5/ http://256.1.1.1/ http://1.2.3/ http://010.8.8.8/ http://0x/ http://example.0x7f/
        file:///etc/passwd FILE:///etc/passwd ftp://example.org/x gopher://127.0.0.1:25/_x dict://127.0.0.1:11211/
        jar:http://x!/ data:text/calendar,BEGIN:VCALENDAR javascript:alert(1) blob:https://example.org/x //example.org/x
        example.org/x http:// http:///x http://? https:example.org http:/example.org/
        http://user:pass@example.org/ http://@example.org/ http://example.org@127.0.0.1/ http://127.0.0.1%2f@example.org/
        http://127.0.0.1%00.example.org/ http://example.org:0/ http://example.org:65536/ http://example.org:-80/
        http://example.org:80:80/ http://example.org:٨٠/ http://[::1/ http://[v1.x]/ http://[fe80::1%25eth0]/
        http://::1/ http://xn--/ http://xn--a/ http://-x.org/ http://x-.org/ http://a..org/ http://.org/ http://./
        http://exa℀mple.org/
        """),
        "",
        " http://example.org/",
        "http://example.org/ ",
        "http://example.org\t.evil/",
        "http://exa\nmple.org/",
        "http://example.org/a b",
        "http://example.org/\u00a0",
        "http://example.org/\x00",
        "http://example.org/\ud800",
        "http:\\\\127.0.0.1\\",
        "http://example.org\\@127.0.0.1/",
        "http://" + "a" * 64 + ".org/",
        "http://" + "a." * 127 + "org/",
        "http://example.org/" + "a" * 2_083,
        "http://example.org/" + "ü" * 500,
    ],
)
def test_what_is_no_plain_web_address_is_refused(url):
    with pytest.raises(BadUrlError):
        GUARD.target(url)


@pytest.mark.parametrize(
    ("url", "normalised"),
    [
        ("https://example.org/feed.ics", "https://example.org/feed.ics"),
        ("HTTP://EXAMPLE.org.:80", "http://example.org/"),
        ("https://example.org:443/x?y=z#part", "https://example.org/x?y=z"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("http://example.org?x", "http://example.org/?x"),
        ("https://bücher.example/é?q=ü", "https://xn--bcher-kva.example/%C3%A9?q=%C3%BC"),
        ("webcal://example.org/x.ics", "https://example.org/x.ics"),
        ("https://93.184.216.34/", "https://93.184.216.34/"),
        ("https://[2606:2800:220:1:0248:1893:25C8:1946]/", "https://[2606:2800:220:1:248:1893:25c8:1946]/"),
        ("http://example.org#@127.0.0.1/", "http://example.org/"),
        ("https://_dmarc.a_b.example/", "https://_dmarc.a_b.example/"),
        ("https://example.org/a%2Fb/%zz?a=[1]&b={2}", "https://example.org/a%2Fb/%zz?a=[1]&b=%7B2%7D"),
    ],
)
def test_a_good_address_has_one_spelling(url, normalised):
    assert GUARD.target(url).url == normalised
    assert GUARD.target(normalised).url == normalised


@given(
    st.text(max_size=60),
    st.sampled_from(["", "http://", "https://", "webcal://", "http://[", "http://127.0.0.1"]),
)
def test_no_text_makes_the_guard_raise_anything_else(text, prefix):
    try:
        target = GUARD.target(prefix + text)
    except (BadUrlError, BlockedAddressError):
        return
    assert target.url.isascii()
    assert GUARD.target(target.url).url == target.url


@given(st.binary(max_size=200))
def test_no_location_field_makes_the_guard_raise_anything_else(location):
    base = GUARD.target("https://example.org/a/b")
    with contextlib.suppress(BadUrlError, BlockedAddressError):
        GUARD.follow(base, location)


def test_locations_are_read_relative_to_where_they_stood():
    base = GUARD.target("https://example.org/a/b?c")
    assert GUARD.follow(base, b"d").url == "https://example.org/a/d"
    assert GUARD.follow(base, b"/d e").url == "https://example.org/d%20e"
    assert GUARD.follow(base, b"//other.example/x").url == "https://other.example/x"
    assert GUARD.follow(base, b"/caf\xc3\xa9/\xff").url == "https://example.org/caf%C3%A9/%FF"


def test_allow_hosts_lift_the_name_port_and_address_rules_for_exactly_one_port():
    guard = AddressGuard(("127.0.0.1:8199", "[::1]:8200", "Localhost:80"))
    assert guard.target("http://127.0.0.1:8199/x").allowed
    assert guard.target("http://[::1]:8200/x").allowed
    assert guard.target("http://localhost/x").allowed
    for url in ("http://127.0.0.1:8200/", "http://127.0.0.2:8199/", "http://localhost:81/"):
        with pytest.raises(BlockedAddressError):
            guard.target(url)
    with pytest.raises(BadUrlError):
        guard.target("http://user@127.0.0.1:8199/")


@pytest.mark.parametrize("entry", ["", "127.0.0.1", "localhost:", "http://127.0.0.1:80", "a b:80"])
def test_an_allow_hosts_entry_that_is_not_host_and_port_is_refused_at_once(entry):
    with pytest.raises(ValueError):
        AddressGuard((entry,))


def test_our_own_hosts_are_refused():
    guard = AddressGuard(own_hosts=("Events.example.org",))
    with pytest.raises(BlockedAddressError):
        guard.target("https://events.example.org/v1/events")


def test_one_private_answer_condemns_a_name():
    target = GUARD.target("https://mixed.example/")
    assert GUARD.checked(target, ["8.8.8.8", "2606:4700::1", "8.8.8.8"]) == ["8.8.8.8", "2606:4700::1"]
    for answers in (["8.8.8.8", "10.0.0.1"], ["::1"], ["fe80::1%eth0"], ["not an address"]):
        with pytest.raises(BlockedAddressError):
            GUARD.checked(target, answers)


def test_another_port_of_an_allowed_host_is_another_site_but_http_and_https_are_one():
    guard = AddressGuard(("127.0.0.1:1", "127.0.0.1:2"))
    assert guard.target("http://127.0.0.1:1/").site != guard.target("http://127.0.0.1:2/").site
    assert guard.target("http://example.org/").site == guard.target("https://example.org/").site


def test_the_system_resolver_answers_for_the_hosts_file():
    assert set(asyncio.run(system_resolver("localhost", 80))) <= {"127.0.0.1", "::1"}


def listed_urls() -> list[tuple[str, str]]:
    folder = os.environ.get("EVALUATION_DATA")
    if folder is None:
        return []
    lines = (Path(folder) / "hostile" / "lists" / "ssrf_urls.jsonl").read_text(encoding="utf-8").splitlines()
    return [(entry["url"], entry["expect"]) for entry in map(json.loads, lines)]


# What the names of the list lead to in its own words; everything else in it resolves to a public address.
ANSWERS = {
    "127.0.0.1.nip.io": ["127.0.0.1"],
    "mixed.example": ["93.184.216.34", "10.0.0.1"],
    "cname-to-localhost.example": ["127.0.0.1", "::1"],
    "rebind.example": ["10.0.0.1"],  # the second answer; that nobody asks a second time is the client's test
}


@pytest.mark.skipif("EVALUATION_DATA" not in os.environ, reason="skipped: EVALUATION_DATA is not set")
def test_every_url_of_the_hostile_list_gets_its_verdict():
    guard = AddressGuard(own_hosts=("self.our-own-host.example",))
    wrong = []
    for url, expected in listed_urls():
        try:
            target = guard.target(url)
            if target.literal is None:
                guard.checked(target, ANSWERS.get(target.host, ["93.184.216.34"]))
            verdict = "allow"
        except (BadUrlError, BlockedAddressError):
            verdict = "block"
        if verdict != expected:
            wrong.append((url[:80], expected))
    assert listed_urls()
    assert wrong == []
