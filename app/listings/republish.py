"""What a source lets others show of its listings: how much of a description, and whether the image. Pure.

Applied where the row of an event or group is made, so that no output can forget it. What the source said stays in its
listing, for classifying and matching alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeVar

from scrapers.records import ScrapedEvent, ScrapedGroup

Record = TypeVar("Record", ScrapedEvent, ScrapedGroup)
_CUT: Final = "…"


@dataclass(frozen=True, slots=True)
class Republishing:
    """A source's rules. `description`: characters at most, 0 = none, None = all of it."""

    description: int | None = None
    image: bool = True


FREE: Final = Republishing()


def shown(record: Record, rules: Republishing) -> Record:
    """The record with as much of it as may be shown."""
    if rules == FREE:
        return record
    description = record.description
    if description is not None and rules.description is not None:
        description = shortened(description, rules.description) or None
    return replace(record, description=description, image=record.image if rules.image else None)


def shortened(text: str, most: int) -> str:
    """The beginning of a text, of `most` characters at most, cut between words."""
    if len(text) <= most:
        return text
    if most < 2:
        return ""
    kept = text[: most - 1]
    words, space, _ = kept.rpartition(" ")
    return (words if space and not text[most - 1].isspace() else kept).rstrip() + _CUT
