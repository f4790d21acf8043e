"""`since`: a poller who applies every answer has, in the end, what a list answers now. On both databases, while data changes."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.ingest.pipeline import ingest
from app.ingest.takedowns.repository import remove_listing
from tests.app.conftest import an_event


class Poller:
    """Keeps a copy of the answers to a question."""

    def __init__(self, client, path="/v1/events", since="start", **question):
        self.client, self.path, self.question, self.since = client, path, question, since
        self.copy: dict = {}
        self.named: list = []

    def poll(self) -> list:
        """Ask until there is nothing left; the items of this time."""
        seen = []
        while True:
            answer = self.client.get(self.path, params={**self.question, "since": self.since})
            assert answer.status_code == 200, answer.text
            page = answer.json()
            for item in page["items"]:
                if item.get("removed"):
                    self.copy.pop(item["id"], None)
                else:
                    self.copy[item["id"]] = item
            seen += page["items"]
            self.since = page["next"]
            if not page["more"]:
                return seen

    def names(self) -> set:
        return {item["name"] for item in self.copy.values()}


def test_it_begins_with_everything_and_goes_on_with_what_is_new(client, put):
    put("One"), put("Two")
    poller = Poller(client)
    assert {each["name"] for each in poller.poll()} == {"One", "Two"}
    assert poller.poll() == []
    put("Three")
    assert [each["name"] for each in poller.poll()] == ["Three"]
    assert poller.poll() == []


def test_now_begins_with_nothing(client, put):
    put("One")
    poller = Poller(client, since="now")
    assert poller.poll() == []
    put("Two")
    assert [each["name"] for each in poller.poll()] == ["Two"]


def test_only_answers_to_the_question_come_and_what_came_into_being_elsewhere_is_not_named(client, put):
    poller = Poller(client, near="Boston, MA")
    put("Here"), put("There", "London")
    assert [each["name"] for each in poller.poll()] == ["Here"]
    put("There as well", "London")
    assert poller.poll() == []
    assert "distance_km" in next(iter(poller.copy.values()))


def test_what_moves_away_is_removed_and_what_moves_here_comes(client, put):
    poller = Poller(client, near="Boston, MA")
    put("Evening", uid="1", url="https://example.org/1")
    poller.poll()
    put("Evening", "London", uid="1", url="https://example.org/1")
    assert [each["removed"] for each in poller.poll()] == [True]
    assert poller.copy == {}
    put("Evening", uid="1", url="https://example.org/1")
    assert [each["name"] for each in poller.poll()] == ["Evening"]


def test_what_was_taken_down_is_removed(client, put, database, here):
    poller = Poller(client)
    event = put("Evening")
    poller.poll()
    remove_listing(database, event.url, here)
    assert [set(each) for each in poller.poll()] == [{"id", "removed"}]
    assert poller.copy == {}


def test_a_merged_event_leaves_one(client, put, source, database, here):
    poller = Poller(client)
    one = put("Python project night", url="https://example.org/a", uid="a")
    ref = source("luma", "another")

    def elsewhere(**members) -> None:
        event = an_event(platform="luma", uid="b", url="https://example.org/b", organizer=None, **members)
        ingest(database, [(ref, event)], here)

    later = here + timedelta(days=9)
    elsewhere(name="Chess", description=None, start_date=later, end_date=later + timedelta(hours=2))
    poller.poll()
    assert len(poller.copy) == 2
    # It turns out to be the first one, in the words of another source.
    elsewhere(name=one.name, start_date=one.start_date, end_date=one.end_date, location=one.location)
    poller.poll()
    assert len(poller.copy) == 1
    assert len(next(iter(poller.copy.values()))["sources"]) == 2


def test_groups_change_when_their_events_do(client, put):
    poller = Poller(client, "/v1/groups")
    put("One", group="Boston Python")
    poller.poll()
    assert poller.names() == {"Boston Python"}
    before = next(iter(poller.copy.values()))["activity"]["next_event"]
    put("Sooner", days=1, group="Boston Python")
    poller.poll()
    assert next(iter(poller.copy.values()))["activity"]["next_event"] < before


def test_an_unchanged_answer_is_304(client, put):
    put("One")
    poller = Poller(client)
    poller.poll()
    asked = {"since": poller.since}
    first = client.get("/v1/events", params=asked)
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/v1/events", params=asked, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("since", ["", "yesterday", "2026-01-01", "AAAA", "../../etc"])
def test_what_is_no_cursor_says_how_to_begin(client, since):
    response = client.get("/v1/events", params={"since": since})
    assert response.status_code == 400
    [wrong] = response.json()["errors"]
    assert wrong["parameter"] == "since"
    assert wrong["suggestions"] == ["now", "start"]


def test_a_cursor_belongs_to_its_question_and_not_to_pages(client, put):
    put("One"), put("Two")
    since = client.get("/v1/events?since=now").json()["next"]
    assert client.get("/v1/events", params={"since": since, "near": "Boston, MA"}).status_code == 400
    page = client.get("/v1/events?limit=1").json()["next"]
    assert client.get("/v1/events", params={"since": page}).status_code == 400
    assert client.get("/v1/events", params={"since": since, "cursor": page}).status_code == 422
    assert client.get("/v1/events", params={"since": since, "facets": "field"}).status_code == 422


@pytest.mark.parametrize("seed", range(3))
def test_a_copy_is_what_a_list_answers_whatever_happens(client, database, source, here, seed):
    chance = random.Random(seed)
    ref = source("meetup", f"chance {seed}")
    poller = Poller(client, near="Boston, MA", limit=3)
    places = [
        {"lat": 42.36, "lon": -71.06, "city": "Boston", "region": "MA", "country": "US"},
        {"lat": 51.5, "lon": -0.13, "city": "London", "region": None, "country": "GB"},
    ]
    from scrapers.records import ScrapedPlace

    urls = []
    for _ in range(25):
        if chance.random() < 0.15 and urls:
            remove_listing(database, chance.choice(urls), here)
        batch = []
        for _ in range(chance.randint(1, 4)):
            number = chance.randint(1, 12)
            url = f"https://example.org/{seed}/{number}"
            urls.append(url)
            start = here + timedelta(days=number, hours=chance.choice((0, 0, 0, 30)))
            batch.append(
                an_event(
                    uid=str(number),
                    name=f"{chance.choice(('Python', 'Nursing', 'Chess'))} evening {number}",
                    url=url,
                    start_date=start,
                    end_date=start + timedelta(hours=2),
                    location=ScrapedPlace(**chance.choice(places)),
                    event_status=chance.choice(("EventScheduled", "EventCancelled")),
                    organizer=None,
                )
            )
        ingest(database, [(ref, each) for each in batch], here)
        if chance.random() < 0.5:
            poller.poll()
    poller.poll()
    listed = client.get("/v1/events", params={"near": "Boston, MA", "limit": 100}).json()["items"]

    def bare(items) -> dict:
        return {each["id"]: each for each in items}

    assert poller.copy == bare(listed)


def test_nothing_is_lost_while_several_store_at_once(client, database, source, here):
    refs = [source("meetup", f"source {number}") for number in range(3)]

    def store(number: int) -> None:
        for turn in range(12):
            start = here + timedelta(days=1 + turn, hours=number * 5)
            event = an_event(
                uid=str(turn),
                name=f"Evening {number}-{turn}",
                url=f"https://example.org/{number}/{turn}",
                start_date=start,
                end_date=start + timedelta(hours=1),
                organizer=None,
                location=None,
            )
            ingest(database, [(refs[number], event)], here)

    poller = Poller(client, limit=5)
    threads = [threading.Thread(target=store, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        poller.poll()
    poller.poll()
    assert len(poller.copy) == 36
    with database.read() as connection:
        numbers = connection.execute(text("SELECT change FROM event")).scalars().all()
    assert len(set(numbers)) == 36
