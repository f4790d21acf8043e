"""What is stored of listings: one event for one real thing, nothing lost, nothing twice."""

from __future__ import annotations

import contextlib
import random
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db import Database
from app.ingest.matching.events import same
from app.ingest.pipeline import PIECE, ingest, prepare
from app.ingest.store import Missing, events, remove_samples, renumber, retire, store
from app.ingest.store.reindex import reindex
from app.listings.items import item
from scrapers.records import ScrapedOrganizer
from tests.app.conftest import a_group, an_event


def rows(database: Database, sql: str, **parameters):
    with database.read() as connection:
        return connection.execute(text(sql), parameters).all()


def one(database: Database, sql: str, **parameters):
    return rows(database, sql, **parameters)[0][0]


def test_an_event_is_stored_with_its_place_its_topics_and_its_group(database, source, now):
    ingest(database, [(source(), an_event())], now)
    [event] = rows(database, "SELECT * FROM event")
    assert (event.name, event.city, event.country) == ("Python project night", "Boston", "US")
    assert event.local_minute == 18 * 60 + 30
    assert event.local_weekday == 4
    assert "software-engineering" in event.topics
    assert one(database, "SELECT name FROM meetup_group WHERE id = :id", id=event.group_id) == "Boston Python"
    assert one(database, "SELECT COUNT(*) FROM event_topic") > 0


def test_the_same_listing_again_writes_no_event_row(database, source, now):
    ref = source()
    ingest(database, [(ref, an_event())], now)
    before = rows(database, "SELECT * FROM event")
    counts, _ = ingest(database, [(ref, an_event())], now + timedelta(days=1))
    assert counts.event_rows == 0
    assert counts.unchanged == 2
    assert rows(database, "SELECT * FROM event") == before


def test_a_changed_listing_changes_its_event_and_keeps_its_id(database, source, now):
    ref = source()
    ingest(database, [(ref, an_event())], now)
    before = one(database, "SELECT id FROM event")
    later = an_event(start_date=datetime.fromisoformat("2026-12-10T19:00:00-05:00"))
    counts, _ = ingest(database, [(ref, later)], now)
    assert counts.updated == 1
    [event] = rows(database, "SELECT * FROM event")
    assert event.id == before
    assert datetime.fromtimestamp(event.start_at, now.tzinfo) == later.start_date
    assert one(database, "SELECT COUNT(DISTINCT start_at) FROM event_topic") == 1


def test_two_sources_of_one_event_are_two_listings_of_it(database, source, now):
    one_source, other = source("meetup", "one"), source("page", "other")
    ingest(database, [(one_source, an_event())], now)
    same = an_event(platform="page", uid="x", url="https://meetup.com/boston-python/events/1?utm_source=x")
    counts, _ = ingest(database, [(other, same)], now)
    assert counts.attached >= 1
    assert one(database, "SELECT COUNT(*) FROM event") == 1
    assert one(database, "SELECT COUNT(*) FROM listing WHERE kind = 'e'") == 2


def test_two_sources_in_one_batch_are_one_event_as_well(database, source, now):
    one_source, other = source("meetup", "one"), source("page", "other")
    ingest(database, [(one_source, an_event()), (other, an_event(platform="page", uid="x"))], now)
    assert one(database, "SELECT COUNT(*) FROM event") == 1
    assert one(database, "SELECT COUNT(*) FROM listing WHERE kind = 'e'") == 2


def test_another_event_at_the_same_address_and_time_stays_apart(database, source, now):
    ref = source()
    ingest(database, [(ref, an_event()), (ref, an_event(uid="2", name="Knitting for beginners"))], now)
    assert one(database, "SELECT COUNT(*) FROM event") == 2


def test_what_the_best_source_lacks_comes_from_the_next_one(database, source, now):
    calendar, page = source("meetup", "calendar"), source("page", "page")
    ingest(database, [(calendar, an_event(description=None, image=None))], now)
    rich = an_event(platform="page", uid="p", image="https://img.example/x.png", description="From the page")
    ingest(database, [(page, rich)], now)
    [event] = rows(database, "SELECT * FROM event")
    assert event.description == "From the page"
    assert event.image == "https://img.example/x.png"


