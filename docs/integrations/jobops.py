"""Receives JobOps' "job completed" webhook and writes down where the company can be met.

    JOBOPS_SECRET=... python jobops.py --near "Leeds, GB" --file events.md

In JobOps: Settings, Webhooks, Job completion webhook: http://127.0.0.1:8123/. Start JobOps with the same WEBHOOK_SECRET.
"""

from __future__ import annotations

import argparse
import hmac
import json
import os
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

MOST_BYTES = 65_536


def lines_of(found: dict[str, Any]) -> list[str]:
    """What to do for a job, in Markdown; names are written as text."""
    lines = [f"## {plain(found['title'])} at {plain(found['company'])}", ""]
    for each in found["company_events"]:
        event = each["event"]
        lines.append(f"- {event['start_date'][:16]} {plain(event['name'])} ({each['role']}): {event['page']}")
    for each in found["events"]:
        event = each["event"]
        lines.append(f"- {event['start_date'][:16]} {plain(event['name'])}: {event['page']}")
    return [*lines, ""]


def plain(text: str | None) -> str:
    return "".join(f"\\{char}" if char in "\\`*_[]<>#" else char for char in " ".join((text or "").split()))


def receiver(server: str, near: str, file: Path, secret: str) -> type[BaseHTTPRequestHandler]:
    """The handler of the webhook."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.headers.get("Authorization", "")
            size = int(self.headers.get("Content-Length") or 0)
            if not hmac.compare_digest(sent.encode(), f"Bearer {secret}".encode()) or size > MOST_BYTES:
                self.send_error(403)
                return
            told = json.loads(self.rfile.read(size))
            if told.get("event") == "job.completed":
                job = {"title": told["job"]["title"], "company": told["job"]["employer"], "location": near}
                asked = urllib.parse.urlencode({name: value[:200] for name, value in job.items() if value})
                with urllib.request.urlopen(f"{server}/v1/for-job?{asked}", timeout=10) as answer:
                    found = json.load(answer)
                with file.open("a", encoding="utf-8") as out:
                    out.write("\n".join(lines_of(found)) + "\n")
            self.send_response(204)
            self.end_headers()

    return Receiver


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", default="http://127.0.0.1:8000")
    parser.add_argument("--near", default="", help="where you look: JobOps does not send the job's place")
    parser.add_argument("--file", type=Path, default=Path("events.md"))
    parser.add_argument("--port", type=int, default=8123)
    given = parser.parse_args()
    handler = receiver(given.server, given.near, given.file, os.environ["JOBOPS_SECRET"])
    HTTPServer(("127.0.0.1", given.port), handler).serve_forever()
