"""A server of calendars for benchmarks: `/7.ics` is the seventh one, at every address of this host."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def calendar_server(calendar: Callable[[int], bytes]) -> ThreadingHTTPServer:
    """A server that runs until it is shut down, at a free port; every other path is 404."""

    class Calendars(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            number = self.path.strip("/").removesuffix(".ics")
            body = calendar(int(number)) if number.isdigit() else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/calendar")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("0.0.0.0", 0), Calendars)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
