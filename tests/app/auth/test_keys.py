"""Keys: shown once, kept as a hash, valid until revoked, and worth what their scopes say."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.auth.keys import Credentials, sent_key
from app.auth.repository.keys import add_key, credentials_of, keys, revoke
from app.cli import app as command
from app.commands.output import choose_json

ADMIN = "an admin key of an operator"


def rows(database) -> str:
    with database.read() as connection:
        return str(connection.execute(text("SELECT * FROM api_key")).all())


def test_a_key_is_not_kept(database, now):
    _, key = add_key(database, "a program", frozenset({"read"}), None, now)
    assert key.startswith("nck_")
    assert len(key) > 40
    assert key not in rows(database)
    assert key[10:] not in rows(database)


def test_a_wrong_key_is_401_and_no_key_is_not(api, key):
    with api() as client:
        assert client.get("/v1/fields").status_code == 200
        assert client.get("/v1/fields", headers={"X-API-Key": key()}).status_code == 200
        assert client.get("/v1/fields", headers={"Authorization": f"Bearer {key()}"}).status_code == 200
        for wrong in ("nck_wrong", "", "null", "key1, key2", "\xe9"):
            response = client.get("/v1/fields", headers={"X-API-Key": wrong.encode("latin-1")})
            assert response.status_code == 401, wrong
            assert response.headers["content-type"] == "application/problem+json"
            assert response.headers["www-authenticate"].startswith("Bearer")
        assert client.get("/v1/fields", headers={"Authorization": "Basic AAAA"}).status_code == 200


def test_a_key_in_the_address_is_none(api, key):
    with api() as client:
        assert client.get(f"/v1/fields?api_key={key()}").status_code == 422


def test_a_revoked_key_is_worthless_within_a_second(api, database, now, monkeypatch):
    identity, key = add_key(database, "a program", frozenset({"read"}), None, now)
    with api() as client:
        ask = {"X-API-Key": key}
        assert client.get("/v1/fields", headers=ask).status_code == 200
        assert revoke(database, identity, now)
        assert not revoke(database, identity, now)
        clock = __import__("time").monotonic
        monkeypatch.setattr("app.http.auth.time.monotonic", lambda: clock() + 1.1)
        assert client.get("/v1/fields", headers=ask).status_code == 401


def test_the_day_of_the_last_use_is_kept_and_no_more(database, now):
    _, key = add_key(database, "a program", frozenset({"write"}), 7, now)
    from app.auth.keys import digest

    holder = credentials_of(database, digest(key), now)
    assert holder is not None
    assert (holder.name, holder.scopes, holder.per_minute) == ("a program", {"write"}, 7)
    assert keys(database)[0]["used_on"] == now.date()


def test_admin_may_everything_and_others_what_they_have():
    assert Credentials("a", frozenset({"admin"})).may("write")
    assert Credentials("a", frozenset({"write"})).may("write")
    assert not Credentials("a", frozenset({"read"})).may("write")


def test_a_key_that_may_write_is_not_held_to_a_strangers_few_writes(api, key):
    body = {"url": "https://www.meetup.com/pydata-prague/events/ical/"}
    with api() as client:
        answers = [client.post("/v1/suggestions", json=body).status_code for _ in range(21)]
        assert answers == [202] * 20 + [429]
        ask = {"X-API-Key": key("write")}
        assert client.post("/v1/suggestions", json=body, headers=ask).status_code == 202
        ask = {"X-API-Key": key("read")}
        assert client.post("/v1/suggestions", json=body, headers=ask).status_code == 429


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ([], None),
        ([(b"x-api-key", b" abc ")], "abc"),
        ([(b"authorization", b"Bearer abc")], "abc"),
        ([(b"authorization", b"bearer abc")], "abc"),
        ([(b"authorization", b"Bearer ")], ""),
        ([(b"authorization", b"Basic abc")], None),
        ([(b"x-api-key", b"a" * 201)], ""),
    ],
)
def test_a_key_is_read_from_two_headers(headers, key):
    assert sent_key(headers) == key


def test_the_commands_make_list_and_revoke_keys(database_url, monkeypatch):
    monkeypatch.setenv("NEXTCIRCLE_DATABASE_URL", database_url)
    run = CliRunner()
    choose_json(True)
    try:
        made = json.loads(run.invoke(command, ["keys", "add", "a tracker", "--scope", "write"]).stdout)
        listed = json.loads(run.invoke(command, ["keys", "list"]).stdout)["keys"]
        assert [(each["id"], each["scopes"]) for each in listed] == [(made["id"], ["write"])]
        assert made["key"] not in str(listed)
        assert run.invoke(command, ["keys", "revoke", made["id"]]).exit_code == 0
        assert run.invoke(command, ["keys", "revoke", made["id"]]).exit_code == 1
        assert run.invoke(command, ["keys", "add", "x", "--scope", "root"]).exit_code == 2
    finally:
        choose_json(False)
