"""How log lines look: text for people, JSON for programs. One line an entry, whatever its message holds."""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Final, Literal

import orjson

# A line break in a message would look like another entry.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_QUIET: Final = ("alembic", "httpx")


def log_to_stderr(level: str, form: Literal["text", "json"]) -> None:
    """Log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else PlainLines())
    logging.basicConfig(level=level.upper(), handlers=[handler])
    # httpx logs whole addresses; none of ours may stand in a log.
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns whenever a round of fetching takes longer than the pause between two, which is as it should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


class PlainLines(logging.Formatter):
    """`LEVEL logger message`, and the lines of a failure after it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = f"{record.levelname} {record.name} {_CONTROL.sub(' ', record.getMessage())}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLines(logging.Formatter):
    """`{"time", "level", "logger", "message"}`, with the `fields` of the entry and `error`, where there are any."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return orjson.dumps(_encodable(entry), default=str).decode()


def _encodable(entry: dict[str, object]) -> dict[str, object]:
    """Half characters have no UTF-8."""
    return {
        name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for name, value in entry.items()
    }
