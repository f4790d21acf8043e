"""Feeds in, records out: an entry is an event where it says when, and XML cannot hurt."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.formats import feed, jsonfeed
from scrapers.formats.feeddates import feed_moment
from scrapers.formats.text import paragraphs
from scrapers.formats.xmltree import RefusedError, parse
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading
from tests.steps import at_most

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ITEM = (
    "<item><title>Good</title><link>https://example.org/g</link>"
    "<ev:startdate>2027-01-01T18:00:00Z</ev:startdate></item>"
)


def read(
    items: str, *, head: str = "", root: str = "rss", encoding: str = "utf-8", **settings: object
) -> Reading:
    body = f"{head}<{root}><channel><title>t</title>{items}</channel></{root}>".encode(
        encoding, "surrogatepass"
    )
    context = ReadContext(**{"source": "test", "now": NOW, "timezone": "America/New_York", **settings})  # type: ignore[arg-type]
    return feed.read(Payload("https://example.org/feed", body), context)


def codes(reading: Reading) -> list[str]:
    return [warning.code for warning in reading.warnings]


@pytest.mark.parametrize(
    "dated",
    [
        "<ev:startdate>2027-01-01T18:00:00Z</ev:startdate>",
        "<xCal:dtstart>20270101T180000Z</xCal:dtstart>",
        "<xcal:dtstart>2027-01-01 18:00:00Z</xcal:dtstart>",
        "<bc:start_date>2027-01-01T18:00:00Z</bc:start_date>",
        "<s:localstart>2027-01-01T13:00:00-05:00</s:localstart>",
        "<x-trumba:localstart>2027-01-01T13:00:00</x-trumba:localstart>",
        "<mec:startDate>2027-01-01</mec:startDate><mec:startHour>1:00 pm</mec:startHour>",
        '<gd:when startTime="2027-01-01T18:00:00Z"/>',
        "<ev:startdate>Fri, 01 Jan 2027 13:00:00 EST</ev:startdate>",
        "<ev:startdate>Fri, 1 Jan 27 18:00 GMT</ev:startdate>",
    ],
)
def test_an_entry_that_says_when_in_any_vocabulary_is_an_event(dated: str) -> None:
    (event,) = read(f"<item><title>x</title>{dated}</item>").events
    assert event.start_date == datetime(2027, 1, 1, 18, tzinfo=UTC)


def test_the_day_of_publication_is_no_start_unless_the_caller_says_so() -> None:
    item = "<item><title>x</title><pubDate>Fri, 01 Jan 2027 18:00:00 GMT</pubDate></item>"
    reading = read(item)
    assert (reading.events, codes(reading), reading.items_seen) == ((), ["no_start"], 1)
    payload = Payload("x", f"<rss><channel>{item}</channel></rss>".encode())
    (event,) = feed.read(payload, ReadContext("t", NOW), start_elements=("pubDate",)).events
    assert event.start_date == datetime(2027, 1, 1, 18, tzinfo=UTC)


def test_a_bad_entry_costs_only_itself() -> None:
    reading = read("<item><title>x</title><ev:startdate>soon</ev:startdate></item><item/>" + ITEM)
    assert [event.name for event in reading.events] == ["Good"]
    assert codes(reading) == ["bad_start", "no_start"]
    assert reading.complete


def test_a_cut_feed_keeps_its_whole_entries_and_is_not_complete() -> None:
    body = f"<rss><channel>{ITEM}{ITEM.replace('Good', 'Cut').replace('</item>', '')}".encode()
    reading = feed.read(Payload("x", body), ReadContext("t", NOW))
    assert [event.name for event in reading.events] == ["Good"]
    assert not reading.complete


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE rss [<!ENTITY a "aaaa">]>',
        '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]>',
    ],
)
def test_a_document_that_declares_entities_is_refused(head: str) -> None:
    reading = read(ITEM, head=head)
    assert (reading.events, codes(reading), reading.complete) == ((), ["refused_xml"], False)


@pytest.mark.parametrize(
    "head",
    [
        '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss.dtd">',
        "\n\n PHP Warning: something\n<?xml version='1.0'?>",
        "\ufeff",
        "<!-- cached -->",
        '<?xml version="1.0" encoding="utf-7"?>',
        '<?xml version="1.0" encoding="x-unheard-of"?>',
    ],
)
def test_what_stands_before_the_feed_is_tolerated_and_never_fetched(head: str) -> None:
    assert [event.name for event in read(ITEM, head=head).events] == ["Good"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Tom & Jerry", "Tom & Jerry"),
        ("Caf&eacute;&nbsp;night", "Café night"),
        ("a\x00b\x07c", "abc"),
        ("<![CDATA[Q&A <b>now</b>]]>", "Q&A now"),
        ("1 &lt; 2", "1 < 2"),
    ],
)
def test_titles_are_read_as_people_wrote_them(title: str, expected: str) -> None:
    assert [event.name for event in read(ITEM.replace("Good", title)).events] == [expected]


def test_encodings_are_read_by_bom_header_and_declaration() -> None:
    item = ITEM.replace("Good", "Café")
    for head, encoding, media in (
        ('<?xml version="1.0" encoding="iso-8859-1"?>', "latin-1", None),
        ("", "latin-1", "application/rss+xml; charset=iso-8859-1"),
        ('<?xml version="1.0" encoding="utf-8"?>', "latin-1", None),
        ("\ufeff", "utf-16", None),
        ("", "utf-8", None),
    ):
        body = f"{head}<rss><channel>{item}</channel></rss>".encode(encoding)
        (event,) = feed.read(Payload("x", body, media), ReadContext("t", NOW)).events
        assert event.name == "Café"


def test_a_second_document_behind_the_first_takes_nothing_from_it() -> None:
    reading = read(ITEM, root="rss")
    body = f"<rss><channel>{ITEM}</channel></rss><rss/>".encode()
    assert feed.read(Payload("x", body), ReadContext("t", NOW)).events[0].name == reading.events[0].name


def test_nesting_ends_at_256_and_prefixes_hold_only_where_they_were_declared() -> None:
    with pytest.raises(RefusedError):
        parse(b"<a>" * 300)
    body = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content><div xmlns="http://www.w3.org/1999/xhtml"/>'
        b"</content></entry><entry/></feed>"
    )
    root = parse(body).root
    assert root is not None
    assert [child.tag for child in root] == ["entry", "entry"]


def test_places_are_read_from_their_parts() -> None:
    (event,) = read(
        ITEM.replace(
            "</item>",
            "<bc:location><bc:name>Branch</bc:name><bc:city>Boston</bc:city></bc:location>"
            "<geo:lat>42.3</geo:lat><geo:long>-71.1</geo:long></item>",
        )
    ).events
    assert event.location is not None
    assert (event.location.name, event.location.city, event.location.lat) == ("Branch", "Boston", 42.3)
    (swapped,) = read(ITEM.replace("</item>", "<georss:point>142 -71</georss:point></item>")).events
    assert swapped.location is None


def test_the_next_page_is_named_only_on_the_same_host() -> None:
    for href, expected in (("/feed?page=2", 1), ("http://127.0.0.1/x", 0), ("https://example.org/feed", 0)):
        assert len(read(f'<link rel="next" href="{href}"/>{ITEM}').next) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Thu, 01 Jan 2004 19:48:21 GMT", datetime(2004, 1, 1, 19, 48, 21, tzinfo=UTC)),
        ("Thu, 01 Jan 04 19:48:21 GMT", datetime(2004, 1, 1, 19, 48, 21, tzinfo=UTC)),
        ("01 Jan 2004 14:48:21 EST", datetime(2004, 1, 1, 19, 48, 21, tzinfo=UTC)),
        ("Thursday, 01 January 2004 20:48 +0100", datetime(2004, 1, 1, 19, 48, tzinfo=UTC)),
        ("Thu Jan  1 19:48:21 2004", datetime(2004, 1, 1, 19, 48, 21, tzinfo=UTC)),
        ("2003-12-31T10:14:55-08:00", datetime(2003, 12, 31, 18, 14, 55, tzinfo=UTC)),
        ("2003-12-31 10:14:55 Z", datetime(2003, 12, 31, 10, 14, 55, tzinfo=UTC)),
        ("2003-12-31 10:14:55.1234 +0000", datetime(2003, 12, 31, 10, 14, 55, tzinfo=UTC)),
        ("20031231T101455Z", datetime(2003, 12, 31, 10, 14, 55, tzinfo=UTC)),
        ("2003-365", date(2003, 12, 31)),
        ("31 Dec 2003", date(2003, 12, 31)),
        ("2003", None),
        ("2003-12", None),
        ("31/12/03", None),
        ("tomorrow", None),
        ("Thu, 32 Jan 2004 19:48:21 GMT", None),
    ],
)
def test_dates_of_feeds_are_read_where_they_have_one_meaning(written: str, expected: date | None) -> None:
    found = feed_moment(written, UTC)
    if isinstance(found, datetime):
        found = found.replace(microsecond=0)
    assert found == expected


def test_a_json_feed_without_event_dates_has_no_events() -> None:
    body = b'{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"title":"x","date_published":"2027-01-01"}]}'
    reading = jsonfeed.read(Payload("x", body), ReadContext("t", NOW))
    assert (reading.events, codes(reading)) == ((), ["no_start"])


XML = st.lists(
    st.sampled_from(
        [
            "<rss>",
            "<channel>",
            "<item>",
            "</item>",
            "<title>",
            "</title>",
            "a&b",
            "&eacute;",
            "<![CDATA[",
            "]]>",
            "<!--",
            "<?x?>",
            "<ev:startdate>2027-01-01",
            "</ev:startdate>",
            "<vevent>",
            "<icalendar>",
            "<vcalendar>",
            "<properties>",
            "<!DOCTYPE a>",
            '<link rel="next" href="//x">',
            "\x00",
            "�",
            " xmlns:a='b'",
            "<georss:point>1 NaN</georss:point>",
            "<x a='",
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=150)
@given(st.one_of(XML.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=200)))
def test_no_bytes_make_the_feed_reader_raise(body: bytes) -> None:
    assert isinstance(feed.read(Payload("https://example.org/", body), ReadContext("t", NOW)), Reading)


@settings(max_examples=150)
@given(st.text(max_size=90))
def test_no_text_makes_the_date_reader_raise(text: str) -> None:
    found = feed_moment(text, timezone(timedelta(hours=1)))
    assert found is None or isinstance(found, date)


def test_many_ampersands_are_mended_in_time() -> None:
    with at_most(calls=1_000_000):
        reading = read(ITEM.replace("Good", "&" * 200_000))
    assert len(reading.events) == 1


SIMPLE = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<br/>",
            "<br>",
            '<a href="https://x.example/?a=1&amp;b=2">',
            "</a>",
            "<b>",
            "</b>",
            "<li>",
        ]
    )
    | st.sampled_from(
        ["word", " ", "&amp;", "&eacute;", "&copy2", "1 > 0", "</div>", '<span class="a">', "&#8217;", "\n"]
    ),
    max_size=20,
).map("".join)


@given(SIMPLE)
def test_simple_markup_is_stripped_as_a_parser_strips_it(markup: str) -> None:
    # The comment makes the text one for the parser.
    assert paragraphs(f"<p>x</p>{markup}") == paragraphs(f"<p>x</p>{markup}<!-- -->")
