"""What a subscriber asks for: `POST /v1/subscriptions`, the page, imports and the stored row use this model."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from app.digest.mailboxes import AddressError, mail_address
from app.recommend.records import Phase
from app.search.query import DEFAULT_RADIUS_KM, MAX_RADIUS_KM
from app.service.parameters import Weekday, Word, Words
from app.service.recommendation_schemas import CoveredIn
from app.translations.catalogue import Language
from app.translations.translator import Units

Every = Literal["week", "2weeks", "month"]
_CLOCK: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise ValueError("not a time of day; write hours and minutes, such as 08:00")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("unknown time zone; write a name such as America/New_York") from None
    return value


def _address(value: str) -> str:
    try:
        return mail_address(value)
    except AddressError as error:
        raise ValueError(str(error)) from None


def _truth(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004  pydantic makes a 422 of it
    return value


class WishParameters(BaseModel):
    """What to look for, and when and how to say it, as far as an address can hold it."""

    model_config = ConfigDict(extra="forbid")

    near: Word | None = Field(
        default=None, description="A place name or postcode, such as `Boston, MA`", examples=["Boston, MA"]
    )
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    radius_km: float = Field(default=DEFAULT_RADIUS_KM, ge=1, le=MAX_RADIUS_KM, allow_inf_nan=False)
    fields: Words = Field(
        default=[], description="Career fields: ids or words", examples=[["software-engineering"]]
    )
    interests: Words = Field(default=[], description="Interests: ids or words")
    purposes: Words = Field(default=[], description="What an event is for: ids of `/v1/purposes` or words")
    phase: Phase = Field(default="unmapped", description="What `/v1/network/analyse` says comes next")
    weekday: Weekday = "tue"
    time: Annotated[str, AfterValidator(_clock)] = Field(
        default="08:00",
        description="The time of day in `timezone`",
        json_schema_extra={"pattern": _CLOCK.pattern},
    )
    timezone: Annotated[str, AfterValidator(_zone)] | None = Field(
        default=None, description="An IANA name; that of the place by default"
    )
    every: Every = "week"
    language: Language = "en"
    units: Units | None = Field(default=None, description="By default those that are usual in the place")
    remind: Annotated[bool, BeforeValidator(_truth)] = Field(
        default=False, description="Also mail a reminder two days before an event of a digest"
    )

    @field_validator("lat", "lon", "radius_km", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError("must be a number")  # noqa: TRY004  pydantic makes a 422 of it
        return value

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if self.near is None and (self.lat is None or self.lon is None):
            raise ValueError("a place is needed: give near, or lat and lon")
        return self


class Wish(WishParameters):
    """What to look for, and when and how to say it."""

    covered: CoveredIn | None = Field(default=None, description="`covered` of `/v1/network/analyse`")


class SubscriptionIn(Wish):
    """A wish and the address that its answers are mailed to."""

    email: Annotated[str, AfterValidator(_address)] = Field(
        max_length=254, json_schema_extra={"format": "email"}, examples=["ada@example.org"]
    )

    def wish(self) -> Wish:
        """The wish alone."""
        return Wish(**self.model_dump(exclude={"email"}))


class SubscriptionOut(BaseModel):
    """The same for every address, known or not: whether a mail was sent is said to its owner alone."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["pending"]
    message: str


def stored(wish: Wish) -> dict[str, Any]:
    """The wish as the database keeps it."""
    return wish.model_dump(mode="json")
