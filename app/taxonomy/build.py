"""Trains the linear models that ship in ``data/weights.bin``: ``python -m app.taxonomy.build [SOURCES]``.

A developer's tool; the service never imports it. SOURCES holds ``esco/``, ``onet27/`` and
``meetup_topics.csv`` (else ``$EVALUATION_DATA/taxonomy``). It needs numpy, scipy and wordllama, which the
service does not. The same input gives the same bytes. What it learns from is :mod:`app.taxonomy.examples`;
static word vectors are folded into the weights of single words, so that no vectors ship.
"""

from __future__ import annotations

import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from app.taxonomy.examples import Listing, Title, listings, titles, words_of
from app.taxonomy.features import features_of, words_and_pairs
from app.taxonomy.model import WEIGHTS, write_models
from app.taxonomy.taxonomy import load
from app.taxonomy.words import split, stem

_NAME, _TEXT = 2, 1
_BATCH = 256
_RATE = 0.15
_SHRINK = 3e-5
_VECTOR_SHARE = 1.0
# How many times a word, a pair and a piece must be met before it is weighed.
_LISTING_FEWEST = (2, 4, 6)
_TITLE_FEWEST = (2, 3, 6)

Zones = Sequence[tuple[Collection[str], int]]


def _libraries() -> tuple[Any, Any]:
    try:
        return import_module("numpy"), import_module("scipy.sparse")
    except ImportError as missing:
        raise SystemExit(
            f"{missing}; the build needs: pip install numpy scipy wordllama==0.4.0.post1"
        ) from None


class _Design(NamedTuple):
    """Documents as a sparse matrix over terms; rows are divided by their length as the service does."""

    terms: list[str]
    matrix: Any


def _kind(term: str) -> int:
    return 1 if " " in term else 2 if term[0] == "~" else 0


def _terms(documents: Sequence[Zones], fewest: Sequence[int], more: Iterable[str] = ()) -> list[str]:
    met = Counter(term for zones in documents for term in {term for terms, _ in zones for term in terms})
    return sorted({*more, *(term for term, times in met.items() if times >= fewest[_kind(term)])})


def _matrix(documents: Sequence[Zones], terms: Sequence[str]) -> Any:
    numpy, sparse = _libraries()
    place = {term: at for at, term in enumerate(terms)}
    starts, columns, values = [0], list[int](), list[float]()
    for zones in documents:
        row: dict[int, int] = {}
        for found, weight in zones:
            for term in found:
                if term in place:
                    row.setdefault(place[term], weight)
        length = max(sum(weight * weight for weight in row.values()), 1) ** 0.5
        columns += row.keys()
        values += [weight / length for weight in row.values()]
        starts.append(len(columns))
    data = numpy.array(values, dtype=numpy.float32)
    return sparse.csr_matrix((data, columns, starts), shape=(len(documents), len(terms)))


def _train(matrix: Any, truth: Any, weights: Any, epochs: int, shrink: float = 1e-6) -> tuple[Any, Any]:
    """Softmax regression by adaptive steps over batches in a fixed order."""
    numpy, _ = _libraries()
    rows, width = matrix.shape[0], truth.shape[1]
    weight = numpy.zeros((matrix.shape[1], width), numpy.float32)
    pace = numpy.full((matrix.shape[1], 1), 1e-6, numpy.float32)
    bias, bias_pace = numpy.zeros(width, numpy.float32), 1e-6
    order = numpy.random.default_rng(0)
    for _ in range(epochs):
        shuffled = order.permutation(rows)
        for start in range(0, rows, _BATCH):
            chosen = shuffled[start : start + _BATCH]
            part = matrix[chosen]
            columns = numpy.unique(part.indices)
            part = part[:, columns]
            error = (_shares(part @ weight[columns] + bias) - truth[chosen]) * weights[chosen, None]
            slope = (part.T @ error) / len(chosen) + shrink * weight[columns]
            pace[columns] += (slope**2).mean(1, keepdims=True)
            weight[columns] -= _RATE * slope / numpy.sqrt(pace[columns])
            slope = error.mean(0)
            bias_pace += float((slope**2).mean())
            bias -= _RATE * slope / bias_pace**0.5
    return weight, bias


def _shares(scores: Any) -> Any:
    numpy, _ = _libraries()
    grown = numpy.exp(scores - scores.max(1, keepdims=True))
    return grown / grown.sum(1, keepdims=True)


def _packed(labels: Sequence[str], terms: Sequence[str], weight: Any, bias: Any) -> dict[str, Any]:
    """Weights as bytes, a scale for each class; rows that say nothing are left out."""
    numpy, _ = _libraries()
    scale = numpy.maximum(numpy.quantile(numpy.abs(weight), 0.9995, axis=0) / 127, 1e-9)
    rows = numpy.clip(numpy.rint(weight / scale), -127, 127).astype(numpy.int16)
    kept = numpy.where(numpy.abs(rows).max(1) > 1)[0]
    return {
        "labels": list(labels),
        "scales": [round(float(value), 9) for value in scale],
        "biases": [round(float(value), 6) for value in bias],
        "terms": [terms[at] for at in kept],
        "rows": (rows[kept] + 128).astype(numpy.uint8).tobytes(),
    }


# --- listings ------------------------------------------------------------------------------------------


def listing_zones(name: str, text: str) -> Zones:
    """A training document as the classifier sees a listing."""
    return (
        (tuple(features_of(split(name).stems)), _NAME),
        (tuple(words_and_pairs(split(text).stems)), _TEXT),
    )


