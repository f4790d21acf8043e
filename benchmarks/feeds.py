"""How long feeds of 2,500 events and a lookup of fifty jobs take: `python -m benchmarks.feeds --events 100000`.

Prints milliseconds as JSON, of a server with one worker: the median, the least and the worst, and `cpu`, the processor time that the
server took for a request on average, which a busy machine changes least. No request is asked twice, so that no answer comes from a
cache. The jobs are of fifty pairs of a field and a town, or of one town; the first lookup of a new server, which
also reads the taxonomy, is `first`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Final

from app.outputs.feeds import FEEDS
from benchmarks.processes import await_ready, cpu_seconds, free_port, running
from benchmarks.search import prepared

_TITLES: Final = (
    "Senior Data Scientist (m/f/d)", "Registered Nurse, ICU", "Staff Software Engineer", "Marketing Manager", "HR Business Partner",
    "Accountant", "Mechanical Engineer", "Product Designer", "Teacher", "Project Manager",
)  # fmt: skip
_TOWNS: Final = ("London", "Paris", "New York, NY", "Berlin, Germany", "Boston, MA (Hybrid)")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/nextcircle-bench"))
    parser.add_argument("--rounds", type=int, default=11)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{given.folder / f'events-{given.events}.sqlite'}"
    prepared(url, given.events).close()
    port = free_port()
    environment = {
        **os.environ,
        "NEXTCIRCLE_DATABASE_URL": url,
        "NEXTCIRCLE_PORT": str(port),
        "NEXTCIRCLE_LOG_LEVEL": "error",
    }
    command = [str(Path(sys.executable).with_name("nextcircle")), "api"]
    with running(command, environment) as process:
        base = f"http://127.0.0.1:{port}"
        await_ready(f"{base}/readyz")
        figures = {
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "events": given.events,
            "jobs_ms": jobs(base, process.pid, given.rounds),
            "feeds_ms": {ending: feed(base, process.pid, ending, given.rounds) for ending in FEEDS},
        }
    print(json.dumps(figures, indent=2))


def feed(base: str, pid: int, ending: str, rounds: int) -> dict[str, float]:
    """A feed of 2,500 events; each round holds one less, and is another question."""
    took(f"{base}/v1/events.{ending}?limit=2500")
    return summary(pid, [(f"{base}/v1/events.{ending}?limit={2_499 - each}", None) for each in range(rounds)])


def jobs(base: str, pid: int, rounds: int) -> dict[str, Any]:
    """Fifty jobs: of fifty fields and towns, and of ten fields in one town."""
    pairs = list(itertools.product(_TITLES, _TOWNS))
    apart = [
        {"title": title, "company": f"Company {at}", "location": town}
        for at, (title, town) in enumerate(pairs)
    ]
    together = [each | {"location": "London"} for each in apart]
    first = took(f"{base}/v1/for-jobs", {"jobs": apart})
    return {
        "first": first,
        "fifty_pairs": summary(pid, [(f"{base}/v1/for-jobs", {"jobs": apart})] * rounds),
        "one_town": summary(pid, [(f"{base}/v1/for-jobs", {"jobs": together})] * rounds),
    }


def took(url: str, body: Any = None) -> float:
    """Milliseconds until the whole answer is there."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    began = time.perf_counter()
    with urllib.request.urlopen(request) as answer:
        answer.read()
    return round(1000 * (time.perf_counter() - began), 1)


def summary(pid: int, requests: list[tuple[str, Any]]) -> dict[str, float]:
    """How long the requests took, one after the other."""
    before = cpu_seconds(pid)
    times = sorted(took(url, body) for url, body in requests)
    cpu = 1000 * (cpu_seconds(pid) - before) / len(requests)
    return {"median": times[len(times) // 2], "least": times[0], "worst": times[-1], "cpu": round(cpu, 1)}


if __name__ == "__main__":
    main()
