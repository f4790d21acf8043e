"""The command `nextcircle`: every stage by hand, and the processes. Commands import what they need when they run.

Exit codes: 0 answered, 1 the input could not be used at all, 2 wrong usage or settings, 3 the schema is too old.
`--json`, anywhere among the options, prints JSON. No traceback ever reaches a person.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from app.db import Database
    from app.settings import Settings

app = typer.Typer(
    name="nextcircle",
    help="Finds the meetup groups and events where your next connection is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
sources_app = typer.Typer(help="The sources that listings come from.", no_args_is_help=True)
app.add_typer(sources_app, name="sources")

_JSON = False


def main(arguments: list[str] | None = None) -> None:
    """Entry of the console script."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    global _JSON  # noqa: PLW0603  one process runs one command
    # Everything after `--` is an operand, however it looks.
    options = given[: given.index("--")] if "--" in given else given
    _JSON = "--json" in options
    given = [each for each in options if each != "--json"] + given[len(options) :]
    try:
        app(args=given, prog_name="nextcircle")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe (head, say) has seen enough.
        sys.stderr.close()
        sys.exit(0)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what can go wrong into a sentence and an exit code."""
    try:
        yield
    except OSError as error:
        _complain(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "))
        raise typer.Exit(1) from None
    except Exception as error:  # noqa: BLE001  told or raised again
        raise _exit_of(error) from None


def _exit_of(error: Exception) -> Exception:
    """The exit that a failure of ours ends with, once it is told; anything else as it is."""
    # Asked only now: these rooms need the database's libraries, which cost half a second.
    from app.db import DatabaseAwayError
    from app.settings import SettingsError
    from app.setup import SchemaOldError

    if isinstance(error, SettingsError):
        for sentence in error.problems:
            _complain(sentence)
        return typer.Exit(2)
    if isinstance(error, SchemaOldError):
        _complain(str(error))
        return typer.Exit(3)
    if isinstance(error, DatabaseAwayError):
        _complain(f"the database cannot be reached: {error}")
        return typer.Exit(1)
    return error


@contextmanager
def _opened(*, migrate: bool = True) -> Iterator[tuple[Settings, Database]]:
    """Settings and database; an SQLite file is migrated, PostgreSQL must have its schema."""
    from app.db import Database
    from app.settings import read_settings
    from app.setup import migrate as bring_up
    from app.setup import require_schema

    with _explained():
        settings = read_settings()
        _log_to_stderr(settings.log_level)
        database = Database(settings.resolved_database_url)
        try:
            if migrate or database.is_sqlite:
                bring_up(database)
            else:
                require_schema(database)
            yield settings, database
        finally:
            database.close()


@app.command()
def serve() -> None:
    """Run the API and a worker, on an SQLite file unless NEXTCIRCLE_DATABASE_URL says otherwise."""
    from app.serving import serve as run

    with _opened() as (settings, database):
        raise typer.Exit(run(settings, database))


@app.command()
def api() -> None:
    """Run the API alone, in the foreground."""
    import uvicorn

    from app.main import create_app

    with _opened(migrate=False) as (settings, database):
        uvicorn.run(
            create_app(settings, database),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=5,
            h11_max_incomplete_event_size=16_384,
        )


@app.command()
def worker(
    samples: Annotated[
        bool, typer.Option("--samples", help="Serve bundled sample listings if nothing can be reached")
    ] = False,
) -> None:
    """Run a worker alone: it fetches what is due; any number of them share the work."""
    import asyncio

    from app.serving import work

    with _opened() as (settings, database):
        asyncio.run(work(settings, database, samples=samples))


@app.command()
def fetch(
    slugs: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Slugs; all that are due without")
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Only what is due, of those named")] = False,
) -> None:
    """Fetch sources now, in the foreground."""
    import asyncio

    from app.serving import fetch_now

    with _opened() as (settings, database):
        runs, unknown = asyncio.run(fetch_now(settings, database, slugs or [], due=due, report=_report_run))
        for slug in unknown:
            _complain(f"{slug}: there is no such source; `nextcircle sources list` shows them")
        if _JSON:
            _print_json({"runs": [run.as_dict() for run in runs], "unknown": unknown})
        elif not runs and not unknown:
            _say("nothing is due")
        raise typer.Exit(1 if unknown and not runs else 0)


@app.command()
def read(
    target: Annotated[str, typer.Argument(metavar="FILE_OR_URL")],
    platform: Annotated[str | None, typer.Option(help="Read it as this platform does")] = None,
    format_: Annotated[str | None, typer.Option("--format", help="ical, jsonld, json, html")] = None,
    base_url: Annotated[str | None, typer.Option(help="Where relative addresses start")] = None,
    timezone: Annotated[str, typer.Option(help="IANA zone of floating times")] = "UTC",
    from_: Annotated[str | None, typer.Option("--from", help="ISO date or date-time")] = None,
    to: Annotated[str | None, typer.Option("--to", help="ISO date or date-time, exclusive")] = None,
) -> None:
    """Show what NextCircle sees in a page, feed or API answer."""
    from app.reading import ReadError, UsageError, read_target

    with _explained():
        try:
            document = read_target(
                target,
                platform=platform,
                format_=format_,
                base_url=base_url,
                timezone=timezone,
                start=from_,
                end=to,
            )
        except UsageError as error:
            _complain(str(error))
            raise typer.Exit(2) from None
        except ReadError as error:
            _complain(str(error))
            document, found = error.document, False
        else:
            found = document.pop("found")
        if _JSON:
            _print_json(document)
        else:
            _show_reading(document)
        raise typer.Exit(0 if found else 1)


@app.command()
def search(
    kind: Annotated[str, typer.Argument(help="events or groups")] = "events",
    near: Annotated[list[str] | None, typer.Option(help="A place; repeat for several")] = None,
    radius_km: Annotated[float, typer.Option(help="Around each place")] = 25.0,
    field: Annotated[list[str] | None, typer.Option(help="A career field")] = None,
    interest: Annotated[list[str] | None, typer.Option(help="An interest")] = None,
    purpose: Annotated[list[str] | None, typer.Option(help="A purpose")] = None,
    q: Annotated[str | None, typer.Option(help="Words in the name or description")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="ISO or today, weekend, next7days ...")] = None,
    to: Annotated[str | None, typer.Option(help="As --from")] = None,
    mode: Annotated[str | None, typer.Option(help="offline, online or mixed")] = None,
    sort: Annotated[str | None, typer.Option(help="start, distance or relevance")] = None,
    limit: Annotated[int, typer.Option(help="1-100")] = 20,
) -> None:
    """Ask what the API is asked."""
    from app.searching import search as run

    if kind not in {"events", "groups"}:
        _complain("ask for events or groups")
        raise typer.Exit(2)
    options: dict[str, Any] = {
        "near": near or [],
        "radius_km": radius_km,
        "field": field or [],
        "interest": interest or [],
        "purpose": purpose or [],
        "q": q,
        "limit": limit,
    }
    if kind == "events":
        options |= {"from": from_, "to": to, "mode": mode}
    if sort is not None:
        options["sort"] = sort
    with _opened() as (settings, database):
        document, problems = run(database, settings, kind, options)
        for sentence in problems:
            _complain(sentence)
        if problems:
            raise typer.Exit(2)
        if _JSON:
            _print_json(document)
        else:
            _show_results(document["items"])


@app.command()
def load(files: Annotated[list[Path], typer.Argument(help="JSON lines, plain or .gz")]) -> None:
    """Take listings from files through the whole ingest."""
    from app.clock import utc_now
    from app.ingest.loading import load as run

    with _opened() as (_, database):
        missing = [each for each in files if not each.is_file()]
        for path in missing:
            _complain(f"{path}: no such file")
        if missing:
            raise typer.Exit(1)
        with _progress("listings") as advance:
            loaded = run(database, files, utc_now(), advance)
        for sentence in loaded.errors:
            _complain(sentence)
        if _JSON:
            _print_json(loaded.as_dict())
        else:
            counts = loaded.counts
            _say(
                f"{loaded.lines} lines: {counts.inserted} new, {counts.attached} joined known ones, "
                f"{counts.updated} changed, {counts.unchanged} unchanged, {counts.rejected} rejected, "
                f"{loaded.bad_lines} not readable"
            )
        raise typer.Exit(1 if loaded.lines and loaded.bad_lines == loaded.lines else 0)


@app.command()
def export() -> None:
    """Print every listing as JSON lines that `load` takes."""
    from app.ingest.loading import export as run

    with _opened() as (_, database):
        for line in run(database):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


@app.command()
def locate(
    near: Annotated[str | None, typer.Option(help="A place that the others are near")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166-1 alpha-2, where they probably are")] = None,
) -> None:
    """Say which place each line of the input names."""
    from app.places.lines import locate_lines

    with _explained():
        try:
            answers = locate_lines(_input_lines(), near=near, country=country)
        except ValueError as error:
            _complain(str(error))
            raise typer.Exit(2) from None
        for answer in answers:
            _print_line(answer, lambda each: (each["place"] or {}).get("name") or "-")


@app.command()
def classify(
    titles: Annotated[bool, typer.Option("--titles", help="The lines are job titles: {id, title}")] = False,
) -> None:
    """Say what each JSON line of the input ({id, name, description, keywords}) is for."""
    from app.taxonomy.lines import classify_lines

    with _explained():
        for answer in classify_lines(_input_lines(), titles=titles):
            _print_line(
                answer,
                lambda each: f"{each['id']}: {', '.join(found['id'] for found in each['fields']) or '-'}",
            )


@app.command()
def match(
    pairs: Annotated[
        Path | None, typer.Option("--pairs", help="CSV with id_a,id_b: judge these pairs instead")
    ] = None,
) -> None:
    """Say which JSON lines of the input ({id, name, url, start, end, city ...}) are the same event."""
    import csv

    from app.ingest.clusters import match_lines, match_pairs

    with _explained():
        if pairs is None:
            for answer in match_lines(_input_lines()):
                _print_line(answer, lambda each: " ".join(each["ids"]))
            return
        with pairs.open(encoding="utf-8", newline="") as file:
            wanted = [(row.get("id_a") or "", row.get("id_b") or "") for row in csv.DictReader(file)]
        for answer in match_pairs(_input_lines(), wanted):
            _print_line(
                answer,
                lambda each: (
                    f"{each['id_a']} {each['id_b']}: {'same' if each['same'] else 'different'} "
                    f"({each['probability']}) {', '.join(each['reasons'])}"
                ),
            )


@app.command()
def taxonomy() -> None:
    """Show career fields, interests and purposes."""
    from app.taxonomy.lines import taxonomy_json

    document = taxonomy_json()
    if _JSON:
        _print_json(document)
        return
    for family in document["families"]:
        _say(f"{family['label']} ({family['id']})")
        for field in document["fields"]:
            if field["family"] == family["id"]:
                _say(f"  {field['label']} ({field['id']})")


@app.command()
def doctor() -> None:
    """Check the settings, the database and the sources, and say what is off and why."""
    from app.doctor import examine

    with _explained():
        findings = examine()
    if _JSON:
        _print_json({"findings": [each.as_dict() for each in findings]})
    else:
        for each in findings:
            _say(f"{each.mark} {each.name}: {each.detail}")
    raise typer.Exit(1 if any(each.state == "wrong" for each in findings) else 0)


@app.command()
def discover(
    url: str,
    add: Annotated[bool, typer.Option("--add", help="Add what was found")] = False,
    near: Annotated[str | None, typer.Option(help="The town its listings are in")] = None,
) -> None:
    """Find what can be subscribed on a page, with a preview of the events it would read."""
    import asyncio

    from app.clock import utc_now
    from app.sources import store

    with _explained():
        found = asyncio.run(_discovered(url, near))
    added: list[str] = []
    if add:
        with _opened() as (_, database):
            worth = [each.source for each in found.found if each.worth_adding]
            added = store.add(database, worth, "discovered", utc_now())
    if _JSON:
        _print_json(
            {
                "url": url,
                "problem": found.problem,
                "found": [each.as_dict() for each in found.found],
                "added": added,
            }
        )
    else:
        _show_discovery(found, added)
    if found.problem is not None:
        _complain(f"{url}: {found.problem}")
    raise typer.Exit(0 if found.found else 1)


async def _discovered(url: str, near: str | None) -> Any:
    from app.clock import utc_now
    from app.settings import read_settings
    from app.sources.discovery import discover as search
    from app.worker import make_client
    from scrapers.parsing import ParserPool

    settings = read_settings()
    with ParserPool() as parsers:
        async with make_client(settings) as client:
            return await search(
                client, url, utc_now(), near=near, read=parsers.read, keys=settings.platform_keys
            )


@sources_app.command("list")
def sources_list() -> None:
    """Every source, how it is, and what is off and why."""
    from app.setup import pages_allowed
    from app.sources.store import listing

    with _opened() as (settings, database):
        rows = listing(database, pages=pages_allowed(settings, database))
        if _JSON:
            _print_json({"sources": rows})
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
    from app.clock import utc_now
    from app.setup import pages_allowed
    from app.sources.adding import source_of
    from app.sources.store import add, listing

    with _opened() as (settings, database):
        try:
            source = source_of(url, name=name, near=near, platform=platform)
        except ValueError as error:
            _complain(str(error))
            raise typer.Exit(2) from None
        slugs = add(database, [source], "operator", utc_now())
        rows = listing(database, pages=pages_allowed(settings, database))
        row = next(each for each in rows if each["url"] == source.url)
        if _JSON:
            _print_json(row)
        elif slugs:
            _say(
                f"added {row['slug']}: {row['name']} ({row['platform']}, access {row['access']}), state {row['state']}"
            )
            if row["reason"]:
                _say(f"  {row['reason']}")
        else:
            _say(f"{row['slug']} is there already")


@sources_app.command("remove")
def sources_remove(slug: str) -> None:
    """Stop reading a source for good."""
    from app.sources.store import remove

    with _opened() as (_, database):
        if not remove(database, slug):
            _complain(f"{slug}: there is no such source; `nextcircle sources list` shows them")
            raise typer.Exit(1)
        if _JSON:
            _print_json({"slug": slug, "removed": True})
        else:
            _say(f"{slug} is not read any more")


@sources_app.command("suggestions")
def sources_suggestions(
    all_: Annotated[bool, typer.Option("--all", help="Those decided too")] = False,
) -> None:
    """What people suggested and nobody has decided yet."""
    from app.sources.suggestions.store import suggestions

    with _opened() as (_, database):
        rows = suggestions(database, held_only=not all_)
        if _JSON:
            _print_json({"suggestions": rows})
            return
        for row in rows:
            _say(f"{row['id']}\t{row['state']}\t{row['url']}\t{row['near'] or ''}\t{row['note'] or ''}")


@sources_app.command("accept")
def sources_accept(
    suggestion: Annotated[str, typer.Argument(metavar="ID")],
    name: Annotated[str | None, typer.Option(help="What people call it")] = None,
    platform: Annotated[str | None, typer.Option(help="Read it as this platform does")] = None,
) -> None:
    """Add what was suggested; `nextcircle discover` shows before what is there."""
    from app.clock import utc_now
    from app.sources.adding import source_of
    from app.sources.store import add
    from app.sources.suggestions.store import decide, held

    with _opened() as (_, database):
        row = held(database, suggestion)
        if row is None:
            _complain(f"{suggestion}: no suggestion of this id is held; `nextcircle sources suggestions`")
            raise typer.Exit(1)
        try:
            source = source_of(row["url"], name=name, near=row["near"], platform=platform)
        except ValueError as error:
            _complain(str(error))
            raise typer.Exit(2) from None
        slugs = add(database, [source], "suggested", utc_now())
        decide(database, suggestion, "accepted", utc_now())
        if _JSON:
            _print_json({"id": suggestion, "state": "accepted", "added": slugs})
        else:
            _say(f"added {slugs[0]}" if slugs else f"{source.url} is there already")


@sources_app.command("decline")
def sources_decline(suggestion: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Decline what was suggested."""
    from app.clock import utc_now
    from app.sources.suggestions.store import decide

    with _opened() as (_, database):
        if not decide(database, suggestion, "declined", utc_now()):
            _complain(f"{suggestion}: no suggestion of this id is held; `nextcircle sources suggestions`")
            raise typer.Exit(1)
        if _JSON:
            _print_json({"id": suggestion, "state": "declined"})
        else:
            _say(f"{suggestion} is declined")


