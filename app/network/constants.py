"""The numbers of ``data/exhaustion.toml``, by name. They stand there, with their sources, and nowhere else."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).with_name("data") / "exhaustion.toml"


@dataclass(frozen=True, slots=True)
class Constant:
    """One number. `kind`: evidence | direction | assumption."""

    name: str
    value: float
    kind: str
    meaning: str
    source: str
    families: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def constants() -> dict[str, Constant]:
    """All of them by "section.name", in the order of the file."""
    document = tomllib.loads(_DATA.read_text("utf-8"))
    return {
        f"{section}.{name}": Constant(
            f"{section}.{name}",
            row["value"],
            row["kind"],
            row["meaning"],
            row["source"],
            tuple(row.get("families", ())),
        )
        for section, rows in document.items()
        for name, row in rows.items()
    }


def number(name: str) -> float:
    """One number, by "section.name"."""
    return constants()[name].value


@lru_cache(maxsize=64)
def digital(family: str | None) -> float:
    """How much loose ties count in a family of fields; the middle where none is known."""
    if family is None:
        return number("tie.digital_middle")
    for name in ("tie.digital_high", "tie.digital_middle"):
        if family in constants()[name].families:
            return number(name)
    return number("tie.digital_low")


def as_table() -> str:
    """All of them as a Markdown table, as docs/exhaustion.md has it."""
    rows = ["| name | value | kind | meaning | source |", "|---|---|---|---|---|"]
    rows += [
        f"| {each.name} | {each.value:g} | {each.kind} | {each.meaning} | {each.source} |"
        for each in constants().values()
    ]
    return "\n".join(rows)
