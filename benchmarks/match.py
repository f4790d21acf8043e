"""How well two records are known to be one event: `EVALUATION_DATA=... python -m benchmarks.match`.

Prints JSON: F1 over labelled pairs and over clusters, right answers per kind of case, with addresses visible and hidden, and
cross-validated over the data's two folds. `--fit` writes the few dozen numbers of `app/ingest/similarity.json` anew.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import platform
import time
from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

from app.ingest.matching import similarity as room
from app.ingest.matching.lines import clusters, features_of
from app.ingest.matching.similarity import EventFeatures, event_similarity, features
from benchmarks.quality_kinds import Kinds

WEIGHTS = Path(room.__file__).with_name("similarity.json")
# The rare kinds count more, or a fit would give them up for the common one.
EMPHASIS = {"H1": 10.0, "H0": 4.0, "N4": 2.0, "N7": 2.0, "P6": 3.0, "N3": 1.5}
# Our own names count as the rare kinds do: the labelled records are conferences, of which a town has few in an evening.
NAMES = Path(__file__).with_name("golden") / "names_at_one_time.tsv"
_AT_ONE_TIME = 6.0
_DAY = date(2027, 1, 5)
_PENALTY = 0.3
_ROUNDS = 25

Row = tuple[dict[str, float], float, float]


def main() -> None:
    """Measure, or fit, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="write the weights anew")
    fit_wanted = parser.parse_args().fit
    folder = os.environ.get("EVALUATION_DATA")
    if not folder:
        print("skipped: EVALUATION_DATA is not set")
        return
    records, pairs = read(Path(folder) / "evaluation" / "duplicates")
    if fit_wanted:
        weights = fit(rows(records, pairs) + at_one_time(0))
        document = {"fitted_by": "python -m benchmarks.match --fit", "weights": weights}
        WEIGHTS.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        room.forget_weights()
    found = measured(records, pairs)
    found["names at one time and place"] = {
        "fitted with": _right(at_one_time(0)), "not seen by the fit": _right(at_one_time(1))
    }  # fmt: skip
    print(json.dumps(found, indent=2))


def read(folder: Path) -> tuple[dict[str, EventFeatures], list[dict[str, str]]]:
    """The records by id, and the labelled pairs."""
    records = {}
    with (folder / "records.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            document: dict[str, object] = {name: value or None for name, value in row.items()}
            document["lat"], document["lon"] = _number(row["lat"]), _number(row["lon"])
            document["online"] = {"1": True, "0": False}.get(row["online"])
            records[row["id"]] = features_of(document)
    with (folder / "pairs.csv").open(encoding="utf-8", newline="") as file:
        return records, list(csv.DictReader(file))


def rows(
    records: dict[str, EventFeatures], pairs: list[dict[str, str]], fold: str | None = None
) -> list[Row]:
    """Features, label and weight of every pair, with its addresses and without; of one fold if named."""
    found = []
    for pair in pairs:
        if fold is not None and pair["fold"] != fold:
            continue
        for hide in (False, True):
            one, other = (hidden(records[pair[side]], hide) for side in ("id_a", "id_b"))
            found.append((features(one, other), float(pair["label"]), EMPHASIS.get(pair["rule"][:2], 1.0)))
    return found


def at_one_time(half: int) -> list[Row]:
    """Every second one of our own pairs of names of events at one time in one town, without address."""
    found = []
    for line in NAMES.read_text("utf-8").splitlines()[half::2]:
        label, *names = line.split("\t")
        one, other = (EventFeatures(id="", name=name, start=_DAY, end=_DAY, city="Boston", country="US", lat=42.36, lon=-71.06) for name in names)  # fmt: skip
        found.append((features(one, other), float(label), _AT_ONE_TIME))
    return found


def _right(pairs: list[Row]) -> str:
    weights = json.loads(WEIGHTS.read_text("utf-8"))["weights"]
    right = sum(
        (sum(weights.get(name, 0.0) * value for name, value in found.items()) + weights["bias"] >= 0)
        == (label == 1)
        for found, label, _ in pairs
    )
    return f"{right} of {len(pairs)}"


def hidden(record: EventFeatures, hide: bool) -> EventFeatures:
    """The record without its address."""
    return replace(record, url=None) if hide else record


def fit(training: list[Row]) -> dict[str, float]:
    """Weights of a logistic regression with an L2 penalty, by Newton's method."""
    names = [*sorted({name for found, *_ in training for name in found}), "bias"]
    index = {name: number for number, name in enumerate(names)}
    sparse = [
        ([(index[name], value) for name, value in found.items()] + [(index["bias"], 1.0)], label, weight)
        for found, label, weight in training
    ]
    size = len(names)
    weights = [0.0] * size
    for _ in range(_ROUNDS):
        gradient = [0.0 if name == "bias" else _PENALTY * weights[index[name]] for name in names]
        curvature = [[_PENALTY if row == column else 0.0 for column in range(size)] for row in range(size)]
        for found, label, weight in sparse:
            total = sum(weights[place] * value for place, value in found)
            chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
            error, slope = weight * (chance - label), weight * chance * (1 - chance)
            for place, value in found:
                gradient[place] += error * value
                for other, also in found:
                    curvature[place][other] += slope * value * also
        step = solved(curvature, gradient)
        weights = [weight - change for weight, change in zip(weights, step, strict=True)]
        if max(abs(change) for change in step) < 1e-6:
            break
    return {name: round(weights[number], 3) for name, number in index.items()}


def solved(matrix: list[list[float]], vector: list[float]) -> list[float]:
    """The solution of a system of linear equations, by elimination with pivots."""
    size = len(vector)
    rows_ = [[*row, value] for row, value in zip(matrix, vector, strict=True)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows_[row][column]))
        rows_[column], rows_[pivot] = rows_[pivot], rows_[column]
        for row in range(size):
            if row != column and rows_[row][column]:
                factor = rows_[row][column] / rows_[column][column]
                rows_[row] = [a - factor * b for a, b in zip(rows_[row], rows_[column], strict=True)]
    return [rows_[row][size] / rows_[row][row] for row in range(size)]


