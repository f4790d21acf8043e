"""Deliveries: only to receivers that want them, signed, tried again, given up, posted again."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from app.digest.repository.secrets import leave_home
from app.webhooks.repository import deliveries, endpoints
from app.webhooks.sender import Sender
from tests.app.webhooks.conftest import Installation, is_signed

BOSTON = {"events": {"near": ["Boston, MA"]}}


def test_a_webhook_is_live_only_after_its_receiver_echoed_a_challenge(home, receiver):
    made = home.make(receiver.url, **BOSTON)
    assert made["state"] == "pending"
    assert home.round()["sent"] == 1
    assert home.shown(made)["state"] == "live"
    headers, body = receiver.requests[0]
    assert is_signed(made["secret"], headers, body)
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "answer",
    [
        lambda body: b"",
        lambda body: b"ok",
        lambda body: body,  # a mirror
        lambda body: json.dumps({"data": json.loads(body), "json": json.loads(body)}).encode(),
        lambda body: b'{"challenge": "something else"}',
        lambda body: b"[" * 4_000,
        lambda body: b"x" * 5_000,
    ],
)
def test_whoever_does_not_answer_the_challenge_gets_nothing_more(home, receiver, answer):
    receiver.answer = answer
    made = home.make(receiver.url, **BOSTON)
    for wait in ({"minutes": 0}, {"minutes": 6}, {"hours": 1.1}, {"hours": 6.1}, {"days": 1}):
        home.later(**wait)
    assert home.shown(made)["state"] == "disabled"
    assert len(receiver.requests) == 4
    home.later(days=1)
    assert len(receiver.requests) == 4


def put(home, made, key="change-1-1"):
    """Something to post."""
    with home.database.write() as connection:
        number = endpoints.of_token(connection, _hash(made["token"]))[0].id
        deliveries.add(connection, number, key, b'{"type":"test","timestamp":"","data":{}}', home.now)


def _hash(token):
    import hashlib

    return hashlib.sha256(token.encode()).hexdigest()


def test_what_fails_is_tried_again_after_five_minutes_an_hour_and_six(home, receiver):
    made = home.live(receiver)
    put(home, made)
    receiver.status = 503
    assert home.round()["retried"] == 1
    for wait, expected in (({"minutes": 4}, 0), ({"minutes": 2}, 1), ({"hours": 1.1}, 1)):
        assert home.later(**wait)["retried"] == expected
    assert home.later(hours=6.1)["failed"] == 1
    assert len({headers["webhook-id"] for headers, _ in receiver.requests[1:]}) == 1
    assert len({body for _, body in receiver.requests[1:]}) == 1
    (delivery,) = [each for each in home.shown(made)["deliveries"] if "change" in each["id"]]
    assert (delivery["state"], delivery["attempts"], delivery["status"]) == ("failed", 4, 503)


def test_a_receiver_says_itself_when_it_wants_to_be_asked_again(home, receiver):
    made = home.live(receiver)
    put(home, made)
    receiver.status, receiver.headers = 503, {"Retry-After": "1800"}
    assert home.round()["retried"] == 1
    assert home.later(minutes=20)["retried"] == 0
    assert home.later(minutes=11)["retried"] == 1


def test_a_receiver_that_is_gone_is_never_asked_again(home, receiver):
    made = home.live(receiver)
    put(home, made)
    receiver.status = 410
    assert home.round()["disabled"] == 1
    assert home.shown(made)["state"] == "disabled"
    put(home, made, "change-1-2")
    home.later(days=1)
    assert len(receiver.requests) == 2


def fail_thrice(home, receiver, made):
    receiver.status = 500
    for number in range(3):
        put(home, made, f"change-1-{number}")
        for wait in ({"minutes": 0}, {"minutes": 6}, {"hours": 1.1}, {"hours": 6.1}):
            home.later(**wait)


def test_three_deliveries_in_a_row_that_fail_disable_a_webhook(home, receiver):
    made = home.live(receiver)
    fail_thrice(home, receiver, made)
    shown = home.shown(made)
    assert shown["state"] == "disabled"
    assert "3 deliveries in a row failed" in shown["detail"]


def test_what_failed_is_posted_again_once_the_challenge_is_answered(home, receiver):
    made = home.live(receiver)
    fail_thrice(home, receiver, made)
    receiver.status = 200
    before = len(receiver.requests)
    answer = home.replay(made)
    assert (answer.status_code, answer.json()) == (202, {"count": 3, "state": "pending"})
    for _ in range(5):
        home.round()
    types = [json.loads(body)["type"] for _, body in receiver.requests[before:]]
    assert types == ["webhook.challenge", "test", "test", "test"]
    assert home.shown(made)["state"] == "live"


def test_one_delivery_is_posted_again_under_its_id(home, receiver):
    made = home.live(receiver)
    put(home, made)
    home.round()
    identity = receiver.requests[-1][0]["webhook-id"]
    assert home.replay(made, delivery=identity).json() == {"count": 1, "state": "live"}
    home.round()
    assert [headers["webhook-id"] for headers, _ in receiver.requests[-2:]] == [identity] * 2
    assert home.replay(made, delivery=f"{made['id']}-nothing").status_code == 404
    assert home.replay(made, delivery="0000000000000-change-1-1").status_code == 404
    assert home.replay(made, delivery=f"{made['id']}-challenge").status_code == 404


def test_a_worker_that_dies_leaves_its_delivery_to_the_next(home, receiver):
    made = home.live(receiver)
    put(home, made)
    claims = deliveries.claim(home.database, "dead", home.now, 10)
    assert len(claims) == 1
    assert home.round()["sent"] == 0
    assert home.later(minutes=5.1)["sent"] == 1
    with pytest.raises(deliveries.LeaseLostError), home.database.write() as connection:
        deliveries.sent(connection, claims[0], home.now, 200)


def test_one_host_gets_one_call_at_a_time(home, receiver):
    made = home.live(receiver)
    for number in range(3):
        put(home, made, f"change-1-{number}")
    assert len(deliveries.claim(home.database, "one", home.now, 10)) == 1


def test_two_workers_post_a_delivery_once(home, receiver):
    made = home.live(receiver)
    put(home, made)

    async def both():
        senders = [Sender(home.settings, home.database, name, lambda: home.now) for name in ("one", "two")]
        await asyncio.gather(*(sender.tick() for sender in senders))
        for sender in senders:
            await sender.close()

    asyncio.run(both())
    assert len(receiver.documents) == 1


def test_a_redirect_is_not_followed(home, receiver):
    made = home.live(receiver)
    put(home, made)
    receiver.status, receiver.headers = 307, {"Location": "http://169.254.169.254/"}
    assert home.round()["retried"] == 1
    (delivery,) = [each for each in home.shown(made)["deliveries"] if "change" in each["id"]]
    assert "redirect" in delivery["detail"]


def test_an_installation_that_went_public_posts_nothing_to_its_own_machine(home, receiver, database, now):
    made = home.live(receiver)
    put(home, made)
    public = Installation(database, now, public_url="https://nextcircle.example")
    assert public.round()["retried"] == 1
    assert receiver.documents == []


def test_a_restored_backup_posts_nothing(home, receiver):
    from app.runtime.post import Post

    made = home.live(receiver)
    put(home, made)
    with home.database.write() as connection:
        leave_home(connection)

    class Worker:
        name = "worker"

        def clock(self):
            return home.now

    asyncio.run(Post(home.settings, home.database, Worker()).post_webhooks())
    assert receiver.documents == []


def test_what_ended_long_ago_is_deleted(home, receiver):
    made = home.live(receiver)
    put(home, made)
    home.round()
    deliveries.purge(home.database, home.now + timedelta(days=15))
    assert home.shown(made)["deliveries"] == []
    with home.database.write() as connection:
        number = endpoints.of_token(connection, _hash(made["token"]))[0].id
        for each in range(60):
            deliveries.add(connection, number, f"change-2-{each}", b"{}", home.now)
            connection.exec_driver_sql("UPDATE webhook_delivery SET state = 'sent', ended_at = 1")
    assert len(home.shown(made)["deliveries"]) == deliveries.MOST_KEPT
