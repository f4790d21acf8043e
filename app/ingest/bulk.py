"""Listings from and to files: JSON lines of scraped records, plain or gzipped.

`load` takes any number of records through the whole ingest in batches, each a transaction; the next ones are understood by
other processes while one is stored. A line that is not a record is counted with its number, never raised.
"""

from __future__ import annotations

import copyreg
import gzip
import json
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from itertools import chain, islice
from multiprocessing import get_context
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import orjson

from app.core.gc import seldom_collected
from app.db import Database
from app.ingest.pipeline import Counts, SourceRef, prepare, put, understand_changed
from app.ingest.store.listings import live_records
from app.listings.items import Item, source_ref
from app.listings.locate import Whereabouts
from app.listings.normalise import Rejected
from app.listings.understand import Topics, UnderstoodEvent
from app.sources.catalogue import CatalogueSource
from app.sources.repository.sources import add, by_url
from app.taxonomy.taxonomy import extend, extended
from app.textindex.tokens import Indexed
from scrapers.platform import Access
from scrapers.records import (
    RecordError,
    ScrapedEvent,
    ScrapedGroup,
    ScrapedOrganizer,
    ScrapedPlace,
    ScrapedRecord,
    from_json,
    to_json,
)

BATCH: Final = 4_000
_MOST_ERRORS: Final = 20
# More processes than this wait for the one that stores.
_MOST_CORES: Final = 4


@dataclass(slots=True)
class Loaded:
    """What came of a load. `errors` are the first lines that were no records, with file and number."""

    lines: int = 0
    bad_lines: int = 0
    counts: Counts = field(default_factory=Counts)
    rejected: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def add(self, batch: _Batch, counts: Counts) -> None:
        """Count what came of a batch."""
        self.lines += batch.lines
        self.counts.add(counts)
        self.counts.rejected += len(batch.rejected)
        for each in batch.rejected:
            self.rejected[each.code] = self.rejected.get(each.code, 0) + 1
        for sentence in batch.errors:
            self.complain(sentence)

    def complain(self, sentence: str) -> None:
        """Count a line that is not a record; the first ones are told."""
        self.bad_lines += 1
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append(sentence)

    def as_dict(self) -> dict[str, Any]:
        """For people and for `--json`."""
        return {
            "lines": self.lines,
            "bad_lines": self.bad_lines,
            "counts": self.counts.as_dict(),
            "rejected": self.rejected,
            "errors": self.errors,
        }


def load(
    database: Database, files: Iterable[Path], now: datetime, progress: Callable[[int], None] = lambda _: None
) -> Loaded:
    """Load files; `progress` is told the lines done so far. Raises OSError for a file that cannot be read."""
    loaded = Loaded()
    lines = _lines(files, loaded)
    batches = iter(lambda: list(islice(lines, BATCH)), [])
    first = list(islice(batches, 2))
    # Other processes cost a second to start and a core to run on: not worth it for one batch.
    cores = min(os.cpu_count() or 1, _MOST_CORES) if len(first) > 1 else 1
    with _workers(cores) as workers, seldom_collected():
        for batch in _understood(database, chain(first, batches), now, workers, cores):
            loaded.add(batch, put(database, batch.items, now))
            progress(loaded.lines)
    return loaded


@dataclass(frozen=True, slots=True)
class _Batch:
    """What came of some lines: items to store, what was rejected, and which lines were no records."""

    lines: int
    items: list[Item]
    rejected: list[Rejected]
    errors: list[str]


def _lines(files: Iterable[Path], loaded: Loaded) -> Iterator[tuple[str, bytes]]:
    """(file and number, line) of every line that is not blank."""
    for path in files:
        number = 0
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            try:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        yield f"{path.name}:{number}", line
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                loaded.complain(f"{path.name}:{number + 1}: the file is cut or no gzip: {error}")


