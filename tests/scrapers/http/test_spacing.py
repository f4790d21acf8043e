"""Requests to one host are apart, and a host that asks for time gets it."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest

from tests.scrapers.http.polite_client import GOOD, ICS, Clock, fetched, polite, robots_txt
from tests.scrapers.servers import answer, serving


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
