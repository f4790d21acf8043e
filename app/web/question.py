"""What the search form was filled in with, as it was typed, and the addresses of questions like it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

from app.translations.catalogue import N_

RADII: Final = (
    ("5", "5 km · 3 mi"),
    ("10", "10 km · 6 mi"),
    ("25", "25 km · 16 mi"),
    ("50", "50 km · 31 mi"),
    ("100", "100 km · 62 mi"),
)
WHENS: Final = (
    ("", N_("Any time")),
    ("today", N_("Today")),
    ("tomorrow", N_("Tomorrow")),
    ("weekend", N_("This weekend")),
    ("next7days", N_("Next 7 days")),
    ("next30days", N_("Next 30 days")),
)
WEEKDAYS: Final = "mon,tue,wed,thu,fri"
WEEKEND: Final = "sat,sun"
ACCESS: Final = (
    ("step-free", N_("Step-free")),
    ("captions", N_("Captions or sign language")),
    ("quiet", N_("Quiet")),
)
DEFAULT_RADIUS: Final = "25"
# Of a question what the plan of a week heeds.
HEEDED: Final = (
    "ask", "near", "field", "interest", "radius_km", "weekday", "part_of_day", "mode", "free", "language", "access", "lang",
)  # fmt: skip
View = Literal["", "month", "map"]
VIEWS: Final[tuple[View, ...]] = ("", "month", "map")


@dataclass(frozen=True, slots=True)
class Question:
    """`ask` is a whole sentence; `field`, `interest`, `weekday`, `part_of_day` and `access` may hold several values with commas between.

    `view` is how the events are shown: as a list, on a map, or those of a `month` (`2026-12`) in a calendar.
    """

    ask: str = ""
    near: str = ""
    field: str = ""
    interest: str = ""
    radius_km: str = DEFAULT_RADIUS
    when: str = ""
    weekday: str = ""
    part_of_day: str = ""
    mode: str = ""
    free: str = ""
    language: str = ""
    access: str = ""
    q: str = ""
    sort: str = ""
    view: str = ""
    month: str = ""
    # The language of the page, where it was chosen; `language` is that of the events.
    lang: str = ""

    def link(self, **changes: str) -> str:
        """The address of this question with some answers changed; what is empty or usual is left out."""
        asked = {name: getattr(self, name) for name in self.__dataclass_fields__} | changes
        usual = {"radius_km": DEFAULT_RADIUS}
        kept = {name: value for name, value in asked.items() if value and value != usual.get(name)}
        return "/search" + (f"?{urlencode(kept)}" if kept else "")

    def is_set(self, name: str) -> bool:
        """Whether an answer was given that is not the usual one."""
        value = str(getattr(self, name))
        return bool(value) and not (name == "radius_km" and value == DEFAULT_RADIUS)

    def words(self, name: str) -> list[str]:
        """The values of an answer: a place is one, whatever commas it has."""
        value = str(getattr(self, name))
        if name == "near":
            return [value] if value else []
        return [part.strip() for part in value.split(",") if part.strip()]

    def without(self, name: str, value: str) -> str:
        """The address of this question with one of the values of an answer taken away."""
        return self.link(
            **{name: ", ".join(each for each in self.words(name) if each.casefold() != value.casefold())}
        )

    @property
    def has_time(self) -> bool:
        """Whether it is asked for some days or hours alone."""
        return bool(self.when or self.weekday or self.part_of_day)


def question_from(given: Mapping[str, str]) -> Question:
    """The question of a form or an address; what is empty, and what the form does not have, is left out."""
    stripped = {name: value.strip() for name, value in given.items()}
    return Question(**{name: stripped[name] for name in Question.__dataclass_fields__ if stripped.get(name)})


def week_link(asked: Question) -> str:
    """The address of the plan of a week for a question."""
    kept = {name: getattr(asked, name) for name in HEEDED if asked.is_set(name)}
    return "/week" + (f"?{urlencode(kept)}" if kept else "")
