"""The commands that take listings in, ask for them and hand them out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.context import explained, opened
from app.commands.output import as_json, complain, print_json, progress, say

app = typer.Typer()


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
    """Show what NextCircle reads from a page, feed or API answer."""
    from app.commands.read import ReadError, UsageError, read_target

    with explained():
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
            complain(str(error))
            raise typer.Exit(2) from None
        except ReadError as error:
            complain(str(error))
            document, found = error.document, False
        else:
            found = document.pop("found")
        if as_json():
            print_json(document)
        else:
            _show_reading(document)
        raise typer.Exit(0 if found else 1)


@app.command()
def load(files: Annotated[list[Path], typer.Argument(help="JSON lines, plain or .gz")]) -> None:
    """Load listings from files."""
    from app.core.clock import utc_now
    from app.ingest.bulk import load as run

    with opened() as (_, database):
        missing = [each for each in files if not each.is_file()]
        for path in missing:
            complain(f"{path}: no such file")
        if missing:
            raise typer.Exit(1)
        with progress("listings") as advance:
            loaded = run(database, files, utc_now(), advance)
        for sentence in loaded.errors:
            complain(sentence)
        if as_json():
            print_json(loaded.as_dict())
        else:
            counts = loaded.counts
            say(
                f"{loaded.lines} lines: {counts.inserted} new, {counts.attached} joined known ones, "
                f"{counts.updated} changed, {counts.unchanged} unchanged, {counts.rejected} rejected, "
                f"{loaded.bad_lines} not readable"
            )
        raise typer.Exit(1 if loaded.lines and loaded.bad_lines == loaded.lines else 0)


@app.command()
def export() -> None:
    """Print every listing as JSON lines that `load` takes."""
    from app.ingest.bulk import export as run

    with opened() as (_, database):
        for line in run(database):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


@app.command()
def reclassify() -> None:
    """Locate and classify all stored listings again, by the rules of this version. Resumes where it was stopped."""
    from app.ingest.store.reprocess import reclassify as run

    _reprocess(run, regroups=False)


@app.command()
def rematch() -> None:
    """Match all stored listings again into events and groups. Resumes where it was stopped."""
    from app.ingest.store.reprocess import rematch as run

    _reprocess(run, regroups=True)


def _reprocess(run: Any, *, regroups: bool) -> None:
    from app.core.clock import utc_now

    with opened() as (_, database):
        with progress("listings") as advance:
            try:
                done = run(database, utc_now(), advance)
            except KeyboardInterrupt:
                complain("stopped; what was done is kept, and the next call goes on from here")
                raise typer.Exit(130) from None
        if as_json():
            print_json(done.as_dict())
        else:
            resumed = ", going on where it was stopped" if done.resumed else ""
            moved = f", {done.merged} events joined others, {done.parted} parted" if regroups else ""
            say(
                f"{done.seen} seen{resumed}: {done.events_changed} events and {done.groups_changed} groups changed{moved}"
            )


def _show_reading(document: dict[str, Any]) -> None:
    say(f"platform {document['platform']}, format {document['format']}")
    for group in document["groups"]:
        say(f"group: {group['name']}  {group['url'] or ''}")
    for event in document["events"]:
        say(f"{event['start_date']}  {event['name']}  {event['url'] or ''}")
    for url in document["next"]:
        say(f"next: {url}")
    for warning in document["warnings"]:
        complain(f"{warning['code']}: {warning['detail']}")
