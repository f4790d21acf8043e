"""The tools on standard input and output, for programs that start NextCircle themselves."""

from __future__ import annotations

import anyio
from mcp.server.stdio import stdio_server

from app.core.clock import utc_now
from app.db import Database
from app.http.reads import Reads
from app.mcp.server import make_server
from app.settings import Settings


def serve_stdio(settings: Settings, database: Database) -> None:
    """Answer until standard input ends. Nothing but the protocol may be written to standard output."""
    server = make_server(Reads(database), utc_now, settings.base_url)

    async def run() -> None:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(run)
