"""What people who type one line into the first page are given to start with, as judged by reading. Prints JSON.

EVALUATION_DATA=... python -m benchmarks.first_picks             how many of the first three picks are worth an evening
EVALUATION_DATA=... python -m benchmarks.first_picks --misses    who was given what else, on stderr

The people and grades are those of `benchmarks.relevance`; each types a sentence of their field, place and interest, and only what the
page shows them counts. Of people for whom some group is worth an evening, nobody may be left without one.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import text

from app.core.ids import public
from app.main import create_app
from app.settings import Settings
from benchmarks.recommend import GOLDEN
from benchmarks.relevance import grades_of, part_of
from benchmarks.relevance_systems import NOW, GroupSet, Person, load_sets, people_of, row_of

_WORTH_IT = 2
_PICK = re.compile(r'<li class="card pick">\s*<h3>.*?href="/groups/([0-9a-z]+)', re.DOTALL)


def sentence(person: Person) -> str:
    """What the person types into the only box of the first page."""
    work = " and ".join(person.fields) or "looking for work"
    likes = f" who likes {' and '.join(person.interests)}" if person.interests else ""
    return f"{work} in {person.near}{likes}"


def picked(client: TestClient, person: Person) -> list[str]:
    """The addresses of the groups that the page says to start with."""
    answer = client.get("/search", params={"ask": sentence(person)})
    answer.raise_for_status()
    return _PICK.findall(answer.text)[:3]


def rows_of(groups: GroupSet) -> dict[str, int]:
    """Id in addresses -> row of the evaluation file."""
    with groups.database.read() as connection:
        found = connection.execute(text("SELECT id, url FROM meetup_group")).all()
    return {public(number): row_of(url) for number, url in found}


def report(people: list[Person], sets: dict[str, GroupSet], misses: bool) -> dict[str, Any]:
    """Part -> how many picks of how many are worth an evening, and who got none though there are some."""
    grades = grades_of(GOLDEN / "relevance.tsv")
    clients = {
        name: TestClient(create_app(Settings(), groups.database, lambda: NOW))
        for name, groups in sets.items()
    }
    rows = {name: rows_of(groups) for name, groups in sets.items()}
    figures: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"people": 0, "picks": 0, "worth an evening": 0, "left without one": []}
    )
    for person in people:
        graded = grades.get(person.id, {})
        found = [graded.get(rows[person.set][each], 0) for each in picked(clients[person.set], person)]
        part = figures[part_of(person.id)]
        part["people"] += 1
        part["picks"] += len(found)
        part["worth an evening"] += sum(grade >= _WORTH_IT for grade in found)
        if any(grade >= _WORTH_IT for grade in graded.values()) and not any(
            grade >= _WORTH_IT for grade in found
        ):
            part["left without one"].append(person.id)
        if misses and min(found, default=0) < _WORTH_IT:
            sys.stderr.write(f"{person.id} {sentence(person)}: {found}\n")
    for part in figures.values():
        part["share"] = round(part["worth an evening"] / max(part["picks"], 1), 3)
    return dict(sorted(figures.items()))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--misses", action="store_true", help="show whoever was given something else")
    given = parser.parse_args()
    data = os.environ.get("EVALUATION_DATA")
    if not data:
        print("skipped: EVALUATION_DATA names no folder")
        return
    people = people_of(GOLDEN / "seekers.tsv")
    sets, _folder = load_sets(Path(data) / "evaluation", (each.set for each in people))
    print(json.dumps(report(people, sets, given.misses), indent=1))


if __name__ == "__main__":
    main()
