"""What a job title says of its holder."""

from __future__ import annotations

import pytest

from app.network.positions import LADDER, read_positions


@pytest.mark.parametrize(
    ("title", "field", "seniority", "step"),
    [
        ("Data Scientist", "data-science-ai", "professional", 2),
        ("Senior Registered Nurse", "nursing", "senior", 3),
        ("Junior Accountant", "accounting", "junior", 1),
        ("Marketing Manager", "brand-product-marketing", "manager", 4),
        ("VP of Engineering", None, "executive", 5),
        ("HR Business Partner", "hr-people", "professional", 2),
        ("Account Executive", "sales-bizdev", "professional", 2),
        ("Founder & CEO", "startups-entrepreneurship", "executive", 5),
        ("Infirmière", "nursing", "professional", 2),
    ],
)
def test_field_and_ladder(title, field, seniority, step):
    found = read_positions([title])[title]
    assert (found.seniority, found.step) == (seniority, step)
    assert found.seniority in LADDER
    if field is not None:
        assert found.field == field


def test_no_title_says_nothing():
    assert read_positions([None])[None].field is None


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("Technical Recruiter", "technology"),
        ("Healthcare Recruiter", "healthcare"),
        ("Data Science Recruiter", "data-science-ai"),
    ],
)
def test_recruiters_are_none_of_those_they_look_for(title, wanted):
    found = read_positions([title])[title]
    assert found.recruiter
    assert found.field == "recruiting"
    assert wanted in found.recruits_for
