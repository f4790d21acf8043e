"""What a dump leaves in its folder: files, and `dump.json`, the list of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import orjson

LIST: Final = "dump.json"


def dumped(folder: Path) -> dict[str, Any] | None:
    """The list of the last dump; None where none was made."""
    try:
        found = orjson.loads((folder / LIST).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return found if isinstance(found, dict) else None
