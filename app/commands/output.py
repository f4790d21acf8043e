"""What a command prints: sentences for people, JSON for programs, a counter for the patient."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_json = False


def choose_json(wanted: bool) -> None:
    """Print JSON from now on, or sentences."""
    global _json  # noqa: PLW0603  one process runs one command
    _json = wanted


def as_json() -> bool:
    """Whether the person asked for JSON."""
    return _json


def say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")


def complain(sentence: str) -> None:
    sys.stderr.write(f"nextcircle: {sentence}\n")


def print_json(document: Any) -> None:
    import orjson

    sys.stdout.write(orjson.dumps(document, default=str, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_line(document: dict[str, Any], plain: Any) -> None:
    sys.stdout.write((json.dumps(document, ensure_ascii=False) if as_json() else plain(document)) + "\n")


@contextmanager
def progress(unit: str) -> Iterator[Any]:
    """A counter: live on a terminal, a line now and then in a pipe."""
    if not sys.stderr.isatty():
        from time import monotonic

        last = monotonic()

        def plain(done: int) -> None:
            nonlocal last
            if monotonic() - last > 5:
                last = monotonic()
                sys.stderr.write(f"{done} {unit}\n")

        yield plain
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed} " + unit), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=None)
        yield lambda done: progress.update(task, completed=done)
