"""The database: one engine, read and write transactions, on SQLite and PostgreSQL alike.

Nothing here knows a table. Writers take the whole database's write lock (`BEGIN IMMEDIATE`, an advisory lock on
PostgreSQL) only where they ask for it; readers never wait for them.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import NullPool

from app.core.clock import utc_now
from app.core.private_files import make_private_file, make_private_folder
from app.core.sqlite_deadline import over
from app.core.sqlite_turns import WriteTurns

log = logging.getLogger(__name__)

# sqlite.org/wal.html#walresetbug: older ones can corrupt a WAL file that two connections write and checkpoint.
FIRST_SAFE_SQLITE: Final = (3, 51, 3)
_BUSY_TIMEOUT_MS: Final = 10_000
# How long a writer waits for its turn: a request, and what can wait for many others of its own process.
_PATIENCE_SECONDS: Final = 10.0
MUCH_PATIENCE_SECONDS: Final = 120.0
# How often a waiting writer looks whether SQLite's lock is free.
_LOOK_SECONDS: Final = 0.002
# For a connection that others hold; then a request is a 503.
_POOL_TIMEOUT_SECONDS: Final = 1.5
# A writer that froze or lost its network must not hold the lock that all others wait for; of PostgreSQL 17 and newer.
_WRITE_SECONDS: Final = 180
_TRANSACTION_TIMEOUT: Final = (17,)
# Of SQLite's machine, between two looks at the clock: a few milliseconds.
_SQLITE_STEPS: Final = 100_000
# Of an SQLite file, read in place instead of being copied page by page; only by a connection that never writes.
_MAPPED_BYTES: Final = 1 << 29
# Any constant will do; it names "the right to decide which listings are the same thing".
_STORE_LOCK: Final = 0x4E43_0001


# What is done in the transaction of another deed, such as writing down who did it.
Also = Callable[[Connection], None]


def nothing(connection: Connection) -> None:
    """Nobody wants anything else done."""


class DatabaseAwayError(Exception):
    """The database cannot be reached or is locked for too long; what was asked may be asked again."""


class TooSlowError(DatabaseAwayError):
    """A statement was stopped because it took longer than it may."""


class Database:
    """An engine with the pragmas and transactions that NextCircle relies on. Thread-safe; made once a process."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = url
        self.dialect = make_url(url).get_backend_name()
        self.engine = _sqlite_engine(url, pool_size) if self.is_sqlite else _postgresql_engine(url, pool_size)
        # A connection that only looks whether others have written, and what it saw.
        self._watching: Any = None
        self._turns = WriteTurns()
        self._reader: Reader | None = None
        self._commits, self._version = -1, "0"
        # Which SQLite file the first connection opened.
        self._opened: tuple[int, int] | None = None
        if self.is_sqlite:
            event.listen(self.engine, "connect", self._remember_file)

    def _remember_file(self, *_: Any) -> None:
        path = Path(str(make_url(self.url).database))
        if self._opened is None and path.exists():
            self._opened = _identity(path)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is an SQLite file."""
        return self.dialect == "sqlite"

    @contextmanager
    def read(self, seconds: float | None = None) -> Iterator[Connection]:
        """A read transaction: everything read inside is of one moment. Raises `DatabaseAwayError`.

        With `seconds` a statement that lasts longer is stopped: `TooSlowError`.
        """
        with _named_failures(self.engine), self.engine.connect() as connection, connection.begin():
            if seconds is None:
                yield connection
                return
            with self._deadline(connection, seconds):
                yield connection

    @contextmanager
    def _deadline(self, connection: Connection, seconds: float) -> Iterator[None]:
        if not self.is_sqlite:
            connection.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))
            yield
            return
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(over(seconds), _SQLITE_STEPS)
        try:
            yield
        finally:
            driver.set_progress_handler(None, 0)

    @contextmanager
    def write(self, patience: float = _PATIENCE_SECONDS) -> Iterator[Connection]:
        """A write transaction, committed at the end, rolled back on an exception. Raises `DatabaseAwayError`.

        SQLite has one writer at a time, and this waits up to `patience` seconds to be the one.
        """
        turn = self._turns.turn(patience) if self.is_sqlite else nullcontext(0.0)
        with _named_failures(self.engine), turn as until, self.engine.connect() as connection:
            writing = connection.execution_options(nextcircle_write_until=until)
            with writing.begin():
                if (
                    not self.is_sqlite
                    and (connection.dialect.server_version_info or (0,)) >= _TRANSACTION_TIMEOUT
                ):
                    writing.execute(text(f"SET LOCAL transaction_timeout = {_WRITE_SECONDS * 1000}"))
                yield writing

    @contextmanager
    def quick_read(self, seconds: float) -> Iterator[Reader]:
        """As `read`, on one SQLite connection that is kept open for it. Belongs to one thread."""
        with _named_failures(self.engine):
            if self._reader is None:
                self._reader = Reader(self._connected())
            reader = self._reader
            reader.until = time.monotonic() + seconds
            try:
                yield reader
            finally:
                reader.end()

    def _connected(self) -> Any:
        """A plain connection outside of the pool."""
        pooled = self.engine.raw_connection()
        driver = pooled.driver_connection
        pooled.detach()
        return driver

    def sqlite_version(self) -> str:
        """The data version of an SQLite file, for a few microseconds while nobody writes. Belongs to one thread."""
        with _named_failures(self.engine):
            if self._watching is None:
                self._watching = self._connected()
            driver: Any = self._watching
            (commits,) = driver.execute("PRAGMA data_version").fetchone()
            if commits != self._commits:
                found = driver.execute("SELECT value FROM meta WHERE key = 'data_version'").fetchone()
                self._commits, self._version = commits, str(found[0]) if found else "0"
        return self._version

    def check_file(self) -> None:
        """Raise `DatabaseAwayError` if the SQLite file that was opened is not there any more: what is written now would be lost."""
        if self.is_sqlite and self._opened is not None:
            path = Path(str(make_url(self.url).database))
            if not path.exists() or _identity(path) != self._opened:
                raise DatabaseAwayError(f"the file {path} was removed or replaced; restart")

    def clock(self) -> datetime:
        """The present, aware, in UTC, to the second, by the clock that all processes of this database share.

        PostgreSQL's own; of an SQLite file, which belongs to one host, the host's. Raises `DatabaseAwayError`.
        """
        if self.is_sqlite:
            return utc_now()
        with self.read() as connection:
            told: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return told.astimezone(UTC).replace(microsecond=0)

    def lock_store(self, connection: Connection) -> None:
        """Wait until no other transaction is storing listings; SQLite's write transactions wait by themselves."""
        if not self.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _STORE_LOCK})

    def close(self) -> None:
        """Close every connection."""
        if self._watching is not None:
            self._watching.close()
            self._watching = None
        if self._reader is not None:
            self._reader.driver.close()
            self._reader = None
        self.engine.dispose()


