"""Redirects, the addresses that may be connected to, TLS, and posts."""

from __future__ import annotations

import asyncio
import socket

import pytest

from scrapers.http.client import Failure, PoliteClient, Response
from tests.scrapers.http.polite_client import (
    AGENT,
    GOOD,
    ICS,
    Clock,
    fetched,
    outcome,
    polite,
    posted,
    robots_txt,
)
from tests.scrapers.servers import answer, redirect, serving, trusting_context


def test_redirects_are_followed_five_deep_and_no_deeper():
    def chain(length):
        return {f"/h{n}": redirect(f"h{n + 1}") for n in range(length)} | {f"/h{length}": GOOD}

    got, server = fetched(chain(5), "/h0")
    assert got.outcome == "ok"
    assert got.url == server.url("/h5")
    assert got.requested_url == server.url("/h0")
    assert outcome(chain(6), "/h0") == "too_many_redirects"


def test_redirects_in_a_circle_are_named():
    assert outcome({"/x": redirect("/x")}) == "redirect_loop"
    assert outcome({"/x": redirect("/y"), "/y": redirect("/x#again")}) == "redirect_loop"


def test_only_the_leading_permanent_redirects_are_reported_as_a_new_address():
    routes = {
        "/a": redirect("/b", "301 Moved"),
        "/b": redirect("/c", "308 Moved"),
        "/c": redirect("/d"),
        "/d": GOOD,
    }
    got, server = fetched(routes, "/a")
    assert got.redirected_permanently_to == server.url("/c")
    got, _ = fetched(routes, "/c")
    assert got.redirected_permanently_to is None


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("file:///etc/passwd", "bad_redirect"),
        ("gopher://127.0.0.1:25/", "bad_redirect"),
        ("data:text/plain,x", "bad_redirect"),
        ("", "bad_redirect"),
        ("   ", "bad_redirect"),
        ("http://user:pw@example.org/", "bad_redirect"),
        ("http://example.org\\@127.0.0.1/", "bad_redirect"),
        ("http://example.org/" + "a" * 9_000, "bad_redirect"),
        ("http://169.254.169.254/latest/meta-data/", "blocked_address"),
        ("http://127.0.0.1:22/", "blocked_address"),
        ("http://[::1]/", "blocked_address"),
        ("http://localhost/", "blocked_address"),
        ("http://2130706433/", "bad_redirect"),
    ],
)
def test_a_redirect_to_where_we_must_not_go_is_not_followed(location, expected):
    assert outcome({"/x": redirect(location)}) == expected


def test_a_redirect_without_location_is_a_failure():
    assert outcome({"/x": answer(status="302 Found")}) == "bad_redirect"


def test_bytes_in_a_location_are_percent_encoded():
    got, server = fetched({"/x": redirect(b"/caf\xc3\xa9/\xff"), "/caf%C3%A9/%FF": GOOD})
    assert got.url == server.url("/caf%C3%A9/%FF")


def test_the_body_of_a_redirect_is_never_read():
    async def bomb(writer, seen):
        writer.write(
            b"HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Encoding: gzip\r\nContent-Length: 99999999\r\n\r\n"
        )
        await writer.drain()
        await asyncio.sleep(30)

    assert outcome({"/x": bomb, "/y": GOOD}) == "ok"


def test_keys_stay_with_their_origin_and_travel_within_it():
    async def go():
        async with serving({"/y": GOOD}) as second:
            routes = {"/a": redirect("/b"), "/b": redirect(second.url("/y"))}
            async with serving(routes) as first, polite(first, second) as client:
                keys = {"Authorization": "Bearer secret", "X-Api-Key": "secret", "Accept-Language": "en"}
                await client.get(first.url("/a"), headers=keys)
            return first.seen, second.seen

    first, second = asyncio.run(go())
    asked = {seen.path: seen.headers for seen in first}
    assert asked["/a"]["authorization"] == asked["/b"]["authorization"] == b"Bearer secret"
    assert "authorization" not in asked["/robots.txt"]
    assert all("authorization" not in seen.headers and "x-api-key" not in seen.headers for seen in second)
    assert second[-1].headers["accept-language"] == b"en"
    assert not any(b"secret" in value for seen in second for value in seen.headers.values())


