"""The linear models: what is written is read, adding up is exact, and the training texts are sound."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.taxonomy.calibrate import fit
from app.taxonomy.examples import _lines
from app.taxonomy.features import features_of, words_and_pairs
from app.taxonomy.model import WEIGHTS, LinearModel, model, softmax, write_models
from app.taxonomy.occupations import listed_titles
from app.taxonomy.taxonomy import load


def a_model(rows: list[list[int]]) -> LinearModel:
    terms = "\n".join(f"t{at}" for at in range(len(rows)))
    return LinearModel(
        ["a", "b"], [0.5, 2.0], [1.0, -1.0], terms, bytes(v + 128 for row in rows for v in row)
    )


weight = st.integers(-127, 127)


@given(st.lists(st.lists(weight, min_size=2, max_size=2), min_size=1, max_size=300), st.integers(1, 5))
def test_the_long_number_adds_up_like_plain_numbers(rows, times):
    scores, known = a_model(rows).scores([([f"t{at}" for at in range(len(rows))], times)])
    length = math.sqrt(len(rows) * times * times)
    assert known == len(rows)
    assert scores[0] == pytest.approx(1.0 + 0.5 * times * sum(row[0] for row in rows) / length)
    assert scores[1] == pytest.approx(-1.0 + 2.0 * times * sum(row[1] for row in rows) / length)


def test_a_feature_counts_in_the_first_zone_only():
    twice = a_model([[10, 0]]).scores([(["t0"], 2), (["t0"], 1)])
    assert twice == a_model([[10, 0]]).scores([(["t0"], 2)])


def test_unknown_features_leave_the_bias():
    assert a_model([[1, 1]]).scores([(["other"], 1)]) == ([1.0, -1.0], 0)


def test_written_models_are_the_same_bytes_each_time(tmp_path):
    one = {"labels": ["a"], "scales": [1.0], "biases": [0.0], "terms": ["x", "y z"], "rows": bytes([1, 2])}
    write_models({"one": one}, tmp_path / "first")
    write_models({"one": one}, tmp_path / "second")
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_the_models_of_the_package_are_small_and_know_the_taxonomy():
    taxonomy = load()
    assert WEIGHTS.stat().st_size <= 5_000_000
    assert set(model("titles").labels) == set(taxonomy.fields)
    assert set(model("listings").labels) == {*taxonomy.families, *taxonomy.interest_categories, "career"}


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=20))
def test_shares_sum_to_one(scores):
    assert sum(softmax(scores)) == pytest.approx(1)


@given(st.lists(st.text(st.characters(categories=["Ll"]), min_size=1, max_size=9), max_size=20))
def test_a_long_text_has_the_words_and_pairs_of_a_short_one(stems):
    assert set(words_and_pairs(stems)) <= set(features_of(stems))


def test_examples_name_only_what_the_taxonomy_has_and_reach_every_category():
    taxonomy = load()
    known = {*taxonomy.fields, *taxonomy.families, *taxonomy.interests, *taxonomy.interest_categories}
    named = {line[0] for name in ("names.tsv", "texts.tsv") for line in _lines(name)}
    assert named <= known
    assert set(taxonomy.interest_categories) <= named
    assert {field for field, _ in listed_titles()} == set(taxonomy.fields)
    languages = {line[1] for line in _lines("names.tsv")}
    assert languages == {"en", "de", "fr", "es"}


def test_every_sub_major_group_of_isco_has_a_field():
    groups = {code[:2] for field in load().fields.values() for code in field.isco08}
    assert len(groups) == 43


def test_a_fit_finds_the_odds_of_what_it_is_shown():
    examples = [((float(value),), value > 0) for value in (-2, -1, 1, 2)] * 50
    bias, slope = fit(examples)
    assert abs(bias) < 0.2
    assert slope > 1
