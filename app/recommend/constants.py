"""The numbers of the recommender, from ``data/recommender.toml``; where they come from stands beside them. Pure."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("data") / "recommender.toml"


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@lru_cache(maxsize=32)
def section(name: str) -> Mapping[str, float]:
    """The numbers of a section, such as ``health`` or ``weights.grow``."""
    found: Any = _document()
    for part in name.split("."):
        found = found[part]
    return {key: float(value) for key, value in found.items()}


@lru_cache(maxsize=1)
def model() -> dict[str, str]:
    """Which numbers an answer was made with: ``{"id", "hash"}``, so that two answers can be compared."""
    digest = hashlib.blake2b(_FILE.read_bytes(), digest_size=6).hexdigest()
    return {"id": str(_document()["id"]), "hash": digest}
