"""What strangers ask, and what becomes of it: suggestions, take-downs, removals."""

from __future__ import annotations

from datetime import datetime

from app.auth.repository.audit import recorder
from app.core.errors import ParameterError, ProblemError, wrong_parameters
from app.db import Database
from app.ingest.takedowns.repository import Removed, remove_listing, settle, take_downs
from app.sources.add import source_of
from app.sources.repository.sources import add
from app.sources.suggestions.repository import decide, held, suggestions


def accept_suggestion(database: Database, actor: str, now: datetime, suggestion_id: str) -> str | None:
    """Make the address of a suggestion a source; the source's slug, None if it was one already."""
    row = held(database, suggestion_id)
    if row is None:
        raise _not_held(database, suggestion_id)
    try:
        source = source_of(row["url"], near=row["near"])
    except ValueError as error:
        raise ProblemError(422, str(error)) from None
    added = add(database, [source], "suggested", now)
    also = recorder(actor, "suggestion.accept", suggestion_id, now, {"url": row["url"]})
    if not decide(database, suggestion_id, "accepted", now, also):
        raise _not_held(database, suggestion_id)
    return added[0] if added else None


def decline_suggestion(database: Database, actor: str, now: datetime, suggestion_id: str) -> None:
    """Decline a suggestion; the same address is not held again."""
    also = recorder(actor, "suggestion.decline", suggestion_id, now)
    if not decide(database, suggestion_id, "declined", now, also):
        raise _not_held(database, suggestion_id)


def settle_take_down(database: Database, actor: str, now: datetime, take_down_id: str) -> None:
    """Mark a take-down as dealt with and forget who asked."""
    also = recorder(actor, "take-down.done", take_down_id, now)
    if not settle(database, take_down_id, now, also):
        known = {each["id"] for each in take_downs(database, open_only=False)}
        if take_down_id in known:
            raise ProblemError(409, "this take-down is dealt with already")
        raise ProblemError(404, "unknown take-down")


def remove_target(database: Database, actor: str, now: datetime, target: str) -> Removed:
    """Remove an event or group for good, by its address or id; how much was removed now."""
    also = recorder(actor, "listing.remove", target, now)
    try:
        return remove_listing(database, target, now, also)
    except ValueError as error:
        raise wrong_parameters([ParameterError("target", target, str(error))]) from None


def _not_held(database: Database, suggestion_id: str) -> ProblemError:
    known = suggestions(database, held_only=False)
    row = next((each for each in known if each["id"] == suggestion_id), None)
    if row is None:
        return ProblemError(404, "unknown suggestion")
    return ProblemError(409, f"this suggestion is {row['state']} already")
