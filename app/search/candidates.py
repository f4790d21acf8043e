"""Groups worth scoring for one person: plain records of those around, the likeliest few hundred. Reads only.

Ranking is not done here. The database narrows the thousands of groups of a large city down by what costs it nothing (how
many of the preferred topics, alive, how many members); `app.recommend` scores what is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, text

from app.search.areas import cells_of, distance_to, is_inside
from app.search.engine import find_events
from app.search.groups import group_hits
from app.search.query import PARTS_OF_DAY, Area, Mode, Query, TopicChoice
from app.search.ranking import activity_state
from app.search.related import Met, meetings
from app.search.rows import Row, topics_of
from app.search.words import Match, products
from app.textindex.tokens import parse, stems

# Of what has a topic that was asked for, nearly all that a city has: what is not looked at cannot be recommended.
MOST_EXACT: Final = 1_000
# Of what borders on it, and of all others.
MOST_CANDIDATES: Final = 120
# A seventh week is too far ahead for an evening to plan; a group that meets once a month is in.
_DAYS: Final = 42
# What is preferred and around, before the exact distance decides.
_SPARE: Final = 2
# Of what was typed, so much is searched for as words among events.
_MOST_TYPED: Final = 3
_HALF_WINDOW_DAYS: Final = 90
_OFF: Final = frozenset({"EventCancelled", "EventPostponed"})
_COLUMNS: Final = (
    "g.id, g.name, g.description, g.url, g.members, g.city, g.region, g.country, g.lat, g.lon, g.timezone, g.topics,"
    " g.career, g.latest_event_at, g.sample"
)
_LIVE: Final = "g.removed_at IS NULL AND g.merged_into IS NULL"
_PREFERRED: Final = """
    SELECT {columns} FROM (
        SELECT t.group_id, COUNT(*) AS fits FROM group_topic t WHERE t.topic IN :topics{cells} GROUP BY t.group_id
    ) f JOIN meetup_group g ON g.id = f.group_id
    WHERE {live} AND COALESCE(g.latest_event_at, :recent) >= :alive
    ORDER BY f.fits DESC, (COALESCE(g.latest_event_at, 0) >= :recent) DESC, COALESCE(g.members, 0) DESC, g.id
    LIMIT :most
"""
# The index of groups by cell holds all that choosing takes; whole rows are read of those that were chosen alone.
_AROUND: Final = """
    SELECT {columns} FROM (
        SELECT g.id FROM meetup_group g WHERE {live}{cells} AND COALESCE(g.latest_event_at, :recent) >= :alive
        ORDER BY (COALESCE(g.latest_event_at, 0) >= :recent) DESC, COALESCE(g.members, 0) DESC, g.id LIMIT :most
    ) f JOIN meetup_group g ON g.id = f.id
    ORDER BY (COALESCE(g.latest_event_at, 0) >= :recent) DESC, COALESCE(g.members, 0) DESC, g.id
"""
_OF_GROUPS: Final = """
    SELECT e.id FROM event e
    WHERE e.group_id IN (SELECT t.group_id FROM group_topic t WHERE t.topic IN :topics{cells})
      AND e.start_at > :now AND e.start_at <= :until AND e.removed_at IS NULL AND e.merged_into IS NULL
    ORDER BY e.start_at, e.id LIMIT :most
"""
_NEXT: Final = """
    SELECT e.id, e.name, e.url, e.group_id, e.start_at, e.until_at, e.has_end, e.all_day, e.timezone FROM event e
    JOIN (SELECT group_id, MIN(start_at) AS first_at FROM event WHERE group_id IN :ids AND {conditions} GROUP BY group_id) n
      ON n.group_id = e.group_id AND n.first_at = e.start_at
    WHERE {conditions} ORDER BY e.group_id, e.id
