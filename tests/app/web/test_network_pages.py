"""My network by page: an upload, whom to ask, what was done, groups for the gaps; nothing is kept."""

from __future__ import annotations

import re
from base64 import b64decode
from html import unescape

import orjson
import pytest
from sqlalchemy import text

pytestmark = pytest.mark.one_database

CONTACTS = (
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    "Jane,Zanzibarova,https://www.linkedin.com/in/jane-z,,Northwind,Data Scientist,08 Feb 2024\n"
    "Sam,Lee,https://www.linkedin.com/in/sam-lee,,Acme,Software Engineer,14 May 2021\n"
)
TYPED = {
    "fields": "data scientist",
    "companies": "Acme, Globex",
    "city": "Boston, MA",
    "name": "Ada",
    "language": "en",
}


def analysed(browser, contacts=CONTACTS, **typed):
    return browser.post("/network", files={"file": ("Connections.csv", contacts)}, data={**TYPED, **typed})


def kept(page: str) -> dict[str, str]:
    return {
        name: unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    }


def test_an_export_shows_whom_to_ask_with_a_message_and_groups_for_the_gap(sampled):
    answer = analysed(sampled)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    page = unescape(answer.text)
    assert "too small for this goal" in page
    assert "Hi Sam," in page
    assert "Best wishes,\nAda" in page
    assert "Globex</strong>: nobody yet" in page
    assert 'class="card pick"' in page
    # Of people who were not asked, no more than the API says.
    assert "Jane Z." in page
    assert "Zanzibarova" not in re.sub(r'<input type="hidden"[^>]*>|href="data:[^"]*"', "", page)


def test_what_was_done_counts_and_can_be_saved_and_brought_along(sampled):
    first = analysed(sampled).text
    done = sampled.post(
        "/network", data={**kept(first), "did": "asked in:sam-lee"}, files={"file": ("", b"")}
    )
    assert done.status_code == 200
    saved = orjson.loads(b64decode(re.search(r"data:application/json;base64,([^\"]+)", done.text)[1]))
    assert saved["progress"]["in:sam-lee"]["state"] == "pending"
    again = sampled.post(
        "/network",
        data=TYPED,
        files={"file": ("Connections.csv", CONTACTS), "progress": ("p.json", orjson.dumps(saved))},
    )
    assert again.status_code == 200
    assert "Hi Sam," not in unescape(again.text)


def test_who_was_met_at_an_evening_is_a_contact_from_then_on(sampled):
    first = analysed(sampled).text
    did = {"did": "went now", "went_to": "PyData", "met": "Kim Ng", "met_company": "Globex"}
    done = sampled.post("/network", data={**kept(first), **did}, files={"file": ("", b"")})
    progress = orjson.loads(kept(done.text)["progress"])
    assert any(each.get("name") == "Kim Ng" for each in progress.values() if isinstance(each, dict))


@pytest.mark.parametrize(
    ("contacts", "typed", "words"),
    [
        ("", {}, "Choose the file of your contacts first"),
        ("nothing,that\nis,known\n", {}, ""),
        (CONTACTS, {"fields": "qwertyzz"}, "qwertyzz"),
        (CONTACTS, {"fields": "", "companies": ""}, ""),
        (CONTACTS, {"city": "Xyzzyville"}, "Xyzzyville"),
    ],
)
def test_what_is_wrong_is_told_above_the_form_with_what_was_typed(browser, contacts, typed, words):
    answer = analysed(browser, contacts, **typed)
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert words.casefold() in page.casefold()
    assert 'value="Ada"' in page


def test_nothing_of_an_upload_reaches_database_or_log(sampled, database, caplog):
    analysed(sampled)
    assert "Zanzibarova" not in caplog.text
    with database.read() as connection:
        for table in ("audit_entry", "meta", "suggestion", "subscription"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert "Zanzibarova" not in str(rows)


def test_hostile_names_stay_text(browser):
    name = '"><script>alert(1)</script>'
    answer = analysed(browser, CONTACTS.replace("Jane", f'"{name.replace(chr(34), chr(34) * 2)}"'), name=name)
    assert "<script>" not in answer.text
