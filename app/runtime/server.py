"""The HTTP server of one process."""

from __future__ import annotations

from typing import Final

import uvicorn
from starlette.types import ASGIApp

from app.core.client_address import networks
from app.runtime.http_protocol import Limits, affordable_connections, protocol
from app.settings import Settings

# For answers that are being made when the server is told to stop.
_GRACE_SECONDS: Final = 5


def run_server(app: ASGIApp, settings: Settings) -> None:
    """Serve an application until the process is told to stop."""
    limits = Limits(
        header_bytes=settings.header_bytes,
        header_seconds=settings.header_seconds,
        body_seconds=settings.body_seconds,
        connections=affordable_connections(settings.max_connections),
        connections_per_address=settings.max_connections_per_address,
        proxies=networks(settings.trusted_proxies),
    )
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        http=protocol(limits),
        ws="none",
        log_level="warning",
        access_log=False,
        # Its lines look like ours.
        log_config=None,
        server_header=False,
        # Whose X-Forwarded-For is believed is NEXTCIRCLE_TRUSTED_PROXIES' to say.
        proxy_headers=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
