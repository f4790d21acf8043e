"""That each digest arrives once while workers are killed and frozen. Prints JSON.

python -m benchmarks.digest_faults kills [--subscriptions 10000] [--kills 100]
                                    one period of many mails; one of three workers is killed every so often
python -m benchmarks.digest_faults periods [--periods 200] [--subscriptions 6]
                                    many periods of few mails; workers are killed, or frozen for longer than their lease
Both take --postgresql and --delivery at-most-once. The exit code is 1 if anything was lost or came twice without being counted
as uncertain.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text

from app.db import Database
from app.digest.repository import deliveries
from app.digest.schemas import Wish
from app.maintenance.schema import migrate
from benchmarks.city_data import fill
from benchmarks.digest import Sink, start_worker, subscribe
from benchmarks.digest_weeks import busy_wishes
from benchmarks.processes import postgresql_server

_WORKERS: Final = 3
_EVENTS: Final = 8_000
_WISHES: Final = 4
# Longer than a lease of these workers lasts.
_FROZEN_SECONDS: Final = 2.5
_PATIENCE_SECONDS: Final = 120


class Workers:
    """Three workers, of which one is hurt now and then; a dead one is replaced."""

    def __init__(self, url: str, port: int, now: datetime, delivery: str, *options: str) -> None:
        self.start = lambda: start_worker(url, port, now, None, delivery, "--real-clock", *options)
        self.all = [self.start() for _ in range(_WORKERS)]
        self.killed = self.frozen = 0
        self._thaw: dict[subprocess.Popen[bytes], float] = {}

    @property
    def alive(self) -> list[subprocess.Popen[bytes]]:
        """Those that run."""
        return [each for each in self.all if each.poll() is None]

    def kill(self, chance: random.Random) -> None:
        """Kill one and begin another."""
        if not self.alive:
            return
        victim = chance.choice(self.alive)
        self._thaw.pop(victim, None)
        victim.send_signal(signal.SIGKILL)
        victim.communicate()
        self.all[self.all.index(victim)] = self.start()
        self.killed += 1

    def freeze(self, chance: random.Random) -> None:
        """Stop one for longer than its lease."""
        awake = [each for each in self.alive if each not in self._thaw]
        if len(awake) > 1:
            victim = chance.choice(awake)
            victim.send_signal(signal.SIGSTOP)
            self._thaw[victim] = time.monotonic() + _FROZEN_SECONDS
            self.frozen += 1

    def thaw(self) -> None:
        """Wake those that slept long enough."""
        for each, until in list(self._thaw.items()):
            if time.monotonic() >= until:
                each.send_signal(signal.SIGCONT)
                del self._thaw[each]

    def stop(self) -> None:
        """End them all."""
        for each in self.alive:
            each.send_signal(signal.SIGKILL)
            each.communicate()


def kills(arguments: argparse.Namespace) -> dict[str, Any]:
    """Many mails that are due at once."""
    now = datetime.now(UTC).replace(microsecond=0)
    chance = random.Random(arguments.seed)
    with _database(arguments) as database:
        fill(database, _EVENTS, now)
        share = max(arguments.subscriptions // _WISHES, 1)
        subscribe(database, arguments.subscriptions, share, now, now, _wishes(database, now))
        sink = Sink()
        begun = time.monotonic()
        workers = Workers(database.url, sink.port, now, arguments.delivery)
        while workers.alive:
            time.sleep(chance.uniform(*arguments.every))
            if workers.killed < arguments.kills and workers.alive:
                workers.kill(chance)
        return {"subscriptions": arguments.subscriptions, **_outcome(database, sink, workers, begun)}


def periods(arguments: argparse.Namespace) -> dict[str, Any]:
    """A few mails, again and again; what was shown is forgotten in between, so that there is always something to say."""
    now = datetime.now(UTC).replace(microsecond=0)
    chance = random.Random(arguments.seed)
    with _database(arguments) as database:
        fill(database, _EVENTS, now)
        later = now + timedelta(days=30)
        subscribe(database, arguments.subscriptions, 1, now, later, _wishes(database, now))
        sink = Sink()
        begun = time.monotonic()
        workers = Workers(database.url, sink.port, now, arguments.delivery, "--stay")
        try:
            for number in range(arguments.periods):
                _plan(database, now + timedelta(seconds=number - arguments.periods))
                ended = time.monotonic() + _PATIENCE_SECONDS
                while not _is_over(database, (number + 1) * arguments.subscriptions):
                    if time.monotonic() > ended:
                        raise SystemExit(f"period {number} does not end")
                    time.sleep(chance.uniform(0.05, 0.2))
                    workers.thaw()
                    if chance.random() < arguments.harm:
                        chance.choice((workers.kill, workers.freeze))(chance)
        finally:
            workers.stop()
        return {
            "periods": arguments.periods, "subscriptions": arguments.subscriptions, "frozen": workers.frozen,
            **_outcome(database, sink, workers, begun),
        }  # fmt: skip


@contextlib.contextmanager
def _database(arguments: argparse.Namespace) -> Iterator[Database]:
    with contextlib.ExitStack() as stack:
        if arguments.postgresql:
            # Its machine does not crash here, so it need not wait for the disk.
            url = stack.enter_context(postgresql_server(durable=False))
        else:
            url = f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory())}/digest.sqlite"
        database = Database(url)
        migrate(database)
        yield database
        database.close()


def _wishes(database: Database, now: datetime) -> list[Wish]:
    """Wishes that there is something to say to."""
    with database.read() as connection:
        return [Wish(**each, radius_km=50) for each in busy_wishes(connection, now, _WISHES)]


def _plan(database: Database, due: datetime) -> None:
    """Let every digest be due."""
    moment = {"due": int(due.timestamp())}
    with database.write() as connection:
        connection.execute(text("DELETE FROM digest_item"))
        connection.execute(text("UPDATE subscription SET next_at = :due"), moment)


def _is_over(database: Database, expected: int) -> bool:
    """Whether as many mails as were due have come to an end."""
    query = text("SELECT COUNT(*) FROM delivery WHERE ended_at IS NOT NULL AND kind = 'digest'")
    with database.read() as connection:
        return int(connection.execute(query).scalar_one()) >= expected


def _outcome(database: Database, sink: Sink, workers: Workers, begun: float) -> dict[str, Any]:
    """What arrived, beside what the database says of it."""
    with database.read() as connection:
        totals = deliveries.totals(connection)
        undecided = connection.execute(
            text("SELECT COUNT(*) FROM delivery WHERE state = 'uncertain'")
        ).scalar_one()
    twice = sum(count - 1 for count in sink.taken.values())
    # Of what at-most-once left undecided, some arrived.
    lost = totals["sent"] + int(undecided) - len(sink.taken)
    return {
        "killed": workers.killed, "seconds": round(time.monotonic() - begun), **totals, "arrived": len(sink.taken),
        "twice": twice, "lost": lost, "unexplained": max(0, lost - int(undecided)) + max(0, twice - totals["uncertain"]),
    }  # fmt: skip


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    many = commands.add_parser("kills")
    many.add_argument("--subscriptions", type=int, default=10_000)
    many.add_argument("--kills", type=int, default=100)
    many.add_argument("--every", type=float, nargs=2, default=(1.0, 3.0), help="seconds between two kills")
    often = commands.add_parser("periods")
    often.add_argument("--periods", type=int, default=200)
    often.add_argument("--subscriptions", type=int, default=6)
    often.add_argument("--harm", type=float, default=0.02, help="how likely a worker is hurt at each look")
    for command in (many, often):
        command.add_argument("--postgresql", action="store_true")
        command.add_argument("--delivery", choices=("at-least-once", "at-most-once"), default="at-least-once")
        command.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    result = kills(arguments) if arguments.command == "kills" else periods(arguments)
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
    kind = {
        "database": "PostgreSQL" if arguments.postgresql else "SQLite", "delivery": arguments.delivery
    }  # fmt: skip
    print(json.dumps({**kind, **result, **machine}, indent=2))
    raise SystemExit(1 if result["unexplained"] else 0)


if __name__ == "__main__":
    main()
