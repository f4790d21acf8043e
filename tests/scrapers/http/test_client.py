"""PoliteClient against real servers on loopback: what is sent, what is waited for, what every bad answer becomes."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import os
import socket
import struct
import subprocess
import sys
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.http import client as module
from scrapers.http.client import Failure, Outcome, PoliteClient, Response, Validators, user_agent
from scrapers.http.decoding import Decoder
from tests.scrapers.servers import answer, redirect, serving, trusting_context

AGENT = "NextCircle/1.0 (+https://nextcircle.example/bot; team@nextcircle.example)"
ICS = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
GOOD = answer(ICS, content_type="text/calendar")
# The largest body in these tests where the limit itself is not the subject.
SMALL = 100_000


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def polite(*servers, **options) -> PoliteClient:
    """A client that may ask these servers, without pauses and with little patience."""
    given = {
        "user_agent": AGENT,
        "allow_hosts": tuple(server.host_port for server in servers),
        "min_interval": 0.0,
        "deadline": 5.0,
        "max_body": SMALL,
    }
    return PoliteClient(**(given | options))


def fetched(routes, path="/x", *, get=None, **options):
    """What one GET of `path` ends as, and the server that saw it."""

    async def go():
        async with serving(routes) as server, polite(server, **options) as client:
            return await client.get(server.url(path), **(get or {})), server

    return asyncio.run(go())


def outcome(routes, path="/x", **options) -> Outcome:
    return fetched(routes, path, **options)[0].outcome


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


def robots_txt(text: str, **fields) -> bytes:
    return answer(text.encode(), content_type="text/plain", **fields)


def test_what_robots_txt_forbids_is_not_asked_for():
    routes = {"/robots.txt": robots_txt("User-agent: NextCircle\nDisallow: /x"), "/x": GOOD}
    got, server = fetched(routes)
    assert got.outcome == "robots_denied"
    assert got.status is None
    assert got.final
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


# Spacing


def test_requests_to_one_host_are_a_second_apart_from_the_end_of_the_one_before():
    async def go():
        clock = Clock()

        async def slow(writer, seen):
            clock.now += 0.4
            writer.write(GOOD)

        async with (
            serving({"/x": slow}) as server,
            polite(server, min_interval=1.0, clock=clock, sleep=clock.sleep) as client,
        ):
            await asyncio.gather(*(client.get(server.url("/x")) for _ in range(4)))
        return clock.slept, server

    slept, server = asyncio.run(go())
    assert slept == pytest.approx([1.0] * 4)
    assert server.most_open == 1


def test_crawl_delay_is_waited_for_up_to_a_minute():
    async def go(delay):
        clock = Clock()
        routes = {"/robots.txt": robots_txt(f"User-agent: *\nCrawl-delay: {delay}"), "/x": GOOD}
        async with serving(routes) as server, polite(server, clock=clock, sleep=clock.sleep) as client:
            await client.get(server.url("/x"))
            await client.get(server.url("/x"))
        return clock.slept

    assert asyncio.run(go(10)) == pytest.approx([10, 10])
    assert asyncio.run(go(86_400)) == pytest.approx([60, 60])


def test_real_time_spacing_holds_on_the_servers_clock():
    async def go():
        async with serving({"/x": GOOD}) as server, polite(server, min_interval=0.2) as client:
            await asyncio.gather(client.get(server.url("/x")), client.get(server.url("/x")))
        began = [seen.began for seen in server.seen]
        return [later - earlier for earlier, later in itertools.pairwise(began)]

    assert min(asyncio.run(go())) >= 0.2


def test_hosts_do_not_wait_for_each_other():
    async def go():
        arrived = asyncio.Barrier(5)

        async def together(writer, seen):
            # Answers only when all five hosts have been asked at the same time.
            await arrived.wait()
            writer.write(GOOD)

        async with (
            asyncio.timeout(5),
            contexts([serving({"/x": together}) for _ in range(5)]) as servers,
            polite(*servers) as client,
        ):
            return await asyncio.gather(*(client.get(server.url("/x")) for server in servers))

    assert [got.outcome for got in asyncio.run(go())] == ["ok"] * 5


class contexts:  # noqa: N801  reads as a statement
    def __init__(self, managers) -> None:
        self.managers = managers

    async def __aenter__(self):
        return [await manager.__aenter__() for manager in self.managers]

    async def __aexit__(self, *error) -> None:
        for manager in self.managers:
            await manager.__aexit__(*error)


def test_strangers_are_never_asked_faster_than_once_a_second():
    async def go():
        clock = Clock()

        async def resolver(host, port):
            raise OSError

        async with polite(min_interval=0.0, clock=clock, sleep=clock.sleep, resolver=resolver) as client:
            await client.post("https://groups.example/", json={})
            await client.post("https://groups.example/", json={})
        return clock.slept

    assert asyncio.run(go()) == [1.0]


# Retry-After


def test_a_host_under_retry_after_is_not_asked_again_before():
    async def go():
        clock = Clock()
        routes = {"/x": answer(status="429 Slow down", retry_after="3600"), "/y": GOOD}
        async with serving(routes) as server, polite(server, clock=clock, sleep=clock.sleep) as client:
            first = await client.get(server.url("/x"))
            second = await client.get(server.url("/y"))
            clock.now += 3_600
            third = await client.get(server.url("/y"))
        return first, second, third, server.paths

    first, second, third, paths = asyncio.run(go())
    assert (first.outcome, first.status, first.retry_after) == ("rate_limited", 429, timedelta(hours=1))
    assert second.outcome == "rate_limited"
    assert timedelta() < second.retry_after <= timedelta(hours=1)
    assert third.outcome == "ok"
    assert paths == ["/x", "/y"]


@pytest.mark.parametrize("value", ["0", "-5", "soon", "1e9", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_429_with_an_unusable_retry_after_still_gives_the_host_a_minute(value):
    async def go():
        clock = Clock()
        routes = {"/x": answer(status="429 Slow down", retry_after=value)}
        async with serving(routes) as server, polite(server, clock=clock, sleep=clock.sleep) as client:
            await client.get(server.url("/x"))
            clock.now += 59
            early = await client.get(server.url("/x"))
            clock.now += 2
            await client.get(server.url("/x"))
        return early.outcome, server.paths

    assert asyncio.run(go()) == ("rate_limited", ["/x", "/x"])


def test_a_robots_txt_that_asks_for_time_holds_the_host_too():
    async def go():
        clock = Clock()
        routes = {"/robots.txt": answer(status="503 Busy", retry_after="900"), "/x": GOOD}
        async with serving(routes) as server, polite(server, clock=clock, sleep=clock.sleep) as client:
            first = await client.get(server.url("/x"))
            posted = await client.post(server.url("/x"), json={})
            server.routes["/robots.txt"] = answer()
            clock.now += 900
            return first.outcome, posted.outcome, (await client.get(server.url("/x"))).outcome

    assert asyncio.run(go()) == ("robots_denied", "rate_limited", "ok")


def test_a_503_with_a_date_is_waited_for_by_the_servers_own_clock():
    fields = {"retry_after": "Sat, 01 Jan 2000 00:10:00 GMT", "date": "Sat, 01 Jan 2000 00:00:00 GMT"}
    got, _ = fetched({"/x": answer(status="503 Busy", **fields)})
    assert (got.outcome, got.status, got.retry_after) == ("http_status", 503, timedelta(minutes=10))


def test_freshness_is_reported_for_the_scheduler_also_with_failures():
    got, _ = fetched({"/x": answer(ICS, cache_control="public, max-age=7200")})
    assert got.max_age == timedelta(hours=2)
    got, _ = fetched({"/x": answer(status="429 Slow down", cache_control="max-age=172800")})
    assert got.max_age == timedelta(days=2)
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    got, _ = fetched({"/x": answer(ICS, expires="Mon, 23 Nov 2026 13:00:00 GMT")}, now=lambda: now)
    assert got.max_age == timedelta(hours=1)


# Statuses


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("204 No Content", "no_content"),
        ("202 Accepted", "http_status"),
        ("206 Partial Content", "http_status"),
        ("300 Choices", "http_status"),
        ("401 Unauthorized", "http_status"),
        ("403 Forbidden", "blocked"),
        ("404 Not Found", "http_status"),
        ("410 Gone", "gone"),
        ("429 Slow down", "rate_limited"),
        ("451 Legal", "gone"),
        ("500 Oops", "http_status"),
        ("999 Denied", "blocked"),
    ],
)
def test_a_status_that_is_no_listing_is_a_failure_that_names_it(status, expected):
    got, _ = fetched({"/x": answer(status=status)})
    assert isinstance(got, Failure)
    assert (got.outcome, got.status) == (expected, int(status[:3]))
    assert got.detail.endswith(".")


def test_a_challenge_page_with_status_200_is_a_block():
    page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
    assert outcome({"/x": answer(page, content_type="text/html")}) == "blocked"
    assert outcome({"/x": answer(b"<html>hello</html>", cf_mitigated="challenge")}) == "blocked"
    script = b"<script src='/_Incapsula_Resource?x'></script>"
    assert outcome({"/x": answer(b"<html>" + script + b"</html>")}) == "blocked"
    assert outcome({"/x": answer(b"<html>" + script + b"event " * 500 + b"</html>")}) == "ok"
    assert outcome({"/x": answer(b"<html><title>Just a meetup</title></html>")}) == "ok"


# Bodies


def test_gzip_and_deflate_are_undone():
    raw = zlib.compressobj(wbits=-15)
    for coding, body in (
        ("gzip", gzip.compress(ICS)),
        ("GZIP", gzip.compress(ICS[:10]) + gzip.compress(ICS[10:])),
        ("x-gzip", gzip.compress(ICS) + bytes(512)),
        ("deflate", zlib.compress(ICS)),
        ("deflate", raw.compress(ICS) + raw.flush()),
        ("identity", ICS),
        ("", ICS),
    ):
        got, _ = fetched({"/x": answer(body, content_encoding=coding)})
        assert got.body == ICS, coding
        raw = zlib.compressobj(wbits=-15)


def test_gzip_in_single_bytes_is_undone():
    async def drip(writer, seen):
        body = gzip.compress(ICS)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
        for octet in body:
            writer.write(b"1\r\n" + bytes([octet]) + b"\r\n")
        writer.write(b"0\r\n\r\n")

    assert fetched({"/x": drip})[0].body == ICS


def decoded(coding: str, chunks: list[bytes]):
    decoder = Decoder(coding, 1_000_000)
    for chunk in chunks:
        decoder.feed(chunk)
    return decoder.result(), decoder.complete


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


cuts = st.lists(st.integers(0, 10_000), max_size=8)


@given(st.binary(max_size=2_000), cuts, st.sampled_from(["gzip", "deflate", "identity"]))
def test_any_body_is_undone_however_it_is_cut_into_chunks(body, cuts, coding):
    packed = {"gzip": gzip.compress, "deflate": zlib.compress, "identity": bytes}[coding](body)
    assert decoded(coding, pieces(packed, cuts)) == (body, True)


@given(st.binary(max_size=2_000), st.integers(1, 10_000), cuts, st.sampled_from(["gzip", "deflate"]))
def test_no_proper_beginning_of_a_packed_body_is_complete(body, length, cuts, coding):
    packed = {"gzip": gzip.compress, "deflate": zlib.compress}[coding](body)
    beginning = packed[: 1 + length % (len(packed) - 1)]
    assert decoded(coding, pieces(beginning, cuts))[1] is False


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "gzip, gzip", "gzip, identity", "gzip,", ", ".join(["gzip"] * 100), "x"]
)
def test_other_codings_and_layers_of_them_are_refused(coding):
    assert (
        outcome({"/x": answer(gzip.compress(gzip.compress(ICS)), content_encoding=coding)}) == "bad_encoding"
    )


def test_two_content_encoding_fields_are_two_codings():
    twice = (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"
    )
    assert outcome({"/x": twice}) == "bad_encoding"


def test_a_truncated_gzip_body_is_incomplete_even_if_its_length_is_right():
    packed = gzip.compress(ICS * 50)
    for body in (packed[:-1], packed[:-9], packed[: len(packed) // 2], packed[:5], packed[:1]):
        assert outcome({"/x": answer(body, content_encoding="gzip")}) == "incomplete"
        assert outcome({"/x": answer(body, content_encoding="gzip", length=False)}) == "incomplete"
    assert outcome({"/x": answer(packed + packed[:20], content_encoding="gzip")}) == "incomplete"


def test_a_damaged_gzip_body_is_no_listing():
    packed = bytearray(gzip.compress(os.urandom(3_000)))
    packed[-6] ^= 0xFF  # the checksum
    assert outcome({"/x": answer(bytes(packed), content_encoding="gzip")}) == "bad_encoding"


def test_plain_text_announced_as_gzip_is_asked_for_once_more_without_compression():
    async def moody(writer, seen):
        writer.write(
            GOOD if seen.headers["accept-encoding"] == b"identity" else answer(ICS, content_encoding="gzip")
        )

    got, server = fetched({"/x": moody})
    assert got.body == ICS
    assert [seen.headers["accept-encoding"] for seen in server.seen[1:]] == [b"gzip", b"identity"]
    got, server = fetched({"/x": answer(ICS, content_encoding="gzip")})
    assert got.outcome == "bad_encoding"
    assert server.paths == ["/x", "/x"]


def test_a_body_over_the_cap_is_refused_plain_packed_and_chunked():
    big = b"A" * (SMALL + 1)
    assert outcome({"/x": answer(big[:-1])}) == "ok"
    assert outcome({"/x": answer(big)}) == "too_large"
    assert outcome({"/x": answer(big, length=False)}) == "too_large"
    assert outcome({"/x": answer(gzip.compress(big), content_encoding="gzip")}) == "too_large"
    assert outcome({"/x": answer(gzip.compress(big[:-1]), content_encoding="gzip")}) == "ok"


def test_an_announced_length_over_the_cap_is_refused_before_the_body():
    async def announce(writer, seen):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(30)

    assert outcome({"/x": announce}) == "too_large"


def test_fewer_bytes_than_announced_are_incomplete():
    assert outcome({"/x": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nBEGIN"}) == "incomplete"
    assert (
        outcome({"/x": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nBEGIN\r\n"})
        == "incomplete"
    )
    assert outcome({"/x": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nBEGIN"}) == "incomplete"


def test_a_reset_in_the_middle_is_incomplete():
    async def reset(writer, seen):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nBEGIN")
        await writer.drain()
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        writer.transport.abort()

    assert outcome({"/x": reset}) == "incomplete"


@pytest.mark.parametrize("layers", [1, 2])
def test_a_gzip_bomb_grows_memory_by_less_than_32_mb(layers):
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(300)) + packer.flush()
    if layers == 2:
        bomb = gzip.compress(bomb)

    async def go():
        async with (
            serving({"/x": answer(bomb, content_encoding="gzip")}) as server,
            polite(server, max_body=10_000_000) as client,
        ):
            await client.get(server.url("/warm"))
            tracemalloc.start()
            try:
                got = await client.get(server.url("/x"))
                return got, tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    got, peak = asyncio.run(go())
    assert peak < 32 * 1024 * 1024
    assert len(got.body) < 1_000_000 if layers == 2 else got.outcome == "too_large"


def test_an_endless_body_is_left():
    async def endless(writer, seen):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(bytes(65_536))
            await writer.drain()

    assert outcome({"/x": endless}) == "too_large"


def test_endless_chunk_framing_around_a_small_body_is_left():
    async def framing(writer, seen):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1;" + b"e" * 8_000 + b"\r\nA\r\n")
            await writer.drain()

    assert outcome({"/x": framing}) == "too_large"


# Headers and protocol


def test_headers_of_64_kb_or_256_fields_are_taken_and_more_refused():
    def fields(count, size):
        lines = b"".join(b"X-%04d: " % n + b"v" * size + b"\r\n" for n in range(count))
        return b"HTTP/1.1 200 OK\r\n" + lines + b"Content-Length: 0\r\n\r\n"

    assert outcome({"/x": fields(255, 10)}) == "ok"
    assert outcome({"/x": fields(256, 10)}) == "protocol"
    assert outcome({"/x": fields(1, 65_000)}) == "ok"
    assert outcome({"/x": fields(1, 65_600)}) == "protocol"
    assert outcome({"/x": fields(5_000, 2)}) == "protocol"


def test_a_flood_of_interim_answers_is_refused():
    assert outcome({"/x": b"HTTP/1.1 100 Continue\r\n\r\n" * 3_500 + GOOD}) == "protocol"
    assert outcome({"/x": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3 + GOOD}) == "ok"


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"<html>HTTP/0.9</html>",
        b"SSH-2.0-OpenSSH_9.0\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFFFF\r\nA",
        b"HTTP/1.1 200 OK\r\nNo colon here\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
)
def test_what_is_no_http_is_a_failure(raw):
    assert outcome({"/x": raw}) in {"protocol", "incomplete", "http_status", "too_large"}


def test_a_connection_that_says_nothing_is_incomplete():
    assert outcome({"/x": b""}) == "incomplete"


@settings(max_examples=60)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 F\r\nLocation: "]),
)
def test_no_bytes_make_the_client_raise(raw, head):
    async def go():
        async with (
            serving({"/robots.txt": answer(), "/x": head + raw}) as server,
            polite(server, deadline=1.0) as client,
        ):
            return await client.get(server.url("/x"))

    assert isinstance(asyncio.run(go()), Response | Failure)


def test_what_follows_an_answer_is_not_taken_for_the_next_one():
    async def go():
        smuggling = GOOD + answer(b"smuggled")
        async with serving({"/x": smuggling, "/y": answer(b"honest")}) as server, polite(server) as client:
            await client.get(server.url("/x"))
            return await client.get(server.url("/y"))

    assert asyncio.run(go()).body == b"honest"


# Time


async def hang(writer, seen):
    await asyncio.sleep(30)


async def drip_header(writer, seen):
    for octet in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 600:
        writer.write(bytes([octet]))
        await writer.drain()
        await asyncio.sleep(0.02)


async def drip_body(writer, seen):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n")
    for _ in range(600):
        writer.write(b"B")
        await writer.drain()
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("slow", [hang, drip_header, drip_body])
def test_the_deadline_counts_the_whole_exchange(slow):
    got, _ = fetched({"/x": slow}, deadline=0.3)
    assert got.outcome == "timeout"
    assert not got.unreachable


def test_the_deadline_counts_all_redirects_together():
    async def slow_hop(writer, seen):
        await asyncio.sleep(0.25)
        writer.write(redirect(f"/h{int(seen.path[2:]) + 1}"))

    assert outcome({f"/h{n}": slow_hop for n in range(4)} | {"/h4": GOOD}, "/h0", deadline=0.6) == "timeout"


def test_the_deadline_does_not_count_the_wait_for_ones_turn():
    async def go():
        async with serving({"/x": GOOD}) as server, polite(server, deadline=0.3, min_interval=0.4) as client:
            return await client.get(server.url("/x"))

    assert asyncio.run(go()).outcome == "ok"


# Redirects


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


# Addresses


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


# No connection


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


# TLS


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


# POST


def posted(routes, **options):
    async def go():
        async with serving(routes) as server, polite(server) as client:
            return await client.post(
                server.url("/graphql"), **({"json": {"query": "{ é }"}} | options)
            ), server

    return asyncio.run(go())


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


# An injected transport


def test_an_injected_transport_is_asked_without_lookup_and_under_all_other_rules():
    def respond(request):
        path = request.url.path
        if path == "/robots.txt":
            return httpx.Response(200, text="User-agent: *\nDisallow: /private")
        if path == "/away":
            return httpx.Response(302, headers={"Location": "http://169.254.169.254/"})
        if path == "/broken":
            raise httpx.ReadError("broken")
        if path == "/bug":
            raise ZeroDivisionError
        if path == "/big":
            return httpx.Response(200, content=b"A" * (SMALL + 1))
        return httpx.Response(200, content=ICS, headers={"ETag": '"1"'})

    async def go():
        async with polite(transport=httpx.MockTransport(respond), resolver=None) as client:
            paths = ["/ok", "/private", "/away", "/broken", "/bug", "/big"]
            return [(await client.get(f"https://samples.example{path}")).outcome for path in paths]

    assert asyncio.run(go()) == [
        "ok",
        "robots_denied",
        "blocked_address",
        "incomplete",
        "protocol",
        "too_large",
    ]


def test_cancelling_a_fetch_leaves_the_client_usable():
    async def go():
        asked = asyncio.Event()

        async def hang_visibly(writer, seen):
            asked.set()
            await hang(writer, seen)

        async with serving({"/x": hang_visibly, "/y": GOOD}) as server, polite(server) as client:
            task = asyncio.create_task(client.get(server.url("/x")))
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await client.get(server.url("/y"))

    assert asyncio.run(go()).outcome == "ok"


# The hostile server

needs_data = pytest.mark.skipif(
    "EVALUATION_DATA" not in os.environ, reason="skipped: EVALUATION_DATA is not set"
)

# How each answer of http_raw/ has to end, as INDEX.md says.
RAW = {
    "01_gzip_bomb_64MB": "too_large",
    "03_encoding_chain_100": "bad_encoding",
    "06_redirect_bomb_body": None,  # wherever the redirect leads, its body is not read
    "07_content_length_too_long": "incomplete",
    "08_content_length_huge": "too_large",
    "09_content_length_negative": "protocol",
    "11_cl_and_te": "ok",  # chunked wins
    "12_chunk_size_garbage": "protocol",
    "13_chunk_size_overflow": "incomplete",  # more than 64 bits were announced and the connection ends
    "14_chunk_no_end": "incomplete",
    "15_chunk_extension_flood": "protocol",
    "17_headers_5000": "protocol",
    "18_status_garbage": "protocol",
    "19_status_999": "blocked",
    "20_http09": "incomplete",  # a line that is no status line, then the end
    "22_redirect_file": "bad_redirect",
    "23_redirect_userinfo": "bad_redirect",
    "24_redirect_empty": "bad_redirect",
    "25_redirect_nonascii": "http_status",  # percent-encoded, followed, 404
    "26_redirect_8KB": "bad_redirect",
    "27_redirect_many_hosts": "dns",  # followed to a name that this test's resolver does not know
    "28_304_without_cache": "protocol",
    "29_200_same_etag": "ok",
    "30_lm_same_etag_new": "ok",
    "50_etag_hostile": "ok",
    "51_etag_8KB": "ok",
    "52_cookie_bomb": "ok",
    "53_content_type_lies": "ok",
    "54_content_type_hostile": "ok",
    "55_1xx_flood": "protocol",
    "57_204_and_body": "no_content",
    "58_206_partial": "http_status",
    "59_410_gone": "gone",
    "60_451": "gone",
}
RETRY_AFTER = {
    40: timedelta(0),
    41: None,
    42: timedelta(hours=1),
    43: timedelta(days=7),
    44: None,
    45: None,
    46: timedelta(days=7),
    47: timedelta(0),
    48: None,
    49: timedelta(minutes=2),
}


@pytest.fixture(scope="module")
def hostile():
    folder = Path(os.environ["EVALUATION_DATA"]) / "hostile"
    process = subprocess.Popen(
        [sys.executable, str(folder / "hostile_server.py"), "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        yield f"127.0.0.1:{process.stdout.readline().split()[1]}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def from_hostile(host_port, path, **options):
    async def unknown(host, port):
        raise OSError

    async def go():
        async with polite(
            allow_hosts=(host_port,), resolver=unknown, **{"max_body": 10_000_000} | options
        ) as client:
            return await client.get(f"http://{host_port}{path}")

    return asyncio.run(go())


@needs_data
@pytest.mark.parametrize(("name", "expected"), RAW.items())
def test_each_raw_answer_ends_as_the_index_says(hostile, name, expected):
    got = from_hostile(hostile, f"/raw/{name}.http")
    if expected is None:
        assert got.outcome not in {"too_large", "bad_encoding", "incomplete", "timeout"}
    else:
        assert got.outcome == expected, got


@needs_data
@pytest.mark.parametrize(("number", "expected"), RETRY_AFTER.items())
def test_each_retry_after_is_read_as_the_index_says(hostile, number, expected):
    got = from_hostile(hostile, f"/raw/{number}_retry_after_{number - 40}.http")
    assert (got.outcome, got.retry_after) in {("rate_limited", expected), ("http_status", expected)}


@needs_data
def test_every_file_of_http_raw_has_its_row_here():
    names = {path.stem for path in (Path(os.environ["EVALUATION_DATA"]) / "hostile" / "http_raw").iterdir()}
    assert names == set(RAW) | {f"{n}_retry_after_{n - 40}" for n in RETRY_AFTER}


@needs_data
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/slow_header?s=9", "timeout"),
        ("/slow_body?s=9", "timeout"),
        ("/hang?s=9", "timeout"),
        ("/reset", "incomplete"),
        ("/endless", "too_large"),
        ("/endless_gzip", "too_large"),
        ("/loop", "redirect_loop"),
        ("/loop2/a", "redirect_loop"),
        ("/chain?n=5", "ok"),
        ("/chain?n=6", "too_many_redirects"),
        ("/chain_new", "too_many_redirects"),
        ("/status?c=500", "http_status"),
        ("/ok", "ok"),
    ],
)
def test_each_timed_fault_ends_as_the_server_says(hostile, path, expected):
    assert from_hostile(hostile, path, deadline=1.0).outcome == expected


@needs_data
def test_hostile_validators_are_echoed_or_dropped_whole(hostile):
    assert from_hostile(hostile, "/raw/50_etag_hostile.http").validators == Validators('"a"b"', "yesterday")
    assert from_hostile(hostile, "/raw/51_etag_8KB.http").validators.etag is None
