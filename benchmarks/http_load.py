"""A small HTTP/1.1 client for measuring: keeps connections open, asks from a list, counts and times. Loopback only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Measured:
    """Latencies in seconds and statuses of what was asked."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    bytes: int = 0

    @property
    def requests_per_second(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.latencies)
        return round(1000 * ordered[min(int(len(ordered) * share), len(ordered) - 1)], 2)


async def flood(port: int, paths: Sequence[str], seconds: float, connections: int = 8) -> Measured:
    """Ask as fast as the server answers, every path once in turn."""
    measured = Measured()
    until = time.perf_counter() + seconds
    turn = iter(range(1 << 40))

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            await _ask(reader, writer, paths[next(turn) % len(paths)], measured)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    measured.seconds = time.perf_counter() - began
    return measured


async def steady(port: int, paths: Sequence[str], seconds: float, rate: float) -> Measured:
    """Ask at a constant rate, whether answers come or not; latencies count from when it was time to ask."""
    measured = Measured()
    free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def one(path: str, due: float) -> None:
        try:
            if free:
                reader, writer = free.pop()
                await _ask(reader, writer, path, measured, due)
                free.append((reader, writer))
                return
        except (ConnectionError, asyncio.IncompleteReadError):
            # The server has closed what was idle for too long: as every client does, ask on a new connection.
            writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await _ask(reader, writer, path, measured, due)
        free.append((reader, writer))

    began = time.perf_counter()
    asked = []
    for number in range(int(seconds * rate)):
        due = began + number / rate
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        asked.append(asyncio.create_task(one(paths[number % len(paths)], due)))
    await asyncio.gather(*asked)
    measured.seconds = time.perf_counter() - began
    for _, writer in free:
        writer.close()
    return measured


async def _ask(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    path: str,
    measured: Measured,
    due: float | None = None,
) -> None:
    began = time.perf_counter() if due is None else due
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        if line[:15].lower() == b"content-length:":
            length = int(line[15:])
    if length:
        await reader.readexactly(length)
    measured.latencies.append(time.perf_counter() - began)
    status = int(head[9:12])
    measured.statuses[status] = measured.statuses.get(status, 0) + 1
    measured.bytes = length
