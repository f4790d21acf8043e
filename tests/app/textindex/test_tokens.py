"""Words of listings and of questions meet: stems of many languages, phrases, scripts without spaces, names like C++."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.words import match_of
from app.textindex.tokens import (
    document_number,
    first_document,
    holds_phrase,
    index_text,
    names_company,
    parse,
    stem,
    words_in,
)


def found(asked: str, title: str, language: str | None = None, *others: str) -> bool:
    question = parse(asked)
    terms = frozenset(index_text(title, others, language).terms.split())
    return match_of(question, (), ()).holds(terms) and all(
        holds_phrase(phrase, (title, *others)) for phrase in question.phrases
    )


@pytest.mark.parametrize(
    ("asked", "title", "language"),
    [
        ("running", "Runs in the park", "en"),
        ("Entwickler", "Treffen für Entwicklerinnen und Entwickler", "de"),
        ("rencontre", "Les rencontres de Paris", None),
        ("desarrolladores", "Un encuentro para desarrolladoras con los amigos", None),
        ("cafe", "Café au lait", "fr"),
        ("東京", "東京都の勉強会", "ja"),
        ("c++", "C++ user group", "en"),
        ("c#", "Modern C# and .NET", "en"),
        ("front-end", "Front-end developers", "en"),
        ('"machine learning"', "Machine learning in practice", "en"),
        ("python -snake", "Python night", "en"),
        ("встречи", "Встреча программистов", "ru"),
    ],
)
def test_what_is_meant_is_found(asked, title, language):
    assert found(asked, title, language)


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ('"machine learning"', "Learning about a washing machine"),
        ("c++", "Class C driving lessons"),
        ("python -snake", "A python is a snake"),
        ("python java", "Python night"),
        ("art", "A party"),
    ],
)
def test_what_is_not_meant_is_not_found(asked, title):
    assert not found(asked, title, "en")


def test_a_company_is_its_name_as_it_is_written():
    assert holds_phrase(names_company("Acme Corp"), ("Hosted by ACME Corp.",), exactly=True)
    assert not holds_phrase(names_company("Apple"), ("Apples and pears",), exactly=True)


@given(st.text(max_size=80))
def test_every_text_can_be_asked_and_indexed(text):
    question = parse(text)
    match = match_of(question, (), ())
    if match.all_of:
        assert '"' in match.fts5()
        assert match.tsquery()
    for term in index_text(text, (), None).terms.split():
        assert term


@given(st.text(max_size=60))
def test_a_title_is_found_by_its_own_words(title):
    words = words_in(title)
    if words and len(words) <= 12:
        assert match_of(parse(" ".join(words)), (), ()).holds(
            frozenset(index_text(title, (), "en").terms.split())
        )


@given(st.integers(0, 2**33), st.integers(0, 2**33), st.integers(0, 2**62), st.integers(0, 63))
def test_documents_are_numbered_in_the_order_of_their_quarters(one, other, identity, attempt):
    number = document_number(one, identity, attempt)
    assert first_document(one) <= number < first_document(one + 900)
    assert (first_document(one) < first_document(other)) == (one // 900 < other // 900)


def test_threads_that_read_at_once_stem_as_one_alone():
    words = [
        f"{begin}{end}" for begin in _BEGINNINGS for end in ("ing", "ings", "ational", "fulness", "ers", "ed")
    ]
    uncached = stem.__wrapped__
    alone = [uncached(word, "en") for word in words]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(lambda _: [uncached(word, "en") for word in words], range(12)))
    finally:
        sys.setswitchinterval(usual)
    assert all(each == alone for each in found)


_BEGINNINGS = ("develop", "network", "meet", "run", "organis", "relation", "hope", "teach", "swim", "recruit")
