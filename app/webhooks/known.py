"""What the receiver of a filter has: the items that it was told of, or could read when it began, packed. Pure."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson

from app.core.ids import internal

# Beyond it, what is over soonest is forgotten.
MOST_KNOWN: Final = 5_000
_ROW: Final = struct.Struct("<3q")
_NEVER: Final = 1 << 62
# What somebody who goes there would want to be told of.
_TOLD: Final = (
    "name", "start_date", "end_date", "event_status", "event_attendance_mode", "location", "url",
    "is_accessible_for_free",
)  # fmt: skip


class Known(NamedTuple):
    """An item that the receiver has: when it is over (epoch seconds), and a checksum of what was told."""

    over_at: int
    checksum: int


def pack(items: dict[int, Known]) -> bytes:
    """As it is stored."""
    latest = sorted(items.items(), key=lambda pair: pair[1].over_at)[-MOST_KNOWN:]
    return zlib.compress(b"".join(_ROW.pack(key, *known) for key, known in latest))


def unpack(stored: bytes | None) -> dict[int, Known]:
    """As it was packed."""
    rows = _ROW.iter_unpack(zlib.decompress(stored) if stored else b"")
    return {key: Known(over_at, checksum) for key, over_at, checksum in rows}


def known_of(items: Iterable[dict[str, Any]]) -> dict[int, Known]:
    """The state of documents."""
    found = ((internal(item["id"]), Known(_over_at(item), checksum(item))) for item in items)
    return {key: known for key, known in found if key is not None}


def checksum(item: dict[str, Any]) -> int:
    """Changes with what a person would want to be told of, and with nothing else."""
    group = (item.get("group") or {}).get("id")
    return zlib.crc32(orjson.dumps([group, *(item.get(name) for name in _TOLD)]))


def _over_at(item: dict[str, Any]) -> int:
    end = item.get("end_date") or item.get("start_date")
    if end is None:
        return _NEVER
    moment = datetime.fromisoformat(end)
    if moment.tzinfo is None:
        # A day lasts until it has ended everywhere.
        moment = moment.replace(tzinfo=UTC) + timedelta(days=2)
    return int(moment.timestamp())
