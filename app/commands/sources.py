"""The commands about sources: finding, adding, looking at and removing them, and what people ask of them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands import catalogue
from app.commands.context import explained, opened
from app.commands.output import as_json, complain, print_json, say, say_row

if TYPE_CHECKING:
    from app.sources.catalogue import CatalogueSource

app = typer.Typer()
sources_app = typer.Typer(help="Manage the sources of listings.", no_args_is_help=True)
app.add_typer(sources_app, name="sources")
sources_app.add_typer(catalogue.app)


@app.command()
def discover(
    urls: Annotated[list[str], typer.Argument(metavar="URL...")],
    add: Annotated[bool, typer.Option("--add", help="Add what was found")] = False,
    near: Annotated[str | None, typer.Option(help="The town its listings are in")] = None,
) -> None:
    """Find calendars and feeds on pages, their sites and their chapters, with a preview of their events."""
    import asyncio

    with explained():
        discoveries = asyncio.run(_discovered(urls, near))
    documents = []
    for found in discoveries:
        added = _added(found) if add else []
        documents.append(
            {
                "url": found.url,
                "problem": found.problem,
                "found": [each.as_dict() for each in found.found],
                "added": added,
            }
        )
        if not as_json():
            _show_discovery(found, added)
        if found.problem is not None:
            complain(f"{found.url}: {found.problem}")
    if as_json():
        print_json(documents[0] if len(documents) == 1 else {"discoveries": documents})
    raise typer.Exit(0 if any(each.found for each in discoveries) else 1)


def _added(found: Any) -> list[str]:
    from app.core.clock import utc_now
    from app.sources.repository import sources as stored

    with opened() as (_, database):
        worth = [each.source for each in found.found if each.worth_adding]
        return stored.add(database, worth, "discovered", utc_now())


async def _discovered(urls: list[str], near: str | None) -> list[Any]:
    from app.core.clock import utc_now
    from app.fetching.discovery import discover as search
    from app.fetching.worker import make_client
    from app.settings import read_settings
    from scrapers.parser_pool import ParserPool

    settings = read_settings()
    with ParserPool() as parsers:
        async with make_client(settings) as client:
            return [
                await search(
                    client, url, utc_now(), near=near, read=parsers.read, keys=settings.platform_keys
                )
                for url in urls
            ]


@sources_app.command("list")
def sources_list() -> None:
    """List every source with its state, and why it is disabled."""
    from app.sources.coverage import pages_allowed
    from app.sources.repository.sources import listing

    with opened() as (settings, database):
        rows = listing(database, pages=pages_allowed(settings, database))
        if as_json():
            print_json({"sources": rows})
        else:
            _show_sources(rows)


@sources_app.command("add")
def sources_add(
    url: str,
    name: Annotated[str | None, typer.Option(help="What people call it")] = None,
    near: Annotated[str | None, typer.Option(help="The town its listings are in")] = None,
    platform: Annotated[str | None, typer.Option(help="Read it as this platform does")] = None,
) -> None:
    """Add the address of a calendar, a group or a page with events."""
    from app.core.clock import utc_now
    from app.sources.add import source_of
    from app.sources.coverage import pages_allowed
    from app.sources.repository.sources import add, listing

    with opened() as (settings, database):
        try:
            source = source_of(url, name=name, near=near, platform=platform)
        except ValueError as error:
            complain(str(error))
            raise typer.Exit(2) from None
        slugs = add(database, [source], "operator", utc_now())
        rows = listing(database, pages=pages_allowed(settings, database))
        row = next(each for each in rows if each["url"] == source.url)
        if as_json():
            print_json(row)
        elif slugs:
            say(
                f"added {row['slug']}: {row['name']} ({row['platform']}, access {row['access']}), state {row['state']}"
            )
            if near is not None:
                say(f"  near {near!r}: {_place_of(source)}")
            if row["reason"]:
                say(f"  {row['reason']}")
        else:
            say(f"{row['slug']} is known already; nothing changed")


def _place_of(source: CatalogueSource) -> str:
    """The place that `--near` was read as."""
    names = ", ".join(part for part in (source.city, source.region, source.country) if part)
    return f"{names} ({source.lat:.2f}, {source.lon:.2f}), {source.timezone}"


@sources_app.command("remove")
def sources_remove(slug: str) -> None:
    """Remove a source: it is never fetched again."""
    from app.sources.repository.state import remove

    with opened() as (_, database):
        if not remove(database, slug):
            complain(f"{slug}: unknown source; `nextcircle sources list` lists them")
            raise typer.Exit(1)
        if as_json():
            print_json({"slug": slug, "removed": True})
        else:
            say(f"{slug} removed")


@sources_app.command("rules")
def sources_rules(
    slug: str,
    attribution: Annotated[str | None, typer.Option(help="Whom to name beside its listings")] = None,
    license_: Annotated[str | None, typer.Option("--license", help="SPDX, such as CC-BY-4.0")] = None,
    description: Annotated[
        int | None, typer.Option(min=-1, help="Characters of a description at most; -1 = all of it")
    ] = None,
    image: Annotated[bool | None, typer.Option("--image/--no-image", help="Whether images are shown")] = None,
) -> None:
    """Set what may be shown of a source's listings. Stored listings are updated at once."""
    from app.core.clock import utc_now
    from app.ingest.store.republish_rules import set_rules

    given: dict[str, Any] = {"attribution": attribution, "license": license_, "republish_image": image}
    rules = {name: value for name, value in given.items() if value is not None}
    if description is not None:
        rules["republish_description"] = None if description < 0 else description
    if not rules:
        complain("name a rule: --attribution, --license, --description or --no-image")
        raise typer.Exit(2)
    with opened() as (_, database):
        changed = set_rules(database, slug, rules, utc_now())
        if changed is None:
            complain(f"{slug}: unknown source; `nextcircle sources list` lists them")
            raise typer.Exit(1)
        if as_json():
            print_json({"slug": slug, **rules, "changed": changed})
        else:
            say(f"{slug}: the rules are set; {changed} events and groups are shown otherwise now")


