"""What people are called in a greeting, however their name is written."""

from __future__ import annotations

import pytest

from app.network.names import called, full_name, same_name_key
from tests.app.network.exports import connection, connections, people

_GREETINGS = {
    "Dr. Jane Doe": "Jane", "Prof. Dr. Anna Weber": "Anna", "Jane Dorn, PMP": "Jane", "Jane Dorn PMP": "Jane",
    "Doe, Jane": "Jane", "O'Brien, Mary, MD": "Mary", "JANE DOE": "Jane", "jane doe": "Jane", "🚀 Jane Doe": "Jane",
    "Jane Doe (She/Her)": "Jane", "Jane (Roe) Doe": "Jane", 'Robert "Bob" Smith': "Robert", "J. Robert Smith": "Robert",
    "J. Smith": None, "AJ Smith": "AJ", "BO LI": "Bo", "JEAN-PIERRE DUPONT": "Jean-Pierre", "王小明": "王小明",
    "Abdul Rahman Khan": "Abdul Rahman", "Md. Rahim Uddin": "Rahim", "Jack Ma": "Jack", "Dipl.-Ing. Karl Huber": "Karl",
    "Mr. Smith": None, "Dr. Müller": None, "Jane Doe, MBA, PMP®": "Jane", "Jane Doe | Speaker": "Jane",
    "Jane Doe - Hiring!": "Jane", "García López, María José": "María", "Smith, J.": None, "jane.doe@example.com": None,
    "Smith (Contractor), Jane": "Jane", "Dr Jane M Doe RN BSN": "Jane", "William H. Gates III": "William",
    "DE LA CRUZ, MARIA": "Maria", "Đặng Thị Mai": "Mai", "𝓙𝓪𝓷𝓮 𝓓𝓸𝓮": "Jane", "Jane2 Doe": None, "-": None,
    "Иван Петров": "Иван", "عبد الله حسن": "عبد الله", "McKenna Smith": "McKenna", "M. Jean Dupont": "Jean",
}  # fmt: skip


@pytest.mark.parametrize(("name", "first"), _GREETINGS.items(), ids=range(len(_GREETINGS)))
def test_a_greeting_has_the_first_name_or_none(name, first):
    assert called(name) == first


@pytest.mark.parametrize(
    ("name", "given", "first"),
    [
        ("Jane Dorn, PMP", "Jane", "Jane"),
        ("Dr. Jane Dorn", "Dr. Jane", "Jane"),
        ("Juan Carlos Pérez", "Juan Carlos", "Juan Carlos"),
        ("Jane Marie Doe", "Jane Marie", "Jane"),
        ("J Smith", "J", None),
        ("Jane, RN Doe", "Jane, RN", "Jane"),
        ("Jane Doe, Leeds", "Jane", "Jane"),
    ],
)
def test_a_first_name_that_a_file_has_apart_is_believed(name, given, first):
    assert called(name, given) == first


@pytest.mark.parametrize(
    "other", ["Jane Dorn, PMP", "Dr. Jane Dorn", "JANE DORN", "Dorn, Jane", "Jane Dorn 🌍"]
)
def test_titles_degrees_and_ornaments_are_not_the_name(other):
    assert same_name_key(other) == same_name_key("Jane Dorn") == "jane dorn"
    assert full_name(other) == "Jane Dorn"


def test_one_person_with_and_without_a_degree_is_one_by_the_address():
    rows = [connection("Jane Dorn", "Nurse Manager", "Acme").replace(",,", ",jane@example.org,", 1)]
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jane Dorn\\, PMP\r\nN:Dorn;Jane;;;PMP\r\nEMAIL:jane@example.org\r\nEND:VCARD\r\n"
    assert len(people(connections(rows), card).persons) == 1


_PLAIN_NAMES = (
    "Jane Doe", "Käthe Groß", "Łucja Wójcik", "José Álvarez", "Zoë O'Neil", "Mary-Kate Olsen", "Søren Kjær", "Ian McKellen", "Nguyen Tran",
    "Иван Петров", "Νίκος Παππάς", "Ayşe Yılmaz", "Chloé de la Tour", "Jan van der Berg", "DeShawn Jones", "Anne-Sophie Roy",
)  # fmt: skip
_DRESSES = (
    "{}", "Dr. {}", "Prof. Dr. {}", "{}, PhD", "{}, MBA, PMP®", "{} RN", "🚀 {}", "{} ✨ (she/her)", "{} | Hiring engineers",
    "{} – We are hiring!", "Ms. {}", "  {}  ", "{}, RN, BSN, CCRN", "{}, M.Sc.", "Dipl.-Ing. {}", "{} (Open to work)", "★ {} ★",
    "Mr {} Jr.", "{}, SHRM-SCP", "Rev. {} III",
)  # fmt: skip


def test_three_hundred_odd_names_are_greeted_right():
    wrong = [
        dressed
        for name in _PLAIN_NAMES
        for dress in _DRESSES
        if called(dressed := dress.format(name)) != name.split()[0]
    ]
    wrong += [
        name
        for name in _PLAIN_NAMES
        for last_first in (f"{name.split(maxsplit=1)[1]}, {name.split()[0]}",)
        if called(last_first) != name.split()[0]
    ]
    assert wrong == []
    assert len(_PLAIN_NAMES) * (len(_DRESSES) + 1) > 300
