"""Who embeds us: origins, once a day, nothing of visitors; an operator disables one within seconds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from typer.testing import CliRunner

from app.cli import app as command
from app.embedders import repository
from app.embedders.origins import origin_of
from app.embedders.register import FRESH_SECONDS, Register
from app.main import create_app
from app.settings import Settings

SITE = "https://jobs.example"
KEY = "the key of an operator"


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://jobs.example/board?id=7#x", SITE),
        ("https://JOBS.example:443/", SITE),
        ("http://localhost:8080/a", "http://localhost:8080"),
        ("https://user:secret@jobs.example/", SITE),
        ("http://[::1]:3000/", "http://[::1]:3000"),
        ("null", None),
        ("", None),
        (None, None),
        ("file:///home/me/page.html", None),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https://a b/", None),
        ("https://x:99999/", None),
        ("https://jobs.example\r\nSet-Cookie: a=b", None),
        ("https://" + "a" * 300 + ".example", None),
        ("https://<script>.example", None),
    ],
)
def test_an_origin_is_that_of_a_web_address(address, origin):
    assert origin_of(address) == origin


def noted(database) -> list[tuple]:
    return [
        (row["origin"], row["days"], row["disabled_at"] is not None) for row in repository.embedders(database)
    ]


def test_a_site_is_noted_once_a_day_whatever_is_asked(database, now):
    register = Register(database)
    for _ in range(5):
        assert register.admit(f"{SITE}/some/page?who=me", now)
    assert Register(database).admit(SITE, now + timedelta(hours=1))
    assert noted(database) == [(SITE, 1, False)]
    assert register.admit(SITE, now + timedelta(days=1))
    assert noted(database) == [(SITE, 2, False)]
    with database.read() as connection:
        stored = str(connection.execute(text("SELECT * FROM embedder")).all())
    assert "some/page" not in stored
    assert "who" not in stored


def test_a_disabled_site_is_refused_within_seconds_and_can_be_enabled(database, now):
    seconds = 0.0
    register = Register(database, clock=lambda: seconds)
    assert register.admit(SITE, now)
    repository.disable(database, SITE, "shows it as its own", now)
    seconds = FRESH_SECONDS
    assert not register.admit(f"{SITE}/x", now)
    assert register.admit("https://other.example", now)
    assert register.admit(None, now)
    assert repository.enable(database, SITE)
    assert not repository.enable(database, SITE)
    seconds = 2 * FRESH_SECONDS
    assert register.admit(SITE, now)


def test_a_flood_of_made_up_origins_is_bounded(database, now, monkeypatch):
    monkeypatch.setattr(repository, "MOST_ORIGINS", 3)
    register = Register(database)
    for number in range(10):
        assert register.admit(f"https://{number}.example", now)
    assert len(noted(database)) == 3
    repository.disable(database, SITE, "no", now)
    assert len(noted(database)) == 4


def test_what_was_not_seen_for_long_is_forgotten_but_what_is_disabled_stays(database, now):
    Register(database).admit("https://old.example", now - timedelta(days=100))
    repository.disable(database, SITE, "no", now - timedelta(days=100))
    assert repository.forget(database, now - timedelta(days=90)) == 1
    assert noted(database) == [(SITE, 0, True)]


@pytest.fixture
def served(database):
    settings = Settings(public_url="https://nextcircle.test", admin_key=KEY)
    with TestClient(create_app(settings, database), raise_server_exceptions=False) as client:
        yield client


def test_an_operator_sees_sites_and_disables_one(served, put):
    put("Python night")
    for headers in ({"Referer": f"{SITE}/"}, {"Referer": "https://nextcircle.test/embed/builder"}, {}):
        assert served.get("/embed/list", headers=headers).status_code == 200
    assert served.get("/embed/items.json", headers={"Origin": "https://pages.example"}).status_code == 200
    operator = {"X-API-Key": KEY}
    listed = served.get("/v1/admin/embedders", headers=operator).json()["items"]
    assert {each["origin"] for each in listed} == {SITE, "https://pages.example"}
    asked = {"origin": f"{SITE}/jobs", "reason": "shows it as its own"}
    done = served.post("/v1/admin/embedders/disable", json=asked, headers=operator)
    assert done.json() == {"id": SITE, "done": "disabled"}
    with TestClient(create_app(Settings(), served.app.state.nextcircle.database)) as other:
        refused = other.get("/embed/list", headers={"Referer": f"{SITE}/"})
    assert refused.status_code == 403
    assert "Python night" not in refused.text
    assert served.get("/embed/list", headers={"Referer": "https://nextcircle.test/"}).status_code == 200
    assert served.get("/embed/v1.js", headers={"Referer": f"{SITE}/"}).status_code == 200
    audit = served.get("/v1/admin/audit", headers=operator).json()["items"]
    assert (audit[0]["action"], audit[0]["target"]) == ("embedder.disable", SITE)
    enabled = {"origin": SITE}
    assert served.post("/v1/admin/embedders/enable", json=enabled, headers=operator).status_code == 200
    assert served.post("/v1/admin/embedders/enable", json=enabled, headers=operator).status_code == 404
    wrong = served.post("/v1/admin/embedders/disable", json={**asked, "origin": "jobs"}, headers=operator)
    assert wrong.status_code == 422


def test_the_commands_do_the_same(database, now, monkeypatch):
    monkeypatch.setenv("NEXTCIRCLE_DATABASE_URL", database.url)
    run = CliRunner()
    Register(database).admit(SITE, now)
    assert SITE in run.invoke(command, ["embedders", "list"]).output
    done = run.invoke(command, ["embedders", "disable", f"{SITE}/page", "--reason", "no"])
    assert done.exit_code == 0, done.output
    assert noted(database) == [(SITE, 1, True)]
    assert "disabled: no" in run.invoke(command, ["embedders", "list"]).output
    assert run.invoke(command, ["embedders", "enable", SITE]).exit_code == 0
    assert run.invoke(command, ["embedders", "enable", SITE]).exit_code == 1
    assert run.invoke(command, ["embedders", "disable", "nonsense", "--reason", "no"]).exit_code == 2
