"""One person each, and never one for two."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from app.network.people import people_of
from app.network.records import Contact, Export
from tests.app.network.exports import CONNECTIONS, OUTLOOK, connection, connections, names, people


def google(*rows: tuple[str, str, str, str]) -> str:
    header = "First Name,Last Name,Organization Name,Organization Title,E-mail 1 - Value,Phone 1 - Value\n"
    return header + "".join(
        f"{name.split()[0]},{name.split()[1]},{company},,{email},{phone}\n"
        for name, company, email, phone in rows
    )


def facebook(*who: str) -> str:
    return json.dumps(
        {"friends_v2": [{"name": each, "timestamp": 1_500_000_000 + at} for at, each in enumerate(who)]}
    )


def test_two_people_of_one_name_stay_two():
    rows = [
        connection("Priya Sharma", "Engineer", "Acme", slug="priya-1"),
        connection("Priya Sharma", "Manager", "Acme", slug="priya-2"),
    ]
    assert [each.key for each in people(connections(rows)).persons] == ["in:priya-1", "in:priya-2"]


def test_two_people_of_one_name_without_profiles_stay_two():
    rows = [
        connection("Priya Sharma", "Engineer", "Acme", slug="", on="05 Mar 2018"),
        connection("Priya Sharma", "Engineer", "Acme", slug="", on="06 Mar 2018"),
    ]
    keys = [each.key for each in people(connections(rows)).persons]
    assert keys == ["name:priya sharma|acme", "name:priya sharma|acme#2"]


def test_the_same_file_twice_is_the_same_people():
    text = connections([connection("Ada Byron"), connection("Grace Murray", slug="")])
    found = people(text, text)
    assert names(found) == ["Ada Byron", "Grace Murray"]
    assert (found.read, found.duplicates) == (4, 2)


def test_an_address_of_a_profile_is_one_however_it_is_written():
    rows = [connection("Ada Byron", slug="ada-b%C3%BCron")]
    again = CONNECTIONS + "Ada,Byron,http://linkedin.com/in/Ada-Büron/?trk=x,,,,\n"
    assert len(people(connections(rows), again).persons) == 1


def test_records_of_one_person_in_three_programs_add_up():
    found = people(
        connections([connection("Ada Byron", "Engineer", "Acme GmbH")]),
        google(("Ada Byron", "ACME", "ada@example.org", "")),
        facebook("Ada Byron"),
    )
    (ada,) = found.persons
    assert ada.channels == {"linkedin", "email", "facebook"}
    assert (ada.key, ada.title, found.duplicates) == ("in:ada-byron", "Engineer", 2)


def test_a_name_that_two_people_have_joins_nobody():
    rows = [
        connection("Priya Sharma", "Engineer", "Acme", slug="priya-1"),
        connection("Priya Sharma", "Manager", "Globex", slug="priya-2"),
    ]
    found = people(connections(rows), facebook("Priya Sharma"))
    assert len(found.persons) == 3
    # The employer tells which of the two is meant.
    found = people(connections(rows), google(("Priya Sharma", "Globex Inc", "p@example.org", "")))
    assert [sorted(each.channels) for each in found.persons] == [["linkedin"], ["email", "linkedin"]]


def test_another_employer_is_another_person_unless_the_address_is_the_same():
    rows = (
        CONNECTIONS + "Ada,Byron,https://www.linkedin.com/in/ada,ada@example.org,Acme,Engineer,05 Mar 2024\n"
    )
    assert len(people(rows, google(("Ada Byron", "Globex", "other@example.org", ""))).persons) == 2
    assert len(people(rows, google(("Ada Byron", "Globex", "ADA@example.org", ""))).persons) == 1


def test_a_shared_address_does_not_make_a_family_one_person():
    found = people(
        google(("Ada Byron", "", "byrons@example.org", ""), ("Anne Byron", "", "byrons@example.org", ""))
    )
    assert names(found) == ["Ada Byron", "Anne Byron"]


def test_phones_are_compared_whatever_their_country_code():
    outlook = OUTLOOK + ",Ada,,Byron,,Acme,,,,,,,,0161 496 0123,,,,,,,\r\n"
    found = people(google(("Ada Byron", "Globex", "", "+44 161 496 0123")), outlook)
    assert len(found.persons) == 1


_PROFILES = {
    "Ada Byron": ["ada"],
    "Priya Sharma": ["priya-1", "priya-2"],
}
_CONTACTS = st.sampled_from(sorted(_PROFILES)).flatmap(
    lambda name: st.builds(
        Contact,
        name=st.just(name),
        kind=st.sampled_from(["linkedin", "google", "vcard"]),
        company=st.sampled_from([None, "Acme", "Acme GmbH", "Globex"]),
        slug=st.sampled_from([None, *_PROFILES[name]]),
        emails=st.frozensets(st.sampled_from(["a@x.org", "b@x.org"]), max_size=1),
    )
)


@given(st.lists(st.lists(_CONTACTS, max_size=6), max_size=3))
def test_people_are_never_more_than_records_and_no_profile_has_two(files):
    found = people_of(Export(files=files))
    keys = [each.key for each in found.persons]
    assert len(set(keys)) == len(keys) <= found.read
    assert {each.name for each in found.persons} == {record.name for file in files for record in file}
    profiles = {record.slug for file in files for record in file if record.slug}
    assert sum(each.key.startswith("in:") for each in found.persons) == len(profiles)


@given(st.lists(_CONTACTS, max_size=8))
def test_reading_everything_twice_finds_nobody_new(records):
    once = people_of(Export(files=[records]))
    twice = people_of(Export(files=[records, records]))
    assert [each.key for each in twice.persons] == [each.key for each in once.persons]
