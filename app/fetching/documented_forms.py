"""Addresses at which a product documents the calendar of every site that is made with it. Pure.

The Events Calendar: `?ical=1` (theeventscalendar.com/knowledgebase, "iCal and Google Calendar exports"); Modern Events Calendar:
`/?mec-ical-feed=1`; All-in-One Event Calendar: its exporter; Localist: `/api/2/events` (developer.localist.com); Gancio:
`/api/events`; Mobilizon: `/feed/instance/ics`; Drupal and others: `/events/feed/ical`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from app.fetching.site_links import Page

_READ: Final = 500_000
_AI1EC: Final = "/?plugin=all-in-one-event-calendar&controller=ai1ec_exporter_controller&action=export_events&no_html=true"


class Form(NamedTuple):
    """An address to try, and what it would be."""

    url: str
    how: str


# What a page of the product holds, the address on its site, and the product.
_MARKED: Final = (
    (re.compile(rb"tribe-events|the-events-calendar", re.IGNORECASE), "?ical=1", "The Events Calendar"),
    (re.compile(rb"modern-events-calendar|\bmec-(?:event|wrap|calendar)", re.IGNORECASE), "/?mec-ical-feed=1", "Modern Events Calendar"),
    (re.compile(rb"all-in-one-event-calendar|\bai1ec", re.IGNORECASE), _AI1EC, "All-in-One Event Calendar"),
    (re.compile(rb"localist", re.IGNORECASE), "/api/2/events", "Localist"),
    (re.compile(rb"\bgancio\b", re.IGNORECASE), "/api/events", "Gancio"),
    (re.compile(rb"\bmobilizon\b", re.IGNORECASE), "/feed/instance/ics", "Mobilizon"),
)  # fmt: skip
_EVENTS: Final = re.compile(
    r"/(?:events?|calendar|kalender|veranstaltungen|agenda|eventos)/?$", re.IGNORECASE
)


def forms_of(page: Page) -> list[Form]:
    """The addresses worth asking for on the site of a page: those of the products it shows, else the commonest two."""
    body = page.body[:_READ]
    marked = [
        Form(_at(page.url, address), f"documented address of {product}")
        for mark, address, product in _MARKED
        if mark.search(body)
    ]
    if marked:
        return marked
    return [
        Form(_at(page.url, "?ical=1"), "documented address of The Events Calendar"),
        Form(urljoin(page.url, "/events/feed/ical"), "common address of a site's calendar"),
    ]


def _at(page: str, address: str) -> str:
    """`?ical=1` belongs to a list of events: to the page if it is one, else to `/events/`."""
    if not address.startswith("?"):
        return urljoin(page, address)
    parts = urlsplit(page)
    path = f"{parts.path.rstrip('/')}/" if _EVENTS.search(parts.path) else "/events/"
    return parts._replace(path=path, query=address[1:], fragment="").geturl()
