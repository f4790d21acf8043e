"""Reads what an event costs from schema.org offers and from amounts as people write them.

Values in, a `ScrapedPrice` or a yes or no out. An amount that can mean two things is not an amount.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Final

from scrapers.formats.linked import Node, each_of, scalar, segment
from scrapers.records import ScrapedPrice

_FREE: Final = re.compile(r"free|gratis|kostenlos|gratuit|0", re.IGNORECASE)
_AMOUNT: Final = re.compile(r"\d{1,9}(?:[.,]\d{1,2})?(?!\d)", re.ASCII)


def amount_of(value: Any) -> float | None:
    """An amount of money in major units: 10, "10.00", "$10", "10,50 EUR", "Free"; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        amount = float(value) if abs(value) < 1e9 else math.nan
    elif isinstance(value, str) and len(value) <= 40:
        if _FREE.fullmatch(value.strip()):
            return 0.0
        found = _AMOUNT.findall(value.replace("\u00a0", " "))
        amount = float(found[0].replace(",", ".")) if len(found) == 1 else math.nan
    else:
        return None
    return amount if math.isfinite(amount) and amount >= 0 else None


def price_of(value: Any) -> ScrapedPrice | None:
    """The span of all offers; None where none names an amount."""
    amounts: list[float] = []
    currency: str | None = None
    for offer in _offers(value):
        for key in ("price", "lowPrice", "highPrice"):
            amount = amount_of(scalar(offer.get(key)))
            if amount is not None:
                amounts.append(amount)
        written = scalar(offer.get("priceCurrency"))
        if currency is None and isinstance(written, str) and re.fullmatch(r"[A-Za-z]{3}", written.strip()):
            currency = written.strip().upper()
    if not amounts:
        return None
    return ScrapedPrice(min=min(amounts), max=max(amounts), currency=currency)


def _offers(value: Any) -> Iterator[Node]:
    for offer in each_of(value)[:100]:
        if not isinstance(offer, dict):
            continue
        yield offer
        for key in ("offers", "priceSpecification"):
            yield from (each for each in each_of(offer.get(key))[:100] if isinstance(each, dict))


def free_of(value: Any, price: ScrapedPrice | None) -> bool | None:
    """Whether an event is free: what it says itself, else what its prices leave no doubt about."""
    written = scalar(value)
    if isinstance(written, str):
        written = {"true": True, "false": False, "yes": True, "no": False}.get(segment(written))
    if isinstance(written, bool):
        return written
    if price is None or price.min is None or price.max is None:
        return None
    if price.max == 0:
        return True
    return False if price.min > 0 else None