@sources_app.command("take-downs")
def sources_take_downs(
    done: Annotated[str | None, typer.Option(metavar="ID", help="Mark this one as dealt with")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Those dealt with too")] = False,
) -> None:
    """What organisers ask of listings of theirs."""
    from app.clock import utc_now
    from app.sources.takedowns.store import settle, take_downs

    with _opened() as (_, database):
        if done is not None and not settle(database, done, utc_now()):
            _complain(f"{done}: no take-down of this id is open")
            raise typer.Exit(1)
        rows = take_downs(database, open_only=not all_)
        if _JSON:
            _print_json({"take_downs": rows})
            return
        for row in rows:
            _say(f"{row['id']}\t{row['action']}\t{row['target']}\t{row['contact']}\t{row['note'] or ''}")


@sources_app.command("remove-listing")
def sources_remove_listing(target: Annotated[str, typer.Argument(metavar="URL_OR_ID")]) -> None:
    """Remove an event or group for good: whatever its sources say later, it stays away."""
    from app.clock import utc_now
    from app.sources.takedowns.store import remove_listing

    with _opened() as (_, database):
        try:
            removed = remove_listing(database, target, utc_now())
        except ValueError as error:
            _complain(str(error))
            raise typer.Exit(2) from None
        if _JSON:
            _print_json({"target": target, "events": removed.events, "groups": removed.groups})
        else:
            _say(
                f"{removed.events} events and {removed.groups} groups removed; {target} is not stored any more"
            )


@sources_app.command("resume")
def sources_resume(slug: str) -> None:
    """Let a paused source run again, as soon as its host may be asked."""
    from app.clock import utc_now
    from app.sources.store import resume

    with _opened() as (_, database):
        if not resume(database, slug, utc_now()):
            _complain(f"{slug}: no source of this name is paused; `nextcircle sources list` shows them")
            raise typer.Exit(1)
        if _JSON:
            _print_json({"slug": slug, "resumed": True})
        else:
            _say(f"{slug} is read again when it is due")


@sources_app.command("show")
def sources_show(slug: str) -> None:
    """One source and its latest runs."""
    from app.setup import pages_allowed
    from app.sources.store import health_of, listing, runs_of

    with _opened() as (settings, database):
        rows = listing(database, pages=pages_allowed(settings, database))
        row = next((each for each in rows if each["slug"] == slug), None)
        if row is None:
            _complain(f"{slug}: there is no such source; `nextcircle sources list` shows them")
            raise typer.Exit(1)
        runs = runs_of(database, slug)
        row |= health_of(database, slug) or {}
        if _JSON:
            _print_json({**row, "runs": runs})
            return
        for name, value in row.items():
            if value not in (None, [], ""):
                _say(f"{name}: {value}")
        for run in runs:
            _say(f"{run['started_at']:%Y-%m-%d %H:%M} {run['outcome']} {run['detail'] or run['counts']}")


def _input_lines() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def _print_line(document: dict[str, Any], plain: Any) -> None:
    sys.stdout.write((json.dumps(document, ensure_ascii=False) if _JSON else plain(document)) + "\n")


def _print_json(document: Any) -> None:
    import orjson

    sys.stdout.write(orjson.dumps(document, default=str, option=orjson.OPT_INDENT_2).decode() + "\n")


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")


def _complain(sentence: str) -> None:
    sys.stderr.write(f"nextcircle: {sentence}\n")


def _report_run(run: Any) -> None:
    if _JSON:
        return
    counts = run.counts
    said = run.detail or f"{counts.events} events, {counts.groups} groups, {counts.inserted} new"
    _say(f"{run.slug}: {run.outcome}, {said}")


@contextmanager
def _progress(unit: str) -> Iterator[Any]:
    """A counter: live on a terminal, a line now and then in a pipe."""
    if not sys.stderr.isatty():
        from time import monotonic

        last = monotonic()

        def plain(done: int) -> None:
            nonlocal last
            if monotonic() - last > 5:
                last = monotonic()
                sys.stderr.write(f"{done} {unit}\n")

        yield plain
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed} " + unit), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=None)
        yield lambda done: progress.update(task, completed=done)


