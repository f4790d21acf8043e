"""How many of the events found are of each field, interest and kind, each with the question for these alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from app.taxonomy.keys import TopicKind
from app.taxonomy.taxonomy import is_sensitive, load
from app.translations.catalogue import N_
from app.translations.translator import Translator
from app.web.chips import MODES, mode_name, word_for
from app.web.question import Question

FACETS: Final = "field,interest,mode"
_MOST: Final = 8
_TOPICS: Final[dict[TopicKind, str]] = {"field": N_("Career field"), "interest": N_("Interest")}


@dataclass(frozen=True, slots=True)
class Facet:
    """A value, how many events have it, and the address of the question for these alone."""

    label: str
    count: str
    link: str


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """The values of one filter."""

    title: str
    facets: tuple[Facet, ...]


def facet_groups(
    counted: dict[str, list[dict[str, Any]]], asked: Question, say: Translator
) -> list[FacetGroup]:
    """The most frequent values of the filters that were not set.

    Interests that are sensitive are not offered, nor are families and categories: asked for, they include all that is in them.
    """
    groups = []
    wide = load().families.keys() | load().interest_categories.keys()
    for kind, title in _TOPICS.items():
        shown = [
            each for each in counted.get(kind, []) if not is_sensitive(each["id"]) and each["id"] not in wide
        ]
        if not asked.is_set(kind):
            groups.append(
                FacetGroup(
                    say.gettext(title), tuple(_topic(kind, each, asked, say) for each in shown[:_MOST])
                )
            )
    if not asked.mode:
        modes = tuple(_mode(each, asked, say) for each in counted.get("mode", []) if each["id"] in MODES)
        groups.append(FacetGroup(say.gettext("Where"), modes))
    # One value narrows nothing down.
    return [each for each in groups if len(each.facets) > 1]


def _topic(kind: TopicKind, counted: dict[str, Any], asked: Question, say: Translator) -> Facet:
    link = asked.link(**{kind: word_for(kind, counted["id"], say)})
    return Facet(say.label(counted["id"]), say.number(counted["count"]), link)


def _mode(counted: dict[str, Any], asked: Question, say: Translator) -> Facet:
    link = asked.link(mode=counted["id"])
    return Facet(mode_name(counted["id"], say), say.number(counted["count"]), link)
