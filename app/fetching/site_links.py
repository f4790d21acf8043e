"""What a page links to: feeds, its site's own pages of events, the sites of an association's chapters. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.formats.markup import text_of
from scrapers.http.client import Response
from scrapers.platform import Access
from scrapers.registry import platform_for

PRODUCTS: Final = 90  # platforms of this rank and above are of no particular product
_FEED_TYPES: Final = {
    "text/calendar": "linked calendar",
    "application/rss+xml": "linked RSS feed",
    "application/atom+xml": "linked Atom feed",
    "application/feed+json": "linked JSON feed",
}
_MOST_LINKS: Final = 2_000
_CALENDAR: Final = re.compile(
    r"\b(?:calendars?|events?|meetings?|programs?|programmes?|classes|what'?s[ -]?on|chapters?|kalender|termine"
    r"|veranstaltung(?:en|skalender)?|programm|agenda|[eé]v[eéè]nements?|ateliers|eventos|calendario|actividades)\b",
    re.IGNORECASE,
)
_CHAPTERS: Final = re.compile(
    r"\b(?:(?:local |find (?:a|your) )?chapters?|local (?:groups|sections)|affiliates|ortsgruppen|ortsverb(?:ä|ae)nde"
    r"|regionalgruppen|groupes locaux|antennes|cap[ií]tulos|delegaciones)\b",
    re.IGNORECASE,
)
# Neither a site of events nor one of a chapter.
_ELSEWHERE: Final = re.compile(
    r"(?:^|\.)(?:facebook|instagram|twitter|x|linkedin|youtube|tiktok|pinterest|apple|google|goo|microsoft|whatsapp|threads"
    r"|paypal|wordpress|squarespace|wix|cloudflare|adobe|mailchimp|flickr|vimeo|wikipedia|amazon|bsky|github)\.[a-z.]{2,6}$",
    re.IGNORECASE,
)
_FILES: Final = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|jpe?g|png|gif|svg|webp|zip|mp[34]|ics|xml|json|rss)$", re.IGNORECASE
)


class Page:
    """A page that was fetched, parsed once."""

    def __init__(self, answer: Response) -> None:
        self.url = answer.url
        self.body = answer.body
        self.tree = LexborHTMLParser(text_of(answer.body, answer.content_type))
        base = self.tree.css_first("base[href]")
        self._start = _joined(answer.url, (base.attributes.get("href") or "") if base is not None else "")

    def feeds(self) -> Iterator[tuple[str, str, bool]]:
        """Addresses that may be subscribed: where to, what said so, and whether they are offered as feeds."""
        for node in self.tree.css("link[rel][type][href]"):
            kind = (node.attributes.get("type") or "").split(";")[0].strip().lower()
            rel = (node.attributes.get("rel") or "").lower().split()
            if "alternate" in rel and kind in _FEED_TYPES:
                yield _joined(self._start, node.attributes.get("href")), _FEED_TYPES[kind], True
        own = platform_for(self.url)
        for node in self.tree.css("a[href], iframe[src]"):
            address = _joined(self._start, node.attributes.get("href") or node.attributes.get("src"))
            if address.startswith("webcal:"):
                yield "https:" + address.removeprefix("webcal:"), "webcal link", True
                continue
            linked = platform_for(address)
            if linked is None or linked.rank >= PRODUCTS or linked is own:
                continue
            canonical = linked.canonical(address)
            if linked.access(canonical) is Access.FEED:
                how = "linked calendar" if linked.name == "ical" else f"link to {linked.label}"
                yield canonical, how, False

    def sections(self) -> list[str]:
        """The site's own pages of events, and pages of products that lead to calendars; the likeliest first."""
        found: dict[str, int] = {}
        for node, address in self._links():
            linked = platform_for(address)
            leads_on = linked is not None and linked.leads_on and linked.access(address) is Access.PAGE
            named = bool(_CALENDAR.search(urlsplit(address).path.replace("-", " ").replace("_", " ")))
            called = bool(_CALENDAR.search(_words(node)))
            if leads_on or (_is_of_site(address, self.url) and (named or called)):
                worth = 3 * leads_on + named + called - urlsplit(address).path.count("/") // 4
                found[address] = max(found.get(address, -9), worth)
        return sorted(found, key=lambda each: (-found[each], len(each), each))

    def lists_chapters(self) -> bool:
        """Whether the page is about the chapters of an association."""
        titles = [self.tree.css_first("title"), self.tree.css_first("h1")]
        said = [
            urlsplit(self.url).path.replace("-", " "),
            *(_words(each) for each in titles if each is not None),
        ]
        return any(_CHAPTERS.search(each) for each in said)

    def chapters(self) -> list[tuple[str, str]]:
        """(address, name) of each chapter that the page links to: sites of their own, or pages below this one."""
        found: dict[str, str] = {}
        own = urlsplit(self.url)
        for node, address in self._links():
            parts = urlsplit(address)
            below = parts.netloc == own.netloc and parts.path.startswith(own.path.rstrip("/") + "/")
            outside = not _is_of_site(address, self.url) and not _ELSEWHERE.search(parts.hostname or "")
            name = _words(node)
            if name and (below or outside):
                found.setdefault(address, name[:80])
        return list(found.items())

    def _links(self) -> Iterator[tuple[LexborNode, str]]:
        """Links to other pages, without fragments."""
        for node in self.tree.css("a[href]")[:_MOST_LINKS]:
            address = _joined(self._start, node.attributes.get("href")).partition("#")[0]
            if not address.startswith(("http://", "https://")) or address == self.url:
                continue
            if not _FILES.search(urlsplit(address).path):
                yield node, address


def _words(node: LexborNode) -> str:
    return " ".join(node.text(deep=True, separator=" ").split())


def _is_of_site(address: str, page: str) -> bool:
    """Whether an address is on the host of a page, or on one below it."""
    ours, theirs = urlsplit(page).hostname or "", urlsplit(address).hostname or ""
    home = ours.removeprefix("www.")
    return theirs.removeprefix("www.") == home or theirs.endswith(f".{home}")


def _joined(start: str, href: str | None) -> str:
    try:
        joined = urljoin(start, (href or "").strip())
        urlsplit(joined)
        return joined
    except ValueError:
        return ""
