"""What a fact is: a named statement with a dated, sourced history, and the answer on one date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from j1553ref.errors import J1553Error, nearest

__all__ = [
    "DATED_BY",
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
]

#: Grades from strongest to weakest. ``primary`` and ``mirror`` carry an error, the others a warning at most.
GRADES = ("primary", "mirror", "secondary", "inferred")


#: What the date of an entry is where it is no effective date: the day, month or year of the document, or a claim edit.
DATED_BY = ("document", "document-month", "document-year", "edit")


class FactError(J1553Error, LookupError):
    """A fact cannot be looked up: no such id, no date, a date before the first entry, or an ended fact."""

    # Users meet it under its public name, wherever the class is kept.
    __module__ = "j1553ref.facts"


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
    #: False where the source has no date: ``start`` is then only the day on which it was seen to say so.
    dated: bool = True
    #: One of :data:`DATED_BY` where ``start`` is no effective date but the date of the document or of a claim edit.
    dated_by: str = ""
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
        """Whether a finding may be an error on this base: primary, mirror, or two agreeing secondary."""
        return self.grade in ("primary", "mirror") or (self.agreeing and self.grade == "secondary")

    @property
    def takes_effect(self) -> bool:
        """Whether ``start`` is the date from which the value is in effect, by its source."""
        return self.dated and not self.dated_by


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
        """Answer for one date; raises :class:`FactError` before the first entry and after the end."""
        current: Entry | None = None
        for index, entry in enumerate(self.history):
            # An undated first entry has no known beginning, so it also answers for earlier dates.
            if entry.start <= when or (index == 0 and not entry.dated):
                current = entry
        if current is None:
            first = self.history[0].start
            raise FactError(f"{self.id}: nothing is known before {first}, asked for {when}")
        if current.ended:
            raise FactError(f"{self.id}: ended on {current.start}, asked for {when}")
        known = current.known_until is None or when <= current.known_until
        return Answer(self, when, current, known)

    @property
    def newest(self) -> Entry:
        """The entry in force on the day on which the fact was last checked, the latest ``checked`` of its entries.

        An entry that begins after that day is among :attr:`coming`. Where every entry does, the first one is returned.
        """
        last = self.history[-1]
        if last.start <= last.checked:
            return last
        day = max(entry.checked for entry in self.history)
        return next((entry for entry in reversed(self.history) if entry.start <= day), self.history[0])

    @property
    def coming(self) -> tuple[Entry, ...]:
        """The entries after the newest one: changes that were known, and not yet in force, when the fact was checked."""
        return self.history[self.history.index(self.newest) + 1 :]


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
            raise FactError(f"{self.fact.id}: not known after {until}, asked for {self.on}{gap}")
        return self.entry.value

    @property
    def grade(self) -> str:
        """The grade of the entry that answers."""
        return self.entry.grade


@dataclass(frozen=True, slots=True)
class Gap:
    """What is not known: what was looked for, why it matters, where to look, what to ask, and what would change."""

    id: str
    label: str
    looked_for: str
    matters: str
    confirm: str
    url: str = ""
    ask: str = ""
    changes: str = ""

    @property
    def says(self) -> str:
        """What a page says in place of the value: that it was not found, and whom to ask or where to look.

        >>> from j1553ref.facts import packaged
        >>> gaps = packaged().gaps
        >>> gaps["infusion-suite-place"].says, gaps["label-dose"].says
        ('not found; ask the payer', 'not found; see DailyMed or FDA')
        """
        whom = re.match(r"To ([^:,]+)", self.ask)
        where = re.sub(r"^(The|An|A) ", lambda found: found[0].lower(), re.split(r"[;,]", self.confirm)[0])
        return f"not found; ask {whom[1]}" if whom else f"not found; see {where}"


@dataclass(frozen=True, slots=True)
class Document:
    """One entry of the bibliography. Where ``url`` is empty, ``find`` says how to find the document."""

    id: str
    publisher: str
    title: str
    url: str
    own_date: str
    grade: str
    seen: date
    note: str = ""
    find: str = ""


@dataclass(frozen=True, eq=False)
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
            raise FactError(f"{fact_id}: no such fact{nearest(fact_id, self.facts)}") from None

    def on(self, fact_id: str, when: date | str | None) -> Answer:
        """Answer for one fact and one date of service."""
        found = self.get(fact_id)
        if when is None:
            raise FactError(f"{fact_id}: a date of service is needed; today never decides")
        return found.on(as_date(when))

    def under(self, prefix: str) -> Iterator[Fact]:
        """Every fact whose id starts with ``prefix.``, in the order of the files."""
        return (self.facts[fact_id] for fact_id in self._families.get(prefix, ()))

    @cached_property
    def _families(self) -> Mapping[str, list[str]]:
        """The ids under each prefix that ends before a dot."""
        families: dict[str, list[str]] = {}
        for fact_id in self.facts:
            at = fact_id.find(".")
            while at >= 0:
                families.setdefault(fact_id[:at], []).append(fact_id)
                at = fact_id.find(".", at + 1)
        return families

    @cached_property
    def checked_until(self) -> date:
        """The date up to which all facts were checked: the oldest check of an entry in force."""
        return min(fact.newest.checked for fact in self.facts.values())


def as_date(text: date | str) -> date:
    """A date from ``YYYY-MM-DD``; raises :class:`FactError` for anything else and for a day that no calendar has.

    >>> as_date("2026-05-01")
    datetime.date(2026, 5, 1)
    """
    if isinstance(text, date) and not isinstance(text, datetime):
        return text
    # fromisoformat alone also takes week dates such as 2026-W14-3.
    if not isinstance(text, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise FactError("a date is written YYYY-MM-DD, such as 2026-05-01")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FactError(f"there is no such day: {_why_no_day(text)}") from None


def _why_no_day(text: str) -> str:
    from calendar import monthrange  # only who needs the message waits for it

    year, month = int(text[:4]), int(text[5:7])
    if not year:
        return "the year is 0000"
    if not 1 <= month <= 12:
        return "the months go from 01 to 12"
    return f"that month has the days 01 to {monthrange(year, month)[1]}"
