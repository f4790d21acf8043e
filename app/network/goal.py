"""What a person is after, as they say it (`Goal`) and as it is understood (`ResolvedGoal`): companies, fields, a town."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, StringConstraints, ValidationError, field_validator

from app.network.companies import Aliases, company_key
from app.network.constants import constants
from app.network.phrases import Tongue
from app.network.validation import StrictModel, Wrong, WrongInputError, wrongs
from app.places.gazetteer import locate
from app.places.records import Place
from app.taxonomy.meanings import resolve_field, values_of
from app.taxonomy.taxonomy import expand_field, load

Language = Literal["en", "de", "fr", "es"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


# A goal has eleven; of hundreds, each would be a mistake to tell.
_MOST_MEMBERS: Final = 50


class City(StrictModel):
    """Where to look, as a place name: `{"q": "Leeds, GB"}`."""

    q: Words


class Role(StrictModel):
    """An open role at a company, for which a contact there could refer."""

    company: Words
    title: Words
    url: Words | None = None


class Me(StrictModel):
    """Who is asking, for drafts that say so: `{"name": "Anna Weber", "about": "a nurse who writes software"}`."""

    name: Words
    about: Words | None = Field(
        default=None, description='Ends the sentence "I\'m Anna Weber, ...", in the language of the drafts'
    )
    experienced: bool | None = Field(
        default=None,
        description="Whether you have worked in the goal's field; read from your export by default",
    )


class Goal(StrictModel):
    """What somebody is after. At least one company or field; everything else has a default."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"companies": ["Acme", "Globex"], "fields": ["data-science-ai"], "city": {"q": "Leeds, GB"}}
            ]
        },
    )

    companies: list[Words] = Field(default=[], max_length=50, description="Where one would like to work")
    fields: list[Words] = Field(
        default=[], max_length=20, description="Ids or words of career fields; a family stands for all in it"
    )
    adjacent: Literal["auto"] | list[Words] = Field(
        default="auto", description="Fields next to them: auto, or ids, or none with []"
    )
    city: City | Words | None = None
    radius_km: float = Field(default=25, ge=1, le=500)
    conversations_target: float = Field(
        default_factory=lambda: constants().score.conversations,
        gt=0,
        le=100,
        description="D: conversations that the search needs",
    )
    weekly_capacity: int = Field(
        default_factory=lambda: int(constants().action.weekly),
        ge=0,
        le=50,
        description="New people to ask a week",
    )
    aliases: dict[str, list[Words]] = Field(
        default={}, max_length=200, description="Other names of companies: {name: [other names]}"
    )
    roles: list[Role] = Field(
        default=[], max_length=50, description="Open roles that a contact could refer to"
    )
    language: Language = Field(default="en", description="Of drafts and questions")
    formal: bool = Field(default=False, description="German with Sie instead of du")
    me: Me | None = Field(default=None, description="Who is asking; read from your export by default")

    @property
    def tongue(self) -> Tongue:
        """The language and form of address that drafts are written in."""
        return "de-formal" if self.language == "de" and self.formal else self.language

    @field_validator("adjacent", mode="before")
    @classmethod
    def _auto(cls, value: Any) -> Any:
        return "auto" if value is None else value


@dataclass(frozen=True, slots=True)
class ResolvedGoal:
    """A goal as it is understood. `companies` are (words, folded name), fields ids of the taxonomy.

    `wishes` are the fields and families as they were named, before a family stands for all its fields.
    """

    goal: Goal
    companies: tuple[tuple[str, str], ...] = ()
    fields: tuple[str, ...] = ()
    adjacent: tuple[str, ...] = ()
    families: frozenset[str] = frozenset()
    place: Place | None = None
    aliases: Aliases = field(default_factory=Aliases)
    wishes: tuple[str, ...] = ()

    def wish_of(self, identity: str) -> str:
        """The field or family, as the goal names it, that a field belongs to; the field itself where none does."""
        if identity in self.wishes:
            return identity
        family = load().fields[identity].family
        return family if family in self.wishes else identity

    @property
    def near(self) -> list[str]:
        """The town as it was written, as searches take it; empty where none was."""
        city = self.goal.city
        return [] if city is None else [city if isinstance(city, str) else city.q]

    @property
    def wanted(self) -> frozenset[str]:
        """The fields of the goal and their families, as recruiters name them."""
        return frozenset(self.fields) | self.families


