"""Waiting for a database that is away when a process starts: it may be starting too, or be restarted at that moment."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError

from app.db import DatabaseAwayError

log = logging.getLogger(__name__)
T = TypeVar("T")

# Longer than a server needs to start; then it is the operator's to know.
WAIT_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 2.0


def when_there(act: Callable[[], T], *, seconds: float = WAIT_SECONDS, look: float = _LOOK_SECONDS) -> T:
    """What `act` returns, tried again for `seconds` while the database is away. Raises `DatabaseAwayError` after that."""
    until = time.monotonic() + seconds
    told = False
    while True:
        try:
            return act()
        except DatabaseAwayError as error:
            away = error
        except DBAPIError as error:
            if not _is_away(error):
                raise
            away = DatabaseAwayError(
                (str(error.orig).strip().splitlines() or ["it does not answer"])[0][:300]
            )
        if time.monotonic() > until:
            raise away
        if not told:
            log.warning("waiting up to %.0f seconds for the database: %s", seconds, away)
            told = True
        time.sleep(look)


def _is_away(error: DBAPIError) -> bool:
    """Whether a statement failed because no server answered, or one that was stopped or is only starting."""
    if error.connection_invalidated:
        return True
    if "sqlite" in type(error.orig).__module__:
        # A file that cannot be opened will not be there later either.
        return "locked" in str(error.orig)
    return isinstance(error, OperationalError)