def test_a_group_on_its_page_and_in_its_calendar_is_one_group(database, source, now):
    page, calendar = source("meetup", "page"), source("meetup", "calendar")
    ingest(database, [(calendar, an_event())], now)
    ingest(database, [(page, a_group(uid="other-id"))], now)
    [group] = rows(database, "SELECT * FROM meetup_group")
    assert group.members == 1200
    assert one(database, "SELECT COUNT(*) FROM listing WHERE kind = 'g'") == 2


def test_a_group_knows_its_latest_event(database, source, now):
    ref = source()
    late = an_event(uid="2", url=None, start_date=datetime.fromisoformat("2027-01-07T18:30:00-05:00"))
    ingest(database, [(ref, an_event()), (ref, late)], now)
    latest = one(database, "SELECT latest_event_at FROM meetup_group")
    assert datetime.fromtimestamp(latest, now.tzinfo) == late.start_date


def listed(ref, count: int, first: int = 0):
    start = datetime.fromisoformat("2026-12-01T18:00:00-05:00")
    return [
        an_event(uid=str(n), name=f"Evening {n}", url=None, start_date=start + timedelta(days=n))
        for n in range(first, first + count)
    ]


def retired(database: Database, ref, records, now, *, full=False) -> Missing:
    with database.write() as connection:
        seen = {item(ref, record).listing_id for record in records}
        return retire(connection, ref.id, seen, now, empty=not records, full=full)


def live(database: Database) -> int:
    return one(database, "SELECT COUNT(*) FROM event WHERE removed_at IS NULL")


def test_a_vanished_event_gets_a_tombstone_and_comes_back_with_its_id(database, source, now):
    ref = source()
    records = listed(ref, 10)
    ingest(database, [(ref, record) for record in records], now)
    assert retired(database, ref, [records[0], *records[2:]], now) == Missing(1)
    gone = rows(database, "SELECT id FROM event WHERE removed_at IS NOT NULL")
    assert len(gone) == 1
    assert one(database, "SELECT COUNT(*) FROM event_topic WHERE event_id = :id", id=gone[0].id) == 0
    ingest(database, [(ref, records[1])], now)
    assert one(database, "SELECT removed_at FROM event WHERE id = :id", id=gone[0].id) is None


def test_three_vanished_events_are_believed_at_once_however_few_there_are(database, source, now):
    ref = source()
    records = listed(ref, 4)
    ingest(database, [(ref, record) for record in records], now)
    assert retired(database, ref, records[3:], now) == Missing(3)
    assert live(database) == 1


def test_many_vanished_events_go_when_a_second_answer_six_hours_later_lacks_them_too(database, source, now):
    ref = source()
    records = listed(ref, 10)
    ingest(database, [(ref, record) for record in records], now)
    left = [*records[:3], records[9]]
    assert retired(database, ref, left, now) == Missing(0, 6, many=True)
    assert retired(database, ref, left, now + timedelta(hours=5, minutes=59)) == Missing(0, 6, many=True)
    # One is back, and would have to be missing anew.
    assert retired(database, ref, [*left, records[5]], now + timedelta(hours=6)) == Missing(5, 0, many=True)
    assert live(database) == 5
    assert retired(database, ref, left, now + timedelta(hours=7)) == Missing(1)


def test_all_events_go_when_a_second_answer_without_any_comes_a_day_later(database, source, now):
    ref = source()
    records = listed(ref, 2)
    ingest(database, [(ref, record) for record in records], now)
    assert retired(database, ref, [], now) == Missing(0, 2, many=True)
    assert retired(database, ref, [], now + timedelta(hours=23)) == Missing(0, 2, many=True)
    assert retired(database, ref, [], now + timedelta(hours=24)) == Missing(2, 0, many=True)
    assert live(database) == 0


def test_the_last_event_of_a_feed_goes_when_a_second_answer_lacks_it_too(database, source, now):
    ref = source()
    records = listed(ref, 3)
    ingest(database, [(ref, record) for record in records], now)
    assert retired(database, ref, records[:2], now) == Missing(0, 1)
    assert retired(database, ref, records[:2], now + timedelta(hours=1)) == Missing(1)


