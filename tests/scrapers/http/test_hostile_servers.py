"""Hostile servers, and a transport that is injected."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from scrapers.http.client import Validators
from tests.scrapers.http.polite_client import GOOD, ICS, SMALL, hang, polite
from tests.scrapers.servers import serving


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
