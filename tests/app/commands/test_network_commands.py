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
    (folder / "did.json").write_text(json.dumps([{"what": "asked", "key": "Jane Doe", "on": "2026-11-23"}]))
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
        "Jane Doe",
        "https://www.linkedin.com/in/jane-doe",
        "in:jane-doe",
        "Ask for a coffee",
        "Your contacts could give",
        "* your goal",
        "Go to a group",
    ):
        assert words in done.stdout
    plan = nextcircle("network", "plan", "--goal", "goal.json", COLUMNS="100")
    assert "Questions for a conversation" in plan.stdout


@pytest.mark.parametrize("key", ["Jim Roe", "in:jim-roe", "Jane"])
def test_a_report_about_nobody_is_an_error(nextcircle, folder, key):
    (folder / "did.json").write_text(json.dumps([{"what": "asked", "key": key}]))
    done = nextcircle(
        "network", "analyse", "linkedin.zip", "--goal", "goal.json", "--did", "did.json", COLUMNS="200"
    )
    assert done.returncode == 2
    assert "did.0.key: matches nobody" in done.stderr


def test_a_name_of_two_people_is_an_error_and_a_unique_one_is_enough(nextcircle, folder):
    rows = [*ROWS, connection("Jane Doe", "Chef", "Globex", slug="jane-2")]
    (folder / "two.csv").write_text(connections(rows))
    (folder / "did.json").write_text(json.dumps([{"what": "asked", "key": "jane doe"}]))
    two = nextcircle("network", "analyse", "two.csv", "--goal", "goal.json", "--did", "did.json")
    assert two.returncode == 2
    assert "is the name of 2 people" in two.stderr
    one = nextcircle(
        "network", "analyse", "linkedin.zip", "--goal", "goal.json", "--did", "did.json", COLUMNS="200"
    )
    assert one.returncode == 0
    assert "(1 of 1 contacted)" in one.stdout


@pytest.mark.parametrize(
    ("name", "header"),
    [
        (
            "messages.csv",
            "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE",
        ),
        ("Profile.csv", "First Name,Last Name,Maiden Name,Address,Birth Date,Headline,Summary"),
    ],
)
def test_a_file_that_lists_no_contacts_says_which_to_choose(nextcircle, folder, name, header):
    (folder / "a.csv").write_text(header + "\r\n" + "x," * header.count(",") + "x\r\n")
    done = nextcircle("network", "analyse", "a.csv", "--goal", "goal.json")
    assert done.returncode == 1
    assert f"{name} does not list your contacts; choose Connections.csv" in done.stderr


def test_a_page_of_ones_own_shows_the_map_and_is_readable_by_its_owner_alone(nextcircle, folder):
    rows = [*ROWS, connection("<script>Eve</script> Roe", "Data Scientist", "Acme")]
    (folder / "c.csv").write_text(connections(rows))
    (folder / "report.html").write_text("an older one")
    (folder / "report.html").chmod(0o644)
    done = nextcircle("network", "analyse", "c.csv", "--goal", "goal.json", "--html", "report.html")
    assert done.returncode == 0, done.stderr
    text = (folder / "report.html").read_text("utf-8")
    assert (folder / "report.html").stat().st_mode & 0o777 == 0o600
    assert "<script" not in text
    assert text.count("<svg") == 4
    assert "href='https://www.linkedin.com/in/jane-doe'" in text
    assert "src=" not in text
    assert "Jane Doe" in text


def test_whom_to_ask_is_added_to_a_trackers_table_for_its_owner_alone(nextcircle, folder):
    line = "Mara Pell\tGlobex\trecruiter\tTalent Partner\t\t\t\t012\tmine"
    (folder / "contacts.tsv").write_text(f"{line}\n")
    asked = ("network", "analyse", "linkedin.zip", "--goal", "goal.json", "--table", "contacts.tsv")
    assert nextcircle(*asked).returncode == 0
    written = (folder / "contacts.tsv").read_text("utf-8")
    assert (folder / "contacts.tsv").stat().st_mode & 0o777 == 0o600
    first, second = written.splitlines()[:2]
    assert first == line
    assert second.startswith(
        "Jane Doe\tAcme Inc\tpeer\tData Scientist\t\t\thttps://www.linkedin.com/in/jane-doe\t-\tAsk for "
    )
    assert nextcircle(*asked).returncode == 0
    assert (folder / "contacts.tsv").read_text("utf-8") == written
    (folder / "contacts.tsv").write_bytes(b"\xff\xfe\x00")
    done = nextcircle(*asked)
    assert done.returncode == 2
    assert "contacts.tsv is not a UTF-8 text file" in done.stderr


