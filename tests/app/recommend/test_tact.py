"""Groups about health, belief, identity and politics are named to who asked for them by name, and to nobody else."""

from __future__ import annotations

import pytest

from app.recommend.score import score
from app.recommend.tact import may_be_offered
from tests.app.recommend.people import NOW, a_group, a_person


@pytest.mark.parametrize(
    "name", ["Lesbian Hikers", "Catholic Engineers", "Living with Lupus", "Young Republicans"]
)
def test_what_is_sensitive_is_not_offered_unasked(name):
    assert not may_be_offered(a_person(), a_group(name), ())


@pytest.mark.parametrize(
    "asked",
    [
        {"interests": {"lgbtq-social": 1.0}},
        {"interests": {"lgbtq-professionals": 1.0}},
        {"interests": {"identity-affinity": 1.0}},
        {"fields": {"dei-workplace": 1.0}},
        {"typed": (("interest", "lesbian hikers"),)},
    ],
)
def test_what_was_asked_for_by_name_is_never_hidden(asked):
    assert may_be_offered(a_person(**asked), a_group("Lesbian Hikers"), ())


def test_what_is_unwanted_is_not_offered():
    assert not may_be_offered(a_person(), a_group(), {"software-engineering"})


def test_dating_is_a_fault_unless_it_was_asked_for():
    singles = a_group("Singles Mixer", fields={}, interests={"singles-events": 0.9}, signals=("dating",))
    asks = a_person(fields={}, interests={"singles-events": 1.0})
    lonely = a_person(fields={}, interests={"new-in-town": 1.0, "singles-events": 0.0})
    assert score(asks, singles, NOW).terms.factor == 1
    assert score(a_person(fields={}, interests={"social": 1.0}), singles, NOW).terms.factor < 0.5
    assert score(lonely, singles, NOW).score < score(asks, singles, NOW).score
