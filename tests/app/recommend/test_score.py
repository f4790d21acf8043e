"""Nearer, livelier and more on topic never ranks lower; the dead, the far and the off topic do not get through."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recommend.records import PHASES, Covered
from app.recommend.score import rank, score
from tests.app.recommend.people import NOW, a_group, a_person

days = st.floats(0, 400)
sure = st.floats(0.05, 1)
groups = st.builds(
    lambda confidence, other, km, last, ahead, pace, members: a_group(
        fields={"software-engineering": confidence, "nursing": other},
        distance_km=km,
        last_event=NOW - timedelta(days=last),
        next_event=None if ahead is None else NOW + timedelta(days=ahead),
        events_per_month=pace,
        members=members,
    ),
    sure, sure, st.floats(0, 200), days, st.none() | days, st.floats(0, 10), st.integers(0, 100_000),
)  # fmt: skip
people = st.builds(
    lambda phase, radius, interests: a_person(phase=phase, radius_km=radius, interests=interests),
    st.sampled_from(PHASES), st.floats(1, 500), st.sampled_from([{}, {"board-games": 1.0}]),
)  # fmt: skip


@given(people, groups, st.floats(0, 200))
def test_a_nearer_group_never_scores_lower(person, group, nearer):
    km = min(group.distance_km, nearer)
    assert score(person, replace(group, distance_km=km), NOW).score >= score(person, group, NOW).score


@given(people, groups, days)
def test_a_group_that_met_more_lately_never_scores_lower(person, group, ago):
    lately = max(group.last_event, NOW - timedelta(days=ago))
    assert score(person, replace(group, last_event=lately), NOW).score >= score(person, group, NOW).score


@given(people, groups, days)
def test_a_group_that_meets_sooner_never_scores_lower(person, group, ahead):
    sooner = NOW + timedelta(days=ahead)
    if group.next_event is None or sooner <= group.next_event:
        assert score(person, replace(group, next_event=sooner), NOW).score >= score(person, group, NOW).score


@given(people, groups, st.floats(0, 10), st.integers(0, 10_000))
def test_a_livelier_or_larger_group_never_scores_lower(person, group, more, members):
    livelier = replace(group, events_per_month=group.events_per_month + more, members=group.members + members)
    assert score(person, livelier, NOW).score >= score(person, group, NOW).score


@given(people, groups, st.floats(0, 1))
def test_a_group_that_is_more_on_topic_never_scores_lower(person, group, more):
    fields = {**group.fields, "software-engineering": min(1.0, group.fields["software-engineering"] + more)}
    assert score(person, replace(group, fields=fields), NOW).score >= score(person, group, NOW).score


@given(people, st.lists(groups, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_groups_never_matters(person, found, random):
    named = [replace(each, id=str(number)) for number, each in enumerate(found)]
    shuffled = random.sample(named, len(named))
    assert rank(person, named, NOW) == rank(person, shuffled, NOW)


@given(people, groups)
def test_every_score_is_between_nothing_and_a_hundred(person, group):
    assert 0 <= score(person, group, NOW).score <= 100


def test_a_dead_group_is_below_any_living_one_that_fits_half_as_well():
    dead = a_group(last_event=NOW - timedelta(days=300), next_event=None, events_per_month=0.0)
    neighbour = a_group(fields={"data-engineering": 0.8}, distance_km=15)
    assert score(a_person(), dead, NOW).score < 20 < score(a_person(), neighbour, NOW).score


def test_a_group_about_something_else_does_not_get_through_however_near_it_is():
    knitters = a_group(
        "Boston Knitters", fields={}, interests={"knitting-crochet": 0.8}, career=0.0, distance_km=0.1
    )
    assert score(a_person(), knitters, NOW).score < 20


def test_what_is_not_known_of_a_group_neither_kills_nor_lifts_it():
    unknown = a_group(last_event=None, next_event=None, events_per_month=None, members=None, distance_km=None)
    quiet = a_group(last_event=NOW - timedelta(days=170), next_event=None, events_per_month=0.2)
    assert 35 < score(a_person(), unknown, NOW).score < score(a_person(), a_group(), NOW).score
    assert score(a_person(), quiet, NOW).score < score(a_person(), unknown, NOW).score


def test_a_bordering_field_counts_less_than_the_wished_one_and_more_than_a_strange_one():
    scores = [
        score(a_person(), a_group(fields={field: 0.8}), NOW).score
        for field in ("software-engineering", "devops-cloud", "nursing")
    ]
    assert scores == sorted(scores, reverse=True)
    assert scores[1] > scores[2]


def test_a_job_search_club_helps_in_any_field():
    club = a_group(fields={}, interests={"career-networking": 0.8}, purposes={"job-search": 0.8})
    found = score(a_person(fields={"nursing": 1.0}), club, NOW)
    assert found.because == "career"
    assert found.score > 50


def test_with_nothing_but_a_place_a_career_group_comes_before_a_hobby():
    person = a_person(fields={})
    hobby = a_group("Knitters", fields={}, interests={"knitting-crochet": 0.8}, career=0.05)
    assert [each.facts.name for each in rank(person, [hobby, a_group()], NOW)] == [
        "Boston Python",
        "Knitters",
    ]


def test_once_the_network_is_exhausted_what_it_lacks_counts_more():
    covered = Covered(fields={"software-engineering": "covered", "data-science-ai": "none"})
    wishes = {"software-engineering": 1.0, "data-science-ai": 1.0}
    known, new = a_group("A"), a_group("B", fields={"data-science-ai": 0.8})

    def lead(phase):
        person = a_person(fields=wishes, phase=phase, covered=covered)
        return score(person, new, NOW).score - score(person, known, NOW).score

    assert lead("grow") > lead("ask") > 0


def test_a_company_one_aims_for_and_knows_nobody_at_lifts_a_group_that_names_it():
    person = a_person(companies=("Acme",), covered=Covered(companies={"Acme": "none"}), phase="grow")
    at_acme = a_group(description="We meet at the Acme office.")
    not_quite = a_group(description="We meet at the Acmeville library.")
    assert score(person, at_acme, NOW).score > score(person, not_quite, NOW).score


@pytest.mark.parametrize("signal", ["mlm-sales-pitch", "paid-course-funnel"])
def test_a_sales_pitch_is_hidden_however_well_it_fits(signal):
    assert score(a_person(), a_group(signals=(signal,)), NOW).score < 35


def test_dating_is_no_fault_for_who_looks_for_it():
    evening = a_group(fields={}, interests={"singles-events": 0.8}, signals=("dating",), career=0.0)
    person = a_person(fields={}, interests={"singles-events": 1.0})
    assert score(person, evening, NOW).terms.factor == 1.0
    assert score(a_person(), evening, NOW).terms.factor < 1.0


def test_an_event_in_the_evening_and_in_a_week_comes_before_one_at_work_or_in_months():
    evening = a_group(starts_at=NOW.replace(hour=18) + timedelta(days=7), timezone="UTC")
    at_work = replace(evening, starts_at=NOW.replace(hour=10) + timedelta(days=7))
    months = replace(evening, starts_at=NOW.replace(hour=18) + timedelta(days=80))
    best = score(a_person(), evening, NOW).score
    assert best > score(a_person(), at_work, NOW).score
    assert best > score(a_person(), months, NOW).score
