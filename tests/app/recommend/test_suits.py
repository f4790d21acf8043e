"""Whom an evening suits is said only where its listing or its dates say so, with what says so."""

from __future__ import annotations

import pytest

from app.recommend.suits import suits
from tests.app.recommend.people import a_group


def suited(**members):
    return {each.to: each.evidence for each in suits(a_group(**{"name": "The Hub", **members}))}


@pytest.mark.parametrize(
    ("description", "to", "evidence"),
    [
        ("Beginners welcome, bring a laptop.", "newcomers", "Beginners welcome"),
        ("Offen für alle, auch ohne Vorkenntnisse", "newcomers", "Offen für alle"),
        ("Tous niveaux, venez nombreux", "newcomers", "Tous niveaux"),
        ("Come alone or with a friend; we rotate.", "solo", "Come alone"),
        ("Case studies by people who work with data.", "practitioners", "Case studies"),
    ],
)
def test_words_of_the_listing_say_it(description, to, evidence):
    assert suited(description=description)[to] == evidence


def test_nothing_is_said_where_nothing_says_so():
    assert suited(description="We meet on Tuesdays.", members=4_000) == {}


def test_a_small_group_that_does_something_and_meets_again_is_easy_to_join_alone():
    found = suited(purposes={"hack-night": 0.8}, members=60, coming=3)
    assert found["solo"] == "60 members, 3 dates ahead, and something to do together"
    assert "solo" not in suited(purposes={"hack-night": 0.8}, members=6_000, coming=3)
    assert "solo" not in suited(purposes={"hack-night": 0.8}, members=60, coming=1)


def test_who_sells_fills_no_room_with_practitioners():
    text = "Professionals and engineers welcome."
    assert "practitioners" in suited(description=text)
    assert "practitioners" not in suited(description=text, signals=("mlm-sales-pitch",))
    assert "practitioners" not in suited(description=text, career=0.1)
