"""The processes behind `serve`, `worker` and `fetch`: what starts, what is said meanwhile, what stops together."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Final

from app.core.clock import utc_now
from app.db import Database, sqlite_is_safe, sqlite_module
from app.fetching.fetch_source import run_source
from app.fetching.run import Run
from app.fetching.worker import Worker, make_client
from app.places.home import set_home
from app.runtime.first_start import ask_first_start
from app.runtime.housekeeping import House
from app.runtime.patience import when_there
from app.runtime.post import Post
from app.samples.repository import has_real_listings
from app.settings import Settings
from app.sources.coverage import add_catalogue, fields_asked_for, pages_allowed, places_to_cover
from app.sources.outcome_words import in_words
from app.sources.repository import leases, sources
from scrapers.parser_pool import ParserPool

# By then it is clear whether there is a network: every connection attempt takes at most ten seconds.
_DECIDE_SECONDS: Final = 15.0
_STOP_SECONDS: Final = 10.0


def serve(settings: Settings, database: Database) -> int:
    """Run the API and a worker until one of them ends or we are told to stop; the exit code."""
    _warn_of_old_sqlite(database)
    ask_first_start(settings, database)
    places = places_to_cover(settings, database)
    _say(f"NextCircle covers {'; '.join(each.name for each in places)}")
    add_catalogue(database, places, utc_now(), fields_asked_for(settings))
    database.close()
    command = [sys.executable, "-m", "app.cli"]
    stopping = False

    def stop(number: int, frame: Any) -> None:  # noqa: ARG001
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    # Sessions of their own: a Ctrl-C is ours to pass on, once.
    # What the worker does is told in its own lines; the log is for when something is wrong.
    environment = {"NEXTCIRCLE_LOG_LEVEL": "warning", **os.environ}
    children = [
        # The pipe closes when this process ends, however it does: then they end as well.
        subprocess.Popen(  # noqa: S603  our own command
            [*command, *arguments, "--with-parent"],
            start_new_session=True,
            env=environment,
            stdin=subprocess.PIPE,
        )
        for arguments in (["api"], ["worker", "--samples"])
    ]
    _say(f"NextCircle listens at {settings.base_url}")
    try:
        while not stopping and all(child.poll() is None for child in children):
            time.sleep(0.2)
    finally:
        for child in children:
            child.terminate()
        codes = [_ended(child) for child in children]
    return 0 if stopping else max(1, *(abs(code) for code in codes))


def _ended(child: subprocess.Popen[bytes]) -> int:
    try:
        return child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def _add_catalogue(settings: Settings, database: Database) -> None:
    """Add what the catalogue has for the places and career fields of the settings."""
    add_catalogue(database, places_to_cover(settings, database), utc_now(), fields_asked_for(settings))


async def work(settings: Settings, database: Database, *, samples: bool = False) -> None:
    """Run one worker; with `samples` it falls back on them where nothing can be reached at all."""

    set_home(settings.place_names)

    def begin() -> tuple[int, bool]:
        _add_catalogue(settings, database)
        allowed = pages_allowed(settings, database)
        return leases.count_due(database, database.clock(), pages=allowed), allowed

    waiting, pages = await asyncio.to_thread(when_there, begin)
    async with AsyncExitStack() as stack:
        parsers = stack.enter_context(ParserPool())
        client = await stack.enter_async_context(make_client(settings))
        worker = Worker(
            database,
            client,
            pages=pages,
            report=_reporter(waiting) if samples else _quiet,
            read=parsers.read,
            keys=settings.platform_keys,
        )
        house = House(database, worker.name, settings, dump=_dump if settings.dumps == "on" else None)
        post = await stack.enter_async_context(Post(settings, database, worker))
        helper = asyncio.create_task(_fall_back(worker, waiting)) if samples else None
        await worker.run((house.keep, house.make_dump), often=(post.send, post.post_webhooks))
        if helper is not None:
            helper.cancel()


async def _dump() -> str | None:
    """Make the dump in a process of its own, so that fetching goes on; what went wrong."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", "dump"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _, said = await child.communicate()
    except asyncio.CancelledError:
        child.kill()
        raise
    if child.returncode == 0:
        return None
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return (lines or [f"it ended with code {child.returncode}"])[-1][:300]


