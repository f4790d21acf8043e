"""A question that takes too long is stopped in the database and answered by a 503; the connection is as good as new."""

from __future__ import annotations

import time

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.db import Database, TooSlowError, rows
from app.main import create_app
from app.service import pages
from app.settings import read_settings

ENDLESS = text(
    "WITH RECURSIVE counting(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counting WHERE n < 1000000000)"
    " SELECT COUNT(*) FROM counting"
)


def test_a_statement_is_stopped_and_the_next_one_is_not(database: Database):
    with pytest.raises(TooSlowError), database.read(0.1) as connection:
        connection.execute(ENDLESS)
    with database.read() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1


def test_a_question_that_takes_too_long_is_a_problem(database: Database, monkeypatch: pytest.MonkeyPatch):
    def endless(connection, *_):
        rows(connection, ENDLESS.text, {})

    monkeypatch.setattr("app.http.reads.LONGEST_SECONDS", 0.1)
    monkeypatch.setattr(pages, "find_events", endless)
    with TestClient(create_app(read_settings(), database)) as client:
        response = client.get("/v1/events?near=Boston, MA")
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["retry-after"] == "30"
    assert "smaller" in response.json()["detail"]


def test_what_happens_between_statements_does_not_count(database: Database):
    with database.read(0.2) as connection:
        time.sleep(0.3)
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
