"""Precision and recall per kind of case, as a table; it counts, and may not decide what is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence


class Kinds:
    """Cases by kind: how many there are, how many of them were given an answer, and how many rightly."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._cases: Counter[str] = Counter()
        self._given: Counter[str] = Counter()
        self._right: Counter[str] = Counter()

    def add(self, truth: str, answer: str | None) -> None:
        """One case: its kind, and the kind it was taken for if it was taken for any."""
        self._cases[truth] += 1
        if answer is not None:
            self._given[answer] += 1
            self._right[answer] += answer == truth

    def judge(self, kind: str, *, answered: bool, right: bool) -> None:
        """One case whose answers are not kinds themselves: precision is then that of the cases answered."""
        self._cases[kind] += 1
        self._given[kind] += answered
        self._right[kind] += answered and right

    def judge_all(self, kind: str, hits: Iterable[bool | None]) -> None:
        """Cases of one kind: whether each was answered rightly, nothing for those without an answer."""
        for hit in hits:
            self.judge(kind, answered=hit is not None, right=bool(hit))

    def find(self, kind: str, *, right: bool) -> None:
        """One case of a kind that nothing else can be taken for: it has a recall alone."""
        self._cases[kind] += 1
        self._right[kind] += right

    def rows(self) -> list[tuple[str, int, float | None, float | None]]:
        """Kind, cases, precision and recall; none where nothing could be counted. Most cases first."""
        kinds = sorted(self._cases | self._given, key=lambda kind: (-self._cases[kind], kind))
        return [
            (
                kind,
                self._cases[kind],
                self._right[kind] / self._given[kind] if self._given[kind] else None,
                self._right[kind] / self._cases[kind] if self._cases[kind] else None,
            )
            for kind in kinds
        ]

    def table(self) -> str:
        """The rows in Markdown."""
        lines = [f"| {self.title} | cases | precision | recall |", "|---|---|---|---|"]
        for kind, cases, precision, recall in self.rows():
            lines.append(f"| {kind} | {cases:,} | {_shown(precision)} | {_shown(recall)} |")
        return "\n".join(lines)


def tables(found: Sequence[Kinds]) -> str:
    """Several tables under each other."""
    return "\n\n".join(kinds.table() for kinds in found)


def _shown(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"
