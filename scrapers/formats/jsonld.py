"""Reads schema.org events from JSON-LD, in web pages or bare: bytes in, one `Reading` out.

Every block of a page is read on its own, so that one broken block costs only itself. Contexts are never fetched; what
the properties mean is for `scrapers.formats.schemaorg`.
"""

from __future__ import annotations

from typing import Final

from scrapers.formats.linked import is_event
from scrapers.formats.markup import json_of, scripts, text_of
from scrapers.formats.offers import amount_of
from scrapers.formats.schemaorg import Listing
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading

__all__ = ["add_blocks", "amount_of", "is_event", "read"]

_MIME: Final = "application/ld+json"


def read(payload: Payload, context: ReadContext, platform: str = "page") -> Reading:
    """The events of a page or of a bare JSON-LD document.

    Times without an offset are of the context's zone; relative addresses are resolved against the payload's own.
    """
    listing = Listing(payload, context, platform)
    page = text_of(payload.body, payload.content_type)
    if page.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}:
        blocks = [page]
    else:
        blocks = scripts(page, _MIME)
        if not blocks:
            listing.notes.add("no_jsonld", "the page has no JSON-LD")
    add_blocks(listing, blocks)
    return listing.reading("jsonld", complete=bool(blocks))


def add_blocks(listing: Listing, blocks: list[str]) -> None:
    """Read each block on its own; a broken one is a warning."""
    for number, block in enumerate(blocks, start=1):
        try:
            listing.add(json_of(block))
        except ValueError as problem:
            listing.notes.add("bad_jsonld", f"block {number}: {problem}")
