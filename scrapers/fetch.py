"""Asks for an address as its platform wants to be asked: method, headers, document, and the key where one is needed.

The client does the asking; this module only joins the two. A key that must stand in the query is joined here alone, and is in
no answer that leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from scrapers.http.client import NO_VALIDATORS, Failure, PoliteClient, Response, Validators
from scrapers.platform import Request
from scrapers.registry import platform

NO_KEYS: Final[Mapping[str, str]] = {}


async def ask(
    client: PoliteClient,
    platform_name: str,
    url: str,
    keys: Mapping[str, str] = NO_KEYS,
    validators: Validators = NO_VALIDATORS,
) -> Response | Failure:
    """Ask for an address as its platform wants to be asked; a key that must stand in the query is joined here alone."""
    found = platform(platform_name)
    request = found.request(url, keys) if found is not None else Request(url)
    if request.method == "POST":
        return await client.post(request.url, json=request.json, headers=request.headers)
    address = request.url
    if request.secret_query:
        address += ("&" if "?" in address else "?") + urlencode(request.secret_query)
    answer = await client.get(address, validators=validators, headers=request.headers)
    if request.secret_query and isinstance(answer, Response):
        return replace(answer, url=request.url, requested_url=request.url)
    return answer
