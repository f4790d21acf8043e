"""A reader that hangs, eats memory or dies ends as a named error, and the next payload is read all the same."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapers.parser_pool import ParseError, ParserPool, read_payload
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading

CONTEXT = ReadContext(source="s", now=datetime(2026, 11, 23, tzinfo=UTC))


def payload(body: bytes) -> Payload:
    return Payload("https://example.org/x.ics", body)


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[ParserPool]:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    # Longer than a busy machine takes; the test of the limit waits for a shorter one.
    opened = ParserPool(processes=2, seconds=120.0, memory_bytes=800_000_000, reader="bad_readers:read")
    opened.read("any", payload(b""), CONTEXT)
    yield opened
    opened.close()


@pytest.mark.skipif(sys.platform == "darwin", reason="left out: macOS has no limit on address space")
def test_a_reader_that_eats_memory_is_ended(pool):
    with pytest.raises(ParseError) as caught:
        pool.read("any", payload(b"eat"), CONTEXT)
    assert caught.value.outcome == "parser_died"
    assert pool.read("any", payload(b""), CONTEXT).format == "fine"


def test_a_reader_that_hangs_is_ended(pool, monkeypatch):
    monkeypatch.setattr(pool, "_seconds", 1.0)
    with pytest.raises(ParseError) as caught:
        pool.read("any", payload(b"hang"), CONTEXT)
    assert caught.value.outcome == "parser_timeout"
    monkeypatch.setattr(pool, "_seconds", 120.0)
    assert pool.read("any", payload(b""), CONTEXT).format == "fine"


def test_a_reader_that_dies_is_replaced(pool):
    with pytest.raises(ParseError) as caught:
        pool.read("any", payload(b"die"), CONTEXT)
    assert caught.value.outcome == "parser_died"
    assert pool.read("any", payload(b""), CONTEXT).format == "fine"


def test_a_fault_of_a_reader_is_named_without_what_it_read(pool):
    with pytest.raises(ParseError) as caught:
        pool.read("any", payload(b"raise"), CONTEXT)
    assert caught.value.outcome == "parser_failed"
    assert "ValueError" in caught.value.detail
    assert "secret" not in caught.value.detail


def test_many_threads_share_the_processes(pool):
    readings: list[Reading] = []
    threads = [
        threading.Thread(target=lambda: readings.append(pool.read("any", payload(b""), CONTEXT)))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(readings) == 12
    assert len({reading.items_seen for reading in readings}) <= 2


def test_a_calendar_is_read_as_it_is_in_this_process():
    body = (
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T180000Z\r\nSUMMARY:Talk\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    opened = ParserPool(processes=1)
    try:
        assert opened.read("ical", payload(body), CONTEXT) == read_payload("ical", payload(body), CONTEXT)
        with pytest.raises(ParseError):
            opened.read("no such platform", payload(body), CONTEXT)
    finally:
        opened.close()