def resolving(*answers: list[str]):
    """A resolver that gives these answers in turn, the last one for ever, and counts."""
    asked = []

    async def resolver(host, port):
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    resolver.asked = asked
    return resolver


def test_a_private_address_is_never_connected_to_without_allow_hosts():
    async def go():
        clock = Clock()
        given = {"resolver": resolving(["127.0.0.1"]), "clock": clock, "sleep": clock.sleep}
        async with (
            serving({"/x": GOOD}) as server,
            PoliteClient(user_agent=AGENT, **given) as client,
        ):
            direct = await client.get(server.url("/x"))
            named = await client.get("http://feeds.example/x")
            posted = await client.post("http://feeds.example/x", json={})
        return [direct.outcome, named.outcome, posted.outcome], server.seen

    outcomes, seen = asyncio.run(go())
    assert outcomes == ["blocked_address"] * 3
    assert seen == []


def test_one_private_answer_among_public_ones_blocks_the_name():
    async def go():
        resolver = resolving(["93.184.216.34", "10.0.0.1"])
        async with PoliteClient(user_agent=AGENT, resolver=resolver) as client:
            return await client.get("https://mixed.example/")

    got = asyncio.run(go())
    assert got.outcome == "blocked_address"
    assert "10.0.0.1" in got.detail


def test_the_connection_goes_to_the_checked_address_whatever_the_resolver_says_later():
    async def go():
        async with serving({"/x": answer(b"canary")}) as canary, serving({"/x": GOOD}) as server:
            del canary
            host_port = f"feeds.example:{server.port}"
            resolver = resolving(["127.0.0.1"])
            async with polite(allow_hosts=(host_port,), resolver=resolver) as client:
                got = await client.get(f"http://{host_port}/x")
            return got, resolver.asked, server.last().headers["host"], host_port

    got, asked, host, host_port = asyncio.run(go())
    assert got.body == ICS
    assert asked == [
        "feeds.example",
        "feeds.example",
    ]  # once for robots.txt, once for the page; never per connection
    assert host == host_port.encode()


def test_our_own_host_is_not_read_in_a_circle():
    async def go():
        async with polite(own_hosts=("events.example",), resolver=resolving(["93.184.216.34"])) as client:
            return await client.get("https://events.example/v1/events.ics")

    assert asyncio.run(go()).outcome == "blocked_address"


def test_the_second_address_of_a_name_is_tried_where_the_first_refuses():
    async def go():
        async with serving({"/x": GOOD}) as server:
            host_port = f"feeds.example:{server.port}"
            resolver = resolving(["::1", "127.0.0.1"])
            async with polite(allow_hosts=(host_port,), resolver=resolver) as client:
                return await client.get(f"http://{host_port}/x")

    assert asyncio.run(go()).outcome == "ok"


@pytest.mark.parametrize(
    "url", ["", "x", "ftp://example.org/", "http://u@example.org/", "http://a b/", 5, None, b"http://x/"]
)
def test_a_bad_address_is_a_failure_and_no_exception(url):
    async def go():
        async with polite() as client:
            return await client.get(url), await client.post(url, json={})

    for got in asyncio.run(go()):
        assert isinstance(got, Failure)


def failing(resolver, **options):
    async def go():
        async with PoliteClient(user_agent=AGENT, resolver=resolver, **options) as client:
            return await client.get("https://groups.example/x")

    return asyncio.run(go())


def test_a_name_that_does_not_resolve_is_unreachable():
    async def unknown(host, port):
        raise socket.gaierror(-2, "Name or service not known")

    got = failing(unknown)
    assert (got.outcome, got.unreachable) == ("dns", True)


def test_a_resolver_that_hangs_is_given_up():
    async def hanging(host, port):
        await asyncio.sleep(60)
        return []

    got = failing(hanging, dns_timeout=0.1)
    assert (got.outcome, got.unreachable) == ("dns", True)


def test_a_name_without_addresses_is_unreachable():
    assert failing(resolving([])).unreachable


