"""`nextcircle digest`: send, preview, list, show, import, bounces, outbox, adopt."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from app.digest.repository.secrets import leave_home
from tests.processes import run_command

ROW = {
    "email": "ada@example.org", "near": "Boston, MA", "fields": ["software-engineering"], "weekday": "tue", "time": "08:00",
    "consent": {"at": "2025-03-01", "wording": "weekly events", "page": "https://old.example"},
}  # fmt: skip


@pytest.fixture
def run(samples: None, database_url: str, tmp_path: Path):
    def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return run_command(
            ["digest", *arguments],
            folder=tmp_path,
            environment={
                **os.environ,
                "NEXTCIRCLE_DATABASE_URL": database_url,
                "NEXTCIRCLE_DATA_DIR": str(tmp_path / "data"),
                **environment,
            },
        )

    return command


def lines(path: Path, *rows: object) -> str:
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return str(path)


def test_subscriptions_are_taken_over_sent_and_seen(run, tmp_path, database):
    nobody = {key: value for key, value in ROW.items() if key != "consent"}
    file = lines(
        tmp_path / "in.jsonl",
        ROW,
        nobody,
        "no json",
        {**ROW, "email": "x"},
        {**ROW, "near": "Xyzzyville"},
        ROW,
    )
    done = run("import", file)
    assert done.returncode == 1
    assert done.stdout == "1 added, 5 refused\n"
    for number, words in (
        (2, "has no consent"),
        (3, "not a JSON object"),
        (4, "not an email"),
        (5, "unknown place"),
        (6, "already"),
    ):
        assert any(f"line {number} " in line and words in line for line in done.stderr.splitlines()), (
            done.stderr
        )
    listed = json.loads(run("list", "--json").stdout)
    assert listed["counts"] == {"active": 1}
    assert listed["useful"] == {"yes": 0, "no": 0}
    (row,) = listed["subscriptions"]
    assert row["email"] == "a…@example.org"
    # The command's own clock made the first one due on the next Tuesday.
    due = row["next_at"]
    done = run("send", "--now", due, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["due"] == 1
    assert report["sent"] + report["skipped"] == 1
    assert json.loads(run("send", "--now", due, "--json").stdout)["due"] == 0
    shown = json.loads(run("show", row["id"]).stdout)
    assert shown["email"] == "ada@example.org"
    assert shown["consent"]["page"] == "https://old.example"
    assert run("show", "nobody").returncode == 1


def test_a_preview_in_a_folder_and_on_the_terminal(run, tmp_path):
    asked = (
        "preview",
        "--near",
        "Boston, MA",
        "--fields",
        "software-engineering",
        "--now",
        "2026-11-24T13:00:00+00:00",
    )
    said = run(*asked)
    assert said.stdout.startswith("Subject: "), said.stderr
    assert "COMING UP" in said.stdout
    done = run(*asked, "--out", str(tmp_path / "mail"))
    assert done.returncode == 0
    assert "<h1" in (tmp_path / "mail" / "digest.html").read_text()
    assert (tmp_path / "mail" / "digest.txt").read_text() in said.stdout
    assert json.loads(run(*asked, "--json").stdout)["events"]
    assert "nothing to say" in run("preview", "--near", "Perth, AU").stdout
    wrong = run("preview", "--near", "Xyzzyville")
    assert wrong.returncode == 2
    assert "--near" in wrong.stderr


def test_a_copy_mails_nothing_until_it_is_adopted(run, database):
    with database.write() as connection:
        leave_home(connection)
    refused = run("send")
    assert refused.returncode == 1
    assert "adopt" in refused.stderr
    assert run("adopt").returncode == 0
    assert run("send").returncode == 0


def test_what_is_wrong_is_told(run, tmp_path):
    assert "not a maildir" in run("bounces", str(tmp_path)).stderr
    assert run("outbox").stdout == "the outbox is empty\n"
    assert "--now" in run("send", "--now", "yesterday").stderr
    off = run("send", NEXTCIRCLE_PUBLIC_URL="https://nextcircle.example")
    assert off.returncode == 1
    assert "NEXTCIRCLE_SMTP_URL, NEXTCIRCLE_MAIL_FROM, NEXTCIRCLE_POSTAL_ADDRESS" in off.stderr
    wrong = run("send", NEXTCIRCLE_SMTP_URL="smtp//user:secret@host")
    assert wrong.returncode == 2
    assert "NEXTCIRCLE_SMTP_URL" in wrong.stderr
    assert "secret" not in wrong.stderr
