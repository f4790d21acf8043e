"""A saved filter posts what is new, changed, cancelled and removed among its answers: each once, and nothing else."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.core.ids import internal
from app.ingest.pipeline import ingest
from app.models import Webhook
from app.webhooks import payloads
from app.webhooks.repository import endpoints
from app.webhooks.scan import scan_due
from tests.app.conftest import PLACES, an_event
from tests.app.webhooks.conftest import is_signed


@pytest.fixture
def store(home, source):
    """Stores an event a week from now: `store("Python night", "Boston")`."""
    ref = source("meetup", "city")

    def put(name, place="Boston", days=7, **members):
        start = home.now + timedelta(days=days)
        event = an_event(
            uid=name,
            name=name,
            url=f"https://www.meetup.com/boston-python/events/{len(name)}{ord(name[0])}/",
            location=PLACES[place],
            start_date=start,
            end_date=start + timedelta(hours=2),
            **members,
        )
        ingest(home.database, [(ref, event)], home.now)

    return put


def told(receiver):
    return [
        (item["change"], (item["item"] or {}).get("name"))
        for document in receiver.documents
        for item in document["data"]["items"]
    ]


def test_what_is_there_at_the_beginning_is_no_news(home, receiver, store):
    store("Python night")
    home.live(receiver)
    assert home.later(minutes=6) == dict.fromkeys(("news", "sent", "retried", "failed", "disabled"), 0)
    assert receiver.documents == []


def test_new_changed_and_cancelled_events_are_posted_once(home, receiver, store):
    store("Old night")
    made = home.live(receiver)
    store("New night")
    store("Far away", "London")
    assert home.later(minutes=6)["news"] == 1
    assert told(receiver) == [("new", "New night")]
    store("New night", days=8)
    store("Old night", event_status="EventCancelled")
    home.later(minutes=6)
    home.later(minutes=6)
    assert sorted(told(receiver)[1:]) == [("cancelled", "Old night"), ("changed", "New night")]
    headers, body = receiver.requests[-1]
    assert is_signed(made["secret"], headers, body)
    assert headers["webhook-id"] == home.shown(made)["deliveries"][0]["id"]
    assert json.loads(body)["type"] == "events.changed"


def test_what_is_no_answer_any_more_is_named_by_its_id(home, receiver, store):
    store("Python night")
    home.live(receiver)
    store("Python night", "London")
    home.later(minutes=6)
    (document,) = receiver.documents
    (item,) = document["data"]["items"]
    assert item["change"] == "removed"
    assert item["item"] is None
    assert home.client.get(f"/v1/events/{item['id']}").json()["name"] == "Python night"


def test_a_change_that_nobody_would_notice_is_no_news(home, receiver, store):
    store("Python night")
    home.live(receiver)
    store("Python night", description="Programmers hack on open source software, together as always.")
    assert home.later(minutes=6)["news"] == 0


def test_an_event_that_is_over_and_removed_is_no_news(home, receiver, store):
    store("Python night", days=1)
    home.live(receiver)
    home.now += timedelta(days=3)
    store("Python night", "London", days=-2)
    home.round()
    assert told(receiver) == []


def test_groups_have_news_too(home, receiver, store):
    store("Python night")
    home.live(receiver, groups={"near": ["London, GB"]})
    store("Evening at the pub", "London")
    home.later(minutes=6)
    assert all(document["type"] == "groups.changed" for document in receiver.documents)


def test_more_than_fits_into_one_document_comes_in_several(home, receiver, source):
    home.live(receiver)
    ref = source("meetup", "many")
    start = home.now + timedelta(days=5)
    many = [
        an_event(
            uid=f"n{number}",
            name=f"Evening number {number} about topic {number * 7919}",
            url=f"https://www.meetup.com/boston-python/events/{number + 1000}/",
            description="Words. " * 400,
            location=PLACES["Boston"],
            start_date=start + timedelta(hours=number),
        )
        for number in range(130)
    ]
    ingest(home.database, [(ref, event) for event in many], home.now)
    for _ in range(4):
        home.later(minutes=6)
    assert len({name for _, name in told(receiver)}) == len(told(receiver)) == 130
    assert [document["data"]["more"] for document in receiver.documents] == [True, False]
    assert all(len(body) <= payloads.MOST_BYTES for _, body in receiver.requests)


def test_two_workers_that_look_at_the_same_time_write_one_delivery(home, receiver, store):
    made = home.live(receiver)
    store("New night")
    home.now += timedelta(minutes=6)
    with home.database.read() as connection:
        endpoint = endpoints.of_token(connection, _hash(made["token"]))[0]
    assert scan_due(home.database, home.now, "https://nextcircle.test") == 1
    with home.database.write() as connection:
        late = endpoints.move_on(connection, endpoint, endpoint.position, {}, None)
    assert not late


def test_while_a_delivery_waits_its_filter_is_not_looked_at(home, receiver, store):
    home.live(receiver)
    store("First night")
    receiver.status = 500
    assert home.later(minutes=6)["retried"] == 1
    store("Second night")
    receiver.status = 200
    for _ in range(3):
        home.later(minutes=6)
    assert told(receiver)[-2:] == [("new", "First night"), ("new", "Second night")]


def _hash(token):
    import hashlib

    return hashlib.sha256(token.encode()).hexdigest()


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"near": ["Xyzzyville"]}, "near"),
        ({"near": ["Boston, MA"], "from": "weekend"}, "from"),
        ({"near": ["Boston, MA"], "sort": "relevance"}, "sort"),
        ({"ask": "free python meetups near Boston this weekend"}, "ask"),
    ],
)
def test_a_filter_that_cannot_stand_is_refused_by_name(home, receiver, asked, parameter):
    answer = home.client.post("/v1/webhooks", json={"url": receiver.url, "events": asked})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize("asked", [{"interest": ["lgbtq"]}, {"q": "lgbtq"}])
def test_a_sensitive_interest_has_no_webhook(home, receiver, asked):
    answer = home.client.post("/v1/webhooks", json={"url": receiver.url, "events": asked})
    assert answer.status_code == 422
    assert "no webhook is made" in answer.json()["detail"]


def test_a_filter_that_a_newer_version_does_not_know_is_disabled_and_holds_up_no_other(home, receiver, store):
    broken, sound = home.live(receiver), home.make(receiver.url, events={"near": ["Boston, MA"]})
    home.round()
    with home.database.write() as connection:
        connection.execute(
            update(Webhook)
            .where(Webhook.id == internal(broken["id"]))
            .values(filter={"near": ["Boston, MA"], "colour": "red"})
        )
    store("One")
    assert home.later(minutes=6)["news"] == 1
    home.later(seconds=10)
    assert home.shown(broken)["state"] == "disabled"
    assert "not understood" in home.shown(broken)["detail"]
    assert home.shown(sound)["state"] == "live"


def test_a_clock_that_was_ahead_delays_no_news(home, receiver, store):
    made = home.live(receiver)
    home.later(days=30)
    home.now -= timedelta(days=30)
    store("One")
    assert home.round()["news"] == 1
    assert home.shown(made)["state"] == "live"