async def fetch_now(
    settings: Settings, database: Database, slugs: list[str], *, due: bool, report: Callable[[Run], None]
) -> tuple[list[Run], list[str]]:
    """Fetch the sources named (due or not, unless `due`), or all that are due; the runs, and slugs nobody has."""
    pages = pages_allowed(settings, database)
    known = {row["slug"] for row in sources.listing(database, pages=pages)}
    unknown = [slug for slug in slugs if slug not in known]
    runs: list[Run] = []
    async with AsyncExitStack() as stack:
        parsers = stack.enter_context(ParserPool())
        client = await stack.enter_async_context(make_client(settings))
        if not slugs:
            if not known:
                _add_catalogue(settings, database)

            def keep(run: Run) -> None:
                runs.append(run)
                report(run)

            worker = Worker(
                database, client, pages=pages, report=keep, read=parsers.read, keys=settings.platform_keys
            )
            await worker.fetch_due()
            return runs, unknown
        name = leases.worker_name()
        wanted = [slug for slug in slugs if slug in known]
        while wanted:
            now = database.clock()
            claims = leases.claim_due(database, name, now, 1, pages=pages, slugs=wanted[:1], only_due=due)
            slug = wanted.pop(0)
            if not claims:
                runs.append(Run(slug, slug, "not_claimed", _why_not(database, slug, pages=pages)))
                report(runs[-1])
                continue
            runs.append(
                await run_source(
                    client, database, claims[0], now, read=parsers.read, keys=settings.platform_keys
                )
            )
            report(runs[-1])
    return runs, unknown


def _why_not(database: Database, slug: str, *, pages: bool) -> str:
    row = next(each for each in sources.listing(database, pages=pages) if each["slug"] == slug)
    if row["state"] in {"off", "sample"}:
        return str(row["reason"] or row["state"])
    return "it is not due, or another worker reads it or its host at this moment; try again in a few seconds"


async def _fall_back(worker: Worker, waiting: int) -> None:
    """Serve the samples if, by the time it is clear, nothing that was due could be reached and nothing is stored."""
    from app.samples import add_samples

    began = time.monotonic()
    while time.monotonic() - began < _DECIDE_SECONDS:
        if worker.progress.reached or worker.progress.done >= waiting:
            break
        await asyncio.sleep(0.2)
    if worker.progress.reached or not waiting:
        return
    if not await asyncio.to_thread(_is_empty, worker.database):
        _say("no source can be reached at the moment; what is stored is served, and they are tried again")
        return
    added = await add_samples(worker.database, utc_now())
    if added:
        _say(
            f"no source could be reached, so {added} bundled sample listings are served until one can; "
            "they are marked as samples"
        )


def _is_empty(database: Database) -> bool:
    """Whether nothing real is stored; samples of an earlier start are replaced by those of today."""
    with database.read() as connection:
        return not has_real_listings(connection)


def _reporter(waiting: int) -> Callable[[Run], None]:
    """A line for each source of the first round that could be reached, with how far it is; one for all the others.

    Where none can be reached at all, `_fall_back` says so in one line.
    """
    done = events = unreached = 0

    def report(run: Run) -> None:
        nonlocal done, events, unreached
        done += 1
        events += run.counts.events
        unreached += not run.reached and run.outcome != "no_key"
        if done <= waiting and run.reached:
            said = f"{run.counts.events} events" if run.ok else f"{in_words(run.outcome)} ({run.detail})"
            _say(f"[{done}/{waiting}] {run.name}: {said}")
        if done == waiting and unreached < waiting:
            _say(f"{waiting - unreached} sources read, {events} events{_of_unreached(unreached)}")

    return report


def _of_unreached(count: int) -> str:
    return (
        f"; {count} could not be reached and are tried again, `nextcircle doctor` says why" if count else ""
    )


def _quiet(run: Run) -> None:
    """The log has it."""


def _warn_of_old_sqlite(database: Database) -> None:
    if database.is_sqlite and not sqlite_is_safe():
        _say(
            f"warning: SQLite {sqlite_module().sqlite_version} can damage a file that two processes write "
            "(sqlite.org/wal.html#walresetbug); use a Linux wheel of pysqlite3, or PostgreSQL"
        )


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()
