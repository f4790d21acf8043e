"""`for-job` and `for-jobs` answer as the API does, from a file or from options."""

from __future__ import annotations

import json
from pathlib import Path

from tests.app.commands.test_search_commands import loaded
from tests.app.service.test_job_files import JOBSYNC

__all__ = ["loaded"]


def test_a_job_is_looked_up_by_its_options(loaded):
    done = loaded(
        "for-job", "--title", "Software developer", "--location", "Boston, MA", "--company", "Job club"
    )
    assert done.returncode == 0, done.stderr
    assert "Field: Software engineering" in done.stdout
    assert "Job club organises it: Software developers 1" in done.stdout
    found = json.loads(loaded("for-job", "--title", "Software developer", "--json").stdout)
    assert found["resolved"]["field"]["id"] == "software-engineering"


def test_every_job_of_a_file_is_looked_up(loaded, tmp_path: Path):
    path = tmp_path / "jobs.csv"
    path.write_text(JOBSYNC, encoding="utf-8")
    found = json.loads(loaded("for-jobs", str(path), "--json").stdout)
    assert [item["company"] for item in found["items"]] == ["Acme", "Globex"]
    said = loaded("for-jobs", str(path)).stdout
    assert "Engineer, senior at Acme, Boston, MA" in said


def test_a_file_that_is_none_is_explained(nextcircle, tmp_path: Path):
    assert "No such file" in nextcircle("for-jobs", "missing.csv").stderr
    path = tmp_path / "wrong.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    done = nextcircle("for-jobs", str(path))
    assert done.returncode == 1
    assert "JobTitle" in done.stderr
    assert "Traceback" not in done.stderr
