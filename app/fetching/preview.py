"""What an address offers, asked on behalf of somebody who waits for the answer: within a minute, a few at a time."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final

from app.fetching.discovery import Discovery, discover
from app.fetching.worker import make_client
from app.settings import Settings
from scrapers.parser_pool import ParserPool

_SECONDS: Final = 60.0
# Each may ask a site for forty pages.
_AT_ONCE: Final = asyncio.Semaphore(2)


async def preview(settings: Settings, url: str, near: str | None, now: datetime) -> Discovery:
    """What was found; nothing is stored. Raises TimeoutError."""
    async with asyncio.timeout(_SECONDS), _AT_ONCE:
        with ParserPool() as parsers:
            async with make_client(settings) as client:
                return await discover(
                    client, url, now, near=near, read=parsers.read, keys=settings.platform_keys
                )
