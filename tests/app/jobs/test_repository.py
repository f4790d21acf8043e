"""A period of a job is done once, whoever does it and whoever dies over it."""

from __future__ import annotations

import threading
from datetime import timedelta

from app.db import Database
from app.jobs import repository as jobs

LEASE = timedelta(minutes=5)


def test_of_four_workers_one_gets_each_period(database, now):
    got: list[int] = []
    lock = threading.Lock()

    def work(name: str) -> None:
        own = Database(database.url)
        for number in range(20):
            if jobs.claim(own, "digest", now + timedelta(hours=number), name, now, LEASE):
                with lock:
                    got.append(number)
        own.close()

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(20))


def test_what_is_done_is_not_done_again(database, now):
    assert jobs.claim(database, "job", now, "one", now, LEASE)
    assert jobs.done(database, "job", now, "one", now)
    assert not jobs.claim(database, "job", now, "other", now + timedelta(days=1), LEASE)


def test_a_period_left_by_a_dead_worker_is_taken_over(database, now):
    assert jobs.claim(database, "job", now, "dead", now, LEASE)
    assert not jobs.claim(database, "job", now, "other", now + timedelta(minutes=4), LEASE)
    assert jobs.claim(database, "job", now, "other", now + timedelta(minutes=6), LEASE)


def test_a_worker_that_woke_up_too_late_is_told(database, now):
    jobs.claim(database, "job", now, "frozen", now, LEASE)
    jobs.claim(database, "job", now, "other", now + timedelta(minutes=6), LEASE)
    assert not jobs.done(database, "job", now, "frozen", now + timedelta(minutes=7))
    assert jobs.done(database, "job", now, "other", now + timedelta(minutes=7))


def test_a_period_that_kills_every_worker_is_left_alone_after_three(database, now):
    moment = now
    for name in ("a", "b", "c"):
        assert jobs.claim(database, "job", now, name, moment, LEASE)
        moment += timedelta(minutes=6)
    assert not jobs.claim(database, "job", now, "d", moment, LEASE)


def test_every_worker_sees_the_same_period(now):
    hour = timedelta(hours=1)
    assert jobs.period(now, hour) == jobs.period(now + timedelta(minutes=59), hour)
    assert jobs.period(now + hour, hour) == jobs.period(now, hour) + hour
