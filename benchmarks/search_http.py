"""How many requests for events a server answers, against a bare FastAPI route that returns as many bytes.

Each has a server of its own with one worker; one client asks both in turn. `mix` is `benchmarks.mix`, of which no request is
asked twice; `cached` are a hundred of its requests, asked again and again. A share is of the bare route's requests a second
in the same run; `cpu_us` is the processor time that the server took for a request, which a busy machine changes least.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any, Final

from benchmarks.http_load import Measured, flood
from benchmarks.mix import requests
from benchmarks.processes import await_ready, cpu_seconds, free_port, memory_mb, running

_ROUNDS: Final = 5
_CACHED: Final = 100
_AT_ONCE: Final = 8


class _Server:
    """A server process and what it was asked."""

    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid = port, pid
        self.rounds: dict[str, list[tuple[Measured, float]]] = {}

    async def ask(self, name: str, paths: list[str], seconds: float, at_once: int = _AT_ONCE) -> Measured:
        """Flood the server and note the processor time it took."""
        before = cpu_seconds(self.pid)
        measured = await flood(self.port, paths, seconds, at_once)
        self.rounds.setdefault(name, []).append((measured, cpu_seconds(self.pid) - before))
        return measured

    def figures(self, name: str) -> dict[str, Any]:
        """Requests a second, latencies in milliseconds and processor time in microseconds."""
        rounds = self.rounds[name]
        count = sum(len(measured.latencies) for measured, _ in rounds)
        together = Measured(latencies=[took for measured, _ in rounds for took in measured.latencies])
        return {
            "requests_per_second": round(count / sum(measured.seconds for measured, _ in rounds)),
            "p50_ms": together.percentile(0.5),
            "p99_ms": together.percentile(0.99),
            "cpu_us": round(1e6 * sum(cpu for _, cpu in rounds) / count),
        }


async def http(url: str, seconds: float) -> dict[str, Any]:
    """The figures of the database at `url`."""
    unlike = requests(3)
    port = free_port()
    started = time.perf_counter()
    environment = {
        **os.environ,
        "NEXTCIRCLE_DATABASE_URL": url,
        "NEXTCIRCLE_PORT": str(port),
        "NEXTCIRCLE_LOG_LEVEL": "error",
    }
    command = [str(Path(sys.executable).with_name("nextcircle")), "api"]
    with running(command, environment) as process:
        await_ready(f"http://127.0.0.1:{port}/readyz")
        ready = time.perf_counter() - started
        ours = _Server(port, process.pid)
        at_rest = memory_mb(process.pid)
        bodies = [await_ready(f"http://127.0.0.1:{port}{path}") for path in islice(unlike, 300)]
        size = round(sum(map(len, bodies)) / len(bodies))
        # A server that has been up for a while: nobody measures its first seconds.
        await flood(port, list(islice(unlike, 20_000)), max(seconds, 3.0))
        bare_port = free_port()
        program = f"-m uvicorn benchmarks.bare:app --port {bare_port} --no-access-log --log-level error"
        with running([sys.executable, *program.split()], {**os.environ, "BARE_BYTES": str(size)}) as beside:
            await_ready(f"http://127.0.0.1:{bare_port}/bare?near=a")
            bare = _Server(bare_port, beside.pid)
            same = list(islice(unlike, _CACHED))
            for _ in range(_ROUNDS):
                await bare.ask("bare", ["/bare?near=Boston%2C+MA&limit=20"], seconds / _ROUNDS)
                await ours.ask("mix", list(islice(unlike, 20_000)), seconds / _ROUNDS)
                await ours.ask("cached", same, seconds / _ROUNDS)
                await ours.ask("mix_one_at_a_time", list(islice(unlike, 10_000)), seconds / _ROUNDS, 1)
        under_load = memory_mb(process.pid)
    figures = {"bare": bare.figures("bare")} | {name: ours.figures(name) for name in ours.rounds}
    for name in ("mix", "cached"):
        for share, of in (("share_of_bare", "requests_per_second"), ("cpu_share_of_bare", "cpu_us")):
            ratio = figures[name][of] / figures["bare"][of]
            figures[name][share] = round(1 / ratio if of == "cpu_us" else ratio, 3)
    statuses = {
        code for rounds in ours.rounds.values() for measured, _ in rounds for code in measured.statuses
    }
    return {
        "bytes": size,
        **figures,
        "statuses": sorted(statuses),
        "ready_s": round(ready, 2),
        "memory_at_rest_mb": at_rest,
        "memory_after_mb": under_load,
    }


def measure(url: str, seconds: float) -> dict[str, Any]:
    """As `http`, from outside an event loop."""
    return asyncio.run(http(url, seconds))