"""


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A group and what it is known by. Times are aware UTC; `distance_km` is to the nearest circle's centre.

    `fields`, `interests` and `purposes` are (id, confidence), best first. `state` is active, slowing, dormant or unknown;
    `events_per_month` counts the 90 days before and after now, what is announced as much as what was held; days before the first
    event that is known (`known_since`) do not count as days without one. `coming` are the events of the next 90 days.
    """

    id: int
    name: str
    description: str | None
    url: str | None
    members: int | None
    city: str | None
    region: str | None
    country: str | None
    lat: float | None
    lon: float | None
    timezone: str | None
    distance_km: float | None
    fields: tuple[tuple[str, float], ...]
    interests: tuple[tuple[str, float], ...]
    purposes: tuple[tuple[str, float], ...]
    career: float
    state: str
    last_event: datetime | None
    next_event: datetime | None
    events_per_month: float
    known_since: datetime | None
    coming: int
    sample: bool


@dataclass(frozen=True, slots=True)
class Evening:
    """What a coming event of a group has to be like. `only`: one of these events; None = any. Weekdays count from 1, Monday."""

    mode: Mode | None = None
    free: bool | None = None
    language: str | None = None
    weekdays: frozenset[int] = frozenset()
    parts_of_day: frozenset[str] = frozenset()
    only: frozenset[int] | None = None


