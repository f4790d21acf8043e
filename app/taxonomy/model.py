"""Linear models over features of texts, read from ``data/weights.bin``. It decides nothing and learns nothing.

Rows of weights are bytes. A row becomes one long whole number with 32 bits for each class, so that adding up
the rows of a text is one addition a feature, in plain Python, whatever the number of classes.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import add, mul
from pathlib import Path
from typing import Any

WEIGHTS = Path(__file__).with_name("data") / "weights.bin"
_ZERO = 128
_LANE = 4


class _Rows(dict[str, int]):
    """Rows as whole numbers, made when first asked for; 0 for a feature that is not known, of which nothing is kept."""

    def __init__(self, place: dict[str, int], rows: bytes, width: int) -> None:
        super().__init__()
        self._place = place
        self._bytes = rows
        self._width = width

    def __missing__(self, term: str) -> int:
        at = self._place.get(term)
        if at is None:
            return 0
        lanes = bytearray(_LANE * self._width + 1)
        lanes[:-1:_LANE] = self._bytes[at * self._width : (at + 1) * self._width]
        lanes[-1] = 1
        row = self[term] = int.from_bytes(lanes, "little")
        return row


class LinearModel:
    """Scores of classes: the sum of the rows of a text's features, divided by its length, and a bias."""

    def __init__(
        self, labels: Sequence[str], scales: Sequence[float], biases: Sequence[float], terms: str, rows: bytes
    ) -> None:
        self.labels = tuple(labels)
        self.number = {label: at for at, label in enumerate(self.labels)}
        self._scales = tuple(scales)
        self._biases = tuple(biases)
        self._width = len(self.labels)
        self._place = {term: at for at, term in enumerate(terms.split("\n"))}
        self._bytes = rows
        self._rows = _Rows(self._place, rows, self._width)
        # Above the lanes of the classes stands one that counts the rows of a sum.
        self._counted = 8 * _LANE * self._width
        self._all_lanes = (1 << self._counted) - 1
        self._lanes = struct.Struct(f"<{self._width}I")
        # Titles and names have few features, and the same few lengths again and again.
        self._line = lru_cache(maxsize=64)(self._line_of)

    def scores(self, zones: Sequence[tuple[Iterable[str], int]]) -> tuple[list[float], int]:
        """The score of every class, and how many features were known. A zone is features and their weight.

        A feature counts in the first zone that has it.
        """
        total, weight_sum, squares, count = 0, 0, 0, 0
        seen: set[str] = set()
        for terms, weight in zones:
            part = sum(
                map(self._rows.__getitem__, [each for each in terms if each not in seen] if seen else terms)
            )
            found = part >> self._counted
            if len(zones) > 1:
                seen.update(terms)
            total += (part & self._all_lanes) * weight
            weight_sum += found * weight
            squares += found * weight * weight
            count += found
        if not count:
            return list(self._biases), 0
        sums = self._lanes.unpack(total.to_bytes(_LANE * self._width, "little"))
        factors, offsets = (self._line if len(zones) == 1 else self._line_of)(weight_sum, squares)
        return list(map(add, offsets, map(mul, factors, sums))), count

    def _line_of(self, weight_sum: int, squares: int) -> tuple[list[float], list[float]]:
        """For every class, what a sum of rows is multiplied with and what is added to that: bytes to a score."""
        zero, length = _ZERO * weight_sum, math.sqrt(squares)
        factors = [scale / length for scale in self._scales]
        return factors, [bias - zero * by for bias, by in zip(self._biases, factors, strict=True)]

    def knows(self, term: str) -> bool:
        """Whether a feature has weights."""
        return term in self._place

    def weight(self, term: str, at: int) -> float:
        """What a feature adds to the class at a place of ``labels``, before the division by length."""
        place = self._place.get(term)
        if place is None:
            return 0.0
        return self._scales[at] * (self._bytes[place * self._width + at] - _ZERO)


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as shares of one."""
    most = max(scores)
    grown = [math.exp(score - most) for score in scores]
    total = sum(grown)
    return [value / total for value in grown]


def write_models(models: dict[str, dict[str, Any]], path: Path = WEIGHTS) -> int:
    """Writes models (labels, scales, biases, terms, rows) as one file; the same input gives the same bytes."""
    sections, head = [], {}
    for name, model in models.items():
        packed = zlib.compress("\n".join(model["terms"]).encode() + b"\0" + model["rows"], 9)
        sections.append(packed)
        head[name] = {key: model[key] for key in ("labels", "scales", "biases")} | {"bytes": len(packed)}
    first = json.dumps(head, separators=(",", ":")).encode() + b"\n"
    path.write_bytes(first + b"".join(sections))
    return path.stat().st_size


@lru_cache(maxsize=4)
def model(name: str) -> LinearModel:
    """A model of the package (``listings`` or ``titles``), read when first asked for."""
    with WEIGHTS.open("rb") as file:
        head: dict[str, Any] = json.loads(file.readline())
        for other, entry in head.items():
            if other == name:
                break
            file.seek(entry["bytes"], 1)
        entry = head[name]
        terms, _, rows = zlib.decompress(file.read(entry["bytes"])).partition(b"\0")
    return LinearModel(entry["labels"], entry["scales"], entry["biases"], terms.decode(), rows)
