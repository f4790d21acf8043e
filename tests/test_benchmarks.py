"""Every benchmark can be started: its imports and its options work."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from benchmarks.recommend import GOLDEN
from benchmarks.relevance import grades_of, measures, part_of
from benchmarks.relevance_systems import people_of

# `bare` is a server that the others start with an environment of its own.
BENCHMARKS = sorted(
    {path.stem for path in (Path(__file__).parents[1] / "benchmarks").glob("[a-z]*.py")} - {"bare"}
)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_is_imported(name: str):
    assert importlib.import_module(f"benchmarks.{name}").__doc__


def test_grades_of_a_person_are_read_by_row(tmp_path: Path):
    path = tmp_path / "grades.tsv"
    path.write_text("s01\t3:4,7 0:2\ns02\t1:2\n", "utf-8")
    assert grades_of(path) == {"s01": {4: 3, 7: 3, 2: 0}, "s02": {2: 1}}


def test_a_ranking_is_measured_against_all_that_was_graded():
    found = measures([4, 9, 2], {4: 3, 7: 3, 2: 0})
    assert found["p@5"] == 0.2
    assert found["grade_0_in_10"] == 2
    assert found["ungraded_in_10"] == 1
    assert 0.5 < found["ndcg@10"] < 0.7


def test_every_person_is_in_one_part_and_has_grades():
    people = people_of(GOLDEN / "seekers.tsv")
    held_out = [each for each in people if part_of(each.id) == "held out"]
    assert 0.25 < len(held_out) / len(people) < 0.4
    assert {each.id for each in people} == set(grades_of(GOLDEN / "relevance.tsv"))
