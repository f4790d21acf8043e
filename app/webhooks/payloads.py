"""The documents that are posted, within a size that every receiver takes. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import orjson

MOST_ITEMS: Final = 100
MOST_BYTES: Final = 262_144
_LONGEST_DESCRIPTION: Final = 1_000


def challenge(now: datetime) -> bytes:
    """A question that only a receiver who is meant to be one answers: with `{"challenge": ...}` and the same value."""
    return _document("webhook.challenge", now, {"challenge": secrets.token_urlsafe(24)})


def answers_challenge(payload: bytes, body: bytes) -> bool:
    """Whether the body of an answer is what a challenge asks for. One that only mirrors the request is not."""
    try:
        answered = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    expected = orjson.loads(payload)["data"]["challenge"]
    return isinstance(answered, dict) and answered.get("challenge") == expected


def changes(kind: str, now: datetime, items: Sequence[dict[str, Any]], *, more: bool) -> bytes:
    """What is new, changed, cancelled or removed among events or groups; `more` follows soon."""
    return _bounded(f"{kind}.changed", now, {"items": list(items), "more": more})


def digest(now: datetime, document: dict[str, Any]) -> bytes:
    """A digest as data. Its text is left out: the links in it are for the subscriber alone."""
    return _bounded("digest.made", now, {name: value for name, value in document.items() if name != "text"})


def _bounded(kind: str, now: datetime, data: dict[str, Any]) -> bytes:
    content = _document(kind, now, _cut(data, _LONGEST_DESCRIPTION))
    return content if len(content) <= MOST_BYTES else _document(kind, now, _cut(data, 0))


def _cut(value: Any, longest: int) -> Any:
    """The same with short descriptions, wherever they are."""
    if isinstance(value, dict):
        return {
            name: each[:longest] if name == "description" and isinstance(each, str) else _cut(each, longest)
            for name, each in value.items()
        }
    return [_cut(each, longest) for each in value] if isinstance(value, list | tuple) else value


def _document(kind: str, now: datetime, data: dict[str, Any]) -> bytes:
    return orjson.dumps({"type": kind, "timestamp": now.isoformat(), "data": data})
