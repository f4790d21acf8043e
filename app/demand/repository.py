"""Unmet demand in the database: added up by day, town and field, shown from five on and in bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, text

from app.db import Database
from app.models import UnmetDemand

# Fewer could be one person.
LEAST_SHOWN: Final = 5
_BANDS: Final = ((100, "100+"), (50, "50–99"), (20, "20–49"), (10, "10–19"), (LEAST_SHOWN, "5–9"))
_DAYS: Final = timedelta(days=28)
_demand: Final = UnmetDemand.__table__
_ADD: Final = text(
    """
    INSERT INTO unmet_demand (day, place, field, count) VALUES (:day, :place, :field, :count)
    ON CONFLICT (day, place, field) DO UPDATE SET count = unmet_demand.count + excluded.count
    """
)


@dataclass(frozen=True, slots=True)
class Unmet:
    """What was asked for in vain in four weeks. `field` is empty where no career field was named; `band` says about how often."""

    place: str
    field: str
    band: str


def add_counts(database: Database, counts: Mapping[tuple[datetime, str, str], int], patience: float) -> None:
    """Add counts of (day, town, field). Raises `DatabaseAwayError` if nothing can be written in time."""
    with database.write(patience) as connection:
        for (day, place, field), count in sorted(counts.items()):
            connection.execute(
                _ADD, {"day": int(day.timestamp()), "place": place, "field": field, "count": count}
            )


def unmet(database: Database, now: datetime, limit: int = 20) -> list[Unmet]:
    """What was asked for most in the last four weeks and not found."""
    total = func.sum(_demand.c.count)
    query = (
        select(_demand.c.place, _demand.c.field, total.label("total"))
        .where(_demand.c.day > now - _DAYS)
        .group_by(_demand.c.place, _demand.c.field)
        .having(total >= LEAST_SHOWN)
        .order_by(total.desc(), _demand.c.place, _demand.c.field)
        .limit(limit)
    )
    with database.read() as connection:
        return [Unmet(row.place, row.field, band(int(row.total))) for row in connection.execute(query)]


def band(count: int) -> str:
    """About how often: `10–19`."""
    return next((name for least, name in _BANDS if count >= least), "")


def forget(database: Database, before: datetime) -> int:
    """Delete counts of days before a time; how many."""
    with database.write() as connection:
        return connection.execute(delete(_demand).where(_demand.c.day < before)).rowcount
