"""Schemathesis with every check it has, over the whole app with the samples stored, on both databases.

`FUZZ_EXAMPLES=200 pytest tests/app/api/test_schemathesis.py` looks for as long as it takes; a handful is enough for every day.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.clock import utc_now
from app.db import Database
from app.http import deps
from app.main import create_app
from app.maintenance.dump import dump
from app.samples import add_samples
from app.settings import read_settings
from tests.app.api.server import served

KEY = "the key of an operator"
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "4")
# A schema says what a word looks like, not whether it is a place, a field or the address of a listing: there 422 (400 for a
# cursor) is what the contract promises for a word that looks right. Everywhere else what fits the schema is accepted.
WORDS = (
    "/v1/admin/sources",
    "/v1/admin/coverage",
    "/v1/admin/preview-source",
    "/v1/admin/find",
    "/v1/admin/digest/subscribers",
    "/v1/admin/keys",
    "/v1/admin/pause-sources",
    "/v1/admin/remove",
    "/v1/admin/events/{thing_id}/topics",
    "/v1/admin/groups/{thing_id}/topics",
    "/v1/events",
    "/v1/groups",
    "/v1/groups/{group_id}/events",
    "/v1/events.{ending}",
    "/v1/groups.{ending}",
    "/v1/groups/{group_id}/events.{ending}",
    "/v1/suggestions",
    "/v1/take-downs",
    "/v1/recommendations",
    "/v1/understand",
    "/v1/network/analyse",
    "/v1/network/plan",
    "/v1/subscriptions",
    "/v1/webhooks",
    "/v1/digest/preview",
    "/v1/admin/embedders/disable",
    "/v1/admin/embedders/enable",
)
ACCEPTED = '["2xx", "3xx", 400, 401, 403, 404, 409, 410, 415, 422, 429]'


def configuration(folder: Path) -> Path:
    """A configuration file for Schemathesis."""
    path = folder / "schemathesis.toml"
    path.write_text(
        'suppress-health-check = ["all"]\n'
        "[cache]\nenabled = false\n"
        + "".join(
            f'[[operations]]\ninclude-path = "{each}"\n'
            f"[operations.checks.positive_data_acceptance]\nexpected-statuses = {ACCEPTED}\n"
            for each in WORDS
        )
    )
    return path


def test_nothing_that_schemathesis_thinks_of_is_answered_wrongly(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    asyncio.run(add_samples(database, utc_now()))
    monkeypatch.setattr(deps, "MAX_WRITES_AN_HOUR", 1_000_000)
    monkeypatch.setattr(deps, "MAX_WRITES_AN_HOUR_OF_ALL", 1_000_000)
    settings = read_settings(admin_key=KEY, dump_dir=tmp_path / "dump")
    dump(database, settings.dump_folder, settings.base_url, utc_now())
    with served(create_app(settings, database)) as address:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            *("--config-file", str(configuration(tmp_path)), "run", f"{address}/openapi.json"),
            *("--checks", "all", "--max-response-time", "2", "--continue-on-failure", "--seed", "1"),
            *("--header", f"X-API-Key: {KEY}"),
            *("--max-examples", EXAMPLES, "--workers", "1"),
            # Its second phase asks what is refused before a database is asked, whichever it is.
            *(() if database.is_sqlite else ("--phases", "examples,fuzzing,stateful")),
        ]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
