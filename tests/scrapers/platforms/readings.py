"""Reading a document of a platform, for tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from scrapers import registry
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading, ScrapedEvent

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def read(name: str, value: Any, url: str = "answer.json", **context: Any) -> Reading:
    platform = registry.platform(name)
    assert platform is not None
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return platform.read(Payload(url, body), ReadContext("test", NOW, **context))


def only(reading: Reading) -> ScrapedEvent:
    (event,) = reading.events
    return event


def codes(reading: Reading) -> list[str]:
    return [warning.code for warning in reading.warnings]


def linked(**members: Any) -> Reading:
    event = {"id": "helsinki:x", "name": {"fi": "X"}, "start_time": "2026-12-08T14:00:00Z", **members}
    return read("linked_events", {"meta": {"next": None}, "data": [event]})
