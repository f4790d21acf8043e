"""The commands that keep the data: the public dump, backups, and the deletion of old data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.context import explained, opened
from app.commands.output import as_json, complain, print_json, progress, say

app = typer.Typer()


@app.command()
def dump() -> None:
    """Write the files of /v1/dump now. The worker does this every night."""
    from app.core.clock import utc_now
    from app.maintenance.dump import dump as run

    with opened() as (settings, database), explained():
        listed = run(database, settings.dump_folder, settings.base_url, utc_now())
        if as_json():
            print_json(listed)
            return
        for each in listed["files"]:
            say(f"{each['name']:20} {each['rows']} rows, {each['bytes']} bytes")
        say(f"in {settings.dump_folder}")


@app.command()
def backup(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="NAME.sqlite: an exact copy of an SQLite file; NAME.jsonl.gz: for either database"
        ),
    ] = None,
) -> None:
    """Back up all data, even while NextCircle runs."""
    from app.core.clock import utc_now
    from app.maintenance.backup import backup as run
    from app.maintenance.portable import BackupError

    with opened() as (_, database), explained():
        now = utc_now()
        ending = "sqlite" if database.is_sqlite else "jsonl.gz"
        path = file or Path(f"nextcircle-{now:%Y%m%dT%H%M%SZ}.{ending}")
        try:
            with progress("rows") as advance:
                size = run(database, path, now, advance)
        except BackupError as error:
            complain(str(error))
            raise typer.Exit(1) from None
        if as_json():
            print_json({"file": str(path), "bytes": size})
        else:
            say(
                f"{path}, {size} bytes; it holds what organisers wrote to you: keep it where nobody else reads"
            )


@app.command()
def restore(
    file: Path,
    replace: Annotated[
        bool, typer.Option("--replace", help="In the place of the listings that are stored")
    ] = False,
) -> None:
    """Restore a backup, replacing all data, even while NextCircle runs."""
    from app.maintenance.portable import BackupError
    from app.maintenance.restore import restore as run

    with opened() as (_, database), explained():
        try:
            with progress("rows") as advance:
                restored = run(database, file, advance, replace=replace)
        except BackupError as error:
            complain(str(error))
            raise typer.Exit(1) from None
        if as_json():
            print_json({"file": str(file), "restored": True, "keys": restored.keys})
        else:
            say(f"{file} is restored")
            if restored.keys:
                named = ", ".join(restored.keys)
                say(f"API keys of the backup are valid here now: {named}; `nextcircle keys revoke` ends one")


@app.command()
def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted")] = False,
) -> None:
    """Delete what is older than NEXTCIRCLE_KEEP_*_DAYS. The worker does this every six hours."""
    from app.core.clock import utc_now
    from app.maintenance.retention import purge as run
    from app.maintenance.retention import waiting

    with opened() as (settings, database):
        if dry_run:
            found = waiting(database, settings, utc_now())
            if as_json():
                print_json({"events_and_groups": found})
            else:
                say(f"{found} events and groups would be deleted")
            return
        with progress("events and groups") as advance:
            purged = run(database, settings, utc_now(), advance)
        if as_json():
            print_json(purged.as_dict())
        else:
            say(
                ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in purged.as_dict().items())
                + " deleted"
            )
