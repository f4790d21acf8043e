"""Where nothing fits: what somebody can do instead, each with how much there is of it. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection

from app.recommend.records import Profile
from app.search.engine import find_events, find_groups
from app.search.query import MAX_RADIUS_KM, Area, Circle, Query, TopicChoice
from app.taxonomy.keys import topic_key
from app.taxonomy.taxonomy import expand_field, expand_interest, load

_RADII_KM: Final = (50.0, 100.0, 200.0, MAX_RADIUS_KM)
_MOST_ADJACENT: Final = 3
_AHEAD: Final = timedelta(days=42)
# What helps whoever looks for work, whatever the field.
_FOR_JOB_SEEKERS: Final = "career-networking"


def instead(
    connection: Connection, profile: Profile, query: Query, wished: Collection[int]
) -> list[dict[str, Any]]:
    """What to ask instead, the nearest first: a wider circle, what borders on the wish, job seekers' groups, online, a new source.

    `wished` are the `topic_key`s of what was asked for. `parameters` are those to set at `path`; a count is None where there is nothing
    to count.
    """
    found = [
        *_wider(connection, query, wished),
        *_adjacent(connection, profile, query),
        *_job_seekers(connection, query),
        *_online(connection, query, wished),
    ]
    suggest = "If you know a calendar, a library or a group that is missing here, suggest its address."
    return [*found, _entry("add_source", "/v1/suggestions", None, suggest)]


def _wider(connection: Connection, query: Query, wished: Collection[int]) -> Iterator[dict[str, Any]]:
    circles = [each for each in query.areas if isinstance(each, Circle)]
    if not circles or len(circles) < len(query.areas):
        return
    for radius in _RADII_KM:
        if radius <= max(each.radius_km for each in circles):
            continue
        count = _groups(connection, query, tuple(replace(each, radius_km=radius) for each in circles), wished)
        if count:
            sentence = f"{_some(count, 'group')} for what you asked for within {radius:g} km."
            yield _entry("wider", "/v1/recommendations", count, sentence, radius_km=radius)
            return


def _adjacent(connection: Connection, profile: Profile, query: Query) -> Iterator[dict[str, Any]]:
    """Fields that border on those asked for, and categories of the interests, that there is something of."""
    known = load()
    fields = {each for wish in profile.fields for each in expand_field(wish)}
    near = [
        ("field", other)
        for each in sorted(fields)
        for other in known.fields[each].adjacent
        if other not in fields
    ]
    near += [
        ("interest", known.interests[wish].category)
        for wish in profile.interests
        if wish in known.interests and not known.interests[wish].sensitive
    ]
    counted = [
        (
            _groups(connection, query, query.areas, [topic_key(kind, each)]),
            kind,
            each,
        )
        for kind, each in dict.fromkeys(near)
    ]
    for count, kind, each in sorted(counted, key=lambda entry: (-entry[0], entry[2]))[:_MOST_ADJACENT]:
        if count:
            sentence = (
                f"{_some(count, 'group')} for {known.label(each)}, which is close to what you asked for."
            )
            yield _entry("adjacent", "/v1/recommendations", count, sentence, **{kind: [each]})


def _job_seekers(connection: Connection, query: Query) -> Iterator[dict[str, Any]]:
    keys = [topic_key("interest", each) for each in (_FOR_JOB_SEEKERS, *expand_interest(_FOR_JOB_SEEKERS))]
    count = _groups(connection, query, query.areas, keys)
    if count:
        sentence = f"{_some(count, 'group')} for careers and networking, whatever the field."
        yield _entry("job_seekers", "/v1/groups", count, sentence, interest=[_FOR_JOB_SEEKERS])


def _online(connection: Connection, query: Query, wished: Collection[int]) -> Iterator[dict[str, Any]]:
    asked = Query(
        now=query.now, start_to=query.now + _AHEAD, mode="online", topics=_any_of(wished), limit=1, total=True
    )
    count = find_events(connection, asked).total or 0
    if count:
        sentence = f"{_some(count, 'event')} online in the next six weeks."
        yield _entry("online", "/v1/recommendations", count, sentence, mode="online", **{"for": "events"})


def _groups(connection: Connection, query: Query, areas: tuple[Area, ...], topics: Collection[int]) -> int:
    if not topics:
        return 0
    asked = Query(now=query.now, areas=areas, topics=_any_of(topics), limit=1, total=True)
    return find_groups(connection, asked).total or 0


def _any_of(topics: Collection[int]) -> tuple[TopicChoice, ...]:
    return (TopicChoice(include=frozenset(topics)),) if topics else ()


def _some(count: int, noun: str) -> str:
    return f"There is {count} {noun}" if count == 1 else f"There are {count} {noun}s"


def _entry(kind: str, path: str, count: int | None, sentence: str, **parameters: Any) -> dict[str, Any]:
    return {"kind": kind, "count": count, "text": sentence, "path": path, "parameters": parameters}
