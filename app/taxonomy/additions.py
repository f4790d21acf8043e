"""What operators add to the taxonomy: JSON files of a folder, in the shape of the package's own, checked before use.

A row with a new id is a new field, interest or purpose; one with a known id adds words to it. Ids are permanent, these too:
stored listings hold numbers made of them. Families and categories cannot be added, since the classifier's weights are of
those of the package.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic import Field as Member

from app.taxonomy.keys import TopicKind, topic_key
from app.taxonomy.taxonomy import Rows, package_rows

_LARGEST_FILE: Final = 2_000_000
_KINDS: Final[dict[str, TopicKind]] = {"fields": "field", "interests": "interest", "purposes": "purpose"}
_NEEDED: Final = {
    "fields": ("label", "family"),
    "interests": ("label", "category"),
    "purposes": ("label", "usefulness"),
}
# What a row with a known id may have.
_MORE_WORDS: Final = frozenset({"id", "keywords", "titles", "acronyms", "ambiguous"})

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
_Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
_Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
_Words = Annotated[list[_Text], Member(max_length=500)]
_Labels = dict[_Language, _Text]


class AdditionsError(Exception):
    """Files of the folder cannot be used; `problems` has a sentence for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: _Id
    label: _Text | None = None
    keywords: _Words = []


class FieldRow(_Row):
    """A career field. `soc` are detailed SOC 2018 codes, `isco08` four-digit groups, `i18n` words by language."""

    labels: _Labels = {}
    family: str | None = None
    soc: list[Annotated[str, StringConstraints(pattern=r"^\d\d-\d{4}$")]] = []
    isco08: list[Annotated[str, StringConstraints(pattern=r"^\d{4}$")]] = []
    titles: _Words = []
    acronyms: _Words = []
    ambiguous: _Words = []
    adjacent: list[str] = []
    i18n: dict[_Language, _Words] = {}


class InterestRow(_Row):
    """An interest; `fields` are career fields near it, `i18n` labels by language."""

    category: str | None = None
    fields: list[str] = []
    sensitive: bool = False
    i18n: _Labels = {}


class PurposeRow(_Row):
    """A purpose; `usefulness` (0 to 1) is its worth to somebody who looks for work, `i18n` labels by language."""

    usefulness: Annotated[float, Member(ge=0, le=1)] | None = None
    i18n: _Labels = {}


class TaxonomyFile(BaseModel):
    """A file of the folder."""

    model_config = ConfigDict(extra="forbid")

    fields: list[FieldRow] = []
    interests: list[InterestRow] = []
    purposes: list[PurposeRow] = []


def read_additions(folder: Path) -> Rows:
    """The rows of every `*.json` of a folder, by list, files in the order of their names. Raises `AdditionsError`."""
    added: Rows = {}
    problems: list[str] = []
    named: list[tuple[str, str, dict[str, Any]]] = []
    for path in sorted(folder.glob("*.json")):
        try:
            file = _file(path)
        except ValidationError as error:
            problems += [f"{path}: {_where(each['loc'])}: {each['msg']}" for each in error.errors()]
            continue
        except (OSError, ValueError) as error:
            problems.append(f"{path}: {error}")
            continue
        for name in _KINDS:
            for number, row in enumerate(getattr(file, name)):
                said = row.model_dump(exclude_unset=True)
                named.append((f"{path}: {name}[{number}] ({row.id})", name, said))
                known = row.id in _ids(name, added)
                added.setdefault(name, []).append(said if known else row.model_dump())
    problems += _wrong(named, added)
    if problems:
        raise AdditionsError(problems)
    return added


def _file(path: Path) -> TaxonomyFile:
    if path.stat().st_size > _LARGEST_FILE:
        raise ValueError(f"is larger than {_LARGEST_FILE} bytes")
    return TaxonomyFile.model_validate_json(path.read_bytes())


def _wrong(named: Iterable[tuple[str, str, dict[str, Any]]], added: Rows) -> Iterator[str]:
    """What the rows say wrong beyond their shape: what is missing, what leads nowhere, what is taken."""
    met = {name: _ids(name, {}) for name in _KINDS}
    numbers = {topic_key(_KINDS[name], each): each for name in met for each in met[name]}
    numbers |= {topic_key("field", each): each for each in _ids("families", {})}
    numbers |= {topic_key("interest", each): each for each in _ids("categories", {})}
    leads_to = {
        "family": _ids("families", {}),
        "category": _ids("categories", {}),
        "fields": _ids("fields", added),
        "adjacent": _ids("fields", added),
    }
    for where, name, row in named:
        if row["id"] in met[name]:
            for member in sorted(set(row) - _MORE_WORDS):
                yield f"{where}: {member}: the id is known, so only words can be added to it"
            continue
        met[name].add(row["id"])
        for member in _NEEDED[name]:
            if row.get(member) is None:
                yield f"{where}: {member}: a new id needs one"
        number = topic_key(_KINDS[name], row["id"])
        if number in numbers:
            yield f"{where}: id: its number is that of {numbers[number]!r}; choose another id"
        numbers[number] = row["id"]
        for member, ids in leads_to.items():
            said = row.get(member) or []
            for each in [said] if isinstance(said, str) else said:
                if each not in ids:
                    yield f"{where}: {member}: there is no {each!r}; `nextcircle taxonomy --json` lists what there is"


def _ids(name: str, added: Rows) -> set[str]:
    return {row["id"] for row in (*package_rows(name), *added.get(name, ()))}


def _where(loc: tuple[int | str, ...]) -> str:
    """`fields[2].family` of a place in a document."""
    parts = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in loc)
    return parts.removeprefix(".") or "the file"
