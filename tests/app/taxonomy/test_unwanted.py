"""Sales pitches, pumps, paid courses and dating are told from what only sounds like them; sensitive is no warning."""

from __future__ import annotations

import pytest

from app.taxonomy.unwanted import asks_for, sensitive_in, warnings_of


@pytest.mark.parametrize(
    ("name", "description", "warning"),
    [
        ("Sunrise Income Team", "Be your own boss and build your downline.", "mlm-sales-pitch"),
        ("Vertriebsabend", "Passives Einkommen ohne Vorkenntnisse", "mlm-sales-pitch"),
        ("Alpha Traders", "Copy our trades in the VIP room.", "crypto-pump"),
        ("Quiet Coins", "This altcoin will explode, get in early", "crypto-pump"),
        ("Frontend Bootcamp Info Session", None, "paid-course-funnel"),
        ("Speed Dating over Tapas", None, "dating"),
        ("Célibataires au parc", None, "dating"),
    ],
)
def test_what_nobody_should_meet_unasked_is_told(name, description, warning):
    assert warning in warnings_of(name, description)


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("Recommender Systems at Work", "How shops and dating apps match people with things."),
        ("Radiocarbon Dating Lab Tour", None),
        ("Mixed Singles Badminton", None),
        ("Single Page Application Builders", None),
        ("Crypto Tax for Accountants", None),
        ("Heat Pump Installers", None),
        ("Engineers of Signal Processing", None),
        ("Piano Masterclass at the Conservatory", None),
        ("Early Retirement with Index Funds", "Frugal living; nothing is sold."),
    ],
)
def test_what_only_sounds_like_it_is_left_alone(name, description):
    assert warnings_of(name, description) == ()


@pytest.mark.parametrize(
    ("name", "interest"),
    [
        ("Anxiety Peer Circle", "mental-health-support"),
        ("Bible Readers", "christian-fellowship"),
        ("Gay Cyclists", "lgbtq-social"),
        ("Trauercafé am Markt", "grief-loss-support"),
    ],
)
def test_sensitive_groups_are_told_and_not_warned_of(name, interest):
    assert interest in sensitive_in(name)
    assert warnings_of(name) == ()


@pytest.mark.parametrize(
    "name", ["Great Depression Readers", "Gospel Choir Auditions", "Zen of Python", "Oncology Nurses", "Exam Support Group"]
)  # fmt: skip
def test_what_only_looks_sensitive_is_not(name):
    assert not sensitive_in(name)


def test_whoever_looks_for_just_that_is_known_by_the_words():
    assert asks_for("dating", ["singles events"])
    assert not asks_for("dating", ["board games"])
    assert not asks_for("closed", ["board games"])
