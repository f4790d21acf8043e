"""The one place that asks what time it is; everything else is handed `now` as a value."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present, aware, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
