"""What was done in a search, by date; the pace of a week; and what is said of where nobody is known."""

from __future__ import annotations

import csv
import io
from datetime import date

from app.commands.log_sheet import pdf
from app.network.log import HEADER, as_csv, search_log
from app.network.progress import read_progress
from tests.app.network.analyses import DATA, analysed, planned
from tests.app.network.exports import connection

POSITIONS = (
    "Company Name,Title,Description,Location,Started On,Finished On\r\nGlobex,Analyst,,,Jan 2020,May 2022\r\n"
)
GOAL = DATA | {"companies": ["Globex"]}
DID = [
    {"what": "asked", "key": "in:jane-doe", "on": "2026-11-10"},
    {"what": "talked", "key": "in:jane-doe", "on": "2026-11-18", "said": "Her team hires in spring"},
    {"what": "went", "on": "2026-11-23", "event": {"id": "e_1", "name": "PyData Leeds"},
     "met": [{"name": "Sam Lee", "company": "Acme", "said": "=Tests of pipelines"}]},
]  # fmt: skip


def done():
    return analysed([connection("Jane Doe", "Data Scientist", "Acme")], GOAL, None, DID)


def test_every_step_is_a_row_by_date():
    rows = [row.cells() for row in search_log(read_progress(done()["progress"]))]
    assert rows == [
        ("2026-11-10", "Asked for a conversation", "Jane Doe", "Acme", "LinkedIn", ""),
        ("2026-11-18", "Had a conversation", "Jane Doe", "Acme", "LinkedIn", "Her team hires in spring"),
        ("2026-11-23", "Met in person", "Sam Lee", "PyData Leeds", "in person", "=Tests of pipelines"),
        ("2026-11-23", "Went to an event", "", "PyData Leeds", "in person", "met 1"),
    ]
    days = search_log(read_progress(done()["progress"]), date(2026, 11, 15), date(2026, 11, 20))
    assert [row.what for row in days] == ["talked"]


def test_the_same_report_twice_is_one_step_and_progress_stays_whole():
    first = done()["progress"]
    again = analysed([connection("Jane Doe", "Data Scientist", "Acme")], GOAL, first, DID)["progress"]
    assert search_log(read_progress(again)) == search_log(read_progress(first))


def test_what_messages_say_is_no_step_of_ones_own():
    progress = {
        "in:a": {"state": "talked", "at": "2026-10-01", "by": "export"},
        "in:b": {"state": "pending", "at": "2026-10-02"},
    }
    assert [(row.what, row.person) for row in search_log(read_progress(progress))] == [("asked", "b")]


def test_a_table_holds_no_formula():
    told = list(csv.reader(io.StringIO(as_csv(search_log(read_progress(done()["progress"]))))))
    assert tuple(told[0]) == HEADER
    assert told[3][-1] == "'=Tests of pipelines"


def test_a_sheet_has_a_page_for_every_34_rows_and_knows_where_each_part_begins():
    data = pdf(
        "Work-search log", HEADER, [("2026-11-01", "Asked (twice)", "Łucja 山田", "Büro", "", "x" * 80)] * 40
    )
    assert data.startswith(b"%PDF-1.4")
    assert data.count(b"/Type /Page ") == 2
    assert b"Asked \\(twice\\)" in data
    assert b"Lucja ??" in data or b"?ucja ??" in data
    start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    table = data[start:].split(b"\n")
    places = [int(line.split()[0]) for line in table[3:] if line.endswith(b"n ")]
    assert all(data[place:].startswith(b"%d 0 obj" % number) for number, place in enumerate(places, 1))


def test_the_pace_of_a_week_is_told_without_a_reproach():
    assert done()["pace"] == {
        "since": "2026-11-23", "asked": 0, "conversations": 1, "evenings": 1, "capacity": 3,
        "text": "This week: 1 conversation held, 1 evening out.",
    }  # fmt: skip
    assert planned(DATA)["pace"]["text"] == "This week: nothing noted yet. One conversation is a good week."


def test_what_was_said_is_kept_for_the_thanks():
    thank = next(each for each in done()["actions"] if each["kind"] == "thank_you")
    assert {"code": "said", "text": "You talked about: =Tests of pipelines"} in thank["reasons"]


def test_a_company_where_nobody_is_known_leads_to_ones_own_past_and_to_the_contacts_of_contacts():
    (target,) = analysed([connection("Jane Doe", "Chef", "A Kitchen")], GOAL, None, None, POSITIONS)["map"][
        "targets"
    ]
    assert target["you"] == "You worked there until May 2022"
    assert target["second_degree"].startswith(
        "https://www.linkedin.com/search/results/people/?keywords=Globex&"
    )
