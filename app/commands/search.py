"""`nextcircle search` and `nextcircle recommend`: what the API answers, without HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.context import opened
from app.commands.output import as_json, complain, print_json, say
from app.commands.parameter_options import ParameterCommand, complain_of, given

if TYPE_CHECKING:
    from pydantic import BaseModel

app = typer.Typer()


class _SearchCommand(ParameterCommand):
    def models(self) -> Iterable[type[BaseModel]]:
        from app.service.parameters import EventParameters, GroupParameters

        return EventParameters, GroupParameters


class _RecommendCommand(ParameterCommand):
    def models(self) -> Iterable[type[BaseModel]]:
        from app.service.recommendation_schemas import RecommendationParameters

        return (RecommendationParameters,)


@app.command(cls=_SearchCommand)
def search(
    ctx: typer.Context, kind: Annotated[str, typer.Argument(help="events or groups")] = "events"
) -> None:
    """Search events and groups: takes the parameters of /v1/events and /v1/groups."""
    from app.service.changes import changed_events, changed_groups
    from app.service.pages import event_page, group_page
    from app.service.parameters import EventParameters, GroupParameters

    if kind not in {"events", "groups"}:
        complain(f"{kind}: search for events or groups")
        raise typer.Exit(2)
    parameters = given(ctx, EventParameters if kind == "events" else GroupParameters)
    answers = {
        ("events", False): event_page,
        ("events", True): changed_events,
        ("groups", False): group_page,
        ("groups", True): changed_groups,
    }
    answer: Any = answers[kind, parameters.since is not None]
    _print(answer, parameters, partial(_show_page, kind))


@app.command(cls=_RecommendCommand)
def recommend(ctx: typer.Context) -> None:
    """Recommend groups or events to go to next, and say why: takes the parameters of /v1/recommendations."""
    from app.service.recommendation_schemas import RecommendationParameters
    from app.service.recommendations import recommendation_document

    parameters = given(ctx, RecommendationParameters)
    _print(recommendation_document, parameters, show_recommendations)


def _print(
    answer: Callable[..., dict[str, Any]], parameters: Any, show: Callable[[dict[str, Any]], None]
) -> None:
    """Print the document that answers the parameters; say which of them are wrong and end with 2."""
    from app.core.clock import utc_now
    from app.core.errors import ProblemError

    with opened() as (settings, database):
        try:
            with database.read() as connection:
                document = answer(connection, parameters, utc_now(), settings.base_url)
        except ProblemError as error:
            complain_of(error.errors)
            raise typer.Exit(2) from None
    if as_json():
        print_json(document)
    else:
        show(document)


def _show_page(kind: str, document: dict[str, Any]) -> None:
    shown = [item for item in document["items"] if not item.get("removed")]
    if kind == "events":
        rows = [
            (_when(item), item["name"], _where(item), _km(item), item["url"] or item["page"])
            for item in shown
        ]
        header: tuple[str, ...] = ("START", "EVENT", "PLACE", "KM", "URL")
    else:
        rows = [
            (item["activity"]["state"], item["name"], _where(item), _km(item), item["url"] or item["page"])
            for item in shown
        ]
        header = ("ACTIVITY", "GROUP", "PLACE", "KM", "URL")
    _table(header, rows)
    removed = len(document["items"]) - len(shown)
    if removed:
        say(f"{removed} removed")
    if document.get("total") is not None:
        say(f"{document['total']} in all")
    if document["next"] is not None:
        option = "--since" if "more" in document else "--cursor"
        say(f"\nThere is more: repeat the command with {option} {document['next']}")


def show_recommendations(document: dict[str, Any]) -> None:
    """Groups or events to go to, with reasons and a first step."""
    if not document["items"]:
        say("Nothing to recommend here. What you can do instead:")
        for each in document["instead"]:
            say(f"   {each['text']}{_options(each)}")
    for number, item in enumerate(document["items"], start=1):
        picked = item["group"] or item["event"]
        say(f"{number}. {picked['name']} ({item['band']}, {item['score']:.0f} of 100), {_where(picked)}")
        for reason in item["reasons"]:
            say(f"   + {reason['text']}")
        for caveat in item["caveats"]:
            say(f"   - {caveat['text']}")
        say(f"   First step: {item['first_step']}")
        say(f"   {picked['url'] or picked['page']}")


def _options(instead: Mapping[str, Any]) -> str:
    """The options that ask for it: " (--radius-km 100)"; none where another command does."""
    if instead["path"] != "/v1/recommendations":
        return ""
    words = [
        f"--{name.replace('_', '-')} {value:g}" if isinstance(value, float) else f"--{name} {value}"
        for name, values in instead["parameters"].items()
        for value in (values if isinstance(values, list) else [values])
    ]
    return f" ({' '.join(words)})"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest value; the last one may be any length."""
    if not rows:
        say("Nothing was found. --explain --json counts what each filter removed.")
        return
    widths = [min(max(len(row[column]) for row in (header, *rows)), 60) for column in range(len(header) - 1)]
    for row in (header, *rows):
        cells = [value[:width].ljust(width) for value, width in zip(row, widths, strict=False)]
        say("  ".join([*cells, row[-1]]))


def _when(item: dict[str, Any]) -> str:
    start: str = item["start_date"]
    return start[:16].replace("T", " ")


def _where(item: dict[str, Any]) -> str:
    location = item["location"] or {}
    city = ", ".join(part for part in (location.get("city"), location.get("country")) if part)
    return city or ("online" if item.get("event_attendance_mode") == "online" else "-")


def _km(item: dict[str, Any]) -> str:
    distance = item.get("distance_km")
    return "-" if distance is None else f"{distance:.1f}"
