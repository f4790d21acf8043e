"""The command `nextcircle`: every stage by hand, and the processes.

`--json`, anywhere among the options, prints JSON. No traceback ever reaches a person.
"""

from __future__ import annotations

import sys

import typer

from app.commands import data, keys, listings, network, processes, sources, toolbox
from app.commands.output import choose_json

app = typer.Typer(
    name="nextcircle",
    help="Finds the meetup groups and events where your next connection is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for each in (processes, listings, toolbox, network, sources, keys, data):
    app.add_typer(each.app)


def main(arguments: list[str] | None = None) -> None:
    """Entry of the console script."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Everything after `--` is an operand, however it looks.
    options = given[: given.index("--")] if "--" in given else given
    choose_json("--json" in options)
    given = [each for each in options if each != "--json"] + given[len(options) :]
    try:
        app(args=given, prog_name="nextcircle")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe (head, say) has seen enough.
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