@contextmanager
def _workers(cores: int) -> Iterator[Executor | None]:
    if cores < 2:
        yield None
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(cores, context, initializer=extend, initargs=(extended(),)) as pool:
        yield pool


def _understood(
    database: Database,
    batches: Iterable[list[tuple[str, bytes]]],
    now: datetime,
    workers: Executor | None,
    cores: int,
) -> Iterator[_Batch]:
    """Batches ready to be stored, in their order: understood in other processes while others are stored in this one."""
    sources: dict[tuple[str, str], SourceRef] = {}
    waiting: deque[Future[_Batch]] = deque()
    for lines in batches:
        named = {name for _, line in lines if (name := _source_named(line)) is not None}
        _know_sources(database, named, sources, now)
        theirs = {name: sources[name] for name in named}
        if workers is None:
            yield _understand_batch(database.url, lines, theirs, now)
            continue
        waiting.append(workers.submit(_understand_batch, database.url, lines, theirs, now))
        if len(waiting) >= cores:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _sent_by_position(kind: type[Any]) -> None:
    """Let values of a class go from process to process as their members in order: in two thirds of the usual time."""
    members = attrgetter(*(each.name for each in fields(kind)))
    copyreg.pickle(kind, lambda each: (kind, members(each)))


_SENT: Final = (
    Item, ScrapedEvent, ScrapedGroup, ScrapedPlace, ScrapedOrganizer, UnderstoodEvent, Whereabouts, Topics, Indexed,
)  # fmt: skip
for _kind in _SENT:
    _sent_by_position(_kind)


def _understand_batch(
    url: str, lines: list[tuple[str, bytes]], sources: dict[tuple[str, str], SourceRef], now: datetime
) -> _Batch:
    """Read, normalise and understand what is not stored yet; runs in a process of its own."""
    listings: list[tuple[SourceRef, ScrapedRecord]] = []
    errors = []
    for where, line in lines:
        try:
            record = from_json(_document(line))
        except RecordError as error:
            errors.append(f"{where}: {error}")
        else:
            listings.append((sources[record.platform, record.source], record))
    items, rejected = prepare(listings, now)
    return _Batch(len(lines), understand_changed(_reading(url), items), rejected, errors)


def _source_named(line: bytes) -> tuple[str, str] | None:
    """(platform, source) of a line, where it names both."""
    try:
        document = _document(line)
    except RecordError:
        return None
    if not isinstance(document, dict):
        return None
    platform, source = document.get("platform"), document.get("source")
    if not (isinstance(platform, str) and isinstance(source, str) and platform and source):
        return None
    return platform, source


@lru_cache(maxsize=1)
def _reading(url: str) -> Database:
    """The database of this process."""
    return Database(url, pool_size=1)


def export(database: Database) -> Iterator[bytes]:
    """Every live listing as a JSON line that `load` takes, ordered by source and time."""
    with database.read() as connection:
        for record in live_records(connection):
            yield orjson.dumps(to_json(record)) + b"\n"


def _document(line: bytes) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:
        # Lone surrogates and the like, which orjson refuses, are cleaned by normalise.
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"no JSON: {error}") from None


def _know_sources(
    database: Database, wanted: set[tuple[str, str]], known: dict[tuple[str, str], SourceRef], now: datetime
) -> None:
    missing = wanted - set(known)
    if not missing:
        return
    add(
        database,
        [
            CatalogueSource(
                slug=f"{platform}-{name}"[:80],
                platform=platform[:40],
                name=name,
                url=_address(platform, name),
                access=Access.FEED,
            )
            for platform, name in sorted(missing)
        ],
        "loaded",
        now,
        enabled=False,
    )
    addresses = {_address(*each): each for each in missing}
    for row in by_url(database, list(addresses)):
        known[addresses[row["url"]]] = source_ref(row)


def _address(platform: str, name: str) -> str:
    """Loaded sources have no address to fetch; this one keeps platform and name apart and unique."""
    return f"loaded:{platform}:{name}"
