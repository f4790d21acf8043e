"""The numbers of ``data/exhaustion.toml``, by name. They stand there, with their sources, and nowhere else."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, get_type_hints

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


@dataclass(frozen=True, slots=True)
class ValueConstants:
    """What a contact is worth for a goal."""

    target_company_and_field: float
    target_company: float
    target_field: float
    recruiter: float
    adjacent_field: float
    same_family: float
    prefix_match: float
    other_metro: float
    other_metro_km: float


@dataclass(frozen=True, slots=True)
class FitConstants:
    """In which order people are asked."""

    inside_target: float
    inside_recruiter: float
    inside_adjacent: float
    inside_family: float
    inside_other: float
    recruiter: float


@dataclass(frozen=True, slots=True)
class ReachConstants:
    """How likely somebody answers."""

    linkedin: float
    facebook: float
    email: float
    met: float
    phone: float
    another_channel: float
    most: float
    replied: float
    silent: float
    silent_messages: float
    silent_days: float


@dataclass(frozen=True, slots=True)
class TieConstants:
    """How strong a tie is."""

    months: float
    half_strength: float
    mutuals: float
    weak_base: float
    strong_base: float
    dormant_bonus: float
    dormant_messages: float
    dormant_years: float
    digital_high: float
    digital_middle: float
    digital_low: float


@dataclass(frozen=True, slots=True)
class RedundancyConstants:
    """How much contacts at one employer repeat each other."""

    discount: float


@dataclass(frozen=True, slots=True)
class ProgressConstants:
    """What share of a contact a step uses up."""

    new: float
    pending: float
    talked: float
    done: float
    closed: float
    fresh_days: float


@dataclass(frozen=True, slots=True)
class ScoreConstants:
    """What a score is measured against."""

    conversations: float


@dataclass(frozen=True, slots=True)
class CoverageConstants:
    """When a field or company is covered."""

    thin: float
    covered: float
    companies: float
    fields: float
    adjacent: float


@dataclass(frozen=True, slots=True)
class StateConstants:
    """When a network counts as exhausted."""

    partial_exhaustion: float
    partial_worked: float
    exhausted: float
    recovered: float
    worked_out: float
    waiting: float
    waiting_days: float
    redundant_contacts: float
    redundant_share: float
    review_days: float


@dataclass(frozen=True, slots=True)
class ActionConstants:
    """When to ask, nudge, thank and rest."""

    weekly: float
    rest_days: float
    tired_days: float
    tired_factor: float
    nudge_from_days: float
    nudge_until_days: float
    nudges: float
    thank_days: float
    follow_up_days: float


@dataclass(frozen=True, slots=True)
class Constants:
    """The values of `data/exhaustion.toml`, by section and name."""

    value: ValueConstants
    fit: FitConstants
    reach: ReachConstants
    tie: TieConstants
    redundancy: RedundancyConstants
    progress: ProgressConstants
    score: ScoreConstants
    coverage: CoverageConstants
    state: StateConstants
    action: ActionConstants


@lru_cache(maxsize=1)
def described() -> dict[str, Constant]:
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


@lru_cache(maxsize=1)
def constants() -> Constants:
    """The values, each with a name that the type checker knows. Raises ValueError for a missing or unknown one."""
    return read_constants(
        {
            section: {name: row["value"] for name, row in rows.items()}
            for section, rows in tomllib.loads(_DATA.read_text("utf-8")).items()
        }
    )


def read_constants(values: Mapping[str, Mapping[str, float]]) -> Constants:
    """The values by section and name. Raises ValueError that names what is missing or unknown."""
    sections: dict[str, Any] = {}
    kinds = get_type_hints(Constants)
    _require("a section", set(kinds), set(values))
    for section, kind in kinds.items():
        _require(f"in [{section}]", {each.name for each in fields(kind)}, set(values[section]))
        sections[section] = kind(**values[section])
    return Constants(**sections)


def _require(where: str, wanted: set[str], present: set[str]) -> None:
    problems = [f"missing {where}: {name}" for name in sorted(wanted - present)]
    problems += [f"unknown {where}: {name}" for name in sorted(present - wanted)]
    if problems:
        raise ValueError("; ".join(problems))


@lru_cache(maxsize=64)
def digital(family: str | None) -> float:
    """How much loose ties count in a family of fields; the middle where none is known."""
    if family is None:
        return constants().tie.digital_middle
    for name in ("tie.digital_high", "tie.digital_middle"):
        if family in described()[name].families:
            return described()[name].value
    return constants().tie.digital_low


def as_table() -> str:
    """All of them as a Markdown table, as docs/exhaustion.md has it."""
    rows = ["| name | value | kind | meaning | source |", "|---|---|---|---|---|"]
    rows += [
        f"| {each.name} | {each.value:g} | {each.kind} | {each.meaning} | {each.source} |"
        for each in described().values()
    ]
    return "\n".join(rows)
