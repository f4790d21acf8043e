"""iCalendar in, records out: what is read, what is dropped, and what never happens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.formats import ical
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading, ScrapedEvent, ScrapedPlace
from tests.steps import at_most

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def context(**settings: object) -> ReadContext:
    return ReadContext(**{"source": "test", "now": NOW, **settings})  # type: ignore[arg-type]


def read(body: str | bytes, **settings: object) -> Reading:
    return ical.read(Payload("a.ics", body.encode() if isinstance(body, str) else body), context(**settings))


def event(
    *lines: str, uid: str = "1", start: str = "DTSTART:20270101T180000Z", summary: str = "Python Night"
) -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", start, f"SUMMARY:{summary}", *lines, "END:VEVENT"])


def calendar(*events: str, head: tuple[str, ...] = ()) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *head, *events, "END:VCALENDAR", ""])


def only(*lines: str, head: tuple[str, ...] = (), **settings: object) -> ScrapedEvent:
    start = next((line for line in lines if line.startswith("DTSTART")), "DTSTART:20270101T180000Z")
    rest = tuple(line for line in lines if not line.startswith("DTSTART"))
    reading = read(calendar(event(*rest, start=start), head=head), **settings)
    assert len(reading.events) == 1, reading
    return reading.events[0]


def codes(reading: Reading) -> list[str]:
    return [warning.code for warning in reading.warnings]


# Text.


def test_folds_are_undone_before_characters_are_decoded() -> None:
    body = calendar(event(summary="Köln party")).encode()
    place = body.index("ö".encode()) + 1
    assert read(body[:place] + b"\r\n " + body[place:]).events[0].name == "Köln party"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_kind_of_line_end_is_read(end: str) -> None:
    assert read(calendar(event()).replace("\r\n", end)).events[0].name == "Python Night"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_marked_and_unmarked_unicode_is_decoded(encoding: str) -> None:
    assert read(calendar(event(summary="Köln")).encode(encoding)).events[0].name == "Köln"


def test_text_in_windows_1252_is_guessed_and_damaged_utf8_repaired() -> None:
    old = calendar(event(summary="Café")).encode("cp1252")
    assert read(old).events[0].name == "Café"
    damaged = calendar(event(summary="Köln X")).encode().replace(b"X", b"\xff")
    assert read(damaged).events[0].name == "Köln \ufffd"


def test_escapes_of_text_and_carets_of_parameters_are_undone() -> None:
    found = only(r"DESCRIPTION:one\, two\; three\\four\nfive\Nsix")
    assert found.description == "one, two; three\\four\nfive\nsix"
    assert ical.parameters_of('X="a^nb^^c^\'d";Y=z') == {"X": 'a\nb^c"d', "Y": "z"}


def test_names_lose_control_bidi_and_zero_width_characters_and_keep_emoji_families() -> None:
    found = read(calendar(event(summary="Py\u200bthon \u202egnp\u202c \x1b[31m \u00ad👩\u200d💻"))).events[0]
    assert found.name == "Python gnp [31m 👩\u200d💻"


def test_a_name_is_cut_and_html_in_descriptions_becomes_text() -> None:
    assert len(read(calendar(event(summary="A" * 90_000))).events[0].name) == 300
    found = only(
        "DESCRIPTION:<p>Hello <b>you</b></p><ul><li>one</li><li>two &amp; three</li></ul><script>x()</script>"
    )
    assert found.description == "Hello you\none\ntwo & three"


# Times.


def test_zoned_utc_and_floating_times_keep_the_offset_of_their_zone() -> None:
    zoned = only("DTSTART;TZID=Europe/Berlin:20270701T190000", "DTEND;TZID=Europe/Berlin:20270701T210000")
    assert zoned.start_date.isoformat() == "2027-07-01T19:00:00+02:00"
    assert zoned.timezone == "Europe/Berlin"
    assert only("DTSTART:20270701T190000Z").start_date.isoformat() == "2027-07-01T19:00:00+00:00"
    floating = only("DTSTART:20270701T190000", timezone="America/New_York")
    assert floating.start_date.isoformat() == "2027-07-01T19:00:00-04:00"
    named = only("DTSTART:20270701T190000", head=("X-WR-TIMEZONE:Asia/Tokyo",), timezone="America/New_York")
    assert named.timezone == "Asia/Tokyo"


def test_utc_in_a_calendar_with_a_zone_is_shown_in_that_zone() -> None:
    found = only("DTSTART:20270101T020000Z", head=("X-WR-TIMEZONE:America/New_York",))
    assert found.start_date.isoformat() == "2026-12-31T21:00:00-05:00"


@pytest.mark.parametrize(
    ("tzid", "zone"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Eastern Standard Time", "America/New_York"),
        ("europe/berlin", "Europe/Berlin"),
        ('"Europe/Berlin"', "Europe/Berlin"),
        ("/Europe/Stockholm", "Europe/Stockholm"),
        ("/mozilla.org/20050126_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("US/Eastern", "US/Eastern"),
    ],
)
def test_zone_names_of_all_makers_are_known(tzid: str, zone: str) -> None:
    assert only(f"DTSTART;TZID={tzid}:20270101T180000").timezone == zone


@pytest.mark.parametrize(
    "tzid",
    [
        "../../../../etc/passwd",
        "../Europe/Berlin",
        "Europe",
        "leapseconds",
        "__init__.py",
        "A" * 300,
        "Europe/Berlin\0",
        "tzone://Microsoft/Custom",
        r"(UTC+01:00) Amsterdam\, Berlin",
    ],
)
def test_an_unknown_zone_gives_the_source_zone_and_a_warning(tzid: str) -> None:
    reading = read(calendar(event(start=f"DTSTART;TZID={tzid}:20270101T180000")), timezone="America/New_York")
    assert reading.events[0].timezone == "America/New_York"
    assert codes(reading) == ["unknown_timezone"]


def vtimezone(tzid: str, *offsets: str) -> str:
    parts = [
        f"BEGIN:STANDARD\r\nTZOFFSETTO:{offset}\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD" for offset in offsets
    ]
    return "\r\n".join(["BEGIN:VTIMEZONE", f"TZID:{tzid}", *parts, "END:VTIMEZONE"])


def test_a_calendars_own_zone_counts_only_for_names_nobody_knows() -> None:
    lies = calendar(
        vtimezone("Europe/Berlin", "+9959"), event(start="DTSTART;TZID=Europe/Berlin:20270101T180000")
    )
    assert read(lies).events[0].start_date.utcoffset() == timedelta(hours=1)  # type: ignore[union-attr]
    own = calendar(vtimezone("Mine", "+0530"), event(start="DTSTART;TZID=Mine:20270101T180000"))
    assert read(own).events[0].start_date.isoformat() == "2027-01-01T18:00:00+05:30"
    mad = calendar(vtimezone("Mine", "+9959"), event(start="DTSTART;TZID=Mine:20270101T180000"))
    assert read(mad).events[0].start_date.isoformat() == "2027-01-01T18:00:00+00:00"


EXCHANGE_ZONE = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE""".replace("\n", "\r\n")


