"""Runs the command in a process of its own that is forked from one that has imported it: importing takes a second each time."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

_SERVER: Final = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    [
        "app.cli",
        "app.main",
        "app.runtime.processes",
        "app.service.vocabulary",
        "alembic.context",
        "tests.processes",
    ]
)


def start_command(
    arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str], files: Path, stdin: str = ""
) -> BaseProcess:
    """Start `nextcircle` with arguments in a folder, with this environment alone; `files` gets what it prints, as `out` and `err`."""
    files.mkdir(exist_ok=True)
    (files / "in").write_text(stdin, "utf-8")
    process = _SERVER.Process(target=_run, args=(list(arguments), folder, dict(environment), files))
    process.start()
    return process


def run_command(
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    stdin: str = "",
    timeout: float = 60,
) -> subprocess.CompletedProcess[str]:
    """Run `nextcircle` to its end, as `subprocess.run` would.

    Raises subprocess.TimeoutExpired after `timeout` seconds.
    """
    with TemporaryDirectory() as name:
        files = Path(name)
        process = start_command(arguments, folder=folder, environment=environment, files=files, stdin=stdin)
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(arguments), timeout)
        out, err = ((files / each).read_text("utf-8") for each in ("out", "err"))
    return subprocess.CompletedProcess(list(arguments), process.exitcode, out, err)


def _run(arguments: list[str], folder: Path, environment: dict[str, str], files: Path) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for descriptor, (name, flags) in enumerate(
        (("in", os.O_RDONLY), ("out", os.O_WRONLY), ("err", os.O_WRONLY))
    ):
        opened = os.open(files / name, flags | os.O_CREAT, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(each, "w" if each else "r", encoding="utf-8") for each in range(3)
    )
    from app.cli import main

    main(arguments)
