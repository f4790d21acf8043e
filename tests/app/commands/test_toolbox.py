"""`nextcircle rank`: a profile and groups in, a ranking out."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.processes import run_command

GROUPS = [
    {"id": "py", "name": "Boston Python Developers", "city": "Boston", "country": "US", "members": 900,
     "last_event": "2026-11-10", "next_event": "2026-12-01"},
    {"id": "dead", "name": "Boston Java Programmers", "city": "Boston", "country": "US", "members": 5000,
     "last_event": "2025-01-10"},
    {"id": "knit", "name": "Boston Knitters", "city": "Boston", "country": "US", "members": 300,
     "last_event": "2026-11-18", "next_event": "2026-11-25"},
    {"id": "far", "name": "London Python Developers", "city": "London", "country": "GB", "members": 9000,
     "last_event": "2026-11-18", "next_event": "2026-11-25"},
]  # fmt: skip


def run(*words: str, lines: list[object] | None = None) -> subprocess.CompletedProcess[str]:
    given = "".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in (lines or []))
    return run_command(
        ["rank", *words, "--now", "2026-11-23T12:00:00Z"],
        folder=Path.cwd(),
        environment={**os.environ, "NEXTCIRCLE_DATABASE_URL": "sqlite:////nowhere/at/all"},
        stdin=given,
    )


def write(folder: Path, document: object) -> str:
    file = folder / "profile.json"
    file.write_text(json.dumps(document), "utf-8")
    return str(file)


def test_every_group_is_ranked_with_reasons_and_the_best_comes_first(tmp_path):
    profile = write(tmp_path, {"id": "p", "near": "Boston, MA", "fields": ["software-engineering"]})
    done = run("--profile", profile, "--json", lines=GROUPS)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert next(each["id"] for each in answers) == "py"
    assert {each["id"] for each in answers} == {"py", "dead", "knit", "far"}
    assert answers[0]["reasons"][0]["code"] == "field_match"
    assert all(each["score"] < 35 for each in answers[1:])


def test_what_is_excluded_is_left_out_and_what_is_joined_comes_last(tmp_path):
    profile = write(
        tmp_path,
        {"near": "Boston, MA", "fields": ["software-engineering"], "groups": ["py"], "exclude": ["far"]},
    )
    ids = [
        json.loads(line)["id"]
        for line in run("--profile", profile, "--json", lines=GROUPS).stdout.splitlines()
    ]
    assert ids[-1] == "py"
    assert "far" not in ids


def test_many_people_are_answered_a_line_each_in_their_order(tmp_path):
    people = tmp_path / "people.jsonl"
    people.write_text(
        '{"id": "a", "interests": ["knitting-crochet"], "near": "Boston, MA"}\n{"id": "b", "fields": ["nurse"]}\n',
        "utf-8",
    )
    done = run("--profiles", str(people), "--top", "2", "--json", lines=GROUPS)
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first == {"profile": "a", "ranking": ["knit", first["ranking"][1]]}
    assert second["profile"] == "b"
    assert len(second["ranking"]) == 2


def test_lines_that_are_no_groups_are_left_out(tmp_path):
    profile = write(tmp_path, {"near": "Boston, MA"})
    odd = [
        "not json",
        "[]",
        '{"name": "no id"}',
        {"id": "x", "name": None, "lat": 1e999, "members": -3, "last_event": "soon"},
    ]
    done = run("--profile", profile, "--json", lines=[*odd, GROUPS[0]])
    assert done.returncode == 0, done.stderr
    assert {json.loads(line)["id"] for line in done.stdout.splitlines()} == {"x", "py"}


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ({"near": "Xyzzyplughville"}, "unknown place"),
        ({"fields": ["xyzzyplugh"]}, "nextcircle taxonomy"),
        ({"phase": "panic"}, "unmapped"),
        ({"lat": 100, "lon": 0}, "not a point on Earth"),
        ([], "JSON object"),
    ],
)
def test_a_profile_that_cannot_be_used_is_told_why(tmp_path, profile, said):
    done = run("--profile", write(tmp_path, profile), lines=GROUPS)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_neither_or_both_kinds_of_profiles_is_a_wrong_usage(tmp_path):
    assert run(lines=GROUPS).returncode == 2
    both = write(tmp_path, {})
    assert run("--profile", both, "--profiles", both).returncode == 2


def test_an_id_that_is_a_number_stays_a_number(tmp_path):
    lines = [{**each, "id": number} for number, each in enumerate(GROUPS, 7)]
    profile = write(tmp_path, {"id": 1, "near": "Boston, MA", "fields": ["software-engineering"]})
    answers = [
        json.loads(line) for line in run("--profile", profile, "--json", lines=lines).stdout.splitlines()
    ]
    assert [each["id"] for each in answers[:1]] == [7]
    many = run("--profiles", profile, "--json", lines=lines)
    assert json.loads(many.stdout) == {"profile": 1, "ranking": [each["id"] for each in answers]}
    assert run("--profiles", profile, "--top", "1", lines=lines).stdout == "7\n"


@pytest.mark.parametrize("weight", ["heavy", None, True, -1, float("nan"), float("inf"), [1]])
def test_a_weight_that_is_no_number_from_0_to_1_is_told(tmp_path, weight):
    profile = write(tmp_path, {"fields": [{"id": "nurse", "weight": weight}]})
    done = run("--profile", profile, lines=GROUPS)
    assert done.returncode == 1
    assert "fields: 'nurse' has the weight" in done.stderr
    assert "a number from 0 to 1" in done.stderr
    assert "Traceback" not in done.stderr
