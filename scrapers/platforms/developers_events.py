"""developers.events: developer conferences of the world, one file of all years (open repository).

Addresses: `developers.events/all-events.json`, also as a file of scraly/developers-conferences-agenda: data made to be
reused, a feed. Traps: "Online" stands as city and country; a country may be wrong ("Zurich (Germany)"), and a place in
the wrong country is worse than one without a country; the country may stand as city; days are UTC midnights in
milliseconds; calls for papers are dates too, but not of the conference.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from scrapers.formats.datetimes import moment_of
from scrapers.formats.identity import derived_uid
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import city_and_state, place_of, town, us_state
from scrapers.platforms._values import Node, at, host_and_path, items, nodes, word
from scrapers.records import Reading, ScrapedPlace

_ALL: Final = "https://developers.events/all-events.json"
_RAW: Final = re.compile(r"/scraly/developers-conferences-agenda/(?:[\w./-]+/)?all-events\.json")
_STATES_OF: Final = frozenset({"USA", "U.S.A.", "United States"})
_CITY_STATES: Final = frozenset({"singapore", "monaco", "luxembourg", "hong kong"})
_LANGUAGES: Final = {
    "english": "en",
    "french": "fr",
    "german": "de",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
    "polish": "pl",
    "dutch": "nl",
    "japanese": "ja",
}
# Cities of many conferences whose name is not another country's: enough to catch a slip of the list of countries.
_COUNTRIES: Final = {
    city: country
    for country, cities in {
        "Austria": "vienna salzburg graz linz",
        "Belgium": "brussels antwerp ghent leuven",
        "Czech Republic": "prague brno",
        "Denmark": "copenhagen aarhus",
        "Finland": "helsinki tampere",
        "France": "paris lyon lille nantes toulouse bordeaux grenoble rennes strasbourg",
        "Germany": "berlin munich hamburg cologne frankfurt stuttgart karlsruhe dusseldorf leipzig nuremberg",
        "Hungary": "budapest",
        "Italy": "milan rome turin bologna florence",
        "Japan": "tokyo osaka kyoto",
        "Netherlands": "amsterdam rotterdam utrecht eindhoven",
        "Norway": "oslo bergen",
        "Poland": "warsaw krakow wroclaw gdansk poznan",
        "Portugal": "lisbon porto",
        "Romania": "bucharest cluj-napoca",
        "Spain": "madrid barcelona bilbao malaga seville",
        "Sweden": "stockholm gothenburg malmo",
        "Switzerland": "zurich geneva basel lausanne bern",
        "UK": "london edinburgh manchester",
    }.items()
    for city in cities.split()
}
# Cities that towns elsewhere are named after are only wrong in the countries around.
_ABROAD: Final = frozenset(
    {"usa", "u.s.a.", "united states", "us", "canada", "brazil", "mexico", "colombia", "australia"}
)
_OTHER_NAMES: Final = {
    "united kingdom": "uk",
    "england": "uk",
    "scotland": "uk",
    "great britain": "uk",
    "czechia": "czech republic",
    "the netherlands": "netherlands",
}


class DevelopersEvents(Platform):
    """developers.events."""

    name: ClassVar[str] = "developers_events"
    label: ClassVar[str] = "developers.events"

    def access(self, url: str) -> Access | None:
        """FEED for the file of all events, PAGE for the site."""
        found = host_and_path(url)
        if found is None:
            return None
        if found[0] in {"raw.githubusercontent.com", "github.com"} and _RAW.fullmatch(found[1]):
            return Access.FEED
        if found[0] not in {"developers.events", "www.developers.events"}:
            return None
        return Access.FEED if found[1] in {"/", "/all-events.json"} else Access.PAGE

    def recognises(self, payload: Payload) -> bool:
        body = payload.body[:20_000]
        return self.access(payload.url) is not None or (b'"hyperlink"' in body and b'"cfp"' in body)

    def canonical(self, url: str) -> str:
        """The file of all events, for the site's front page."""
        found = host_and_path(url)
        return (
            _ALL if found is not None and found[0].endswith("developers.events") and found[1] == "/" else url
        )

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The conferences of the file."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        listing.each(listing.json(), lambda item: _event(listing, item))
        return listing.reading()


def _event(listing: Listing, node: Node) -> None:
    days = items(node.get("date"))
    tags = {(str(at(each, "key")), str(at(each, "value"))) for each in nodes(node.get("tags"))}
    online = ("location", "online") in tags or "online" in {
        str(node.get(key)).strip().casefold() for key in ("location", "city", "country")
    }
    place = _place(listing, node)
    title = word(node.get("name"))
    start = moment_of(at(days, 0), listing.window.zone)
    languages = [_LANGUAGES.get(str(value).casefold()) for key, value in tags if key == "language"]
    cancelled = str(node.get("status")).casefold() in {"cancelled", "canceled"}
    listing.event(
        Draft(
            uid=derived_uid(title, start) if title and start else None,
            title=title,
            start=at(days, 0),
            end=at(days, len(days) - 1),
            all_day=True,
            status="EventCancelled" if cancelled else "EventScheduled",
            mode=("mixed" if place else "online") if online else None,
            url=node.get("hyperlink"),
            place=place,
            words=[
                at(each, "value") for each in nodes(node.get("tags")) if at(each, "key") in ("tech", "topic")
            ],
            language=languages[0] if len(languages) == 1 else None,
        )
    )


def _place(listing: Listing, node: Node) -> ScrapedPlace | None:
    city, region = city_and_state(node.get("city"))
    country = town(node.get("country"))
    if country in _STATES_OF and us_state(city) and city not in {"New York", "Washington"}:
        city, region = None, city
    if city is not None and city == country and city.casefold() not in _CITY_STATES:
        city = None
    if city is not None and country is not None and _contradict(city, country):
        listing.notes.add("wrong_country", f"{node.get('name')!s:.80}: {city} is not in {country}")
        country = None
    return place_of(city=city, region=region, country=country)[0]


def _contradict(city: str, country: str) -> bool:
    """Whether a well-known city is not in the country that is written beside it."""
    known = _COUNTRIES.get(city.casefold().replace("ü", "u").replace("ö", "o"))
    written = country.casefold()
    return (
        known is not None
        and written not in _ABROAD
        and _OTHER_NAMES.get(written, written) != known.casefold()
    )
