"""The command as people and scripts run it: output, exit codes, and never a traceback."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest
import typer

from app.cli import main
from app.commands.listings import reclassify

ROOT = Path(__file__).parents[3]
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
X-WR-CALNAME:Job club
BEGIN:VEVENT
UID:1
DTSTART;TZID=America/New_York:20261201T183000
DTEND;TZID=America/New_York:20261201T203000
SUMMARY:Résumé clinic
LOCATION:Boston Public Library\\, Boston\\, MA
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def lines(path: Path, *documents: dict) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in documents), encoding="utf-8")
    return path


EVENT = {
    "type": "event", "platform": "ical", "source": "job club", "uid": "1", "name": "Résumé clinic",
    "start_date": "2027-12-01T18:30:00-05:00", "timezone": "America/New_York",
    "location": {"city": "Boston", "region": "MA", "country": "US"}, "url": "https://library.example/1",
}  # fmt: skip


def test_read_shows_the_events_of_a_file(nextcircle, tmp_path):
    (tmp_path / "club.ics").write_text(CALENDAR, encoding="utf-8", newline="")
    result = nextcircle("read", "club.ics", "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["format"] == "ical"
    assert document["events"][0]["name"] == "Résumé clinic"
    assert document["events"][0]["start_date"] == "2026-12-01T18:30:00-05:00"


def test_json_may_stand_anywhere_among_the_options(nextcircle, tmp_path):
    (tmp_path / "club.ics").write_text(CALENDAR, encoding="utf-8", newline="")
    assert json.loads(nextcircle("--json", "read", "club.ics").stdout)["platform"] == "ical"


def test_events_outside_the_window_are_an_empty_answer(nextcircle, tmp_path):
    (tmp_path / "club.ics").write_text(CALENDAR, encoding="utf-8", newline="")
    result = nextcircle("read", "club.ics", "--from", "2027-01-01", "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout)["events"] == []


def test_what_holds_no_event_is_exit_1_with_the_document_all_the_same(nextcircle, tmp_path):
    (tmp_path / "page.html").write_text("<html><body>Nothing on</body></html>", encoding="utf-8")
    result = nextcircle("read", "page.html", "--json")
    assert result.returncode == 1
    assert json.loads(result.stdout)["events"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("read", "club.ics", "--timezone", "Mars/Olympus"),
        ("read", "club.ics", "--platform", "myspace"),
        ("read", "club.ics", "--from", "soon"),
        ("read", "club.ics", "--nonsense"),
        ("search", "parties"),
        ("search", "--near", "Xqzzyville"),
        ("locate", "--country", "Germany"),
        ("sources", "add", "not an address"),
        ("nonsense",),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2_in_a_sentence(nextcircle, tmp_path, arguments):
    (tmp_path / "club.ics").write_text(CALENDAR, encoding="utf-8", newline="")
    result = nextcircle(*arguments)
    assert result.returncode == 2
    assert result.stderr
    assert "Traceback" not in result.stderr


def test_a_missing_file_is_exit_1_in_a_sentence(nextcircle):
    for command in ("read", "load"):
        result = nextcircle(command, "nowhere.ics")
        assert result.returncode == 1
        assert "nowhere.ics" in result.stderr
        assert "Traceback" not in result.stderr


def test_a_wrong_setting_is_exit_2_and_named(nextcircle):
    result = nextcircle("search", NEXTCIRCLE_PORT="eighty")
    assert result.returncode == 2
    assert "NEXTCIRCLE_PORT" in result.stderr


def test_what_was_loaded_is_found_and_exported_again(nextcircle, tmp_path):
    path = lines(tmp_path / "events.jsonl", EVENT)
    loaded = json.loads(nextcircle("load", str(path), "--json").stdout)
    assert loaded["counts"]["inserted"] == 1
    found = json.loads(nextcircle("search", "--near", "Boston, MA", "--json").stdout)
    assert [item["name"] for item in found["items"]] == ["Résumé clinic"]
    exported = [json.loads(line) for line in nextcircle("export").stdout.splitlines()]
    assert exported[0]["name"] == "Résumé clinic"
    again = lines(tmp_path / "again.jsonl", *exported)
    assert json.loads(nextcircle("load", str(again), "--json").stdout)["counts"]["unchanged"] == 1


def test_lines_that_are_no_records_are_named_and_the_others_loaded(nextcircle, tmp_path):
    path = tmp_path / "mixed.jsonl"
    path.write_text(json.dumps(EVENT) + '\n{"type":"event"}\nnot json\n\n[]\n', encoding="utf-8")
    result = nextcircle("load", str(path), "--json")
    assert result.returncode == 0
    loaded = json.loads(result.stdout)
    assert (loaded["lines"], loaded["bad_lines"]) == (4, 3)
    assert "mixed.jsonl:2" in loaded["errors"][0]


def test_line_commands_answer_every_line(nextcircle):
    located = nextcircle("locate", "--json", stdin="Boston, MA\n\nOnline\n").stdout.splitlines()
    assert [json.loads(line)["place"] is not None for line in located] == [True, False, False]
    classified = nextcircle(
        "classify", "--json", stdin='{"id":1,"name":"Software developers"}\n\nnot json\n'
    ).stdout
    answers = [json.loads(line) for line in classified.splitlines()]
    assert answers[0]["fields"][0]["id"] == "software-engineering"
    assert [each["fields"] for each in answers[1:]] == [[], []]
    understood = nextcircle(
        "understand",
        "--json",
        "--now",
        "2026-11-27T12:00Z",
        stdin='{"id":1,"text":"yoga in Leeds tomorrow"}\nnot json\n',
    ).stdout
    answers = [json.loads(line) for line in understood.splitlines()]
    assert answers[0]["near"] == "Leeds, England, GB"
    assert answers[0]["from"] == "2026-11-28T00:00:00+00:00"
    assert answers[0]["to"] == "2026-11-29T00:00:00+00:00"
    assert answers[1]["id"] is None


def test_a_hint_of_understand_that_is_none_is_named(nextcircle):
    result = nextcircle("understand", "--near", "Xyzzyville", stdin="")
    assert result.returncode == 2
    assert "Xyzzyville" in result.stderr
    result = nextcircle("understand", "--now", "soonish", stdin="")
    assert result.returncode == 2
    assert "soonish" in result.stderr


def test_a_source_is_added_shown_and_removed(nextcircle):
    added = json.loads(
        nextcircle(
            "sources",
            "add",
            "https://www.meetup.com/pydata-prague/events/ical/",
            "--near",
            "Prague",
            "--json",
        ).stdout
    )
    assert (added["platform"], added["access"], added["state"], added["city"]) == (
        "meetup",
        "feed",
        "on",
        "Prague",
    )
    page = json.loads(nextcircle("sources", "add", "https://www.meetup.com/pydata-prague/", "--json").stdout)
    assert page["state"] == "off"
    assert "meetup.com/terms" in page["reason"]
    assert nextcircle("sources", "show", added["slug"]).returncode == 0
    assert nextcircle("sources", "remove", added["slug"]).returncode == 0
    listed = json.loads(nextcircle("sources", "list", "--json").stdout)["sources"]
    assert {row["slug"]: row["state"] for row in listed}[added["slug"]] == "off"


def test_the_doctor_says_what_is_off_and_why(nextcircle):
    result = nextcircle("doctor", "--json")
    findings = {each["name"]: each for each in json.loads(result.stdout)["findings"]}
    assert findings["mail"]["state"] == "off"
    assert "NEXTCIRCLE_SMTP_URL" in findings["mail"]["detail"]


def test_the_coverage_names_the_cities_that_fall_short(nextcircle):
    cities = {
        each["name"]: each
        for each in json.loads(nextcircle("sources", "coverage", "--json").stdout)["cities"]
    }
    assert len(cities) == 160
    assert cities["Boston, MA"]["falls_short"] is None
    assert cities["Boston, MA"]["fixed"] > cities["Boston, MA"]["fixed_at_once"] >= 10
    said = nextcircle("sources", "coverage").stdout
    assert "60 metropolitan areas of the US" in said
    assert "nextcircle discover" in said


def test_pages_whose_terms_limit_automated_use_are_decided_on_when_there_is_something_to_see(nextcircle):
    nextcircle("sources", "add", "https://www.meetup.com/pydata-prague/")
    before = nextcircle("sources", "pages").stdout
    assert "1 sources: https://www.meetup.com/terms/" in before
    assert "not read" in before
    assert "1: https://www.meetup.com/terms/" in nextcircle("doctor").stdout
    assert "These pages are read." in nextcircle("sources", "pages", "--on").stdout
    [row] = json.loads(nextcircle("sources", "list", "--json").stdout)["sources"]
    assert row["state"] == "on"
    refused = nextcircle("sources", "pages", "--on", NEXTCIRCLE_PAGES="off")
    assert refused.returncode == 2
    assert "NEXTCIRCLE_PAGES" in refused.stderr


@pytest.mark.parametrize(
    ("words", "ends_well"), [(["worker"], True), (["--json", "api"], True), (["backup", "x.db"], False)]
)
def test_a_signal_ends_a_service_well_and_other_commands_as_it_always_does(monkeypatch, words, ends_well):
    told = []
    monkeypatch.setattr("app.cli.exit_when_told", lambda: told.append(True))
    monkeypatch.setattr("app.cli._with_json_option", lambda _: lambda **_: None)
    main(words)
    assert bool(told) is ends_well


def foreign_file(path: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for each in statements:
            connection.execute(each)
        connection.commit()


_VERSION = "CREATE TABLE alembic_version (version_num TEXT)"


@pytest.mark.parametrize(
    "command", [["api"], ["worker"], ["serve"], ["search", "events"], ["sources", "list"]]
)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not a database at all" * 1_000, "not an SQLite database"),
        (b"SQLite format 3\0 cut", "not an SQLite database"),
        (("CREATE TABLE recipe (id INTEGER)",), "tables of something else"),
        (
            (_VERSION, "INSERT INTO alembic_version VALUES ('ab12')", "CREATE TABLE recipe (id)"),
            "belongs to something",
        ),
        (
            (_VERSION, "INSERT INTO alembic_version VALUES ('9999')", "CREATE TABLE listing (id)"),
            "newer version",
        ),
    ],
    ids=["no database", "cut", "foreign", "of another project", "newer"],
)
def test_a_database_that_is_not_ours_is_one_line_that_says_what_to_do(
    nextcircle, tmp_path, command, content, said
):
    path = tmp_path / "other.sqlite"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        foreign_file(path, *content)
    before = path.read_bytes()
    result = nextcircle(
        *command, NEXTCIRCLE_DATABASE_URL=f"sqlite:///{path}", NEXTCIRCLE_PLACES="Bozeman, MT"
    )
    assert result.returncode == 1
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert path.read_bytes() == before


def test_the_api_refuses_an_old_schema_with_exit_3(nextcircle, postgresql_server):
    from tests.postgresql import Copy

    empty = Copy(postgresql_server, "template0")
    result = nextcircle("api", NEXTCIRCLE_DATABASE_URL=empty.url, NEXTCIRCLE_SECRET_KEY="x" * 32)
    empty.drop()
    assert result.returncode == 3
    assert "nextcircle worker" in result.stderr


def test_what_is_decided_anew_tells_what_it_did(nextcircle):
    assert nextcircle("reclassify").stdout == "0 seen: 0 events and 0 groups changed\n"
    assert "0 events joined others" in nextcircle("rematch").stdout


def test_deciding_anew_can_be_stopped_and_says_that_it_goes_on(monkeypatch, tmp_path, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setenv("NEXTCIRCLE_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("NEXTCIRCLE_DATABASE_URL", raising=False)
    monkeypatch.setattr("app.ingest.store.reprocess.reclassify", stopped)
    with pytest.raises(typer.Exit) as ended:
        reclassify()
    assert ended.value.exit_code == 130
    assert "the next call goes on from here" in capsys.readouterr().err
