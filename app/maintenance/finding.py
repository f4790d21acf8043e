"""One thing that `nextcircle doctor` looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

State = Literal["ok", "off", "warning", "wrong"]
_MARKS: dict[str, str] = {"ok": "ok     ", "off": "off    ", "warning": "warning", "wrong": "WRONG  "}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what that means in a sentence."""

    name: str
    state: State
    detail: str

    @property
    def mark(self) -> str:
        """The state, as wide as all others."""
        return _MARKS[self.state]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {"name": self.name, "state": self.state, "detail": self.detail}
