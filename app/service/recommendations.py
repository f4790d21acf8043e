"""A recommendation from question to document: who asks, what is around, what fits, why. Nothing of the person is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from app.core.errors import ParameterError, wrong_parameters
from app.core.fold import fold
from app.core.ids import internal, public
from app.recommend.constants import constants, model
from app.recommend.kindred import shared_interests
from app.recommend.records import Because, Candidate, Covered, Profile, Scored
from app.recommend.score import order, rank, score
from app.recommend.similarity import Circle as EventSimilarity
from app.recommend.tact import may_be_offered
from app.recommend.variety import varied
from app.recommend.week import week
from app.search.candidates import (
    ANY_EVENING,
    MOST_CANDIDATES,
    CandidateRow,
    Evening,
    Wishes,
    event_candidates,
    events_with_access,
    group_candidates,
    groups_by_id,
    groups_with_event,
)
from app.search.query import WEEKDAYS, Query
from app.search.rows import Row, topics_of
from app.service.instead import instead
from app.service.parameters import TopicParameters
from app.service.picks import event_items, group_items
from app.service.recommendation_schemas import RecommendationIn, RecommendationParameters
from app.service.resolution import resolve_query
from app.service.sentences import with_sentence
from app.taxonomy.classify import signals_in
from app.taxonomy.keys import topic_key
from app.taxonomy.meanings import FILLERS
from app.taxonomy.taxonomy import expand_field, expand_interest, load
from app.textindex.tokens import words_in
from app.translations.translator import Translator, translator

_LEAST_SCORE: Final = constants().bands.possible
# The descriptions of so many are read, the best ones by name and topics.
_READ_CLOSELY: Final = 60
_READ_BRIEFLY: Final = 24
# Of candidates without a topic that was asked for, where many questions are answered at once.
_FEW_OTHERS: Final = 16
# How much a topic of the group says of one of its evenings.
_BY_GROUP: Final = 0.7
_ENGLISH: Final = translator()
_ANY_CAREER: Final = ("career-networking", "startups-business")


def recommendation_document(
    connection: Connection,
    asked: RecommendationParameters,
    now: datetime,
    base_url: str,
    say: Translator = _ENGLISH,
    *,
    brief: bool = False,
    looks_elsewhere: bool = True,
) -> dict[str, Any]:
    """A `RecommendationPage`, its sentences as `say` writes them. Raises the problem that names everything that is wrong.

    `brief` is for many questions at once that name a topic: fewer of the candidates that have none of the topics are looked at, and
    fewer texts are read closely. `looks_elsewhere`: whether `instead` is filled where nothing fits.
    """
    asked, sentence = with_sentence(asked, asked.ask)
    # Cut as the filters of search, to be understood by the same words.
    words = TopicParameters(
        near=asked.near, lat=asked.lat, lon=asked.lon, radius_km=asked.radius_km, bbox=asked.bbox,
        field=asked.field, interest=asked.interest, language=asked.language,
    )  # fmt: skip
    question = resolve_query(words, now, "groups")
    query, resolved = question.query, question.resolved | {"ask": sentence}
    if asked.within_days is not None:
        query = replace(query, start_to=now + timedelta(days=asked.within_days))
    joined, excluded = _ids("group", asked.group), set(_ids("exclude", asked.exclude))
    profile = _profile(asked, query, resolved)
    document: dict[str, Any] = {
        "phase": profile.phase,
        "model": model(),
        "resolved": resolved,
        "week": None,
        "instead": [],
        "next": None,
    }
    events = asked.for_ == "events"
    # A new event of a group that somebody already goes to is news; the group itself is not.
    away = excluded if events else excluded | set(joined)
    around = _events_around if events else _groups_around
    facts = _offered(
        profile,
        resolved,
        around(connection, query, asked, profile, away, _FEW_OTHERS if brief else MOST_CANDIDATES),
    )
    ranked = _ranked(connection, profile, facts, joined, now, _READ_BRIEFLY if brief else _READ_CLOSELY)
    if events:
        ranked = _one_of_each_series(ranked)
    picks = varied(ranked, asked.limit)
    if events:
        document["week"] = [each.facts.id for each in week(ranked, now)]
        document["items"] = event_items(connection, profile, picks, now, base_url, say)
    else:
        document["items"] = group_items(
            connection, profile, picks, query, _evening(connection, query, asked), base_url, say
        )
    if not picks and looks_elsewhere:
        document["instead"] = instead(connection, profile, query, _wished_topics(profile))
    return document


# --- who asks ------------------------------------------------------------------------------------------


def _ids(name: str, values: Sequence[str]) -> list[int]:
    found = {value: internal(value) for value in values}
    wrong = [value for value, number in found.items() if number is None]
    if wrong:
        detail = "not a group id; /v1/groups lists groups"
        raise wrong_parameters([ParameterError(name, value, detail) for value in wrong])
    return [number for number in found.values() if number is not None]


def _profile(asked: RecommendationParameters, query: Query, resolved: dict[str, Any]) -> Profile:
    covered = asked.covered if isinstance(asked, RecommendationIn) else None
    near = resolved["near"]
    return Profile(
        fields=dict.fromkeys(_wished(resolved["field"]), 1.0),
        interests=dict.fromkeys(_wished(resolved["interest"]), 1.0),
        typed=(*_typed("career", asked.field), *_typed("interest", asked.interest)),
        companies=tuple(asked.company),
        radius_km=asked.radius_km,
        has_place=bool(query.areas),
        place=near[0]["place"]["name"] if len(near) == 1 else None,
        mode=asked.mode,
        language=asked.language,
        free=asked.free,
        career_weight=asked.career_weight if isinstance(asked, RecommendationIn) else None,
        phase=asked.phase or "unmapped",
        covered=None if covered is None else Covered(covered.fields, covered.companies, covered.seniorities),
    )


def _wished(entries: list[dict[str, Any]], *, negated: bool = False) -> list[str]:
    return [each["id"] for each in entries if each["input"].startswith("!") == negated]


def _typed(because: Because, values: Sequence[str]) -> Iterator[tuple[Because, str]]:
    """What was typed that is no id; ids say nothing that the taxonomy does not."""
    for value in values:
        if not value.startswith("!") and load().label(value) is None:
            yield because, value


def _wished_topics(profile: Profile) -> set[int]:
    """Keys of what was asked for itself and what its people share, families and categories as all that is in them."""
    known = load()
    wished = {topic_key("field", each) for wish in profile.fields for each in (wish, *expand_field(wish))}
    for wish in profile.interests:
        inside = () if wish in known.interests else expand_interest(wish)
        wished.update(topic_key("interest", each) for each in (wish, *inside))
    shared = shared_interests(tuple(profile.fields), profile.typed_fields)
    return wished | {topic_key("interest", each) for each in shared}


def _wishes(profile: Profile) -> Wishes:
    return Wishes(_wished_topics(profile), _near_topics(profile), _words_of(profile))


def _words_of(profile: Profile) -> list[list[str]]:
    """The words of each thing that was typed, without those that narrow nothing."""
    split = [[word for word in words_in(text) if word not in FILLERS] for _, text in profile.typed]
    return [words for words in split if words]


def _near_topics(profile: Profile) -> set[int]:
    """Keys of what could meet a wish too: fields that border on it, their family, careers in general."""
    known = load()
    wanted: set[int] = set()
    for wish in profile.fields:
        fields = expand_field(wish)
        around = {other for each in fields for other in known.fields[each].adjacent}
        families = {known.fields[each].family for each in fields}
        wanted.update(topic_key("field", each) for each in (*fields, *around, *families))
        wanted.update(topic_key("interest", each) for each in _ANY_CAREER)
    for wish in profile.interests:
        category = known.interests[wish].category if wish in known.interests else wish
        wanted.update(topic_key("interest", each) for each in (wish, category, *expand_interest(category)))
    return wanted


# --- what is around ------------------------------------------------------------------------------------


def _groups_around(
    connection: Connection,
    query: Query,
    asked: RecommendationParameters,
    profile: Profile,
    away: set[int],
    most: int,
) -> list[Candidate]:
    areas = () if asked.mode == "online" else query.areas
    found = group_candidates(
        connection,
        areas,
        query.now,
        wishes=_wishes(profile),
        exclude=away,
        most=most,
    )
    evening = _evening(connection, query, asked)
    if evening != ANY_EVENING:
        allowed = groups_with_event(connection, [each.id for each in found], query.now, evening)
        found = [each for each in found if each.id in allowed]
    if query.start_to is not None:
        found = [each for each in found if each.next_event is not None and each.next_event < query.start_to]
    return [_facts_of_group(each, online=asked.mode == "online") for each in found]


def _events_around(
    connection: Connection,
    query: Query,
    asked: RecommendationParameters,
    profile: Profile,
    away: set[int],
    most: int,
) -> list[Candidate]:
    found = event_candidates(
        connection,
        _filtered(query, asked),
        _wishes(profile),
        most,
    )
    groups = {
        each.id: each
        for each in groups_by_id(
            connection, sorted({row.group_id for row, _ in found if row.group_id}), query.now
        )
    }
    return [
        _facts_of_event(row, distance, groups.get(row.group_id))
        for row, distance in found
        if row.id not in away and row.group_id not in away
    ]


def _filtered(query: Query, asked: RecommendationParameters) -> Query:
    """The query with what events have to be like."""
    return replace(
        query,
        mode=asked.mode,
        free=asked.free,
        weekdays=frozenset(WEEKDAYS.index(day) + 1 for day in asked.weekday),
        parts_of_day=frozenset(asked.part_of_day),
        access=frozenset(asked.access),
    )


def _evening(connection: Connection, query: Query, asked: RecommendationParameters) -> Evening:
    """What a coming event of a group has to be like."""
    filtered = _filtered(query, asked)
    return Evening(
        mode=asked.mode,
        free=asked.free,
        language=asked.language,
        weekdays=filtered.weekdays,
        parts_of_day=filtered.parts_of_day,
        only=events_with_access(connection, replace(filtered, topics=())) if asked.access else None,
    )


def _ranked(
    connection: Connection,
    profile: Profile,
    facts: Sequence[Candidate],
    joined: list[int],
    now: datetime,
    read: int,
) -> list[Scored]:
    """What is shown, best first; with groups that one goes to, what is like them is lifted."""
    affinities: dict[str, float] = {}
    if joined:
        mine = [_facts_of_group(each) for each in groups_by_id(connection, joined, now)]
        affinities = EventSimilarity([*facts, *mine]).affinity(each.id for each in mine)
    return _read_closely(profile, facts, now, affinities, read)


def _read_closely(
    profile: Profile, facts: Sequence[Candidate], now: datetime, affinities: dict[str, float], most: int
) -> list[Scored]:
    """Ranked; the descriptions of the best are read, for the words asked for and for signs of sales pitches.

    That costs too much for all of them.
    """
    read = []
    for each in rank(profile, facts, now, affinities, reads=False)[:most]:
        signals = signals_in(each.facts.name, each.facts.description)
        known = replace(each.facts, signals=signals) if signals else each.facts
        read.append(score(profile, known, now, affinities.get(known.id)))
    read.sort(key=order)
    return [each for each in read if each.score >= _LEAST_SCORE]


def _one_of_each_series(ranked: Sequence[Scored]) -> list[Scored]:
    """Of the dates of one thing the best; as these differ in little but the day, mostly the soonest."""
    met: dict[tuple[str | None, str], Scored] = {}
    for each in ranked:
        met.setdefault((each.facts.organiser or each.facts.venue, fold(each.facts.name)), each)
    return list(met.values())


def _offered(profile: Profile, resolved: dict[str, Any], found: Sequence[Candidate]) -> list[Candidate]:
    """Those that may be named: not what is unwanted, and what is sensitive only to who asked for it by name."""
    unwanted = {
        *(each for wish in _wished(resolved["field"], negated=True) for each in expand_field(wish)),
        *(each for wish in _wished(resolved["interest"], negated=True) for each in expand_interest(wish)),
    }
    return [each for each in found if may_be_offered(profile, each, unwanted)]


def _facts_of_group(found: CandidateRow, *, online: bool = False) -> Candidate:
    return Candidate(
        id=public(found.id),
        name=found.name,
        description=found.description,
        fields=dict(found.fields),
        interests=dict(found.interests),
        purposes=dict(found.purposes),
        career=found.career,
        distance_km=found.distance_km,
        online=online,
        members=found.members,
        last_event=found.last_event,
        next_event=found.next_event,
        events_per_month=found.events_per_month if found.last_event or found.next_event else None,
        known_since=found.known_since,
        coming=found.coming,
        dormant=found.state == "dormant",
        timezone=found.timezone,
    )


def _facts_of_event(row: Row, distance: float | None, group: CandidateRow | None) -> Candidate:
    topics = topics_of(row.topics)
    of_group = {} if group is None else {"field": group.fields, "interest": group.interests}
    start = datetime.fromtimestamp(row.start_at, UTC)
    return Candidate(
        id=public(row.id),
        name=row.name,
        description=row.description,
        fields=_inherited(topics.get("field", ()), of_group.get("field", ())),
        interests=_inherited(topics.get("interest", ()), of_group.get("interest", ())),
        purposes=dict(topics.get("purpose", ())),
        career=row.career,
        distance_km=distance,
        area_only=row.place_name is None and row.address is None and row.event_attendance_mode != "online",
        online=row.event_attendance_mode in {"online", "mixed"},
        members=group.members if group else None,
        last_event=group.last_event if group else None,
        next_event=start,
        events_per_month=group.events_per_month if group else None,
        known_since=group.known_since if group else None,
        coming=group.coming if group else None,
        is_free=None if row.is_free is None else bool(row.is_free),
        language=row.language,
        organiser=row.group_name,
        venue=row.place_name,
        timezone=row.timezone,
        starts_at=start,
    )


def _inherited(own: Iterable[tuple[str, float]], of_group: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The topics of an event: its own, and below them those of its group, as an evening's name seldom says the field."""
    return {topic: sure * _BY_GROUP for topic, sure in of_group} | dict(own)
