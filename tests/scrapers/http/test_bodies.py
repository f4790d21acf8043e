"""What every status, coding, size and delay of an answer becomes."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import os
import socket
import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.http.client import Failure, Response
from scrapers.http.decoding import Decoder
from tests.scrapers.http.polite_client import GOOD, ICS, SMALL, fetched, hang, outcome, polite
from tests.scrapers.servers import answer, redirect, serving


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
