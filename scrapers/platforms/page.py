"""Any page that marks its events up: schema.org JSON-LD, or a plain JSON list of events.

The last platform to be asked. Whether a page may be read automatically is for its robots.txt, its terms and the
operator to say: its access class is `page`.
"""

from __future__ import annotations

from typing import ClassVar

from scrapers.formats.detect import detect, read_as
from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.records import Reading


class Pages(Platform):
    """Web pages and JSON documents of no particular product."""

    name: ClassVar[str] = "page"
    label: ClassVar[str] = "Web page"
    rank: ClassVar[int] = 90
    is_generic: ClassVar[bool] = True
    text_rank: ClassVar[int] = 4
    default_access: ClassVar[Access | None] = Access.PAGE

    def access(self, url: str) -> Access | None:
        """PAGE for every http and https address."""
        if url.strip().lower().startswith(("http://", "https://")) and split_url(url) is not None:
            return Access.PAGE
        return None

    def recognises(self, payload: Payload) -> bool:
        return detect(payload.body, payload.content_type) is not None or self.access(payload.url) is not None

    def canonical(self, url: str) -> str:
        """Without a fragment."""
        parts = split_url(url)
        return url if parts is None else parts._replace(fragment="").geturl()

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        return read_as(detect(payload.body, payload.content_type) or "html", payload, context, self.name)