def test_a_zone_with_rules_of_its_own_has_a_summer() -> None:
    for day, offset in (("20270115", "+01:00"), ("20270615", "+02:00")):
        found = read(
            calendar(EXCHANGE_ZONE, event(start=f"DTSTART;TZID=Customized Time Zone:{day}T190000"))
        ).events[0]
        assert found.start_date.isoformat().endswith(f"T19:00:00{offset}")
        # It is the zone of tzdata with the same changes.
        assert found.timezone == "Europe/Berlin"


def test_rules_that_no_known_zone_has_are_followed() -> None:
    odd = EXCHANGE_ZONE.replace("BYMONTH=3", "BYMONTH=5")
    for day, offset in (("20270415", "+01:00"), ("20270615", "+02:00"), ("20271115", "+01:00")):
        found = read(calendar(odd, event(start=f"DTSTART;TZID=Customized Time Zone:{day}T190000"))).events[0]
        assert found.start_date.isoformat().endswith(f"T19:00:00{offset}")


@pytest.mark.parametrize(
    ("tzid", "offset"),
    [
        ("GMT+0530", "+05:30"),
        ("UTC-5", "-05:00"),
        ("+01:00", "+01:00"),
        ("America/New York", "-05:00"),
        ("W. Europe Standard Time 1", "+01:00"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "-05:00"),
        ("(UTC) Coordinated Universal Time", "+00:00"),
    ],
)
def test_names_of_zones_with_one_meaning_are_understood(tzid: str, offset: str) -> None:
    reading = read(calendar(event(start=f'DTSTART;TZID="{tzid}":20270101T180000')), timezone="Asia/Tokyo")
    assert reading.events[0].start_date.isoformat() == f"2027-01-01T18:00:00{offset}"
    assert codes(reading) == []


