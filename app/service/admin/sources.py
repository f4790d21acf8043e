"""Adding, pausing, resuming, reading and removing sources. Raises the problem that names what is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.auth.repository.audit import recorder
from app.core.errors import ParameterError, ProblemError, wrong_parameters
from app.db import Database
from app.sources.add import source_of
from app.sources.repository import sources as stored
from app.sources.repository import state as source_state
from app.sources.suggestions.repository import decide, suggestions


def add_source(
    database: Database,
    actor: str,
    now: datetime,
    url: str,
    *,
    name: str | None = None,
    near: str | None = None,
    platform: str | None = None,
) -> str:
    """Add an address as a source, to be read as soon as a worker can; its slug. A suggestion of it is accepted. 409 if the address is there already."""
    try:
        source = source_of(url, name=name, near=near, platform=platform)
    except ValueError as error:
        wrong = "near" if str(error).startswith("--near") else "url"
        value = near if wrong == "near" else url
        raise wrong_parameters([ParameterError(wrong, value, str(error).removeprefix("--near "))]) from None
    also = recorder(actor, "source.add", source.url, now)
    slugs = stored.add(database, [source], "operator", now, also=also)
    if not slugs:
        known = stored.by_url(database, [source.url])[0]
        raise ProblemError(409, f"{known['slug']} has this address already")
    _accept_suggestions(database, actor, now, {url, source.url})
    return slugs[0]


def _accept_suggestions(database: Database, actor: str, now: datetime, urls: set[str]) -> None:
    """Whoever suggested the address need not wait any longer."""
    for each in suggestions(database):
        if each["url"] in urls:
            also = recorder(actor, "suggestion.accept", each["id"], now, {"url": each["url"]})
            decide(database, each["id"], "accepted", now, also)


def note_preview(database: Database, actor: str, now: datetime, url: str) -> None:
    """Write down that an address is asked what it offers."""
    with database.write() as connection:
        recorder(actor, "source.preview", url, now)(connection)


def pause_source(database: Database, actor: str, now: datetime, slug: str, reason: str) -> None:
    """Stop reading a source for now."""
    also = recorder(actor, "source.pause", slug, now, {"reason": reason})
    _check(database, slug, was_done=source_state.pause(database, slug, reason, also))


def resume_source(database: Database, actor: str, now: datetime, slug: str) -> None:
    """Read a paused source again when it is due."""
    also = recorder(actor, "source.resume", slug, now)
    _check(database, slug, was_done=source_state.resume(database, slug, now, also))


def resume_all_sources(database: Database, actor: str, now: datetime) -> int:
    """Read every paused source again when it is due; how many."""
    return source_state.resume_all(database, now, recorder(actor, "source.resume-all", "sources", now))


def pause_all_sources(database: Database, actor: str, now: datetime, reason: str) -> int:
    """Stop reading every source for now; how many were being read."""
    also = recorder(actor, "source.pause-all", "sources", now, {"reason": reason})
    return source_state.pause_all(database, reason, also)


def fetch_source(database: Database, actor: str, now: datetime, slug: str) -> None:
    """Read a source as soon as a worker can."""
    also = recorder(actor, "source.fetch", slug, now)
    _check(database, slug, was_done=source_state.fetch_soon(database, slug, now, also))


def remove_source(database: Database, actor: str, now: datetime, slug: str) -> None:
    """Stop reading a source for good."""
    also = recorder(actor, "source.remove", slug, now)
    _check(database, slug, was_done=source_state.remove(database, slug, also))


def source_row(database: Database, slug: str, *, pages: bool = True) -> dict[str, Any]:
    """The row of a source as people see it. Raises 404."""
    row = next((each for each in stored.listing(database, pages=pages) if each["slug"] == slug), None)
    if row is None:
        raise ProblemError(404, f"{slug}: unknown source; /v1/admin/sources lists them")
    return row


def _check(database: Database, slug: str, *, was_done: bool) -> None:
    if not was_done:
        row = source_row(database, slug)
        raise ProblemError(409, f"{slug} is {row['state']}" + (f": {row['reason']}" if row["reason"] else ""))
