"""What was asked for in vain is counted by town and field: cheaply, from five on, and never about a sensitive interest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.demand.counter import DemandCounter
from app.demand.repository import band, forget, unmet
from app.main import create_app
from app.settings import Settings


@pytest.fixture
def asked(database, now):
    """Asks a question so many times, lets the counts be written and returns them as operators see them."""
    app = create_app(Settings(), database, clock=lambda: now)

    def ask(path: str, times: int = 5) -> list[tuple[str, str, str]]:
        with TestClient(app, raise_server_exceptions=False) as client:
            for number in range(times):
                # A cached answer asks nothing.
                joint = "&" if "?" in path else "?"
                assert (
                    client.get(
                        f"{path}{joint}{'limit' if path.startswith('/v1') else 'x'}={number + 1}"
                    ).status_code
                    == 200
                )
        return [(each.place, each.field, each.band) for each in unmet(database, now)]

    return ask


BOSTON = "Boston, Massachusetts, US"


@pytest.mark.parametrize("path", ["/search", "/v1/events", "/v1/groups"])
def test_a_question_without_an_answer_is_counted_by_town_and_field(asked, path):
    assert asked(f"{path}?near=Boston,+MA&field=accounting") == [(BOSTON, "accounting", "5–9")]


def test_a_question_for_a_town_alone_is_counted_too(asked):
    assert asked("/v1/events?near=Boston,+MA") == [(BOSTON, "", "5–9")]


def test_fewer_than_five_are_not_shown(asked):
    assert asked("/v1/events?near=Boston,+MA&field=accounting", 4) == []


@pytest.mark.parametrize(
    "question",
    [
        "near=Boston,+MA&interest=lgbtq",
        "near=Boston,+MA&interest=lgbtq&field=nursing",
        "near=Boston,+MA&q=my+name+is+Ada",
        "field=accounting",
        "near=Massachusetts",
        "lat=42.3&lon=-71.1",
    ],
)
def test_what_could_tell_of_a_person_is_not_counted(asked, database, question):
    assert asked(f"/v1/events?{question}") == []
    with database.read() as connection:
        assert connection.execute(text("SELECT * FROM unmet_demand")).all() == []


def test_what_was_found_is_not_counted(asked, put, now):
    put("Evening", days=3)
    assert asked("/v1/groups?near=Suva") != []
    assert [place for place, _, _ in asked("/v1/events?near=Boston,+MA&radius_km=50")] == ["Suva, Rewa, FJ"]


def test_counts_are_written_once_a_minute_beside_the_requests(database, now):
    seconds, started = 0.0, []
    counter = DemandCounter(database, clock=lambda: seconds, start=started.append)
    resolved = {
        "near": [{"place": {"name": "Boston", "region": None, "country": "US", "kind": "city"}}],
        "field": [{"id": "nursing", "input": "nurse"}],
        "interest": [],
        "q": None,
    }
    for _ in range(6):
        counter.note(resolved, now)
    assert started == []
    assert unmet(database, now) == []
    seconds = 60.0
    counter.note(resolved, now)
    assert len(started) == 1
    started[0]()
    counter.note(resolved, now + timedelta(days=1))
    counter.flush()
    assert [(each.field, each.band) for each in unmet(database, now)] == [("nursing", "5–9")]


def test_bands_say_about_how_often():
    assert [band(count) for count in (4, 5, 9, 10, 49, 99, 100, 10_000)] == [
        "", "5–9", "5–9", "10–19", "20–49", "50–99", "100+", "100+",
    ]  # fmt: skip


def test_old_counts_are_forgotten(asked, database, now):
    asked("/v1/events?near=Boston,+MA")
    assert unmet(database, now + timedelta(days=40)) == []
    assert forget(database, now + timedelta(days=1)) == 1
