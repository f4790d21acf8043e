"""Two simulated days of forty sources, the worker started anew at every hour: nobody is asked too often or for nothing."""

from __future__ import annotations

import asyncio

from benchmarks.politeness import Poll, SimulatedClock, World, live, measured


def test_two_days_with_restarts_are_polite(database):
    figures = asyncio.run(live(database, sources=40, days=2))
    assert figures["unchanged_polls"] > 100
    assert figures["unchanged_not_modified_share"] >= 0.95
    assert figures["polls_before_due"] == 0
    assert figures["made_up_validators"] == 0
    assert figures["cookies_referrers_keys"] == 0
    assert figures["shortest_gap_on_a_host_seconds"] >= 1
    assert figures["met"]


def test_what_is_impolite_is_counted():
    world = World(SimulatedClock())
    world.polls["a"] = [
        Poll(0, 200, conditional=False, bogus=False, unchanged=False, wait=7_200),
        Poll(7_199, 200, conditional=False, bogus=True, unchanged=True, wait=0),
    ]
    world.hits["host"] = [0, 0.5]
    figures = measured(world)
    assert figures["unchanged_not_modified_share"] == 0
    assert figures["polls_before_due"] == 1
    assert figures["made_up_validators"] == 1
    assert figures["shortest_gap_on_a_host_seconds"] == 0.5
    assert not figures["met"]
