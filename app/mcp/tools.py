"""The tools: what each is for, what it takes and answers, and how it asks the service. All of them read only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import Connection

from app.mcp import arguments as given
from app.mcp import schemas
from app.mcp.cards import LONG, event_card, group_card, pick, reasons, resolved
from app.service.items import MergedError, coming_events, event_document, group_document
from app.service.job_schemas import JobIn
from app.service.jobs import job_document
from app.service.network import network_plan
from app.service.pages import event_page, group_page
from app.service.parameters import EventParameters, GroupParameters
from app.service.recommendation_schemas import RecommendationIn, RecommendationParameters
from app.service.recommendations import recommendation_document
from app.service.schemas import UnderstoodOut
from app.taxonomy.meanings import resolve_topic
from app.taxonomy.taxonomy import load
from app.understanding.lines import understood_json
from app.understanding.sentence import understand

# Of a group: enough to see when it meets.
_COMING: Final = 10
_PICKS_OF_A_WEEK: Final = 3


@dataclass(frozen=True, slots=True)
class Asking:
    """What a tool reads with."""

    connection: Connection
    now: datetime
    base_url: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool. `run` answers a document of the shape `answer`; it raises the problems of the service."""

    name: str
    title: str
    description: str
    arguments: type[BaseModel]
    answer: type[BaseModel]
    run: Callable[[Asking, Any], dict[str, Any]]


def _understand(_: Asking, asked: given.UnderstandArguments) -> dict[str, Any]:
    return understood_json(understand(asked.sentence))


def _find_groups(asking: Asking, asked: given.FindGroupsArguments) -> dict[str, Any]:
    parameters = GroupParameters.model_validate(_search(asked))
    page = group_page(asking.connection, parameters, asking.now, asking.base_url)
    return _found(page, group_card)


def _find_events(asking: Asking, asked: given.FindEventsArguments) -> dict[str, Any]:
    own = asked.model_dump(
        include={"from_", "to", "mode", "free", "company"}, exclude_unset=True, by_alias=True
    )
    parameters = EventParameters.model_validate(_search(asked) | own)
    page = event_page(asking.connection, parameters, asking.now, asking.base_url)
    return _found(page, event_card)


def _get_group(asking: Asking, asked: given.ItemArguments) -> dict[str, Any]:
    def read(identity: str) -> dict[str, Any]:
        return group_document(asking.connection, identity, asking.now, asking.base_url)

    item = _surviving(asked.id, read)
    events = coming_events(asking.connection, item["id"], asking.now, asking.base_url, _COMING)
    return {"group": group_card(item, LONG), "events": [event_card(each) for each in events]}


def _get_event(asking: Asking, asked: given.ItemArguments) -> dict[str, Any]:
    def read(identity: str) -> dict[str, Any]:
        return event_document(asking.connection, identity, asking.base_url)

    return {"event": event_card(_surviving(asked.id, read), LONG)}


def _recommend(asking: Asking, asked: given.RecommendArguments) -> dict[str, Any]:
    parameters = RecommendationParameters.model_validate(
        {
            **_topics(asked),
            "radius_km": asked.radius_km,
            "for": asked.what,
            "group": asked.groups,
            "exclude": asked.exclude,
            "phase": asked.phase,
            "mode": asked.mode,
            "limit": asked.limit,
        }
    )
    page = recommendation_document(asking.connection, parameters, asking.now, asking.base_url)
    return {
        "items": [pick(each) for each in page["items"]],
        "week": page["week"] or [],
        "instead": [each["text"] for each in page["instead"]],
        "resolved": resolved(page["resolved"]),
    }


def _for_job(asking: Asking, asked: given.JobArguments) -> dict[str, Any]:
    job = JobIn(title=asked.title, company=asked.company, location=asked.location)
    document = job_document(asking.connection, job, asking.now, asking.base_url, asked.limit)
    return {
        **{name: document[name] for name in ("confidence", "resolved", "unresolved")},
        "groups": [pick(each) for each in document["groups"]],
        "events": [pick(each) for each in document["events"]],
        "company_events": [
            {"event": event_card(each["event"]), "role": each["role"], "reasons": reasons(each["reasons"])}
            for each in document["company_events"]
        ],
    }


def _list_fields(_: Asking, asked: given.ListArguments) -> dict[str, Any]:
    known = load().fields
    words = {each.id: {"id": each.id, "label": each.label, "family": each.family} for each in known.values()}
    return _vocabulary("field", asked.q, words)


def _list_interests(_: Asking, asked: given.ListArguments) -> dict[str, Any]:
    known = load().interests
    words = {
        each.id: {"id": each.id, "label": each.label, "family": each.category} for each in known.values()
    }
    return _vocabulary("interest", asked.q, words)


