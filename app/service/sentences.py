"""A sentence as parameters: what `ask` was read as fills what was not given otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.places.gazetteer import LatLon
from app.places.home import home
from app.search.query import WEEKDAYS
from app.understanding.lines import place_name, understood_json
from app.understanding.sentence import understand
from app.understanding.understood import Understood

Parameters = TypeVar("Parameters", bound=BaseModel)

_SAME: dict[str, str] = {
    "radius_km": "radius_km",
    "weekday": "weekday",
    "free": "free",
    "mode": "mode",
    "language": "language",
    "access": "access",
}
_OTHER_MODE = {"online": "offline", "offline": "online"}
# What groups are for has interests of the same meaning where no purpose can be asked for.
_AS_INTERESTS = {"networking": "business-networking", "job-search": "job-search-support"}


def with_sentence(parameters: Parameters, sentence: str | None) -> tuple[Parameters, dict[str, Any] | None]:
    """The parameters with what a sentence says, and how it was read. What is given as a parameter counts."""
    if not sentence:
        return parameters, None
    given = parameters.model_fields_set
    lat, lon = getattr(parameters, "lat", None), getattr(parameters, "lon", None)
    found = understand(sentence, LatLon(lat, lon) if lat is not None and lon is not None else home())
    fields = type(parameters).model_fields
    heard = _said(found)
    if "purpose" not in fields:
        heard["interest"] = with_purposes(heard.get("interest", ()), heard.get("purpose", ()))
    said = {name: _bounded(fields[name], value) for name, value in heard.items() if name in fields}
    if "near" in said and given & {"near", "lat", "bbox"}:
        del said["near"]
    return parameters.model_copy(
        update={name: value for name, value in said.items() if name not in given}
    ), understood_json(found)


def with_purposes(interests: Iterable[str], purposes: Iterable[str]) -> list[str]:
    """Interests, with those of the same meaning as purposes: for what knows no purposes, such as recommendations."""
    return list(
        dict.fromkeys([*interests, *(_AS_INTERESTS[each] for each in purposes if each in _AS_INTERESTS)])
    )


def _bounded(field: FieldInfo, value: Any) -> Any:
    """A value within the limits that the parameter of this name has."""
    for limit in field.metadata:
        if isinstance(limit, MaxLen) and isinstance(value, list):
            value = value[: limit.max_length]
        elif isinstance(limit, Ge):
            value = max(value, limit.ge)
        elif isinstance(limit, Le):
            value = min(value, limit.le)
    return value


def _said(found: Understood) -> dict[str, Any]:
    values, without = found.values, found.without
    said: dict[str, Any] = {name: values[member] for name, member in _SAME.items() if member in values}
    if found.place is not None:
        said["near"] = [place_name(found.place)]
    for name, member in (("field", "fields"), ("interest", "interests"), ("purpose", "purposes")):
        topics = [*values.get(member, ()), *(f"!{each}" for each in without.get(member, ()))]
        if topics:
            said[name] = topics
    if "from_to" in values:
        # A day has an end: "on Thursday" is not "from Thursday on".
        said |= {"from_": values["from_to"], "to": values["from_to"]}
    if "part_of_day" in values:
        said["part_of_day"] = [values["part_of_day"]]
    if "company" in values:
        said["company"] = [values["company"]]
    if "mode" in without:
        said.setdefault("mode", _OTHER_MODE.get(without["mode"]))
    if "weekday" in without:
        said["weekday"] = [day for day in values.get("weekday", WEEKDAYS) if day not in without["weekday"]]
    words = [*values.get("q", "").split(), *(f"-{word}" for word in without.get("q", "").split())]
    if words:
        said["q"] = " ".join(words)
    return said
