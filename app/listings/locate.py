"""Where a listing takes place: its own coordinates, else its town by name, else its source's town. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from app.places.cells import NO_CELL, cell
from app.places.gazetteer import LatLon, Place, nearest
from app.places.gazetteer import locate as find_place
from app.places.repair import repaired
from scrapers.records import ScrapedPlace


@dataclass(frozen=True, slots=True)
class PlaceHint:
    """What a source's own row says about where and what its listings are."""

    city: str | None = None
    region: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    timezone: str | None = None
    topics: tuple[str, ...] = ()

    @property
    def point(self) -> LatLon | None:
        """The source's own place."""
        return LatLon(self.lat, self.lon) if self.lat is not None and self.lon is not None else None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A place as we understand it; country is ISO 3166-1 alpha-2; all None for online and unknown places."""

    name: str | None = None
    address: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    timezone: str | None = None
    cell: int = NO_CELL
    # The middle of the town it is in: what stands for a venue whose source names only the town.
    middle: LatLon | None = None
    # How we know: 3 by coordinates, 2 by the name of a town, 1 by the source's own town, 0 not at all.
    precision: int = 0

    @property
    def point(self) -> LatLon | None:
        """Its coordinates."""
        return LatLon(self.lat, self.lon) if self.lat is not None and self.lon is not None else None

    @property
    def exact(self) -> bool:
        """Whether the point is the venue's own and not its town's."""
        return self.precision == 3


def better(best: Whereabouts, other: Whereabouts) -> Whereabouts:
    """Of two listings' places the more precise one, the first of equals, with the words it lacks from the other."""
    first, second = (other, best) if other.precision > best.precision else (best, other)
    return replace(
        first,
        name=first.name or second.name,
        address=first.address or second.address,
        city=first.city or second.city,
        region=first.region or second.region,
    )


def locate(place: ScrapedPlace | None, hint: PlaceHint, *, online: bool) -> Whereabouts:
    """Where a place is. Online listings are nowhere; an unnamed place is taken to be in its source's town."""
    if online:
        return Whereabouts(name=place.name if place else None)
    if place is None:
        return _of_source(hint)
    if place.lat is not None and place.lon is not None:
        # Swapped coordinates are swapped back, the points that products give for "unknown" are none.
        point = repaired(place.lat, place.lon, near=hint.point, country=place.country or hint.country)
        if point is not None:
            return _at(place, *point, hint)
    found = _named(place.city, place.region, place.country, hint)
    if found is None and place.address:
        found = _named(place.address, None, place.country, hint)
    if found is None and place.name:
        found = _named(place.name, None, place.country, hint)
    town = _of_source(hint) if found is None else _of_town(found)
    return replace(
        town,
        name=place.name,
        address=place.address,
        city=town.city if found else place.city or town.city,
        region=town.region if found else place.region or town.region,
    )


def _at(place: ScrapedPlace, lat: float, lon: float, hint: PlaceHint) -> Whereabouts:
    # A kilometre more or less changes neither town nor zone, and venues of a town share the answer.
    town = _nearest(round(lat, 2), round(lon, 2))
    named = _named(place.city, place.region, place.country, hint)
    middle = named or town
    return Whereabouts(
        name=place.name,
        address=place.address,
        city=place.city or (town.name if town else None),
        region=(town.region if town else None) or place.region,
        country=town.country if town else None,
        lat=lat,
        lon=lon,
        timezone=town.timezone if town else None,
        cell=cell(lat, lon),
        middle=None if middle is None else LatLon(middle.lat, middle.lon),
        precision=3,
    )


def _of_town(town: Place) -> Whereabouts:
    return Whereabouts(
        city=town.name,
        region=town.region,
        country=town.country,
        lat=town.lat,
        lon=town.lon,
        timezone=town.timezone,
        cell=cell(town.lat, town.lon),
        middle=LatLon(town.lat, town.lon),
        precision=2,
    )


def _of_source(hint: PlaceHint) -> Whereabouts:
    if hint.lat is None or hint.lon is None:
        return Whereabouts(timezone=hint.timezone)
    return Whereabouts(
        city=hint.city,
        region=hint.region,
        country=hint.country,
        lat=hint.lat,
        lon=hint.lon,
        timezone=hint.timezone,
        cell=cell(hint.lat, hint.lon),
        middle=LatLon(hint.lat, hint.lon),
        precision=1,
    )


@lru_cache(maxsize=16_384)
def _nearest(lat: float, lon: float) -> Place | None:
    return nearest(lat, lon)


@lru_cache(maxsize=16_384)
def _named(city: str | None, region: str | None, country: str | None, hint: PlaceHint) -> Place | None:
    """The town of a name; areas such as countries are not places to meet."""
    if not city:
        return None
    query = ", ".join(part for part in (city, region, country) if part)
    found = find_place(query, near=hint.point, country=hint.country if not country else None).place
    if found is None or found.kind in {"country", "region", "online"}:
        return None
    return found