def measured(records: dict[str, EventFeatures], pairs: list[dict[str, str]]) -> dict[str, object]:
    """Every figure."""
    figures: dict[str, object] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "records": len(records),
        "pairs": len(pairs),
    }
    for name, hide in (("visible", False), ("hidden", True)):
        said = [
            event_similarity(hidden(records[pair["id_a"]], hide), hidden(records[pair["id_b"]], hide)).same
            for pair in pairs
        ]
        began = time.perf_counter()
        of = {
            each: ids[0]
            for ids in clusters([hidden(record, hide) for record in records.values()])
            for each in ids
        }
        seconds = time.perf_counter() - began
        together = [of[pair["id_a"]] == of[pair["id_b"]] for pair in pairs]
        figures[name] = {
            "pairs_f1": f1(pairs, said),
            "clusters_f1": f1(pairs, together),
            "right_per_kind": per_kind(pairs, said),
            "cluster_seconds": round(seconds, 2),
        }
    figures["cross_validated_f1"] = cross_validated(records, pairs)
    return figures


def cross_validated(records: dict[str, EventFeatures], pairs: list[dict[str, str]]) -> dict[str, float]:
    """F1 of each fold by weights that were fitted on the other one."""
    found = {}
    for held, other in (("0", "1"), ("1", "0")):
        weights = fit(rows(records, pairs, other))
        for name, hide in (("visible", False), ("hidden", True)):
            mine = [pair for pair in pairs if pair["fold"] == held]
            said = []
            for pair in mine:
                one, second = (hidden(records[pair[side]], hide) for side in ("id_a", "id_b"))
                total = weights["bias"] + sum(
                    weights.get(k, 0.0) * v for k, v in features(one, second).items()
                )
                said.append(total >= 0)
            found[f"fold {held}, {name}"] = f1(mine, said)
    return found


def f1(pairs: list[dict[str, str]], said: list[bool]) -> float:
    """The harmonic mean of precision and recall."""
    right = sum(1 for pair, same in zip(pairs, said, strict=True) if same and pair["label"] == "1")
    wrong = sum(1 for pair, same in zip(pairs, said, strict=True) if same != (pair["label"] == "1"))
    return round(2 * right / (2 * right + wrong), 4)


def same_by_kind(records: dict[str, EventFeatures], pairs: list[dict[str, str]], *, hide: bool) -> Kinds:
    """Precision and recall of both answers; pairs that one rule made have nearly all one truth, so a recall alone."""
    kinds = Kinds(f"pairs, address {'hidden' if hide else 'visible'}")
    answers = ("different", "same")
    for pair in pairs:
        same = event_similarity(hidden(records[pair["id_a"]], hide), hidden(records[pair["id_b"]], hide)).same
        truth = pair["label"] == "1"
        kinds.add(answers[truth], answers[same])
        kinds.find(f"{answers[truth]}: {pair['rule']}", right=same == truth)
    return kinds


def per_kind(pairs: list[dict[str, str]], said: list[bool]) -> dict[str, str]:
    """Right answers of all, by kind of case."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for pair, same in zip(pairs, said, strict=True):
        counts[pair["rule"]][0] += same == (pair["label"] == "1")
        counts[pair["rule"]][1] += 1
    return {rule: f"{right} of {count}" for rule, (right, count) in sorted(counts.items())}


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


if __name__ == "__main__":
    main()
