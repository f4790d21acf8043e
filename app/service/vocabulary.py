"""Reads the vocabulary into memory, which takes half a second that the first visitor would otherwise wait for."""

from __future__ import annotations

from app.places.gazetteer import locate
from app.taxonomy.classify import signals_in
from app.taxonomy.meanings import resolve_topic


def load_vocabulary() -> None:
    """Read places, career fields, job titles and phrases; what was read stays as long as the process."""
    locate("Boston, MA")
    resolve_topic("field", "registered nurse")
    signals_in("", None)
