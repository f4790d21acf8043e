"""`nextcircle network` as people and scripts run it."""

from __future__ import annotations

import json

import pytest

from tests.app.network.exports import archive, connection, connections

ROWS = [connection("Jane Doe", "Data Scientist", "Acme Inc"), connection("Ada [b]Byron", "Nurse", "NHS")]


@pytest.fixture
def folder(tmp_path):
    """An export, a goal and a wrong file."""
    (tmp_path / "linkedin.zip").write_bytes(archive({"Connections.csv": connections(ROWS)}))
    (tmp_path / "goal.json").write_text(json.dumps({"fields": ["data-science-ai"], "companies": ["Acme"]}))
    (tmp_path / "page.html").write_text("<html><body>friends</body></html>")
    return tmp_path


def test_contacts_are_shown_as_json_and_as_a_table(nextcircle, folder):
    done = nextcircle("network", "contacts", "linkedin.zip", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert [each["name"] for each in document["contacts"]] == ["Jane Doe", "Ada [b]Byron"]
    assert set(document["contacts"][0]) == {"name", "company", "title", "connected_on", "url", "channels"}
    table = nextcircle("network", "contacts", "linkedin.zip", COLUMNS="120")
    assert "Ada [b]Byron" in table.stdout
    assert "2 people" in table.stdout


def test_an_analysis_goes_round_through_its_own_answer(nextcircle, folder):
    done = nextcircle(
        "network", "analyse", "linkedin.zip", "--goal", "goal.json", "--now", "2026-11-23T12:00:00Z", "--json"
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["exhaustion"]["next_review"] == "2026-12-07"
    (folder / "answer.json").write_text(done.stdout)
    (folder / "did.json").write_text(
        json.dumps([{"what": "asked", "key": "in:jane-doe", "on": "2026-11-23"}])
    )
    plan = nextcircle(
        "network", "plan", "--goal", "goal.json", "--progress", "answer.json", "--aggregate", "answer.json",
        "--did", "did.json", "--now", "2026-12-01", "--json",
    )  # fmt: skip
    assert plan.returncode == 0, plan.stderr
    first = json.loads(plan.stdout)["actions"][0]
    assert (first["kind"], first["contact"]["name"]) == ("nudge", "Jane D.")


def test_people_at_a_terminal_read_sentences(nextcircle, folder):
    done = nextcircle("network", "analyse", "linkedin.zip", "--goal", "goal.json", COLUMNS="100")
    assert done.returncode == 0, done.stderr
    for words in (
        "[grow]",
        "Where you want to go",
        "Jane D.",
        "Ask for a coffee",
        "Your contacts could give",
        "* your goal",
        "Go to a group",
    ):
        assert words in done.stdout
    plan = nextcircle("network", "plan", "--goal", "goal.json", COLUMNS="100")
    assert "Questions for a conversation" in plan.stdout


@pytest.mark.parametrize("command", ["contacts", "analyse"])
@pytest.mark.parametrize(("file", "code"), [("page.html", "html_export"), ("nowhere.csv", "unreadable")])
def test_input_that_cannot_be_used_is_1_with_the_document(nextcircle, folder, command, file, code):
    goal = ["--goal", "goal.json"] if command == "analyse" else []
    done = nextcircle("network", command, file, *goal, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["warnings"][0]["code"] == code
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("goal", "more", "words"),
    [
        ('{"field": ["nursing"]}', [], "did you mean fields"),
        ("not json", [], "line 1, column 1: not JSON"),
        ('{"fields": ["nursing"]}', ["--now", "soon"], "--now"),
        ('{"fields": ["nursing"]}', ["--progress", "nowhere.json"], "nowhere.json"),
        ('{"fields": ["nursing"]}', ["--did", "goal.json"], "did"),
    ],
)
def test_wrong_usage_is_2_and_says_what_would_be_right(nextcircle, folder, goal, more, words):
    (folder / "goal.json").write_text(goal)
    done = nextcircle("network", "plan", "--goal", "goal.json", *more)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_file_beside_a_right_one_is_a_warning(nextcircle, folder):
    done = nextcircle("network", "contacts", "page.html", "linkedin.zip", "--json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert len(document["contacts"]) == 2
    assert document["warnings"][0]["file"] == 1
