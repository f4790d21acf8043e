"""How many sources the large cities start with: the 60 largest metropolitan areas of the US, and 100 cities of the world.

A city falls short where a person there would find too little, whatever they work in. Pure.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from app.places.gazetteer import locate
from app.sources.catalogue import (
    ENOUGH_SOURCES,
    CatalogueSource,
    filled_templates,
    fixed_near,
    starts_at_once,
)

# With fewer a city falls short, as with fewer than `ENOUGH_SOURCES` in all.
ENOUGH_NON_TECH: Final = 3
_US: Final = """
    New York City; Los Angeles, CA; Chicago, IL; Dallas, TX; Houston, TX; Washington, DC; Philadelphia, PA;
    Miami, FL; Atlanta, GA; Boston, MA; Phoenix, AZ; San Francisco, CA; Riverside, CA; Detroit, MI;
    Seattle, WA; Minneapolis, MN; San Diego, CA; Tampa, FL; Denver, CO; Baltimore, MD; St. Louis, MO;
    Charlotte, NC; Orlando, FL; San Antonio, TX; Portland, OR; Sacramento, CA; Pittsburgh, PA;
    Las Vegas, NV; Austin, TX; Cincinnati, OH; Kansas City, MO; Columbus, OH; Cleveland, OH;
    Indianapolis, IN; San Jose, CA; Nashville, TN; Virginia Beach, VA; Providence, RI; Milwaukee, WI;
    Jacksonville, FL; Oklahoma City, OK; Raleigh, NC; Memphis, TN; Richmond, VA; Louisville, KY;
    New Orleans, LA; Salt Lake City, UT; Hartford, CT; Buffalo, NY; Birmingham, AL; Rochester, NY;
    Grand Rapids, MI; Tucson, AZ; Tulsa, OK; Fresno, CA; Honolulu, HI; Omaha, NE; Albuquerque, NM;
    Greenville, SC; Knoxville, TN
"""
_WORLD: Final = """
    Tokyo; Delhi; Shanghai; Dhaka; Sao Paulo, Brazil; Cairo; Mexico City; Beijing; Mumbai; Osaka;
    Chongqing; Karachi; Kinshasa; Lagos, Nigeria; Istanbul; Buenos Aires; Kolkata; Manila; Guangzhou;
    Tianjin; Lahore; Bengaluru, India; Rio de Janeiro; Shenzhen; Moscow; Chennai; Bogota; Paris, France;
    Jakarta; Lima, Peru; Bangkok; Hyderabad, India; Seoul; Nanjing; Chengdu; London, UK; Luanda; Tehran;
    Ho Chi Minh City; Nagoya; Xi'an; Ahmedabad; Wuhan; Kuala Lumpur; Hangzhou; Suzhou; Surat, India;
    Dar es Salaam; Baghdad; Shenyang; Riyadh; Hong Kong; Foshan; Dongguan; Pune; Santiago, Chile; Harbin;
    Madrid; Khartoum; Toronto; Johannesburg; Belo Horizonte; Dalian; Singapore; Qingdao; Jinan; Abidjan;
    Fukuoka; Alexandria, Egypt; Addis Ababa; Nairobi; Barcelona, Spain; Yangon; Saint Petersburg, Russia;
    Guadalajara, Mexico; Ankara; Melbourne, Australia; Monterrey; Sydney, Australia; Recife; Brasilia;
    Cape Town; Jeddah; Casablanca; Accra; Porto Alegre; Berlin; Montreal; Tel Aviv; Kano; Medellin;
    Rome, Italy; Busan; Dubai; Yaounde; Milan; Athens, Greece; Lisbon; Vienna; Warsaw
"""


@dataclass(frozen=True, slots=True)
class CityCoverage:
    """What a city starts with: fixed sources within 40 km and templates filled in for it.

    `..._at_once` counts those that wait for no decision of the operator and no key.
    """

    name: str
    part: str
    fixed: int
    fixed_at_once: int
    non_tech: int
    templates: int
    templates_at_once: int

    @property
    def falls_short(self) -> str | None:
        """What there is too little of, or None."""
        lacking = []
        if self.fixed + self.templates < ENOUGH_SOURCES:
            lacking.append("few sources")
        if self.non_tech < ENOUGH_NON_TECH:
            lacking.append("little outside tech")
        return ", ".join(lacking) or None

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {**asdict(self), "falls_short": self.falls_short}


def large_cities() -> list[CityCoverage]:
    """The coverage of every large city, by the catalogue alone: those of the US first, each part by size."""
    return [
        _coverage(name.strip(), part)
        for part, names in (("US", _US), ("world", _WORLD))
        for name in names.replace("\n", " ").split(";")
    ]


def _coverage(name: str, part: str) -> CityCoverage:
    place = locate(name).place
    if place is None:
        raise LookupError(f"{name}: the gazetteer does not know this city of app/sources/large_cities.py")
    fixed = fixed_near(place)
    templates = {each.url: each for _, each in filled_templates(place) if isinstance(each, CatalogueSource)}
    return CityCoverage(
        name=name,
        part=part,
        fixed=len(fixed),
        fixed_at_once=sum(starts_at_once(source) for source, _ in fixed),
        non_tech=sum(kind != "tech" for _, kind in fixed),
        templates=len(templates),
        templates_at_once=sum(starts_at_once(each) for each in templates.values()),
    )
