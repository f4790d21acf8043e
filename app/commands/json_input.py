"""JSON that people hand to commands: what is wrong with it is said with file, line and column."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.commands.context import input_lines
from app.commands.output import complain


def read_json(path: Path) -> Any:
    """The JSON of a file; raises ValueError that says where it is not JSON."""
    return parse_json(path.read_text("utf-8-sig"), str(path))


def parse_json(text: str, source: str, first_line: int = 1) -> Any:
    """The JSON of a text whose first line has a number in `source`; raises ValueError that says where it is not JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line = first_line + error.lineno - 1
        raise ValueError(f"{source}, line {line}, column {error.colno}: not JSON: {error.msg}") from None
    except RecursionError:
        raise ValueError(f"{source}: nested too deeply") from None


def json_lines() -> Iterator[str]:
    """The lines of the standard input; complains of each that is not JSON, and passes it on all the same."""
    for number, line in enumerate(input_lines(), start=1):
        if line.strip():
            try:
                parse_json(line, "standard input", number)
            except ValueError as error:
                complain(str(error))
        yield line
