"""Readers that misbehave, for the tests of the processes they run in."""

from __future__ import annotations

import os
import time

from scrapers.records import Reading


def read(name, payload, context) -> Reading:
    """Do what the payload says."""
    match payload.body:
        case b"hang":
            time.sleep(60)
        case b"eat":
            held = [bytearray(10_000_000) for _ in range(10_000)]
            return Reading(str(len(held)))
        case b"die":
            os._exit(9)
        case b"raise":
            raise ValueError("secret")
    return Reading("fine", items_seen=os.getpid())
