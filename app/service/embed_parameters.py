"""The parameters of embeds, declared once: the filters of the lists, and how the answer looks inside another site."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from app.core.zones import is_zone
from app.service.parameters import EventFeedParameters, Whole, Word

Layout = Literal["list", "cards", "compact", "month", "map"]
LAYOUTS: Final[tuple[Layout, ...]] = ("list", "cards", "compact", "month", "map")
# What an item can show beside its name and, for events, its time.
FIELDS: Final = (
    "place", "distance", "group", "price", "attendance", "topics", "description", "dates", "members", "source",
)  # fmt: skip
_USUAL_FIELDS: Final = ("place", "distance", "group", "price", "attendance", "dates", "source")
DEFAULT_EMBED_LIMIT: Final = 10
MAX_EMBED_LIMIT: Final = 50
_ACCENT: Final = re.compile("#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_MONTH: Final = re.compile("(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])")


def _accent(value: Any) -> Any:
    """`#rrggbb` in small letters."""
    if not isinstance(value, str):
        return value
    found = _ACCENT.fullmatch(value)
    if found is None:
        raise ValueError("must be a colour such as #0a66c2")
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _zone(value: str) -> str:
    if value not in {"event", "visitor"} and not is_zone(value):
        raise ValueError("must be event, visitor, or the name of a time zone such as Europe/Berlin")
    return value


def _fields(value: Any) -> Any:
    """The names between commas; `none` shows nothing beside the name and the time."""
    if not isinstance(value, str):
        return value
    names = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    if names == ("none",):
        return ()
    unknown = [name for name in names if name not in FIELDS]
    if unknown or not names:
        raise ValueError(f"must be none, or names of {', '.join(FIELDS)}, separated by commas")
    return names


def _month(value: str) -> str:
    if not _MONTH.fullmatch(value):
        raise ValueError("must be a month such as 2026-12")
    return value


class AppearanceParameters(BaseModel):
    """How an embed looks."""

    model_config = ConfigDict(extra="forbid")

    theme: Literal["auto", "light", "dark"] = Field(
        default="auto", description="`auto` follows the visitor's system"
    )
    accent: Annotated[str | None, BeforeValidator(_accent)] = Field(
        default=None,
        description="A colour such as `#0a66c2`, for links and buttons; made darker or lighter until it can be read",
    )
    lang: Word = Field(
        default="auto",
        pattern="^(auto|[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)$",
        description="`en`, `de`, `fr` or `es`, with a country for dates (`en-US`); `auto` follows the browser",
    )
    zone: Annotated[Word, AfterValidator(_zone)] = Field(
        default="event",
        description="Whose clock times are told by: `event`, `visitor` (needs scripts), or a zone such as `Europe/Berlin`",
    )
    units: Literal["auto", "km", "mi"] = Field(default="auto", description="`auto`: as in the country")
    week_start: Literal["auto", "mon", "sat", "sun"] = Field(
        default="auto", description="First day of the month's weeks; `auto`: as in the country"
    )
    dir: Literal["ltr", "rtl"] = Field(
        default="ltr", description="`rtl` for pages that run from right to left"
    )
    show: Annotated[tuple[str, ...], BeforeValidator(_fields)] = Field(
        default=_USUAL_FIELDS,
        description=f"Comma-separated: {', '.join(f'`{name}`' for name in FIELDS)}; or `none`",
    )
    search: bool = Field(default=False, description="With a search box")
    subscribe: bool = Field(default=False, description="With a form to subscribe to the weekly digest")


class EmbedParameters(AppearanceParameters, EventFeedParameters):
    """What an embed shows, and how. Groups are asked the filters that events and groups share."""

    kind: Literal["events", "groups"] = "events"
    activity: list[Literal["active", "slowing", "dormant", "any"]] = Field(default_factory=list, max_length=4)
    limit: Whole = Field(default=DEFAULT_EMBED_LIMIT, ge=1, le=MAX_EMBED_LIMIT)
    month: Annotated[Word, AfterValidator(_month)] | None = Field(
        default=None,
        description="The month that `/embed/month` begins with, such as `2026-12`; this one by default",
    )
