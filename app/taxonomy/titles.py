"""Reads what the build learnt about words of job titles. It decides nothing."""

from __future__ import annotations

import json
from pathlib import Path

_FILE = Path(__file__).with_name("data") / "title_words.json"


def title_words() -> dict[str, list[tuple[str, float]]]:
    """By word or pair of words (as :mod:`app.taxonomy.words` stems them): (field id, weight), best first."""
    data = json.loads(_FILE.read_text("utf-8"))
    fields: list[str] = data["fields"]
    terms: dict[str, list[float]] = data["terms"]
    return {
        term: [(fields[int(values[at])], values[at + 1]) for at in range(0, len(values), 2)]
        for term, values in terms.items()
    }
