"""How good and how fast recommendations are. Prints JSON.

python -m benchmarks.recommend golden              NDCG@10 on benchmarks/golden, open and frozen half
EVALUATION_DATA=... python -m benchmarks.recommend memberships
                                                   leave one group out of open memberships, names and categories alone
python -m benchmarks.recommend speed [--groups N]  the whole answer over a database of N groups
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.places.cells import haversine_km
from app.places.gazetteer import locate
from app.recommend.constants import constants
from app.recommend.lines import Ranker
from app.taxonomy.taxonomy import load

GOLDEN = Path(__file__).with_name("golden")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CITIES = {
    "Boston": ("Boston", "US"), "Leeds": ("Leeds", "GB"), "Berlin": ("Berlin", "DE"),
    "Montreal": ("Montréal", "CA"), "Bengaluru": ("Bengaluru", "IN"),
}  # fmt: skip
# (days since the last event, days to the next one); null = none.
_DATES = {
    "weekly": (3, 4), "monthly": (14, 16), "quarterly": (70, 25), "new": (None, 10),
    "unknown": (None, None), "dead": (240, None), "spam": (5, 5),
}  # fmt: skip


def ndcg(grades: Sequence[int], ideal: Iterable[int], at: int = 10) -> float:
    """Normalised discounted cumulative gain with gains of 2^grade - 1 (Burges et al. 2005)."""

    def total(values: Iterable[int]) -> float:
        return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(list(values)[:at]))

    best = total(sorted(ideal, reverse=True))
    return total(grades) / best if best else 1.0


# --- the golden set ------------------------------------------------------------------------------------


def golden(misses: bool) -> dict[str, Any]:
    """NDCG@10 of each half, and how often a dead, selling or off-topic group is among the first five."""
    groups = _rows(
        "groups.tsv", ("city", "name", "description", "category", "truth", "state", "km", "members")
    )
    people = _rows("profiles.tsv", ("id", "city", "fields", "interests", "radius", "half"))
    rankers = {city: Ranker(_lines(groups, city), NOW) for city in CITIES}
    scores: dict[str, list[float]] = defaultdict(list)
    wrong: dict[str, int] = defaultdict(int)
    for person in people:
        here = [each for each in groups if each["city"] == person["city"]]
        grades = {each["name"]: grade(person, each) for each in here}
        city, country = CITIES[person["city"]]
        document = {
            "id": person["id"], "near": f"{city}, {country}", "radius_km": float(person["radius"]),
            "fields": person["fields"].split(), "interests": person["interests"].split(),
        }  # fmt: skip
        ranked = rankers[person["city"]].ranked(document)
        ranking = [each.facts.name for each in ranked]
        found = [grades[name] for name in ranking]
        # Whoever is below this score is ranked and never shown.
        seen = [each.facts.name for each in ranked[:5] if each.score >= constants().bands.possible]
        scores[person["half"]].append(ndcg(found, grades.values()))
        wrong[person["half"]] += sum(grades[name] == 0 for name in seen)
        if misses:
            shown = ", ".join(
                f"{each.facts.name} ({grades[each.facts.name]}, {each.score:.0f})" for each in ranked[:10]
            )
            sys.stderr.write(
                f"{scores[person['half']][-1]:.3f} {person['id']} {document['fields']} {document['interests']}: {shown}\n"
            )
    return {
        half: {
            "people": len(values),
            "ndcg@10": round(statistics.mean(values), 4),
            "dead_or_off_topic_shown_in_first_5": wrong[half],
        }
        for half, values in sorted(scores.items())
    }


def grade(person: dict[str, str], group: dict[str, str]) -> int:
    """0..3 by the rules of golden/README.md."""
    km, radius = float(group["km"]), float(person["radius"])
    if group["state"] in {"spam", "dead"} or km > radius:
        return 0
    value = max((_about(person, truth) for truth in group["truth"].split()), default=0)
    if value > 1:
        value = max(1, value - (group["state"] == "quarterly") - (km > 0.6 * radius))
    return value


def _about(person: dict[str, str], truth: str) -> int:
    known, fields, interests = load(), person["fields"].split(), person["interests"].split()
    if truth == "c":
        return 2 if fields else 0
    kind, _, identity = truth.partition(":")
    if kind == "f":
        if identity in fields:
            return 3
        near = any(
            identity in known.fields[each].adjacent
            or known.fields[identity].family == known.fields[each].family
            for each in fields
        )
        return 2 if near else 0
    if identity in interests:
        return 3
    categories = {known.interests[each].category for each in interests}
    return 1 if known.interests[identity].category in categories else 0


def _rows(name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, fieldnames=columns, delimiter="\t"))


def _lines(groups: list[dict[str, str]], city: str) -> Iterable[str]:
    """The groups of a city as `nextcircle rank` reads them; the distance becomes a point to the north or the south."""
    centre = locate(", ".join(CITIES[city])).place
    assert centre is not None
    for number, each in enumerate(each for each in groups if each["city"] == city):
        last, ahead = _DATES[each["state"]]
        side = 1 if number % 2 else -1
        lat = centre.lat + side * float(each["km"]) / 111.2
        assert abs(haversine_km(centre.lat, centre.lon, lat, centre.lon) - float(each["km"])) < 0.5
        yield json.dumps(
            {
                "id": each["name"], "name": each["name"], "description": each["description"],
                "category": each["category"], "lat": lat, "lon": centre.lon, "members": int(each["members"]),
                "last_event": None if last is None else (NOW - timedelta(days=last)).isoformat(),
                "next_event": None if ahead is None else (NOW + timedelta(days=ahead)).isoformat(),
            }
        )  # fmt: skip


# --- open memberships ----------------------------------------------------------------------------------


def memberships(folder: Path) -> dict[str, Any]:
    """Recall@10 and NDCG@10 with one group of each member of three or more left out in turn, over all other groups."""
    with (folder / "nashville_groups.csv").open(encoding="utf-8", newline="") as file:
        groups = list(csv.DictReader(file))
    members: dict[str, list[str]] = defaultdict(list)
    with (folder / "nashville_edges.csv").open(encoding="utf-8", newline="") as file:
        known = {each["group_id"] for each in groups}
        for row in csv.DictReader(file):
            if row["group_id"] in known:
                members[row["member"]].append(row["group_id"])
    ranker = Ranker(
        (
            json.dumps(
                {
                    "id": each["group_id"],
                    "name": each["group_name"],
                    "category": each["category_name"],
                    "members": int(each["num_members"] or 0),
                }
            )
            for each in groups
        ),
        NOW,
    )
    hits, gains, asked = 0, 0.0, 0
    for joined in members.values():
        for left_out in joined if len(joined) >= 3 else ():
            ranking = ranker.ranked({"groups": [each for each in joined if each != left_out]})
            asked += 1
            for place, each in enumerate(ranking[:10]):
                if each.facts.id == left_out:
                    hits += 1
                    gains += 1 / math.log2(place + 2)
    return {"asked": asked, "recall@10": round(hits / asked, 4), "ndcg@10": round(gains / asked, 4)}


# --- speed ---------------------------------------------------------------------------------------------


def speed(count: int, asks: int) -> dict[str, Any]:
    """Milliseconds of a whole answer with 20 results, its JSON included, over `count` groups in 40 cities on SQLite."""
    from fastapi.testclient import TestClient

    from app.db import Database
    from app.main import create_app
    from app.maintenance.schema import migrate
    from app.settings import read_settings
    from benchmarks.synthetic_groups import CITY_NAMES, fill

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/recommend.sqlite")
        migrate(database)
        fill(database, count)
        fields, interests = (
            list(load().fields),
            [each.id for each in load().interests.values() if not each.sensitive],
        )
        choose = random.Random(7)
        took = []
        with TestClient(create_app(read_settings(), database)) as client:
            for number in range(asks + 20):
                question: dict[str, Any] = {
                    "near": choose.choice(CITY_NAMES),
                    "field": choose.choice(fields),
                    "limit": 20,
                }
                if number % 2:
                    question["interest"] = choose.choice(interests)
                start = time.perf_counter()
                response = client.get("/v1/recommendations", params=question)
                if number >= 20:
                    took.append((time.perf_counter() - start) * 1000)
                assert response.status_code == 200, response.text
        took.sort()
        return {
            "groups": count, "asked": asks, "p50_ms": round(statistics.median(took), 1),
            "p95_ms": round(took[int(len(took) * 0.95)], 1),
        }  # fmt: skip


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("golden", "memberships", "speed"))
    parser.add_argument("--misses", action="store_true", help="golden: show the first ten of everybody")
    parser.add_argument("--groups", type=int, default=200_000)
    parser.add_argument("--asks", type=int, default=200)
    given = parser.parse_args()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    if given.what == "golden":
        figures = golden(given.misses)
    elif given.what == "speed":
        figures = speed(given.groups, given.asks)
    else:
        data = os.environ.get("EVALUATION_DATA")
        if not data:
            print("skipped: EVALUATION_DATA names no folder")
            return
        figures = memberships(Path(data) / "evaluation" / "recommendation")
    print(json.dumps({given.what: figures, "machine": machine}, indent=1))


if __name__ == "__main__":
    main()
