"""Text questions against the text index: which terms must be there, how begun words go on, what a misspelt one could be.

Reads only. A question is one `Match` for both databases: FTS5 and tsquery are two spellings of it, and a row's own terms can
be held against it in Python.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from app.db import Reading, rows
from app.textindex.tokens import TextQuery, Wanted, access_mark, stems

_MOST_ENDINGS: Final = 40
# Words looked at for one misspelt one: the commonest that begin as it does.
_MOST_ALIKE: Final = 20_000
_LEAST_EVENTS: Final = 2
_LIKE_ENOUGH: Final = 75.0
_LAST: Final = "\U0010ffff"
_ENDINGS: Final = """
    SELECT word FROM word WHERE word >= :first AND word < :last ORDER BY events DESC, word LIMIT :most
"""
_ALIKE: Final = """
    SELECT word, events FROM word WHERE word >= :first AND word < :last AND events >= :least
    ORDER BY events DESC, word LIMIT :most
"""
_KNOWN: Final = "SELECT events FROM word WHERE word = :word"

# Any of these, each all of some terms.
Clause = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Terms that a text must hold: of every clause one alternative, and none of `none_of`."""

    all_of: tuple[Clause, ...] = ()
    none_of: tuple[str, ...] = ()

    def and_any(self, terms: Iterable[str]) -> Match:
        """The match that asks for one of these terms as well."""
        return replace(self, all_of=(*self.all_of, tuple((each,) for each in terms)))

    def fts5(self) -> str:
        """As FTS5 spells it; something must be asked for."""
        wanted = " AND ".join(
            f"({' OR '.join('(' + ' AND '.join(map(_quoted, each)) + ')' for each in clause)})"
            for clause in self.all_of
        )
        unwanted = f" NOT ({' OR '.join(map(_quoted, self.none_of))})" if self.none_of else ""
        return f"({wanted}){unwanted}"

    def tsquery(self) -> str:
        """As PostgreSQL spells it."""
        parts = [
            f"({' | '.join('(' + ' & '.join(map(_single, each)) + ')' for each in clause)})"
            for clause in self.all_of
        ]
        parts += [f"!{_single(each)}" for each in self.none_of]
        return " & ".join(parts)

    def holds(self, terms: Collection[str]) -> bool:
        """Whether a text of these terms is what is asked for."""
        return all(
            any(all(term in terms for term in each) for each in clause) for clause in self.all_of
        ) and not any(term in terms for term in self.none_of)


def match_of(text: TextQuery, companies: Iterable[tuple[Wanted, ...]], access: Iterable[str]) -> Match:
    """What words, companies and needs of access ask of the index."""
    if not (text or companies or access):
        return Match()
    clauses: list[Clause] = [tuple((term,) for term in each.terms) for each in text.wanted]
    named = tuple(
        each
        for name in companies
        # A company's name counts as it is written; its stems narrow the search, the words themselves decide.
        for each in products([word.terms for word in name])
    )
    if named:
        clauses.append(named)
    clauses += [((access_mark(each),),) for each in sorted(access)]
    return Match(tuple(clauses), tuple(sorted({term for each in text.unwanted for term in each.terms})))


def completed(connection: Reading, text: TextQuery) -> TextQuery:
    """The question with every begun word (`kube*`) as the words that it may become."""
    if not any(each.prefix for each in text.wanted):
        return text
    return replace(
        text, wanted=tuple(_completed(connection, each) if each.prefix else each for each in text.wanted)
    )


def nearest_words(connection: Reading, word: str, most: int = 3) -> list[str]:
    """Words of listings that a word nobody wrote could be, the likeliest first; none for a word that is known."""
    if len(word) < 4 or word[0].isdigit() or rows(connection, _KNOWN, {"word": word}):
        return []
    from rapidfuzz import process
    from rapidfuzz.distance import OSA, DamerauLevenshtein

    known: dict[str, int] = {}
    # A slip spares the first letter, or changes places with the second one.
    for first in dict.fromkeys((word[0], word[1])):
        span = {"first": first, "last": first + _LAST, "least": _LEAST_EVENTS, "most": _MOST_ALIKE}
        known.update(rows(connection, _ALIKE, span))
    near = process.extract(
        word, list(known), scorer=OSA.normalized_similarity, score_cutoff=_LIKE_ENOUGH / 100, limit=50
    )
    ranked = sorted(
        near, key=lambda each: (DamerauLevenshtein.distance(word, each[0]), -known[each[0]], each[0])
    )
    return [each[0] for each in ranked[:most]]


def _completed(connection: Reading, begun: Wanted) -> Wanted:
    span = {"first": begun.word, "last": begun.word + _LAST, "most": _MOST_ENDINGS}
    terms = set(begun.terms)
    for (word,) in rows(connection, _ENDINGS, span):
        terms.update(stems(word))
    return replace(begun, terms=tuple(sorted(terms)))


def products(choices: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Every way to take one term of each choice, 64 at most."""
    found: list[tuple[str, ...]] = [()]
    for terms in choices:
        found = [(*begun, term) for begun in found for term in terms][:64]
    return found


def _quoted(term: str) -> str:
    return '"' + term.replace('"', "") + '"'


def _single(term: str) -> str:
    return "'" + term.replace("'", "").replace("\\", "") + "'"
