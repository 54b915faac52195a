"""Dated, sourced facts: the only place in the package where knowledge about the world is kept.

Each ``*.toml`` file beside this module holds facts (see ``schemas/facts.schema.json``). A fact is a history
of entries; :func:`fact` answers what held **on a date of service**. Today never decides, so a date is always
required.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

from j1553ref.facts.model import GRADES, Answer, Document, Entry, Fact, FactBase, FactError, Gap, SourceRef, as_date
from j1553ref.facts.reading import load

__all__ = [
    "GRADES",
    "Answer",
    "Document",
    "Entry",
    "Fact",
    "FactBase",
    "FactError",
    "Gap",
    "SourceRef",
    "as_date",
    "checked_until",
    "fact",
    "load",
    "packaged",
]


@cache
def packaged() -> FactBase:
    """The facts that ship with the package, read once."""
    return load(files(__name__))


def fact(fact_id: str, *, on: date | str | None) -> Answer:
    """What a fact says on a date of service.

    Raises :class:`FactError` for an unknown id (with the nearest names), for a missing date, for a date
    before the first entry and for an ended fact.

    >>> fact("unit.size", on="2026-05-01").value
    100
    >>> fact("unit.size", on="2026-03-31")
    Traceback (most recent call last):
    j1553ref.facts.FactError: unit.size: nothing is known before 2026-04-01, asked for 2026-03-31
    """
    return packaged().on(fact_id, on)


def checked_until() -> date:
    """The date up to which the packaged facts were checked."""
    return packaged().checked_until
