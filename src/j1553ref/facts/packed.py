"""Facts in the form in which a wheel carries them: a line of JSON for each, so that a fact is built when it is first read.

``hatch_build.py`` packs what the TOML files say whenever a wheel is built. A source tree holds no packed file, so there
the TOML is read; a test holds the two equal. The first line is a list: the date up to which the facts were checked, and
how many lines of facts, gaps and documents follow. Each of those lines lists the fields of one record, in their order. A
date begins with ``@`` and a decimal with ``#``; a text that begins so, or with a backslash, gets a backslash before it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import date
from decimal import Decimal
from itertools import chain
from pkgutil import get_data
from typing import Any, Generic, TypeVar

from j1553ref.facts.model import Document, Entry, Fact, FactBase, Gap, SourceRef

__all__ = ["FILE", "pack", "unpack", "unpacked"]

#: The packed file of a wheel, beside this module.
FILE = "packed.jsonl"

Record = TypeVar("Record")


class _Records(Mapping[str, Record], Generic[Record]):
    """Records by id; each is built from its line when it is first read."""

    def __init__(self, lines: Sequence[str], build: Callable[..., Record]) -> None:
        # An id comes first in its line, and its characters need no escape: the schema of the facts says so.
        self._lines = {line[2 : line.index('"', 2)]: line for line in lines}
        self._build = build
        self._built: dict[str, Record] = {}

    def __getitem__(self, key: str) -> Record:
        found = self._built.get(key)
        if found is None:
            found = self._built[key] = self._build(*_read(json.loads(self._lines[key])))
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def pack(base: FactBase) -> str:
    """The text of a packed file: all that a base of facts holds.

    >>> from j1553ref.facts import packaged
    >>> unpack(pack(packaged())).facts == packaged().facts
    True
    """
    kinds = (base.facts, base.gaps, base.documents)
    head = [base.checked_until, *(len(records) for records in kinds)]
    lines = chain([head], (astuple(record) for records in kinds for record in records.values()))
    return "\n".join(json.dumps(_written(line), separators=(",", ":")) for line in lines)


def unpack(text: str) -> FactBase:
    """The base that was packed; see :func:`pack`."""
    head, *lines = text.split("\n")
    checked_until, facts, gaps, _ = _read(json.loads(head))
    base = FactBase(
        _Records(lines[:facts], _fact),
        _Records(lines[facts : facts + gaps], Gap),
        _Records(lines[facts + gaps :], Document),
    )
    # Where cached_property keeps it: finding it would build every fact.
    vars(base)["checked_until"] = checked_until
    return base


def unpacked() -> FactBase | None:
    """What the packed file of an installed wheel holds; None in a source tree, which has no such file."""
    try:
        data = get_data(__package__, FILE)
    except OSError:
        return None
    return unpack(data.decode("ascii")) if data else None


def _fact(
    fact_id: str, label: str, unit: str, binds: tuple[str, ...], gap: str, history: Sequence[Any], file: str
) -> Fact:
    entries = (
        Entry(start, value, tuple(SourceRef(*source) for source in sources), *more)
        for start, value, sources, *more in history
    )
    return Fact(fact_id, label, unit, binds, gap, tuple(entries), file)


def _written(value: Any) -> Any:
    if isinstance(value, date):
        return f"@{value.isoformat()}"
    if isinstance(value, Decimal):
        return f"#{value}"
    if isinstance(value, str):
        return "\\" + value if value[:1] in ("@", "#", "\\") else value
    if isinstance(value, dict):
        return {key: _written(item) for key, item in value.items()}
    return [_written(item) for item in value] if isinstance(value, tuple | list) else value


def _read(value: Any) -> Any:
    if isinstance(value, str):
        match value[:1]:
            case "@":
                return date.fromisoformat(value[1:])
            case "#":
                return Decimal(value[1:])
            case "\\":
                return value[1:]
        return value
    if isinstance(value, dict):
        return {key: _read(item) for key, item in value.items()}
    return tuple(_read(item) for item in value) if isinstance(value, list) else value
