"""Dated, sourced facts: the only place in the package where knowledge about the world is kept.

Each ``*.toml`` file beside this module holds facts (see ``schemas/facts.schema.json``). A fact is a history of
entries; :func:`fact` answers what held **on a date of service**. Today never decides, so a date is always required.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from j1553ref.errors import J1553Error

__all__ = [
    "Answer", "Document", "Entry", "Fact", "FactBase", "FactError", "Gap", "SourceRef",
    "as_date", "checked_until", "fact", "packaged",
]  # fmt: skip

#: Grades from strongest to weakest. ``primary`` and ``mirror`` can carry an error, the others a warning at most.
GRADES = ("primary", "mirror", "secondary", "inferred")


class FactError(J1553Error, LookupError):
    """A fact cannot be looked up: no such id, no date, a date before the first entry, or an ended fact."""


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where one document says it: document id (``sources.toml``), place in it, grade of what was seen."""

    id: str
    locator: str
    grade: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a fact and the dates between which it is known to hold."""

    start: date
    value: Any
    sources: tuple[SourceRef, ...]
    checked: date
    #: False where the source bears no date: ``start`` is then only the day on which it was seen to say so.
    dated: bool = True
    known_until: date | None = None
    ended: bool = False
    agreeing: bool = False
    note: str = ""

    @property
    def grade(self) -> str:
        """The grade of the weakest source that the statement needs."""
        return max((s.grade for s in self.sources), key=GRADES.index)

    @property
    def carries_error(self) -> bool:
        """Whether a finding on this base may be an error: primary or mirror, or two agreeing secondary sources."""
        return self.grade in ("primary", "mirror") or (self.agreeing and self.grade == "secondary")


@dataclass(frozen=True, slots=True)
class Fact:
    """A named statement with its history, oldest entry first."""

    id: str
    label: str
    unit: str
    binds: tuple[str, ...]
    gap: str
    history: tuple[Entry, ...]
    file: str

    def on(self, when: date) -> Answer:
        """Answer for one date of service; raises :class:`FactError` before the first entry and after the end."""
        current: Entry | None = None
        for index, entry in enumerate(self.history):
            # An undated first entry has no known beginning, so it also answers for earlier dates.
            if entry.start <= when or (index == 0 and not entry.dated):
                current = entry
        if current is None:
            raise FactError(
                f"{self.id}: nothing is known before {self.history[0].start.isoformat()}, asked for {when.isoformat()}"
            )
        if current.ended:
            raise FactError(f"{self.id}: ended on {current.start.isoformat()}, asked for {when.isoformat()}")
        known = current.known_until is None or when <= current.known_until
        return Answer(self, when, current, known)

    @property
    def newest(self) -> Entry:
        """The last entry of the history, whatever the date."""
        return self.history[-1]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a fact says on one date. ``value`` may be read only where ``known`` is true."""

    fact: Fact
    on: date
    entry: Entry
    known: bool

    @property
    def value(self) -> Any:
        """The value; raises :class:`FactError` naming the gap where it is not known on this date."""
        if not self.known:
            until = self.entry.known_until
            gap = f" (gap: {self.fact.gap})" if self.fact.gap else ""
            raise FactError(f"{self.fact.id}: not known after {until}, asked for {self.on.isoformat()}{gap}")
        return self.entry.value

    @property
    def grade(self) -> str:
        """The grade of the entry that answers."""
        return self.entry.grade


@dataclass(frozen=True, slots=True)
class Gap:
    """What is not known: what was looked for, why it matters, and where a reader can confirm it."""

    id: str
    label: str
    looked_for: str
    matters: str
    confirm: str


@dataclass(frozen=True, slots=True)
class Document:
    """One entry of the bibliography. ``url`` is empty where the address was not recorded."""

    id: str
    publisher: str
    title: str
    url: str
    own_date: str
    grade: str
    seen: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class FactBase:
    """All facts, gaps and documents that were loaded together."""

    facts: Mapping[str, Fact]
    gaps: Mapping[str, Gap] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)

    def get(self, fact_id: str) -> Fact:
        """The fact of that id; an unknown id is refused with the nearest names."""
        try:
            return self.facts[fact_id]
        except KeyError:
            near = get_close_matches(fact_id, self.facts, n=3, cutoff=0.4)
            hint = f"; nearest: {', '.join(near)}" if near else ""
            raise FactError(f"{fact_id}: no such fact{hint}") from None

    def on(self, fact_id: str, when: date | str | None) -> Answer:
        """Answer for one fact and one date of service."""
        found = self.get(fact_id)
        if when is None:
            raise FactError(f"{fact_id}: a date of service is needed; today never decides")
        return found.on(as_date(when))

    def under(self, prefix: str) -> Iterator[Fact]:
        """Every fact whose id starts with ``prefix.``, in the order of the files."""
        return (f for f in self.facts.values() if f.id.startswith(prefix + "."))

    @property
    def checked_until(self) -> date:
        """The date up to which all facts were checked: the oldest of the facts' newest checks."""
        return min(f.newest.checked for f in self.facts.values())


