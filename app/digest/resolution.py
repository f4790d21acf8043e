"""How a wish is understood: its place, its words, its zone and units. The same understanding as everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.core.errors import ParameterError, ProblemError, wrong_parameters
from app.digest.schemas import Wish
from app.places.gazetteer import timezone_around
from app.service.parameters import TopicParameters
from app.service.recommendation_schemas import RecommendationIn
from app.service.resolution import resolve_query
from app.taxonomy.taxonomy import is_sensitive
from app.translations.translator import Translator, translator

# Where the way is told in miles.
_MILES: Final = frozenset({"US", "GB", "LR"})
_PARAMETERS: Final = {"field": "fields", "interest": "interests", "purpose": "purposes"}


@dataclass(frozen=True, slots=True)
class ResolvedWish:
    """A wish whose zone and units are filled in, and what its words mean (ids)."""

    wish: Wish
    place: str | None
    country: str | None
    fields: tuple[str, ...]
    interests: tuple[str, ...]
    purposes: tuple[str, ...]
    resolved: dict[str, Any]

    @property
    def is_private(self) -> bool:
        """Whether a sensitive interest is wished for: then nothing goes to other programs."""
        return any(is_sensitive(each) for each in self.interests)

    @property
    def say(self) -> Translator:
        """The subscriber's language, as it is written where they are."""
        return translator(self.wish.language, self.country)


def resolve_wish(wish: Wish, now: datetime) -> ResolvedWish:
    """Raises the 422 that names every word which is not understood, by the names that a wish has."""
    try:
        resolved = resolve_query(
            TopicParameters(
                near=[] if wish.near is None else [wish.near],
                lat=wish.lat,
                lon=wish.lon,
                radius_km=wish.radius_km,
                field=wish.fields,
                interest=wish.interests,
                purpose=wish.purposes,
            ),
            now,
            "groups",
        ).resolved
    except ProblemError as error:
        raise _renamed(error) from None
    place = resolved["near"][0]["place"] if resolved["near"] else {}
    country = place.get("country")
    zone = wish.timezone or place.get("timezone")
    if zone is None and wish.lat is not None and wish.lon is not None:
        zone = timezone_around(wish.lat, wish.lon)
    units = wish.units or ("mi" if country in _MILES else "km")
    return ResolvedWish(
        wish=wish.model_copy(update={"timezone": zone or "UTC", "units": units}),
        place=place.get("name"),
        country=country,
        fields=_wished(resolved["field"]),
        interests=_wished(resolved["interest"]),
        purposes=_wished(resolved["purpose"]),
        resolved=resolved,
    )


def recommendation_of(wish: Wish, hidden: list[str], **values: Any) -> RecommendationIn:
    """The question that a wish is to the recommender; `hidden` are ids that must not come."""
    return RecommendationIn(
        near=[] if wish.near is None else [wish.near],
        lat=wish.lat,
        lon=wish.lon,
        radius_km=wish.radius_km,
        field=wish.fields,
        interest=wish.interests,
        exclude=hidden[-200:],
        phase=None if wish.phase == "unmapped" else wish.phase,
        covered=wish.covered,
        **values,
    )


def _wished(entries: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(each["id"] for each in entries if not each["input"].startswith("!"))


def _renamed(error: ProblemError) -> ProblemError:
    return wrong_parameters(
        [
            ParameterError(
                _PARAMETERS.get(each.parameter, each.parameter), each.value, each.detail, each.suggestions
            )
            for each in error.errors
        ]
    )
