"""The commands about what the catalogue offers: how well large cities are covered, and pages whose terms want a decision."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from app.commands.context import opened
from app.commands.output import as_json, complain, print_json, say, say_row

if TYPE_CHECKING:
    from app.sources.large_cities import CityCoverage

app = typer.Typer()
_COLUMNS: Final = (
    "city",
    "fixed sources",
    "read at once",
    "outside tech",
    "templates",
    "read at once",
    "falls short",
)


@app.command()
def coverage() -> None:
    """Show how many sources the large cities start with, and which of them fall short."""
    from app.sources.catalogue import ENOUGH_SOURCES
    from app.sources.large_cities import ENOUGH_NON_TECH, large_cities

    cities = large_cities()
    if as_json():
        print_json({"cities": [each.as_dict() for each in cities]})
        return
    _show_cities(cities)
    for part, named in (("US", "metropolitan areas of the US"), ("world", "cities of the world")):
        there = [each for each in cities if each.part == part]
        short = [each.name for each in there if each.falls_short]
        fixed = sum(each.fixed >= ENOUGH_SOURCES for each in there)
        filled = sum(each.fixed + each.templates >= ENOUGH_SOURCES for each in there)
        non_tech = sum(each.non_tech >= ENOUGH_NON_TECH for each in there)
        say(
            f"{len(there)} {named}: {fixed} with {ENOUGH_SOURCES} fixed sources or more, {filled} with templates,"
        )
        say(
            f"  {non_tech} with {ENOUGH_NON_TECH} or more outside tech; {len(short)} fall short: {'; '.join(short)}"
        )
    say("To add a source: `nextcircle discover URL --add --near PLACE`, or docs/adding-a-source.md")


def _show_cities(cities: list[CityCoverage]) -> None:
    if not sys.stdout.isatty():
        say_row(*_COLUMNS)
        for each in cities:
            say_row(*_cells(each))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*_COLUMNS)
    for each in cities:
        table.add_row(*(str(cell) for cell in _cells(each)))
    Console().print(table)


def _cells(city: CityCoverage) -> tuple[object, ...]:
    return (
        city.name,
        city.fixed,
        city.fixed_at_once,
        city.non_tech,
        city.templates,
        city.templates_at_once,
        city.falls_short or "",
    )


@app.command()
def pages(
    read: Annotated[bool | None, typer.Option("--on/--off", help="Read them, or not")] = None,
) -> None:
    """Show which sites limit automated use in their terms, and decide whether their pages are read."""
    from app.sources.coverage import pages_allowed
    from app.sources.repository.choices import remember
    from app.sources.repository.sources import page_terms

    with opened() as (settings, database):
        if read is not None and settings.pages:
            complain(f"NEXTCIRCLE_PAGES is {settings.pages!r} and wins; change it there")
            raise typer.Exit(2)
        if read is not None:
            remember(database, "pages", "on" if read else "off")
        allowed = pages_allowed(settings, database)
        terms = page_terms(database)
    if as_json():
        print_json({"pages": "on" if allowed else "off", "terms": terms})
        return
    for address, count in terms.items():
        say(f"{count} sources: {address or 'the terms of each site'}")
    if not terms:
        say("No source of yours is such a page.")
    elif allowed:
        say("These pages are read.")
    else:
        say("These pages are not read. Read the terms, then run `nextcircle sources pages --on`.")
    if read is not None:
        say("A running worker takes this up when it is started again.")