def _show_reading(document: dict[str, Any]) -> None:
    _say(f"platform {document['platform']}, format {document['format']}")
    for group in document["groups"]:
        _say(f"group: {group['name']}  {group['url'] or ''}")
    for event in document["events"]:
        _say(f"{event['start_date']}  {event['name']}  {event['url'] or ''}")
    for url in document["next"]:
        _say(f"next: {url}")
    for warning in document["warnings"]:
        _complain(f"{warning['code']}: {warning['detail']}")


def _show_discovery(found: Any, added: list[str]) -> None:
    for each in found.found:
        count = "not tried" if each.event_count is None else f"{each.event_count} events"
        _say(f"{each.source.url}\n  {each.how}; {each.source.platform}, access {each.source.access}; {count}")
        _say(f"  robots: {each.problem or each.robots}; terms: {each.source.terms or 'none known'}")
        for event in each.events:
            _say(f"    {event['start_date']}  {event['name']}")
    if not found.found and found.problem is None:
        _say("nothing that could be subscribed was found")
    for slug in added:
        _say(f"added {slug}")


def _show_results(items: Iterable[dict[str, Any]]) -> None:
    none = True
    for item in items:
        none = False
        far = "" if item["distance_km"] is None else f"{item['distance_km']:.1f} km  "
        when = item.get("start_date") or item.get("activity", {}).get("next_event") or ""
        _say(f"{when[:16]:16}  {far}{item['name']}  {item['url'] or ''}")
    if none:
        _say("nothing found; try a larger --radius-km or fewer conditions")


def _show_sources(rows: list[dict[str, Any]]) -> None:
    if not sys.stdout.isatty():
        for row in rows:
            state = _state_shown(row)
            _say(f"{row['slug']}\t{state}\t{row['listings']}\t{row['url']}\t{row['reason'] or ''}")
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


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format="%(levelname)s %(name)s %(message)s")
    # httpx logs whole addresses; none of ours may stand in a log.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    for name in ("apscheduler", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
