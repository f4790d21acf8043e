"""PoliteClient against real servers on loopback: what is sent, what is waited for, what every bad answer becomes."""

from __future__ import annotations

import asyncio
import gzip

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.http import client as module
from scrapers.http.client import Failure, Response, Validators, user_agent
from tests.scrapers.http.polite_client import (
    AGENT,
    GOOD,
    ICS,
    Clock,
    fetched,
    outcome,
    polite,
    robots_txt,
)
from tests.scrapers.servers import answer, redirect, serving

# What is sent


def test_a_listing_comes_back_with_its_type_and_where_it_came_from():
    got, server = fetched({"/x": GOOD})
    assert isinstance(got, Response)
    assert (got.outcome, got.status, got.body, got.content_type) == ("ok", 200, ICS, "text/calendar")
    assert got.url == got.requested_url == server.url("/x")
    assert got.redirected_permanently_to is None


def test_a_request_is_honest_and_carries_no_cookie_and_no_referrer():
    _, server = fetched({"/x": GOOD})
    assert server.last().headers == {
        "host": server.host_port.encode(),
        "user-agent": AGENT.encode(),
        "accept": module.ACCEPT.encode(),
        "accept-encoding": b"gzip",
        "connection": b"close",
    }


def test_cookies_are_neither_kept_nor_sent():
    async def go():
        routes = {
            "/x": answer(ICS, set_cookie="id=1"),
            "/r": answer(status="302 Found", location="/x", set_cookie="id=2"),
        }
        async with serving(routes) as server, polite(server) as client:
            await client.get(server.url("/r"))
            await client.get(server.url("/x"), headers={"Cookie": "mine=1", "Referer": "http://a.example/"})
            return server

    server = asyncio.run(go())
    assert server.paths == ["/r", "/x", "/x"]
    assert all("cookie" not in seen.headers and "referer" not in seen.headers for seen in server.seen)


def test_a_header_that_would_smuggle_another_is_not_sent():
    got, server = fetched({"/x": GOOD}, get={"headers": {"X-Api-Key": "a\r\nEvil: 1"}})
    assert isinstance(got, Failure)
    assert server.paths == []


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert outcome({"/x": GOOD}) == "ok"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            ("1.2", "https://site.example/", "me@site.example"),
            "NextCircle/1.2 (+https://site.example/bot; me@site.example)",
        ),
        (("1.2", "", ""), "NextCircle/1.2 (+https://github.com/nextcircle/nextcircle/bot)"),
        (
            ("1\r\nX: y", None, "a) (b\r\nEvil: 1"),
            "NextCircle/1Xy (+https://github.com/nextcircle/nextcircle/bot; a bEvil: 1)",
        ),
    ],
)
def test_the_user_agent_names_us_our_page_and_a_contact(given, expected):
    assert user_agent(*given) == expected


# Validators


def test_validators_are_sent_back_byte_for_byte():
    sent = Validators('W/"a"b\xe9"', "yesterday, about noon")
    _, server = fetched({"/x": GOOD}, get={"validators": sent})
    assert server.last().headers["if-none-match"] == 'W/"a"b\xe9"'.encode("latin-1")
    assert server.last().headers["if-modified-since"] == b"yesterday, about noon"
    assert "if-none-match" not in server.seen[0].headers  # robots.txt


@settings(max_examples=40)
@given(st.binary(min_size=1, max_size=60).filter(lambda raw: not any(b < 0x21 or b == 0x7F for b in raw)))
def test_any_etag_survives_the_round_through_a_response_and_the_next_request(raw):
    async def respond(request):
        if request.url.path == "/robots.txt":
            return httpx.Response(404)
        received.append(dict(request.headers.raw).get(b"if-none-match"))
        return httpx.Response(200, headers=[(b"ETag", raw)], content=ICS)

    async def go():
        async with polite(transport=httpx.MockTransport(respond)) as client:
            first = await client.get("https://groups.example/x")
            await client.get("https://groups.example/x", validators=first.validators)

    received = []
    asyncio.run(go())
    assert received == [None, raw]


def test_new_validators_are_given_back_even_with_an_equal_body():
    got, _ = fetched(
        {"/x": answer(ICS, etag='"new"', last_modified="Fri, 02 Jan 2026 00:00:00 GMT")},
        get={"validators": Validators('"old"', "Fri, 02 Jan 2026 00:00:00 GMT")},
    )
    assert got.validators == Validators('"new"', "Fri, 02 Jan 2026 00:00:00 GMT")


