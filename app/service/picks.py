"""Picks of the recommender as they stand in answers: the group or event, the score, the reasons and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.core.ids import internal, public
from app.recommend.first_step import first_step
from app.recommend.reasons import band, caveats_of, reasons_of, texts
from app.recommend.records import Profile, Scored
from app.recommend.suits import suits
from app.search.candidates import Evening, next_events
from app.search.query import Query
from app.search.related import related_of_events, related_of_groups
from app.search.rows import EVENT_PAGE, GROUP_PAGE, Row, load_events, load_groups
from app.search.series import more_dates
from app.service.doubts import doubt_of
from app.service.serialize import distance_json, event_json, group_json, start_json
from app.translations.translator import Translator


def group_items(
    connection: Connection,
    profile: Profile,
    picks: Sequence[Scored],
    query: Query,
    evening: Evening,
    base_url: str,
    say: Translator,
) -> list[dict[str, Any]]:
    """Picks of groups as `RecommendationOut`."""
    numbers = [internal(each.facts.id) or 0 for each in picks]
    rows = load_groups(connection, numbers, GROUP_PAGE)
    following = next_events(connection, numbers, query.now, evening)
    related = related_of_groups(connection, list(rows.values()), query.now)
    items = []
    for number, each in zip(numbers, picks, strict=True):
        items.append(
            {
                "group": group_json(rows[number], related, base_url, query.now)
                | distance_json(each.facts.distance_km),
                "event": None,
                **_said(profile, each, query.now, say),
                "next_event": _next(following[number], base_url) if number in following else None,
            }
        )
    return items


def event_items(
    connection: Connection,
    profile: Profile,
    picks: Sequence[Scored],
    now: datetime,
    base_url: str,
    say: Translator,
) -> list[dict[str, Any]]:
    """Picks of events as `RecommendationOut`."""
    numbers = [internal(each.facts.id) or 0 for each in picks]
    rows = load_events(connection, numbers, EVENT_PAGE)
    related = related_of_events(connection, list(rows.values()))
    more = more_dates(connection, list(rows.values()))
    items = []
    for number, each in zip(numbers, picks, strict=True):
        event = event_json(rows[number], related, base_url) | distance_json(each.facts.distance_km)
        said, doubt = _said(profile, each, now, say), doubt_of(event, say)
        if doubt is not None:
            said["caveats"] = [*texts([doubt]), *said["caveats"]]
        items.append(
            {
                "group": None,
                "event": event | {"more_dates": more[number]},
                **said,
                "next_event": _next(rows[number], base_url),
            }
        )
    return items


def _said(profile: Profile, each: Scored, now: datetime, say: Translator) -> dict[str, Any]:
    return {
        "score": round(each.score, 1),
        "band": band(each.score),
        "because": each.because,
        "reasons": texts(reasons_of(profile, each, now, say)),
        "caveats": texts(caveats_of(profile, each, say)),
        "terms": each.terms.as_dict(),
        "suits": [suited.as_dict() for suited in suits(each.facts, say)],
        "first_step": first_step(profile, each, say),
    }


def _next(row: Row, base_url: str) -> dict[str, Any]:
    return {
        "id": public(row.id),
        "name": row.name,
        "url": row.url,
        "page": f"{base_url}/events/{public(row.id)}",
        "start_date": start_json(row),
        "timezone": row.timezone,
    }
