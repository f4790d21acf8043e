"""Routes on their way out say so in every answer: `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and what comes instead.

The stability promise: within /v1 nothing is renamed, removed or narrowed before half a year of these headers has passed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

LEAST: Final = timedelta(days=182)
_MEMBER: Final = "x-deprecation"


def deprecated(since: datetime, sunset: datetime, instead: str) -> dict[str, Any]:
    """`openapi_extra` of a route that is deprecated `since` and gone after `sunset`; `instead`: where it says what to use.

    Raises ValueError for less than half a year.
    """
    if sunset - since < LEAST:
        raise ValueError("between Deprecation and Sunset lies half a year at least")
    headers = {
        "Deprecation": f"@{int(since.timestamp())}",
        "Sunset": format_datetime(sunset.astimezone(UTC), usegmt=True),
        "Link": f'<{instead}>; rel="deprecation"; type="text/html"',
    }
    return {"deprecated": True, _MEMBER: headers}


def deprecation_of(route: Any) -> list[tuple[bytes, bytes]]:
    """The header fields of a route; none for one that stays."""
    extra = getattr(route, "openapi_extra", None)
    if not extra or _MEMBER not in extra:
        return []
    return [(name.lower().encode(), value.encode()) for name, value in extra[_MEMBER].items()]
