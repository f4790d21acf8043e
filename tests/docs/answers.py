"""Shortened answers in the documentation: which members they show, and how they are laid out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_ANSWER = re.compile(r"<!-- answer of (?P<request>[^>]+?) -->\n```json\n(?P<document>.*?)```", re.DOTALL)
_WIDTH = 120


def shown_in(page: str) -> Iterator[tuple[str, str]]:
    """The request and the JSON text of every answer that the page shows."""
    for match in _ANSWER.finditer(page):
        yield match["request"], match["document"]


def rewritten(page: str, answers: dict[str, Any]) -> str:
    """The page with every answer it shows taken from `answers`, shortened as it was."""

    def answer(match: re.Match[str]) -> str:
        document = shortened(answers[match["request"]], json.loads(match["document"]))
        return f"<!-- answer of {match['request']} -->\n```json\n{laid_out(document)}\n```"

    return _ANSWER.sub(answer, page)


def shortened(answer: Any, example: Any) -> Any:
    """The members and items of the answer that the example shows: all if it shows none, a text up to its `...`."""
    if example in ({}, []):
        return answer
    if isinstance(example, dict) and isinstance(answer, dict):
        return {name: shortened(answer[name], value) for name, value in example.items()}
    if isinstance(example, list) and isinstance(answer, list):
        assert len(answer) >= len(example), f"{len(answer)} items where the page shows {len(example)}"
        return [shortened(item, value) for item, value in zip(answer, example, strict=False)]
    if isinstance(example, str) and isinstance(answer, str) and example.endswith("..."):
        return answer[: len(example) - 3] + "..."
    return answer


def laid_out(value: Any, indent: int = 0, label: str = "") -> str:
    """JSON with everything on one line that fits there."""
    line = label + json.dumps(value, ensure_ascii=False)
    if indent + len(line) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return " " * indent + line
    if isinstance(value, dict):
        members = [laid_out(member, indent + 2, f"{json.dumps(name)}: ") for name, member in value.items()]
        opening, closing = "{", "}"
    else:
        members = [laid_out(item, indent + 2) for item in value]
        opening, closing = "[", "]"
    return f"{' ' * indent}{label}{opening}\n" + ",\n".join(members) + f"\n{' ' * indent}{closing}"
