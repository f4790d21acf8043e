"""From any page to what can be subscribed: linked calendars and feeds, known products, and the page's own events.

It asks for the page. If that offers no feed, it tries the addresses that products document for their sites, follows the site's
own pages of events one level, and takes an association's page of chapters to the chapters' sites. Then it previews a few of
the feeds. Everything goes through the polite client, so robots.txt and pauses hold; nothing is stored. What an operator then
adds is for `app.sources.repository.sources`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from app.fetching.documented_forms import forms_of
from app.fetching.site_links import PRODUCTS, Page
from app.sources.add import source_of
from app.sources.catalogue import CatalogueSource
from scrapers.formats.detect import detect
from scrapers.http.client import Failure, Outcome, PoliteClient, Response
from scrapers.parser_pool import ParseError, Reader, read_payload
from scrapers.platform import Access, Payload, ReadContext
from scrapers.records import Reading, to_json
from scrapers.registry import platform, platform_for, platform_of

PREVIEWED: Final = 5  # feeds that are asked for, and events shown of each
MOST_FOUND: Final = 60
MOST_SECTIONS: Final = 3
MOST_CHAPTERS: Final = 8
# Pages and guesses in one search, previews aside.
MOST_ASKED: Final = 40
_SUBSCRIBABLE: Final = frozenset({"ical", "feed", "jsonfeed"})


@dataclass(slots=True)
class Found:
    """Something that can be read again and again. `how` says what on the page led to it."""

    source: CatalogueSource
    how: str
    events: list[dict[str, Any]] = field(default_factory=list)
    event_count: int | None = None
    group_count: int | None = None
    robots: str = "asked when it is first read"
    problem: str | None = None

    @property
    def worth_adding(self) -> bool:
        """Whether nothing speaks against it: it could be read and held something, or was not tried."""
        if self.problem is not None:
            return False
        return self.event_count is None or self.event_count + (self.group_count or 0) > 0

    def as_dict(self) -> dict[str, Any]:
        """For people and for `--json`."""
        source = self.source
        return {
            "url": source.url,
            "platform": source.platform,
            "how": self.how,
            "access": source.access.value,
            "robots": self.robots,
            "terms": source.terms,
            "event_count": self.event_count,
            "group_count": self.group_count,
            "events": self.events,
            "problem": self.problem,
        }


@dataclass(slots=True)
class Discovery:
    """What was found at an address; `problem` where the page itself could not be read."""

    url: str
    found: list[Found] = field(default_factory=list)
    problem: str | None = None


async def discover(
    client: PoliteClient,
    url: str,
    now: datetime,
    *,
    near: str | None = None,
    read: Reader = read_payload,
    keys: Mapping[str, str] | None = None,
) -> Discovery:
    """Look at a page and preview what it offers. Never raises for what the page or its host does."""
    search = _Search(client, now, near, read, keys or {})
    return await search.run(url)


class _Search:
    def __init__(
        self, client: PoliteClient, now: datetime, near: str | None, read: Reader, keys: Mapping[str, str]
    ) -> None:
        self.client = client
        self.now = now
        self.near = near
        self.read = read
        self.keys = keys
        self.found: dict[str, Found] = {}
        self.asked: set[str] = set()

    async def run(self, url: str) -> Discovery:
        address = "https://" + url.removeprefix("webcal://") if url.startswith("webcal://") else url
        own = platform_for(address)
        if own is not None and own.access(own.canonical(address)) is Access.FORBIDDEN:
            return Discovery(
                url, [], f"{own.label} forbids robots to read it; terms: {own.terms_url or 'see its site'}"
            )
        if own is not None and own.rank < PRODUCTS:
            address = own.canonical(address)
        if own is not None and own.request(address, self.keys).method == "POST":
            # An interface, not a page: there is nothing on it to look through.
            self._offer(address, "known platform", None)
            return Discovery(url, list(self.found.values()))
        self.asked.add(address)
        answer = await self.client.get(
            address, headers=own.request(address, self.keys).headers if own else None
        )
        if isinstance(answer, Failure):
            return Discovery(url, [], answer.detail)
        page = await self._look_through(answer)
        if page is not None:
            await self._look_further(page)
        await self._preview()
        return Discovery(url, list(self.found.values()))

    async def _look_further(self, page: Page) -> None:
        """Where the page itself offers no feed: its site's own pages of events, and those of its chapters."""
        if page.lists_chapters():
            await self._look_at_chapters(page)
        elif not self._has_feed():
            await self._try_forms(page)
            for url in page.sections()[:MOST_SECTIONS]:
                section = await self._page_at(url, f" on {urlsplit(url).path}")
                if section is not None and section.lists_chapters():
                    await self._look_at_chapters(section)
                elif section is not None and not self._has_feed():
                    await self._try_forms(section)

    async def _look_at_chapters(self, page: Page) -> None:
        for url, name in page.chapters()[:MOST_CHAPTERS]:
            before, where = len(self.found), f" of the chapter {name}"
            chapter = await self._page_at(url, where)
            if chapter is None or self._has_feed(before):
                continue
            await self._try_forms(chapter, where)
            for section in chapter.sections()[:1]:
                if not self._has_feed(before):
                    await self._page_at(section, where)

    def _has_feed(self, since: int = 0) -> bool:
        """Whether a feed was found, after the first `since` finds."""
        return any(each.source.access is Access.FEED for each in list(self.found.values())[since:])

    async def _page_at(self, url: str, where: str) -> Page | None:
        """A further page, looked through; None where it cannot be read or is no page."""
        answer = await self._asked_for(url)
        return None if answer is None else await self._look_through(answer, where)

    async def _try_forms(self, page: Page, where: str = "") -> None:
        """Ask for the documented addresses of a site until one of them answers with events."""
        for url, how in forms_of(page):
            answer = await self._asked_for(url)
            if answer is None:
                continue
            payload = Payload(answer.url, answer.body, answer.content_type)
            reader = platform_for(url)
            if reader is None or reader.access(url) is not Access.FEED:
                reader = platform_of(payload)
            # A site that knows no such address may answer with a page that has events of its own.
            is_feed = detect(payload.body, payload.content_type) in _SUBSCRIBABLE
            if reader is None or not (is_feed or payload.body.lstrip()[:1] in {b"[", b"{"}):
                continue
            reading = await self._reading(reader.name, payload)
            if isinstance(reading, Reading) and reading.items_seen:
                one = self._offer(url, how + where, reader.name, published=True)
                if one is not None:
                    _show(one, reading)
                    one.robots = "robots.txt allows it"
                return

    async def _asked_for(self, url: str) -> Response | None:
        """The answer of an address that was not asked for yet, within the limit of a search."""
        if url in self.asked or len(self.asked) >= MOST_ASKED:
            return None
        self.asked.add(url)
        answer = await self.client.get(url)
        return None if isinstance(answer, Failure) else answer

    async def _look_through(self, answer: Response, where: str = "") -> Page | None:
        """Take up what an answer offers, and return it if it is a page."""
        payload = Payload(answer.url, answer.body, answer.content_type)
        kind = detect(payload.body, payload.content_type)
        reader = platform_of(payload)
        reading = await self._reading(reader.name if reader else "page", payload)
        if isinstance(reading, Reading) and (reading.events or reading.groups or kind in _SUBSCRIBABLE):
            how = "a feed itself" if kind in _SUBSCRIBABLE else "events on the page itself"
            one = self._offer(
                answer.url, how + where, reader.name if reader else None, published=kind in _SUBSCRIBABLE
            )
            if one is not None:
                _show(one, reading)
                one.robots = "robots.txt allows it"
        elif reader is not None and reader.rank < PRODUCTS and reader.canonical(answer.url) != answer.url:
            self._offer(answer.url, f"made with {reader.label}{where}", reader.name)
        page = None if kind in _SUBSCRIBABLE else Page(answer)
        for address, how, published in page.feeds() if page is not None else ():
            self._offer(address, how + where, None, published=published)
        for address in reading.next if isinstance(reading, Reading) else ():
            named = platform_for(address)
            if named is not None and named.rank < PRODUCTS and named.access(address) is Access.FEED:
                self._offer(address, f"{named.label} address named on the page{where}", named.name)
        return page

    def _offer(self, url: str, how: str, name: str | None, *, published: bool = False) -> Found | None:
        """Take an address up as a source, once; None for one that may not be read or is none."""
        if len(self.found) >= MOST_FOUND:
            return None
        try:
            source = source_of(url, near=self.near, platform=name)
        except ValueError:
            return None
        if published and source.access is Access.PAGE and platform_for(source.url) is platform("page"):
            # The page offers it for subscription.
            source = replace(source, access=Access.FEED)
        source = replace(source, evidence=f"found by discovery on {self.now:%Y-%m-%d}: {how}")
        return self.found.setdefault(source.url, Found(source, how))

    async def _preview(self) -> None:
        waiting = [each for each in self.found.values() if each.event_count is None]
        for one in [each for each in waiting if each.source.access is Access.FEED][:PREVIEWED]:
            await self._preview_one(one)

    async def _preview_one(self, one: Found) -> None:
        reader = platform(one.source.platform)
        assert reader is not None
        request = reader.request(one.source.url, self.keys)
        if request.method == "POST":
            answer = await self.client.post(request.url, json=request.json, headers=request.headers)
        else:
            answer = await self.client.get(request.url, headers=request.headers)
        if isinstance(answer, Failure):
            denied = answer.outcome is Outcome.ROBOTS_DENIED
            one.robots = "robots.txt does not allow it" if denied else one.robots
            one.problem = answer.detail
            return
        one.robots = "robots.txt does not speak of it" if request.method == "POST" else "robots.txt allows it"
        reading = await self._reading(reader.name, Payload(answer.url, answer.body, answer.content_type))
        if isinstance(reading, Reading):
            _show(one, reading)
        else:
            one.problem = reading

    async def _reading(self, name: str, payload: Payload) -> Reading | str:
        context = ReadContext(source="preview", now=self.now, base_url=payload.url)
        try:
            return await asyncio.to_thread(self.read, name, payload, context)
        except ParseError as error:
            return error.detail


def _show(one: Found, reading: Reading) -> None:
    one.event_count, one.group_count = len(reading.events), len(reading.groups)
    one.events = [
        {name: value for name, value in to_json(event).items() if name in {"name", "start_date", "url"}}
        for event in reading.events[:PREVIEWED]
    ]