@pytest.mark.parametrize("value", ["20270401T180000+0200", "2027-04-01T18:00:00+02:00"])
def test_an_offset_that_is_written_into_a_value_is_kept(value: str) -> None:
    assert only(f"DTSTART:{value}").start_date.isoformat() == "2027-04-01T18:00:00+02:00"


@pytest.mark.parametrize(
    ("start", "excluded"),
    [
        ("DTSTART;TZID=Europe/Berlin:20270902T100000", "EXDATE:20270909T100000"),
        ("DTSTART:20270902T100000", "EXDATE:20270909T100000Z"),
    ],
)
def test_an_exception_has_the_clock_of_its_series(start: str, excluded: str) -> None:
    reading = read(
        calendar(event("RRULE:FREQ=WEEKLY;COUNT=3", excluded, start=start)), timezone="America/New_York"
    )
    assert [each.start_date.day for each in reading.events] == [2, 16]


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("Canceled: Monthly meetup", "EventCancelled"),
        ("[CANCELLED] Code night", "EventCancelled"),
        ("ABGESAGT - Treffen", "EventCancelled"),
        ("Rencontre - annulé", "EventCancelled"),
        ("Taller (cancelado)", "EventCancelled"),
        ("Postponed: Meetup", "EventPostponed"),
        ("Cancel culture: a debate", "EventScheduled"),
        ("How flights get cancelled and what to do", "EventScheduled"),
    ],
)
def test_a_title_that_says_so_cancels_its_event(title: str, status: str) -> None:
    assert read(calendar(event(summary=title))).events[0].event_status == status


def test_times_in_the_gap_count_with_the_offset_before_it_and_in_the_fold_with_the_first() -> None:
    # RFC 5545 3.3.5: 02:30 on that night is 03:30 EDT.
    gap = only("DTSTART;TZID=America/New_York:20270314T023000")
    assert gap.start_date.isoformat() == "2027-03-14T03:30:00-04:00"
    fold = only("DTSTART;TZID=America/New_York:20271107T013000")
    assert fold.start_date.isoformat() == "2027-11-07T01:30:00-04:00"


def test_all_day_events_end_on_their_last_day() -> None:
    assert only("DTSTART;VALUE=DATE:20270101", "DTEND;VALUE=DATE:20270104").end_date == date(2027, 1, 3)
    assert only("DTSTART;VALUE=DATE:20270101").end_date == date(2027, 1, 1)
    assert only("DTSTART;VALUE=DATE:20270101", "DURATION:P2D").end_date == date(2027, 1, 2)


def test_durations_are_read_and_impossible_ends_dropped() -> None:
    end = only("DURATION:PT1H30M").end_date
    assert end == datetime(2027, 1, 1, 19, 30, tzinfo=UTC)
    for line in (
        "DTEND:20260101T000000Z",
        "DURATION:-PT1H",
        "DURATION:P",
        "DURATION:P99999999W",
        "DTEND:soon",
    ):
        reading = read(calendar(event(line)))
        assert reading.events[0].end_date is None
        assert len(reading.warnings) == 1


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "00000101T000000Z",
        "99991231T235959Z",
        "100000101T000000Z",
        "20270132T000000Z",
        "20270101T250000Z",
        "20270101T235960Z",
        "20270229",
        "2027010",
        "²0270101",
        "20270101T240000",
    ],
)
def test_an_impossible_date_costs_one_event(value: str) -> None:
    reading = read(calendar(event(start=f"DTSTART:{value}", uid="x"), event(uid="good")))
    assert [found.uid for found in reading.events] == ["good"]
    assert codes(reading) in (["no_start"], ["bad_start"])
    assert reading.items_seen == 2


