"""Raw values of answers: found without raising, cleaned, or None. No platform is defined in this module."""

from __future__ import annotations

import re
from datetime import timedelta, tzinfo
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from scrapers.formats.offers import amount_of
from scrapers.formats.text import name, one_line, paragraphs, split_url
from scrapers.formats.zones import fixed_zone, zone_named
from scrapers.records import ScrapedPrice

Node = dict[str, Any]

_UTC_OFFSET: Final = re.compile(r"(?:UTC|GMT)([+-])(\d{1,2})(?::?(\d{2})|\.(\d{1,2}))?", re.IGNORECASE)


def at(value: Any, *path: str | int) -> Any:
    """What stands at a path of keys and positions; None where the path breaks off."""
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def nodes(value: object) -> list[Node]:
    """The objects of a list, at most a hundred; an object alone is a list of one."""
    if isinstance(value, dict):
        return [value]
    return [each for each in value[:100] if isinstance(each, dict)] if isinstance(value, list) else []


def items(value: object) -> list[Any]:
    """A list, at most its first thousand items; an empty one for anything else."""
    return value[:1_000] if isinstance(value, list) else []


def word(value: object) -> str | None:
    """A name, cleaned; None for what is not text or says nothing."""
    return (name(value) or None) if isinstance(value, str) else None


def text(value: object) -> str | None:
    """A description, cleaned."""
    return paragraphs(value) if isinstance(value, str) else None


def identifier(value: object) -> str | None:
    """An id as text."""
    if isinstance(value, str):
        return one_line(value, 500) or None
    return (
        str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1e30 else None
    )


def count(value: object) -> int | None:
    """A number of people."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1e9 else None


def language(value: object) -> str | None:
    """A language tag."""
    if not isinstance(value, str):
        return None
    tag = value.strip().replace("_", "-")
    return tag if 2 <= len(tag) <= 35 and tag.isascii() and tag.replace("-", "").isalnum() else None


def zone_of(value: object) -> tzinfo | None:
    """A zone by its name, or of an offset as WordPress writes it (`UTC+5.5`)."""
    if not isinstance(value, str):
        return None
    found = zone_named(value)
    if found is not None:
        return found
    match = _UTC_OFFSET.fullmatch(value.strip())
    if match is None:
        return None
    minutes = int(match[3] or 0) + round(float(f"0.{match[4] or 0}") * 60)
    size = timedelta(hours=int(match[2]), minutes=minutes)
    return fixed_zone(-size if match[1] == "-" else size)


def price_of(low: object, high: object = None, currency: object = None) -> ScrapedPrice | None:
    """The span of a price; None where no amount is named."""
    amounts = [amount for each in (low, high) if (amount := amount_of(each)) is not None]
    if not amounts:
        return None
    code = currency.strip().upper() if isinstance(currency, str) else ""
    return ScrapedPrice(min(amounts), max(amounts), code if re.fullmatch("[A-Z]{3}", code) else None)


def localised_text(value: object, *languages: str) -> object:
    """The text of a dictionary by language: the first of `languages` that is there, else any."""
    if not isinstance(value, dict):
        return value
    found = next((value[each] for each in languages if value.get(each)), None)
    return found if found is not None else next((each for each in value.values() if each), None)


def joined(*values: object, by: str = ", ") -> str | None:
    """The parts of an address that say something, each once."""
    return by.join(dict.fromkeys(part for value in values if (part := word(value)))) or None


def with_query(url: str, **parameters: object) -> str | None:
    """An address with query parameters set, a list as several, or removed where None; None for no web address."""
    parts = split_url(url)
    if parts is None:
        return None
    given = {
        key: [str(each) for each in (value if isinstance(value, list) else [value]) if each is not None]
        for key, value in parameters.items()
    }
    # What is there keeps its position, so that an address is not another one each time it is written.
    pairs: list[tuple[str, str]] = []
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        pairs.extend((key, each) for each in given.pop(key, []))
        if key not in parameters:
            pairs.append((key, value))
    pairs.extend((key, each) for key, values in given.items() for each in values)
    return parts._replace(query=urlencode(pairs), fragment="").geturl()


def host_and_path(url: str) -> tuple[str, str] | None:
    """The host of a web address and its path, which has no slash at its end."""
    parts = split_url(url)
    if parts is None or not parts.hostname:
        return None
    return parts.hostname, parts.path.rstrip("/") or "/"
