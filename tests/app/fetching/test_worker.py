"""What a worker does about the clock."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from app.fetching import worker
from app.fetching.worker import Worker
from scrapers.http.client import PoliteClient


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
@pytest.mark.parametrize("step", [timedelta(days=-1), timedelta(minutes=-5), timedelta(days=2)])
async def test_a_clock_that_was_moved_lets_every_job_run_again(database, now, monkeypatch, caplog, step):
    monkeypatch.setattr(worker, "CLOCK_LOOK", timedelta(seconds=0.01))
    moment = now
    ran = asyncio.Event()
    scheduler = AsyncIOScheduler(timezone="UTC")
    # As after a step back: what waits for a time of day waits for days.
    scheduler.add_job(ran.set, "interval", hours=1, next_run_time=datetime.now(UTC) + timedelta(days=1))
    scheduler.start()
    async with PoliteClient(user_agent="NextCircle/test") as client:
        working = Worker(database, client, pages=False)
        working.host_clock = lambda: moment
        watching = asyncio.create_task(working._watch_clock(scheduler))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ran.wait(), 0.2)
        assert not ran.is_set()
        moment = now + step
        await asyncio.wait_for(ran.wait(), 30)
        watching.cancel()
        scheduler.shutdown(wait=False)
    assert "the clock was moved" in caplog.text
