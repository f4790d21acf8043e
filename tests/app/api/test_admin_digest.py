"""The digest by the operator's API: lists with masked mailboxes, previews whose links open nothing, sending again, moving subscriptions."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.auth.repository.audit import entries
from app.core.ids import public
from app.digest.repository.secrets import is_home
from app.digest.repository.subscriptions import add_confirmed
from app.digest.resolution import resolve_wish
from app.digest.schemas import Wish
from app.main import create_app
from app.settings import Settings

KEY = "the key of an operator"
PATH = "/v1/admin/digest"
CONSENT = {"at": "2026-03-01", "wording": "yes"}


@pytest.fixture
def admin(database, now):
    """The API, asked with the operator's key at the time of the test."""
    settings = Settings(places="Boston, MA", admin_key=KEY, public_url="https://nextcircle.test")
    app = create_app(settings, database, clock=lambda: now)
    with TestClient(app, raise_server_exceptions=False, headers={"X-API-Key": KEY}) as opened:
        yield opened


def subscribe(database, now, name: str = "ada") -> int:
    wish = resolve_wish(Wish(near="Boston, MA"), now).wish
    subscriber = add_confirmed(database, f"{name}@example.org", wish, CONSENT, now)
    assert subscriber is not None
    return subscriber.id


def mailed(database, identity: int, now, state: str, *, days: int = 1, kind: str = "digest") -> str:
    """A mail that ended like this; when it was due."""
    due = now.replace(microsecond=0) - timedelta(days=days)
    with database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO delivery (subscription_id, kind, period_at, state, retry_at, attempts, uncertain, ended_at, detail)"
                " VALUES (:id, :kind, :due, :state, :due, 4, :uncertain, :due, '550 mailbox full')"
            ),
            {
                "id": identity,
                "kind": kind,
                "due": int(due.timestamp()),
                "state": state,
                "uncertain": int(state == "uncertain"),
            },
        )
    return due.isoformat()


def actions(database) -> list[str]:
    return [row["action"] for row in reversed(entries(database, 50))]


def shown(admin, show: str) -> list[dict]:
    answer = admin.get(f"{PATH}/mails", params={"show": show})
    assert answer.status_code == 200, answer.text
    assert "ada@" not in answer.text
    return answer.json()["items"]


def test_mails_are_listed_by_how_they_ended(admin, database, now):
    ada = subscribe(database, now)
    for days, state in enumerate(("sent", "skipped", "failed", "uncertain"), start=1):
        mailed(database, ada, now, state, days=days)
    for state in ("sent", "skipped", "failed", "uncertain"):
        (mail,) = shown(admin, state)
        assert (mail["state"], mail["email"]) == (state, "a…@example.org")
        assert mail["can_be_resent"] is (state in ("failed", "uncertain"))
    assert [each["state"] for each in shown(admin, "troubled")] == ["failed", "uncertain"]
    assert shown(admin, "open") == []
    assert admin.get(f"{PATH}/mails", params={"show": "lost"}).status_code == 422


def test_what_is_due_within_a_day_is_listed_before_it_is_made(admin, database, now):
    ada = subscribe(database, now)
    assert shown(admin, "due") == []
    with database.write() as connection:
        soon = int((now + timedelta(hours=3)).timestamp())
        connection.execute(text("UPDATE subscription SET next_at = :soon"), {"soon": soon})
    (mail,) = shown(admin, "due")
    assert (mail["subscription"], mail["state"]) == (public(ada), "due")


def test_a_failed_mail_is_sent_again_once(admin, database, now):
    ada = subscribe(database, now)
    due = mailed(database, ada, now, "failed")
    asked = {"subscription": public(ada), "kind": "digest", "period_at": due}
    assert admin.post(f"{PATH}/resend", json=asked).status_code == 202
    assert [each["state"] for each in shown(admin, "open")] == ["claimed"]
    assert admin.post(f"{PATH}/resend", json=asked).status_code == 409
    assert admin.post(f"{PATH}/resend", json={**asked, "kind": "confirm"}).status_code == 422
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        assert admin.post(f"{PATH}/resend", json={**asked, "period_at": moment}).status_code == 409
    assert actions(database) == ["digest.resend"]


def test_a_preview_is_that_of_any_subscriber_and_its_links_open_nothing(admin, database, put, now):
    ada = subscribe(database, now)
    put("Python night", days=3)
    answer = admin.post(f"{PATH}/subscribers/{public(ada)}/preview").json()
    assert (answer["email"], answer["place"]) == ("a…@example.org", "Boston, MA")
    assert "Python night" in answer["mail"]["text"]
    link = answer["mail"]["text"].split("/s/manage/")[1].split()[0]
    assert admin.get(f"/s/manage/{link}").status_code == 404
    assert admin.post(f"{PATH}/subscribers/{'0' * 13}/preview").status_code == 404
    assert actions(database)[0] == "digest.preview"


def test_subscribers_are_listed_in_parts_with_masked_mailboxes(admin, database, now):
    for number in range(3):
        subscribe(database, now, f"x{number}")
    first = admin.get(f"{PATH}/subscribers", params={"limit": 2}).json()
    rest = admin.get(f"{PATH}/subscribers", params={"limit": 2, "after": first["next"]}).json()
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    assert {each["email"] for each in first["items"]} == {"x…@example.org"}


def test_a_place_to_go_on_from_that_was_made_up_is_told(admin):
    answer = admin.get(f"{PATH}/subscribers", params={"after": "!nowhere!"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "after"


def test_what_is_exported_can_be_imported(admin, database, now):
    subscribe(database, now)
    exported = admin.post(f"{PATH}/export")
    assert exported.headers["content-type"] == "text/plain; charset=utf-8"
    assert exported.headers["cache-control"] == "private, no-store"
    line = orjson.loads(exported.content)
    other = {**line, "email": "eva@example.org"}
    answer = admin.post(f"{PATH}/import", json={"subscriptions": [other, line, {"email": "x"}]}).json()
    assert answer["added"] == 1
    assert [each["number"] for each in answer["refused"]] == [2, 3]
    hostile = b'{"subscriptions": [{"email": "\\ud800", "near": 1' + b"0" * 40 + b"}]}"
    refused = admin.post(f"{PATH}/import", content=hostile, headers={"Content-Type": "application/json"})
    assert refused.json()["added"] == 0
    assert actions(database) == ["digest.export", "digest.import", "digest.import"]


def test_a_restored_database_mails_once_an_operator_says_so(admin, database):
    with database.write() as connection:
        connection.execute(text("INSERT INTO meta (key, value) VALUES ('mail_home', 'restored')"))
    assert admin.get(PATH).json()["is_home"] is False
    assert admin.post(f"{PATH}/adopt").status_code == 200
    assert is_home(database)
    assert actions(database) == ["digest.adopt"]
