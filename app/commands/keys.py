"""The commands about API keys: making one, listing them, revoking one."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.context import opened
from app.commands.output import as_json, complain, print_json, say

app = typer.Typer()
keys_app = typer.Typer(help="Manage API keys.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")


@keys_app.command("add")
def keys_add(
    name: Annotated[str, typer.Argument(help="What or who it is for; no person's name is needed")],
    scope: Annotated[
        list[str] | None, typer.Option(help="read (the default), write or admin; repeat for several")
    ] = None,
    per_minute: Annotated[
        int | None, typer.Option(min=1, help="Requests a minute; NEXTCIRCLE_KEY_RATE_LIMIT without")
    ] = None,
) -> None:
    """Make a key. It is printed once and kept as a hash."""
    from app.auth.keys import SCOPES
    from app.auth.repository.keys import add_key
    from app.core.clock import utc_now

    wanted = set(scope or ["read"])
    unknown = wanted - set(SCOPES)
    if unknown or not name.strip() or len(name) > 100:
        complain(
            f"{sorted(unknown)[0]!r} is not a scope; the scopes are {', '.join(SCOPES)}"
            if unknown
            else "a key needs a name of 1 to 100 characters"
        )
        raise typer.Exit(2)
    with opened() as (_, database):
        scopes = frozenset(each for each in SCOPES if each in wanted)
        identity, key = add_key(database, name.strip(), scopes, per_minute, utc_now())
        if as_json():
            print_json({"id": identity, "key": key})
        else:
            say(key)
            complain(f"this is key {identity}; it is not shown again. Send it as X-API-Key")


@keys_app.command("list")
def keys_list() -> None:
    """Every key, what it allows, and when it was last used."""
    from app.auth.repository.keys import keys

    with opened() as (_, database):
        rows = keys(database)
        if as_json():
            print_json({"keys": rows})
            return
        for row in rows:
            state = f"revoked {row['revoked_at']:%Y-%m-%d}" if row["revoked_at"] else "valid"
            used = f"last used {row['used_on']}" if row["used_on"] else "never used"
            say(
                f"{row['id']}  {row['beginning']}...  {' '.join(row['scopes']):16}  {state}, {used}  {row['name']}"
            )
        if not rows:
            say("no keys yet; `nextcircle keys add NAME` makes one")


@keys_app.command("revoke")
def keys_revoke(identity: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Make a key worthless, within a second."""
    from app.auth.repository.keys import revoke
    from app.core.clock import utc_now

    with opened() as (_, database):
        if not revoke(database, identity, utc_now()):
            complain(f"{identity}: no valid key has this id; `nextcircle keys list` shows them")
            raise typer.Exit(1)
        if as_json():
            print_json({"id": identity, "revoked": True})
        else:
            say(f"{identity} is revoked")
