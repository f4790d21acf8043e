"""Several people, week after week: nothing twice, reasons that are true, changes told, quiet weeks silent."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from app.core.ids import public
from app.db import Database
from app.digest.resolution import resolve_wish
from app.digest.schemas import Wish
from benchmarks.city_data import fill
from benchmarks.digest_reasons import Truth
from benchmarks.digest_weeks import simulate

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def test_four_weeks_of_five_people(database: Database) -> None:
    fill(database, 4_000, MONDAY)
    story = simulate(database, MONDAY, people=5, weeks=4, changing=1.0)
    assert story.wrong == []
    # One of them lives where nothing is on.
    assert story.silent >= 4
    assert story.mails + story.silent == 20
    assert story.mails >= 8
    assert story.reasons.total() > story.picks > 20
    assert story.changes.total() > 0


def test_a_reason_that_is_not_true_is_noticed(database: Database) -> None:
    fill(database, 200, MONDAY)
    wish = Wish(near="London, GB", fields=["nursing"], interests=["board-games"])
    asked = resolve_wish(wish, MONDAY)
    with database.read() as connection:
        row = connection.execute(text("SELECT id, group_id FROM event WHERE city <> 'London' LIMIT 1")).one()
        reasons = [
            {"code": code, "text": said, "evidence": evidence}
            for code, said, evidence in (
                ("near", "2 km (1 mi) from London", None),
                ("field_match", "About Gardening, a field you aim for", None),
                ("meets_again", "900 dates in the next three months", None),
                ("next_event", "Next on Monday", "2031-01-01T10:00:00+00:00"),
                ("of_a_kind_that_nobody_checks", "Best of all", None),
            )
        ]
        pick = {
            "event": {"id": public(row.id), "group": {"id": public(row.group_id)}}, "group": None, "reasons": reasons,
        }  # fmt: skip
        assert len(Truth(connection, pick, asked, MONDAY).lies()) == len(reasons)
