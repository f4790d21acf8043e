"""The commands that keep the data: a dump for everybody."""

from __future__ import annotations

import typer

from app.commands.opening import explained, opened
from app.commands.printing import as_json, print_json, say

app = typer.Typer()


@app.command()
def dump() -> None:
    """Write the files behind /v1/dump now; the worker does it every night."""
    from app.clock import utc_now
    from app.dumping import dump as run

    with opened() as (settings, database), explained():
        listed = run(database, settings.dump_folder, settings.base_url, utc_now())
        if as_json():
            print_json(listed)
            return
        for each in listed["files"]:
            say(f"{each['name']:20} {each['rows']} rows, {each['bytes']} bytes")
        say(f"in {settings.dump_folder}")