def test_a_missing_date_is_told_by_the_title() -> None:
    reading = read("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Some day\nEND:VEVENT\nEND:VCALENDAR")
    assert [(each.code, each.detail) for each in reading.warnings] == [("no_start", "Some day")]


# Properties.


def test_every_property_of_an_event_is_read_and_people_are_dropped() -> None:
    found = only(
        "SEQUENCE:3",
        "STATUS:CANCELLED",
        "LOCATION:Town Hall\\, Main St 1",
        "GEO:52.5;13.4",
        "URL:https://example.org/e",
        "CATEGORIES:Tech,Career\\, Work",
        "CATEGORIES:tech",
        "IMAGE;VALUE=URI;DISPLAY=BADGE:https://example.org/i.png",
        "ORGANIZER;CN=Jo Doe:mailto:jo@example.org",
        "ATTENDEE;CN=Max Mustermann:mailto:max@example.org",
        "CONTACT:Jo Doe",
        "X-ALT-DESC;FMTTYPE=text/html:<b>x</b>",
    )
    assert found.location == ScrapedPlace(name="Town Hall, Main St 1", lat=52.5, lon=13.4)
    assert (found.sequence, found.event_status) == (3, "EventCancelled")
    assert (found.url, found.image) == ("https://example.org/e", "https://example.org/i.png")
    assert found.keywords == ("Tech", "Career, Work")
    assert found.organizer is None
    assert "Doe" not in repr(found)
    assert "Mustermann" not in repr(found)


@pytest.mark.parametrize(
    "geo", ["NaN;NaN", "Infinity;1", "91;181", "1,5;2,5", "52.5", ";", "0;0", "1e308;1e308", "1;2;3"]
)
def test_impossible_coordinates_are_dropped(geo: str) -> None:
    assert only(f"GEO:{geo}").location is None


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://", "https://a/%0d%0aX", "data:x"]
)
def test_an_address_that_is_no_web_address_is_dropped(url: str) -> None:
    assert only(f"URL:{url}").url is None


@pytest.mark.parametrize(
    ("lines", "mode"),
    [
        (("LOCATION:https://zoom.us/j/123",), "online"),
        (("LOCATION:https://meet.example.org/room",), "online"),
        (("LOCATION:https://talks.example.org/b/ann-x3k-9wp",), "online"),
        (("LOCATION:https://example.org/events/python-night",), None),
        (("LOCATION:https://conf.example.org/2027",), None),
        (("LOCATION:Online event",), "online"),
        (("LOCATION:Zoom: https://us02web.zoom.us/j/1",), "online"),
        (("LOCATION:Room 5\\, Main St 1 / https://meet.google.com/abc",), "mixed"),
        (("CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://chat.example.org/x",), "online"),
        (("CONFERENCE;VALUE=URI:https://chat.example.org/x", "LOCATION:Town Hall"), "mixed"),
        (("X-GOOGLE-CONFERENCE:https://meet.google.com/x", "LOCATION:Town Hall"), None),
        (("LOCATION:Town Hall",), None),
        (("LOCATION:https://maps.app.goo.gl/x",), None),
        (("LOCATION:Online Street 5",), None),
        ((), None),
    ],
)
def test_online_follows_the_evidence_and_in_person_is_never_guessed(
    lines: tuple[str, ...], mode: str | None
) -> None:
    assert only(*lines).event_attendance_mode == mode


def test_a_calendar_of_cancellations_cancels() -> None:
    assert only(head=("METHOD:CANCEL",)).event_status == "EventCancelled"


def test_of_versions_the_highest_sequence_wins_and_of_equals_the_last() -> None:
    versions = [event(f"SEQUENCE:{n}", summary=name) for n, name in ((0, "a"), (5, "b"), (2, "c"))]
    assert [found.name for found in read(calendar(*versions)).events] == ["b"]
    assert [found.name for found in read(calendar(event(summary="a"), event(summary="b"))).events] == ["b"]


