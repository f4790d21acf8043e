"""Fits the few numbers of ``data/calibration.json``: ``python -m app.taxonomy.calibrate EVALUATION_FOLDER``.

A developer's tool; the service never imports it. Open listings with the category that their organisers chose,
and vacancies with the code that their employers chose, say how often a score is right; nothing else of them
ends up in the package.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from app.taxonomy import classify as room
from app.taxonomy import titles
from app.taxonomy.model import model, softmax
from app.taxonomy.taxonomy import calibration, load

TARGET = Path(__file__).with_name("data") / "calibration.json"
_ROUNDS = 60
_STRENGTH = 0.6
# Organisers file nurses and builders under anything but careers; a listing of a field serves one all the same.
_CAREER_AIM = (-1.6, 0.7, -0.2, 1.5, 1.5, -2.0, 0.5, 0.4, 0.5)
_CAREER = frozenset(("tech", "career & business"))
_OTHER_NAMES = {
    "fine arts/culture": "arts & culture",
    "literature/writing": "writing",
    "government/politics": "movements & politics",
}

Example = tuple[tuple[float, ...], bool]


class _Listing(NamedTuple):
    name: str
    text: str | None
    category: str


def _rows(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _plain(category: str) -> str:
    name = _OTHER_NAMES.get(category.casefold(), category.casefold())
    return name.replace("/", " & ").replace("sci-fi", "sci fi")


def _listings(folder: Path) -> Iterator[_Listing]:
    for row in _rows(folder / "groups" / "connecticut_groups.csv"):
        yield _Listing(row["name"], row["who"], _plain(row["category"]))
        yield _Listing(row["name"], None, _plain(row["category"]))
    for row in _rows(folder / "groups" / "manchester_2021.csv"):
        if row["category"]:
            yield _Listing(row["name"], row["description"], _plain(row["category"]))
    for row in _rows(folder / "recommendation" / "nashville_groups.csv"):
        yield _Listing(row["group_name"], None, _plain(row["category_name"]))


def _targets(folder: Path) -> dict[str, frozenset[str]]:
    mapping = json.loads((folder / "groups" / "mapping.json").read_text("utf-8"))
    groups = {**mapping["interest_categories"], **mapping["families"]}
    return {group: frozenset(map(_plain, names)) for group, names in groups.items()}


def _examples(folder: Path) -> dict[str, list[Example]]:
    targets = _targets(folder)
    taxonomy = load()
    parents = {entry.id: entry.family for entry in taxonomy.fields.values()}
    parents |= {entry.id: entry.category for entry in taxonomy.interests.values()}
    examples: dict[str, list[Example]] = {"topic": [], "group": []}
    for listing in _listings(folder):
        found, reading = room.take_in(listing.name, listing.text, ())
        for kind in ("field", "interest"):
            for identity, score in found.scores.get(kind, {}).items():
                parent = parents[identity]
                right = listing.category in targets[parent]
                examples["topic"].append((room.single_values(found, reading, parent, score), right))
        told = {**found.scores.get("family", {}), **found.scores.get("category", {})}
        for parent, names in targets.items():
            if parent in told or reading.shares.get(parent, 0.0) >= 0.05:
                values = room.whole_values(reading, parent, told.get(parent))
                examples["group"].append((values, listing.category in names))
    return examples


def _career_examples(folder: Path) -> list[Example]:
    """Needs the topics' numbers: careers are judged by the confidences of topics."""
    examples: list[Example] = []
    for listing in _listings(folder):
        found, reading = room.take_in(listing.name, listing.text, ())
        fields = room.topics_in(found, reading, "field", "family", room.families_of_fields())
        interests = room.topics_in(found, reading, "interest", "category", room.categories_of_interests())
        values = room.career_values(found, reading, fields, interests, room.purposes_in(found))
        examples.append((values, listing.category in _CAREER))
    return examples


def _title_examples(folder: Path) -> list[Example]:
    fields = load().fields
    examples: list[Example] = []
    for row in _rows(folder / "job_titles" / "jobbert_validation.csv"):
        scores = titles.read_title(row["vacancyTitle"]).scores
        if not scores:
            continue
        shares = softmax(scores)
        at = max(range(len(shares)), key=shares.__getitem__)
        codes = {code[:3] for code in fields[model("titles").labels[at]].isco08}
        examples.append(((titles.odds(shares[at]),), row["isco_4d"][:3] in codes))
    return examples


def fit(examples: Iterable[Example], toward: Sequence[float] = (), ridge: float = 1.0) -> list[float]:
    """Logistic regression by Newton's method: a bias and a weight for each value, drawn to ``toward``."""
    rows = [((1.0, *values), right) for values, right in examples]
    width = len(rows[0][0])
    aims = [*toward, *[0.0] * (width - len(toward))]
    numbers = list(aims)
    for _ in range(_ROUNDS):
        slope = [ridge * (number - aim) for number, aim in zip(numbers, aims, strict=True)]
        bend = [[ridge * (row == column) for column in range(width)] for row in range(width)]
        for values, right in rows:
            total = sum(a * b for a, b in zip(numbers, values, strict=True))
            chance = 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))
            for row, value in enumerate(values):
                slope[row] += (chance - right) * value
                for column in range(width):
                    bend[row][column] += chance * (1 - chance) * value * values[column]
        step = _solve(bend, slope)
        numbers = [number - change for number, change in zip(numbers, step, strict=True)]
        if max(map(abs, step)) < 1e-9:
            break
    return [round(number, 4) for number in numbers]


def _solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """Gaussian elimination; the matrix is positive definite because of the ridge."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    width = len(rows)
    for at in range(width):
        for below in range(at + 1, width):
            factor = rows[below][at] / rows[at][at]
            rows[below] = [value - factor * above for value, above in zip(rows[below], rows[at], strict=True)]
    answer = [0.0] * width
    for at in reversed(range(width)):
        known = sum(rows[at][column] * answer[column] for column in range(at + 1, width))
        answer[at] = (rows[at][width] - known) / rows[at][at]
    return answer


def _write(numbers: dict[str, list[float]]) -> None:
    rows = {kind: {"meaning": _MEANINGS[kind], "numbers": row} for kind, row in numbers.items()}
    text: Any = json.dumps(rows, indent=1)
    TARGET.write_text(text + "\n", "utf-8")
    calibration.cache_clear()


_MEANINGS = {
    "topic": "bias; log(1 + strength of phrases); log(share of the topic's family or category)",
    "group": "bias; log(1 + strength of general words); log(share of the family or category)",
    "career": "bias; words for; words against; best field; best career interest; best other interest;"
    " best purpose; the model's career score; share of groups that serve a career",
    "title": "bias; log odds of the best field",
}


def main() -> int:
    """Fits all kinds and writes them."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m app.taxonomy.calibrate EVALUATION_FOLDER\n")
        return 2
    folder = Path(sys.argv[1])
    examples = _examples(folder)
    numbers = {
        # Categories cannot tell whether a single topic is right, so how strongly it is named keeps its say.
        "topic": fit(examples["topic"], (0.0, _STRENGTH, 0.7), ridge=2000.0),
        "group": fit(examples["group"]),
    }
    old = calibration()
    _write({**old, **numbers})
    numbers["career"] = fit(_career_examples(folder), _CAREER_AIM, ridge=20.0)
    numbers["title"] = fit(_title_examples(folder))
    _write(numbers)
    sys.stdout.write(json.dumps(numbers) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
