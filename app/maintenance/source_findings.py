"""What `nextcircle doctor` says of the sources: grouped by what is the matter, in words, with what there is to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from app.maintenance.finding import Finding, State
from app.sources.outcome_words import in_words
from app.sources.reason_words import reason_in_words
from app.sources.repository.leases import ON_TRIAL
from app.sources.repository.state import REMOVED
from app.translations.translator import Translator, english
from scrapers.platform import Access

_MOST_NAMES: Final = 3
_STATES: Final[dict[str, State]] = {"off": "off", "paused": "warning", "failing": "warning"}
_HEADINGS: Final = {"off": "sources off", "paused": "sources paused", "failing": "sources failing"}
_UNREACHED: Final = ("dns", "connect")
_TRIAL: Final = "sources not read yet"


def source_findings(
    rows: list[dict[str, Any]], *, pages: bool, say: Translator | None = None
) -> list[Finding]:
    """One finding for what is on, one for pages, and one for each reason that others are off, paused or failing."""
    say = say or english()
    real = [row for row in rows if row["state"] != "sample"]
    on = sum(row["state"] == "on" for row in real)
    return [
        Finding(
            "sources", "ok" if on else "warning", say.gettext("%(on)s of %(all)s on", on=on, all=len(real))
        ),
        *_network(real, say),
        _pages(real, pages=pages, say=say),
        *_grouped((row for row in real if row["state"] in _STATES and not _is_told(row, pages=pages)), say),
    ]


def _network(rows: list[dict[str, Any]], say: Translator) -> list[Finding]:
    """A finding where none can be reached at all: then it is hardly the sources."""
    asked = [row for row in rows if row["state"] in ("on", "failing") and row["last_outcome"] is not None]
    if not asked or any(row["last_outcome"] not in _UNREACHED for row in asked):
        return []
    detail = say.gettext(
        "no source can be reached; the network of this machine or its name server may be down"
    )
    return [Finding("network", "warning", detail)]


def _pages(rows: Iterable[dict[str, Any]], *, pages: bool, say: Translator) -> Finding:
    """Whether pages are read and, where not, which terms there are to read first."""
    if pages:
        return Finding("pages", "ok", say.gettext("pages whose terms limit automated use are read"))
    by_terms: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["access"] == Access.PAGE.value:
            by_terms[row["terms"] or say.gettext("the terms of each site")] += 1
    if not by_terms:
        detail = say.gettext("pages whose terms limit automated use are not read; you have none")
        return Finding("pages", "off", detail)
    named = "; ".join(f"{count}: {terms}" for terms, count in sorted(by_terms.items(), key=_by_count))
    detail = say.gettext(
        "%(count)s pages whose terms limit automated use are not read (%(terms)s). "
        "Read the terms, then run `nextcircle sources pages --on`",
        count=sum(by_terms.values()),
        terms=named,
    )
    return Finding("pages", "off", detail)


def _is_told(row: dict[str, Any], *, pages: bool) -> bool:
    """Whether a source needs no words of its own: it was loaded from a file, or is off with all other pages."""
    waits = row["state"] == "off" and row["access"] == Access.PAGE.value and not pages
    return row["origin"] == "loaded" or (waits and row["reason"] != REMOVED)


def _by_count(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _grouped(rows: Iterable[dict[str, Any]], say: Translator) -> list[Finding]:
    groups: dict[tuple[str, State, str], list[str]] = defaultdict(list)
    for row in rows:
        groups[_group(row, say)].append(row["slug"])
    return [
        Finding(heading, state, f"{len(slugs)}: {reason} ({_some(slugs, say)})")
        for (heading, state, reason), slugs in sorted(
            groups.items(), key=lambda each: (each[0][0], -len(each[1]), each[0][2])
        )
    ]


def _group(row: dict[str, Any], say: Translator) -> tuple[str, State, str]:
    if row["state"] != "failing":
        reason = reason_in_words(row, say) or row["state"]
        return _HEADINGS[row["state"]], _STATES[row["state"]], reason
    reason = say.gettext(in_words(row["last_outcome"]))
    if not row["verified"] and row["origin"] in ON_TRIAL:
        reason = say.gettext("%(reason)s; tried again by itself, nothing to do", reason=reason)
        return _TRIAL, "ok", reason
    return _HEADINGS["failing"], "warning", reason


def _some(slugs: list[str], say: Translator) -> str:
    more = len(slugs) - _MOST_NAMES
    named = ", ".join(sorted(slugs)[:_MOST_NAMES])
    return say.gettext("%(names)s and %(count)s more", names=named, count=more) if more > 0 else named
