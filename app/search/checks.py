"""What SQL does not check of a row: phrases, companies, and words where no index was walked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.search.query import Query
from app.search.rows import Row
from app.search.words import Match
from app.textindex.documents import event_text, group_text
from app.textindex.tokens import holds_phrase


class Checks:
    """What is asked of the texts of rows."""

    def __init__(self, query: Query, match: Match) -> None:
        self.query = query
        # Words are looked for in the row itself where the index was not asked.
        self.match = match if query.only is not None or not match.all_of else None
        if self.match is not None and not (match.all_of or match.none_of):
            self.match = None
        self.texts = bool(self.match or query.text.phrases or query.company)

    def holds(self, texts: Sequence[str | None], terms: Callable[[], str]) -> bool:
        """Whether texts contain what is asked for. `texts` are searched for phrases, `terms` makes their index entry."""
        if self.match is not None and not self.match.holds(frozenset(terms().split())):
            return False
        if not all(holds_phrase(phrase, texts) for phrase in self.query.text.phrases):
            return False
        company = self.query.company
        return not company or any(holds_phrase(name, texts, exactly=True) for name in company)


def event_words(row: Row) -> tuple[tuple[str | None, ...], Callable[[], str]]:
    """The texts of an event that phrases are looked for in, and a function that makes its index entry."""
    others = (row.description, row.place_name, row.city, row.group_name)
    return (
        row.name,
        *others,
    ), lambda: event_text(row.name, others, row.language, row.cell, row.until_at - row.start_at, ()).terms


def group_words(row: Row) -> tuple[tuple[str | None, ...], Callable[[], str]]:
    """The texts of a group that phrases are looked for in, and a function that makes its index entry."""
    others = (row.description, row.city)
    return (row.name, *others), lambda: group_text(row.name, others, row.cell).terms
