"""Notes, at each of your applications in Reactive Resume, where its people can be met.

    RESUME_API_KEY=... python reactive_resume.py --near "Leeds, GB" [--dry-run]

Run it once a day: an event that stands in an application's timeline already is not noted again. Title, company and place are sent to
NextCircle; nothing else of the application is.
"""

from __future__ import annotations

import argparse
import json
import os
import urllib.parse
import urllib.request
from typing import Any

# Version 6 closes what is over; version 5 archives it. No stage of any version that is called `rejected` is still open.
OVER = {"closed", "rejected"}
AT_ONCE = 50


def asked(address: str, body: Any = None, key: str | None = None) -> Any:
    """The JSON that a server answers; a body is sent by POST."""
    headers = {"Content-Type": "application/json"} | ({"x-api-key": key} if key else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(address, data, headers), timeout=30) as answer:
        return json.load(answer)


def jobs_of(applications: list[dict[str, Any]], near: str | None) -> list[dict[str, Any]]:
    """The open applications as jobs to ask about."""
    return [
        {
            "id": each["id"],
            "title": each["role"].strip()[:190],
            "company": each["company"].strip()[:190],
            "location": (each.get("location") or near or "")[:190] or None,
        }
        for each in applications
        if each["status"] not in OVER and not each.get("archived")
    ]


def note_of(found: dict[str, Any], timeline: str) -> str | None:
    """The note for a job: events of the company, then of the field, that its timeline does not hold yet."""
    events = {each["event"]["page"]: (each["event"], each["role"]) for each in found["company_events"]}
    for each in found["events"]:
        events.setdefault(each["event"]["page"], (each["event"], None))
    lines = [
        f"{event['start_date'][:16].replace('T', ' ')} {event['name']}{f' ({role})' if role else ''}: {page}"
        for page, (event, role) in events.items()
        if page not in timeline
    ]
    return "\n".join(["Where to meet people for this job:", *lines]) if lines else None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", default="http://127.0.0.1:8000", help="your NextCircle")
    parser.add_argument("--resume", default="https://rxresu.me", help="your Reactive Resume")
    parser.add_argument("--near", help="where you look, for applications without a location")
    parser.add_argument("--dry-run", action="store_true", help="print the notes, write none")
    given = parser.parse_args()
    api, key = f"{given.resume}/api/openapi/applications", os.environ["RESUME_API_KEY"]
    applications = asked(api, key=key)
    timelines = {each["id"]: json.dumps(each.get("activity", [])) for each in applications}
    jobs = jobs_of(applications, given.near)
    for start in range(0, len(jobs), AT_ONCE):
        for found in asked(f"{given.server}/v1/for-jobs", {"jobs": jobs[start : start + AT_ONCE]})["items"]:
            if note := note_of(found, timelines[found["id"]]):
                print(f"{found['title']} at {found['company']}\n{note}\n")
                if not given.dry_run:
                    asked(f"{api}/{urllib.parse.quote(found['id'], safe='')}/notes", {"text": note}, key)


if __name__ == "__main__":
    main()