def test_not_modified_merges_new_validators_into_the_stored_ones():
    got, _ = fetched(
        {"/x": answer(status="304 Not Modified", etag='"new"')},
        get={"validators": Validators('"old"', "then")},
    )
    assert got.not_modified
    assert got.outcome == "not_modified"
    assert got.body == b""
    assert got.validators == Validators('"new"', "then")


def test_not_modified_to_a_question_without_validators_is_a_failure():
    assert outcome({"/x": answer(status="304 Not Modified", etag='"a"')}) == "protocol"
    hostile = Validators("a\r\nX: y", "x" * 1_025)
    assert outcome({"/x": answer(status="304 Not Modified")}, get={"validators": hostile}) == "protocol"


def test_an_etag_over_1024_bytes_is_ignored_and_never_cut():
    got, _ = fetched({"/x": answer(ICS, etag='"' + "e" * 1_023 + '"', last_modified="then")})
    assert got.validators == Validators(None, "then")
    longest = '"' + "e" * 1_022 + '"'
    got, _ = fetched({"/x": answer(ICS, etag=longest)})
    assert got.validators.etag == longest


# robots.txt


def test_what_robots_txt_forbids_is_not_asked_for():
    routes = {"/robots.txt": robots_txt("User-agent: NextCircle\nDisallow: /x"), "/x": GOOD}
    got, server = fetched(routes)
    assert got.outcome == "robots_denied"
    assert got.status is None
    assert got.absent
    assert server.paths == []


def test_robots_txt_is_read_once_for_a_host_and_again_after_a_day():
    async def go():
        clock = Clock()
        async with serving({"/x": GOOD}) as server, polite(server, clock=clock, sleep=clock.sleep) as client:
            for _ in range(3):
                await client.get(server.url("/x"))
            clock.now += 24 * 3600
            await client.get(server.url("/x"))
            return [seen.path for seen in server.seen]

    assert asyncio.run(go()) == ["/robots.txt", "/x", "/x", "/x", "/robots.txt", "/x"]


@pytest.mark.parametrize("status", ["401 No", "403 No", "429 No", "500 No", "503 No"])
def test_a_refused_or_broken_robots_txt_forbids_the_host(status):
    got, server = fetched({"/robots.txt": answer(status=status), "/x": GOOD})
    assert got.outcome == "robots_denied"
    assert got.status == int(status[:3])
    assert not got.final
    assert server.paths == []


def test_a_robots_txt_that_breaks_off_forbids_the_host():
    routes = {"/robots.txt": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nUser-agent: *\n", "/x": GOOD}
    got, server = fetched(routes)
    assert got.outcome == "incomplete"
    assert got.detail.startswith("robots.txt could not be read")
    assert server.paths == []


def test_robots_txt_is_followed_over_five_redirects_and_taken_as_absent_beyond():
    def chain(length):
        hops = {f"/r{n}": redirect(f"/r{n + 1}") for n in range(1, length)}
        return {
            "/robots.txt": redirect("/r1"),
            **hops,
            f"/r{length}": robots_txt("User-agent: *\nDisallow: /"),
            "/x": GOOD,
        }

    assert outcome(chain(5)) == "robots_denied"
    assert outcome(chain(6)) == "ok"
    assert outcome({"/robots.txt": redirect("/robots.txt"), "/x": GOOD}) == "ok"


def test_only_the_first_500_kib_of_robots_txt_are_read():
    late = robots_txt("User-agent: *\n" + "# filler\n" * 66_000 + "Disallow: /x\n")
    assert outcome({"/robots.txt": late, "/x": GOOD}) == "ok"
    early = robots_txt("User-agent: *\nDisallow: /x\n" + "# filler\n" * 66_000)
    assert outcome({"/robots.txt": early, "/x": GOOD}) == "robots_denied"
    packed = answer(
        gzip.compress(b"User-agent: *\nDisallow: /x\n" + bytes(5_000_000)), content_encoding="gzip"
    )
    assert outcome({"/robots.txt": packed, "/x": GOOD}) == "robots_denied"


def test_the_robots_txt_of_a_host_that_a_redirect_leads_to_counts_too():
    async def go():
        forbidding = {"/robots.txt": robots_txt("User-agent: *\nDisallow: /"), "/y": GOOD}
        async with (
            serving(forbidding) as second,
            serving({"/x": redirect(second.url("/y"))}) as first,
            polite(first, second) as client,
        ):
            return await client.get(first.url("/x")), second.paths

    got, paths = asyncio.run(go())
    assert got.outcome == "robots_denied"
    assert paths == []
