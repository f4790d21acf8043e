"""Clusters are a function of the listings, and ids never get lost."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from app.ingest.matching.clustering import assign_ids, clusters_of

ids = st.integers(1, 12)
pairs = st.lists(st.tuples(st.sampled_from([0.5, 0.7, 0.9]), ids, ids), max_size=20)
apart = st.sets(st.tuples(ids, ids), max_size=10)


def joined(likely, different=(), told=()):
    return clusters_of(range(1, 13), likely, lambda a, b: (a, b) in different or (b, a) in different, told)


@given(pairs, apart, st.randoms())
def test_clusters_hold_everybody_once_whatever_the_order_of_the_pairs(likely, different, chance):
    found = joined(likely, different)
    assert sorted(each for cluster in found for each in cluster) == list(range(1, 13))
    shuffled = [(value, b, a) for value, a, b in likely]
    chance.shuffle(shuffled)
    assert joined(shuffled, different) == found


@given(pairs, apart)
def test_what_contradicts_is_joined_by_no_chain_of_three(likely, different):
    likely = [
        each
        for each in likely
        if (each[1], each[2]) not in different and each[2:] + each[1:2] not in different
    ]
    for cluster in joined(likely, different):
        for one in cluster:
            for other in cluster:
                assert one == other or ((one, other) not in different and (other, one) not in different)


def test_an_operators_word_joins_what_contradicts():
    assert (1, 2) in joined([], {(1, 2)}, {(1, 2)})


def test_the_surest_pair_decides_where_two_cannot_both_be():
    assert (1, 2) in joined([(0.9, 1, 2), (0.6, 2, 3)], {(1, 3)})


@given(
    st.lists(st.sets(ids, min_size=1, max_size=4), max_size=5), st.dictionaries(ids, st.integers(100, 104))
)
def test_every_listing_gets_an_event_and_every_known_event_stays_or_leads_on(groups, known):
    clusters, met = [], set()
    for each in groups:
        if fresh := tuple(sorted(each - met)):
            clusters.append(fresh)
            met |= each
    known = {listing: event for listing, event in known.items() if listing in met}
    settled = assign_ids(clusters, known, count(1000))
    assert set(settled.of) == met
    for cluster in clusters:
        assert len({settled.of[each] for each in cluster}) == 1
    assert len({settled.of[each[0]] for each in clusters}) == len(clusters)
    for event in known.values():
        survivor = settled.merged.get(event, event)
        assert survivor in settled.of.values()
        assert survivor <= event


def test_an_event_whose_listings_part_goes_with_most_of_them_then_with_the_one_that_changed():
    assert assign_ids([(1, 2), (3,)], {1: 7, 2: 7, 3: 7}, count(50)).of == {1: 7, 2: 7, 3: 50}
    assert assign_ids([(1,), (2,)], {1: 7, 2: 7}, count(50), changed={2}).of == {1: 50, 2: 7}


def test_where_two_known_events_meet_the_younger_leads_to_the_older():
    settled = assign_ids([(1, 2)], {1: 9, 2: 7}, count(50))
    assert settled.of == {1: 7, 2: 7}
    assert settled.merged == {9: 7}