def as_date(text: date | str) -> date:
    """A date from ``YYYY-MM-DD``; raises :class:`FactError` for anything else.

    >>> as_date("2026-05-01")
    datetime.date(2026, 5, 1)
    """
    if isinstance(text, date):
        return text
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise FactError("a date is written YYYY-MM-DD, such as 2026-05-01") from None


@cache
def packaged() -> FactBase:
    """The facts that ship with the package, read once."""
    return load(files(__name__))


def load(folder: Traversable | Path, base: FactBase | None = None) -> FactBase:
    """Read every ``*.toml`` of a folder and its ``payers`` folder; entries are laid over those of ``base``.

    The same id in ``base`` gets the new entries: an entry with the same start replaces the old one.
    """
    facts: dict[str, Fact] = dict(base.facts) if base else {}
    gaps: dict[str, Gap] = dict(base.gaps) if base else {}
    documents: dict[str, Document] = dict(base.documents) if base else {}
    own: set[str] = set()
    for name, item in _toml_files(folder):
        try:
            data = tomllib.loads(item.read_text(encoding="utf-8"), parse_float=Decimal)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise FactError(f"{name}: not readable as TOML: {error}") from None
        if name == "gaps.toml":
            gaps |= {key: Gap(key, **value) for key, value in data.items()}
        elif name == "sources.toml":
            documents |= {key: Document(key, **value) for key, value in data.items()}
        else:
            for new in _facts(data, name):
                if new.id in own:
                    raise FactError(f"{name}: {new.id} stands in two files")
                own.add(new.id)
                facts[new.id] = _overlay(facts[new.id], new) if new.id in facts else new
    return FactBase(facts, gaps, documents)


def fact(fact_id: str, *, on: date | str | None) -> Answer:
    """What a fact says on a date of service.

    Raises :class:`FactError` for an unknown id (with the nearest names), for a missing date, for a date before the
    first entry and for an ended fact.

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


def _toml_files(folder: Traversable | Path) -> Iterator[tuple[str, Traversable | Path]]:
    for item in sorted(folder.iterdir(), key=lambda each: each.name):
        if item.name.endswith(".toml"):
            yield item.name, item
        elif item.name == "payers" and item.is_dir():
            for name, inner in _toml_files(item):
                yield f"payers/{name}", inner


def _facts(data: Mapping[str, Any], file: str, path: tuple[str, ...] = ()) -> Iterator[Fact]:
    for key, value in data.items():
        here = (*path, key)
        if not isinstance(value, dict):
            raise FactError(f"{file}: {'.'.join(here)}: expected a table that ends in a history")
        if "history" in value:
            yield _fact(".".join(here), value, file)
        else:
            yield from _facts(value, file, here)


def _fact(fact_id: str, table: Mapping[str, Any], file: str) -> Fact:
    try:
        history = tuple(_entry(each) for each in table["history"])
        starts = [entry.start for entry in history]
        if not starts or any(later <= earlier for earlier, later in zip(starts, starts[1:], strict=False)):
            raise FactError(f"{file}: {fact_id}: the history must have entries, each later than the one before")
        return Fact(
            id=fact_id, label=table["label"], unit=table.get("unit", ""), binds=tuple(table.get("binds", ())),
            gap=table.get("gap", ""), history=history, file=file,
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as error:
        raise FactError(f"{file}: {fact_id}: not in the form of a fact: {error!r}") from None


def _entry(table: Mapping[str, Any]) -> Entry:
    return Entry(
        start=table["from"] if "from" in table else table["observed"],
        dated="from" in table,
        value=_frozen(table.get("value")),
        sources=tuple(SourceRef(**each) for each in table["sources"]),
        checked=table["checked"],
        known_until=table.get("known_until"),
        ended=table.get("ended", False),
        agreeing=table.get("agreeing", False),
        note=table.get("note", ""),
    )


def _frozen(value: Any) -> Any:
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value


def _overlay(old: Fact, new: Fact) -> Fact:
    merged = {entry.start: entry for entry in (*old.history, *new.history)}
    history = tuple(merged[start] for start in sorted(merged))
    return Fact(old.id, new.label or old.label, new.unit or old.unit, new.binds or old.binds, new.gap or old.gap,
                history, old.file)  # fmt: skip
