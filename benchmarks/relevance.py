"""How relevant recommended groups are to people who look for work, as judged by reading. Prints JSON.

EVALUATION_DATA=... python -m benchmarks.relevance             the recommender beside BM25 and BM25 with synonyms
EVALUATION_DATA=... python -m benchmarks.relevance --misses    the first ten of everybody of the development part, on stderr
EVALUATION_DATA=... python -m benchmarks.relevance ungraded    rows of any system's first twenty that nobody has graded yet

`golden/seekers.tsv` names the people, `golden/relevance.tsv` the grades of rows of the evaluation data: 3 exactly worth an evening
for this person, 2 worth it, 1 only distantly, 0 not. A third of the people, chosen by a hash of their id, is never tuned on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.recommend import GOLDEN, ndcg
from benchmarks.relevance_systems import SYSTEMS, GroupSet, Person, load_sets, people_of

_POOL = 20
_WORTH_IT = 2
Grades = dict[str, dict[int, int]]


def part_of(person: str) -> str:
    """`held out` for a third of the people, else `development`."""
    number = int.from_bytes(hashlib.blake2b(person.encode(), digest_size=4).digest(), "big")
    return "held out" if number % 3 == 0 else "development"


def grades_of(path: Path) -> Grades:
    """Person -> row -> grade. A line is the person, a tab, and `3:12,40 2:7 ...`."""
    found: Grades = {}
    for line in path.read_text("utf-8").splitlines():
        person, _, graded = line.partition("\t")
        rows = found.setdefault(person, {})
        for part in graded.split():
            grade, _, numbers = part.partition(":")
            rows.update({int(number): int(grade) for number in numbers.split(",")})
    return found


def measures(ranked: Sequence[int], grades: dict[int, int]) -> dict[str, float]:
    """NDCG@10 over all rows graded for the person, P@5 of grades of 2 and more, and the rows of grade 0 in the first ten."""
    found = [grades.get(row, 0) for row in ranked[:10]]
    return {
        "ndcg@10": ndcg(found, grades.values()),
        "p@5": sum(grade >= _WORTH_IT for grade in found[:5]) / 5,
        "grade_0_in_10": float(found.count(0)),
        "ungraded_in_10": float(sum(row not in grades for row in ranked[:10])),
    }


def report(
    people: Sequence[Person], sets: dict[str, GroupSet], grades: Grades, misses: bool
) -> dict[str, Any]:
    """System -> part -> the mean of each measure."""
    figures: dict[str, Any] = {}
    for name, system in SYSTEMS.items():
        parts: dict[str, list[dict[str, float]]] = defaultdict(list)
        for person in people:
            ranked = system(sets[person.set], person, _POOL)
            parts[part_of(person.id)].append(measures(ranked, grades.get(person.id, {})))
            if misses and name == "recommender" and part_of(person.id) == "development":
                _show(person, sets[person.set], ranked, grades.get(person.id, {}))
        figures[name] = {
            part: {"people": len(found)}
            | {each: round(statistics.mean(one[each] for one in found), 3) for each in found[0]}
            for part, found in sorted(parts.items())
        }
    return figures


def _show(person: Person, groups: GroupSet, ranked: Sequence[int], grades: dict[int, int]) -> None:
    names = {each.row: each.name for each in groups.groups}
    shown = "; ".join(f"{names[row]} ({grades.get(row, '?')})" for row in ranked[:10])
    lost = sorted(
        (row for row in grades if row not in ranked[:10] and grades[row] > 1), key=lambda row: -grades[row]
    )
    left_out = "; ".join(f"{names[row]} ({grades[row]})" for row in lost[:8])
    value = measures(ranked, grades)["ndcg@10"]
    sys.stderr.write(f"{value:.3f} {person.id} {person.typed}: {shown}\n      left out: {left_out}\n")


def ungraded(people: Sequence[Person], sets: dict[str, GroupSet], grades: Grades) -> None:
    """Print what has to be read, person by person, in the order of the rows so that no system shows."""
    for person in people:
        groups = sets[person.set]
        pooled = {row for system in SYSTEMS.values() for row in system(groups, person, _POOL)}
        missing = sorted(pooled - set(grades.get(person.id, {})))
        if missing:
            print(f"## {person.id} {person.typed}: {person.about}")
        texts = {each.row: (each.name, each.description) for each in groups.groups}
        for row in missing:
            name, description = texts[row]
            print(row, name, "|", " ".join(description.split())[:110])


def main() -> None:
    """Measure, or list what is to be graded."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=("measure", "ungraded"), default="measure")
    parser.add_argument("--misses", action="store_true", help="show the first ten of the development part")
    given = parser.parse_args()
    data = os.environ.get("EVALUATION_DATA")
    if not data:
        print("skipped: EVALUATION_DATA names no folder")
        return
    people = people_of(GOLDEN / "seekers.tsv")
    path = GOLDEN / "relevance.tsv"
    grades = grades_of(path) if path.exists() else {}
    sets, _folder = load_sets(Path(data) / "evaluation", (each.set for each in people))
    if given.what == "ungraded":
        ungraded(people, sets, grades)
    else:
        figures = report(people, sets, grades, given.misses)
        count = sum(map(len, grades.values()))
        print(json.dumps({"people": len(people), "graded": count, "systems": figures}, indent=1))


if __name__ == "__main__":
    main()