def read_goal(document: Any) -> ResolvedGoal:
    """The aim of a goal's JSON. Raises `WrongInputError` with everything that is wrong and what would be right."""
    if not isinstance(document, dict):
        said = "is missing" if document is None else "is not a JSON object"
        example = '{"fields": ["data-science-ai"], "companies": ["Acme"], "city": {"q": "Leeds, GB"}}'
        raise WrongInputError((Wrong("goal", f"{said}; write what you are after, such as {example}"),))
    if len(document) > _MOST_MEMBERS:
        raise WrongInputError((Wrong("goal", f"has more than {_MOST_MEMBERS} members"),))
    try:
        goal = Goal.model_validate(document)
    except ValidationError as error:
        raise WrongInputError(wrongs("goal", Goal, error)) from None
    wrong: list[Wrong] = []
    companies = _companies(goal, wrong)
    wishes = _wishes("fields", goal.fields, wrong)
    fields = _expanded(wishes)
    adjacent = (
        _adjacent(fields) if goal.adjacent == "auto" else _expanded(_wishes("adjacent", goal.adjacent, wrong))
    )
    place = _place(goal.city, wrong)
    if not goal.companies and not goal.fields:
        wrong.append(Wrong("goal", "names neither a company nor a field; name at least one"))
    if wrong:
        raise WrongInputError(tuple(wrong))
    return ResolvedGoal(
        goal=goal,
        companies=companies,
        fields=fields,
        adjacent=tuple(each for each in adjacent if each not in fields),
        families=frozenset(load().fields[each].family for each in fields),
        place=place,
        aliases=Aliases(goal.aliases),
        wishes=wishes,
    )


def _companies(goal: Goal, wrong: list[Wrong]) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for at, name in enumerate(goal.companies):
        key = company_key(name)
        if key is None:
            wrong.append(Wrong(f"goal.companies.{at}", "must be the name of a company"))
        else:
            found.setdefault(key, name)
    return tuple((name, key) for key, name in found.items())


def _expanded(wishes: tuple[str, ...]) -> tuple[str, ...]:
    """The fields, where a family stands for all of its own."""
    return tuple(dict.fromkeys(field for wish in wishes for field in sorted(expand_field(wish))))


def _wishes(name: str, words: list[str], wrong: list[Wrong]) -> tuple[str, ...]:
    """The ids of fields and families that words mean."""
    found: dict[str, None] = {}
    for at, word in ((at, value) for at, text in enumerate(words) for value in values_of("field", text)):
        resolved = resolve_field(word)
        if resolved.id is None:
            nearest = tuple(each.id for each in resolved.suggestions)
            hint = f"; did you mean {nearest[0]}" if nearest else "; /v1/fields lists them all"
            wrong.append(Wrong(f"goal.{name}.{at}", f"unknown career field{hint}", nearest))
        else:
            found[resolved.id] = None
    return tuple(found)


def _adjacent(fields: tuple[str, ...]) -> tuple[str, ...]:
    known = load().fields
    return tuple(dict.fromkeys(other for each in fields for other in known[each].adjacent))


def _place(city: City | str | None, wrong: list[Wrong]) -> Place | None:
    if city is None:
        return None
    answer = locate(city if isinstance(city, str) else city.q)
    if answer.place is None:
        nearest = tuple(each.name for each in answer.candidates if each.name)[:3]
        wrong.append(Wrong("goal.city", "unknown place; write a town, such as Leeds, GB", nearest))
    return answer.place
