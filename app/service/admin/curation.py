"""Which events and groups are one, which are hidden, what each is for: an operator's decisions, which outlive every fetch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypeVar

from sqlalchemy import Connection

from app.auth.repository.audit import entry, recorder
from app.core.errors import ParameterError, ProblemError, wrong_parameters
from app.core.ids import internal, public
from app.db import Database
from app.ingest.store import moderation, touch
from app.ingest.store.corrections import NONE, corrections_of
from app.search.related import one
from app.taxonomy.taxonomy import load
from scrapers.records import ScrapedEvent

# What takes a decision back.
UNDONE_BY: Final = {"merge": "unmerge", "unmerge": "merge", "hide": "unhide", "unhide": "hide"}
Things = Literal["events", "groups"]
Result = TypeVar("Result")

_TABLES: Final[dict[Things, Literal["event", "meetup_group"]]] = {"events": "event", "groups": "meetup_group"}
_KINDS: Final[dict[Things, moderation.Kind]] = {"events": "event", "groups": "group"}


def described(database: Database, things: Things, thing_id: str) -> dict[str, Any]:
    """An event or group as it is stored: its listings, and what operators said of it. Hidden, removed and merged ones too."""
    with database.read() as connection:
        number = _known(connection, things, thing_id)
        row = one(connection, _TABLES[things], number)
        assert row is not None
        said = corrections_of(connection, [number]).get(number, NONE)
        return {
            "id": thing_id,
            "name": row.name,
            "removed": row.removed_at is not None,
            "merged_into": None if row.merged_into is None else public(row.merged_into),
            "hidden": said.hidden,
            "topics": said.topics,
            "listings": [
                _listing(each) for each in moderation.moderated_listings(connection, _KINDS[things], number)
            ],
        }


def merge(
    database: Database, actor: str, now: datetime, things: Things, thing_id: str, others: Sequence[str]
) -> str:
    """Make events or groups one for good; the id that all of them lead to."""
    ids = [thing_id, *others]
    detail: dict[str, Any] = {"ids": ids}

    def work(connection: Connection) -> str:
        numbers = [_living(connection, things, each) for each in ids]
        # What each was made of, so that it can be undone.
        detail["parts"] = {
            each: [
                public(listing.listing_id)
                for listing in moderation.moderated_listings(connection, _KINDS[things], number)
            ]
            for each, number in zip(ids, numbers, strict=True)
        }
        return public(moderation.merge(connection, _KINDS[things], numbers, now))

    return _audited(database, actor, f"{things}.merge", thing_id, now, detail, work)


def unmerge(
    database: Database, actor: str, now: datetime, things: Things, thing_id: str, listings: Sequence[str]
) -> list[str]:
    """Part listings from the others for good; the ids that there are now, the old one first."""
    detail: dict[str, Any] = {"listings": list(listings)}

    def work(connection: Connection) -> list[str]:
        number = _living(connection, things, thing_id)
        parted = [each for text in listings if (each := internal(text)) is not None]
        ids = [public(each) for each in moderation.part(connection, _KINDS[things], number, parted, now)]
        detail["ids"] = ids
        return ids

    return _audited(database, actor, f"{things}.unmerge", thing_id, now, detail, work)


def undo(database: Database, actor: str, now: datetime, entry_id: int) -> None:
    """Take a decision of the audit log back: merged things are split, split ones merged, hidden ones shown.

    Raises 404 for an entry that cannot be undone, and 409 where things have changed since.
    """
    found = entry(database, entry_id)
    name, _, deed = (found["action"] if found else "").partition(".")
    things: Things | None = "events" if name == "events" else "groups" if name == "groups" else None
    if found is None or things is None or deed not in UNDONE_BY:
        raise ProblemError(404, "this cannot be undone")
    target, detail = found["target"], found["detail"]
    if deed in ("hide", "unhide"):
        hide(database, actor, now, things, target, hidden=deed == "unhide")
    elif deed == "merge":
        survivor = min(detail["ids"])
        for each, listings in detail.get("parts", {}).items():
            if each != survivor:
                unmerge(database, actor, now, things, survivor, listings)
    else:
        merge(
            database, actor, now, things, target, [each for each in detail.get("ids", []) if each != target]
        )


def confirm(database: Database, actor: str, now: datetime, things: Things, thing_id: str) -> None:
    """Say that the listings of an event or group are one, so that nobody has to look again."""

    def work(connection: Connection) -> None:
        moderation.confirm(connection, _KINDS[things], _living(connection, things, thing_id), now)

    _audited(database, actor, f"{things}.confirm", thing_id, now, {}, work)


def hide(
    database: Database, actor: str, now: datetime, things: Things, thing_id: str, *, hidden: bool
) -> None:
    """Hide an event, or a group with its events, whatever its sources say; or show it as its sources have it now."""

    def work(connection: Connection) -> None:
        number = _known(connection, things, thing_id)
        moderation.hide(connection, _KINDS[things], number, now, hidden=hidden)

    name = "hide" if hidden else "unhide"
    _audited(database, actor, f"{things}.{name}", thing_id, now, {}, work)


def set_topics(
    database: Database, actor: str, now: datetime, things: Things, thing_id: str, topics: dict[str, list[str]]
) -> None:
    """Say what an event or group is for; `{}` = what we conclude ourselves."""
    _check(topics)

    def work(connection: Connection) -> None:
        number = _known(connection, things, thing_id)
        moderation.reclassify(connection, _KINDS[things], number, topics, now)

    _audited(database, actor, f"{things}.topics", thing_id, now, topics, work)


def _audited(
    database: Database,
    actor: str,
    action: str,
    target: str,
    now: datetime,
    detail: Mapping[str, Any],
    work: Callable[[Connection], Result],
) -> Result:
    """Do it and write it down, both or neither."""
    with database.write() as connection:
        database.lock_store(connection)
        try:
            result = work(connection)
        except moderation.CuratingError as error:
            raise ProblemError(409, str(error)) from None
        recorder(actor, action, target, now, dict(detail))(connection)
        touch(connection)
        return result


def _known(connection: Connection, things: Things, thing_id: str) -> int:
    number = internal(thing_id)
    if number is None or one(connection, _TABLES[things], number) is None:
        raise ProblemError(
            404, f"{thing_id} is not the id of {'an event' if things == 'events' else 'a group'}"
        )
    return number


def _living(connection: Connection, things: Things, thing_id: str) -> int:
    number = _known(connection, things, thing_id)
    row = one(connection, _TABLES[things], number)
    assert row is not None
    if row.removed_at is not None or row.merged_into is not None:
        raise ProblemError(409, f"{thing_id} is removed or merged already")
    return number


def _listing(each: Any) -> dict[str, Any]:
    record = each.record
    start = record.start_date.isoformat() if isinstance(record, ScrapedEvent) and record.start_date else None
    return {
        "id": public(each.listing_id),
        "source": each.source.name,
        "name": record.name,
        "url": record.url,
        "start_date": start,
    }


def _check(topics: dict[str, list[str]]) -> None:
    words = load()
    known: dict[str, Mapping[str, object]] = {
        "field": words.fields,
        "interest": words.interests,
        "purpose": words.purposes,
    }
    wrong = [
        ParameterError(kind, each, f"is no {kind}; /v1/{kind}s lists them")
        for kind, ids in topics.items()
        for each in ids
        if each not in known[kind]
    ]
    if wrong:
        raise wrong_parameters(wrong)
