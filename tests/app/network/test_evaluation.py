"""The exports of the evaluation data, whole: everybody found, nobody invented, fields equal."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.app.network.exports import people

DATA = os.environ.get("EVALUATION_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="EVALUATION_DATA names no folder")
CONTACTS = Path(DATA or ".") / "evaluation" / "contacts"
EXPECTED = sorted(CONTACTS.glob("*.expected.json"))


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.name)
def test_people_are_those_of_the_file(path):
    expected = json.loads(path.read_text("utf-8"))
    (source,) = (
        each
        for each in CONTACTS.glob(path.name.replace(".expected.json", ".*"))
        if each.suffix in {".csv", ".json"} and each != path
    )
    found = people(source.read_bytes()).persons
    wanted = expected.get("people")
    assert len(found) == (len(wanted) if wanted else expected["n"])
    for person, want in zip(found, wanted or [], strict=False):
        told = person.as_dict()
        assert told["name"] == want.get("name", f"{want.get('first_name')} {want.get('last_name')}")
        assert (told["company"] or "") == want.get("company", "")
        assert (told["title"] or "") == want.get("position", "")
        assert (told["url"] or "") == want.get("url", "")
        assert (told["connected_on"] or "") == want.get("connected_on", "")
        assert ("email" in told["channels"]) == bool(want["email"])


def test_every_card_and_every_connection_is_one_person():
    cards = {
        path.name: [each.name for each in people(path.read_bytes()).persons]
        for path in (CONTACTS / "vcard").iterdir()
    }
    assert cards == {
        "John_Doe_BLACK_BERRY.vcf": ["John Doe"],
        "John_Doe_GMAIL.vcf": ["John Doe"],
        "John_Doe_IPHONE.vcf": ["John Doe"],
        "rfc6350-example.vcf": ["Simon Perreault"],
    }
    flashes = people((CONTACTS / "linkedin_flashesofbrilliance_sample_connections.csv").read_bytes())
    assert len(flashes.persons) == 7
