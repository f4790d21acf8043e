"""Three workers and two API processes on PostgreSQL while things go wrong: `python -m benchmarks.chaos --minutes 5`.

Every second or two a process is killed or frozen, or the database drops its connections. Forty calendars change meanwhile, clients
ask, and one of them keeps a copy by `since`. Then everything is left in peace until the last state of every calendar was read,
and the invariants are checked. Prints JSON: what was done, what was answered, what was violated; ends with 1 if anything was.
PostgreSQL is started for it, or NEXTCIRCLE_TEST_DATABASE_URL names an empty database.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from app.core.clock import utc_now
from app.db import Database, DatabaseAwayError
from app.ingest.store.reindex import reindex
from app.maintenance.schema import migrate
from app.sources.repository.sources import add
from benchmarks.processes import await_ready, free_port, postgresql_server
from benchmarks.soak import calendar_of, calendars, sources_of

WORKERS = 3
APIS = 2
SOURCES = 40
_HERE = {"lat": "42.3601", "lon": "-71.0589", "radius_km": "100"}
# What must hold whatever happened: a name, and how many rows break it.
_DANGLING = {
    "events without a listing": "SELECT COUNT(*) FROM event e LEFT JOIN listing l ON l.event_id = e.id WHERE l.id IS NULL AND e.merged_into IS NULL",
    "listings without an event": "SELECT COUNT(*) FROM listing l LEFT JOIN event e ON e.id = l.event_id WHERE l.kind = 'e' AND e.id IS NULL",
    "listings of merged events": "SELECT COUNT(*) FROM listing l JOIN event e ON e.id = l.event_id WHERE e.merged_into IS NOT NULL",
    "topics without an event": "SELECT COUNT(*) FROM event_topic t LEFT JOIN event e ON e.id = t.event_id WHERE e.id IS NULL",
    "variants without a listing": "SELECT COUNT(*) FROM event_variant v LEFT JOIN listing l ON l.id = v.listing_id WHERE l.id IS NULL OR l.removed_at IS NOT NULL",
    "merged into nothing": "SELECT COUNT(*) FROM event e LEFT JOIN event o ON o.id = e.merged_into WHERE e.merged_into IS NOT NULL AND (o.id IS NULL OR o.merged_into IS NOT NULL)",
    "groups without a listing": "SELECT COUNT(*) FROM meetup_group g LEFT JOIN listing l ON l.group_id = g.id WHERE l.id IS NULL AND g.merged_into IS NULL",
    "leases of nobody": "SELECT COUNT(*) FROM source WHERE lease_owner IS NOT NULL",
    "runs that our own code failed in": "SELECT COUNT(*) FROM fetch_run WHERE outcome = 'internal_error'",
}  # fmt: skip


class Edition:
    """Which state the calendars are in; it stands still once everything is left in peace."""

    def __init__(self) -> None:
        self.frozen: int | None = None

    def now(self) -> int:
        """A number that goes up every ten seconds."""
        return int(time.time()) // 10 if self.frozen is None else self.frozen


class Cluster:
    """The processes, each of which is started again when it was killed."""

    def __init__(self, url: str, folder: Path, hosts: list[str]) -> None:
        self.environment = {
            **os.environ,
            "NEXTCIRCLE_DATABASE_URL": url,
            "NEXTCIRCLE_DATA_DIR": str(folder),
            "NEXTCIRCLE_FETCH_ALLOW_HOSTS": ",".join(hosts),
            "NEXTCIRCLE_PLACES": "Bozeman, MT",
            "NEXTCIRCLE_LOG_LEVEL": "error",
            "NEXTCIRCLE_DUMPS": "off",
        }
        # What a process said before it gave up.
        self.folder = folder
        self.ports = [free_port() for _ in range(APIS)]
        self.names = [f"worker {n}" for n in range(WORKERS)] + [f"api {n}" for n in range(APIS)]
        self.running = {name: self._start(name) for name in self.names}
        self.thaw_at: dict[str, float] = {}

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{name}.log").open("ab")
        kind, number = name.split()
        port = {"NEXTCIRCLE_PORT": str(self.ports[int(number)])} if kind == "api" else {}
        return subprocess.Popen(
            [sys.executable, "-m", "app.cli", kind],
            env=self.environment | port,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )

    def kill(self, name: str) -> None:
        """End a process and its helpers as a power cut would, and start another."""
        self.signal(name, signal.SIGKILL)
        self.running[name].wait()
        self.thaw_at.pop(name, None)
        self.running[name] = self._start(name)

    def freeze(self, name: str, seconds: float) -> None:
        """Stop a process where it is; `thaw` lets it go on."""
        self.signal(name, signal.SIGSTOP)
        self.thaw_at[name] = time.monotonic() + seconds

    def thaw(self, *, everything: bool = False) -> None:
        """Let those go on whose time has come."""
        for name, at in list(self.thaw_at.items()):
            if everything or at <= time.monotonic():
                del self.thaw_at[name]
                self.signal(name, signal.SIGCONT)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process and its helpers."""
        try:
            os.killpg(self.running[name].pid, number)
        except ProcessLookupError:
            return

    def gave_up(self) -> dict[str, str]:
        """The processes that ended by themselves, which none may, with what they said; they are started again."""
        ended = {name: code for name, process in self.running.items() if (code := process.poll()) is not None}
        self.running |= {name: self._start(name) for name in ended}
        return {
            f"{name} ended by itself with {code}": (self.folder / f"{name}.log").read_text()[-600:]
            for name, code in ended.items()
        }

    def stop(self) -> dict[str, int]:
        """End all as an operator does; the exit codes."""
        self.thaw(everything=True)
        for process in self.running.values():
            process.terminate()
        return {name: process.wait(30) for name, process in self.running.items()}


