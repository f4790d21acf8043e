"""A database that is away at the start is waited for; what will not get better by waiting is told at once."""

from __future__ import annotations

import pytest

from app.db import Database, DatabaseAwayError
from app.maintenance.schema import migrate
from app.runtime.patience import when_there


def test_what_comes_back_is_waited_for(caplog):
    answers = iter([DatabaseAwayError("starting"), DatabaseAwayError("starting"), "there"])

    def act() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert when_there(act, look=0.0) == "there"
    assert caplog.text.count("waiting") == 1


def test_it_is_not_waited_for_ever():
    def act() -> None:
        raise DatabaseAwayError("gone")

    with pytest.raises(DatabaseAwayError, match="gone"):
        when_there(act, seconds=0.0)


def test_a_server_that_refuses_connections_is_away():
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseAwayError, match="refused"):
        when_there(lambda: migrate(database), seconds=0.0)
    database.close()


def test_another_failure_is_not_taken_for_a_database_that_is_away():
    with pytest.raises(KeyError):
        when_there(lambda: {}["key"])
