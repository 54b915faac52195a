"""Dated, sourced facts: the only place in the package where knowledge about the world is kept.

Each ``*.toml`` file beside this module holds facts (see ``schemas/facts.schema.json``). A fact is a history
of entries; :func:`fact` answers what held **on a date of service**. Today never decides, so a date is always
required.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from j1553ref.facts.model import GRADES, Answer, Document, Entry, Fact, FactBase, FactError, Gap, SourceRef, as_date
from j1553ref.facts.packed import unpacked

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

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
    """The facts that ship with the package, read once: from the packed file of a wheel, else from the TOML files."""
    if found := unpacked():
        return found
    from importlib.resources import files

    return load(files(__name__))


def load(folder: Traversable | Path, base: FactBase | None = None) -> FactBase:
    """Read every ``*.toml`` of a folder and its ``payers`` folder; entries are laid over those of ``base``.

    The same id in ``base`` gets the new entries: an entry with the same start replaces the old one.
    Raises :class:`FactError`, naming file and fact, for whatever is not in the form of a facts file, for dates out of
    order, and for a source, a gap, or a key or value of a payer's profile that does not exist.
    """
    # Only who reads TOML waits for its parser to be imported.
    from j1553ref.facts.reading import read

    return read(folder, base)


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