@sources_app.command("suggestions")
def sources_suggestions(
    all_: Annotated[bool, typer.Option("--all", help="Those decided too")] = False,
) -> None:
    """List the suggestions that are still to be decided."""
    from app.sources.suggestions.repository import suggestions

    with opened() as (_, database):
        rows = suggestions(database, held_only=not all_)
        if as_json():
            print_json({"suggestions": rows})
            return
        for row in rows:
            say_row(row["id"], row["state"], row["url"], row["near"], row["note"])


@sources_app.command("accept")
def sources_accept(
    suggestion: Annotated[str, typer.Argument(metavar="ID")],
    name: Annotated[str | None, typer.Option(help="What people call it")] = None,
    platform: Annotated[str | None, typer.Option(help="Read it as this platform does")] = None,
) -> None:
    """Accept a suggestion and add its source; run `nextcircle discover` first to see what it offers."""
    from app.core.clock import utc_now
    from app.sources.add import source_of
    from app.sources.repository.sources import add
    from app.sources.suggestions.repository import decide, held

    with opened() as (_, database):
        row = held(database, suggestion)
        if row is None:
            complain(f"{suggestion}: no suggestion of this id is held; `nextcircle sources suggestions`")
            raise typer.Exit(1)
        try:
            source = source_of(row["url"], name=name, near=row["near"], platform=platform)
        except ValueError as error:
            complain(str(error))
            raise typer.Exit(2) from None
        slugs = add(database, [source], "suggested", utc_now())
        decide(database, suggestion, "accepted", utc_now())
        if as_json():
            print_json({"id": suggestion, "state": "accepted", "added": slugs})
        else:
            say(f"added {slugs[0]}" if slugs else f"{source.url} is there already")