class Reader:
    """A read transaction on a plain SQLite connection, for `rows` alone: what the quickest answers are read with.

    It begins with the first question: an answer that was kept asks none.
    """

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        self.until = 0.0
        self.begun = False
        driver.execute(f"PRAGMA mmap_size={_MAPPED_BYTES}")
        driver.set_progress_handler(lambda: time.monotonic() > self.until, _SQLITE_STEPS)

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> list[Any]:
        """The rows of a SELECT."""
        if not self.begun:
            self.driver.execute("BEGIN")
            self.begun = True
        return self.driver.execute(sql, parameters).fetchall()  # type: ignore[no-any-return]

    def end(self) -> None:
        """End what has begun."""
        if self.begun:
            self.begun = False
            self.driver.execute("COMMIT")


Reading = Connection | Reader


def is_sqlite(connection: Reading) -> bool:
    """Which of the two databases is being read."""
    return isinstance(connection, Reader) or connection.dialect.name == "sqlite"


def rows(connection: Reading, sql: str, parameters: Mapping[str, Any]) -> list[Any]:
    """The rows of a SELECT as plain tuples, straight from the driver: a tenth of the time that results with types take.

    `sql` names its parameters `:name` on both databases; one that stays the same is prepared once a connection.
    """
    if isinstance(connection, Reader):
        return connection.rows(sql, parameters)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return driver.execute(sql, parameters).fetchall()  # type: ignore[no-any-return]
    if not parameters:
        return driver.execute(sql).fetchall()  # type: ignore[no-any-return]
    return driver.execute(_for_psycopg(sql), parameters).fetchall()  # type: ignore[no-any-return]


