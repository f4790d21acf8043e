"""Writes what ingest concluded: listings, events, groups and their topics, in one transaction a batch.

The only room of ingest that knows SQL. It finds what could be the same, lets `match` and `joining` decide, keeps every
listing that an event was made of, and never deletes an event: what vanished gets a tombstone.
"""

from app.ingest.store.batch import store, unchanged_items
from app.ingest.store.index import clear_groups
from app.ingest.store.renumber import renumber
from app.ingest.store.retire import Missing, remove_events, retire
from app.ingest.store.rows import change_number, touch
from app.ingest.store.samples import remove_samples

__all__ = [
    "Missing",
    "change_number",
    "clear_groups",
    "remove_events",
    "remove_samples",
    "renumber",
    "retire",
    "store",
    "touch",
    "unchanged_items",
]
