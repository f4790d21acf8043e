"""How well is told what nobody should meet unasked: warnings and sensitive groups, both ways. Prints JSON.

python -m benchmarks.unwanted [--misses]    invented names and descriptions of golden/unwanted.tsv
EVALUATION_DATA=... adds open groups by the category that their organisers chose

A third of the invented ones, chosen by a hash of the name, is held out: `--misses` shows the others alone.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from app.taxonomy.classify import classify
from app.taxonomy.unwanted import sensitive_in, warnings_of
from benchmarks.recommend import GOLDEN

_WARNINGS = {
    "mlm": "mlm-sales-pitch", "crypto": "crypto-pump", "course": "paid-course-funnel", "dating": "dating",
}  # fmt: skip


def part_of(name: str) -> str:
    """`held out` for a third of the names, else `development`."""
    number = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big")
    return "held out" if number % 3 == 0 else "development"


def told(name: str, description: str | None) -> set[str]:
    """The warnings, and `sensitive` where the words or the classifier say so."""
    found = set(warnings_of(name, description))
    topics = classify(name, description).interests
    if sensitive_in(name, {each.id: each.confidence for each in topics}):
        found.add("sensitive")
    return found


def invented(misses: bool) -> dict[str, Any]:
    """Of each part and kind how many were told, and of what is harmless how much was called something."""
    counts: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    with (GOLDEN / "unwanted.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    for kind, name, description in rows:
        found, part = told(name, description or None), part_of(name)
        wanted = _WARNINGS.get(kind, kind)
        right = not found if kind == "none" else wanted in found
        line = counts[part]["left alone" if kind == "none" else kind]
        line[0] += right
        line[1] += 1
        if kind == "sensitive":
            cautioned = counts[part]["sensitive without a caution"]
            cautioned[0] += found <= {"sensitive"}
            cautioned[1] += 1
        if misses and not right and part == "development":
            sys.stderr.write(f"{kind}: {name} | {description} -> {sorted(found)}\n")
    return {
        part: {kind: f"{right} of {total}" for kind, (right, total) in lines.items()}
        for part, lines in sorted(counts.items())
    }


def by_category(folder: Path) -> dict[str, Any]:
    """Of open groups: the share that is told, by category and set."""
    from benchmarks.quality import labelled_groups

    figures: dict[str, Any] = {}
    for set_name, groups in labelled_groups(folder).items():
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for name, text, category in groups:
            found = told(name, text)
            counts[category][0] += "sensitive" in found
            counts[category][1] += bool(found - {"sensitive"})
            counts[category][2] += 1
        figures[set_name] = {
            category: f"sensitive {sensitive}, warned of {warned}, of {total}"
            for category, (sensitive, warned, total) in sorted(counts.items())
        }
    return figures


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--misses", action="store_true")
    misses = parser.parse_args().misses
    figures = {"invented": invented(misses)}
    data = os.environ.get("EVALUATION_DATA")
    if data:
        figures["open groups"] = by_category(Path(data))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
