"""The first page differs, the week has no clashes, likeness needs no memberships, and every reason has its evidence."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.recommend.first_step import first_step
from app.recommend.reasons import caveats_of, reasons_of
from app.recommend.records import Covered
from app.recommend.score import rank, score
from app.recommend.similarity import Circle, audience_of
from app.recommend.variety import varied
from app.recommend.week import week
from tests.app.recommend.people import NOW, a_group, a_person

NAMES = (
    "Nashville Hiking Club",
    "Music City Hikers",
    "Nashville JavaScript",
    "PyNash Python Users",
    "Salsa Nights",
)


def test_every_kind_of_reason_is_among_the_first_picks_where_a_good_one_exists():
    coders = [a_group(f"Python {n}", distance_km=1 + n / 10) for n in range(12)]
    bordering = a_group("Cloud operators", fields={"devops-cloud": 0.8}, distance_km=8)
    gamers = a_group("Board gamers", fields={}, interests={"board-games": 0.8}, distance_km=8)
    person = a_person(interests={"board-games": 1.0})
    picks = varied(rank(person, [*coders, bordering, gamers], NOW), 5)
    assert {each.because for each in picks} == {"career", "industry", "interest"}
    assert picks[0].facts.name == "Python 0"
    scores = [each.score for each in picks]
    assert scores == sorted(scores, reverse=True)


def test_no_organiser_has_more_than_two_of_the_first_ten():
    same = [a_group(f"Talk {n}", organiser="Acme", distance_km=1) for n in range(8)]
    others = [a_group(f"Other {n}", fields={"devops-cloud": 0.8}, interests={f"i{n}": 0.9}) for n in range(8)]
    picks = varied(rank(a_person(), [*same, *others], NOW), 10)
    assert sum(each.facts.organiser == "Acme" for each in picks) == 2


@given(st.integers(0, 30), st.integers(1, 20))
def test_variety_loses_nothing_and_repeats_nothing(how_many, wanted):
    ranked = rank(a_person(), [a_group(str(n), distance_km=n) for n in range(how_many)], NOW)
    picks = varied(ranked, wanted)
    assert len({each.facts.id for each in picks}) == len(picks) == min(wanted, how_many)
    assert picks == [each for each in ranked if each in picks]


@given(st.lists(st.tuples(st.integers(0, 24 * 9), st.sampled_from("abc")), max_size=12))
def test_the_week_has_at_most_three_events_that_do_not_clash(starts):
    events = [
        a_group(f"e{n}", starts_at=NOW + timedelta(hours=hours), organiser=organiser)
        for n, (hours, organiser) in enumerate(starts)
    ]
    plan = week(rank(a_person(), events, NOW), NOW)
    times = [each.facts.starts_at for each in plan]
    assert len(plan) <= 3
    assert times == sorted(times)
    assert all(later - earlier >= timedelta(hours=3) for earlier, later in itertools.pairwise(times))
    assert len({each.facts.organiser for each in plan}) == len(plan)


def circle():
    groups = [a_group(name, category=None, fields={}) for name in NAMES]
    return Circle(groups)


def test_what_is_like_the_groups_one_goes_to_pulls_most():
    affinity = circle().affinity(["Nashville Hiking Club"])
    assert max(set(NAMES) - {"Nashville Hiking Club"}, key=affinity.get) == "Music City Hikers"


def test_a_group_that_nobody_knows_pulls_nothing():
    assert circle().affinity(["Elsewhere"]) == {}


@given(st.permutations(NAMES), st.lists(st.sampled_from(NAMES), max_size=4))
def test_likeness_does_not_depend_on_any_order(order, joined):
    groups = [a_group(name, category=None, fields={}) for name in order]
    assert Circle(groups).affinity(joined) == circle().affinity(list(reversed(joined)))


def test_a_name_says_whom_it_calls():
    assert audience_of("20's & 30's Singles") == {"2", "3", "single"}
    assert audience_of("Nashville 40+ Hikers") == {"4"}
    assert audience_of("Room 201") == frozenset()


def reasons(person, group):
    return {each.code: each for each in reasons_of(person, score(person, group, NOW), NOW)}


def test_a_reason_rests_on_the_words_of_the_listing_or_on_dates():
    group = a_group("Boston Python Developers", description="Programmers who write Python.")
    found = reasons(a_person(), group)
    assert "Python" in found["field_match"].evidence
    assert found["near"].text == "3 km (2 mi) from Boston"
    assert found["meets_regularly"].evidence == "12 events in the 90 days before and after today"
    assert found["next_event"].evidence == (NOW + timedelta(days=7)).isoformat()


def test_a_reason_is_not_given_for_what_the_group_is_not_about():
    assert "field_match" not in reasons(a_person(), a_group(fields={"nursing": 0.8}))
    assert "near" not in reasons(a_person(), a_group(distance_km=60))


def test_an_interest_of_the_same_kind_is_not_called_one_of_ones_own():
    person = a_person(fields={}, interests={"board-games": 1.0})
    assert "interest_match" in reasons(person, a_group(fields={}, interests={"board-games": 0.8}))
    assert "related_interest" in reasons(person, a_group(fields={}, interests={"chess-go": 0.8}))


def test_what_the_map_lacks_is_said():
    person = a_person(covered=Covered(fields={"software-engineering": "none"}), phase="grow")
    assert (
        reasons(person, a_group())["new_circle"].text
        == "Members work in Software engineering, which your map lacks"
    )


def test_a_circle_is_new_only_in_what_was_asked_for_and_what_it_surely_is():
    lacking = Covered(fields={"agriculture-food-systems": "none", "data-engineering": "none"})
    analyst = a_person(fields={"data-analytics": 1.0}, covered=lacking, phase="grow")
    farmers = a_group(fields={"agriculture-food-systems": 0.9})
    assert "new_circle" not in reasons(analyst, farmers)
    assert score(analyst, farmers, NOW).terms.novel == score(analyst, a_group(fields={}), NOW).terms.novel
    assert "new_circle" in reasons(analyst, a_group(fields={"data-engineering": 0.8}))
    assert "new_circle" not in reasons(analyst, a_group(fields={"data-engineering": 0.4}))


def test_what_to_mind_is_always_said():
    group = replace(a_group(), next_event=None, distance_km=40.0, signals=("closed",))
    codes = {each.code for each in caveats_of(a_person(), score(a_person(), group, NOW))}
    assert codes == {"no_date", "far", "signal_closed"}


def test_the_first_step_fits_what_the_group_is_for():
    mentors = a_group(purposes={"mentoring": 0.8})
    steps = {first_step(a_person(), score(a_person(), replace(mentors, id=str(n)), NOW)) for n in range(30)}
    assert any("question that you want answered" in each for each in steps)
    sleeping = replace(mentors, next_event=None)
    assert "rganiser" in first_step(
        a_person(), score(a_person(), sleeping, NOW)
    ) or "still meets" in first_step(a_person(), score(a_person(), sleeping, NOW))


def test_the_first_step_differs_from_group_to_group_and_names_the_field():
    person = a_person()
    steps = [first_step(person, score(person, a_group(f"Python {n}"), NOW)) for n in range(40)]
    assert len(set(steps)) == 4
    assert any("Software engineering" in each for each in steps)
    assert max(map(steps.count, steps)) < 20
    assert steps == [first_step(person, score(person, a_group(f"Python {n}"), NOW)) for n in range(40)]


def test_every_topic_reason_has_evidence_also_where_no_word_of_the_listing_says_it():
    event = a_group(
        "December social",
        fields={"software-engineering": 0.6},
        starts_at=NOW + timedelta(days=3),
        organiser="Boston Coders",
    )
    silent = a_group("The Hub", fields={"software-engineering": 0.8})
    assert (
        reasons(a_person(), event)["field_match"].evidence
        == "The group behind it is about that: Boston Coders"
    )
    assert "as a whole" in reasons(a_person(), silent)["field_match"].evidence


def test_how_often_a_group_meets_is_said_only_of_one_that_was_known_for_three_months():
    fresh = a_group(known_since=NOW - timedelta(days=20), coming=3)
    found = reasons(a_person(), fresh)
    assert "meets_regularly" not in found
    assert found["meets_again"].text == "3 dates in the next three months"
    assert "meets_regularly" in reasons(a_person(), a_group(known_since=NOW - timedelta(days=95), coming=3))
    assert "meets_again" not in reasons(a_person(), a_group(known_since=NOW - timedelta(days=20), coming=1))
