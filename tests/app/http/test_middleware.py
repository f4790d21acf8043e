"""What every answer carries, whoever made it: a route, the framework, a limit."""

from __future__ import annotations

import pytest

from app.main import create_app
from app.settings import read_settings

pytestmark = pytest.mark.one_database

EVERYWHERE = ("/v1/fields", "/v1/nothing", "/v1/events?limit=0", "/openapi.json", "/healthz")


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_has_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" in headers  # the tests' public address is https
    assert "server" not in headers


def test_a_body_that_is_too_large_is_refused_with_the_same_headers(client):
    response = client.post("/v1/suggestions", content=b"x" * 70_000)
    assert response.status_code == 413
    assert response.headers["x-frame-options"] == "DENY"


def test_an_address_without_encryption_promises_none(database):
    from fastapi.testclient import TestClient

    with TestClient(create_app(read_settings(), database)) as plain:
        assert "strict-transport-security" not in plain.get("/v1/fields").headers


def test_pages_of_any_origin_may_read_and_see_the_headers_that_matter(client):
    headers = client.get("/v1/events?limit=0", headers={"Origin": "https://jobs.example"}).headers
    assert headers["access-control-allow-origin"] == "*"
    assert {"ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After"} <= set(
        headers["access-control-expose-headers"].split(", ")
    )
    assert "access-control-allow-credentials" not in headers
    assert headers["cross-origin-resource-policy"] == "cross-origin"


def test_a_preflight_of_a_read_is_answered_and_one_of_a_write_is_not(client):
    caller_address = {"Origin": "https://jobs.example", "Access-Control-Request-Headers": "X-API-Key"}
    read = client.options("/v1/events", headers={**caller_address, "Access-Control-Request-Method": "GET"})
    assert read.status_code == 204
    assert "X-API-Key" in read.headers["access-control-allow-headers"]
    assert "POST" not in read.headers["access-control-allow-methods"]
    write = client.post("/v1/suggestions", json={}, headers={"Origin": "https://jobs.example"})
    assert "access-control-allow-origin" not in write.headers
    assert write.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-12345678", True), ("short", False), ("x" * 65, False), ("new\tline12345", False), (None, False)],
)
def test_a_request_has_an_id_that_is_the_clients_where_it_is_a_plain_word(client, given, kept):
    response = client.get("/v1/fields", headers={} if given is None else {"X-Request-Id": given})
    assert (response.headers["x-request-id"] == given) is kept
    assert len(response.headers["x-request-id"]) >= 8


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
def test_a_body_that_is_no_json_is_415(client, kind):
    response = client.post("/v1/suggestions", content=b"{}", headers={"Content-Type": kind})
    assert response.status_code == 415
    assert kind in response.json()["detail"]


def test_a_wrong_method_names_the_right_ones(client):
    response = client.put("/v1/events")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET"
    assert response.json()["status"] == 405
