"""What offices ask of a search for work: every note is dated, has its page, and claims nothing."""

from __future__ import annotations

import re
from datetime import date
from typing import get_args
from urllib.parse import urlsplit

import pytest

from app.commands.log_sheet import pdf
from app.network.log import HEADER
from app.network.work_search import DECIDES, Named, office_of, offices

NOTES = list(offices().values())
# Beside .gov: the sites of governments and offices elsewhere, and of three states that have other names.
OFFICIAL = (".gov", ".gov.uk", ".gc.ca", ".state.md.us", ".state.nm.us", "uimn.org")


def test_known_offices_are_as_their_pages_were_read():
    massachusetts = office_of("US-MA")
    assert massachusetts.name == "Massachusetts"
    assert massachusetts.networking == "yes"
    assert massachusetts.url == "https://www.mass.gov/info-details/work-search-examples"
    assert "three work search activities a week" in massachusetts.asks
    assert "Do five work search actions a week" in office_of("us-id").asks
    assert office_of("south carolina").networking == "no"
    assert office_of(" gb ").url == "https://www.gov.uk/jobseekers-allowance/your-jsa-claim"


@pytest.mark.parametrize("note", NOTES, ids=[note.code for note in NOTES])
def test_a_note_has_an_official_page_a_day_and_one_sentence_of_plain_english(note):
    assert re.fullmatch(r"US-[A-Z]{2}|CA-[A-Z]{2}|GB", note.code)
    address = urlsplit(note.url)
    assert address.scheme == "https"
    assert str(address.hostname).endswith(OFFICIAL)
    assert date(2026, 11, 28) <= note.read <= date(2030, 1, 1)
    assert note.networking in get_args(Named)
    assert re.fullmatch(r"[A-Z][^.]*(?:\.\d[^.]*)?\.", note.asks)
    assert note.asks.isascii()
    assert len(note.asks) <= 300


def test_no_note_claims_that_something_counts():
    assert not [note.code for note in NOTES if re.search(r"\bcounts?\b", note.asks, re.IGNORECASE)]
    assert all(note.lines()[-1] == DECIDES for note in NOTES)


def test_codes_are_in_order_and_stand_once():
    codes = [note.code for note in NOTES]
    assert codes == sorted(set(codes))
    assert len(codes) >= 25


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("MA", "known codes near it: US-MA"),
        ("us-max", "known codes near it: US-MA"),
        ("Massachusets", "known codes near it: US-MA"),
        ("CA", "known codes near it: CA-ON, US-CA"),
        ("東京", "known codes: CA-ON, GB, US-AK"),
        ("", "known codes: CA-ON, GB, US-AK"),
    ],
)
def test_an_unknown_office_is_refused_with_the_codes_near_it(asked, hint):
    with pytest.raises(ValueError, match=re.escape(hint)):
        office_of(asked)


def test_what_is_asked_in_vain_is_repeated_short_and_without_control_characters():
    with pytest.raises(ValueError, match="nothing is known of") as refused:
        office_of("\x1b[31m" + "x" * 100_000)
    assert "\x1b" not in str(refused.value)
    assert len(str(refused.value)) < 500


def test_a_sheet_has_the_head_above_its_first_rows_and_loses_no_row():
    rows = [(f"row-{number}", "", "", "", "", "") for number in range(70)]
    data = pdf("Work-search log", HEADER, rows, office_of("US-NY").lines())
    assert all(b"(row-%d)" % number in data for number in range(70))
    assert data.index(b"New York: Keep a record") < data.index(b"(row-0)")
    assert data.count(b"New York") == 1
    assert data.count(b"/Type /Page ") == 3
    assert all(int(down) > 30 for down in re.findall(rb"\d+ (\d+) Td", data))
