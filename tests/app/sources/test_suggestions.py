"""Suggested addresses: checked, held, never fetched, decided by an operator."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

from app.cli import main
from app.http.deps import MAX_WRITES_AN_HOUR, MAX_WRITES_AN_HOUR_OF_ALL
from app.http.rate_limit import RateLimiter
from app.main import create_app
from app.settings import read_settings
from app.sources.repository.sources import listing
from app.sources.suggestions.repository import suggestions


@pytest.fixture
def api(database):
    with TestClient(create_app(read_settings(), database)) as client:
        yield client


def cli(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_a_suggestion_is_held_and_nothing_is_read(api, database):
    answer = api.post(
        "/v1/suggestions",
        json={"url": "https://www.meetup.com/pydata-prague/", "near": "Prague", "note": "Good one"},
    )
    assert answer.status_code == 202
    [row] = suggestions(database)
    assert answer.json() == {"id": row["id"], "state": "held"}
    assert (row["url"], row["near"], row["note"]) == (
        "https://www.meetup.com/pydata-prague/",
        "Prague",
        "Good one",
    )
    assert listing(database, pages=True) == []


def test_the_same_address_twice_is_one_suggestion(api, database):
    first = api.post("/v1/suggestions", json={"url": "https://www.meetup.com/pydata-prague/"})
    again = api.post("/v1/suggestions", json={"url": "http://meetup.com/PyData-Prague?utm_source=x"})
    assert first.json()["id"] == again.json()["id"]
    assert len(suggestions(database)) == 1


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "http://127.0.0.1/x"}, "url"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "http://localhost/"}, "url"),
        ({"url": "https://user:secret@example.org/"}, "url"),
        ({"url": "https://example.org/" + "x" * 2_100}, "url"),
        ({"url": "https://example.org/", "near": "Xqzzyville"}, "near"),
        ({"url": "https://example.org/", "note": "x" * 1_001}, "note"),
        ({"url": "https://example.org/", "fetch": True}, "fetch"),
    ],
)
def test_what_is_no_public_address_or_no_known_place_is_refused(api, database, body, parameter):
    answer = api.post("/v1/suggestions", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["parameter"] == parameter
    assert suggestions(database) == []


def test_who_suggests_too_often_is_asked_to_wait(api):
    statuses = [
        api.post("/v1/suggestions", json={"url": f"https://example.org/{number}"}).status_code
        for number in range(MAX_WRITES_AN_HOUR + 1)
    ]
    assert statuses == [202] * MAX_WRITES_AN_HOUR + [429]
    take_down = {"action": "remove", "target": "https://example.org/a", "contact": "a@example.org"}
    assert api.post("/v1/take-downs", json=take_down).status_code == 202
    answer = api.post("/v1/suggestions", json={"url": "https://example.org/more"})
    assert 0 < int(answer.headers["retry-after"]) <= 3_600


def test_after_an_hour_there_is_room_again_and_all_together_have_a_limit(database):
    now = 0.0
    app = create_app(read_settings(trusted_proxies="192.0.2.1"), database)
    app.state.write_limiter = RateLimiter(3_600, clock=lambda: now)
    client = TestClient(app, client=("192.0.2.1", 50_000))

    def suggest(number: int) -> int:
        headers = {"X-Forwarded-For": f"10.0.{number // 10}.1"}
        address = {"url": f"https://example.org/{number}"}
        return client.post("/v1/suggestions", json=address, headers=headers).status_code

    app.state.write_limiter.count("suggestions", "suggestions everyone", MAX_WRITES_AN_HOUR_OF_ALL)
    for _ in range(MAX_WRITES_AN_HOUR_OF_ALL - 2):
        app.state.write_limiter.count("suggestions", "suggestions everyone", MAX_WRITES_AN_HOUR_OF_ALL)
    assert suggest(0) == 202
    assert suggest(100) == 429
    now = 3_600.0
    assert suggest(100) == 202


def test_an_operator_accepts_one_and_declines_another(api, database, database_url, monkeypatch, capsys):
    monkeypatch.setenv("NEXTCIRCLE_DATABASE_URL", database_url)
    good = api.post(
        "/v1/suggestions", json={"url": "https://www.meetup.com/pydata-prague/events/ical/", "near": "Prague"}
    ).json()["id"]
    bad = api.post("/v1/suggestions", json={"url": "https://spam.example/"}).json()["id"]
    assert cli("sources", "suggestions") == 0
    assert good in capsys.readouterr().out
    assert cli("sources", "accept", good, "--json") == 0
    assert json.loads(capsys.readouterr().out)["state"] == "accepted"
    assert cli("sources", "decline", bad) == 0
    assert cli("sources", "accept", bad) == 1
    [row] = listing(database, pages=False)
    assert (row["platform"], row["city"], row["origin"]) == ("meetup", "Prague", "suggested")
    assert suggestions(database) == []
    assert {row["state"] for row in suggestions(database, held_only=False)} == {"accepted", "declined"}


def test_a_forbidden_address_cannot_be_accepted_and_stays_held(
    api, database, database_url, monkeypatch, capsys
):
    monkeypatch.setenv("NEXTCIRCLE_DATABASE_URL", database_url)
    identity = api.post("/v1/suggestions", json={"url": "https://www.meetup.com/gql2"}).json()["id"]
    assert cli("sources", "accept", identity) == 2
    assert "forbids robots" in capsys.readouterr().err
    assert len(suggestions(database)) == 1


@pytest.mark.parametrize("character", ["\u009b", "\u009d", "\u202e", "\u2066", "\u2028", "\u200b"])
def test_text_that_a_terminal_obeys_or_nobody_sees_is_refused(api, database, character):
    suggestion = {"url": "https://example.org/a", "note": f"x{character}y"}
    assert api.post("/v1/suggestions", json=suggestion).status_code == 422
    take_down = {"action": "remove", "target": "https://example.org/a", "contact": "a@example.org"}
    for member in ("target", "contact", "note"):
        hidden = take_down | {member: f"{take_down.get(member, 'x')}{character}x"}
        assert api.post("/v1/take-downs", json=hidden).status_code == 422, member
    assert (
        api.post("/v1/take-downs", json=take_down | {"contact": "a@example.org\nforged"}).status_code == 422
    )
    assert suggestions(database) == []
