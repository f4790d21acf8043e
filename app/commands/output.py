"""What a command prints: sentences for people, JSON for programs, a counter for the patient."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from app.core.characters import UNSAFE, escaped, escaped_line

_json = False
_JSON_UNSAFE: Final = re.compile(UNSAFE)


def choose_json(wanted: bool) -> None:
    """Print JSON from now on, or sentences."""
    global _json  # noqa: PLW0603  one process runs one command
    _json = wanted


def as_json() -> bool:
    """Whether the person asked for JSON."""
    return _json


def say(sentence: str) -> None:
    """Print a sentence, or several, at once: who reads a server through a pipe waits for it."""
    sys.stdout.write(escaped(sentence) + "\n")
    sys.stdout.flush()


def say_row(*cells: object) -> None:
    """Print a line of cells with tabs between them, whatever is in them; None is empty."""
    sys.stdout.write("\t".join("" if cell is None else escaped_line(str(cell)) for cell in cells) + "\n")


def complain(sentence: str) -> None:
    """Say what is wrong."""
    sys.stderr.write(f"nextcircle: {escaped(sentence)}\n")


def print_json(document: Any) -> None:
    """Print a document; what a terminal would obey is escaped as JSON does."""
    import orjson

    text = orjson.dumps(document, default=str, option=orjson.OPT_INDENT_2).decode()
    sys.stdout.write(_JSON_UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n")


def print_line(document: dict[str, Any], plain: Any) -> None:
    """Print a document in a line: as JSON, or as `plain` makes it."""
    if not as_json():
        sys.stdout.write(escaped_line(plain(document)) + "\n")
        return
    text = json.dumps(document, ensure_ascii=False)
    sys.stdout.write(_JSON_UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n")


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
