"""Collects a reader's warnings without letting a hostile payload make a flood of them."""

from __future__ import annotations

from typing import Final

from scrapers.formats.text import one_line
from scrapers.records import Warning  # noqa: A004  the toolbox's own word for it

_PER_CODE: Final = 50


class Notes:
    """Warnings of one reading, at most 50 per code and one that counts the rest."""

    def __init__(self) -> None:
        self._warnings: list[Warning] = []
        self._counts: dict[str, int] = {}

    def add(self, code: str, detail: str) -> None:
        """Note that `code` happened to the item that `detail` names."""
        seen = self._counts[code] = self._counts.get(code, 0) + 1
        if seen <= _PER_CODE:
            self._warnings.append(Warning(code, one_line(detail, 200)))

    def once(self, code: str, detail: str) -> None:
        """Note `code` unless it was noted before."""
        if code not in self._counts:
            self.add(code, detail)

    def __contains__(self, code: str) -> bool:
        return code in self._counts

    def warnings(self) -> tuple[Warning, ...]:
        """Everything noted, in order."""
        more = (
            Warning(code, f"and {count - _PER_CODE} more")
            for code, count in self._counts.items()
            if count > _PER_CODE
        )
        return (*self._warnings, *more)
