"""The commands about one's own network. They read files and keep nothing; only `--then` opens a database, which hears of nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from app.commands.json_input import read_json
from app.commands.output import as_json, complain, print_json, say

if TYPE_CHECKING:
    from app.network.people import People
    from app.network.work_search import Office
    from app.service.network import NetworkReport

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
        "--did",
        help='What you have done since, as JSON: [{"what": "asked", "key": "Jane Doe"}]; a name or a key of `network contacts`',
    ),
]
Then = Literal["recommend"]
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
    files: Files,
    goal: GoalFile,
    progress: ProgressFile = None,
    did: DidFile = None,
    now: Now = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Also write a page with the map as pictures, readable by you alone"),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(
            "--table",
            help="Also add whom to ask to a job tracker's table of contacts (career-ops: data/contacts.tsv), readable by you alone",
        ),
    ] = None,
    then: Annotated[
        Then | None,
        typer.Option(
            "--then",
            help="Also recommend groups: opens the database, which gets counts and the goal, and no contact",
        ),
    ] = None,
) -> None:
    """Map the people in exports, say whether you have run out of people to ask for a goal, and whom to ask next.

    Keep the answer (with --json), and give it back with --progress next time.
    """
    body = _analyse(files, goal, progress, did, now, html, table, show=then is None or not as_json())
    if then is None:
        return
    # The contacts are gone by now: what goes on is the goal, and what the network covers of it.
    document = _recommended(body["search"], body["now"])
    if as_json():
        print_json(body["answer"] | {"recommendations": document})
    else:
        from app.commands.search import show_recommendations

        say("")
        show_recommendations(document)


def _analyse(
    files: list[Path],
    goal: Path,
    progress: Path | None,
    did: Path | None,
    now: str | None,
    html: Path | None,
    table: Path | None,
    *,
    show: bool,
) -> dict[str, Any]:
    """Analyse and show; what is left is the answer that names nobody whole, the question to the recommender, and the moment."""
    from app.service.network import network_report, recommendation_body

    with _usage():
        moment = _moment(now)
        told = _document(goal), _part("progress", progress), _document(did)
        with _refusals({}):
            report = network_report([each.read_bytes() for each in files], *told, moment)
    answer = report.answer
    _write(report, html, table)
    if show and as_json():
        print_json(answer)
    elif show:
        from app.commands.network_view import show_analysis

        show_analysis(report)
        _print_warnings(answer["warnings"])
    return {"answer": answer, "search": recommendation_body(told[0], answer), "now": moment}


def _write(report: NetworkReport, html: Path | None, table: Path | None) -> None:
    """Write the files that were asked for."""
    with _usage():
        if html is not None:
            from app.commands.network_page import write_page

            write_page(html, report)
        if table is not None:
            from app.commands.network_table import write_table

            write_table(table, report)


def _recommended(body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The recommendations for a mapped network, out of the database as it is."""
    from app.commands.context import opened_for_reading
    from app.commands.parameter_options import complain_of
    from app.core.errors import ProblemError
    from app.service.recommendation_schemas import RecommendationIn
    from app.service.recommendations import recommendation_document

    with opened_for_reading() as (settings, database):
        try:
            with database.read() as connection:
                asked = RecommendationIn.model_validate(body)
                return recommendation_document(connection, asked, now, settings.base_url)
        except ProblemError as error:
            complain_of(error.errors)
            raise typer.Exit(2) from None


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


@network.command()
def log(
    progress: Annotated[Path, typer.Option("--progress", help="The last answer, or its `progress`, as JSON")],
    since: Annotated[str | None, typer.Option("--from", help="First day, such as 2026-11-01")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last day, included")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write a table, readable by you alone")] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="Write pages to print, readable by you alone")
    ] = None,
    office: Annotated[
        str | None,
        typer.Option("--for", help="Put above it what the office of a state asks, such as US-MA"),
    ] = None,
) -> None:
    """List what you did for your search, by date: whom you asked, met and talked to, and where you went.

    What counts as a work-search activity is decided by the office you report to, not here.
    """
    from app.commands.log_sheet import pdf as as_pdf
    from app.commands.private_file import write_private
    from app.network.log import HEADER, as_csv
    from app.network.work_search import DECIDES
    from app.service.network import activity_log

    with _usage():
        asks = _office(office)
        head = () if asks is None else asks.lines()
        rows = activity_log(_part("progress", progress), _day("--from", since), _day("--to", until))
        if csv is not None:
            write_private(csv, as_csv(rows).encode("utf-8-sig"))
        if pdf is not None:
            write_private(pdf, as_pdf("Work-search log", HEADER, [row.cells() for row in rows], head))
    if as_json():
        document: dict[str, Any] = {"log": [dict(zip(HEADER, row.cells(), strict=True)) for row in rows]}
        print_json(document if asks is None else {"office": asks.as_dict(), "note": DECIDES, **document})
        return
    from app.commands.network_view import show_log

    show_log(HEADER, [row.cells() for row in rows], head)


def _office(text: str | None) -> Office | None:
    from app.network.work_search import office_of

    if text is None:
        return None
    try:
        return office_of(text)
    except ValueError as error:
        raise ValueError(f"--for: {error}") from None


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{option}: not a day; write one such as 2026-11-23") from None


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