@lru_cache(maxsize=2_000)
def _for_psycopg(sql: str) -> str:
    return re.sub(r"(?<!:):([a-z_]\w*)", r"%(\1)s", sql.replace("%", "%%"))


def sqlite_module() -> ModuleType:
    """The DB-API module with the newest SQLite there is: pysqlite3's bundled one where its wheel exists."""
    import sqlite3

    try:
        from pysqlite3 import dbapi2
    except ImportError:
        return sqlite3
    newest = max((sqlite3, dbapi2), key=lambda module: tuple(module.sqlite_version_info))
    return newest if isinstance(newest, ModuleType) else sqlite3


def sqlite_is_safe() -> bool:
    """Whether two processes may write one SQLite file with the library in use."""
    return tuple(sqlite_module().sqlite_version_info) >= FIRST_SAFE_SQLITE


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    path = make_url(url).database
    if not path or path == ":memory:":
        raise ValueError("NextCircle keeps its data in a file; an in-memory SQLite has one connection only")
    if not Path(path).parent.exists():
        make_private_folder(Path(path).parent)
    engine = create_engine(
        url,
        module=sqlite_module(),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=_POOL_TIMEOUT_SECONDS,
        connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000},
        # What somebody typed must not stand in a log with the statement that failed.
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:  # noqa: ARG001
        # The files beside it, which hold what was written last, get the rights of the file itself.
        make_private_file(Path(path))
        # The driver must not open transactions by itself: it would do so too late for a consistent read.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"busy_timeout={_BUSY_TIMEOUT_MS}",
            "cache_size=-65536",
            # Pages that are written again and again, as a load does, are copied into the file a few times less.
            "wal_autocheckpoint=4000",
            "mmap_size=0",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # IMMEDIATE: a deferred transaction that writes later fails at once when another wrote in between.
        until = connection.get_execution_options().get("nextcircle_write_until")
        if until is None:
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_immediate(connection.connection.driver_connection, until)

    return engine


def _begin_immediate(driver: Any, until: float) -> None:
    """Begin a transaction that may write, as soon as no other process writes; raises the driver's OperationalError.

    A transaction that writes later, without this, fails if another wrote in between.
    """
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except driver.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(_LOOK_SECONDS)
            else:
                return
    finally:
        driver.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")


def _postgresql_engine(url: str, pool_size: int) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=_POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 5,
            # A server or client that vanished is noticed within half a minute.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
            "options": "-c statement_timeout=60000 -c timezone=UTC -c jit=off",
        },
    )


def migration_engine(database: Database) -> Engine:
    """An engine without a pool or statement timeout, for migrations alone."""
    if database.is_sqlite:
        make_private_file(Path(str(make_url(database.url).database)))
        return create_engine(database.url, module=sqlite_module(), poolclass=NullPool)
    return create_engine(database.url, poolclass=NullPool)


@contextmanager
def _named_failures(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise _away(error.orig) from error
    except engine.dialect.loaded_dbapi.OperationalError as error:
        raise _away(error) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise _away(error.orig) from error
        raise
    except (TimeoutError, PoolTimeoutError) as error:
        raise DatabaseAwayError("no database connection became free in time") from error


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _away(error: BaseException | None) -> DatabaseAwayError:
    """The failure by the first line of the driver's message; never the statement, which may hold what a person typed."""
    reason = (str(error).strip().splitlines() or ["the database is away"])[0][:300]
    stopped = reason == "interrupted" or "statement timeout" in reason
    return (TooSlowError if stopped else DatabaseAwayError)(reason)
