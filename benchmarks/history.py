"""Figures of the deciders over time: a table in the repository, one line a figure and date, and the floor of each."""

from __future__ import annotations

import csv
from pathlib import Path

TABLE = Path(__file__).with_name("figures.tsv")
# What a figure must reach on the open evaluation data.
FLOORS = {
    "places: cities outside GB within 25 km": 0.97,
    "places: conferences within 50 km": 0.93,
    "places: venues denver: name, address": 0.93,
    "places: venues montana: name, address": 0.93,
    "career AUC: connecticut, name and who": 0.96,
    "career AUC: connecticut, name": 0.88,
    "career AUC: nashville, name": 0.88,
    "career AUC: manchester, name and description": 0.96,
    "career AUC: manchester, name": 0.88,
    "category F1: connecticut, name and who": 0.72,
    "category F1: connecticut, name": 0.54,
    "category F1: nashville, name": 0.54,
    "category F1: manchester, name and description": 0.72,
    "category F1: manchester, name": 0.54,
    "titles: answered": 0.85,
    "titles: right_of_answered": 0.62,
    "titles: esco_names_answered": 0.70,
    "titles: sub_major_groups_covered": 0.97,
    "match F1: visible": 0.99,
    "match F1: hidden": 0.98,
}


def told(figures: dict[str, float]) -> str:
    """The figures beside their floors and what the table has of them, oldest first."""
    before: dict[str, list[str]] = {}
    if TABLE.exists():
        with TABLE.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                before.setdefault(row["figure"], []).append(f"{row['date']} {row['value']}")
    lines = []
    for name, value in figures.items():
        floor = FLOORS.get(name, 0.0)
        verdict = "reached" if value >= floor else "MISSED"
        lines.append(
            f"{name:48} {value:.4f}  floor {floor:.2f} {verdict}; {', '.join(before.get(name, [])) or 'new'}"
        )
    return "\n".join(lines)


def report(figures: dict[str, float], date: str | None) -> None:
    """Print the figures beside those of before; with a date, add them to the table."""
    print(told(figures))
    if date:
        keep(figures, date)


def keep(figures: dict[str, float], date: str) -> None:
    """Add the figures to the table under a date."""
    fresh = not TABLE.exists()
    with TABLE.open("a", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        if fresh:
            table.writerow(("date", "figure", "value"))
        table.writerows((date, name, f"{value:.4f}") for name, value in figures.items())
