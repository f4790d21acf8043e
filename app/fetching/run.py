"""What one run of a source found and did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.listings.items import Counts
from scrapers.http.client import Response
from scrapers.records import Reading


@dataclass(slots=True)
class Run:
    """How a run went. `reached` = some server answered, whatever it said."""

    slug: str
    name: str
    outcome: str
    detail: str | None = None
    status: int | None = None
    bytes: int = 0
    counts: Counts = field(default_factory=Counts)
    warnings: list[dict[str, str]] = field(default_factory=list)
    reached: bool = True
    # Whether the answer was read to its end, so that what it lacks is gone.
    whole: bool = False
    # Listings that are missing and wait for another whole answer to lack them too.
    unconfirmed: int = 0
    elapsed_ms: int = 0

    @property
    def ok(self) -> bool:
        """Whether the source is well."""
        return self.whole or self.outcome in {"unchanged", "not_modified"}

    def as_dict(self) -> dict[str, Any]:
        """For people and for `--json`."""
        return {
            "source": self.slug,
            "name": self.name,
            "outcome": self.outcome,
            "detail": self.detail,
            "status": self.status,
            "bytes": self.bytes,
            "elapsed_ms": self.elapsed_ms,
            "counts": self.counts.as_dict(),
            "warnings": self.warnings,
        }


@dataclass(frozen=True, slots=True)
class Found:
    """What was read out of an answer. Without a digest the answer had pages: that the first has not changed says nothing."""

    reading: Reading
    answer: Response
    digest: str | None
