"""`search` and `recommend` take what the API takes; every command takes `--json`; a port in use is said at once."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest
import typer

from app.cli import app
from app.service.parameters import EventParameters, GroupParameters
from app.service.recommendation_schemas import RecommendationParameters

NEAR = ("--near", "Boston, MA")


def event(number: int, **members: Any) -> dict[str, Any]:
    return {
        "type": "event",
        "platform": "ical",
        "source": "job club",
        "uid": str(number),
        "name": f"Software developers {number}",
        "start_date": f"2027-12-0{number}T18:30:00-05:00",
        "timezone": "America/New_York",
        "location": {"city": "Boston", "country": "US", "lat": 42.36, "lon": -71.06},
        "organizer": {"uid": "job-club", "name": "Job club", "url": "https://jobclub.example"},
        **members,
    }


@pytest.fixture
def loaded(nextcircle, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(event(number)) + "\n" for number in (3, 1, 2)), encoding="utf-8")
    assert nextcircle("load", str(path)).returncode == 0
    return nextcircle


def options(help_text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", help_text))


@pytest.mark.parametrize(
    ("command", "models"),
    [("search", (EventParameters, GroupParameters)), ("recommend", (RecommendationParameters,))],
)
def test_a_command_has_an_option_for_every_parameter_of_the_api(nextcircle, command, models):
    shown = options(nextcircle(command, "--help", COLUMNS="200").stdout)
    parameters = {info.alias or name for model in models for name, info in model.model_fields.items()}
    assert {f"--{name.replace('_', '-')}" for name in parameters} <= shown


def leaves(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    inner = getattr(command, "commands", {})
    return [leaf for name, each in inner.items() for leaf in leaves(each, (*path, name))] if inner else [path]


def test_every_command_lists_the_option_json(nextcircle):
    commands = leaves(typer.main.get_command(app))
    assert len(commands) > 30
    # The option is added to all in one place: one of each depth shows it.
    for command in (("search",), ("sources", "list"), ("network", "plan")):
        assert command in commands
        assert "--json" in options(nextcircle(*command, "--help").stdout)


def test_json_counts_wherever_it_stands(loaded):
    for arguments in (("--json", "search", *NEAR), ("search", "--json", *NEAR), ("search", *NEAR, "--json")):
        assert len(json.loads(loaded(*arguments).stdout)["items"]) == 3


def test_rows_come_in_the_order_of_the_api_under_a_header(loaded):
    header, *rows, total = loaded("search", *NEAR, "--sort", "start").stdout.splitlines()
    assert header.split() == ["START", "EVENT", "PLACE", "KM", "URL"]
    assert [row[:16] for row in rows] == ["2027-12-01 18:30", "2027-12-02 18:30", "2027-12-03 18:30"]
    assert total == "3 in all"
    assert loaded("search", "groups", *NEAR, "--activity", "any").stdout.startswith("ACTIVITY")


def test_pages_and_changes_go_on_with_what_the_answer_says(loaded):
    first = loaded("search", *NEAR, "--limit", "2").stdout
    cursor = re.search(r"--cursor (\S+)", first)
    assert cursor is not None
    last = loaded("search", *NEAR, "--limit", "2", "--cursor", cursor[1]).stdout
    assert "Software developers 3" in last
    assert "--cursor" not in last
    changes = json.loads(loaded("search", *NEAR, "--since", "start", "--json").stdout)
    assert len(changes["items"]) == 3


def test_an_option_that_is_wrong_is_named_with_what_would_be_right(loaded):
    unknown = loaded("search", "--near", "Xqzzyville")
    assert unknown.returncode == 2
    assert "--near 'Xqzzyville': unknown place" in unknown.stderr
    assert "--free: not an option" in loaded("search", "groups", *NEAR, "--free").stderr
    assert "--sort" in loaded("search", *NEAR, "--sort", "size").stderr
    assert "Traceback" not in unknown.stderr


def test_recommendations_come_with_reasons_and_a_first_step(loaded):
    document = json.loads(loaded("recommend", *NEAR, "--for", "events", "--json").stdout)
    assert document["phase"] == "unmapped"
    shown = loaded("recommend", *NEAR, "--field", "software-engineering", "--for", "events")
    assert shown.returncode == 0
    if document["items"]:
        assert "First step:" in shown.stdout


@pytest.mark.parametrize("command", ["serve", "api"])
def test_a_port_in_use_is_said_before_anything_starts(nextcircle, tmp_path, command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = nextcircle(command, "--port", str(port))
    assert result.returncode == 1
    assert f"port {port} of 127.0.0.1 is in use" in result.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", [("classify",), ("match",)])
def test_a_line_that_is_not_json_is_named_with_its_column(nextcircle, command):
    result = nextcircle(*command, stdin='{"id": "1", "name": "Nurses"}\n{"id" "2"}\n')
    assert result.returncode == 0
    assert "standard input, line 2, column 7: not JSON" in result.stderr


def test_a_file_that_is_not_json_is_named_with_line_and_column(nextcircle, tmp_path):
    (tmp_path / "goal.json").write_text('{\n  "fields": [}\n', encoding="utf-8")
    result = nextcircle("network", "plan", "--goal", "goal.json")
    assert result.returncode == 2
    assert "goal.json, line 2, column 14: not JSON" in result.stderr


def test_adding_a_source_says_how_its_place_was_read(nextcircle):
    result = nextcircle(
        "sources", "add", "https://www.meetup.com/pydata-prague/events/ical/", "--near", "Prague"
    )
    assert "near 'Prague': Prague, Prague, CZ (50.09, 14.42), Europe/Prague" in result.stdout
