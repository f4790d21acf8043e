"""A receiver of webhooks on this machine, and an installation that posts to it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.main import create_app
from app.settings import Settings
from app.webhooks.sender import Sender


@dataclass
class Receiver:
    """Takes what is posted and echoes challenges, unless `status` or `answer` says otherwise."""

    port: int = 0
    status: int = 200
    echoes: bool = True
    answer: Callable[[bytes], bytes] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def documents(self) -> list[dict[str, Any]]:
        """What was posted, but for challenges."""
        found = [json.loads(body) for _, body in self.requests]
        return [each for each in found if each["type"] != "webhook.challenge"]

    def reply(self, body: bytes) -> bytes:
        if self.answer is not None:
            return self.answer(body)
        document = json.loads(body)
        is_asked = document["type"] == "webhook.challenge" and self.echoes
        return json.dumps({"challenge": document["data"]["challenge"]}).encode() if is_asked else b""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            return

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            content = found.reply(body)
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


class Installation:
    """An application and its worker, at a time that can be moved."""

    def __init__(self, database: Database, now: datetime, **settings: Any) -> None:
        self.database = database
        self.now = now
        self.settings = Settings(**settings)
        app = create_app(self.settings, database, clock=lambda: self.now)
        self.client = TestClient(
            app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000), raise_server_exceptions=False
        )

    def elsewhere(self, address: str = "192.0.2.1") -> TestClient:
        return TestClient(self.client.app, client=(address, 5000), raise_server_exceptions=False)

    def round(self, name: str = "worker") -> dict[str, int]:
        async def once() -> dict[str, int]:
            sender = Sender(self.settings, self.database, name, lambda: self.now)
            report = await sender.tick()
            await sender.close()
            return report.as_dict()

        return asyncio.run(once())

    def later(self, **values: float) -> dict[str, int]:
        self.now += timedelta(**values)
        return self.round()

    def make(self, url: str, token: str | None = None, **asked: Any) -> dict[str, Any]:
        headers = {"Webhook-Token": token} if token else {}
        answer = self.client.post("/v1/webhooks", json={"url": url, **asked}, headers=headers)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def live(self, receiver: Receiver, **asked: Any) -> dict[str, Any]:
        """A webhook whose receiver has answered its challenge."""
        made = self.make(receiver.url, **(asked or {"events": {"near": ["Boston, MA"]}}))
        assert self.round()["sent"] == 1
        return made

    def shown(self, made: dict[str, Any]) -> dict[str, Any]:
        answer = self.client.get("/v1/webhooks", headers={"Webhook-Token": made["token"]})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = next(each for each in answer.json()["items"] if each["id"] == made["id"])
        return found

    def replay(self, made: dict[str, Any], **asked: Any) -> Any:
        path = f"/v1/webhooks/{made['id']}/replay"
        return self.client.post(path, json=asked, headers={"Webhook-Token": made["token"]})


@pytest.fixture
def home(database: Database, now: datetime) -> Iterator[Installation]:
    """An installation on the receiver's machine."""
    found = Installation(database, now)
    with found.client:
        yield found


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As the specification says, written a second time."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.split("_")[1])
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return headers["webhook-signature"] == f"v1,{expected}"
