"""One thing that `nextcircle doctor` looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from app.translations.catalogue import N_

State = Literal["ok", "off", "warning", "wrong"]
_MARKS: dict[str, str] = {"ok": "ok     ", "off": "off    ", "warning": "warning", "wrong": "WRONG  "}


# What each is about, as people read it.
LABELS: Final = {
    "settings": N_("Settings"),
    "data folder": N_("Data folder"),
    "contact": N_("Contact"),
    "mail": N_("Mail"),
    "limits": N_("Rate limits"),
    "admin key": N_("Admin key"),
    "retention": N_("Retention"),
    "dump": N_("Nightly dump"),
    "taxonomy": N_("Your own taxonomy"),
    "sqlite": N_("SQLite"),
    "database": N_("Database"),
    "places": N_("Places"),
    "sources": N_("Sources"),
    "network": N_("Network"),
    "pages": N_("Pages"),
    "sources off": N_("Sources off"),
    "sources paused": N_("Sources paused"),
    "sources failing": N_("Sources failing"),
    "sources not read yet": N_("Sources not read yet"),
}


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
