"""Public ids: permanent, in order, and never given twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import internal, new_ids, public

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_the_batches_of_one_load_share_a_moment_and_no_id():
    given_out = [number for _ in range(400) for number in new_ids(NOW, 4_000)]
    assert len(set(given_out)) == len(given_out)
    assert given_out == sorted(given_out)


def test_a_clock_that_goes_back_gives_no_id_twice():
    before = list(new_ids(NOW, 10))
    after = list(new_ids(NOW - timedelta(days=2), 10))
    assert after[0] > before[-1]


def test_threads_get_ids_of_their_own():
    with ThreadPoolExecutor(8) as threads:
        batches = list(threads.map(lambda _: list(new_ids(NOW, 500)), range(64)))
    assert len({number for batch in batches for number in batch}) == 64 * 500


@given(st.integers(0, (1 << 63) - 1))
def test_an_id_comes_back_from_its_thirteen_characters(number):
    assert len(public(number)) == 13
    assert internal(public(number)) == number