def test_dates_that_share_a_uid_are_told_apart() -> None:
    reading = read(calendar(event(), event(start="DTSTART:20270201T180000Z")))
    assert len({found.recurrence_id for found in reading.events}) == 2
    assert codes(reading) == ["uid_reused"]


def test_an_event_without_a_uid_gets_one_that_stays() -> None:
    first, second = (read(calendar(event(uid=""))).events[0].uid for _ in range(2))
    assert first == second


# Series.


def year(
    *lines: str, start: str = "DTSTART;TZID=America/New_York:20270225T190000", **settings: object
) -> Reading:
    span = (datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
    return read(calendar(event(*lines, start=start)), window=span, **settings)


def test_a_weekly_meeting_keeps_its_wall_clock_time_over_a_change() -> None:
    found = year("RRULE:FREQ=WEEKLY;COUNT=4").events
    assert [each.start_date.isoformat() for each in found] == [
        "2027-02-25T19:00:00-05:00",
        "2027-03-04T19:00:00-05:00",
        "2027-03-11T19:00:00-05:00",
        "2027-03-18T19:00:00-04:00",
    ]
    assert [each.recurrence_id for each in found] == [each.start_date.isoformat() for each in found]


def test_exclusions_of_any_type_are_tolerated() -> None:
    found = year(
        "RRULE:FREQ=WEEKLY;COUNT=5",
        "EXDATE;VALUE=DATE:20270304",
        "EXDATE:20270312T000000Z",
        "EXDATE:never,20270101T000000",
    )
    assert [each.start_date.day for each in found.events] == [25, 18, 25]
    assert codes(found) == ["bad_exdate"]


def test_extra_dates_and_periods_join_the_series() -> None:
    found = year("RDATE;VALUE=PERIOD:20270401T180000Z/PT3H", "RDATE:20270501T180000Z", "DURATION:PT1H").events
    lengths = [each.end_date - each.start_date for each in found]  # type: ignore[operator]
    assert lengths == [timedelta(hours=1), timedelta(hours=3), timedelta(hours=1)]


def test_a_moved_occurrence_replaces_the_scheduled_one() -> None:
    master = event("RRULE:FREQ=WEEKLY;COUNT=3")
    moved = event("RECURRENCE-ID:20270108T180000Z", start="DTSTART:20270109T100000Z", summary="Moved")
    found = sorted(read(calendar(moved, master)).events, key=lambda each: str(each.recurrence_id))
    assert [each.name for each in found] == ["Python Night", "Moved", "Python Night"]
    assert found[1].recurrence_id == "2027-01-08T18:00:00+00:00"
    assert found[1].start_date == datetime(2027, 1, 9, 10, tzinfo=UTC)


def test_this_and_future_moves_the_rest_of_a_series() -> None:
    master = event("RRULE:FREQ=WEEKLY;COUNT=4")
    turn = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20270108T180000Z",
        start="DTSTART:20270108T200000Z",
        summary="Later",
    )
    found = sorted(read(calendar(master, turn)).events, key=lambda each: str(each.start_date))
    assert [(each.name, each.start_date.hour) for each in found] == [  # type: ignore[union-attr]
        ("Python Night", 18),
        ("Later", 20),
        ("Later", 20),
        ("Later", 20),
    ]


