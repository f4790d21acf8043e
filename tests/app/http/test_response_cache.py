"""Answers are kept for seconds, for one version of the data, within a bound that counts everything."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from app.http.response_cache import FRESH_SECONDS, ResponseCache


def test_an_answer_is_kept_until_it_expires():
    now = 0.0
    cache = ResponseCache(clock=lambda: now)
    cache.put(("/v1/events", b"q=a"), b"{}", "1", '"tag"')
    now = FRESH_SECONDS - 1
    assert cache.get(("/v1/events", b"q=a"), "1") is not None
    now = FRESH_SECONDS
    assert cache.get(("/v1/events", b"q=a"), "1") is None


def test_an_answer_is_of_one_path_query_string_and_version():
    cache = ResponseCache(clock=lambda: 0.0)
    cache.put(("/v1/events", b"q=a"), b"{}", "1", '"tag"')
    assert cache.get(("/v1/events", b"q=b"), "1") is None
    assert cache.get(("/v1/groups", b"q=a"), "1") is None
    assert cache.get(("/v1/events", b"q=a"), "2") is None


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3_000), st.floats(0, 5))), st.integers(2_000, 9_000)
)
def test_it_never_holds_more_than_its_bound(puts, bound):
    now = 0.0
    cache = ResponseCache(bound, clock=lambda: now)
    for number, size, later in puts:
        now += later
        cache.put(("/v1/events", b"q=%d" % number), bytes(size), "1", '"tag"')
        assert cache.bytes <= bound
        assert (cache.bytes == 0) == (len(cache) == 0)


def test_a_hundred_thousand_distinct_long_query_strings_stay_within_the_bound():
    bound = 2_000_000
    cache = ResponseCache(bound, clock=lambda: 0.0)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(100_000):
        cache.put(("/v1/events", b"q=%d&near=" % number + b"x" * 500), b"{}", "1", '"tag"')
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(cache) > 1_000
    assert held <= bound


def test_an_answer_that_would_push_out_hundreds_is_not_kept():
    cache = ResponseCache(max_bytes=64_000)
    assert cache.put(("/", b"small"), b"x" * 1_000, "1", "e").body == b"x" * 1_000
    assert cache.put(("/", b"large"), b"x" * 3_000, "1", "e").body == b"x" * 3_000
    assert cache.get(("/", b"large"), "1") is None
    assert cache.get(("/", b"small"), "1") is not None
