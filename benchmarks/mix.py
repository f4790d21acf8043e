"""What people ask `/v1/events`, no two requests alike: the mix of requests that `benchmarks.search` measures with.

Towns are drawn by population, half of the time by name and half by a point nearby; a career field, an interest or neither;
5 to 50 km; the next 7 or 30 days, the weekend or any time; a fifth is sorted by distance.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from app.places.gazetteer import locate
from app.taxonomy.taxonomy import load
from benchmarks.city_data import cities

_TIMES: Final = ("next7days", "next30days", "weekend", None)


def requests(seed: int) -> Iterator[str]:
    """Paths with a query string, without end and without repeats."""
    chance = random.Random(seed)
    # A name that a person has to choose among towns for is a 422, which is no answer to measure.
    towns = [town for town in cities() if locate(f"{town.name}, {town.country}").place is not None]
    weights = [town.population for town in towns]
    fields, interests = sorted(load().fields), sorted(load().interests)
    sent: set[str] = set()
    while True:
        town = chance.choices(towns, weights)[0]
        parameters: dict[str, str | int | float] = {}
        if chance.random() < 0.5:
            parameters["near"] = f"{town.name}, {town.country}"
        else:
            parameters["lat"] = round(town.lat + chance.gauss(0, 0.05), 5)
            parameters["lon"] = round(town.lon + chance.gauss(0, 0.05), 5)
        parameters["radius_km"] = chance.randint(5, 50)
        topic = chance.choice(("field", "interest", None))
        if topic is not None:
            parameters[topic] = chance.choice(fields if topic == "field" else interests)
        time = chance.choice(_TIMES)
        if time is not None:
            parameters["from"] = time
        if chance.random() < 0.2:
            parameters["sort"] = "distance"
        path = f"/v1/events?{urlencode(parameters)}"
        if path not in sent:
            sent.add(path)
            yield path