def test_a_changed_occurrence_without_its_series_is_an_event() -> None:
    reading = read(calendar(event("RECURRENCE-ID:20270101T180000Z")))
    assert [each.recurrence_id for each in reading.events] == ["2027-01-01T18:00:00+00:00"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=FORTNIGHTLY",
        "",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_a_broken_rule_leaves_the_first_instance(rule: str) -> None:
    reading = read(calendar(event(f"RRULE:{rule}", start="DTSTART:20221205T210000Z")))
    assert len(reading.events) == 1
    assert codes(reading) == ["bad_rule"]


def test_a_flood_is_capped_told_and_makes_the_reading_incomplete() -> None:
    reading = year("RRULE:FREQ=MINUTELY", "EXRULE:FREQ=MINUTELY")
    assert len(reading.events) == 400
    assert codes(reading) == ["exrule_ignored", "instances_capped"]
    assert not reading.complete


def test_the_window_is_half_open_and_an_overlap_counts() -> None:
    lines = ("RRULE:FREQ=DAILY", "DURATION:PT2H")
    start = "DTSTART:20270101T180000Z"

    def in_window(begin: datetime, end: datetime) -> list[int]:
        found = read(
            calendar(event(*lines, start=start), event("DURATION:PT2H", uid="2")), window=(begin, end)
        )
        return [each.start_date.day for each in found.events]

    day = datetime(2027, 1, 1, tzinfo=UTC)
    assert in_window(day + timedelta(hours=19), day + timedelta(hours=42)) == [1, 1]
    assert in_window(day + timedelta(hours=20), day + timedelta(hours=42, minutes=1)) == [2]
    assert in_window(day + timedelta(hours=17), day + timedelta(hours=18)) == []


def test_by_default_old_single_events_stay_and_series_begin_today() -> None:
    reading = read(
        calendar(
            event(uid="old", start="DTSTART:20010101T180000Z"),
            event("RRULE:FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=22,23", start="DTSTART:20010101T180000Z"),
        )
    )
    assert [each.start_date.year for each in reading.events] == [2001, 2026, 2027, 2027]


def test_until_of_any_kind_ends_a_series() -> None:
    for until in ("20270311T235959", "20270312T050000Z", "20270311"):
        assert len(year(f"RRULE:FREQ=WEEKLY;UNTIL={until}").events) == 3
    days = year("RRULE:FREQ=DAILY;UNTIL=20270103T120000Z", start="DTSTART;VALUE=DATE:20270101").events
    assert [each.start_date for each in days] == [date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3)]


# Structure.


def test_a_cut_file_keeps_its_whole_events_and_says_that_it_is_cut() -> None:
    body = calendar(event(uid="whole"), event(uid="cut"))
    reading = read(body[: body.rindex("SUMMARY") + 12])
    assert [found.uid for found in reading.events] == ["whole"]
    assert not reading.complete
    assert codes(reading) == ["truncated"]


def test_several_calendars_alarms_and_unknown_components_are_no_obstacle() -> None:
    alarm = "BEGIN:VALARM\r\nSUMMARY:alarm\r\nREPEAT:2147483647\r\nEND:VALARM"
    body = calendar(event(alarm, "LOCATION:Hall")) + calendar(
        "BEGIN:VTODO\r\nSUMMARY:x\r\nEND:VTODO", event(uid="2")
    )
    reading = read(body)
    assert [(found.uid, found.name) for found in reading.events] == [
        ("1", "Python Night"),
        ("2", "Python Night"),
    ]
    assert reading.events[0].location == ScrapedPlace(name="Hall")


def test_a_lost_end_costs_no_other_event() -> None:
    body = calendar(event(uid="1").removesuffix("END:VEVENT") + "X-A:1", event(uid="2"))
    assert [found.uid for found in read(body).events] == ["1", "2"]


def test_nesting_ends_at_eight_levels_and_the_rest_is_read() -> None:
    deep = "BEGIN:X\r\n" * 3_000 + "END:X\r\n" * 3_000
    reading = read(calendar(event(deep.strip()), event(uid="2")))
    assert len(reading.events) == 2
    assert codes(reading) == ["nested_too_deep"]


@pytest.mark.parametrize("body", [b"", b"\xef\xbb\xbf", b"<!doctype html><title>Sign in</title>", b"\0\0\0"])
def test_what_is_no_calendar_is_told(body: bytes) -> None:
    reading = read(body)
    assert codes(reading) == ["not_ical"]
    assert not reading.complete


def test_events_are_capped() -> None:
    reading = read(calendar(*(event(uid=str(n)) for n in range(10))), max_events=3)
    assert len(reading.events) == 3
    assert not reading.complete


def test_warnings_do_not_flood() -> None:
    reading = read(calendar(*("no property" for _ in range(5_000)), event()))
    assert len(reading.warnings) == 51
    assert reading.warnings[-1].detail == "and 4950 more"


