"""What a compression bomb costs: `python -m benchmarks.bomb` fetches some over loopback and prints one JSON document.

Each is fetched by the real client in a process of its own, and what counts is the growth of that process at its highest,
beyond what an ordinary calendar took. Linux only: memory is read from /proc.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import platform
import sys
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from scrapers.http.client import Failure, PoliteClient

MOST_MEGABYTES = 32
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
# Name: (bytes of zeros inside, times that it is packed).
BOMBS = {"64 MB": (64 << 20, 1), "1 GB": (1 << 30, 1), "1 GB, packed twice": (1 << 30, 2)}


def packed(size: int, times: int) -> bytes:
    """Zeros as gzip (RFC 1952), packed so many times over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    body = b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()
    for _ in range(times - 1):
        again = zlib.compressobj(9, zlib.DEFLATED, 31)
        body = again.compress(body) + again.flush()
    return body


class Handler(BaseHTTPRequestHandler):
    """Serves the bombs, and a good calendar at /good.ics."""

    bodies: ClassVar[dict[str, tuple[bytes, str]]] = {}

    def do_GET(self) -> None:
        """Answer; robots.txt is not there."""
        found = self.bodies.get(self.path)
        if found is None:
            self.send_error(404)
            return
        body, encoding = found
        self.send_response(200)
        self.send_header("Content-Type", "text/calendar")
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def forget_peak() -> None:
    """Let the peak of this process be what it holds now."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_megabytes() -> float:
    """The most that this process has held since its peak was forgotten."""
    lines = dict(
        line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line
    )
    return int(lines["VmHWM"].split()[0]) / 1024


def fetch(host: str, path: str) -> tuple[str, float]:
    """The outcome of a bomb and the megabytes by which the process grew."""

    async def both() -> tuple[str, float]:
        async with PoliteClient(
            user_agent="NextCircle/benchmark", allow_hosts=(host,), min_interval=0
        ) as client:
            await client.get(f"http://{host}/good.ics")
            forget_peak()
            before = peak_megabytes()
            answer = await client.get(f"http://{host}{path}")
            outcome = answer.outcome.value if isinstance(answer, Failure) else "taken"
            return outcome, peak_megabytes() - before

    return asyncio.run(both())


def main() -> int:
    """Measure and print; 1 where a bomb is taken or costs too much."""
    Handler.bodies = {"/good.ics": (CALENDAR, "")}
    for number, (size, times) in enumerate(BOMBS.values()):
        Handler.bodies[f"/{number}.ics"] = (packed(size, times), ", ".join(["gzip"] * times))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    results: list[dict[str, Any]] = []
    for number, name in enumerate(BOMBS):
        # A fresh process each, so that none stands on memory that an earlier one left behind.
        with multiprocessing.get_context("spawn").Pool(1) as process:
            outcome, grown = process.apply(fetch, (host, f"/{number}.ics"))
        results.append(
            {
                "bomb": name,
                "bytes_sent": len(Handler.bodies[f"/{number}.ics"][0]),
                "outcome": outcome,
                "grown_megabytes": round(grown, 1),
                "target": f"<= {MOST_MEGABYTES} MB, not taken",
                "met": outcome != "taken" and grown <= MOST_MEGABYTES,
            }
        )
    server.shutdown()
    machine = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
    }
    print(json.dumps({"machine": machine, "results": results}, indent=2))
    return 0 if all(each["met"] for each in results) else 1


if __name__ == "__main__":
    sys.exit(main())
