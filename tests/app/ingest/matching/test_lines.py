"""Records of a file fall into the same clusters in any order, and no record is ever lost."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.matching.lines import (
    candidate_pairs,
    clusters,
    explained_lines,
    features_of,
    match_lines,
    match_pairs,
)
from app.ingest.matching.similarity import EventFeatures, event_similarity

CONFERENCES = [
    {"id": "a", "name": "PyBay 2026", "url": "https://pybay.org", "start": "2026-10-10", "end": "2026-10-10", "city": "San Francisco, CA", "country": "U.S.A."},
    {"id": "b", "name": "PyBay", "url": "https://pybay.org/?utm_source=x", "start": "2026-10-10", "city": "San Francisco", "country": "USA"},
    {"id": "c", "name": "PyBay 2025", "url": "https://pybay.org", "start": "2025-10-18", "city": "San Francisco"},
    {"id": "d", "name": "Boston Python: Project Night", "url": "https://lu.ma/x", "start": "2026-12-03T18:30:00-05:00", "city": "Boston, MA"},
    {"id": "e", "name": "Project Night", "url": "https://www.meetup.com/bostonpython/events/1/", "start": "2026-12-03T19:00:00-05:00", "city": "Boston", "country": "US"},
    {"id": "f", "name": "Project Night", "url": "https://www.meetup.com/bostonpython/events/2/", "start": "2026-12-17T18:30:00-05:00", "city": "Boston"},
]  # fmt: skip


def ids(documents) -> list[list[str]]:
    return [each["ids"] for each in match_lines(json.dumps(document) for document in documents)]


def test_one_event_in_two_words_is_one_cluster_and_other_editions_stay_apart():
    assert ids(CONFERENCES) == [["a", "b"], ["c"], ["d", "e"], ["f"]]


@given(st.permutations(CONFERENCES))
def test_the_order_of_the_records_does_not_matter(documents):
    assert ids(documents) == ids(CONFERENCES)


records = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.integers(0, 30).map(str),
            "name": st.sampled_from(["Python night", "PYTHON NIGHT!", "Game jam", "", "東京 Python 勉強会"])
            | st.text(max_size=12),
            "url": st.none()
            | st.sampled_from(["https://a.example/1", "https://a.example/2", "javascript:x", ""]),
            "start": st.none()
            | st.sampled_from(
                ["2026-12-01", "2026-12-02", "2027-12-01", "never", "2026-12-01T19:00:00+09:00"]
            ),
            "city": st.none() | st.sampled_from(["Boston", "London", "Online", "Nowhereville"]),
            "lat": st.none() | st.floats(allow_nan=True) | st.just("x"),
            "lon": st.none() | st.floats(allow_nan=True),
            "online": st.none() | st.booleans() | st.just("yes"),
        }
    ),
    max_size=12,
)


@given(records, st.randoms())
def test_no_record_is_lost_or_doubled_and_shuffling_changes_nothing(documents, chance):
    unique = list({each["id"]: each for each in documents}.values())
    found = clusters([features_of(each) for each in unique])
    assert sorted(number for ids_ in found for number in ids_) == sorted(each["id"] for each in unique)
    shuffled = list(unique)
    chance.shuffle(shuffled)
    assert clusters([features_of(each) for each in shuffled]) == found


@pytest.mark.parametrize(
    "odd",
    [
        "", "boston python night " * 50_000, "a," * 500_000, "\x00\x1b[31m\u202e\ufeff\ud800", "مرحبا תל אביב", "🎉🏳️‍🌈",
        "Python 東京 Встреча في دبي", "e" + "\u0301" * 1_000_000,
    ],
)  # fmt: skip
def test_no_record_is_too_odd(odd):
    lines = [
        json.dumps(
            {
                "id": number, "name": f"{odd}{number}", "url": odd, "start": "2026-12-03", "end": "2026-12-01", "city": odd,
                "country": odd, "lat": float("nan"), "lon": 1e9, "group": odd,
            }
        )
        for number in range(3)
    ]  # fmt: skip
    assert sorted(each for found in match_lines(lines) for each in found["ids"]) == ["0", "1", "2"]
    assert event_similarity(EventFeatures("a", odd), EventFeatures("b", f"{odd} x")).probability <= 1


def test_pairs_are_answered_in_the_order_asked_with_probability_and_reasons():
    lines = [json.dumps(each) for each in CONFERENCES]
    answers = list(match_pairs(lines, [("a", "b"), ("a", "c"), ("a", "nobody")]))
    assert [each["same"] for each in answers] == [True, False, None]
    assert answers[0]["probability"] > 0.9
    assert answers[0]["reasons"]


def test_an_explanation_adds_up_to_its_probability_and_tells_what_was_joined():
    told = {(each["id_a"], each["id_b"]): each for each in explained_lines(map(json.dumps, CONFERENCES))}
    assert told["a", "b"]["joined"]
    assert told["d", "e"]["joined"]
    for each in told.values():
        odds = sum(each["weights"].values())
        assert 1 / (1 + math.exp(-odds)) == pytest.approx(each["probability"], abs=0.01)
    assert [each["probability"] for each in told.values()] == sorted(
        (each["probability"] for each in told.values()), reverse=True
    )


@given(records)
def test_the_joined_pairs_of_an_explanation_are_pairs_of_the_clusters(documents):
    lines = [json.dumps(each) for each in {each["id"]: each for each in documents}.values()]
    cluster = {number: each["cluster"] for each in match_lines(lines) for number in each["ids"]}
    for each in explained_lines(lines):
        assert each["joined"] == (cluster[each["id_a"]] == cluster[each["id_b"]])


def test_the_pairs_to_compare_grow_with_the_records_and_not_with_their_square():
    first = date(2026, 1, 1)

    def pairs(count: int) -> int:
        return len(
            candidate_pairs(
                features_of(
                    {
                        "id": str(n),
                        "name": f"Evening about {n * 7919}",
                        "start": str(first + timedelta(days=n // 4)),
                    }
                )
                for n in range(count)
            )
        )

    assert pairs(4000) < 2.2 * pairs(2000)
