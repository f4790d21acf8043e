"""Goals, progress and reports as people write them: what is wrong is named, and nothing they wrote is repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.network.aggregate import bucket, read_aggregate
from app.network.goal import read_goal
from app.network.progress import progress_schema, read_progress
from app.network.reports import read_reports
from app.network.validation import WrongInputError

SECRET = "xanthippe-quillfeather"


@pytest.mark.parametrize(
    ("goal", "where", "suggestion"),
    [
        (None, "goal", None),
        ([], "goal", None),
        ({}, "goal", None),
        ({"field": ["nursing"]}, "goal.field", "fields"),
        ({"fields": ["zzzz qqqq"]}, "goal.fields.0", None),
        ({"fields": ["nursing"], "city": "Nowherexyz"}, "goal.city", None),
        ({"fields": ["nursing"], "radius_km": 0}, "goal.radius_km", None),
        ({"companies": ["freelance"]}, "goal.companies.0", None),
        ({"fields": ["nursing"], "language": "xx"}, "goal.language", None),
        ({"fields": ["nursing"], "roles": [{"company": "A"}]}, "goal.roles.0.title", None),
    ],
)
def test_a_wrong_goal_is_told_where(goal, where, suggestion):
    with pytest.raises(WrongInputError) as caught:
        read_goal(goal)
    found = caught.value.wrong[0]
    assert found.where == where
    assert found.detail
    if suggestion:
        assert suggestion in found.suggestions


def test_a_goal_is_understood_in_words_and_families():
    aim = read_goal(
        {"fields": ["Data Scientist", "healthcare"], "city": {"q": "Leeds, GB"}, "companies": ["BCG"]}
    )
    assert aim.fields[0] == "data-science-ai"
    assert "nursing" in aim.fields
    assert not set(aim.adjacent) & set(aim.fields)
    assert aim.place is not None
    assert aim.place.name == "Leeds"
    assert read_goal({"fields": ["nursing"], "adjacent": []}).adjacent == ()


@pytest.mark.parametrize(
    "document",
    [
        [],
        "text",
        {SECRET: {"state": "new"}},
        {f"in:{SECRET}": {"state": "great"}},
        {f"in:{SECRET}": {"state": "new", SECRET: 1}},
        {f"in:{SECRET}": SECRET},
        {f"name:{SECRET}": {"at": SECRET}},
        {"network": {"state": "tired"}},
        {"event:1": {"met": [1]}},
        {"in:" + "x" * 600: {"state": "new"}},
    ],
)
def test_wrong_progress_is_told_without_a_word_of_it(document):
    with pytest.raises(WrongInputError) as caught:
        read_progress(document)
    assert SECRET not in str(caught.value)
    assert caught.value.wrong[0].where.startswith("progress")


@pytest.mark.parametrize(
    "document",
    [
        {},
        [{"what": "flew"}],
        [{"what": "asked"}],
        [{"what": "went"}],
        [{"what": "asked", "key": "in:a", SECRET: 1}],
        [{"what": "went", "event": {"id": "e"}, "met": [{"company": SECRET}]}],
        [{"what": "asked", "key": "in:a"}] * 501,
    ],
)
def test_wrong_reports_are_told_without_a_word_of_them(document):
    with pytest.raises(WrongInputError) as caught:
        read_reports(document)
    assert SECRET not in str(caught.value)


def test_a_moment_counts_as_its_day():
    progress = read_progress({"in:a": {"state": "talked", "at": "2026-10-02T18:30:00+02:00"}})
    assert progress.as_dict() == {"in:a": {"state": "talked", "at": "2026-10-02"}}


def test_an_aggregate_is_checked():
    with pytest.raises(WrongInputError, match="state"):
        read_aggregate({"at": "2026-11-01", "state": "fine", "E": 0, "W": 0, "S": 0, "K": 0})
    assert [bucket(count) for count in (0, 1, 4, 10, 400)] == ["0", "1-2", "3-5", "6-10", "11+"]


def test_the_schema_of_progress_describes_its_own_example():
    schema = progress_schema()
    for example in schema["examples"]:
        assert read_progress(example).as_dict().keys() == example.keys()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(_JSON)
def test_any_json_is_understood_or_refused(document):
    for reader in (read_goal, read_progress, read_reports, read_aggregate):
        try:
            reader(document)
        except WrongInputError as error:
            assert error.wrong  # noqa: PT017