@pytest.mark.parametrize(
    "hostile",
    [
        "SUMMARY;X=" + '"a;b=:c,' * 20_001 + ":x",
        "SUMMARY;" + ";".join(f"P{n}=v" for n in range(20_000)) + ":x",
        "SUMMARY:" + "\r\n x" * 60_000,
        "RDATE:" + ",".join(["20270101T180000Z"] * 20_000),
        "CATEGORIES:" + "a," * 100_000,
        "DESCRIPTION:" + "<script>" * 20_000,
        "DESCRIPTION:" + "&lt;" * 50_000,
        "LOCATION:" + "https://" * 20_000,
        "LOCATION:" + "online " * 20_000,
    ],
)
def test_hostile_lines_cost_little_time(hostile: str) -> None:
    with at_most(calls=1_000_000):
        reading = read(calendar(event(hostile), event(uid="good")))
    assert "good" in {found.uid for found in reading.events}


LINES = st.one_of(
    st.sampled_from(
        [
            "BEGIN:VCALENDAR",
            "END:VCALENDAR",
            "BEGIN:VEVENT",
            "END:VEVENT",
            "BEGIN:VALARM",
            "END:VALARM",
            "UID:1",
            "UID:2",
            "SEQUENCE:x",
            "DTSTART:20270101T180000Z",
            "DTSTART;VALUE=DATE:20270101",
            "DTSTART;TZID=Europe/Berlin:20270328T023000",
            "DTSTART:00010101T000000",
            "DTSTART;TZID=Asia/Tokyo:00010101T000000",
            "DTEND:99981231T235959",
            "DURATION:P1W",
            "RRULE:FREQ=DAILY",
            "RRULE:FREQ=YEARLY;COUNT=3",
            "RDATE:20270105T180000Z",
            "EXDATE;VALUE=DATE:20270102",
            "RECURRENCE-ID:20270102T180000Z",
            "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20270102",
            "SUMMARY:x",
            "GEO:1;2",
            "LOCATION:x",
            "URL:https://[",
            "RECURRENCE-ID:x",
            "X-WR-TIMEZONE:Asia/Tokyo",
            "TZID:x",
            "BEGIN:VTIMEZONE",
            "END:VTIMEZONE",
            "BEGIN:STANDARD",
            "TZOFFSETTO:+0100",
            "END:STANDARD",
        ]
    ),
    st.text(max_size=20),
    st.builds(
        "{}:{}".format, st.sampled_from(["RRULE", "DTSTART", "DURATION", "SUMMARY;A"]), st.text(max_size=20)
    ),
)


@settings(max_examples=400)
@given(
    st.lists(LINES, max_size=40), st.sampled_from([None, (None, None), (datetime(1, 1, 1, tzinfo=UTC), NOW)])
)
def test_no_sequence_of_lines_raises(
    lines: list[str], window: tuple[datetime | None, datetime | None] | None
) -> None:
    read("\n".join(lines), window=window, timezone="Asia/Tokyo")


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_no_bytes_raise(body: bytes) -> None:
    read(body)
    read(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270101\nSUMMARY:" + body + b"\nEND:VEVENT\nEND:VCALENDAR")


@pytest.mark.parametrize(
    ("summary", "encoding", "content_type"),
    [
        ("Встреча программистов", "cp1251", "text/calendar; charset=windows-1251"),
        ("程序员聚会", "gb18030", 'text/calendar; charset="GB2312"'),
        ("Spotkanie programistów w Łodzi", "iso8859-2", "text/calendar;charset=iso-8859-2"),
        # What is valid UTF-8 is UTF-8, whatever the header says.
        ("Rencontre à Orléans", "utf-8", "text/calendar; charset=iso-8859-1"),
        # A header that names nothing known, or UTF-7, is not heard.
        ("Rencontre à Orléans", "cp1252", "text/calendar; charset=utf-7"),
        ("Rencontre à Orléans", "cp1252", None),
    ],
)
def test_a_calendar_that_is_not_utf_8_is_read_by_its_content_type(summary, encoding, content_type):
    body = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{event(summary=summary)}\r\nEND:VCALENDAR\r\n".encode(encoding)
    reading = ical.read(Payload("a.ics", body, content_type), context())
    assert [each.name for each in reading.events] == [summary]
