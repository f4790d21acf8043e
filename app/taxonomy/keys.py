"""Compact, stable numbers for topics, for database columns and indexes.

The number of a topic is derived from its kind and id alone and must never change: rows hold it.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Literal

from app.taxonomy.taxonomy import load

TopicKind = Literal["field", "interest", "purpose"]


@lru_cache(maxsize=4_096)
def topic_key(kind: TopicKind, identity: str) -> int:
    """A positive 31-bit number for a topic. Families count as fields, categories as interests."""
    return zlib.crc32(f"{kind}:{identity}".encode()) & 0x7FFFFFFF or 1


@lru_cache(maxsize=1)
def _topics() -> dict[int, tuple[TopicKind, str]]:
    taxonomy = load()
    kinds: tuple[tuple[TopicKind, list[str]], ...] = (
        ("field", [*taxonomy.families, *taxonomy.fields]),
        ("interest", [*taxonomy.interest_categories, *taxonomy.interests]),
        ("purpose", [*taxonomy.purposes]),
    )
    return {topic_key(kind, identity): (kind, identity) for kind, ids in kinds for identity in ids}


def topic_of(key: int) -> tuple[TopicKind, str] | None:
    """The (kind, id) that a number stands for; None if it is of no topic known here."""
    return _topics().get(key)