ANY_EVENING: Final = Evening()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants: `topic_key`s that meet it, others that are near to it, and the words of each thing that was typed."""

    exact: Collection[int] = ()
    near: Collection[int] = ()
    words: Sequence[Sequence[str]] = ()


def group_candidates(
    connection: Connection,
    areas: Sequence[Area],
    now: datetime,
    *,
    wishes: Wishes = Wishes(),
    exclude: Collection[int] = (),
    most: int = MOST_CANDIDATES,
    dormant: bool = False,
) -> list[CandidateRow]:
    """Groups in any of the areas (anywhere without one): all with a topic or the words of a wish, then at most `most` others.

    Of the others those with a topic near to one come first; where fewer than `most` groups have any of either,
    the list is filled up with the liveliest and largest. `exclude` are ids that are left out. Dormant groups are left out
    unless asked for.
    """
    parameters = {
        "recent": int((now - timedelta(days=60)).timestamp()),
        "alive": -(2**60) if dormant else int((now - timedelta(days=180)).timestamp()),
        "most": most * _SPARE + len(exclude),
    }
    cells = cells_of(tuple(areas)) if areas else None
    found: dict[int, Row] = {}
    for wanted, enough in ((wishes.exact, MOST_EXACT), (wishes.near, most)):
        if wanted:
            sql = _PREFERRED.format(columns=_COLUMNS, live=_LIVE, cells=_in("t.cell", cells))
            statement = text(sql).bindparams(bindparam("topics", expanding=True))
            asked = {
                **parameters,
                "topics": sorted(wanted),
                "most": enough * _SPARE + len(exclude) + len(found),
            }
            rows = connection.execute(statement, asked)
            found.update(_chosen(rows, areas, {*exclude, *found}, enough))
    if wishes.words:
        named = _named(connection, areas, now, wishes.words, parameters["alive"], {*exclude, *found})
        found.update(_chosen(named, areas, (), most))
    if len(found) < most:
        sql = _AROUND.format(columns=_COLUMNS, live=_LIVE, cells=_in("g.cell", cells))
        for number, row in _chosen(connection.execute(text(sql), parameters), areas, exclude, most).items():
            if len(found) < most:
                found.setdefault(number, row)
    return _candidates(connection, list(found.values()), areas, now)


def _named(
    connection: Connection,
    areas: Sequence[Area],
    now: datetime,
    words: Sequence[Sequence[str]],
    alive: int,
    known: Collection[int],
) -> list[Row]:
    """The groups whose text holds all words of one of the lists, the largest first."""
    alternatives = [terms for each in words for terms in products([stems(word) for word in each])]
    query = Query(now=now, areas=tuple(areas))
    hits = group_hits(connection, query, Match((tuple(alternatives),)), MOST_EXACT)
    recent = int(now.timestamp())
    met = [row for row in hits if row.id not in known and (row.latest_event_at or recent) >= alive]
    met.sort(key=lambda row: (-(row.members or 0), row.id))
    return _whole(connection, [row.id for row in met[: MOST_CANDIDATES * _SPARE]])


def _whole(connection: Connection, ids: Sequence[int]) -> list[Row]:
    if not ids:
        return []
    statement = text(f"SELECT {_COLUMNS} FROM meetup_group g WHERE {_LIVE} AND g.id IN :ids ORDER BY g.id")  # noqa: S608
    found = connection.execute(statement.bindparams(bindparam("ids", expanding=True)), {"ids": sorted(ids)})
    by_id = {row.id: row for row in found}
    return [by_id[each] for each in ids if each in by_id]


def groups_by_id(connection: Connection, ids: Collection[int], now: datetime) -> list[CandidateRow]:
    """These groups, by id; unknown and removed ones are left out. Their distance is None."""
    return _candidates(connection, _whole(connection, sorted(ids)), (), now)


def groups_with_event(
    connection: Connection,
    ids: Collection[int],
    now: datetime,
    evening: Evening,
) -> set[int]:
    """Those of the groups that have a coming event which is so."""
    if not ids:
        return set()
    conditions, parameters = _coming(now, evening)
    sql = f"SELECT DISTINCT group_id FROM event WHERE group_id IN :ids AND {conditions}"  # noqa: S608
    statement = text(sql).bindparams(bindparam("ids", expanding=True))
    return {row.group_id for row in connection.execute(statement, {**parameters, "ids": sorted(ids)})}


def next_events(
    connection: Connection,
    ids: Collection[int],
    now: datetime,
    evening: Evening,
) -> dict[int, Row]:
    """The next event of each group that is so, by group; cancelled ones aside."""
    if not ids:
        return {}
    conditions, parameters = _coming(now, evening)
    statement = text(_NEXT.format(conditions=conditions)).bindparams(bindparam("ids", expanding=True))
    found: dict[int, Row] = {}
    for row in connection.execute(statement, {**parameters, "ids": sorted(ids)}):
        found.setdefault(row.group_id, row)
    return found


def event_candidates(
    connection: Connection, query: Query, wishes: Wishes, most: int = MOST_CANDIDATES
) -> list[tuple[Row, float | None]]:
    """Events of the next six weeks worth scoring: all with a topic of a wish, by themselves or by their group.

    Then the soonest with the words of one, the soonest with a topic near to one, and where all are few, the soonest others.
    """
    asked = replace(
        query,
        sort="start",
        start_to=_until(query),
        limit=most,
        activity=frozenset(),
    )
    questions = [asked]
    if wishes.near:
        questions.insert(0, _with_topics(asked, wishes.near))
    if wishes.exact:
        of_groups = _events_of_groups(connection, query, wishes.exact)
        named = [replace(asked, text=parse(" ".join(words))) for words in wishes.words[:_MOST_TYPED]]
        wished = replace(_with_topics(asked, wishes.exact), limit=MOST_EXACT)
        questions[:0] = [wished, replace(asked, only=of_groups, limit=MOST_EXACT), *named]
    found: dict[int, tuple[Row, float | None]] = {}
    for each in questions:
        if each.limit == MOST_EXACT or len(found) < most:
            answer = find_events(connection, each)
            for row in answer.rows:
                if row.event_status not in _OFF and row.start_at > int(query.now.timestamp()):
                    found.setdefault(row.id, (row, answer.distances[row.id]))
    return list(found.values())


def _until(query: Query) -> datetime:
    return query.start_to or query.now + timedelta(days=_DAYS)


def _with_topics(asked: Query, topics: Collection[int]) -> Query:
    return replace(asked, topics=(TopicChoice(kind="field", include=frozenset(topics)),))


def _events_of_groups(connection: Connection, query: Query, exact: Collection[int]) -> frozenset[int]:
    """The coming events of the groups that have one of the topics, wherever these groups are."""
    cells = cells_of(tuple(query.areas)) if query.areas else None
    sql = _OF_GROUPS.format(cells=_in("t.cell", cells))
    found = connection.execute(
        text(sql).bindparams(bindparam("topics", expanding=True)),
        {
            "topics": sorted(exact),
            "now": int(query.now.timestamp()),
            "until": int(_until(query).timestamp()),
            "most": MOST_EXACT,
        },
    )
    return frozenset(row.id for row in found)


def events_with_access(connection: Connection, query: Query) -> frozenset[int]:
    """Coming events of the next six weeks around that say to have all that the query's `access` asks for."""
    asked = replace(query, sort="start", start_to=_until(query), limit=MOST_EXACT, activity=frozenset())
    return frozenset(row.id for row in find_events(connection, asked).rows)


