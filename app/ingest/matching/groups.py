"""Whether two groups are one, on whatever platforms they are: a pure decider, the same whichever is named first.

Evidence in order of strength: one links to the other, they hold the same events, they share a site of their own, they
have one name in one town. Two groups of one platform are two, for a platform names each of its groups once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from app.core.fold import fold
from app.core.ids import key
from app.ingest.matching.reason import Reason
from app.listings.urls import canonical
from app.places.cells import haversine_km
from scrapers.registry import generic_platforms, platform_for

# Hosts of many groups that are none of our platforms: an address there is not a group's own site.
_SHARED_HOSTS: Final = (
    "facebook.com", "linkedin.com", "google.com", "github.com", "github.io", "youtube.com", "instagram.com", "twitter.com",
    "x.com", "slack.com", "discord.", "t.me", "wa.me", "bit.ly", "linktr.ee", "wordpress.com", "medium.com", "substack.com",
    "kommunity.com", "guild.host",
)  # fmt: skip
_GENERIC: Final = frozenset(
    [
        "a",
        "and",
        "at",
        "club",
        "clubs",
        "chapter",
        "community",
        "event",
        "events",
        "for",
        "forum",
        "group",
        "groups",
        "hub",
        "in",
        "international",
        "local",
        "meet",
        "meetup",
        "meetups",
        "meeting",
        "meetings",
        "network",
        "of",
        "official",
        "organisation",
        "organization",
        "society",
        "team",
        "the",
        "user",
        "users",
        "verein",
        "und",
        "de",
        "la",
        "le",
        "les",
        "y",
        "e",
        "association",
    ]
)
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"')\]]{4,300}")
# Whether a fact speaks for one group.
GROUP_FACTS: Final[dict[str, bool]] = {
    "linked": True,
    "same_events": True,
    "one_site": True,
    "same_name": True,
    "name_alike": True,
    "same_town": True,
    "name_unlike": False,
    "far_apart": False,
    "place_unknown": False,
    "one_platform": False,
}
_MOST_LINKS: Final = 8
_SAME_TOWN_KM: Final = 30.0
_ALIKE: Final = 60.0


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """What is known of a group, as far as telling groups apart needs it. `links` and `keys` are of addresses."""

    id: int
    name: str
    city: str | None
    lat: float | None
    lon: float | None
    site: str | None
    keys: frozenset[int]
    links: frozenset[int]
    platforms: frozenset[str]


@dataclass(frozen=True, slots=True)
class GroupSimilarity:
    """How likely two groups are one, and why."""

    probability: float
    reason: str | None = None

    @property
    def same(self) -> bool:
        """More likely than not."""
        return self.probability >= 0.5


def group_similarity(one: KnownGroup, other: KnownGroup, shared_events: int = 0) -> GroupSimilarity:
    """The kinship of two groups that hold `shared_events` of the events known."""
    if (one.platforms & other.platforms) - generic_platforms():
        return GroupSimilarity(0.0)
    first, second = core(one.name, one.city), core(other.name, other.city)
    alike = fuzz.token_sort_ratio(" ".join(first), " ".join(second))
    near = _near(one, other)
    if near is False:
        return GroupSimilarity(0.0)
    if alike >= _ALIKE:
        if one.links & other.keys or other.links & one.keys:
            return GroupSimilarity(0.95, "one links to the other")
        if shared_events and _apart_alike(one.name, other.name):
            return GroupSimilarity(0.9, "they hold the same events")
        if one.site is not None and one.site == other.site:
            return GroupSimilarity(0.9, "they have one site")
    # A single word is a subject, not a name: two clubs hike in London.
    if near and first == second and (len(first) > 1 or fold(one.name) == fold(other.name)):
        return GroupSimilarity(0.85, "one name in one town")
    return GroupSimilarity(0.1)


def group_reasons(one: KnownGroup, other: KnownGroup, shared_events: int = 0) -> tuple[Reason, ...]:
    """What speaks for and against two groups being one; what speaks for it comes first."""
    first, second = core(one.name, one.city), core(other.name, other.city)
    is_same = first == second
    is_alike = fuzz.token_sort_ratio(" ".join(first), " ".join(second)) >= _ALIKE
    near = _near(one, other)
    facts = {
        "linked": bool(one.links & other.keys or other.links & one.keys),
        "same_events": shared_events > 0,
        "one_site": one.site is not None and one.site == other.site,
        "same_name": is_same,
        "name_alike": is_alike and not is_same,
        "same_town": near is True,
        "name_unlike": not is_alike,
        "far_apart": near is False,
        "place_unknown": near is None,
        "one_platform": bool((one.platforms & other.platforms) - generic_platforms()),
    }
    return tuple(Reason(code, GROUP_FACTS[code]) for code, is_so in facts.items() if is_so)


def _apart_alike(one: str, other: str) -> bool:
    """Whether two names still agree once the words that both have are taken out: Boston Python is not Boston Nurses.

    The town is not asked for: it is known of one group earlier than of the other, and the order of reading must not decide.
    """
    first, second = set(core(one, None)), set(core(other, None))
    rest, other_rest = first - second, second - first
    if not rest or not other_rest:
        return True
    return fuzz.ratio(" ".join(sorted(rest)), " ".join(sorted(other_rest))) >= _ALIKE


@lru_cache(maxsize=16_384)
def core(name: str, city: str | None) -> tuple[str, ...]:
    """The words of a group's name that are neither its town nor words that any group may have, sorted."""
    words = fold(name).split()
    town = set(fold(city).split()) if city else set()
    telling = {word for word in words if word not in _GENERIC and word not in town}
    return tuple(sorted(telling or words))


def name_key(name: str, city: str | None) -> int:
    """The number under which groups of one name are found."""
    return key("group-name", *core(name, city))


def links_in(description: str | None, url: str | None) -> frozenset[int]:
    """The keys of the addresses that a group's own words point to."""
    own = canonical(url) if url else None
    found = dict.fromkeys(
        address
        for each in _ADDRESS.findall(description or "")
        if (address := canonical(each.rstrip(".,;:!?"))) is not None and address != own
    )
    return frozenset(key("group-url", address) for address in list(found)[:_MOST_LINKS])


def site_of(url: str | None) -> str | None:
    """The host of a group's own site; None for a page on a platform or another host of many groups."""
    if not url:
        return None
    host = urlsplit(url).hostname
    if host is None or any(shared in host for shared in _SHARED_HOSTS):
        return None
    platform = platform_for(url)
    if platform is not None and not platform.is_generic:
        return None
    return host.removeprefix("www.")


def _near(one: KnownGroup, other: KnownGroup) -> bool | None:
    """Whether two groups are in one town; None where nobody knows."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    return haversine_km(one.lat, one.lon, other.lat, other.lon) <= _SAME_TOWN_KM
