"""Limits: off unless set, by address or by key, told in every answer, and never for loopback unless told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.http.rate_limit import RateLimiter

STRANGER = "203.0.113.7"


def test_nothing_is_limited_unless_it_is_set(api):
    with api(STRANGER) as client:
        responses = [client.get("/v1/fields") for _ in range(100)]
    assert {each.status_code for each in responses} == {200}
    assert "ratelimit" not in responses[0].headers


def test_an_address_has_so_many_requests_a_minute_and_is_told(api):
    with api(STRANGER, rate_limit=3) as client:
        responses = [client.get("/v1/fields") for _ in range(4)]
    assert [each.status_code for each in responses] == [200, 200, 200, 429]
    assert responses[0].headers["ratelimit-policy"] == '"anon";q=3;w=60'
    assert responses[0].headers["ratelimit"].startswith('"anon";r=2;t=')
    refused = responses[3]
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit"].startswith('"anon";r=0;t=')
    assert "3 requests a minute" in refused.json()["detail"]
    assert refused.headers["access-control-allow-origin"] == "*"


def test_other_addresses_have_their_own(api):
    with api(STRANGER, rate_limit=1, trusted_proxies=STRANGER) as client:

        def ask(*hops: str) -> int:
            return client.get("/v1/fields", headers={"X-Forwarded-For": ", ".join(hops)}).status_code

        assert [ask("198.51.100.1"), ask("198.51.100.1"), ask("198.51.100.2")] == [200, 429, 200]
        # One household of IPv6 is one client, however many addresses it has.
        assert [ask("2001:db8::1"), ask("2001:db8::2"), ask("2001:db8:0:1::2")] == [200, 429, 200]


def test_loopback_is_exempt_unless_told_otherwise(api):
    with api("127.0.0.1", rate_limit=1) as client:
        assert [client.get("/v1/fields").status_code for _ in range(3)] == [200, 200, 200]
    with api("127.0.0.1", rate_limit=1, rate_limit_exempt="") as client:
        assert [client.get("/v1/fields").status_code for _ in range(2)] == [200, 429]
    with api("198.51.100.9", rate_limit=1, rate_limit_exempt="198.51.100.0/24") as client:
        assert [client.get("/v1/fields").status_code for _ in range(2)] == [200, 200]


def test_a_proxy_on_loopback_that_was_not_told_of_does_not_lift_the_limit(api):
    with api("127.0.0.1", rate_limit=1) as client:
        forwarded = {"X-Forwarded-For": STRANGER}
        assert [client.get("/v1/fields", headers=forwarded).status_code for _ in range(2)] == [200, 429]


def test_an_answer_that_the_client_had_already_is_free(api):
    with api(STRANGER, rate_limit=2) as client:
        tag = client.get("/v1/fields").headers["etag"]
        again = [client.get("/v1/fields", headers={"If-None-Match": tag}).status_code for _ in range(5)]
        assert again == [304] * 5
        assert client.get("/v1/fields").status_code == 200
        assert client.get("/v1/fields").status_code == 429


def test_a_key_has_a_limit_of_its_own(api, key):
    mine, theirs = key(per_minute=2), key()
    with api(STRANGER, rate_limit=1, key_rate_limit=4) as client:

        def ask(value: str) -> int:
            return client.get("/v1/fields", headers={"X-API-Key": value}).status_code

        assert client.get("/v1/fields").status_code == 200
        assert client.get("/v1/fields").status_code == 429
        assert [ask(mine) for _ in range(3)] == [200, 200, 429]
        assert [ask(theirs) for _ in range(5)] == [200, 200, 200, 200, 429]
        told = client.get("/v1/fields", headers={"X-API-Key": theirs}).headers
        assert told["ratelimit-policy"] == '"key";q=4;w=60'


def test_those_who_run_it_may_look_as_often_as_they_like(api):
    with api(STRANGER, rate_limit=1) as client:
        assert {client.get("/healthz").status_code for _ in range(10)} == {200}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 30)), max_size=200), st.integers(1, 5))
def test_nobody_gets_more_than_the_quota_in_a_window(asked, quota):
    now = 0.0
    limiter = RateLimiter(clock=lambda: now)
    began: dict[str, float] = {}
    allowed: dict[str, int] = {}
    for who, later in asked:
        now += later
        status = limiter.count("anon", who, quota)
        if who not in began or now >= began[who] + 60:
            began[who], allowed[who] = now, 0
        allowed[who] += not status.refused
        assert allowed[who] <= quota
        assert status.refused == (status.left < 0)
        assert 1 <= status.seconds <= 60


def test_a_crowd_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("app.http.rate_limit._MAX_CLIENTS", 100)
    limiter = RateLimiter(clock=lambda: 0.0)
    for number in range(1_000):
        limiter.count("anon", str(number), 5)
    assert len(limiter._windows) <= 100
