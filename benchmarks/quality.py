"""Quality of place strings and of topics on open evaluation data, and how fast they are answered.

Run as ``EVALUATION_DATA=... python -m benchmarks.quality [places|classifier|match|groups|titles] [--misses N] [--keep DATE]``.
It prints figures, and at the end each beside its floor and what ``benchmarks/figures.tsv`` has of it from before;
``--keep`` adds them there. ``classifier`` and ``match`` print all of theirs as JSON, all three their precision and recall
per kind of case as tables, ``groups`` and ``titles`` the misses
behind them. Without ``EVALUATION_DATA`` it says so and ends well.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.history import report
from benchmarks.quality_kinds import Kinds, tables

Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def share(right: int, total: int) -> str:
    return f"{right}/{total} = {100 * right / max(total, 1):.1f} %"


# --- places -----------------------------------------------------------------------------------------


def places_report(data: Path, misses: int) -> dict[str, float]:
    found: dict[str, float] = {}
    from app.places.cells import haversine_km
    from app.places.gazetteer import LatLon, locate

    kinds = Kinds("kind of place string")

    def near(text: str, row: Row, km: float, hint: LatLon | None = None) -> bool | None:
        """Whether the answer is near enough; nothing where there is none."""
        place = locate(text, near=hint).place
        if place is None:
            return None
        return haversine_km(place.lat, place.lon, float(row["lat"]), float(row["lon"])) <= km

    def report(name: str, judged: list[tuple[str, bool | None]], seconds: float) -> None:
        right = sum(bool(hit) for _, hit in judged)
        kinds.judge_all(name, [hit for _, hit in judged])
        found[f"places: {name}"] = right / max(len(judged), 1)
        print(f"{name:44}{share(right, len(judged)):24}{1000 * seconds / max(len(judged), 1):.2f} ms each")
        for text, _ in [pair for pair in judged if not pair[1]][:misses]:
            print("      ", text, "->", locate(text).place)

    def run(name: str, source: list[Row], text: Callable[[Row], str], km: float, hint: Any = None) -> None:
        started = time.perf_counter()
        judged = [(text(row), near(text(row), row, km, hint(row) if hint else None)) for row in source]
        report(name, judged, time.perf_counter() - started)

    folder = data / "evaluation" / "places"
    cities = rows(folder / "meetup_city_strings.csv")
    known = [r for r in cities if abs(float(r["lat"])) + abs(float(r["lon"])) > 0.01]
    run(
        "cities outside GB within 25 km",
        [r for r in known if not r["query"].endswith(",GB")],
        lambda r: r["query"],
        25,
    )
    run(
        "cities in GB within 25 km (truth is noisy)",
        [r for r in known if r["query"].endswith(",GB")],
        lambda r: r["query"],
        25,
    )
    conferences = rows(folder / "conference_place_strings_latlon.csv")
    run("conferences within 50 km", conferences, lambda r: r["place_as_typed"], 50)
    for name, state in (("denver", "CO"), ("montana", "MT")):
        venues = [r for r in rows(folder / f"venues_{name}_2016.csv") if float(r["lat"])]
        hints: dict[str, LatLon | None] = {}
        for row in venues:
            city = row["city"].strip()
            place = locate(f"{city}, {state}, US").place
            hints[row["city"]] = LatLon(place.lat, place.lon) if place else None

        def hint(row: Row, known: dict[str, LatLon | None] = hints) -> LatLon | None:
            return known[row["city"]]

        run(f"venues {name}: name", venues, lambda r: r["name"], 10, hint)
        run(
            f"venues {name}: name, address",
            venues,
            lambda r: ", ".join(filter(None, (r["name"], r["address_1"]))),
            10,
            hint,
        )
        run(
            f"venues {name}: name, address, city",
            venues,
            lambda r: ", ".join(filter(None, (r["name"], r["address_1"], r["city"]))),
            10,
            hint,
        )
        exact = sum(
            haversine_km(*hints[r["city"]], float(r["lat"]), float(r["lon"])) <= 10
            for r in venues
            if hints[r["city"]]
        )
        print(f"   the hint alone: {share(exact, len(venues))}")
    started = time.perf_counter()
    others = rows(folder / "conference_place_strings_nolatlon.csv")
    unknown = [r["place_as_typed"] for r in others if locate(r["place_as_typed"]).place is None]
    print(
        f"conference strings without truth: answered {share(len(others) - len(unknown), len(others))}"
        f" {1000 * (time.perf_counter() - started) / len(others):.2f} ms each"
    )
    if misses:
        print("   no answer:", unknown)
    for text in (
        "Online",
        "TBA",
        "Remote",
        "Virtual",
        "Germany",
        "USA",
        "France",
        "India",
        "Online event",
        "",
    ):
        place = locate(text).place
        if place is not None and place.kind != "country":
            print("   answered with a point:", text, place)
    print(f"\n{kinds.table()}\n")
    return found


# --- groups -----------------------------------------------------------------------------------------

_CAREER = {"Tech", "Career & Business"}
_OLD = {
    "arts/culture": "Arts & Culture", "fine arts/culture": "Arts & Culture", "career/business": "Career & Business", "cars/motorcycles": "Cars & Motorcycles",
    "community/environment": "Community & Environment", "dancing": "Dancing", "education/learning": "Education & Learning",
    "fashion/beauty": "Fashion & Beauty", "fitness": "Fitness", "food/drink": "Food & Drink", "games": "Games",
    "LGBT": "LGBT", "government/politics": "Movements & Politics", "movements/politics": "Movements & Politics",
    "health/wellbeing": "Health & Wellbeing", "hobbies/crafts": "Hobbies & Crafts", "language/ethnic identity": "Language & Ethnic Identity",
    "lifestyle": "Lifestyle", "book clubs": "Book Clubs", "literature/writing": "Writing", "movies/film": "Movies & Film", "music": "Music",
    "new age/spirituality": "New Age & Spirituality", "outdoors/adventure": "Outdoors & Adventure", "paranormal": "Paranormal",
    "parents/family": "Parents & Family", "pets/animals": "Pets & Animals", "photography": "Photography", "religion/beliefs": "Religion & Beliefs",
    "sci fi/fantasy": "Sci-Fi & Fantasy", "sci-fi/fantasy": "Sci-Fi & Fantasy", "singles": "Singles", "socializing": "Socializing",
    "sports/recreation": "Sports & Recreation", "support": "Support", "tech": "Tech", "writing": "Writing",
}  # fmt: skip


def area_under_curve(scored: list[tuple[float, bool]]) -> float:
    """The chance that a positive scores above a negative; ties count half."""
    scored = sorted(scored)
    ranks, at = 0.0, 0
    while at < len(scored):
        end = at
        while end < len(scored) and scored[end][0] == scored[at][0]:
            end += 1
        ranks += sum(truth for _, truth in scored[at:end]) * (at + 1 + end) / 2
        at = end
    positives = sum(truth for _, truth in scored)
    negatives = len(scored) - positives
    return (ranks - positives * (positives + 1) / 2) / max(positives * negatives, 1)


def groups_report(data: Path, misses: int) -> dict[str, float]:
    from app.taxonomy.classify import classify
    from app.taxonomy.taxonomy import load

    mapping = json.loads((data / "evaluation/groups/mapping.json").read_text("utf-8"))
    taxonomy = load()

    def targets(kind: str, identity: str) -> set[str]:
        if kind == "field":
            entry = taxonomy.fields.get(identity)
            return set(mapping["families"].get(entry.family if entry else identity, ()))
        interest = taxonomy.interests.get(identity)
        return set(mapping["interest_categories"].get(interest.category if interest else identity, ()))

    for name, truth in (
        ("manchester_2021", lambda r: r["category"]),
        ("connecticut_groups", lambda r: _OLD.get(r["category"], r["category"])),
    ):
        source = rows(data / "evaluation/groups" / f"{name}.csv")
        started = time.perf_counter()
        answers = [classify(row["name"], row.get("description") or row.get("who")) for row in source]
        seconds = time.perf_counter() - started
        auc = area_under_curve(
            [(a.career, truth(r) in _CAREER) for a, r in zip(answers, source, strict=True)]
        )
        right: Counter[str] = Counter()
        wrong: Counter[str] = Counter()
        total: Counter[str] = Counter()
        missed = []
        for row, answer in zip(source, answers, strict=True):
            topics = [("field", t) for t in answer.fields] + [("interest", t) for t in answer.interests]
            topics.sort(key=lambda pair: -pair[1].confidence)
            category = truth(row)
            total[category] += 1
            best = [targets(kind, topic.id) for kind, topic in topics[:2]]
            if any(category in target for target in best):
                right[category] += 1
            else:
                missed.append((row["name"], category, [t.id for _, t in topics[:2]]))
                for target in best[:1]:
                    for label in sorted(target)[:1]:
                        wrong[label] += 1
        scores = []
        for category, count in total.items():
            precision = right[category] / max(right[category] + wrong[category], 1)
            recall = right[category] / count
            scores.append(2 * precision * recall / max(precision + recall, 1e-9))
        print(
            f"{name:24} AUC career {auc:.3f}  macro-F1 {sum(scores) / len(scores):.3f}  right {share(sum(right.values()), len(source))}"
            f"  {len(source) / seconds:,.0f}/s"
        )
        for miss in missed[:misses]:
            print("      ", *miss)
    return {}


def titles_report(data: Path, misses: int) -> dict[str, float]:
    from app.taxonomy.taxonomy import load
    from app.taxonomy.titles import classify_title

    fields = load().fields
    three = {code[:3] for entry in fields.values() for code in entry.isco08}
    source = rows(data / "evaluation/job_titles/jobbert_validation.csv")
    started = time.perf_counter()
    answers = [classify_title(row["vacancyTitle"]) for row in source]
    seconds = time.perf_counter() - started
    right, answered, missed = 0, 0, defaultdict(list)
    for row, answer in zip(source, answers, strict=True):
        digits = 3 if row["isco_4d"][:3] in three else 2
        named = [topic.id for topic in answer.fields if topic.id in fields][:1]
        answered += bool(named)
        if any(
            code[:digits] == row["isco_4d"][:digits] for identity in named for code in fields[identity].isco08
        ):
            right += 1
        else:
            missed[row["isco_4d_name"]].append((row["vacancyTitle"], named))
    print(
        f"job titles: right {share(right, len(source))}, answered {share(answered, len(source))}, {len(source) / seconds:,.0f}/s"
    )
    for name, wrong in sorted(missed.items(), key=lambda item: -len(item[1]))[:misses]:
        print("      ", len(wrong), name, wrong[:4])
    return {}


# --- the classifier as one document ------------------------------------------------------------------


def labelled_groups(data: Path) -> dict[str, list[tuple[str, str | None, str]]]:
    """(name, description, category) of groups whose category is known, by set."""
    folder = data / "evaluation"
    old: list[tuple[str, str | None, str]] = [
        (r["name"], r["who"], _OLD.get(r["category"], r["category"]))
        for r in rows(folder / "groups/connecticut_groups.csv")
    ]
    new: list[tuple[str, str | None, str]] = [
        (r["name"], r["description"], r["category"])
        for r in rows(folder / "groups/manchester_2021.csv")
        if r["name"] and r["category"]
    ]
    nashville = rows(folder / "recommendation/nashville_groups.csv")
    return {
        "connecticut, name and who": old,
        "connecticut, name": [(name, None, category) for name, _, category in old],
        "nashville, name": [(r["group_name"], None, r["category_name"]) for r in nashville],
        "manchester, name and description": new,
        "manchester, name": [(name, None, category) for name, _, category in new],
    }


def group_figures(data: Path, groups: list[tuple[str, str | None, str]], kinds: Kinds) -> dict[str, Any]:
    """AUC of ``career``, macro-F1 of the category among the best two topics, and how calibrated the first is.

    A group counts for its category if that is among the best two topics' ones, else for the first topic's first one.
    """
    from app.taxonomy.classify import classify
    from app.taxonomy.taxonomy import load

    mapping = json.loads((data / "evaluation/groups/mapping.json").read_text("utf-8"))
    known, taxonomy = {**mapping["families"], **mapping["interest_categories"]}, load()
    parents = {f.id: f.family for f in taxonomy.fields.values()}
    parents |= {i.id: i.category for i in taxonomy.interests.values()}
    careers, right, wrong, total = [], Counter[str](), Counter[str](), Counter[str]()
    buckets: dict[int, list[bool]] = defaultdict(list)
    for name, text, category in groups:
        found = classify(name, text)
        careers.append((found.career, category in _CAREER))
        best = sorted((*found.fields, *found.interests), key=lambda topic: (-topic.confidence, topic.id))[:2]
        named = [known.get(parents.get(topic.id, topic.id), []) for topic in best]
        total[category] += 1
        for topic, categories in list(zip(best, named, strict=True))[:1]:
            buckets[int(10 * topic.confidence)].append(category in categories)
        if any(category in categories for categories in named):
            right[category] += 1
            kinds.add(category, category)
        else:
            taken = sorted(named[0])[0] if named and named[0] else None
            wrong.update([taken] if taken else [])
            kinds.add(category, taken)
    scores = [2 * right[each] / max(count + right[each] + wrong[each], 1) for each, count in total.items()]
    return {
        "listings": len(groups),
        "career_auc": round(area_under_curve(careers), 3),
        "category_macro_f1": round(sum(scores) / len(scores), 3),
        "category_among_best_two": round(sum(right.values()) / len(groups), 3),
        "first_topic_right_by_confidence": {
            f"{bucket / 10:.1f}": [round(sum(hits) / len(hits), 2), len(hits)]
            for bucket, hits in sorted(buckets.items())
        },
    }


def title_figures(data: Path, kinds: Kinds) -> dict[str, Any]:
    """How many titles are answered, how many of those are right, and whose codes the fields cover."""
    from app.taxonomy.taxonomy import load
    from app.taxonomy.titles import classify_title

    fields = load().fields
    codes = {identity: {code[:3] for code in entry.isco08} for identity, entry in fields.items()}
    pairs = {code[:2] for entry in fields.values() for code in entry.isco08}
    source = rows(data / "evaluation/job_titles/jobbert_validation.csv")
    answered = right = 0
    for row in source:
        found = classify_title(row["vacancyTitle"]).fields
        hit = bool(found) and row["isco_4d"][:3] in codes[found[0].id]
        answered += bool(found)
        right += hit
        kinds.judge(row["isco_major_name"], answered=bool(found), right=hit)
    listed = list({row["preferredLabel"] for row in rows(data / "taxonomy/esco/occupations_en.csv")})
    return {
        "titles": len(source),
        "answered": round(answered / len(source), 3),
        "right_of_answered": round(right / max(answered, 1), 3),
        "esco_names_answered": round(sum(bool(classify_title(t).fields) for t in listed) / len(listed), 3),
        "sub_major_groups_covered": round(sum(r["isco_4d"][:2] in pairs for r in source) / len(source), 4),
    }


def speed_figures(data: Path) -> dict[str, Any]:
    """Listings a second in one run of the command, its start included, and the time of its first answer."""
    groups = labelled_groups(data)
    names = [name for name, _, _ in groups["connecticut, name"]]
    texts = [(name, text or "") for name, text, _ in groups["manchester, name and description"]]
    runs = {
        "one name": [{"name": names[0]}],
        "names": [{"name": name} for name in names] * 7,
        "descriptions of 1 KB": [
            {"name": n, "description": (t * 20)[at : at + 1024]} for at in range(40) for n, t in texts
        ],
    }
    code = "import sys, json; from app.taxonomy.lines import classify_lines\nfor a in classify_lines(sys.stdin): print(json.dumps(a))"
    figures: dict[str, Any] = {}
    for name, documents in runs.items():
        lines = "\n".join(map(json.dumps, documents))
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], input=lines, text=True, check=True, capture_output=True)
        seconds = time.perf_counter() - started
        figures[name] = {
            "documents": len(documents),
            "seconds": round(seconds, 3),
            "a_second": round(len(documents) / seconds),
        }
    return figures


def classifier_report(data: Path, misses: int) -> dict[str, float]:
    from app.taxonomy.model import WEIGHTS

    groups = labelled_groups(data)
    by_set = {name: Kinds(f"category: {name}") for name in groups}
    titles = Kinds("ISCO-08 major group of the job title")
    figures = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "groups": {name: group_figures(data, each, by_set[name]) for name, each in groups.items()},
        "titles": title_figures(data, titles),
        "speed": speed_figures(data),
        "weights_bytes": WEIGHTS.stat().st_size,
    }
    print(json.dumps(figures, indent=1))
    print(f"\n{tables([*by_set.values(), titles])}\n")
    kept = {f"career AUC: {name}": each["career_auc"] for name, each in figures["groups"].items()}
    kept |= {f"category F1: {name}": each["category_macro_f1"] for name, each in figures["groups"].items()}
    return kept | {f"titles: {name}": each for name, each in figures["titles"].items() if name != "titles"}


def match_report(data: Path, misses: int) -> dict[str, float]:
    from benchmarks.match import measured, read, same_by_kind

    records, pairs = read(data / "evaluation" / "duplicates")
    figures: dict[str, Any] = measured(records, pairs)
    print(json.dumps(figures, indent=1))
    print(f"\n{tables([same_by_kind(records, pairs, hide=hide) for hide in (False, True)])}\n")
    return {f"match F1: {name}": figures[name]["pairs_f1"] for name in ("visible", "hidden")}


def main() -> int:
    """Runs the reports asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["places", "classifier", "match"])
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--keep", metavar="DATE", help="add the figures to benchmarks/figures.tsv")
    options = parser.parse_args()
    if "EVALUATION_DATA" not in os.environ:
        print("skipped: EVALUATION_DATA is not set")
        return 0
    reports = {
        "places": places_report,
        "classifier": classifier_report,
        "match": match_report,
        "groups": groups_report,
        "titles": titles_report,
    }
    found: dict[str, float] = {}
    for part in options.parts:
        found |= reports[part](Path(os.environ["EVALUATION_DATA"]), options.misses)
    report(found, options.keep)
    return 0


if __name__ == "__main__":
    sys.exit(main())
