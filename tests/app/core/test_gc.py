"""The search for cycles of garbage is put off while much is made, and comes back."""

from __future__ import annotations

import gc
from threading import Event, Thread

import pytest

from app.core.gc import seldom_collected


def test_whoever_is_last_out_brings_the_usual_back():
    usual = gc.get_threshold()
    inside, leave = Event(), Event()

    def other() -> None:
        with seldom_collected():
            inside.set()
            leave.wait(10)

    with seldom_collected():
        thread = Thread(target=other)
        thread.start()
        assert inside.wait(10)
    assert gc.get_threshold() != usual
    leave.set()
    thread.join()
    assert gc.get_threshold() == usual


def test_what_fails_inside_brings_it_back_as_well():
    usual = gc.get_threshold()
    with pytest.raises(ValueError, match="no batch"), seldom_collected():
        raise ValueError("no batch")
    assert gc.get_threshold() == usual
