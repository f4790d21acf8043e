"""Webhooks are made by anybody, for addresses that want them, within limits; the token alone shows and ends them."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from app.core.ids import internal
from app.digest.configuration import make_mailer
from app.digest.repository import subscriptions
from app.digest.resolution import resolve_wish
from app.digest.schemas import Wish
from app.webhooks.repository import endpoints
from tests.app.webhooks.conftest import Installation, Receiver, is_signed

BOSTON = {"events": {"near": ["Boston, MA"]}}
HOOK = "https://example.org/hook"


def created(home, url=HOOK, **asked):
    return home.client.post("/v1/webhooks", json={"url": url, **(asked or BOSTON)})


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/hook",
        "https://user:password@example.org/hook",
        "https://example.org:8443/hook",
        "https://127.0.0.1/hook",
        "https://localhost/hook",
        "https://[::1]/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://intranet/hook",
        "https://example.org\\@10.0.0.1/",
        "http://127.0.0.1:8000/v1/webhooks",
        "http://127.0.0.1:99999/",
        "http://[::1",
        "webcal://example.org/hook",
        "//example.org",
        "https://" + "a" * 3_000,
        "https://example.org/\r\nX: y",
        "",
    ],
)
def test_only_public_addresses_are_posted_to(home, url):
    answer = created(home, url)
    assert answer.status_code == 422, answer.text
    with home.database.read() as connection:
        assert endpoints.counts(connection) == {}


@pytest.mark.parametrize(
    ("settings", "address", "headers"),
    [
        ({"public_url": "https://nextcircle.example"}, "127.0.0.1", {"Host": "127.0.0.1:8000"}),
        ({"host": "0.0.0.0"}, "127.0.0.1", {"Host": "127.0.0.1:8000"}),
        ({}, "192.0.2.1", {"Host": "127.0.0.1:8000"}),
        ({}, "127.0.0.1", {"Host": "evil.example"}),
        ({}, "127.0.0.1", {"Host": "127.0.0.1:8000", "X-Forwarded-For": "192.0.2.1"}),
    ],
)
def test_nobody_but_the_owner_of_a_machine_has_it_post_to_itself(
    database, now, receiver, settings, address, headers
):
    home = Installation(database, now, **settings)
    answer = home.elsewhere(address).post(
        "/v1/webhooks", json={"url": receiver.url, **BOSTON}, headers=headers
    )
    assert answer.status_code == 422


def test_an_installation_does_not_post_to_itself(database, now):
    home = Installation(database, now, public_url="https://nextcircle.example")
    assert created(home, "https://nextcircle.example/v1/webhooks").status_code == 422


@pytest.mark.parametrize(
    "asked",
    [
        {"url": HOOK},
        {"url": HOOK, **BOSTON, "groups": {}},
        {"url": HOOK, "events": {"nonsense": 1}},
        {"url": HOOK, "events": {"near": [1]}},
        {"url": HOOK, "events": {"near": ["Boston, MA"], "cursor": "x"}},
        {"url": HOOK, **BOSTON, "secret": "whsec_mine"},
        {"url": [HOOK], **BOSTON},
        [],
        {},
    ],
)
def test_a_body_that_asks_something_else_is_refused(home, asked):
    assert home.client.post("/v1/webhooks", json=asked).status_code == 422


def test_only_json_is_taken_so_that_no_form_of_another_site_makes_one(home):
    body = json.dumps({"url": HOOK, **BOSTON})
    answer = home.client.post("/v1/webhooks", content=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_the_secret_and_the_token_are_shown_once(home, receiver):
    made = home.make(receiver.url, **BOSTON)
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", made["secret"])
    answer = home.client.get("/v1/webhooks", headers={"Webhook-Token": made["token"]})
    assert answer.headers["cache-control"] == "no-store"
    assert made["secret"] not in answer.text
    assert made["token"] not in answer.text
    with home.database.read() as connection:
        stored = connection.exec_driver_sql("SELECT token_hash, network FROM webhook").one()
    assert made["token"] not in stored
    assert "127.0.0.1" not in stored[1]


def test_a_token_shows_and_ends_its_own_webhooks_alone(home, receiver):
    first = home.make(receiver.url, **BOSTON)
    second = home.make(receiver.url, first["token"], groups={"near": ["Boston, MA"]})
    other = home.make(receiver.url, **BOSTON)
    assert second["token"] == first["token"]
    shown = home.client.get("/v1/webhooks", headers={"Webhook-Token": first["token"]}).json()["items"]
    assert [each["id"] for each in shown] == [first["id"], second["id"]]
    theirs = {"Webhook-Token": other["token"]}
    assert home.client.delete(f"/v1/webhooks/{first['id']}", headers=theirs).status_code == 404
    assert home.replay({**first, "token": other["token"]}).status_code == 404
    ours = {"Webhook-Token": first["token"]}
    assert home.client.delete(f"/v1/webhooks/{first['id']}", headers=ours).status_code == 204
    assert home.client.delete(f"/v1/webhooks/{first['id']}", headers=ours).status_code == 404
    assert home.client.get("/v1/webhooks", headers={"Webhook-Token": "x"}).json() == {"items": []}
    assert home.client.get("/v1/webhooks").status_code == 422


def test_nobody_chooses_a_token(home):
    answer = home.client.post("/v1/webhooks", json={"url": HOOK, **BOSTON}, headers={"Webhook-Token": "a"})
    assert answer.status_code == 404
    with home.database.read() as connection:
        assert endpoints.counts(connection) == {}


def test_a_network_has_ten_webhooks(home):
    for number in range(endpoints.MOST_OF_A_NETWORK):
        assert created(home, f"https://host{number}.example.org/hook").status_code == 202
    answer = created(home, "https://another.example.org/hook")
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "your network has 10 webhooks already; delete one",
    )
    elsewhere = home.elsewhere().post("/v1/webhooks", json={"url": HOOK, **BOSTON})
    assert elsewhere.status_code == 202


def test_a_host_that_wants_nothing_is_challenged_ten_times_an_hour_at_most(home):
    statuses = [
        home.elsewhere(f"192.0.2.{number}").post("/v1/webhooks", json={"url": HOOK, **BOSTON}).status_code
        for number in range(12)
    ]
    assert statuses == [202] * 10 + [429] * 2


def test_a_filter_that_finds_more_than_a_feed_holds_is_refused(samples, home, monkeypatch):
    monkeypatch.setattr("app.webhooks.filters.MAX_FEED_LIMIT", 3)
    answer = created(home)
    assert answer.status_code == 422
    assert "narrow it" in answer.json()["detail"]


class Subscribed:
    """A subscription with a digest that is due tomorrow, and its mailer."""

    def __init__(self, home: Installation, **wish: object) -> None:
        self.home = home
        self.desk = home.client.app.state.desk
        asked = Wish(near="Boston, MA", fields=["software-engineering"], **wish)
        resolved = resolve_wish(asked, home.now).wish
        found = subscriptions.add_confirmed(home.database, "ada@example.org", resolved, {}, home.now)
        assert found is not None
        self.subscriber = found

    @property
    def manage(self) -> str:
        return self.desk.composer.links(self.subscriber).manage

    async def _tick(self) -> dict[str, int]:
        mailer = make_mailer(self.home.settings, self.home.database, "worker", lambda: self.home.now)
        return (await mailer.tick()).as_dict()

    def send(self) -> dict[str, int]:
        import asyncio

        self.home.now += timedelta(days=1, hours=1, minutes=5)
        return asyncio.run(self._tick())


def test_a_digest_is_posted_once_with_its_mail(samples, home, receiver: Receiver):
    subscribed = Subscribed(home)
    made = home.live(receiver, subscription=subscribed.manage)
    assert made["kind"] == "digest"
    assert subscribed.send()["sent"] == 1
    assert home.round()["sent"] == 1
    home.later(days=1)
    (document,) = receiver.documents
    assert document["type"] == "digest.made"
    assert document["data"]["events"]
    headers, body = receiver.requests[-1]
    assert is_signed(made["secret"], headers, body)
    assert b"/s/" not in body
    assert b"ada@example.org" not in body


def test_a_digest_has_three_webhooks_and_they_end_with_it(samples, home, receiver):
    subscribed = Subscribed(home)
    for _ in range(3):
        home.make(receiver.url, subscription=subscribed.manage.rpartition("/")[2])
    assert created(home, receiver.url, subscription=subscribed.manage).status_code == 409
    with home.database.read() as connection:
        exported = subscribed.desk.export(subscriptions.by_id(connection, subscribed.subscriber.id))
    assert [each["url"] for each in exported["webhooks"]] == [receiver.url] * 3
    with home.database.write() as connection:
        subscriptions.end(connection, subscribed.subscriber.id, "unsubscribed")
    with home.database.read() as connection:
        assert endpoints.counts(connection) == {}


def test_a_webhook_of_a_digest_needs_the_link_to_manage_it(samples, home, receiver):
    subscribed = Subscribed(home)
    feed = subscribed.desk.composer.feeds(subscribed.subscriber)["ics"]
    for link in (
        "made.up.token",
        "",
        feed,
        subscribed.desk.composer.links(subscribed.subscriber).unsubscribe,
    ):
        assert created(home, receiver.url, subscription=link).status_code == 404


def test_a_digest_with_a_sensitive_interest_is_posted_nowhere(samples, home, receiver):
    subscribed = Subscribed(home, interests=["lgbtq"])
    assert created(home, receiver.url, subscription=subscribed.manage).status_code == 422
    # Wished for later, with a webhook there already.
    with home.database.write() as connection:
        endpoints.add(
            connection, 7, home.now, token_hash="x", secret="whsec_AAAA", url=receiver.url, host="h", kind="digest",
            subscription_id=subscribed.subscriber.id,
        )  # fmt: skip
        endpoints.make_live(connection, 7, home.now, None)
    subscribed.send()
    home.round()
    assert receiver.documents == []


def test_ids_are_public_ones(home, receiver):
    assert internal(home.make(receiver.url, **BOSTON)["id"]) is not None
