"""`nextcircle classify` and `nextcircle taxonomy`: JSON lines in, JSON lines out. Pure.

Every line is answered, also one that is not JSON: an abstention is an answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from app.taxonomy.classify import classify
from app.taxonomy.taxonomy import Family, Field, Interest, InterestCategory, Purpose, load
from app.taxonomy.titles import classify_title


def classify_lines(lines: Iterable[str], *, titles: bool = False) -> Iterator[dict[str, Any]]:
    """`{"id", "career", "fields", "interests", "purposes"}` for each line, best first."""
    return (_title(_document(line)) if titles else _listing(_document(line)) for line in lines)


def taxonomy_json() -> dict[str, Any]:
    """All families, fields, interest categories, interests and purposes; `labels` are the German, French and Spanish ones."""
    words = load()
    return {
        "families": [_named(each) for each in words.families.values()],
        "fields": [
            _named(each) | {"family": each.family, "soc": list(each.soc), "isco08": list(each.isco08)}
            for each in words.fields.values()
        ],
        "interest_categories": [_named(each) for each in words.interest_categories.values()],
        "interests": [_named(each) | {"category": each.category} for each in words.interests.values()],
        "purposes": [_named(each) for each in words.purposes.values()],
    }


def _named(entry: Family | Field | InterestCategory | Interest | Purpose) -> dict[str, Any]:
    return {"id": entry.id, "label": entry.label, "labels": entry.labels}


def _listing(document: dict[str, Any]) -> dict[str, Any]:
    keywords = document.get("keywords")
    found = classify(
        _text(document.get("name")),
        _text(document.get("description")) or None,
        [each for each in keywords if isinstance(each, str)] if isinstance(keywords, list) else (),
    )
    return {
        "id": document.get("id"),
        "career": round(found.career, 4),
        "fields": _topics(found.fields),
        "interests": _topics(found.interests),
        "purposes": _topics(found.purposes),
    }


def _title(document: dict[str, Any]) -> dict[str, Any]:
    found = classify_title(_text(document.get("title")))
    return {
        "id": document.get("id"),
        "career": 1.0 if found.fields else 0.0,
        "fields": _topics(found.fields),
        "interests": [],
        "purposes": [],
        "seniority": found.seniority,
    }


def _topics(topics: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {"id": each.id, "confidence": round(each.confidence, 4), "evidence": list(each.evidence)}
        for each in topics
    ]


def _document(line: str) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