def test_what_lies_after_the_last_one_of_a_feed_that_is_as_long_as_ever_is_not_missed(database, source, now):
    ref = source()
    records = listed(ref, 10)
    ingest(database, [(ref, record) for record in records], now)
    for hours in (0, 24, 48):
        assert retired(database, ref, records[:8], now + timedelta(hours=hours), full=True) == Missing()


def test_an_event_that_another_source_still_lists_stays(database, source, now):
    one_source, other = source("meetup", "one"), source("page", "other")
    records = [replace(record, url=f"https://example.org/{record.uid}") for record in listed(one_source, 10)]
    ingest(database, [(one_source, record) for record in records], now)
    ingest(database, [(other, replace(record, platform="page")) for record in records], now)
    assert retired(database, one_source, [*records[:4], *records[5:]], now) == Missing(1)
    assert one(database, "SELECT COUNT(*) FROM event WHERE removed_at IS NOT NULL") == 0


def test_samples_go_in_the_transaction_that_stores_the_first_real_event(database, source, now):
    sample = replace(source("ical", "sample"), sample=True)
    with database.write() as connection:
        connection.execute(text("UPDATE source SET origin = 'sample'"))
    ingest(database, [(sample, an_event(uid="s", url=None))], now)
    assert one(database, "SELECT COUNT(*) FROM event WHERE sample") == 1
    ingest(database, [(source("meetup", "real"), an_event())], now)
    assert one(database, "SELECT COUNT(*) FROM event") == 1
    assert one(database, "SELECT COUNT(*) FROM meetup_group") == 1
    assert one(database, "SELECT COUNT(*) FROM source WHERE origin = 'sample'") == 0


def test_removing_samples_where_there_are_none_does_nothing(database, source, now):
    ingest(database, [(source(), an_event())], now)
    with database.write() as connection:
        remove_samples(connection)
    assert one(database, "SELECT COUNT(*) FROM event") == 1


def test_a_failure_in_the_middle_leaves_everything_as_it_was(database, source, now):
    ref = source()
    ingest(database, [(ref, an_event())], now)
    other = item(ref, an_event(uid="2", url=None, name="Another evening"))
    with pytest.raises(ZeroDivisionError):
        _store_and_fail(database, other, now)
    assert one(database, "SELECT COUNT(*) FROM event") == 1


def _store_and_fail(database: Database, each, now) -> None:
    with database.write() as connection:
        store(connection, [each], now)
        raise ZeroDivisionError


def test_text_that_databases_refuse_is_cleaned_before(database, source, now):
    hostile = an_event(name="Nul\0 and\ud800 surrogate", description="\x1b[31m\u202eevil", uid="a\0b")
    _, rejected = ingest(database, [(source(), hostile)], now)
    assert rejected == []
    assert one(database, "SELECT name FROM event") == "Nul and surrogate"


def test_an_id_that_another_process_took_in_the_same_moment_costs_a_second_try_and_no_event(
    database, source, now, monkeypatch
):
    ref = source()
    ingest(database, [(ref, an_event())], now)
    [(taken,)] = rows(database, "SELECT id FROM event")
    ours, tries = events.new_ids, []

    def at_first_taken(moment, count):
        tries.append(count)
        return iter(range(taken, taken + count)) if len(tries) == 1 else ours(moment, count)

    monkeypatch.setattr(events, "new_ids", at_first_taken)
    later = an_event(uid="other", name="Rust evening", url="https://example.org/rust")
    counts, _ = ingest(database, [(ref, later)], now)
    assert len(tries) == 2
    assert counts.inserted == 1
    assert {each.name for each in rows(database, "SELECT name FROM event")} == {
        "Python project night",
        "Rust evening",
    }


