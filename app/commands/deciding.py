"""The commands that show what the deciders make of lines of text: places, fields, and which listings are one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.opening import explained, input_lines
from app.commands.printing import as_json, complain, print_json, print_line, say

app = typer.Typer()


@app.command()
def locate(
    near: Annotated[str | None, typer.Option(help="A place that the others are near")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166-1 alpha-2, where they probably are")] = None,
) -> None:
    """Say which place each line of the input names."""
    from app.places.lines import locate_lines

    with explained():
        try:
            answers = locate_lines(input_lines(), near=near, country=country)
        except ValueError as error:
            complain(str(error))
            raise typer.Exit(2) from None
        for answer in answers:
            print_line(answer, lambda each: (each["place"] or {}).get("name") or "-")


@app.command()
def classify(
    titles: Annotated[bool, typer.Option("--titles", help="The lines are job titles: {id, title}")] = False,
) -> None:
    """Say what each JSON line of the input ({id, name, description, keywords}) is for."""
    from app.taxonomy.lines import classify_lines

    with explained():
        for answer in classify_lines(input_lines(), titles=titles):
            print_line(
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

    with explained():
        if pairs is None:
            for answer in match_lines(input_lines()):
                print_line(answer, lambda each: " ".join(each["ids"]))
            return
        with pairs.open(encoding="utf-8", newline="") as file:
            wanted = [(row.get("id_a") or "", row.get("id_b") or "") for row in csv.DictReader(file)]
        for answer in match_pairs(input_lines(), wanted):
            print_line(
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
    if as_json():
        print_json(document)
        return
    for family in document["families"]:
        say(f"{family['label']} ({family['id']})")
        for field in document["fields"]:
            if field["family"] == family["id"]:
                say(f"  {field['label']} ({field['id']})")
