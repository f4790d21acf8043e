"""How well what people type is understood: job titles as fields, places, sentences.

Run as ``EVALUATION_DATA=... python -m benchmarks.understanding [--seed N] [--misses N] [--keep DATE]``. Read are the cases of
the folder ``field`` beside the evaluation data, and 1,500 vacancy titles drawn by ``--seed``; those count as right where the ISCO-08 group that
the employer chose is one of the field's, or of a field of the family. Without ``EVALUATION_DATA`` it says so and ends well.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from app.places.cells import haversine_km
from app.places.gazetteer import locate
from app.taxonomy.meanings import resolve_field
from app.taxonomy.taxonomy import expand_field, load
from app.taxonomy.titles import classify_title
from app.understanding.lines import understand_lines
from benchmarks.history import report

_VACANCIES = 1_500
Figures = dict[str, float]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def shares(name: str, judged: Iterable[str], misses: list[str], most: int) -> Figures:
    """The shares of right, wrong and nothing, printed and by name."""
    counted = Counter(judged)
    total = counted.total()
    found = {kind: round(counted[kind] / total, 3) for kind in ("right", "wrong", "nothing")}
    print(
        f"{name:32} {total:5}  right {found['right']:.3f}  wrong {found['wrong']:.3f}  nothing {found['nothing']:.3f}"
    )
    for miss in misses[:most]:
        print("      ", miss)
    return {f"understanding: {name}, {kind}": found[kind] for kind in ("right", "wrong")}


def field_of(text: str) -> str | None:
    """What `field=` takes a text for."""
    return resolve_field(text).id


def field_of_title(text: str) -> str | None:
    """What `classify --titles` says first."""
    return next((topic.id for topic in classify_title(text).fields), None)


def typed_titles(data: Path, most: int) -> Figures:
    found: Figures = {}
    cases = lines(data / "field" / "titles.jsonl")
    readers: dict[str, Callable[[str], str | None]] = {
        "typed titles, field=": field_of,
        "typed titles, classify --titles": field_of_title,
    }
    for name, read in readers.items():
        judged, misses = [], []
        for case in cases:
            answer = read(case["title"])
            right = answer in (*case["right"], *case["acceptable"])
            judged.append("nothing" if answer is None else "right" if right else "wrong")
            if not right:
                misses.append(f"{case['title']}: {answer}")
        found |= shares(name, judged, misses, most)
    return found


def vacancies(data: Path, seed: int, most: int) -> Figures:
    with (data / "evaluation" / "job_titles" / "jobbert_validation.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    random.Random(seed).shuffle(rows)
    fields = load().fields
    groups = {code[:3] for entry in fields.values() for code in entry.isco08}
    judged, misses = [], []
    for row in rows[:_VACANCIES]:
        answer, code = field_of(row["vacancyTitle"]), row["isco_4d"]
        digits = 3 if code[:3] in groups else 2
        codes = {
            each[:digits]
            for field in expand_field(answer or "")
            if field in fields
            for each in fields[field].isco08
        }
        right = code[:digits] in codes
        judged.append("nothing" if answer is None else "right" if right else "wrong")
        if not right:
            misses.append(f"{row['vacancyTitle']}: {answer}, not {row['isco_4d_name']}")
    return shares("vacancy titles, field=", judged, misses, most)


def typed_places(data: Path, most: int) -> Figures:
    judged, misses = [], []
    for case in lines(data / "field" / "places.jsonl"):
        verdict = judge_place(case["text"], case["right_if_any"])
        judged.append(verdict)
        if verdict != "right":
            misses.append(case["text"])
    return shares("typed places", judged, misses, most)


def judge_place(text: str, right: list[Any]) -> str:
    """right, wrong or nothing; `right` may hold points, "online", "none" and "country:DE"."""
    found = locate(text)
    place = found.place
    if place is None:
        online = any(each.kind == "online" for each in found.candidates)
        return "right" if "none" in right or (online and "online" in right) else "nothing"
    if f"country:{place.country}" in right and place.kind == "country":
        return "right"
    near = (
        haversine_km(place.lat, place.lon, each["lat"], each["lon"]) <= each["within_km"]
        for each in right
        if isinstance(each, dict)
    )
    return "right" if any(near) else "wrong"


def sentences(data: Path, most: int) -> Figures:
    """Scored by the script that lies beside the sentences."""
    folder = data / "field" / "sentences"
    texts = (folder / "open.jsonl").read_text("utf-8").splitlines()
    next(understand_lines(texts[:1]))
    started = time.perf_counter()
    answers = list(understand_lines(texts))
    each = 1000 * (time.perf_counter() - started) / len(texts)
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps(answer) + "\n" for answer in answers)
        file.flush()
        command = [sys.executable, str(folder / "score.py"), file.name, "--json"]
        scored = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
        if most:
            wrong = subprocess.run(
                [*command[:-1], "--wrong", str(most)], capture_output=True, check=True, text=True
            )
            print(wrong.stdout)
    overall = scored["overall"]
    means = [slot["f1"] for slot in scored["slots"].values() if slot.get("f1") is not None]
    found = {
        "mean F1 of parts": sum(means) / len(means),
        "wholly right": overall["right"] / overall["n"],
        "silently wrong": overall["silent_wrong"] / overall["n"],
    }
    print(
        f"{'sentences':32} {overall['n']:5}  mean F1 {found['mean F1 of parts']:.3f}  wholly right {found['wholly right']:.3f}"
        f"  silently wrong {found['silently wrong']:.3f}  {each:.2f} ms each"
    )
    return {f"understanding: sentences, {name}": round(value, 3) for name, value in found.items()}


def main() -> int:
    """Runs all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--keep", metavar="DATE", help="add the figures to benchmarks/figures.tsv")
    options = parser.parse_args()
    if "EVALUATION_DATA" not in os.environ:
        print("skipped: EVALUATION_DATA is not set")
        return 0
    data, most = Path(os.environ["EVALUATION_DATA"]), options.misses
    found = typed_titles(data, most) | vacancies(data, options.seed, most)
    found |= typed_places(data, most) | sentences(data, most)
    report(found, options.keep)
    return 0


if __name__ == "__main__":
    sys.exit(main())
