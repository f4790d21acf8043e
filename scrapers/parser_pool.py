"""Reads payloads in processes of their own, with a limit on time and memory: bytes from strangers may cost anything.

A reader that hangs or dies takes nobody along: its process is replaced and the payload ends as a `ParseError`. This module
knows nothing of networks and databases; what a reader does is the platform's business.
"""

from __future__ import annotations

import importlib
import multiprocessing
import queue
import resource
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final, Literal, Self

from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading
from scrapers.registry import platform, platforms

SECONDS: Final = 20.0
# Until a new process has loaded its libraries; what it reads has its whole time from then on.
START_SECONDS: Final = 60.0
# Address space, not resident memory: an interpreter with its libraries takes a few hundred MB of it before it reads.
MEMORY_BYTES: Final = 1_500_000_000

Reader = Callable[[str, Payload, ReadContext], Reading]


class ParseError(Exception):
    """A payload could not be read. `outcome` is what a run records: the limit that was passed, or a fault of ours."""

    def __init__(
        self, outcome: Literal["parser_timeout", "parser_died", "parser_failed"], detail: str
    ) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


def read_payload(name: str, payload: Payload, context: ReadContext) -> Reading:
    """The reading of a payload by the platform of that name, in this process and without limits."""
    found = platform(name)
    if found is None:
        raise ParseError("parser_failed", f"the platform {name!r} is not installed")
    return found.read(payload, context)


class ParserPool:
    """A few reader processes, started on demand; `read` may be called from any thread.

    `reader` is the address (`module:function`) of what the processes run.
    """

    def __init__(
        self,
        processes: int = 2,
        seconds: float = SECONDS,
        memory_bytes: int = MEMORY_BYTES,
        reader: str = "scrapers.parser_pool:read_payload",
    ) -> None:
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._reader = reader
        self._free: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        self._lock = threading.Lock()
        self._all: set[_Child] = set()
        for _ in range(processes):
            self._free.put(None)

    def read(self, name: str, payload: Payload, context: ReadContext) -> Reading:
        """The reading of a payload; raises `ParseError`."""
        child = self._free.get()
        healthy = False
        try:
            child = child or self._start()
            reading = child.ask((name, payload, context), self._seconds)
            healthy = True
            return reading
        except ParseError as error:
            healthy = error.outcome == "parser_failed"
            raise
        finally:
            if not healthy and child is not None:
                self._end(child)
                child = None
            self._free.put(child)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every process."""
        with self._lock:
            children = list(self._all)
        for child in children:
            self._end(child)

    def _start(self) -> _Child:
        # A fresh interpreter: forking a process with threads and connections copies their locks.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve,
            args=(theirs, self._reader, self._memory_bytes),
            daemon=True,
            name="nextcircle-parser",
        )
        process.start()
        theirs.close()
        child = _Child(process, ours)
        with self._lock:
            self._all.add(child)
        try:
            child.receive(START_SECONDS, "starting the process that would read it")
        except ParseError:
            self._end(child)
            raise
        return child

    def _end(self, child: _Child) -> None:
        with self._lock:
            self._all.discard(child)
        child.connection.close()
        child.process.kill()
        child.process.join()


@dataclass(eq=False, slots=True)
class _Child:
    process: BaseProcess
    connection: Connection

    def ask(self, request: Any, seconds: float) -> Reading:
        """The reading that answers a request; raises `ParseError`."""
        try:
            self.connection.send(request)
        except OSError:
            raise _died() from None
        answer = self.receive(seconds, "reading it")
        if isinstance(answer, Reading):
            return answer
        raise ParseError("parser_failed", str(answer))

    def receive(self, seconds: float, doing: str) -> object:
        """What the process says next; raises `ParseError` where it says nothing in time."""
        try:
            if not self.connection.poll(seconds):
                raise ParseError("parser_timeout", f"{doing} took more than {seconds:g} seconds")
            return self.connection.recv()
        except (EOFError, OSError):
            raise _died() from None


def _died() -> ParseError:
    return ParseError("parser_died", "the process that read it ended, probably for want of memory")


def _serve(connection: Connection, reader: str, memory_bytes: int) -> None:
    """The child: say that it is there, then read what is sent until the parent is gone."""
    # Ctrl-C reaches the whole group of a terminal; the parent decides when a child ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    module, _, name = reader.partition(":")
    read: Reader = getattr(importlib.import_module(module), name)
    # The platforms are loaded on first use, which is not a payload's fault either.
    platforms()
    connection.send("ready")
    while True:
        try:
            request = connection.recv()
        except (EOFError, OSError):
            return
        try:
            answer: object = read(*request)
        except MemoryError:
            return
        except ParseError as error:
            answer = error.detail
        except Exception as error:  # noqa: BLE001  whatever a reader did wrong is the answer
            answer = f"our reader failed: {type(error).__name__}"
        connection.send(answer)
