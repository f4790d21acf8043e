"""How well the category of a group is told by its name alone, on names that nothing was made from. Prints JSON.

EVALUATION_DATA=... python -m benchmarks.names [--misses]

`golden/group_names.tsv` holds the third of 1,464 labelled names of public lists that no example, phrase or number was made from, chosen by
a hash of the name; `--misses` shows the others, which are among the examples of the model (`app/taxonomy/data/examples/listed.tsv`).
A name is right where one of its best two topics has its category, as `benchmarks.quality` counts; categories are Meetup's.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.taxonomy.classify import classify
from app.taxonomy.taxonomy import load
from benchmarks.recommend import GOLDEN

_EXAMPLES = Path(__file__).parents[1] / "app/taxonomy/data/examples/listed.tsv"


def labelled(path: Path) -> Iterator[tuple[str, str]]:
    """(name, group) of every name of a file of labelled names: a line is a family or category, a tab, and names."""
    for line in path.read_text("utf-8").splitlines():
        group, _, names = line.partition("\t")
        for name in names.split("; "):
            yield name, group


def figures(path: Path, categories: Mapping[str, list[str]], misses: bool = False) -> dict[str, Any]:
    """Macro-F1 over categories that have five names at least, over all, and the share of right names."""
    known = load()
    parents = {each.id: each.family for each in known.fields.values()}
    parents |= {each.id: each.category for each in known.interests.values()}
    right, wrong, total = Counter[str](), Counter[str](), Counter[str]()
    silent = 0
    for name, group in labelled(path):
        truth = categories[group][0]
        found = classify(name)
        best = sorted((*found.fields, *found.interests), key=lambda topic: (-topic.confidence, topic.id))[:2]
        named = [categories.get(parents.get(topic.id, topic.id), []) for topic in best]
        total[truth] += 1
        silent += not best
        if any(truth in each for each in named):
            right[truth] += 1
        else:
            wrong.update(sorted(named[0])[:1] if named else [])
            if misses:
                sys.stderr.write(f"{group}: {name} -> {[topic.id for topic in best]}\n")
    scores = {
        each: 2 * right[each] / max(count + right[each] + wrong[each], 1) for each, count in total.items()
    }
    large = [scores[each] for each, count in total.items() if count >= 5]
    return {
        "names": total.total(),
        "right": round(right.total() / total.total(), 3),
        "without a topic": silent,
        "macro-F1": round(sum(scores.values()) / len(scores), 3),
        "macro-F1 of categories with five names": round(sum(large) / len(large), 3),
        "by category": {
            each: f"{right[each]} of {count}, F1 {scores[each]:.2f}" for each, count in sorted(total.items())
        },
    }


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--misses", action="store_true", help="the names that examples were made from, on stderr"
    )
    misses = parser.parse_args().misses
    data = os.environ.get("EVALUATION_DATA")
    if not data:
        print("skipped: EVALUATION_DATA names no folder")
        return
    mapping = json.loads((Path(data) / "evaluation/groups/mapping.json").read_text("utf-8"))
    categories: dict[str, list[str]] = defaultdict(
        list, {**mapping["interest_categories"], **mapping["families"]}
    )
    found = {"held out": figures(GOLDEN / "group_names.tsv", categories)}
    found["among the examples"] = figures(_EXAMPLES, categories, misses)
    print(json.dumps(found, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
