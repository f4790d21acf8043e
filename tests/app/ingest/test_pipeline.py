"""Bringing many listings in: in pieces, so that others who write get their turn, and to the same end."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app.db import Database
from app.ingest import pipeline
from app.ingest.pipeline import ingest, pieces, prepare
from app.listings.items import Counts, item
from tests.app.conftest import a_group, an_event

_EVENTS = 7


def listings(ref, now):
    return [
        (ref, an_event(uid=str(number), name=f"Evening {number}", url=None, start_date=now + timedelta(days=number + 1)))
        for number in range(_EVENTS)
    ]  # fmt: skip


def names(database: Database) -> set[str]:
    with database.read() as connection:
        return {
            row.name for row in connection.execute(text("SELECT name FROM event WHERE removed_at IS NULL"))
        }


def test_others_write_between_two_pieces(database, source, now, monkeypatch):
    monkeypatch.setattr(pipeline, "PIECE", 3)
    other = Database(database.url, pool_size=1)
    stored_before = []

    def write(*piece: object) -> Counts:
        with other.write() as connection:
            other.lock_store(connection)
            stored_before.append(len(names(database)))
            connection.execute(
                text("INSERT INTO meta (key, value) VALUES (:key, 'x')"), {"key": f"k{len(stored_before)}"}
            )
        return put_piece(*piece)

    put_piece = pipeline._put_piece
    monkeypatch.setattr(pipeline, "_put_piece", write)
    ingest(database, listings(source(), now), now)
    other.close()
    assert stored_before == sorted(stored_before)
    assert len(stored_before) >= 3
    assert 0 < stored_before[-1] < _EVENTS
    assert names(database) == {f"Evening {number}" for number in range(_EVENTS)}


def test_a_load_that_was_stopped_between_two_pieces_goes_on(database, source, now, monkeypatch):
    monkeypatch.setattr(pipeline, "PIECE", 3)
    told = listings(source(), now)
    turns = iter([1, 2])

    def stop(*piece: object) -> Counts:
        if next(turns, None) is None:
            raise KeyboardInterrupt
        return put_piece(*piece)

    put_piece = pipeline._put_piece
    with monkeypatch.context() as stopped:
        stopped.setattr(pipeline, "_put_piece", stop)
        try:
            ingest(database, told, now)
        except KeyboardInterrupt:
            pass
        else:
            raise AssertionError("nothing stopped it")
    assert len(names(database)) < _EVENTS
    counts, _ = ingest(database, told, now)
    assert counts.unchanged > 0
    assert len(names(database)) == _EVENTS


def test_a_piece_holds_each_listing_once_and_groups_come_first(database, source, now):
    ref = source()
    told = [an_event(uid="1", name="first"), an_event(uid="1", name="second"), a_group()]
    items, _ = prepare([(ref, each) for each in told], now)
    [piece] = pieces(items)
    kinds = [each.kind for each in piece]
    assert kinds == sorted(kinds, reverse=True)
    assert [each.record.name for each in piece if each.kind == "e"] == ["second"]
    assert pieces([]) == [[]]
    assert len({each.listing_id for each in piece}) == len(piece)
    assert item(ref, told[1]).listing_id in {each.listing_id for each in piece}
