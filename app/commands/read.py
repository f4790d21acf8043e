"""`nextcircle read`: what NextCircle sees in one page, feed or API answer. Opens no database.

A file is read from disk; an address is asked for politely, robots.txt and all. Everything else is the platform's.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.core.clock import utc_now
from app.listings.normalise import zone_name
from app.settings import read_settings
from scrapers.fetch import ask
from scrapers.formats.detect import FORMATS, detect, read_as
from scrapers.http.client import Failure
from scrapers.platform import Payload, Platform, ReadContext
from scrapers.records import Reading, to_json
from scrapers.registry import platform, platform_of, platforms


class UsageError(ValueError):
    """An option is wrong; the message says which and what would be right."""


class ReadError(Exception):
    """The input could not be used at all. `document` is the answer to print all the same."""

    def __init__(self, detail: str, document: dict[str, Any]) -> None:
        super().__init__(detail)
        self.document = document


def read_target(
    target: str,
    *,
    platform: str | None,
    format_: str | None,
    base_url: str | None,
    timezone: str,
    start: str | None,
    end: str | None,
) -> dict[str, Any]:
    """The document of `nextcircle read --json`, with `found`: whether any event or group stands in the input."""
    zone = zone_name(timezone)
    if zone is None:
        raise UsageError(f"--timezone {timezone!r} is not an IANA zone, such as Europe/Berlin")
    context = ReadContext(
        source=target,
        now=utc_now(),
        timezone=zone,
        window=_window(start, end, zone),
        base_url=base_url,
        max_events=None,
        max_instances=10_000,
    )
    chosen = _chosen(platform)
    if format_ is not None and format_ not in FORMATS:
        raise UsageError(f"--format {format_!r} is none of {', '.join(FORMATS)}")
    payload = _payload(target, chosen)
    reader = chosen or (None if format_ else platform_of(payload))
    if reader is not None:
        reading = reader.read(payload, context)
        name: str | None = reader.name
    else:
        name = format_ or detect(payload.body, payload.content_type)
        if name is None:
            detail = f"{target}: no calendar, page with JSON-LD or list of events that NextCircle can read"
            raise ReadError(detail, _document(None, None, _nothing(detail)))
        reading = read_as(name, payload, context, name)
    document = _document(name, reading.format, reading)
    if not (reading.events or reading.groups or reading.items_seen):
        detail = reading.warnings[0].detail if reading.warnings else "no event and no group stands in it"
        raise ReadError(f"{target}: {detail}", document)
    return {**document, "found": True}


def _document(name: str | None, format_: str | None, reading: Reading) -> dict[str, Any]:
    return {
        "platform": name,
        "format": format_,
        "events": [to_json(each) for each in reading.events],
        "groups": [to_json(each) for each in reading.groups],
        "next": list(reading.next),
        "warnings": [{"code": each.code, "detail": each.detail} for each in reading.warnings],
    }


def _nothing(detail: str) -> Reading:
    from scrapers.records import Warning as ReadWarning

    return Reading(format="", warnings=(ReadWarning("unknown_format", detail),))


def _chosen(name: str | None) -> Platform | None:
    if name is None:
        return None
    found = platform(name)
    if found is None:
        raise UsageError(f"--platform {name!r} is none of {', '.join(each.name for each in platforms())}")
    return found


def _payload(target: str, chosen: Platform | None) -> Payload:
    if target.startswith(("http://", "https://", "webcal://")):
        return asyncio.run(_fetched(target, chosen))
    path = Path(target)
    return Payload(path.name, path.read_bytes(), None)


async def _fetched(url: str, chosen: Platform | None) -> Payload:
    from app.fetching.worker import make_client
    from scrapers.platform import Access
    from scrapers.registry import platform_for

    reader = chosen or platform_for(url)
    address = reader.canonical(url) if reader is not None else url
    if reader is not None and reader.access(address) is Access.FORBIDDEN:
        detail = f"{url}: {reader.label} forbids robots to read this address"
        raise ReadError(detail, _document(reader.name, None, _nothing(detail)))
    settings = read_settings()
    async with make_client(settings) as client:
        answer = await ask(client, reader.name if reader else "", address, settings.platform_keys)
    if isinstance(answer, Failure):
        detail = f"{url}: {answer.detail}"
        raise ReadError(detail, _document(None, None, _nothing(detail)))
    return Payload(answer.url, answer.body, answer.content_type)


def _window(start: str | None, end: str | None, zone: str) -> tuple[datetime | None, datetime | None] | None:
    if start is None and end is None:
        return None
    begins, ends = _bound("--from", start, zone), _bound("--to", end, zone)
    if begins is not None and ends is not None and ends <= begins:
        raise UsageError("--to must come after --from")
    return begins, ends


def _bound(option: str, text: str | None, zone: str) -> datetime | None:
    if text is None:
        return None
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise UsageError(f"{option} {text!r} is not an ISO 8601 date or date-time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
