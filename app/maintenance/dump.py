"""The nightly dump: everything that the API shows, as files of every format, with a list of them.

Made in batches, so that reads and fetches go on; the cursors in the list say from where `since` goes on, and what changed
while the files were written comes again there. Files are complete or not there: they get their names at the end.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson
from sqlalchemy import text

from app.core.private_files import make_private_file, make_private_folder
from app.db import Database
from app.outputs import FORMATS, Format
from app.outputs.dumped import LIST, dumped
from app.search.changes import newest
from app.search.related import related_of_events, related_of_groups
from app.search.rows import EVENT_PAGE, GROUP_PAGE, load_events, load_groups
from app.service.changes import since_position
from app.service.parameters import EventParameters, GroupParameters
from app.service.serialize import distance_json, event_json, group_json

TERMS: Final = (
    "Facts of events and groups are free. Every item names its sources: show `attribution` beside it, link to its `url`, and "
    "keep to the `license` and the `terms` where there are any. Descriptions and images are those that their sources let "
    "others show. Remove what is removed here (`since` tells)."
)
_BATCH: Final = 500
_IDS: Final = """
    SELECT id FROM {table} WHERE id > :after AND removed_at IS NULL AND merged_into IS NULL AND {living}
    ORDER BY id LIMIT :batch
"""


def dump(database: Database, folder: Path, base_url: str, now: datetime) -> dict[str, Any]:
    """Write the files of a dump and the list of them; the list. Those of the dump before stay for who is reading them."""
    make_private_folder(folder)
    before = dumped(folder)
    with database.read() as connection:
        position = newest(connection)
    stamp = f"{now:%Y%m%dT%H%M%SZ}"
    files = []
    for kind, items in (
        ("events", _events(database, base_url, now)),
        ("groups", _groups(database, base_url, now)),
    ):
        files += _written(folder, kind, items, stamp)
    events_since = since_position(position, EventParameters(), "events")
    groups_since = since_position(position, GroupParameters(activity=["any"]), "groups")
    listed = {
        "created_at": now.astimezone(UTC).isoformat(),
        "terms": TERMS,
        "since": {
            "events": f"/v1/events?since={events_since}",
            "groups": f"/v1/groups?activity=any&since={groups_since}",
        },
        "files": files,
    }
    waiting = folder / f".{LIST}"
    make_private_file(waiting)
    waiting.write_bytes(orjson.dumps(listed, option=orjson.OPT_INDENT_2))
    waiting.replace(folder / LIST)
    _forget(folder, {each["stored"] for each in (*files, *(before or {}).get("files", ()))})
    return listed


class _File:
    """One file that is being written: compressed, counted and hashed on its way."""

    def __init__(self, path: Path, form: Format, kind: str) -> None:
        self.path, self.form, self.kind, self.rows = path, form, kind, 0
        make_private_file(path)
        self._raw: BinaryIO = path.open("wb")
        # Without a time in it, equal data makes equal bytes.
        self._packed = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=self._raw, mtime=0)
        self._packed.write(form.begin(kind))

    def add(self, item: dict[str, Any]) -> None:
        if self.rows and self.form.between:
            self._packed.write(self.form.between)
        self._packed.write(self.form.item(item))
        self.rows += 1

    def close(self) -> None:
        self._packed.write(self.form.end)
        self._packed.close()
        self._raw.close()


def _written(folder: Path, kind: str, items: Iterator[dict[str, Any]], stamp: str) -> list[dict[str, Any]]:
    """The files of a kind, all of them in one pass over the items."""
    with ExitStack() as stack:
        files = [
            _File(folder / f".{kind}-{stamp}.{form.ending}.gz", form, kind)
            for form in FORMATS.values()
            if kind in form.kinds
        ]
        for file in files:
            stack.callback(file.path.unlink, missing_ok=True)
        for item in items:
            for file in files:
                file.add(item)
        listed = []
        for file in files:
            file.close()
            stored = f"{kind}-{stamp}.{file.form.ending}.gz"
            with file.path.open("rb") as done:
                digest = hashlib.file_digest(done, "sha256").hexdigest()
                size = done.seek(0, io.SEEK_END)
            file.path.rename(folder / stored)
            listed.append(
                {
                    "name": f"{kind}.{file.form.ending}.gz",
                    "media_type": file.form.media_type,
                    "rows": file.rows,
                    "bytes": size,
                    "sha256": digest,
                    "stored": stored,
                }
            )
        return listed


def _events(database: Database, base_url: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Those that are not over."""
    for connection, rows in _batches(database, "event", f"until_at > {int(now.timestamp())}"):
        related = related_of_events(connection, rows)
        yield from (event_json(row, related, base_url) | distance_json(None) for row in rows)


def _groups(database: Database, base_url: str, now: datetime) -> Iterator[dict[str, Any]]:
    for connection, rows in _batches(database, "meetup_group", "TRUE"):
        related = related_of_groups(connection, rows, now)
        yield from (group_json(row, related, base_url, now) | distance_json(None) for row in rows)


def _batches(database: Database, table: str, living: str) -> Iterator[tuple[Any, Any]]:
    """(connection, rows) of everything that is there, by id; a transaction each, so that nobody waits for a long one."""
    after, statement = -1, text(_IDS.format(table=table, living=living))
    load = load_events if table == "event" else load_groups
    columns = EVENT_PAGE if table == "event" else GROUP_PAGE
    while True:
        with database.read() as connection:
            ids = list(connection.scalars(statement, {"after": after, "batch": _BATCH}))
            if not ids:
                return
            found = load(connection, ids, columns)
            yield connection, [found[each] for each in ids]
        after = ids[-1]


def _forget(folder: Path, kept: set[str]) -> None:
    for path in folder.iterdir():
        if path.name not in kept and path.name.endswith(".gz"):
            path.unlink(missing_ok=True)