class Client(threading.Thread):
    """Asks one API after the other, and keeps a copy of what is near Boston by `since`."""

    def __init__(self, ports: list[int]) -> None:
        super().__init__(daemon=True)
        self.ports = ports
        self.copy: dict[str, dict[str, Any]] = {}
        self.since = "start"
        self.statuses: Counter[str] = Counter()
        self.done = threading.Event()

    def run(self) -> None:
        """Ask until told to stop."""
        chance = random.Random(3)
        with httpx.Client(timeout=5) as client:
            while not self.done.wait(0.05):
                port = chance.choice(self.ports)
                try:
                    answer = client.get(
                        f"http://127.0.0.1:{port}/v1/events", params={**_HERE, "from": "today"}
                    )
                    self.statuses[str(answer.status_code)] += 1
                    self.follow(client, port)
                except httpx.HTTPError as error:
                    self.statuses[type(error).__name__] += 1

    def follow(self, client: httpx.Client, port: int) -> bool:
        """Take the next changes in; whether there are more."""
        asked = {**_HERE, "since": self.since, "limit": "100"}
        answer = client.get(f"http://127.0.0.1:{port}/v1/events", params=asked)
        self.statuses[f"since {answer.status_code}"] += 1
        if answer.status_code != 200:
            return True
        document = answer.json()
        for item in document["items"]:
            if item.get("removed"):
                self.copy.pop(item["id"], None)
            else:
                self.copy[item["id"]] = item
        self.since = document["next"]
        return bool(document["more"])


