"""How long the analysis of a large export takes, and how much memory: reading, merging, titles, scores, actions.

    python -m benchmarks.network [--contacts 30000] [--titles 30000] [--messages 50000]

An invented LinkedIn zip: so many connections with so many different titles, and messages with a tenth of them. It runs in a
process of its own, whose peak of memory (resident, in MiB) is told beside what Python and its imports take. Prints JSON.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GOAL = {"companies": ["Acme 7", "Acme 11"], "fields": ["data-science-ai"], "city": {"q": "Leeds, GB"}}
_LEVELS = ("", "Junior ", "Senior ", "Lead ", "Principal ", "Head of ", "Director, ")
_PLACES = ("", " - EMEA", ", Retail Banking", " (contract)", " II", " | Speaker", " for Public Sector")


def main() -> None:
    """Measure, and print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--contacts", type=int, default=30_000)
    arguments.add_argument("--titles", type=int, default=30_000)
    arguments.add_argument("--messages", type=int, default=50_000)
    arguments.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.inside:
        print(json.dumps(measured(sys.stdin.buffer.read())))
        return
    export = made(given.contacts, given.titles, given.messages)
    command = [sys.executable, "-m", "benchmarks.network", "--inside"]
    runs = [
        json.loads(subprocess.run(command, input=export, capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    best = min(runs, key=lambda run: run["seconds"])
    print(
        json.dumps(
            {
                "contacts": given.contacts,
                "titles": given.titles,
                "messages": given.messages,
                "zip_bytes": len(export),
                **best,
                "seconds_of_all_runs": [run["seconds"] for run in runs],
            },
            indent=1,
        )
    )


def made(contacts: int, titles: int, messages: int) -> bytes:
    """The export; the same numbers make the same bytes."""
    from app.taxonomy.taxonomy import load

    chance = random.Random(5)
    words = [title for field in load().fields.values() for title in field.titles]
    names = [
        f"{level}{word.title()}{place}" + (f" {number}" if number else "")
        for number in range(20)
        for place in _PLACES
        for level in _LEVELS
        for word in words
    ][:titles]
    rows = ["First Name,Last Name,URL,Email Address,Company,Position,Connected On"]
    for number in range(contacts):
        company = f"Acme {int(chance.paretovariate(0.7)) % 9_000}"
        day = (NOW - timedelta(days=chance.randrange(4_000))).strftime("%d %b %Y")
        rows.append(
            f'N{number},Of Family {number % 900},https://www.linkedin.com/in/n{number},,"{company}, Inc.",'
            f'"{names[number % len(names)]}",{day}'
        )
    lines = [
        "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER"
    ]
    for number in range(messages):
        pair = [
            "https://www.linkedin.com/in/me",
            f"https://www.linkedin.com/in/n{chance.randrange(max(1, contacts // 10))}",
        ]
        chance.shuffle(pair)
        at = (NOW - timedelta(days=chance.random() * 1_500)).strftime("%Y-%m-%d %H:%M:%S UTC")
        lines.append(f'{number},,A Name,{pair[0]},"Name, A",{pair[1]},{at},,"{"words " * 20}",INBOX')
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Connections.csv", "\n".join(rows))
        archive.writestr("messages.csv", "\n".join(lines))
    return buffer.getvalue()


def measured(export: bytes) -> dict[str, Any]:
    """One analysis, by stage."""
    from app.core.gc import seldom_collected
    from app.network.analysis import analyse
    from app.network.exports import read_files
    from app.network.goal import read_goal
    from app.network.people import people_of
    from app.network.progress import Progress

    aim = read_goal(GOAL)
    before = _peak()
    stages = [time.perf_counter()]
    with seldom_collected():
        read = read_files([export])
        stages.append(time.perf_counter())
        people = people_of(read)
        stages.append(time.perf_counter())
        answer = analyse(people, aim, Progress(), [], NOW)
        stages.append(time.perf_counter())
    return {
        "seconds": round(stages[-1] - stages[0], 2),
        "read_seconds": round(stages[1] - stages[0], 2),
        "merge_seconds": round(stages[2] - stages[1], 2),
        "analyse_seconds": round(stages[3] - stages[2], 2),
        "peak_mib": round(_peak()),
        "imports_mib": round(before),
        "people": answer["contacts"]["usable"],
        "state": answer["exhaustion"]["state"],
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
