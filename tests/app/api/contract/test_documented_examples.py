"""Every command and program of docs/api.md runs as it is printed, against the sandbox."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.runtime.sandbox import sandbox
from app.settings import read_settings
from tests.app.api.server import served

pytestmark = pytest.mark.one_database

DOCS = Path(__file__).parents[4] / "docs"
ADDRESS = "http://127.0.0.1:8000"
KEY = "the key of an operator"


def blocks(language: str) -> list[str]:
    pages = [(DOCS / name).read_text() for name in ("api.md", "operations.md")]
    found = [each for page in pages for each in re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)]
    return [each for each in found if ADDRESS in each]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with sandbox(read_settings(admin_key=KEY)) as app, served(app) as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a reader would stand: with the export that the page names, of one invented contact."""
    with zipfile.ZipFile(tmp_path / "Basic_LinkedInDataExport_11-20-2026.zip", "w") as export:
        export.writestr(
            "Connections.csv",
            "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
            "Jo,Example,https://www.linkedin.com/in/jo-example,,Acme,Data Scientist,08 Feb 2026\n",
        )
    return tmp_path


@pytest.mark.skipif(shutil.which("curl") is None, reason="skipped: there is no curl")
@pytest.mark.parametrize("block", blocks("sh"))
def test_a_documented_command_is_answered(address, block, folder):
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.replace(ADDRESS, address)],
        capture_output=True,
        cwd=folder,
        env={"PATH": __import__("os").environ["PATH"], "KEY": KEY},
    )
    assert done.returncode == 0, done.stderr.decode()
    said = done.stdout.decode("utf-8", "replace")
    wrong = "feild" in block
    assert ('"type":"about:blank"' in said) is wrong, said[:1_000]
    assert said or "-O" in block


@pytest.mark.parametrize("block", blocks("python"))
def test_a_documented_program_runs(address, block, capsys):
    exec(compile(block.replace(ADDRESS, address), "docs/api.md", "exec"), {})
    if "print(" in block:
        assert len(capsys.readouterr().out.splitlines()) > 3


def test_there_are_examples_of_both_kinds():
    assert len(blocks("sh")) >= 8
    assert len(blocks("python")) >= 2