@sources_app.command("decline")
def sources_decline(suggestion: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Decline a suggestion."""
    from app.core.clock import utc_now
    from app.sources.suggestions.repository import decide

    with opened() as (_, database):
        if not decide(database, suggestion, "declined", utc_now()):
            complain(f"{suggestion}: no suggestion of this id is held; `nextcircle sources suggestions`")
            raise typer.Exit(1)
        if as_json():
            print_json({"id": suggestion, "state": "declined"})
        else:
            say(f"{suggestion} is declined")


@sources_app.command("take-downs")
def sources_take_downs(
    done: Annotated[str | None, typer.Option(metavar="ID", help="Mark this one as dealt with")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Those dealt with too")] = False,
) -> None:
    """List the take-down requests of organisers."""
    from app.core.clock import utc_now
    from app.ingest.takedowns.repository import settle, take_downs

    with opened() as (_, database):
        if done is not None and not settle(database, done, utc_now()):
            complain(f"{done}: no take-down of this id is open")
            raise typer.Exit(1)
        rows = take_downs(database, open_only=not all_)
        if as_json():
            print_json({"take_downs": rows})
            return
        for row in rows:
            say_row(row["id"], row["action"], row["target"], row["contact"], row["note"])


@sources_app.command("remove-listing")
def sources_remove_listing(target: Annotated[str, typer.Argument(metavar="URL_OR_ID")]) -> None:
    """Remove an event or group permanently, even if its sources list it again."""
    from app.core.clock import utc_now
    from app.ingest.takedowns.repository import remove_listing

    with opened() as (_, database):
        try:
            removed = remove_listing(database, target, utc_now())
        except ValueError as error:
            complain(str(error))
            raise typer.Exit(2) from None
        if as_json():
            print_json({"target": target, "events": removed.events, "groups": removed.groups})
        else:
            say(
                f"{removed.events} events and {removed.groups} groups removed; {target} is not stored any more"
            )


@sources_app.command("resume")
def sources_resume(
    slug: Annotated[str | None, typer.Argument()] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every paused source")] = False,
) -> None:
    """Resume a paused source, or all of them, as soon as their hosts allow."""
    from app.core.clock import utc_now
    from app.sources.repository.state import resume, resume_all

    if (slug is None) != everything:
        complain("name a source or give --all, not both; `nextcircle sources list` shows what is paused")
        raise typer.Exit(2)
    with opened() as (_, database):
        if slug is None:
            resumed = resume_all(database, utc_now())
            if as_json():
                print_json({"resumed": resumed})
            else:
                say(f"{resumed} sources are read again when they are due")
            return
        if not resume(database, slug, utc_now()):
            complain(f"{slug}: no source of this name is paused; `nextcircle sources list` shows them")
            raise typer.Exit(1)
        if as_json():
            print_json({"slug": slug, "resumed": True})
        else:
            say(f"{slug} is read again when it is due")


@sources_app.command("show")
def sources_show(slug: str) -> None:
    """Show a source and its latest runs."""
    from app.sources.coverage import pages_allowed
    from app.sources.repository.sources import health_of, listing, runs_of

    with opened() as (settings, database):
        rows = listing(database, pages=pages_allowed(settings, database))
        row = next((each for each in rows if each["slug"] == slug), None)
        if row is None:
            complain(f"{slug}: unknown source; `nextcircle sources list` lists them")
            raise typer.Exit(1)
        runs = runs_of(database, slug)
        row |= health_of(database, slug) or {}
        if as_json():
            print_json({**row, "runs": runs})
            return
        for name, value in row.items():
            if value not in (None, [], ""):
                say(f"{name}: {value}")
        for run in runs:
            say(f"{run['started_at']:%Y-%m-%d %H:%M} {run['outcome']} {run['detail'] or run['counts']}")


def _show_discovery(found: Any, added: list[str]) -> None:
    for each in found.found:
        count = "not tried" if each.event_count is None else f"{each.event_count} events"
        say(f"{each.source.url}\n  {each.how}; {each.source.platform}, access {each.source.access}; {count}")
        say(f"  robots: {each.problem or each.robots}; terms: {each.source.terms or 'none known'}")
        for event in each.events:
            say(f"    {event['start_date']}  {event['name']}")
    if not found.found and found.problem is None:
        say("nothing that could be subscribed was found")
    for slug in added:
        say(f"added {slug}")


def _show_sources(rows: list[dict[str, Any]]) -> None:
    if not sys.stdout.isatty():
        for row in rows:
            state = _state_shown(row)
            say_row(row["slug"], state, row["listings"], row["url"], row["reason"])
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("source", "state", "listings", "last ok", "why")
    for row in rows:
        last = row["last_ok_at"].strftime("%Y-%m-%d %H:%M") if row["last_ok_at"] else "never"
        table.add_row(row["slug"], _state_shown(row), str(row["listings"]), last, row["reason"] or "")
    Console().print(table)


def _state_shown(row: dict[str, Any]) -> str:
    """The state, and whether the source has never given a good answer yet."""
    return row["state"] if row["verified"] or row["state"] == "sample" else f"{row['state']}, unverified"
