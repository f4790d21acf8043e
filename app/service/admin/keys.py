"""API keys as operators make and revoke them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from app.auth.keys import SCOPES
from app.auth.repository import keys
from app.auth.repository.audit import recorder
from app.core.errors import ParameterError, ProblemError, wrong_parameters
from app.db import Database

_LONGEST_NAME: Final = 100
_MOST_PER_MINUTE: Final = 1_000_000


def add_key(
    database: Database, actor: str, now: datetime, name: str, scopes: Collection[str], per_minute: int | None
) -> tuple[str, str]:
    """Make a key; its id and the key itself, which nobody can read again."""
    wanted = frozenset(each for each in SCOPES if each in scopes)
    errors = []
    if not name.strip() or len(name) > _LONGEST_NAME:
        errors.append(ParameterError("name", name[:_LONGEST_NAME], "must have 1 to 100 characters"))
    if not wanted or len(wanted) != len(set(scopes)):
        errors.append(
            ParameterError("scopes", " ".join(scopes)[:100], "must be among read, write and admin", SCOPES)
        )
    if per_minute is not None and not 1 <= per_minute <= _MOST_PER_MINUTE:
        errors.append(ParameterError("per_minute", str(per_minute), "must be 1 to 1,000,000"))
    if errors:
        raise wrong_parameters(errors)
    also = recorder(actor, "key.add", name.strip(), now, {"scopes": sorted(wanted)})
    return keys.add_key(database, name.strip(), wanted, per_minute, now, also)


def revoke_key(database: Database, actor: str, now: datetime, key_id: str) -> None:
    """Make a key worthless, within a second; sessions that it opened end at once. Raises 404."""
    if not keys.revoke(database, key_id, now, recorder(actor, "key.revoke", key_id, now)):
        raise ProblemError(404, "no valid key has this id")
