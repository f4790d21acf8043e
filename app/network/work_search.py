"""What offices that pay unemployment benefits ask of a search for work: dated notes by state, each with its page. Pure.

Whether an entry of a log is enough is for the office to decide, so nothing here compares a log with a note.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, cast

Named = Literal["yes", "no", "not said"]

DECIDES: Final = "Whether an entry counts is for the office to decide."
_TABLE = Path(__file__).with_name("data") / "work_search.tsv"
_NAMED: Final[Mapping[Named, str]] = MappingProxyType(
    {
        "yes": "Networking, networking events or job clubs are named there.",
        "no": "Networking is not in the list there.",
        "not said": "Whether networking is named there was not read.",
    }
)
_MOST_NEAR: Final = 5


@dataclass(frozen=True, slots=True)
class Office:
    """One note: what the page asked when a stored copy of it was read."""

    code: str
    name: str
    networking: Named
    asks: str
    url: str
    read: date

    def lines(self) -> tuple[str, ...]:
        """As the head of a log."""
        return (
            f"{self.name}: {self.asks}",
            _NAMED[self.networking],
            f"Read on {self.read.isoformat()} in a stored copy of this page, which may have changed since:",
            self.url,
            DECIDES,
        )

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"read": self.read.isoformat()}


@lru_cache(maxsize=1)
def offices() -> Mapping[str, Office]:
    """Every note by its code."""
    found: dict[str, Office] = {}
    for line in _TABLE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        code, name, networking, asks, url, read = line.split("\t")
        found[code] = Office(code, name, cast("Named", networking), asks, url, date.fromisoformat(read))
    return MappingProxyType(found)


def office_of(text: str) -> Office:
    """The note of a code or name, in any case. Raises ValueError with codes that are near."""
    asked = text.strip().casefold()
    for office in offices().values():
        if asked in (office.code.casefold(), office.name.casefold()):
            return office
    raise ValueError(f"nothing is known of {text[:60]!r}; {_hint(asked)}")


def _hint(asked: str) -> str:
    spellings = {word.casefold(): code for code, office in offices().items() for word in (code, office.name)}
    inside = [code for code in offices() if asked in code.casefold().split("-")]
    near = inside + [spellings[word] for word in get_close_matches(asked[:60], spellings, _MOST_NEAR)]
    if near:
        return f"known codes near it: {', '.join(list(dict.fromkeys(near))[:_MOST_NEAR])}"
    return f"known codes: {', '.join(offices())}"
