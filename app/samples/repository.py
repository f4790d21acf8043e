"""What the samples ask the database: are there real listings, and how many samples are there."""

from __future__ import annotations

from sqlalchemy import Connection, text

_REAL = "SELECT 1 FROM listing l JOIN source s ON s.id = l.source_id WHERE s.origin <> 'sample' LIMIT 1"
_COUNT = """
    SELECT (SELECT COUNT(*) FROM event WHERE sample) + (SELECT COUNT(*) FROM meetup_group WHERE sample) AS found
"""


def has_real_listings(connection: Connection) -> bool:
    """Whether any listing is not a sample."""
    return connection.execute(text(_REAL)).first() is not None


def count_samples(connection: Connection) -> int:
    """How many events and groups are samples."""
    return int(connection.execute(text(_COUNT)).scalar_one())


def has_samples(connection: Connection) -> bool:
    """Whether samples are being served."""
    return (
        connection.execute(text("SELECT 1 FROM source WHERE origin = 'sample' LIMIT 1")).first() is not None
    )
