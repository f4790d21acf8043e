"""Every format reads back as what was put in, whatever people write into names and descriptions."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outputs import FORMATS
from app.outputs.table import COLUMNS, guarded

TOPIC = {"id": "nursing", "label": "Nursing & midwifery", "confidence": 0.9}
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def an_item(**members: Any) -> dict[str, Any]:
    """An event as the API shows it."""
    return {
        "id": "05ae6g2qsgbv2",
        "url": "https://example.org/1",
        "page": "https://nextcircle.test/events/05ae6g2qsgbv2",
        "name": "Python night",
        "description": "Bring a laptop; pizza, too.",
        "start_date": "2026-12-01T18:30:00-05:00",
        "end_date": "2026-12-01T20:30:00-05:00",
        "timezone": "America/New_York",
        "all_day": False,
        "event_status": "EventScheduled",
        "event_attendance_mode": "offline",
        "location": {
            "name": "The Hub", "address": "1 Main St", "city": "Boston", "region": "Massachusetts", "country": "US",
            "lat": 42.36, "lon": -71.06,
        },
        "distance_km": None,
        "distance_mi": None,
        "group": {"id": "05ae6g2qsgbv3", "name": "Boston Python", "url": None},
        "is_accessible_for_free": True,
        "price": None,
        "in_language": "en",
        "fields": [TOPIC],
        "interests": [],
        "purposes": [],
        "image": None,
        "sources": [
            {
                "platform": "meetup", "name": "Meetup: Boston", "url": "https://example.org/1", "last_seen": None,
                "attribution": "Meetup", "license": "CC-BY-4.0", "terms": "https://example.org/terms",
            }
        ],
        "sample": False,
        "updated_at": "2026-11-20T08:00:00+00:00",
        **members,
    }  # fmt: skip


def a_file(ending: str, *items: dict[str, Any], kind: str = "events") -> bytes:
    form = FORMATS[ending]
    return form.begin(kind) + form.between.join(form.item(each) for each in items) + form.end


def rows(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode(), newline="")))


def test_a_line_of_json_is_the_item():
    assert [json.loads(line) for line in a_file("jsonl", an_item(), an_item()).splitlines()] == [
        an_item()
    ] * 2


def test_a_row_has_every_column():
    [row] = rows(a_file("csv", an_item()))
    assert list(row) == list(COLUMNS["events"])
    assert row["location_lon"] == "-71.06"
    assert row["is_accessible_for_free"] == "true"
    assert (row["fields"], row["attributions"], row["licenses"]) == ("nursing", "Meetup", "CC-BY-4.0")


@given(ANY_TEXT)
def test_no_cell_is_a_formula_and_every_text_reads_back(name):
    [row] = rows(a_file("csv", an_item(name=name)))
    assert row["name"] == guarded(name)
    assert row["name"].removeprefix("'") == name.removeprefix("'") or row["name"] == name
    assert not row["name"].lstrip().startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "=cmd|' /C calc'!A0"]
)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(name):
    assert rows(a_file("csv", an_item(name=name)))[0]["name"].startswith("'")


def read(raw: bytes) -> Any:
    return icalendar.Calendar.from_ical(raw).walk("VEVENT")[0]


def test_a_calendar_says_when_where_and_whom_to_name():
    event = read(a_file("ics", an_item()))
    assert event["UID"] == "05ae6g2qsgbv2@nextcircle"
    assert event.decoded("DTSTART") == datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    assert event.decoded("DTEND") == datetime(2026, 12, 2, 1, 30, tzinfo=UTC)
    assert str(event["LOCATION"]) == "The Hub, 1 Main St, Boston, US"
    assert "Source: Meetup (CC-BY-4.0, https://example.org/terms)" in str(event["DESCRIPTION"])
    assert event["STATUS"] == "CONFIRMED"


def test_days_end_the_day_after_in_a_calendar_and_what_is_cancelled_says_so():
    item = an_item(
        all_day=True,
        start_date="2026-12-01",
        end_date="2026-12-02",
        event_status="EventCancelled",
        location=None,
    )
    event = read(a_file("ics", item))
    assert event.decoded("DTSTART") == date(2026, 12, 1)
    assert event.decoded("DTEND") == date(2026, 12, 3)
    assert event["STATUS"] == "CANCELLED"
    assert "LOCATION" not in event


@given(ANY_TEXT, ANY_TEXT)
def test_no_text_breaks_out_of_its_line(name, description):
    raw = a_file("ics", an_item(name=name, description=description))
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert raw.replace(b"\r\n", b"").find(b"\r") == -1
    assert raw.replace(b"\r\n", b"").find(b"\n") == -1
    assert raw.split(b"\r\n").count(b"BEGIN:VEVENT") == 1
    raw.decode("utf-8")
    kept = "".join(
        each
        for each in name.replace("\r\n", "\n").replace("\r", "\n")
        if (ord(each) >= 32 and ord(each) != 127) or each in "\t\n"
    )
    unfolded = raw.replace(b"\r\n ", b"").decode()
    line = next(each for each in unfolded.split("\r\n") if each.startswith("SUMMARY:"))
    back = line.removeprefix("SUMMARY:")
    for escaped, plain in (("\\\\", "\0"), ("\\n", "\n"), ("\\,", ","), ("\\;", ";"), ("\0", "\\")):
        back = back.replace(escaped, plain)
    assert back == kept


def test_an_address_cannot_begin_another_line():
    raw = a_file("ics", an_item(url="https://example.org/\r\nATTENDEE:mailto:x@example.org"))
    assert b"\r\nATTENDEE" not in raw


def test_a_feature_has_a_point_and_one_without_a_place_has_none():
    document = json.loads(a_file("geojson", an_item(), an_item(location=None)))
    assert document["type"] == "FeatureCollection"
    there, nowhere = document["features"]
    assert there["geometry"] == {"type": "Point", "coordinates": [-71.06, 42.36]}
    assert nowhere["geometry"] is None
    assert there["properties"]["sources"][0]["attribution"] == "Meetup"
    assert json.loads(a_file("geojson"))["features"] == []
