"""Which names are one company."""

from __future__ import annotations

import pytest

from app.network.companies import Aliases, company_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme GmbH", "ACME"),
        ("The Acme Company, Inc.", "acme"),
        ("Müller, Schmidt & Co. KG", "Muller Schmidt"),
        ("S.A.R.L. Dupont", "SARL Dupont"),
        ("L'Oréal S.A.", "L’Oreal"),
        ("Ｇlobex Ltd", "Globex"),
    ],
)
def test_legal_forms_case_accents_and_points_do_not_matter(one, other):
    assert company_key(one) == company_key(other)


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        "Self-employed",
        "Selbstständig",
        "Freelance",
        "Indépendant",
        "Autónomo",
        "Stealth Startup",
        "Open to work",
    ],
)
def test_who_works_for_nobody_has_no_company(name):
    assert company_key(name) is None


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Acme", "Acme Inc", "exact"),
        ("BCG", "Boston Consulting Group", "alias"),
        ("EY", "Ernst & Young LLP", "alias"),
        ("Goldman Sachs", "Goldman Sachs Asset Management", "prefix"),
        ("Citadel", "Citadel Securities", None),
        ("Meta", "Metabase", None),
        ("JPMorganChase", "JPMorgan Chase & Co.", "alias"),
        ("Mass General", "Massachusetts General Hospital", "alias"),
        ("PwC", "PwC UK", "prefix"),
        ("PricewaterhouseCoopers", "PwC Deutschland", "prefix"),
        ("Acme", "Acme Germany GmbH", "prefix"),
        ("Northwind Traders", "NorthwindTraders", "prefix"),
        ("Meta", "Meta Ireland", "prefix"),
        ("Apple", "Apple Bank", None),
        ("Air France", "Air India", None),
        ("PwC UK", "PwC Deutschland", "prefix"),
        ("Acme", "Acne", None),
        ("Bank of America", "Bank of Ireland", None),
    ],
)
def test_levels(one, other, level):
    first, second = company_key(one), company_key(other)
    assert first is not None
    assert second is not None
    assert Aliases().level(first, second) == level
    assert Aliases().level(second, first) == level


def test_a_person_names_aliases_of_their_own():
    aliases = Aliases({"Initech": ["The Bobs", "INTC Consulting"]})
    assert aliases.level("initech", "bobs") == "alias"


def test_every_employer_of_the_table_has_other_names_and_a_source():
    from app.network.companies import _EMPLOYERS

    rows = [line.split("\t") for line in _EMPLOYERS.read_text("utf-8").splitlines() if line[0] != "#"]
    assert len(rows) >= 300
    assert all(len(row) == 3 and row[2].startswith("https://") for row in rows)
    assert len({company_key(row[0]) for row in rows}) == len(rows)
