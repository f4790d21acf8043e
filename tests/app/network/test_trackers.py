"""The contact table of job trackers is read like an address book, and whom to ask is added to it."""

from __future__ import annotations

import pytest

from app.network.trackers import TrackedPerson, is_tracker, with_people
from tests.app.network.exports import people

# Made in the shape of career-ops' data/contacts.tsv: no header, # for comments, tabs in notes, a person twice, broken lines.
TABLE = "\n".join(
    (
        "# name\tcompany\ttype\ttitle\tphone\temail\tlinkedin\ttracker\tnotes",
        "",
        "Mara Pell\tAcme\trecruiter\tTalent Partner\t+44 20 7946 0001\tmara@example.org\thttps://linkedin.com/in/mara-pell\t012\tmet at a screen, ok",
        "山田 太郎\tGlobex\thiring-manager\tEngineering Manager\t\t\t\t-\t",
        "Jörg Ahn\tInitech\tpeer\tData Scientist\t\tjoerg@example.org\t\t-\tpart one\tpart two",
        "Too\tFew",
        "\tNoName GmbH\tother\t",
        'Ida "Quote\tHooli\tother\tNurse\t\t\t\t-\t"never closed',
        "Mara Pell\tAcme\trecruiter\tHead of Talent\t\t\t\t012\tnewer",
    )
)


def test_people_of_the_table_are_read_with_what_they_do_and_how_they_are_reached() -> None:
    read = people(TABLE.encode())
    found = {each.name: (each.company, each.title, sorted(each.channels)) for each in read.persons}
    assert found["山田 太郎"] == ("Globex", "Engineering Manager", [])
    assert found["Jörg Ahn"] == ("Initech", "Data Scientist", ["email"])
    assert found["Mara Pell"][:2] == ("Acme", "Head of Talent")
    assert len(found) == 4
    assert [(each["code"], each["rows"]) for each in read.warnings] == [("bad_row", 2)]


@pytest.mark.parametrize(
    "text",
    [
        "First Name,Last Name,Company\nMara,Pell,Acme\n",
        "Name\tCompany\tType\tTitle\nMara Pell\tAcme\tcustomer\tBuyer\n",
        "",
        "# nothing but a comment\n",
    ],
)
def test_other_tables_are_not_taken_for_it(text: str) -> None:
    assert not is_tracker(text)


def test_whom_to_ask_is_added_once_and_every_line_stays() -> None:
    new = TrackedPerson(
        "Ada\tByron", "NHS", "peer", "Nurse\nManager", "https://www.linkedin.com/in/ada", "Ask for a coffee"
    )
    known = TrackedPerson("JÖRG AHN", "Initech", "peer", "", "", "Ask for a coffee")
    nowhere = TrackedPerson("Sole Trader", "", "peer", "", "", "Ask for a coffee")
    comment = TrackedPerson("# Eve", "Acme", "peer", "", "", "Ask for a coffee")
    written = with_people(TABLE, [new, known, nowhere, comment, new])
    added = "Ada Byron\tNHS\tpeer\tNurse Manager\t\t\thttps://www.linkedin.com/in/ada\t-\tAsk for a coffee\n"
    assert written == f"{TABLE}\n{added}"
    assert with_people(written, [new]) == written


def test_a_new_table_names_its_columns_and_is_read_back() -> None:
    written = with_people("", [TrackedPerson("Ada Byron", "NHS", "peer", "Nurse", "", "Ask for a coffee")])
    assert written.startswith("# name\tcompany\ttype\ttitle\t")
    assert [each.name for each in people(written.encode()).persons] == ["Ada Byron"]
