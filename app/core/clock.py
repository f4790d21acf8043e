"""The one place that asks what time it is; everything else is handed `now` as a value."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present, aware, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def moment_or_now(text: str | None) -> datetime:
    """A moment from ISO 8601, UTC where it names no zone; the present where there is none. Raises ValueError."""
    if text is None:
        return utc_now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("not a date and time; write one such as 2026-11-23T12:00:00+00:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
