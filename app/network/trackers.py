"""The contact table of job trackers: nine columns by tabs, without a header, as career-ops keeps it in `data/contacts.tsv`.

Lines that begin with # are comments. A line has at least a name, a company, a type and a title; what stands past the ninth
cell belongs to the notes. A person who stands there twice counts by the last line. Read are the columns that address books
have as well; the number of the application and the notes are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from app.network.address_books import read_address_book
from app.network.columns import Columns
from app.network.records import Export
from app.network.tables import Table
from app.network.text import name_key

HEADER: Final = ("name", "company", "type", "title", "phone", "email", "linkedin", "tracker", "notes")
_TYPES: Final = frozenset({"recruiter", "hiring-manager", "peer", "interviewer", "other"})
_LEAST_CELLS: Final = 4
_SAMPLE_LINES: Final = 50
_COLUMNS: Final = Columns(
    full=("name",), company=("company",), title=("title",), phone=("phone",), email=("email",), url=("linkedin",)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TrackedPerson:
    """A line to write. `kind` is the table's type of a person; `notes` is one line."""

    name: str
    company: str
    kind: str
    title: str
    url: str
    notes: str


def is_tracker(text: str) -> bool:
    """Whether most lines name a person, a company and one of the table's types."""
    rows = [cells for _, cells in zip(range(_SAMPLE_LINES), _rows(text), strict=False)]
    fitting = sum(len(cells) >= _LEAST_CELLS and bool(cells[0]) and cells[2] in _TYPES for cells in rows)
    return fitting * 2 > len(rows)


def read_tracker(text: str) -> Export:
    """The people of the table; lines that name nobody or no company are left out with a warning."""
    rows: dict[tuple[str, str], list[str]] = {}
    short = 0
    for cells in _rows(text):
        if len(cells) < _LEAST_CELLS or not cells[0] or not cells[1]:
            short += 1
            continue
        rows[_who(cells)] = cells
    export = read_address_book(Table(HEADER, iter(rows.values())), _COLUMNS)
    if short:
        export.warn("bad_row", "lines without a name, a company, a type and a title are left out", short)
    return export


def with_people(text: str, people: Iterable[TrackedPerson]) -> str:
    """The table with the people added who are not in it yet; existing lines stay unchanged."""
    known = {_who(cells) for cells in _rows(text) if len(cells) > 1}
    lines = [text.rstrip("\n")] if text.strip() else ["# " + "\t".join(HEADER)]
    for each in people:
        cells = [each.name, each.company, each.kind, each.title, "", "", each.url, "-", each.notes]
        told = [" ".join(cell.split()) for cell in cells]
        if _who(told) not in known and told[0] and told[1] and not told[0].startswith("#"):
            known.add(_who(told))
            lines.append("\t".join(told))
    return "\n".join(lines) + "\n"


def _who(cells: list[str]) -> tuple[str, str]:
    return name_key(cells[0]), name_key(cells[1])


def _rows(text: str) -> Iterator[list[str]]:
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line.strip() and not line.lstrip().startswith("#"):
            yield [cell.strip() for cell in line.split("\t")]
