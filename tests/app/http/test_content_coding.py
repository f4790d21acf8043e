"""One URL has one answer: compressed as `Accept-Encoding` allows (RFC 9110 12.5.3), and the same for GET and HEAD."""

from __future__ import annotations

import gzip
import json

import brotli
import pytest

pytestmark = pytest.mark.one_database

URL = "/v1/events?from=2020-01-01&limit=3"


@pytest.fixture
def filled(put):
    for number in range(5):
        put(f"Python night {number}", days=2 + number)


def raw(client, accepted: str | None, url: str = URL):
    """The response and the bytes of its body as they were sent."""
    headers = {} if accepted is None else {"Accept-Encoding": accepted}
    with client.stream("GET", url, headers=headers) as response:
        return response, b"".join(response.iter_raw())


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip;q=1.0", "gzip"),
        ("br", "br"),
        ("Br", "br"),
        ("gzip, br", "br"),
        # Among accepted codings the server chooses the one that packs best.
        ("gzip;q=0.5, br;q=0.2", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0", None),
        ("br;q=0.000", None),
        ("gzip;q=0", None),
        ("gzip;q=0, br;q=0, zstd;q=0", None),
        ("*;q=0", None),
        ("identity", None),
        ("", None),
        ("deflate", None),
        ("brotli", None),
        ("not-br", None),
        ("gzip;q=nonsense", None),
    ],
)
def test_the_coding_is_one_that_the_client_accepts(client, filled, accepted, coding):
    response, body = raw(client, accepted)
    assert response.headers.get("content-encoding") == coding
    unpack = {None: bytes, "gzip": gzip.decompress, "br": brotli.decompress}[coding]
    assert len(json.loads(unpack(body))["items"]) == 3


def test_any_coding_may_be_sent_to_a_client_that_accepts_all(client, filled):
    response, _ = raw(client, "*")
    assert response.headers["content-encoding"] in {"gzip", "br", "zstd"}
    response, _ = raw(client, "*, br;q=0, zstd;q=0")
    assert response.headers["content-encoding"] == "gzip"


def test_vary_names_accept_encoding_once(client, filled):
    for accepted in ("gzip", "identity"):
        response, _ = raw(client, accepted)
        assert response.headers.get_list("vary") == ["Accept-Encoding"]


@pytest.mark.parametrize("accepted", ["identity", "gzip", "br"])
@pytest.mark.parametrize(
    "path",
    [
        URL,
        "/v1/groups",
        "/v1/fields",
        "/v1/interests",
        "/v1/sources",
        "/v1/places?q=Bost",
        "/v1",
        "/openapi.json",
        "/",
        "/healthz",
    ],
)
def test_head_has_the_headers_of_get_and_no_body(client, filled, path, accepted):
    with client.stream("GET", path, headers={"Accept-Encoding": accepted}) as get:
        body = b"".join(get.iter_raw())
    with client.stream("HEAD", path, headers={"Accept-Encoding": accepted}) as head:
        assert b"".join(head.iter_raw()) == b""
    assert head.status_code == get.status_code == 200
    for name in ("etag", "content-length", "content-type", "content-encoding", "vary", "cache-control"):
        assert head.headers.get(name) == get.headers.get(name), name
    if "content-length" in get.headers:
        assert int(get.headers["content-length"]) == len(body)