def main() -> int:
    """Run, check and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgresql_server() as url:
        database = Database(url)
        migrate(database)
        edition = Edition()
        server = calendars(edition.now)
        hosts = [f"127.0.1.{number + 1}:{server.server_port}" for number in range(SOURCES)]
        add(database, sources_of(hosts), "operator", utc_now())
        cluster = Cluster(url, Path(folder), hosts)
        client = Client(cluster.ports)
        client.start()
        try:
            did, gave_up = _let_things_go_wrong(
                database, cluster, options.minutes * 60, random.Random(options.seed)
            )
            _peace(database, cluster, edition)
            client.done.set()
            client.join()
            for port in cluster.ports:
                await_ready(f"http://127.0.0.1:{port}/readyz")
            violations = _mirror(client, cluster.ports[0])
        finally:
            codes = cluster.stop()
        violations |= gave_up | _checked(database, edition.now(), server)
        violations |= {f"{name} ended with": code for name, code in codes.items() if code}
        with database.read() as connection:
            runs = {row.outcome: row.runs for row in connection.execute(text("SELECT outcome, COUNT(*) AS runs FROM fetch_run GROUP BY outcome"))}  # fmt: skip
        database.close()
        server.shutdown()
    print(json.dumps({"did": did, "answers": client.statuses, "runs": runs, "copied": len(client.copy), "violations": violations}, indent=2))  # fmt: skip
    return 1 if violations else 0


def _let_things_go_wrong(
    database: Database, cluster: Cluster, seconds: float, chance: random.Random
) -> tuple[Counter[str], dict[str, str]]:
    did: Counter[str] = Counter()
    gave_up: dict[str, str] = {}
    until = time.monotonic() + seconds
    due = 0.0
    while time.monotonic() < until:
        cluster.thaw()
        gave_up |= cluster.gave_up()
        if time.monotonic() >= due:
            due = time.monotonic() + 10
            _make_due(database)
        name = chance.choice(cluster.names)
        deed = chance.choices(("kill", "freeze", "drop", "nothing"), (3, 3, 1, 3))[0]
        if deed == "kill":
            cluster.kill(name)
        elif deed == "freeze" and name not in cluster.thaw_at:
            cluster.freeze(name, chance.uniform(0.5, 20))
        elif deed == "drop":
            _drop_connections(database)
        did[f"{deed} {name.split()[0]}" if deed in ("kill", "freeze") else deed] += 1
        time.sleep(chance.uniform(0.5, 2.0))
    return did, gave_up


def _make_due(database: Database) -> None:
    try:
        with database.write() as connection:
            connection.execute(
                text("UPDATE source SET next_fetch_at = :now WHERE slug LIKE 'soak-%'"),
                {"now": int(utc_now().timestamp())},
            )
    except DatabaseAwayError:
        return


def _drop_connections(database: Database) -> None:
    """As a restart of PostgreSQL or a router would: every connection but this one is gone."""
    with database.read() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def _peace(database: Database, cluster: Cluster, edition: Edition) -> None:
    """Let everything run, and wait until every calendar was read as it is now."""
    edition.frozen = edition.now() + 1
    cluster.thaw(everything=True)
    began = utc_now()
    until = time.monotonic() + 600
    _make_due(database)
    query = text(
        "SELECT COUNT(*) FROM source WHERE slug LIKE 'soak-%' AND (last_run_at IS NULL OR last_run_at <= :began OR lease_owner IS NOT NULL)"
    )
    while time.monotonic() < until:
        with database.read() as connection:
            if not connection.execute(query, {"began": int(began.timestamp())}).scalar_one():
                return
        time.sleep(1)
        # A source may have waited for a lease of a worker that is dead, or for what it said of itself.
        _make_due(database) if int(time.monotonic()) % 20 == 0 else None


def _mirror(client: Client, port: int) -> dict[str, Any]:
    """What the copy holds otherwise than the list."""
    with httpx.Client(timeout=30) as asking:
        while client.follow(asking, port):
            pass
        listed: dict[str, dict[str, Any]] = {}
        cursor = None
        while True:
            asked = {**_HERE, "limit": "100", **({"cursor": cursor} if cursor else {})}
            document = asking.get(f"http://127.0.0.1:{port}/v1/events", params=asked).json()
            listed |= {item["id"]: item for item in document["items"]}
            cursor = document["next"]
            if cursor is None:
                break
    found = {
        "only in the copy": len(client.copy.keys() - listed.keys()),
        "only in the list": len(listed.keys() - client.copy.keys()),
        "copied otherwise": sum(client.copy[each]["name"] != listed[each]["name"] or client.copy[each]["start_date"] != listed[each]["start_date"] for each in client.copy.keys() & listed.keys()),
    }  # fmt: skip
    return {name: count for name, count in found.items() if count}


def _checked(database: Database, edition: int, server: ThreadingHTTPServer) -> dict[str, Any]:
    """The invariants that do not hold, with how often."""
    found: dict[str, Any] = {}
    with database.read() as connection:
        for name, sql in _DANGLING.items():
            found[name] = connection.execute(text(sql)).scalar_one()
        stored: dict[str, Counter[str]] = {}
        query = text(
            "SELECT s.slug, e.start_at FROM listing l JOIN source s ON s.id = l.source_id JOIN event e ON e.id = l.event_id"
            " WHERE l.kind = 'e' AND l.removed_at IS NULL"
        )
        for row in connection.execute(query):
            stored.setdefault(row.slug, Counter())[str(row.start_at)] += 1
    for number in range(SOURCES):
        listed = calendar_of(number, edition).count(b"BEGIN:VEVENT")
        there = sum(stored.get(f"soak-{number}", Counter()).values())
        if listed != there:
            found[f"calendar {number} lists {listed} events and {there} are stored"] = abs(listed - there)
    with database.write() as connection:
        before = _index(connection)
        reindex(connection)
        found["index differs from a rebuild"] = len(before ^ _index(connection))
    return {name: count for name, count in found.items() if count}


def _index(connection: Any) -> set[tuple[Any, ...]]:
    rows = connection.execute(text("SELECT event_id, start_at, terms FROM event_text"))
    return {tuple(row) for row in rows}


if __name__ == "__main__":
    sys.exit(main())
