"""New rules reach old listings, in batches, and go on where they were stopped."""

from __future__ import annotations

import contextlib
import json

from sqlalchemy import text

from app.ingest.pipeline import ingest
from app.ingest.store import reprocess
from app.ingest.store.overrides import rule
from tests.app.conftest import an_event


def test_what_was_classified_by_older_rules_is_classified_anew(database, source, now):
    ingest(database, [(source(), an_event())], now)
    with database.write() as connection:
        before = connection.execute(text("SELECT topics FROM event")).scalar_one()
        topics = connection.execute(text("SELECT topic FROM event_topic ORDER BY topic")).all()
        connection.execute(text("DELETE FROM event_topic"))
        connection.execute(text("UPDATE event SET topics = '{}'"))
    done = reprocess.reclassify(database, now)
    assert (done.seen, done.events_changed, done.resumed) == (2, 1, False)
    with database.read() as connection:
        assert connection.execute(text("SELECT topics FROM event")).scalar_one() == before
        assert connection.execute(text("SELECT topic FROM event_topic ORDER BY topic")).all() == topics
    assert reprocess.reclassify(database, now).events_changed == 0


def test_what_an_older_version_did_not_write_down_for_matching_is_written(database, source, now):
    said = an_event()
    other = an_event(platform="page", name="Project night: Python", url=None)
    ingest(database, [(source("meetup", "meetup"), said), (source("page", "page"), other)], now)

    def kept():
        with database.read() as connection:
            variants = connection.execute(text("SELECT * FROM event_variant ORDER BY listing_id")).all()
            return connection.execute(text("SELECT exact FROM event")).scalars().all(), variants

    before = kept()
    assert (len(before[0]), len(before[1])) == (1, 1)
    with database.write() as connection:
        connection.execute(text("DELETE FROM event_variant"))
        connection.execute(text("UPDATE event SET exact = false"))
    assert reprocess.reclassify(database, now).events_changed == 1
    assert kept() == before
    with database.write() as connection:
        connection.execute(text("UPDATE event_variant SET cell = -1"))
    assert reprocess.reclassify(database, now).events_changed == 1
    assert kept() == before
    assert reprocess.reclassify(database, now).events_changed == 0


def test_it_goes_on_where_it_was_stopped(database, source, now, monkeypatch):
    monkeypatch.setattr(reprocess, "_BATCH", 1)
    ref = source()
    ingest(database, [(ref, an_event(uid=str(number), name=f"Evening {number}")) for number in range(3)], now)

    def stop(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        reprocess.rematch(database, now, stop)
    done = reprocess.rematch(database, now)
    assert (done.seen, done.resumed) == (2, True)
    assert not reprocess.rematch(database, now).resumed


def test_rematching_parts_and_joins_by_the_rules_in_force(database, source, now):
    first, second = source("meetup", "a"), source("luma", "b")
    ingest(database, [(first, an_event()), (second, an_event(platform="luma", uid="x"))], now)
    with database.write() as connection:
        listings = [row.id for row in connection.execute(text("SELECT id FROM listing WHERE kind = 'e'"))]
        rule(connection, [tuple(listings)], now, same=False)
    assert reprocess.rematch(database, now).parted == 1
    with database.write() as connection:
        connection.execute(text("DELETE FROM match_ruling"))
    assert reprocess.rematch(database, now).merged == 1
    with database.read() as connection:
        assert (
            connection.execute(text("SELECT COUNT(*) FROM event WHERE merged_into IS NULL")).scalar_one() == 1
        )
        assert json.loads(
            connection.execute(text("SELECT topics FROM event WHERE merged_into IS NULL")).scalar_one()
        )
