"""Where a list goes on: opaque cursors that belong to one question and notice any change to themselves. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson


class CursorError(ValueError):
    """The text is not a cursor of this question."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last item of a page by its sort key and id, and the moment the first page was asked for.

    `until`: of a list by relevance, the latest start (epoch seconds) that was looked at for its first page.
    """

    key: float
    id: int
    now: datetime
    until: int | None = None


def encode(cursor: Cursor, question: str) -> str:
    """The cursor as text. `question` is everything asked but the cursor, in one fixed spelling."""
    payload = orjson.dumps([cursor.key, cursor.id, int(cursor.now.timestamp()), cursor.until])
    return base64.urlsafe_b64encode(_check(payload, question) + payload).decode().rstrip("=")


def decode(text: str, question: str) -> Cursor:
    """The cursor of a text; raises `CursorError` for a changed one or one of another question."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        key, number, seconds, until = (
            json.loads(raw[8:]) if raw[:8] == _check(raw[8:], question) else (None, None, None, None)
        )
    except (ValueError, binascii.Error, RecursionError, UnicodeDecodeError, TypeError):
        raise CursorError('not a cursor; use "next" of the page before, unchanged') from None
    if not isinstance(key, int | float) or not isinstance(number, int) or not isinstance(seconds, int):
        raise CursorError('belongs to a different query; use "next" of the page before, unchanged')
    if not math.isfinite(key):
        raise CursorError('not a cursor; use "next" of the page before, unchanged')
    return Cursor(float(key), number, datetime.fromtimestamp(seconds, UTC), until)


def _check(payload: bytes, question: str) -> bytes:
    return hashlib.blake2b(payload + b"\0" + question.encode("utf-8", "replace"), digest_size=8).digest()
