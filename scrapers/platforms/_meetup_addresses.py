"""Tells what an address of Meetup is: a group's calendar, a page that may be read, or what robots.txt closes.

Addresses in, addresses and names of groups out; nothing is asked and no payload read.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl

from scrapers.formats.text import split_url
from scrapers.platform import Access

SITE: Final = "https://www.meetup.com"
_HOSTS: Final = frozenset({"www.meetup.com", "meetup.com"})
URLNAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_%-]{1,99}")
_CITY: Final = re.compile(r"[a-z]{2}--[a-z0-9-]+", re.IGNORECASE)
_SLUG: Final = re.compile(r"[a-z0-9-]+", re.IGNORECASE)
_EVENT_PATH: Final = re.compile(r"/([A-Za-z0-9_%-]+)/events/([A-Za-z0-9]+)/?")
# First path segments that are Meetup's own and no group's urlname.
_RESERVED: Final = frozenset(
    (
        *(
            "about",
            "account",
            "api",
            "apps",
            "blog",
            "cities",
            "events",
            "fb",
            "files",
            "find",
            "gql",
            "gql2",
        ),
        *(
            "gql-ext",
            "help",
            "home",
            "images",
            "login",
            "lp",
            "members",
            "messages",
            "mu_api",
            "n",
            "preview",
            "pro",
        ),
        *(
            "privacy",
            "register",
            "rsvps",
            "settings",
            "start",
            "terms",
            "topics",
            "_next",
            "2",
            "media",
            "sitemaps",
        ),
    )
)
_LOCALES: Final = re.compile(r"[a-z]{2}-[A-Z]{2}|de|es|fr|it|ja|ko|nl|pl|pt|ru|tr|th")
# robots.txt closes searches by these parameters on any path.
_CLOSED_PARAMETERS: Final = frozenset(
    (
        *("location", "keywords", "distance", "daterange", "categoryid", "sortfield", "eventtype", "source"),
        *("lat", "lon", "radius", "customstartdate", "customenddate", "suggested"),
    )
)


def access(url: str) -> Access | None:
    """FEED for group calendars, PAGE for group, event and city pages; everything else of Meetup is closed."""
    parts = split_url(url)
    if parts is None or not parts.hostname:
        return None
    if parts.hostname not in _HOSTS:
        return Access.FORBIDDEN if parts.hostname.endswith(".meetup.com") else None
    if any(key.lower() in _CLOSED_PARAMETERS for key, _ in parse_qsl(parts.query, keep_blank_values=True)):
        return Access.FORBIDDEN
    return _access_of(_segments(parts.path))


def canonical(url: str) -> str:
    """The address on www.meetup.com, in English, without tracking parameters; closed ones stay as they are."""
    parts = split_url(url)
    if parts is None or parts.hostname not in _HOSTS or access(url) is Access.FORBIDDEN:
        return url
    return f"{SITE}/{'/'.join(_segments(parts.path))}/"


def _segments(path: str) -> list[str]:
    segments = [segment for segment in path.split("/") if segment]
    if len(segments) > 1 and _LOCALES.fullmatch(segments[0]) and segments[1] != "events":
        return segments[1:]
    return segments


def _access_of(segments: list[str]) -> Access:
    match segments:
        case ["find", city] if _CITY.fullmatch(city):
            return Access.PAGE
        case ["find", city, slug] if _CITY.fullmatch(city) and _SLUG.fullmatch(slug):
            return Access.PAGE
        case [urlname, *rest] if URLNAME.fullmatch(urlname) and urlname.lower() not in _RESERVED:
            return _access_of_group(rest)
        case _:
            return Access.FORBIDDEN


def _access_of_group(rest: list[str]) -> Access:
    match rest:
        case ["events", "ical"]:
            return Access.FEED
        case [] | ["events"]:
            return Access.PAGE
        case ["events", event] if event.isalnum() and event.lower() not in {
            "rss",
            "atom",
            "past",
            "calendar",
        }:
            return Access.PAGE
        case _:
            return Access.FORBIDDEN


def is_city(url: str) -> bool:
    """Whether it is a city page."""
    parts = split_url(url)
    return parts is not None and _segments(parts.path)[:1] == ["find"]


def event_path(url: str) -> re.Match[str] | None:
    """The parts of an event page's path: the group's name and the event's id."""
    parts = split_url(url)
    match = _EVENT_PATH.fullmatch("/" + "/".join(_segments(parts.path))) if parts is not None else None
    return match if match is not None and match[2] != "ical" else None


def urlname_of(url: str | None) -> str | None:
    """The group's name in an address of Meetup, lower-case: Meetup itself does not tell them apart by case."""
    parts = split_url(url) if url else None
    if parts is None or (parts.hostname not in _HOSTS and not _is_nobodys(parts.hostname)):
        return None
    segments = _segments(parts.path)
    if not segments or not URLNAME.fullmatch(segments[0]) or segments[0].lower() in _RESERVED:
        return None
    return segments[0].lower()


def _is_nobodys(host: str | None) -> bool:
    """Names that RFC 2606 keeps for examples, such as that of the bundled samples."""
    return host is not None and host.endswith(".example")


def site_of(url: str) -> str:
    """Where the groups of a payload are: on Meetup, unless it comes from an example, which must not point there."""
    parts = split_url(url)
    return f"https://{parts.hostname}" if parts is not None and _is_nobodys(parts.hostname) else SITE


def group_url(urlname: str, site: str = SITE) -> str:
    """The page of a group."""
    return f"{site}/{urlname}/"


def calendar_url(urlname: str, site: str = SITE) -> str:
    """The calendar of a group."""
    return f"{site}/{urlname}/events/ical/"
