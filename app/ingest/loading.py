"""Listings from and to files: JSON lines of scraped records, plain or gzipped.

`load` takes any number of records through the whole ingest in batches, each a transaction; reading goes on while one is
stored. A line that is no record is counted with its number, never raised.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlmodel import SQLModel

from app.db import Database
from app.ingest.pipeline import Counts, SourceRef, ingest
from app.ingest.store import SOURCE_COLUMNS, source_ref, stored_record
from app.models import Listing, Source
from app.sources.catalogue import CatalogueSource
from app.sources.store import add
from scrapers.records import RecordError, ScrapedRecord, from_json, to_json
from scrapers.registry import Access

BATCH: Final = 4_000
_MOST_ERRORS: Final = 20
_listing = SQLModel.metadata.tables[str(Listing.__tablename__)]
_source = SQLModel.metadata.tables[str(Source.__tablename__)]


@dataclass(slots=True)
class Loaded:
    """What came of a load. `errors` are the first lines that were no records, with file and number."""

    lines: int = 0
    bad_lines: int = 0
    counts: Counts = field(default_factory=Counts)
    rejected: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

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
    sources: dict[tuple[str, str], SourceRef] = {}
    for path in files:
        records = _records(path, loaded)
        while batch := list(islice(records, BATCH)):
            _know_sources(database, {(each.platform, each.source) for each in batch}, sources, now)
            counts, rejected = ingest(
                database, [(sources[each.platform, each.source], each) for each in batch], now
            )
            loaded.counts.add(counts)
            for each in rejected:
                loaded.rejected[each.code] = loaded.rejected.get(each.code, 0) + 1
            progress(loaded.lines)
    return loaded


def export(database: Database) -> Iterator[bytes]:
    """Every live listing as a JSON line that `load` takes, ordered by source and time."""
    query = (
        select(
            _listing.c.kind,
            _listing.c.record,
            *(_source.c[name].label(f"of_{name}") for name in SOURCE_COLUMNS),
        )
        .join(_source, _source.c.id == _listing.c.source_id)
        .where(_listing.c.removed_at.is_(None), _source.c.origin != "sample")
        .order_by(_source.c.id, _listing.c.kind.desc(), _listing.c.start_at, _listing.c.id)
    )
    with database.read() as connection:
        for row in connection.execution_options(yield_per=2_000).execute(query):
            source = source_ref({name: getattr(row, f"of_{name}") for name in SOURCE_COLUMNS})
            yield orjson.dumps(to_json(stored_record(row.kind, row.record, source))) + b"\n"


def _records(path: Path, loaded: Loaded) -> Iterator[ScrapedRecord]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        number = 0
        try:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                loaded.lines += 1
                try:
                    yield from_json(_document(line))
                except RecordError as error:
                    _complain(loaded, f"{path.name}:{number}: {error}")
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            _complain(loaded, f"{path.name}:{number + 1}: the file is cut or no gzip: {error}")


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


def _complain(loaded: Loaded, sentence: str) -> None:
    loaded.bad_lines += 1
    if len(loaded.errors) < _MOST_ERRORS:
        loaded.errors.append(sentence)


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
    with database.read() as connection:
        query = select(_source).where(_source.c.url.in_(list(addresses)))
        for row in connection.execute(query).mappings():
            known[addresses[row["url"]]] = source_ref(dict(row))


def _address(platform: str, name: str) -> str:
    """Loaded sources have no address to fetch; this one keeps platform and name apart and unique."""
    return f"loaded:{platform}:{name}"
