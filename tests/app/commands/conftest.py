"""The command, run as people run it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.processes import run_command


@pytest.fixture
def nextcircle(tmp_path: Path):
    """Runs the command in an empty folder of its own."""

    def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return run_command(
            arguments,
            folder=tmp_path,
            environment={
                "PATH": os.environ["PATH"],
                "NEXTCIRCLE_DATA_DIR": str(tmp_path / "data"),
                **environment,
            },
            stdin=stdin,
        )

    return run
