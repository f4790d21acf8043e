"""CSV files of any program to rows by column: the delimiter and the header are found by what stands in them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from app.network.limits import (
    COLUMNS,
    FIELD_CHARACTERS,
    HEADER_CHARACTERS,
    HEADER_LINES,
    LINE_CHARACTERS,
)
from app.network.records import ExportError
from app.network.text import header_key

csv.field_size_limit(FIELD_CHARACTERS)
_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 50


@dataclass(slots=True)
class Table:
    """The rows under a header. `columns` are the header's cells made comparable; a name that comes again has its number."""

    columns: tuple[str, ...]
    _reader: Iterator[list[str]]
    bad_rows: int = 0

    def present(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of several names that are columns here."""
        return tuple(each for each in names if each in self.columns)

    def rows(self, wanted: Iterable[str] | None = None) -> Iterator[Mapping[str, str]]:
        """Each row that has anything at all: of the wanted columns, or of all, those that are filled."""
        names = set(self.columns if wanted is None else wanted)
        places = [(name, at) for at, name in enumerate(self.columns) if name in names]
        while True:
            try:
                cells = next(self._reader, None)
            except csv.Error:
                self.bad_rows += 1
                continue
            if cells is None:
                return
            if any(cells):
                width = len(cells)
                yield {name: cells[at] for name, at in places if at < width and cells[at]}


def open_table(text: str, is_header: Callable[[frozenset[str]], bool]) -> Table | None:
    """The table whose header is among the first lines; None if there is none. Raises `ExportError` for absurd ones.

    Lines before the header are passed over one by one, so that no quote in a preamble can swallow what follows.
    """
    # One kind of line end, so that a file of the old Macintosh is not a single line; NULs mean nothing.
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\x00", "")
    lines = _lines(text)
    for line in islice(lines, HEADER_LINES):
        if len(line) > HEADER_CHARACTERS:
            continue
        for delimiter in _DELIMITERS:
            columns = _columns(line, delimiter)
            if len(columns) > COLUMNS:
                raise ExportError(
                    422,
                    "no_header",
                    f"the file has {len(columns)} columns, more than any export",
                    "choose the export as it was downloaded",
                )
            if len(columns) > 1 and is_header(frozenset(columns)):
                return Table(columns, csv.reader(lines, delimiter=delimiter))
    return None


def open_unlabelled(text: str) -> tuple[Table, list[list[str]]] | None:
    """The table of a file whose header, if any, is in words that nobody knows, and its first rows; None for other text.

    Its columns are numbered. A first row without an address or a number is the header.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    for delimiter in _DELIMITERS:
        sample = list(islice(csv.reader(_lines(text), delimiter=delimiter), _SAMPLE_ROWS))
        widths = [len(row) for row in sample if any(row)]
        if not widths or not 1 < widths[0] <= COLUMNS or widths.count(widths[0]) * 10 < len(widths) * 8:
            continue
        labelled = not any("@" in cell or any(map(str.isdigit, cell)) for cell in sample[0])
        reader = csv.reader(_lines(text), delimiter=delimiter)
        if labelled:
            next(reader, None)
        names = tuple(f"column {number}" for number in range(1, widths[0] + 1))
        return Table(names, reader), sample[1:] if labelled else sample
    return None


def first_of(row: Mapping[str, str], names: Sequence[str]) -> str | None:
    """The first of several columns that a row has filled."""
    for name in names:
        if name in row:
            return row[name]
    return None


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends, one at a time: a large file is not copied. Absurdly long ones are passed over."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        if end - start <= LINE_CHARACTERS:
            yield text[start:end]
        start = end


def _columns(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return ()
    seen: dict[str, int] = {}
    columns = []
    for cell in cells:
        key = header_key(cell)
        seen[key] = seen.get(key, 0) + 1
        columns.append(key if seen[key] == 1 else f"{key} {seen[key]}")
    return tuple(columns)
