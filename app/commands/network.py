"""The commands about one's own network. They read files, open no socket and no database, and keep nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from app.commands.printing import as_json, complain, print_json, say

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


@network.command()
def contacts(files: Files) -> None:
    """Show the people that stand in exports, each once."""
    people = _read(files, {"contacts": []})
    if as_json():
        print_json({"contacts": [each.as_dict() for each in people.persons], "warnings": people.warnings})
        return
    from rich.table import Table

    table = Table("Name", "Title", "Company", "Since", "Channels", box=None, header_style="bold")
    for each in people.persons:
        since = each.connected_on.isoformat() if each.connected_on else ""
        table.add_row(
            each.name, each.title or "", each.company or "", since, ", ".join(each.as_dict()["channels"])
        )
    _print(table)
    say(f"{len(people.persons)} people in {people.read} rows")
    _print_warnings(people.warnings)


def _read(files: list[Path], empty: dict[str, Any]) -> Any:
    """The people in files; ends with 1 and a hint where none can be used."""
    from app.network.people import people_of
    from app.network.reading import read_files
    from app.network.records import ExportError

    try:
        return people_of(read_files([each.read_bytes() for each in files]))
    except ExportError as error:
        _refuse(empty, error.code, error.detail, error.hint)
    except OSError as error:
        _refuse(empty, "unreadable", f"{error.filename}: {error.strerror}", "name a file that is there")


def _refuse(empty: dict[str, Any], code: str, detail: str, hint: str) -> NoReturn:
    """Say that the input cannot be used at all."""
    if as_json():
        print_json({**empty, "warnings": [{"code": code, "detail": detail, "hint": hint}]})
    complain(f"{detail}; {hint}")
    raise typer.Exit(1)


def _print(*things: Any) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    for each in things:
        console.print(each)


def _print_warnings(warnings: list[dict[str, Any]]) -> None:
    for each in warnings:
        rows = f" ({each['rows']})" if "rows" in each else ""
        file = f"file {each['file']}: " if "file" in each else ""
        hint = f"; {each['hint']}" if "hint" in each else ""
        complain(f"{file}{each['detail']}{rows}{hint}")