def test_what_the_network_lacks_is_handed_over_without_a_name(nextcircle, folder):
    alone = nextcircle("network", "analyse", "linkedin.zip", "--goal", "goal.json", "--then", "recommend")
    assert alone.returncode == 1
    assert "no database here yet" in alone.stderr
    assert not (folder / "data").exists()
    made = nextcircle("search", "--json")
    assert made.returncode == 0, made.stderr
    done = nextcircle(
        "network", "analyse", "linkedin.zip", "--goal", "goal.json", "--then", "recommend", "--json"
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["recommendations"]["phase"] == answer["phase"]
    (growth,) = (each for each in answer["actions"] if each["kind"] == "attend_group")
    assert growth["search"]["body"]["covered"] == answer["covered"]
    assert "jane" not in json.dumps(growth["search"]).lower()


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


def test_a_log_of_what_was_done_is_listed_and_written_for_its_owner_alone(nextcircle, folder):
    progress = {
        "in:jane-doe": {
            "state": "pending",
            "name": "Jane Doe",
            "steps": [{"what": "asked", "on": "2026-11-20"}],
        }
    }
    (folder / "progress.json").write_text(json.dumps(progress))
    done = nextcircle(
        "network", "log", "--progress", "progress.json", "--csv", "l.csv", "--pdf", "l.pdf", COLUMNS="120"
    )
    assert done.returncode == 0, done.stderr
    assert "Asked for a conversation" in done.stdout
    assert "Jane Doe" in (folder / "l.csv").read_text("utf-8-sig")
    assert (folder / "l.pdf").read_bytes().startswith(b"%PDF")
    assert {(folder / name).stat().st_mode & 0o777 for name in ("l.csv", "l.pdf")} == {0o600}
    wrong = nextcircle("network", "log", "--progress", "progress.json", "--from", "soon")
    assert wrong.returncode == 2
    assert "--from: not a day" in wrong.stderr


@pytest.fixture
def asked_jane(folder):
    """Progress with one step."""
    steps = [{"what": "asked", "on": "2026-11-20"}]
    progress = {"in:jane-doe": {"state": "pending", "name": "Jane Doe", "steps": steps}}
    (folder / "progress.json").write_text(json.dumps(progress))
    return ("network", "log", "--progress", "progress.json")


def test_a_log_for_an_office_begins_with_what_it_asks_and_claims_nothing(nextcircle, folder, asked_jane):
    done = nextcircle(*asked_jane, "--for", "us-ma", "--pdf", "l.pdf", COLUMNS="200")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Massachusetts: Do three work search activities a week")
    before, after = done.stdout.split("Whether an entry counts is for the office to decide.")
    assert "https://www.mass.gov/info-details/work-search-examples" in before
    assert "2026-11-28" in before
    assert "Jane Doe" in after
    assert b"Massachusetts: Do three" in (folder / "l.pdf").read_bytes()


def test_a_log_for_an_office_has_it_as_a_member_of_its_json(nextcircle, asked_jane):
    plain = json.loads(nextcircle(*asked_jane, "--json").stdout)
    assert set(plain) == {"log"}
    document = json.loads(nextcircle(*asked_jane, "--for", "Massachusetts", "--json").stdout)
    assert document["log"] == plain["log"]
    assert set(document["office"]) == {"code", "name", "networking", "asks", "url", "read"}
    assert document["note"] == "Whether an entry counts is for the office to decide."
    assert document["office"]["code"] == "US-MA"


def test_an_unknown_office_ends_with_the_codes_near_it_before_anything_is_written(
    nextcircle, folder, asked_jane
):
    done = nextcircle(*asked_jane, "--for", "CA", "--csv", "l.csv")
    assert done.returncode == 2
    assert "--for: nothing is known of 'CA'; known codes near it: CA-ON, US-CA" in done.stderr
    assert not (folder / "l.csv").exists()
