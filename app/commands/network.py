"""The commands about one's own network. They read files, open no socket and no database, and keep nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from app.commands.json_input import read_json
from app.commands.output import as_json, complain, print_json, say

if TYPE_CHECKING:
    from app.network.people import People

app = typer.Typer()
network = typer.Typer(
    name="network",
    help="Map the people you know, see whom to ask next, and when to grow. Nothing leaves this machine.",
    no_args_is_help=True,
)
app.add_typer(network)

Files = Annotated[
    list[Path],
    typer.Argument(
        help="Exports of LinkedIn (zip or csv), Google, Outlook, vCard or Facebook", metavar="FILE..."
    ),
]
GoalFile = Annotated[
    Path,
    typer.Option(
        "--goal", help='JSON: {"fields": ["nursing"], "companies": ["Acme"], "city": {"q": "Leeds, GB"}}'
    ),
]
ProgressFile = Annotated[
    Path | None,
    typer.Option("--progress", help="The last answer, or its `progress`, as JSON"),
]
DidFile = Annotated[
    Path | None,
    typer.Option(
        "--did", help='What you have done since, as JSON: [{"what": "asked", "key": "in:jane-doe"}]'
    ),
]
Now = Annotated[str | None, typer.Option("--now", help="The current time, ISO 8601; now by default")]


@network.command()
def contacts(files: Files) -> None:
    """List the people in exports, each once."""
    with _refusals({"contacts": []}):
        people = _read(files)
    if as_json():
        print_json({"contacts": [each.as_dict() for each in people.persons], "warnings": people.warnings})
        return
    from app.commands.network_view import show_contacts

    show_contacts(people)
    _print_warnings(people.warnings)


@network.command()
def analyse(
    files: Files, goal: GoalFile, progress: ProgressFile = None, did: DidFile = None, now: Now = None
) -> None:
    """Map the people in exports, say whether you have run out of people to ask for a goal, and whom to ask next.

    Keep the answer (with --json), and give it back with --progress next time.
    """
    from app.service.network import network_analysis

    with _usage():
        moment = _moment(now)
        told = _document(goal), _part("progress", progress), _document(did)
        with _refusals({}):
            answer = network_analysis([each.read_bytes() for each in files], *told, moment)
    if as_json():
        print_json(answer)
        return
    from app.commands.network_view import show_analysis

    show_analysis(answer)
    _print_warnings(answer["warnings"])


@network.command()
def plan(
    goal: GoalFile,
    progress: ProgressFile = None,
    aggregate: Annotated[
        Path | None,
        typer.Option("--aggregate", help="The last analysis, or its `aggregate`, as JSON"),
    ] = None,
    did: DidFile = None,
    now: Now = None,
) -> None:
    """Say what to do next without an export, from a goal and saved progress."""
    from app.service.network import network_plan

    with _usage():
        moment = _moment(now)
        told = _document(goal), _part("progress", progress), _part("aggregate", aggregate), _document(did)
        answer = network_plan(*told, moment)
    if as_json():
        print_json(answer)
        return
    from app.commands.network_view import show_plan

    show_plan(answer)


def _read(files: list[Path]) -> People:
    from app.network.exports import read_files
    from app.network.people import people_of

    return people_of(read_files([each.read_bytes() for each in files]))


@contextmanager
def _refusals(empty: dict[str, Any]) -> Iterator[None]:
    """End with 1 where no file can be used; the document then holds the reason."""
    from app.network.records import ExportError

    try:
        yield
    except ExportError as error:
        _refuse(empty, error.code, error.detail, error.hint)
    except OSError as error:
        _refuse(empty, "unreadable", f"{error.filename}: {error.strerror}", "name a file that is there")


def _refuse(empty: dict[str, Any], code: str, detail: str, hint: str) -> NoReturn:
    if as_json():
        print_json({**empty, "warnings": [{"code": code, "detail": detail, "hint": hint}]})
    complain(f"{detail}; {hint}")
    raise typer.Exit(1)


@contextmanager
def _usage() -> Iterator[None]:
    """End with 2 where a goal, progress or report is wrong; every mistake is a line."""
    from app.network.validation import WrongInputError

    try:
        yield
    except WrongInputError as error:
        for each in error.wrong:
            complain(f"{each.where}: {each.detail}")
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}")
    except ValueError as error:
        complain(str(error))
    else:
        return
    raise typer.Exit(2)


def _document(path: Path | None) -> Any:
    """The JSON of a file."""
    return None if path is None else read_json(path)


def _part(name: str, path: Path | None) -> Any:
    """The JSON of a file, or the part of that name where the file holds a whole answer of ours."""
    document = _document(path)
    whole = isinstance(document, dict) and "privacy" in document and name in document
    return document[name] if whole else document


def _moment(text: str | None) -> datetime:
    """An aware moment; one without an offset is UTC."""
    from app.core.clock import moment_or_now

    try:
        return moment_or_now(text)
    except ValueError as error:
        raise ValueError(f"--now: {error}") from None


def _print_warnings(warnings: list[dict[str, Any]]) -> None:
    for each in warnings:
        rows = f" ({each['rows']})" if "rows" in each else ""
        file = f"file {each['file']}: " if "file" in each else ""
        hint = f"; {each['hint']}" if "hint" in each else ""
        complain(f"{file}{each['detail']}{rows}{hint}")
    if not as_json() and warnings:
        say("")
