"""Cells as words of a text index: every square of three grids has one. Pure.

The 0.1-degree cells of the other indexes are the finest; the coarser ones (half a degree, four degrees) keep a question
about a large circle from having ten thousand words. Rows hold these words: they must never change.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.places.cells import COLUMNS, NO_CELL

_SIZES: Final = (1, 5, 40)
_MARKS: Final = ("¹", "²", "³")
# A question of more squares than this takes the next coarser ones.
_MOST_SQUARES: Final = 40


def square_words(cell: int) -> tuple[str, ...]:
    """The words that stand for a cell, the finest first; `NO_CELL` has one of its own."""
    if cell == NO_CELL:
        return tuple(f"{mark}none" for mark in _MARKS)
    row, column = divmod(cell, COLUMNS)
    return tuple(
        f"{mark}{row // size * COLUMNS + column // size}" for mark, size in zip(_MARKS, _SIZES, strict=True)
    )


def words_of_cells(cells: Iterable[int]) -> tuple[str, ...]:
    """The words of the finest squares that cover cells without being too many."""
    words = {square_words(cell) for cell in cells}
    for level in range(len(_SIZES)):
        found = {each[level] for each in words}
        if len(found) <= _MOST_SQUARES:
            break
    return tuple(sorted(found))
