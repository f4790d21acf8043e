"""Whose turn it is to write: the threads of a process take turns, and other processes get in between."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core import sqlite_turns
from app.core.sqlite_turns import WriteTurns
from app.db import Database, DatabaseAwayError
from app.maintenance.schema import migrate


def test_one_thread_has_the_turn_at_a_time():
    turns, inside, most = WriteTurns(), [], []

    def write() -> None:
        for _ in range(50):
            with turns.turn(60):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most == [1] * 200


def test_who_waits_in_vain_is_told():
    turns = WriteTurns()
    with turns.turn(60), pytest.raises(TimeoutError, match="locked"), turns.turn(0.01):
        raise AssertionError("two have the turn")
    with turns.turn(0.01):
        pass


def test_a_long_writer_lets_others_in_and_a_short_one_does_not(monkeypatch):
    slept = []
    moments = iter([0.0, 0.0, 0.5, 10.0, 10.0, 10.05])
    monkeypatch.setattr(sqlite_turns.time, "monotonic", lambda: next(moments))
    monkeypatch.setattr(sqlite_turns.time, "sleep", slept.append)
    turns = WriteTurns()
    for _ in range(2):
        with turns.turn(60):
            pass
    assert len(slept) == 1


def test_the_lock_of_another_process_is_waited_for_and_then_taken(tmp_path: Path):
    database, other = (Database(f"sqlite:///{tmp_path / 'a.sqlite'}") for _ in range(2))
    migrate(database)
    with other.write() as connection:
        connection.execute(text("INSERT INTO meta (key, value) VALUES ('a', 'x')"))
        with pytest.raises(DatabaseAwayError, match="locked"), database.write(0.01):
            raise AssertionError("two write at once")
    with database.write(0.01) as connection:
        assert connection.execute(text("SELECT value FROM meta WHERE key = 'a'")).scalar_one() == "x"
    for each in (database, other):
        each.close()
