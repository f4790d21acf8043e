"""The health report: a document of its schema, the worst problem first, each with a remedy and commands that there are."""

from __future__ import annotations

import shlex
from datetime import timedelta

import jsonschema
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from typer.main import get_command

from app.cli import app as commands
from app.demand.repository import add_counts
from app.ingest.takedowns.repository import request_take_down
from app.main import create_app
from app.maintenance.backup import make_backup
from app.maintenance.health import health
from app.settings import Settings
from app.sources.suggestions.repository import suggest

KEY = "the key of whoever runs this installation"


@pytest.fixture
def settings():
    """Those of a small installation."""
    return Settings(places="Boston, MA", admin_key=KEY, contact="ada@example.org")


@pytest.fixture
def broken(database, source, now):
    """A source that died, one that is paused, requests that wait, a job that failed and a question without an answer."""
    for name in ("dead", "paused", "fine"):
        source("ical", name)
    with database.write() as connection:
        connection.execute(
            text("UPDATE source SET last_ok_at = 1, last_outcome = 'ok', next_fetch_at = :later"),
            {"later": int(now.timestamp()) + 60},
        )
        connection.execute(text("UPDATE source SET failures = 5, last_outcome = 'gone' WHERE name = 'dead'"))
        connection.execute(text("UPDATE source SET paused = 'ten failures' WHERE name = 'paused'"))
        connection.execute(
            text(
                "INSERT INTO job_run (job, due_at, attempts, done_at, error) VALUES ('dump', :at, 1, :at, 'disk full')"
            ),
            {"at": int(now.timestamp()) - 60},
        )
    request_take_down(
        database, "remove", "https://example.org/x", "ada@example.org", None, now - timedelta(days=9)
    )
    suggest(database, "https://example.org/b.ics", None, "Boston, MA", now)
    day = now.replace(hour=0)
    add_counts(database, {(day, "Boston, Massachusetts, US", "accounting"): 12}, 5)


def by_id(report):
    return {each.id: each for each in report.problems}


def test_an_installation_in_order_has_nothing_urgent(settings, database, now):
    report = health(settings, database, now)
    assert {each.severity for each in report.problems} <= {"notice", "warning"}
    assert not any(each.id.startswith("source:") for each in report.problems)


def test_problems_come_worst_first_with_reason_remedy_and_page(settings, database, broken, now):
    report = health(settings, database, now)
    severities = [each.severity for each in report.problems]
    assert severities == sorted(severities, key=["critical", "warning", "notice"].index)
    found = by_id(report)
    assert found["request:take-downs"].severity == "critical"
    assert "it is gone for good" in found["source:ical-dead"].what
    assert "If the calendar has moved" in found["source:ical-dead"].remedy
    assert "ten failures" in found["source:ical-paused"].what
    assert "disk full" in found["job:dump"].what
    assert "10–19" in found["demand:accounting:Boston, Massachusetts, US"].what
    assert found["backup"].severity == "notice"
    assert report.state == "critical"
    assert "source:ical-fine" not in found


def test_no_source_at_all_is_reached(settings, database, broken, now):
    with database.write() as connection:
        connection.execute(text("UPDATE source SET failures = 1, paused = NULL, last_outcome = 'dns'"))
    report = health(settings, database, now)
    assert report.problems[0].id == "network"
    assert not any(each.kind == "source" for each in report.problems)


def test_sources_that_wait_too_long_mean_that_no_worker_runs(settings, database, broken, now):
    report = health(settings, database, now + timedelta(hours=2))
    assert by_id(report)["worker"].severity == "critical"


def test_a_backup_is_asked_for_once_a_week(settings, database, broken, now, tmp_path):
    make_backup(database, tmp_path / "backups", "a test", now)
    assert "backup" not in by_id(health(settings, database, now + timedelta(days=7)))
    assert "backup" in by_id(health(settings, database, now + timedelta(days=9)))


def test_the_report_keeps_to_its_schema_and_is_for_operators_alone(settings, database, broken, now):
    headers = {"X-API-Key": KEY}
    with TestClient(create_app(settings, database, clock=lambda: now)) as client:
        assert client.get("/v1/admin/health").status_code == 401
        schema = client.get("/v1/admin/health/schema", headers=headers).json()
        answer = client.get("/v1/admin/health", headers=headers)
    assert answer.headers["cache-control"] == "private, no-store"
    document = answer.json()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    assert [each["rank"] for each in document["problems"]] == list(range(1, len(document["problems"]) + 1))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "state": "so-so"}, schema)


def test_what_reproduces_a_problem_can_be_run(settings, database, broken, now):
    group = get_command(commands)
    tried = 0
    for problem in health(settings, database, now + timedelta(hours=2)).problems:
        assert problem.reproduce
        for line in problem.reproduce:
            if line.startswith("GET /"):
                continue
            program, *words = shlex.split(line)
            assert program == "nextcircle"
            command = group
            while words and words[0] in getattr(command, "commands", {}):
                command = command.commands[words.pop(0)]
            assert command is not group, line
            assert not hasattr(command, "commands"), line
            tried += 1
    assert tried > 10


def test_the_report_of_another_language_says_the_same(settings, database, broken, now):
    from app.translations.translator import translator

    german = health(settings, database, now, translator("de"))
    assert [each.id for each in german.problems] == [
        each.id for each in health(settings, database, now).problems
    ]
