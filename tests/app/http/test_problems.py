"""Every error is a problem that names the parameter and what would be right, and never a 5xx for what somebody typed."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.db import Database
from app.service.schemas import ProblemOut

WRONG = [
    ("/v1/events?nera=Boston", "nera", "near"),
    ("/v1/events?near=Xqzzyville", "near", None),
    ("/v1/events?near=Online", "near", None),
    ("/v1/events?field=qwxyzzy", "field", None),
    ("/v1/events?limit=0", "limit", None),
    ("/v1/events?limit=1e20", "limit", None),
    ("/v1/events?limit=%D9%A1%D9%A0", "limit", None),
    ("/v1/events?lat=NaN&lon=1", "lat", None),
    ("/v1/events?lat=91&lon=1", "lat", None),
    ("/v1/events?lat=42", "lon", None),
    ("/v1/events?radius_km=1e9&near=Boston", "radius_km", None),
    ("/v1/events?bbox=1,2,3", "bbox", None),
    ("/v1/events?from=2027-02-30", "from", None),
    ("/v1/events?to=0001-01-01", "to", None),
    ("/v1/events?from=2026-12-05&to=2026-12-01", "to", None),
    ("/v1/events?weekday=someday", "weekday", "mon"),
    ("/v1/events?mode=telepathy", "mode", "online"),
    ("/v1/events?sort=password", "sort", "start"),
    ("/v1/events?sort=distance", "sort", "start"),
    ("/v1/events?facets=colour", "facets", "field"),
    ("/v1/events?group=nobody", "group", None),
    ("/v1/events?q=%00", "q", None),
    ("/v1/events?q=" + "x" * 10_000, "q", None),
    ("/v1/groups?mode=online", "mode", None),
    ("/v1/groups?activity=sleepy", "activity", "active"),
    ("/v1/places?q=", "q", None),
    ("/v1/fields?x=1", "x", None),
]


@pytest.mark.one_database
@pytest.mark.parametrize(("url", "parameter", "suggestion"), WRONG, ids=[url[:60] for url, *_ in WRONG])
def test_a_wrong_question_is_422_with_the_parameter_and_the_fix(client, url, parameter, suggestion):
    response = client.get(url)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = ProblemOut.model_validate(response.json())
    error = next(each for each in problem.errors if each.parameter == parameter)
    assert error.detail
    if suggestion is not None:
        assert suggestion in error.suggestions


@pytest.mark.one_database
def test_everything_that_is_wrong_is_named_at_once(client):
    errors = client.get("/v1/events?near=Xqzzyville&field=qwxyzzy&sort=distance").json()["errors"]
    assert {each["parameter"] for each in errors} == {"near", "field", "sort"}


@pytest.mark.one_database
def test_a_cursor_that_was_changed_or_belongs_elsewhere_is_400(client, put):
    for number in range(3):
        put(f"Night {number}", days=2 + number)
    cursor = client.get("/v1/events?limit=1").json()["next"]
    for url in (
        f"/v1/events?limit=1&near=Boston&cursor={cursor}",
        f"/v1/events?cursor={cursor[:-2]}xx",
        "/v1/events?cursor=a",
    ):
        response = client.get(url)
        assert response.status_code == 400, url
        assert response.json()["errors"][0]["parameter"] == "cursor"
    assert client.get(f"/v1/events?limit=2&cursor={cursor}").status_code == 200


@pytest.mark.one_database
@pytest.mark.parametrize(
    "path", ["/v1/events/0000000000000", "/v1/events/..%2F..%2Fetc", "/v1/groups/%00", "/v1/nothing"]
)
def test_what_is_not_there_is_404_as_a_problem(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.one_database
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_method_that_is_not_offered_is_405_and_says_which_are(client, method):
    response = getattr(client, method)("/v1/events")
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert response.headers["content-type"] == "application/problem+json"


def test_with_the_database_away_reads_answer_503_and_come_back(client, database: Database, put):
    put("Python night")
    with database.write() as connection:
        connection.execute(text("ALTER TABLE event RENAME TO event_elsewhere"))
    response = client.get("/v1/events")
    assert response.status_code in {500, 503}
    assert response.headers["content-type"] == "application/problem+json"
    with database.write() as connection:
        connection.execute(text("ALTER TABLE event_elsewhere RENAME TO event"))
    assert client.get("/v1/events").status_code == 200


def test_a_question_with_sql_in_it_is_only_text(client, put):
    put("Robert'); DROP TABLE event;--")
    assert client.get("/v1/events", params={"q": "'); DROP TABLE event;--"}).status_code == 200
    assert len(client.get("/v1/events").json()["items"]) == 1