def _coming(now: datetime, evening: Evening) -> tuple[str, dict[str, Any]]:
    """Conditions for coming events and their parameters."""
    conditions = [
        "removed_at IS NULL", "merged_into IS NULL", "event_status NOT IN ('EventCancelled', 'EventPostponed')",
        "start_at > :now",
    ]  # fmt: skip
    parameters: dict[str, Any] = {"now": int(now.timestamp())}
    if evening.mode is not None:
        conditions.append("event_attendance_mode IN (:mode, 'mixed')")
        parameters["mode"] = evening.mode
    if evening.free is not None:
        conditions.append("is_free" if evening.free else "NOT is_free")
    if evening.language is not None:
        language = evening.language.lower()
        conditions.append("(language IS NULL OR language = :language OR language LIKE :kin)")
        parameters |= {"language": language, "kin": f"{language}-%"}
    if evening.weekdays:
        conditions.append(f"local_weekday IN ({', '.join(map(str, sorted(evening.weekdays)))})")
    if evening.parts_of_day:
        conditions.append(f"NOT all_day AND ({' OR '.join(map(_in_part, sorted(evening.parts_of_day)))})")
    if evening.only is not None:
        conditions.append(f"id IN ({', '.join(map(str, sorted(evening.only))) or 'NULL'})")
    return " AND ".join(conditions), parameters


def _in_part(name: str) -> str:
    begin, end = PARTS_OF_DAY[name]
    return f"(local_minute >= {begin} {'AND' if begin < end else 'OR'} local_minute < {end})"


def _chosen(
    rows: Iterable[Row], areas: Sequence[Area], exclude: Collection[int], most: int
) -> dict[int, Row]:
    chosen: dict[int, Row] = {}
    for row in rows:
        if len(chosen) == most:
            break
        if row.id not in exclude and (not areas or is_inside(areas, row.lat, row.lon)):
            chosen[row.id] = row
    return chosen


def _in(column: str, cells: Sequence[int] | None) -> str:
    # Integers of ours: thousands of them would pass the limit of bound parameters.
    return "" if cells is None else f" AND {column} IN ({', '.join(map(str, cells))})"


def _candidates(
    connection: Connection, rows: Sequence[Row], areas: Sequence[Area], now: datetime
) -> list[CandidateRow]:
    ids = [row.id for row in rows]
    met = {each.group: each for each in meetings(connection, ids, int(now.timestamp()))}
    return [_candidate(row, areas, met.get(row.id), now) for row in rows]


def _candidate(row: Row, areas: Sequence[Area], met: Met | None, now: datetime) -> CandidateRow:
    topics = topics_of(row.topics)
    return CandidateRow(
        id=row.id,
        name=row.name,
        description=row.description,
        url=row.url,
        members=row.members,
        city=row.city,
        region=row.region,
        country=row.country,
        lat=row.lat,
        lon=row.lon,
        timezone=row.timezone,
        distance_km=distance_to(areas, row.lat, row.lon),
        fields=_pairs(topics, "field"),
        interests=_pairs(topics, "interest"),
        purposes=_pairs(topics, "purpose"),
        career=row.career,
        state=activity_state(_moment(row.latest_event_at), now),
        last_event=_moment(met.last_at if met else None),
        next_event=_moment(met.next_at if met else None),
        events_per_month=_pace(met, now),
        known_since=_moment(met.first_at if met else None),
        coming=met.around - met.lately if met else 0,
        sample=bool(row.sample),
    )


def _pace(met: Met | None, now: datetime) -> float:
    if met is None:
        return 0.0
    known_days = max(0.0, min(_HALF_WINDOW_DAYS, (now.timestamp() - (met.first_at or 0)) / 86_400))
    return round(met.around * 30 / (_HALF_WINDOW_DAYS + known_days), 1)


def _pairs(topics: dict[str, list[Any]], kind: str) -> tuple[tuple[str, float], ...]:
    return tuple((each, confidence) for each, confidence in topics.get(kind, ()))


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
