"""Learns which words of job titles belong to which fields: ``python -m app.taxonomy.build ESCO_CSV ONET_TXT``.

A developer's tool. It reads ESCO's occupations (``occupations_en.csv``) and O*NET's alternate titles
(``Alternate_Titles.txt``), joins them to the fields by their ISCO-08 and SOC codes and writes
``data/title_words.json``. The same input gives the same bytes. The service never imports it.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from app.taxonomy.taxonomy import load
from app.taxonomy.words import split

TARGET = Path(__file__).with_name("data") / "title_words.json"
_FEWEST = {1: 2, 2: 3}
_FIELDS_PER_TERM = 6
# Words that name a rank or fill a title say little about the field.
_RANK_WORDS = (
    "supervisor executive trainee apprentice specialist coordinator assistant officer senior junior manager "
    "lead head staff associate intern internship level 1 2 3 i ii iii leader chief principal deputy general "
    "of and the for in to with at cum a"
)
_RANKS = frozenset(_RANK_WORDS.split())


def _shares_by_code(prefix: int) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Fields by ISCO-08 and by SOC code, shared where several fields carry a code; earlier codes count more."""
    isco: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    soc: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for entry in load().fields.values():
        for place, code in enumerate(entry.isco08):
            isco[code[:prefix]][entry.id] += 1 / (1 + place)
        for place, code in enumerate(entry.soc):
            soc[code[: prefix + 3]][entry.id] += 1 / (1 + place)
    return _normal(isco), _normal(soc)


def _normal(table: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {
        code: {identity: share / sum(shares.values()) for identity, share in shares.items()}
        for code, shares in table.items()
    }


def _titles(esco: Path, onet: Path) -> Iterator[tuple[str, dict[str, float], float]]:
    """(title, fields with shares, weight of the title)."""
    isco4, soc4 = _shares_by_code(4)
    isco3, _ = _shares_by_code(3)
    with esco.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            fields = isco4.get(row["iscoGroup"]) or isco3.get(row["iscoGroup"][:3])
            if fields:
                titles = [row["preferredLabel"], *row["altLabels"].split("\n")]
                for title in titles:
                    yield title, fields, 1.0
    with onet.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            fields = soc4.get(row["O*NET-SOC Code"][:7])
            if fields:
                yield row["Alternate Title"], fields, 1.0
    for entry in load().fields.values():
        for title in (
            *entry.titles,
            *(word for words in entry.words.values() for word in words),
            entry.label,
        ):
            yield title, {entry.id: 1.0}, 6.0
        for word in entry.keywords:
            yield word, {entry.id: 1.0}, 2.0


def terms_of(stems: list[str]) -> Iterable[str]:
    """The words of a title, and its pairs of neighbours."""
    return [*stems, *(f"{a} {b}" for a, b in pairwise(stems))]


def learn(esco: Path, onet: Path) -> dict[str, dict[str, float]]:
    """By term, how strongly it speaks for which fields."""
    counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    frequency: Counter[str] = Counter()
    sizes: dict[str, float] = defaultdict(float)
    seen = set()
    total = 0
    for title, fields, weight in _titles(esco, onet):
        stems = split(title).stems
        mark = (" ".join(stems), tuple(fields))
        if not stems or mark in seen:
            continue
        seen.add(mark)
        total += 1
        for identity, share in fields.items():
            sizes[identity] += share * weight
        for term in set(terms_of(stems)):
            frequency[term] += 1
            for identity, share in fields.items():
                counts[term][identity] += share * weight
    table = {}
    for term in sorted(counts):
        if frequency[term] >= _FEWEST[1 + (" " in term)]:
            weights = _weights(counts[term], sizes, frequency[term], total)
            share = 0.3 if term in _RANKS else 1.0
            table[term] = {identity: round(weight * share, 2) for identity, weight in weights.items()}
    return {term: weights for term, weights in table.items() if weights}


def _weights(
    counts: dict[str, float], sizes: dict[str, float], frequency: int, total: int
) -> dict[str, float]:
    # Fields with long lists of titles would win by their length alone.
    balanced = {identity: count / sizes[identity] ** 0.25 for identity, count in counts.items()}
    whole = sum(balanced.values())
    rarity = math.log(1 + total / frequency)
    sure = frequency / (frequency + 2.0)
    found = {identity: (share / whole) ** 1.5 * rarity * sure for identity, share in balanced.items()}
    best = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:_FIELDS_PER_TERM]
    return {identity: weight for identity, weight in best if weight >= 0.05}


def main() -> int:
    """Writes the table; the two paths come from the command line."""
    if len(sys.argv) != 3:
        sys.stderr.write("usage: python -m app.taxonomy.build occupations_en.csv Alternate_Titles.txt\n")
        return 2
    table = learn(Path(sys.argv[1]), Path(sys.argv[2]))
    fields = list(load().fields)
    number = {identity: at for at, identity in enumerate(fields)}
    rows = {
        term: [value for identity, weight in weights.items() for value in (number[identity], weight)]
        for term, weights in table.items()
    }
    text = json.dumps({"fields": fields, "terms": rows}, ensure_ascii=False, separators=(",", ":"))
    TARGET.write_text(text.replace('],"', '],\n"') + "\n", "utf-8")
    sys.stdout.write(f"{len(rows)} terms, {TARGET.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