def texts(database: Database) -> dict[int, set[str]]:
    """The terms that the text index holds, by event."""
    with database.read() as connection:
        if database.is_sqlite:
            query = "SELECT x.event_id, v.term FROM event_text_vocabulary v JOIN event_text x ON x.document = v.doc"
            with contextlib.suppress(DBAPIError):
                connection.exec_driver_sql(
                    "CREATE VIRTUAL TABLE temp.event_text_vocabulary USING fts5vocab(main, event_text_terms, instance)"
                )
        else:
            query = "SELECT event_id, unnest(tsvector_to_array(terms)) AS term FROM event_text"
        found: dict[int, set[str]] = defaultdict(set)
        for event_id, term in connection.execute(text(query)):
            found[event_id].add(term)
        return dict(found)


def assert_index_is_as_made_anew(database: Database) -> None:
    before = texts(database)
    assert before or not one(
        database, "SELECT COUNT(*) FROM event WHERE removed_at IS NULL AND merged_into IS NULL"
    )
    with database.write() as connection:
        reindex(connection)
    assert before == texts(database)


@pytest.mark.parametrize("seed", range(6))
def test_the_index_is_what_would_be_made_anew_after_groups_were_joined_and_renamed(
    database, source, now, seed
):
    chance = random.Random(seed)
    refs = [source("meetup", "one"), source("page", "two"), source("ical", "three")]
    names = ["Python Boston", "Boston Python", "Boston Python User Group", "PyBoston"]
    for step in range(8):
        ref = chance.choice(refs)
        number = chance.randrange(4)
        url = f"https://www.meetup.com/python-{number}"
        organizer = ScrapedOrganizer(uid=f"o{number}", name=chance.choice(names), url=url)
        start = datetime.fromisoformat("2026-12-01T18:00:00-05:00") + timedelta(days=chance.randrange(6))
        event = an_event(
            platform=ref.platform,
            uid=f"{ref.name}{chance.randrange(5)}",
            url=f"https://example.org/{chance.randrange(4)}",
            name=f"Evening {chance.randrange(3)}",
            start_date=start,
            end_date=None,
            organizer=organizer,
        )
        ingest(database, [(ref, event)], now + timedelta(minutes=step))
        assert_index_is_as_made_anew(database)


def test_a_group_that_is_known_as_an_organiser_is_renamed_with_it_and_leaves_with_its_last_event(
    database, source, now
):
    ref = source()
    first = an_event(organizer=ScrapedOrganizer(uid="o", name="Old name", url="https://www.meetup.com/o"))
    ingest(database, [(ref, first)], now)
    renamed = replace(first, organizer=replace(first.organizer, name="New name"))
    ingest(database, [(ref, renamed)], now)
    assert one(database, "SELECT name FROM meetup_group WHERE removed_at IS NULL") == "New name"
    assert_index_is_as_made_anew(database)
    retired(database, ref, [], now)
    assert retired(database, ref, [], now + timedelta(days=1)).retired == 1
    assert one(database, "SELECT COUNT(*) FROM meetup_group WHERE removed_at IS NULL") == 0
    ingest(database, [(ref, renamed)], now + timedelta(days=2))
    assert one(database, "SELECT name FROM meetup_group WHERE removed_at IS NULL") == "New name"
    assert_index_is_as_made_anew(database)


def test_a_group_that_its_source_lists_stays_without_events_however_little_is_said_of_it(
    database, source, now
):
    ref = source()
    event = an_event(organizer=ScrapedOrganizer(uid="o", name="A group", url="https://www.meetup.com/o"))
    group = a_group(
        uid="o", name="A group", url="https://www.meetup.com/o", description=None, image=None, members=None
    )
    ingest(database, [(ref, event), (ref, group)], now)
    with database.write() as connection:
        for hours in (0, 24):
            later = now + timedelta(hours=hours)
            retire(connection, ref.id, {item(ref, group).listing_id}, later, empty=True, full=False)
    assert live(database) == 0
    assert one(database, "SELECT COUNT(*) FROM meetup_group WHERE removed_at IS NULL") == 1


@pytest.mark.parametrize(
    ("address", "renumbered"), [("https://club.example/2", 0), ("https://club.example/1", 1), (None, 1)]
)
def test_only_what_has_no_other_address_is_taken_for_the_same_event_under_a_new_uid(
    database, source, now, address, renumbered
):
    ref = source("ical", "one")
    known = an_event(platform="ical", url="https://club.example/1")
    ingest(database, [(ref, known)], now)
    [other], _ = prepare([(ref, replace(known, uid="another", url=address, organizer=None))], now)
    with database.write() as connection:
        assert renumber(connection, ref.id, [other], now) == renumbered


