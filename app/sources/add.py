"""From an address that a person pastes to a source: whose platform it is, what may be read, where it is."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.listings.urls import web_url
from app.places.gazetteer import locate
from app.sources.catalogue import CatalogueSource
from scrapers.platform import Access
from scrapers.registry import platform as platform_named
from scrapers.registry import platform_for


def source_of(
    url: str, *, name: str | None = None, near: str | None = None, platform: str | None = None
) -> CatalogueSource:
    """The source of an address; raises ValueError with what is wrong and what would be right."""
    spelled = "https://" + url.removeprefix("webcal://") if url.startswith("webcal://") else url
    if web_url(spelled) is None:
        raise ValueError(
            f"{url!r} is not a web address; write one such as https://www.meetup.com/pydata-prague/"
        )
    reader = platform_named(platform) if platform else platform_for(spelled)
    if reader is None:
        raise ValueError(
            f"unknown platform {platform!r}"
            if platform
            else f"no platform reads {url!r}; see `nextcircle read`"
        )
    address = reader.canonical(spelled)
    access = reader.access(address) or reader.default_access or Access.PAGE
    if access is Access.FORBIDDEN:
        raise ValueError(
            f"{reader.label} forbids robots to read {url}; terms: {reader.terms_url or 'see its robots.txt'}"
        )
    place = None
    if near is not None:
        place = locate(near).place
        if place is None:
            raise ValueError(f"--near {near!r}: unknown place")
    parts = urlsplit(address)
    return CatalogueSource(
        slug=f"{reader.name}-{parts.hostname}{parts.path}"[:80],
        platform=reader.name,
        name=name or f"{parts.hostname}{parts.path}".rstrip("/"),
        url=address,
        access=access,
        city=place.name if place else None,
        region=place.region if place else None,
        country=place.country if place else None,
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        timezone=place.timezone if place else None,
        terms=reader.terms_url,
    )