def _plan_networking_week(asking: Asking, asked: given.WeekArguments) -> dict[str, Any]:
    aggregate = None if asked.aggregate is None else asked.aggregate.model_dump(mode="json")
    plan = network_plan(asked.goal(), None, aggregate, None, asking.now)
    wishes = {
        "near": [asked.near] if asked.near else [],
        "field": asked.fields,
        "interest": asked.interests,
        "company": asked.companies,
        "radius_km": asked.radius_km,
        "phase": plan["phase"],
        "covered": plan["covered"],
        "limit": _PICKS_OF_A_WEEK,
    }
    groups, events = (
        recommendation_document(
            asking.connection,
            RecommendationIn.model_validate(wishes | {"for": kind}),
            asking.now,
            asking.base_url,
        )
        for kind in ("groups", "events")
    )
    of_the_week = set(events["week"] or ())
    return {
        **{name: plan[name] for name in ("state", "headline", "phase", "questions")},
        "steps": [
            {
                "kind": each["kind"],
                "priority": each["priority"],
                "reasons": [reason["text"] for reason in each["reasons"]],
                "search": each["search"],
            }
            for each in plan["actions"]
        ],
        "drafts": [each["text"] for each in plan["drafts"]],
        "groups": [pick(each) for each in groups["items"]],
        "events": [pick(each) for each in events["items"] if each["event"]["id"] in of_the_week],
    }


def _search(asked: given.FindGroupsArguments | given.FindEventsArguments) -> dict[str, Any]:
    """What both searches take, by the names of the API; what was not given stays out, so that a sentence can say it."""
    same = asked.model_dump(include={"radius_km", "q", "ask", "limit", "cursor"}, exclude_unset=True)
    return {name: value for name, value in {**same, **_topics(asked), "limit": asked.limit}.items() if value}


def _topics(asked: Any) -> dict[str, Any]:
    return {"near": asked.near, "field": asked.fields, "interest": asked.interests}


def _found(page: dict[str, Any], card: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    return {
        "items": [card(each) for each in page["items"]],
        "next": page["next"],
        "resolved": resolved(page["resolved"]),
    }


def _surviving(identity: str, read: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """The item of an id, or of what it was merged into."""
    try:
        return read(identity)
    except MergedError as merged:
        return read(merged.id)


def _vocabulary(kind: Any, q: str | None, words: dict[str, dict[str, str]]) -> dict[str, Any]:
    if q is None:
        return {"best": None, "items": list(words.values())}
    found = resolve_topic(kind, q)
    near = [each for each in (found.id, *(other.id for other in found.suggestions)) if each in words]
    near += [each["id"] for each in words.values() if q.casefold() in each["label"].casefold()]
    items = [words[each] for each in dict.fromkeys(near) if each is not None]
    # A family or category stands for all that is in it.
    items += [each for each in words.values() if each["family"] == found.id]
    return {"best": found.id, "items": items}


TOOLS: Final = (
    Tool(
        "understand", "Understand a sentence",
        "Read one sentence as a question: place, times, career fields, interests and more; what could be meant otherwise is in "
        "`unsure`. Looks nothing up.",
        given.UnderstandArguments, UnderstoodOut, _understand,
    ),
    Tool(
        "find_groups", "Find groups",
        "Search meetup groups near a place, for career fields or interests; active ones, the best matches first.",
        given.FindGroupsArguments, schemas.GroupsFound, _find_groups,
    ),
    Tool(
        "find_events", "Find events",
        "Search coming events near a place or online, for career fields or interests, in a span of time; the soonest first.",
        given.FindEventsArguments, schemas.EventsFound, _find_events,
    ),
    Tool(
        "get_group", "Get a group", "One group with its whole description and its coming events.",
        given.ItemArguments, schemas.GroupFound, _get_group,
    ),
    Tool(
        "get_event", "Get an event", "One event with its whole description.",
        given.ItemArguments, schemas.EventFound, _get_event,
    ),
    Tool(
        "recommend", "Recommend groups or events",
        "The groups or events to go to next for somebody who looks for work or for new contacts, each with reasons, what speaks "
        "against it, and a first step.",
        given.RecommendArguments, schemas.Recommended, _recommend,
    ),
    Tool(
        "for_job", "Look up a job",
        "For a job somebody wants: its career field, groups and events to go to, and events where the company hosts, speaks or "
        "sponsors.",
        given.JobArguments, schemas.ForJob, _for_job,
    ),
    Tool(
        "list_fields", "List career fields", "Career fields, or those that a word or job title may mean.",
        given.ListArguments, schemas.Vocabulary, _list_fields,
    ),
    Tool(
        "list_interests", "List interests", "Interests, or those that a word may mean.",
        given.ListArguments, schemas.Vocabulary, _list_interests,
    ),
    Tool(
        "plan_networking_week", "Plan a week of networking",
        "What to do in the coming week for a goal: steps, questions and drafts, groups to try and events to go to. Takes counts of "
        "a network and never a contact: do not pass names of people.",
        given.WeekArguments, schemas.Week, _plan_networking_week,
    ),
)  # fmt: skip