def test_a_later_copy_of_equal_rank_takes_over_neither_words_nor_address_nor_status(database, source, now):
    first, copy = source("ical", "first"), source("ical", "copy")
    event = an_event(platform="ical", url="https://club.example/1", description="Ours")
    ingest(database, [(first, event)], now)
    for number in range(20):
        forged = replace(
            event,
            uid=f"forged{number}",
            url=f"https://elsewhere.example/{number}",
            description="Theirs",
            event_status="EventCancelled",
        )
        ingest(database, [(copy, forged)], now + timedelta(hours=1))
    stored = rows(database, "SELECT * FROM event WHERE removed_at IS NULL AND description = 'Ours'")
    assert [(each.url, each.event_status) for each in stored] == [
        ("https://club.example/1", "EventScheduled")
    ]


def test_a_better_source_leads_with_its_words_and_leaves_the_address_where_it_was(database, source, now):
    page, calendar = source("page", "page"), source("meetup", "calendar")
    seen_first = an_event(platform="page", uid="p", url="https://club.example/1", description="From the page")
    ingest(database, [(page, seen_first)], now)
    ingest(database, [(calendar, an_event(description="From the calendar"))], now + timedelta(hours=1))
    [event] = rows(database, "SELECT * FROM event WHERE merged_into IS NULL")
    assert (event.url, event.description) == ("https://club.example/1", "From the calendar")


def test_what_a_source_drops_is_said_by_those_that_are_left(database, source, now):
    first, other = source("meetup", "one"), source("page", "two")
    records = [replace(record, url=f"https://one.example/{record.uid}") for record in listed(first, 10)]
    ingest(database, [(first, record) for record in records], now)
    copies = [
        replace(record, platform="page", url=f"https://two.example/{record.uid}", description="Two")
        for record in records
    ]
    ingest(database, [(other, record) for record in copies], now + timedelta(hours=1))
    assert retired(database, first, [*records[:4], *records[5:]], now).retired == 1
    [event] = rows(database, "SELECT * FROM event WHERE name = 'Evening 4' AND removed_at IS NULL")
    assert event.url == "https://two.example/4"
    assert one(database, "SELECT COUNT(*) FROM event_variant WHERE event_id = :id", id=event.id) == 0


def test_thousands_of_events_at_one_place_and_time_are_stored_without_comparing_each_with_each(
    database, source, now, monkeypatch, caplog
):
    compared = 0

    def counting(one, other):
        nonlocal compared
        compared += 1
        return same(one, other)

    monkeypatch.setattr(events, "same", counting)
    for name in ("one", "two"):
        ref = source("ical", name)
        crowd = [
            an_event(platform="ical", uid=f"{name}{number}", url=None, name=f"Booth {number} of the fair")
            # With their organiser one piece: what is left over for another is compared with the crowd.
            for number in range(PIECE - 1)
        ]
        ingest(database, [(ref, each) for each in crowd], now)
    assert one(database, "SELECT COUNT(*) FROM event WHERE removed_at IS NULL") == 2 * (PIECE - 1)
    assert compared < 400_000
    assert "crowded_slot" in caplog.text


def test_events_that_meet_and_part_again_and_again_need_no_new_ids(database, source, now):
    first, second = source("ical", "one"), source("ical", "two")
    ingest(database, [(first, an_event(platform="ical", uid="1", url=None))], now)
    ids = set()
    for day in range(6):
        name = "Python project night" if day % 2 else "Wine tasting for nurses"
        moment = now + timedelta(days=day)
        ingest(database, [(second, an_event(platform="ical", uid="2", url=None, name=name))], moment)
        living = rows(database, "SELECT id FROM event WHERE removed_at IS NULL AND merged_into IS NULL")
        assert len(living) == (1 if day % 2 else 2)
        ids |= {row.id for row in living}
    assert len(ids) == 2
    assert one(database, "SELECT COUNT(*) FROM event") == 2