def test_a_closed_port_is_unreachable():
    async def go():
        async with serving({}) as server:
            pass
        async with polite(server) as client:
            return await client.get(server.url("/x")), await client.post(server.url("/x"), json={})

    for got in asyncio.run(go()):
        assert (got.outcome, got.unreachable) == ("connect", True)


def test_the_other_sources_of_a_dead_host_learn_of_it_without_asking():
    async def go():
        resolver = resolving([])
        async with polite(resolver=resolver) as client:
            got = await asyncio.gather(*(client.get(f"https://groups.example/{n}") for n in range(20)))
        return {each.outcome for each in got}, len(resolver.asked)

    assert asyncio.run(go()) == ({"dns"}, 1)


def over_tls(name="feeds.example", **options):
    async def go():
        async with serving({"/x": GOOD}, tls=True) as server:
            host_port = f"{name}:{server.port}"
            given = {"allow_hosts": (host_port,), "resolver": resolving(["127.0.0.1"])} | options
            async with polite(**given) as client:
                return await client.get(f"https://{host_port}/x"), server

    return asyncio.run(go())


def test_tls_keeps_the_name_of_the_url_over_the_pinned_address():
    got, server = over_tls(ssl_context=trusting_context())
    assert got.body == ICS
    assert set(server.server_names) == {"feeds.example"}
    assert server.last().headers["host"].startswith(b"feeds.example:")


def test_a_certificate_that_nobody_signed_is_refused():
    got, server = over_tls()
    assert (got.outcome, got.unreachable) == ("tls", False)
    assert "self-signed" in got.detail
    assert server.seen == []


def test_a_certificate_for_another_name_is_refused():
    got, server = over_tls("other.example", ssl_context=trusting_context())
    assert got.outcome == "tls"
    assert server.seen == []


def test_a_server_without_tls_is_refused():
    async def go():
        async with serving({}) as server, polite(server, connect_timeout=0.2) as client:
            return await client.get(f"https://{server.host_port}/x")

    assert asyncio.run(go()).outcome == "tls"


def test_a_redirect_from_https_to_http_is_refused():
    async def go():
        async with (
            serving({"/x": GOOD}) as plain,
            serving({"/x": redirect(plain.url("/x"))}, tls=True) as server,
        ):
            host_port = f"feeds.example:{server.port}"
            given = {"allow_hosts": (host_port, plain.host_port), "resolver": resolving(["127.0.0.1"])}
            async with polite(**given, ssl_context=trusting_context()) as client:
                return await client.get(f"https://{host_port}/x"), plain.seen

    got, seen = asyncio.run(go())
    assert got.outcome == "bad_redirect"
    assert seen == []


def test_a_post_sends_json_and_does_not_ask_robots_txt():
    got, server = posted(
        {"/robots.txt": robots_txt("User-agent: *\nDisallow: /"), "/graphql": answer(b'{"data":1}')}
    )
    assert got.body == b'{"data":1}'
    assert [seen.path for seen in server.seen] == ["/graphql"]
    assert server.last().body == '{"query":"{ é }"}'.encode()
    assert server.last().headers["content-type"] == b"application/json"
    assert server.last().headers["accept"] == b"application/json"


def test_a_post_of_bytes_sends_exactly_them():
    _, server = posted(
        {"/graphql": answer(status="204 No Content")}, json=b'{ "a":1}', headers={"X-Signature": "s"}
    )
    assert server.last().body == b'{ "a":1}'
    assert server.last().headers["x-signature"] == b"s"


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content"])
def test_any_success_of_a_post_is_a_response(status):
    assert isinstance(posted({"/graphql": answer(status=status)})[0], Response)


def test_a_post_is_not_redirected():
    got, server = posted({"/graphql": redirect("/other", "307 Temporary")})
    assert got.outcome == "bad_redirect"
    assert server.paths == ["/graphql"]


def test_a_post_that_no_json_can_say_is_a_failure():
    assert isinstance(posted({}, json={"a": float("nan")})[0], Failure)
    assert isinstance(posted({}, json=object())[0], Failure)
