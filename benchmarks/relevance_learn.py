"""Learns the numbers of `recommender.toml` that say what a wish is met by, from the development part of `benchmarks.relevance`.

EVALUATION_DATA=... python -m benchmarks.relevance_learn [--rounds N]

Coordinate search: one number after the other is tried a step lower and higher, and kept where the aim grows clearly over all and falls in
neither half of the people, so that what few of them like is not learned. The aim is NDCG@10 and half of
P@5 less a fiftieth for each row of grade 0 in a top ten, over the people of the development part alone and over graded rows alone, and a quarter of
NDCG@10 of the open half of the invented golden set, so that what is learned from a few cities does not undo what was known before.
Prints each step and, at the end, the numbers; they are written into the file by hand.
"""

# The caches of numbers are private to the recommender; nobody else has to empty them.
# ruff: noqa: SLF001

from __future__ import annotations

import argparse
import os
import re
import statistics
import tempfile
from operator import sub
from pathlib import Path

from app.recommend import constants as numbers
from app.recommend import kindred, text_match, topical
from benchmarks.recommend import GOLDEN, golden
from benchmarks.relevance import Grades, grades_of, measures, part_of
from benchmarks.relevance_systems import GroupSet, Person, load_sets, people_of, recommended

# How much the aim has to grow by a step.
_CLEARLY = 0.001
# What is learned: section, name, and the steps that are tried.
_LEARNED = (
    ("topical", "adjacent_field", 0.1),
    ("topical", "same_family", 0.1),
    ("topical", "whole_family", 0.1),
    ("topical", "career_in_general", 0.1),
    ("topical", "same_category", 0.1),
    ("topical", "whole_category", 0.1),
    ("topical", "kindred_interest", 0.1),
    ("topical", "kindred_of_others", 0.2),
    ("words", "name", 0.1),
    ("words", "description", 0.1),
    ("words", "ambiguous", 0.1),
    ("words", "family_word", 0.1),
    ("words", "kindred", 0.1),
    ("words", "part", 0.1),
    ("words", "best", 0.1),
    ("weights.unmapped", "topical", 0.08),
    ("weights.unmapped", "useful", 0.04),
    ("gates", "topical", 0.1),
)


def with_number(text: str, section: str, name: str, value: float) -> str:
    """The file with another value of one number."""
    pattern = rf"(?m)(^\[{re.escape(section)}\]\n(?:(?!^\[).*\n)*?{name} = )[-\d.]+"
    changed, times = re.subn(pattern, lambda found: f"{found.group(1)}{value:.3g}", text, count=1)
    if not times:
        raise ValueError(f"recommender.toml has no {name} in [{section}]")
    return changed


def number_of(text: str, section: str, name: str) -> float:
    """The value of one number of the file."""
    found = re.search(rf"(?m)^\[{re.escape(section)}\]\n(?:(?!^\[).*\n)*?{name} = ([-\d.]+)", text)
    if found is None:
        raise ValueError(f"recommender.toml has no {name} in [{section}]")
    return float(found.group(1))


def use(text: str, path: Path) -> None:
    """Let the recommender work with these numbers."""
    path.write_text(text, "utf-8")
    numbers._FILE = path
    for cached in (
        numbers._document, numbers.constants, kindred.shared_interests, topical._field_worth, topical._interest_worth,
        topical._kindred_worth, text_match._phrases,
    ):  # fmt: skip
        cached.cache_clear()


def aims(people: list[Person], sets: dict[str, GroupSet], grades: Grades) -> tuple[float, float]:
    """What is to grow, for each half of the people."""
    found: tuple[list[float], list[float]] = ([], [])
    invented = 0.25 * float(golden(False)["open"]["ndcg@10"])
    for number, person in enumerate(people):
        graded = grades[person.id]
        ranked = [row for row in recommended(sets[person.set], person, 20) if row in graded]
        each = measures(ranked, graded)
        found[number % 2].append(each["ndcg@10"] + 0.5 * each["p@5"] - 0.02 * each["grade_0_in_10"])
    return statistics.mean(found[0]) + invented, statistics.mean(found[1]) + invented


def grows(before: tuple[float, float], after: tuple[float, float]) -> bool:
    """Whether a step is worth taking."""
    return sum(after) > sum(before) + 2 * _CLEARLY and min(map(sub, after, before)) >= 0


def main() -> None:
    """Search."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=2)
    rounds = parser.parse_args().rounds
    data = os.environ.get("EVALUATION_DATA")
    if not data:
        print("skipped: EVALUATION_DATA names no folder")
        return
    people = [each for each in people_of(GOLDEN / "seekers.tsv") if part_of(each.id) == "development"]
    grades = grades_of(GOLDEN / "relevance.tsv")
    sets, folder = load_sets(Path(data) / "evaluation", (each.set for each in people))
    text = numbers._FILE.read_text("utf-8")
    path = Path(tempfile.mkstemp(suffix=".toml", dir=folder.name)[1])
    use(text, path)
    best = aims(people, sets, grades)
    print(f"{sum(best) / 2:.4f} at the start")
    for _ in range(rounds):
        for section, name, step in _LEARNED:
            value = number_of(text, section, name)
            for other in (value - step, value + step):
                if not 0 < other <= 1.2:
                    continue
                tried = with_number(text, section, name, other)
                use(tried, path)
                reached = aims(people, sets, grades)
                if grows(best, reached):
                    best, text = reached, tried
                    print(f"{sum(best) / 2:.4f} [{section}] {name} = {other:.3g}", flush=True)
                    break
    for section, name, _ in _LEARNED:
        print(f"[{section}] {name} = {number_of(text, section, name):.3g}")


if __name__ == "__main__":
    main()
