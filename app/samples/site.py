"""The site that the samples are on: an HTTP transport that answers from the package and touches no network.

It answers what real sites answer, robots.txt included, so that the samples come in as everything else does.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

import httpx

from app.samples.dates import filled
from app.sources.catalogue import CatalogueSource
from scrapers.platform import Access

HOST: Final = "samples.nextcircle.example"
_ROBOTS: Final = "User-agent: *\nAllow: /\n"
_EVIDENCE: Final = "bundled with NextCircle; groups and events are made up"


@dataclass(frozen=True, slots=True)
class SamplePayload:
    """One address of the site: the file behind it, and the source it is read as."""

    file: str
    url: str
    platform: str
    access: str
    name: str
    content_type: str
    timezone: str
    city: str
    region: str
    country: str
    lat: float
    lon: float

    def source(self) -> CatalogueSource:
        """The source that reads it."""
        return CatalogueSource(
            slug="sample-" + self.file.replace(".", "-"),
            platform=self.platform,
            name=self.name,
            url=self.url,
            access=Access(self.access),
            city=self.city,
            region=self.region,
            country=self.country,
            lat=self.lat,
            lon=self.lon,
            timezone=self.timezone,
            evidence=_EVIDENCE,
        )

    def body(self, now: datetime) -> bytes:
        """The file with its dates filled in; calendars have the line ends of RFC 5545."""
        text = (_folder() / self.file).read_text(encoding="utf-8")
        if not self.file.endswith(".ics"):
            return filled(text, now, self.timezone, calendar=False).encode()
        return filled(text, now, self.timezone, calendar=True).replace("\n", "\r\n").encode()


@cache
def payloads() -> tuple[SamplePayload, ...]:
    """Every payload, as `payloads/index.toml` lists them."""
    index = tomllib.loads((_folder() / "index.toml").read_text(encoding="utf-8"))
    return tuple(SamplePayload(**entry) for entry in index["payload"])


class SampleSite(httpx.AsyncBaseTransport):
    """Answers GET requests to the sample site as of one moment; everything else is not found."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._by_url = {each.url: each for each in payloads()}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The payload of the address asked for."""
        if request.url.path == "/robots.txt":
            return httpx.Response(200, headers={"content-type": "text/plain"}, text=_ROBOTS)
        payload = self._by_url.get(str(request.url))
        if payload is None:
            return httpx.Response(404, headers={"content-type": "text/plain"}, text="not found")
        headers = {"content-type": payload.content_type}
        return httpx.Response(200, headers=headers, content=payload.body(self._now))


def _folder() -> Traversable:
    return resources.files("app.samples") / "payloads"