def _vectors() -> tuple[Callable[[str], Any], list[str]]:
    """The static vector of a word, and the whole words that have one."""
    numpy, _ = _libraries()
    package = import_module("wordllama")
    folder = str(Path(package.__file__ or "").parent)
    loaded = package.WordLlama.load(config="l2_supercat", dim=256, cache_dir=folder, disable_download=True)
    table = loaded.embedding / numpy.linalg.norm(loaded.embedding, axis=1).mean()

    def vector(word: str) -> Any:
        pieces = loaded.tokenizer.encode(word)
        known = [at for at, piece in zip(pieces.ids, pieces.tokens, strict=True) if piece not in ("<s>", "▁")]
        return table[known].mean(0) if known else numpy.zeros(table.shape[1], table.dtype)

    whole = [token[1:] for token in loaded.tokenizer.get_vocab() if token[0] == "▁"]
    words = {stem(word.casefold()) for word in whole if len(word) > 2 and word.isalpha()}
    return vector, sorted(word for word in words if word < "\u0250")


def _listing_model(
    documents: Sequence[Listing], more_words: Collection[str] = ()
) -> tuple[dict[str, Any], float]:
    numpy, sparse = _libraries()
    labels = [*load().interest_categories, *load().families]
    number = {label: at for at, label in enumerate(labels)}
    vector, words = _vectors()
    zones = [listing_zones(each.name, each.text) for each in documents]
    terms = _terms(zones, _LISTING_FEWEST, {*words, *more_words})
    matrix = _matrix(zones, terms)
    vectors = numpy.zeros((len(terms), 256), numpy.float32)
    for at, term in enumerate(terms):
        if _kind(term) == 0:
            vectors[at] = vector(term) * _VECTOR_SHARE
    wide = sparse.hstack([matrix, sparse.csr_matrix(matrix @ vectors)]).tocsr()
    truth = numpy.zeros((len(documents), len(labels)), numpy.float32)
    for row, each in enumerate(documents):
        for group, share in each.groups.items():
            truth[row, number[group]] = share
    weights = _balanced(truth, numpy.array([each.weight for each in documents], numpy.float32), 50)
    weight, bias = _train(wide, truth, weights, 6, _SHRINK)
    career = numpy.array([[1.0 - each.career, float(each.career)] for each in documents], numpy.float32)
    career_weight, career_bias = _train(wide, career, weights, 6, _SHRINK)
    every = numpy.hstack([weight, (career_weight[:, 1] - career_weight[:, 0])[:, None]])
    folded = every[: len(terms)] + vectors @ every[len(terms) :]
    biases = [*bias, career_bias[1] - career_bias[0]]
    right = float((_shares(wide @ weight + bias).argmax(1) == truth.argmax(1)).mean())
    return _packed([*labels, "career"], terms, folded, biases), right


def _balanced(truth: Any, weights: Any, floor: int) -> Any:
    """Large classes weigh less each, or the longest list would win every unsure text."""
    sizes = (truth * weights[:, None]).sum(0)
    weights = weights * (sizes[truth.argmax(1)] + floor) ** -0.3
    return weights / weights.mean()


# --- job titles ----------------------------------------------------------------------------------------


def _title_model(documents: Sequence[Title]) -> tuple[dict[str, Any], float]:
    """Codes name several fields, and some SOC codes none: the first round's answer decides between them."""
    numpy, _ = _libraries()
    labels = list(load().fields)
    number = {label: at for at, label in enumerate(labels)}
    zones: list[Zones] = [((tuple(features_of(split(each.text).stems)), 1),) for each in documents]
    terms = _terms(zones, _TITLE_FEWEST)
    matrix = _matrix(zones, terms)
    given = numpy.zeros((len(documents), len(labels)), numpy.float32)
    for row, each in enumerate(documents):
        for field, share in each.fields.items():
            given[row, number[field]] = share
    own = numpy.array([each.weight for each in documents], numpy.float32)
    truth = given.copy()
    for _ in range(2):
        known = numpy.where(truth.sum(1) > 0)[0]
        weight, bias = _train(matrix[known], truth[known], _balanced(truth[known], own[known], 200), epochs=5)
        guess = _shares(matrix @ weight + bias)
        _label_codes(documents, given, guess)
        chosen = given * guess**0.7
        total = chosen.sum(1, keepdims=True)
        truth = numpy.where(total > 0, chosen / numpy.maximum(total, 1e-12), 0).astype(numpy.float32)
    right = float((guess.argmax(1) == truth.argmax(1)).mean())
    return _packed(labels, terms, weight, bias), right


def _label_codes(documents: Sequence[Title], given: Any, guess: Any) -> None:
    """SOC codes of no field get the field that their titles look like together."""
    numpy, _ = _libraries()
    rows: dict[str, list[int]] = defaultdict(list)
    for row, each in enumerate(documents):
        if each.soc and not each.fields:
            rows[each.soc].append(row)
    for members in rows.values():
        given[members] = 0
        given[members, numpy.log(guess[members] + 1e-3).sum(0).argmax()] = 1


def main() -> int:
    """Trains both models and writes them."""
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("EVALUATION_DATA", "") + "/taxonomy"
    sources = Path(folder)
    if not (sources / "esco").is_dir():
        sys.stderr.write("usage: python -m app.taxonomy.build FOLDER, or set EVALUATION_DATA\n")
        return 2
    texts, names = list(listings(sources)), list(titles(sources))
    listing, listing_right = _listing_model(texts, words_of(sources))
    title, title_right = _title_model(names)
    size = write_models({"listings": listing, "titles": title})
    sys.stdout.write(
        f"{WEIGHTS.name}: {size:,} bytes; listings: {len(texts):,} texts, {len(listing['terms']):,} terms,"
        f" {listing_right:.3f} of them right; titles: {len(names):,}, {len(title['terms']):,} terms,"
        f" {title_right:.3f} right\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
