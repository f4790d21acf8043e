"""How likely two records are about the same event: features, a probability, and the reasons in words. Pure.

A few dozen numbers (`similarity.json`) weigh what the two say about address, time, place and name. The same series in another
city or year is not the same event; a meetup that moved by a week, or stands on two platforms, is.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList
from rapidfuzz.distance import JaroWinkler

from app.core.fold import fold
from app.ingest.matching.names import (
    alikeness,
    contained,
    is_acronym,
    share_of_own_words,
    words_of_name,
)
from app.listings.urls import canonical
from app.places.cells import haversine_km

_WEIGHTS: Final = Path(__file__).with_name("similarity.json")
# Hosts whose addresses name one event each: two different ones are two events, or one event twice.
_EVENT_HOSTS: Final = (
    "meetup.com",
    "luma.com",
    "eventbrite.",
    "kommunity.com",
    "guild.host",
    "connpass.com",
    "ti.to",
)


@dataclass(frozen=True, slots=True)
class EventFeatures:
    """What one record says of an event, as far as telling events apart needs it. Dates are local to the event."""

    id: str
    name: str
    start: date | None = None
    end: date | None = None
    url: str | None = None
    city: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    online: bool | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class EventSimilarity:
    """How likely two records are one event, and why, the strongest reason first."""

    probability: float
    reasons: tuple[str, ...]

    @property
    def same(self) -> bool:
        """More likely than not."""
        return self.probability >= 0.5


def event_similarity(one: EventFeatures, other: EventFeatures) -> EventSimilarity:
    """How similar two records are, whichever comes first."""
    terms = _terms(one, other)
    total = _weights()["bias"] + sum(terms.values())
    ordered = sorted(terms, key=lambda name: (-abs(terms[name]), name))
    return EventSimilarity(round(_logistic(total), 4), tuple(name.replace("_", " ") for name in ordered[:4]))


def weights_of(one: EventFeatures, other: EventFeatures) -> dict[str, float]:
    """What each reason adds to the log-odds of being one event, `bias` included; the heaviest first."""
    terms = {"bias": _weights()["bias"], **_terms(one, other)}
    ordered = sorted(terms, key=lambda name: (-abs(terms[name]), name))
    return {name.replace("_", " "): round(terms[name], 3) for name in ordered}


def _terms(one: EventFeatures, other: EventFeatures) -> dict[str, float]:
    weights = _weights()
    return {name: weights.get(name, 0.0) * value for name, value in features(one, other).items() if value}


def features(one: EventFeatures, other: EventFeatures) -> dict[str, float]:
    """What the two agree and disagree on; every value between 0 and 1, the same both ways."""
    names = _names(one, other)
    times = _times(one, other)
    places = _places(one, other)
    urls = _urls(one, other)
    found = {**names, **times, **places, **urls}
    same_day = times.get("same_start", 0.0)
    alike = names["name_alike"]
    near = max(places.get("same_town", 0.0), places.get("near", 0.0))
    apart = places.get("far_apart", 0.0)
    page = urls.get("same_page", 0.0)
    close = max(same_day, times.get("a_day_apart", 0.0), times.get("days_overlap", 0.0))
    # Agreement in one thing means much only together with agreement in another.
    found["same_start_and_name_alike"] = same_day * alike
    found["same_start_and_town_and_name_alike"] = same_day * near * alike
    found["same_page_and_close_dates"] = page * close
    found["same_page_and_close_dates_and_far_apart"] = page * close * apart
    found["same_page_and_another_date"] = page * (1 - close)
    found["same_start_and_far_apart"] = same_day * apart
    found["name_alike_and_another_date"] = alike * (1 - close)
    found["same_start_and_own_words"] = same_day * names["each_has_its_own_words"] * (1 - page)
    found["same_start_and_other_name"] = same_day * (1 - alike) * (1 - page)
    found["a_series_and_another_date"] = names.get("a_series", 0.0) * (1 - close) * alike
    found["same_part_of_the_name_and_start"] = names.get("same_part_of_the_name", 0.0) * same_day
    found["same_name_and_page_within_weeks"] = names["same_name"] * page * times.get("within_weeks", 0.0)
    found["same_name_within_weeks"] = names["same_name"] * times.get("within_weeks", 0.0)
    return {name: round(value, 6) for name, value in found.items() if value}


def _names(one: EventFeatures, other: EventFeatures) -> dict[str, float]:
    first, second = words_of_name(one.name), words_of_name(other.name)
    alike = alikeness(first, second)
    found = {
        "name_alike": alike,
        "same_name": float(first.telling == second.telling and bool(first.telling)),
        "one_name_in_the_other": float(contained(first.telling, second.telling)),
        "acronym": float(is_acronym(first, second) or is_acronym(second, first)),
        "name_unlike": float(alike < 0.45),
        "name_very_alike": float(alike > 0.88),
        "same_part_of_the_name": float(not first.parts.isdisjoint(second.parts)),
        "a_series": float(first.series or second.series),
    }
    own = share_of_own_words(first, second)
    found["own_words"] = own
    found["each_has_its_own_words"] = float(own > 0)
    if first.numbers and second.numbers:
        found["other_number"] = float(first.numbers.isdisjoint(second.numbers))
        found["same_number"] = 1 - found["other_number"]
    if first.years and second.years:
        found["other_year_in_name"] = float(first.years.isdisjoint(second.years))
    if first.months and second.months:
        found["other_month_in_name"] = float(first.months.isdisjoint(second.months))
    return found


def _times(one: EventFeatures, other: EventFeatures) -> dict[str, float]:
    if one.start is None or other.start is None:
        return {"no_date": 1.0}
    apart = abs((one.start - other.start).days)
    found: dict[str, float] = {}
    if apart == 0:
        found["same_start"] = 1.0
    elif apart == 1:
        found["a_day_apart"] = 1.0
    elif apart <= 7:
        found["within_a_week"] = 1.0
    elif apart <= 60:
        found["within_weeks"] = 1.0
    else:
        found["months_apart"] = 1.0
    if one.start.year != other.start.year and apart > 60:
        found["another_year"] = 1.0
    if one.end and other.end:
        found["same_end"] = float(one.end == other.end)
        if apart > 0 and one.start <= other.end and other.start <= one.end:
            found["days_overlap"] = 1.0
    return found


def _places(one: EventFeatures, other: EventFeatures) -> dict[str, float]:
    found: dict[str, float] = {}
    if one.online and other.online:
        found["both_online"] = 1.0
    elif bool(one.online) != bool(other.online):
        found["one_online"] = 1.0
    if one.city and other.city and _same_town(one.city, other.city):
        # The same name in two places is more often a bad coordinate than a namesake.
        found["same_town"] = 1.0
    elif None not in (one.lat, one.lon, other.lat, other.lon):
        assert one.lat is not None
        assert one.lon is not None
        assert other.lat is not None
        assert other.lon is not None
        km = haversine_km(one.lat, one.lon, other.lat, other.lon)
        if km < 25:
            found["same_town"] = 1.0
        elif km < 100:
            found["near"] = 1.0
        else:
            found["far_apart"] = 1.0
    elif one.city and other.city:
        found["other_town_by_name"] = 1.0
    else:
        found["place_unknown"] = 1.0
    return found


def _urls(one: EventFeatures, other: EventFeatures) -> dict[str, float]:
    first, second = _address(one.url), _address(other.url)
    if first is None or second is None:
        return {"no_address": 1.0}
    if first == second:
        return {"same_page": 1.0, "same_deep_page": float(first.count("/") > 3)}
    ours, theirs = urlsplit(first), urlsplit(second)
    host, other_host = ours.hostname or "", theirs.hostname or ""
    if host == other_host:
        if any(each in host for each in _EVENT_HOSTS):
            return {"another_page_of_an_event_host": 1.0}
        return {"same_host": 1.0, "page_below_the_other": float(_below(ours.path, theirs.path))}
    if _site(host) == _site(other_host):
        return {"same_site": 1.0}
    return {"another_host": 1.0}


@lru_cache(maxsize=16_384)
def _address(url: str | None) -> str | None:
    return canonical(url) if url else None


@lru_cache(maxsize=16_384)
def _town(city: str) -> str:
    return fold(city.split(",", maxsplit=1)[0])


def _same_town(one: str, other: str) -> bool:
    first, second = _town(one), _town(other)
    return first == second or (
        min(len(first), len(second)) > 5 and JaroWinkler.similarity(first, second) > 0.95
    )


def _below(one: str, other: str) -> bool:
    first, second = one.rstrip("/"), other.rstrip("/")
    return first.startswith(second) or second.startswith(first)


@cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=16_384)
def _site(host: str) -> str:
    """The registered domain of a host name by the public suffix list; the host itself if it is a suffix or has none."""
    return _public_suffixes().privatesuffix(host) or host


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


@cache
def _weights() -> dict[str, float]:
    document: dict[str, Any] = json.loads(_WEIGHTS.read_text(encoding="utf-8"))
    return {name: float(value) for name, value in document["weights"].items()}


def forget_weights() -> None:
    """Read the weights again at the next question: for the benchmark that fits them."""
    _weights.cache_clear()
