"""How fast digests are made and sent. Prints JSON.

python -m benchmarks.digest speed [--subscriptions 2000] [--share 1] [--events 100000] [--workers 2]
                                    mails a second over SMTP with DKIM, on SQLite; `share` subscribers ask the same

What workers do that are killed and frozen: `python -m benchmarks.digest_faults`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.core.ids import new_ids
from app.db import Database
from app.digest.compose import Composer
from app.digest.mailboxes import mailbox_key
from app.digest.mailer import Mailer
from app.digest.message import Sender
from app.digest.repository import deliveries
from app.digest.repository.secrets import load_keys
from app.digest.resolution import resolve_wish
from app.digest.schemas import Wish, stored
from app.digest.transport import SmtpTransport
from app.maintenance.schema import migrate
from app.models import Subscription
from app.sources.repository.leases import worker_name
from app.taxonomy.taxonomy import load
from benchmarks.city_data import cities, fill

_LARGEST = 200
_LEASE = timedelta(seconds=2)


class Sink:
    """A server that takes every mail and remembers its Message-ID, on threads of this process."""

    def __init__(self) -> None:
        self.taken: Counter[bytes] = Counter()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines:
                connection.sendall(b"220 sink\r\n")
                for line in lines:
                    verb = line[:4].upper()
                    if verb == b"EHLO":
                        connection.sendall(b"250-sink\r\n250 8BITMIME\r\n")
                    elif verb == b"DATA":
                        connection.sendall(b"354 go on\r\n")
                        self._take(lines)
                        connection.sendall(b"250 taken\r\n")
                    elif verb == b"QUIT":
                        connection.sendall(b"221 bye\r\n")
                        return
                    else:
                        connection.sendall(b"250 ok\r\n")
        except OSError:
            return  # the worker was killed

    def _take(self, lines: Any) -> None:
        """A mail counts once its last byte has come."""
        identity = b""
        for line in lines:
            if line == b".\r\n":
                self.taken[identity] += 1
                return
            if line.lower().startswith(b"message-id:"):
                identity = line.split(b":", 1)[1].strip() or next(lines).strip()


def subscribe(
    database: Database, count: int, share: int, now: datetime, due: datetime, wishes: Sequence[Wish] = ()
) -> None:
    """Subscribers with these wishes, else in the largest cities with a field and an interest; `share` of them ask the same."""
    chance = random.Random(3)
    fields = list(load().fields)
    interests = [each.id for each in load().interests.values() if not each.sensitive]
    places = [f"{each.name}, {each.country}" for each in cities()[:_LARGEST]]
    numbers, rows = new_ids(now, count), []
    wish: dict[str, Any] = {}
    for number in range(count):
        if number % share == 0:
            asked = (
                wishes[number // share % len(wishes)]
                if wishes
                else Wish(
                    near=chance.choice(places),
                    fields=[chance.choice(fields)],
                    interests=[chance.choice(interests)],
                    radius_km=50,
                )
            )
            wish = stored(resolve_wish(asked, now).wish)
        email = f"person{number}@example.org"
        rows.append(
            {
                "id": next(numbers), "state": "active", "email": email, "mailbox": mailbox_key(email), "wish": wish,
                "created_at": now, "consent": {}, "confirmed_at": now, "next_at": due, "link_version": 1, "quiet": 0,
                "excluded": [], "snoozed": {}, "bounces": [],
            }
        )  # fmt: skip
    with database.write() as connection:
        connection.execute(Subscription.__table__.insert(), rows)


def work(
    url: str,
    port: int,
    now: datetime,
    key: Path | None,
    delivery: str,
    *,
    real_clock: bool,
    stays: bool = False,
) -> dict[str, Any]:
    """One worker until nothing is due: what a process of `serve` does, with its clock set."""
    database = Database(url)

    def clock() -> datetime:
        return datetime.now(UTC) if real_clock else now

    sender = Sender(
        "NextCircle <digest@nextcircle.test>", "nc" if key else "", key.read_bytes() if key else b""
    )
    composer = Composer("https://nextcircle.test", load_keys(database, "a secret"), "1 Main St, Boston")
    transport = SmtpTransport(f"smtp://127.0.0.1:{port}")
    mailer = Mailer(
        database, transport, composer, sender, worker_name(), clock, delivery, _LEASE if real_clock else deliveries.LEASE  # type: ignore[arg-type]
    )  # fmt: skip

    async def run() -> dict[str, Any]:
        while True:
            report = await mailer.tick()
            with database.read() as connection:
                if not stays and not deliveries.totals(connection)["open"]:
                    await transport.close()
                    return report.as_dict()
            await asyncio.sleep(0.2)

    report = asyncio.run(run())
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024  # type: ignore[index]
    return {**report, "peak_mb": peak}


def speed(arguments: argparse.Namespace) -> dict[str, Any]:
    """Mails a second of so many worker processes."""
    now = datetime.now(UTC).replace(microsecond=0)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/digest.sqlite"
        database = Database(url)
        migrate(database)
        fill(database, arguments.events, now)
        key = Path(folder) / "dkim.pem"
        subprocess.run(
            ["openssl", "genrsa", "-traditional", "-out", str(key), "2048"], check=True, capture_output=True
        )
        subscribe(database, arguments.subscriptions, arguments.share, now, now)
        sink = Sink()
        start = time.perf_counter()
        workers = [start_worker(url, sink.port, now, key, "at-least-once") for _ in range(arguments.workers)]
        reports = [json.loads(worker.communicate()[0]) for worker in workers]
        took = time.perf_counter() - start
        with database.read() as connection:
            totals = deliveries.totals(connection)
        database.close()
    done = totals["sent"] + totals["skipped"] + totals["failed"]
    return {
        "subscriptions": arguments.subscriptions, "share": arguments.share, "events": arguments.events,
        "workers": arguments.workers, "seconds": round(took, 1), "mails_per_second": round(totals["sent"] / took, 1),
        "digests_per_second": round(done / took, 1), **totals, "arrived": sum(sink.taken.values()),
        "peak_mb": [each["peak_mb"] for each in reports],
    }  # fmt: skip


def start_worker(
    url: str, port: int, now: datetime, key: Path | None, delivery: str, *options: str
) -> subprocess.Popen[bytes]:
    """Begin a process that works; its report comes out at the end."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.digest",
        "worker",
        url,
        str(port),
        now.isoformat(),
        str(key or ""),
        delivery,
    ]
    return subprocess.Popen([*command, *options], stdout=subprocess.PIPE, env=os.environ.copy())


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    fast = commands.add_parser("speed")
    fast.add_argument("--subscriptions", type=int, default=2_000)
    fast.add_argument("--share", type=int, default=1)
    fast.add_argument("--events", type=int, default=100_000)
    fast.add_argument("--workers", type=int, default=2)
    one = commands.add_parser("worker")
    for name in ("url", "port", "now", "key", "delivery"):
        one.add_argument(name)
    one.add_argument("--real-clock", action="store_true")
    one.add_argument("--stay", action="store_true", help="go on when nothing is due")
    arguments = parser.parse_args()
    if arguments.command == "worker":
        now = datetime.fromisoformat(arguments.now)
        key = Path(arguments.key) if arguments.key else None
        print(
            json.dumps(
                work(
                    arguments.url,
                    int(arguments.port),
                    now,
                    key,
                    arguments.delivery,
                    real_clock=arguments.real_clock,
                    stays=arguments.stay,
                )
            )
        )
        return
    result = speed(arguments)
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
    print(json.dumps({**result, **machine}, indent=2))


if __name__ == "__main__":
    main()
