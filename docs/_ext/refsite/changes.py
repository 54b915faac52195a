"""The directive ``changes``: what changed and when, newest first, from the histories of the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.facts import Entry, Fact, FactBase, as_date
from j1553ref.facts.reference import FactSaid, Reference, coming
from j1553ref.facts.wording import date_text, pairs, value_text
from refsite.checked import CheckedDirective
from refsite.domain import all_facts, facts
from refsite.nodes import el, element, table
from refsite.provenance import binds_text, gap_nodes, said_nodes
from refsite.tables import dated_text, fields, references

#: Of an entry that begins after the date on which its fact was last checked.
TO_COME = "still to come"
#: A table with more fields is counted, not printed: it has a page of its own.
_MANY = 12


class Event(NamedTuple):
    """On ``day`` the entry begins; if ``day`` is not its start, from then on it is no longer known to hold."""

    day: date
    fact: Fact
    entry: Entry
    before: Entry | None

    @property
    def to_come(self) -> bool:
        """Whether the entry begins after the date on which the fact was last checked."""
        return self.day == self.entry.start and self.entry in coming(self.fact)


class Changes(CheckedDirective):
    """Entries that took effect since a date, newest first, of the facts listed, and from when one is no longer known.

    A section for each date, or with ``flat`` one table. ``by-document``: instead the entries of all facts but those
    listed whose date is that of a document or of a claim edit. ``to-come``: of all facts the entries that begin after
    their last check, soonest first; no other list holds them.
    """

    required_arguments = 1
    has_content = True
    option_spec = dict.fromkeys(("by-document", "flat", "to-come"), directives.flag)

    def render(self) -> list[nodes.Node]:
        """Statement, value with the one before it, date, source."""
        base, since, to_come = all_facts(self.env), as_date(self.arguments[0]), "to-come" in self.options
        found = [event for name in self._chosen(base) for event in events(base.get(name), since, base.checked_until)]
        kept = [event for event in found if event.to_come == to_come and self._wanted(event)]
        kept.sort(key=_day, reverse=not to_come)
        if not kept and to_come:
            return [nodes.paragraph("", f"Nothing, as of {date_text(base.checked_until)}.")]
        if "flat" in self.options:
            return [self._table(kept)]
        return [
            nodes.section("", nodes.title("", date_text(day)), self._table(list(group)), ids=[f"on-{day}"])
            for day, group in groupby(kept, _day)
        ]

    def _chosen(self, base: FactBase) -> list[str]:
        chosen = [ref.id for line in self.content if line.strip() for ref in references(base, line)]
        if "by-document" in self.options:
            chosen = [name for name in base.facts if name not in chosen]
        elif "to-come" in self.options:
            chosen = list(base.facts)
        facts(self.env, *chosen)
        return chosen

    def _wanted(self, event: Event) -> bool:
        by_document = event.day == event.entry.start and not event.entry.takes_effect
        return by_document == ("by-document" in self.options)

    def _table(self, events: list[Event]) -> nodes.table:
        return table("facts", ["Statement", "Value", "Date", "Source"], [self._row(each) for each in events])

    def _row(self, event: Event) -> list[list[nodes.Node]]:
        day, fact, entry, before = event
        value = value_nodes(fact, entry)
        if day != entry.start:
            value = [*gap_nodes(self.env, fact.gap), note("until then: ", *value)]
        elif before:
            value += _before(fact, before, entry)
        if day == entry.start and entry.note and "flat" not in self.options:
            value.append(note(entry.note))
        source = said_nodes(self.env, FactSaid(Reference(fact.id, on=entry.start), fact, entry, "", ""), on_row=True)
        when = dated_text(entry) if day == entry.start else f"from {date_text(day)}"
        return [label_nodes(all_facts(self.env), fact), value, [nodes.Text(when)], source]


def _day(event: Event) -> date:
    return event.day


def events(fact: Fact, since: date, checked: date) -> Iterator[Event]:
    """What happens to a fact from a date on; that it is no longer known counts only up to the last check."""
    for index, entry in enumerate(fact.history):
        if entry.dated and entry.start >= since:
            yield Event(entry.start, fact, entry, fact.history[index - 1] if index else None)
        following = [entry_after.start for entry_after in fact.history[index + 1 : index + 2]]
        gone = entry.known_until + timedelta(days=1) if entry.known_until else None
        if gone and gone not in following and since <= gone <= checked:
            yield Event(gone, fact, entry, None)


def _before(fact: Fact, before: Entry, entry: Entry) -> list[nodes.Node]:
    """What held before; of a table only the fields that changed."""
    if before.value == entry.value and before.ended == entry.ended:
        return [note("as before")]
    old, new = before.value, entry.value
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        old = {name: value for name, value in old.items() if new.get(name) != value}
    text = "ended" if before.ended else value_text(old, fact.unit)
    return [note(f"before: {text}")] if text else []


def label_nodes(base: FactBase, fact: Fact) -> list[nodes.Node]:
    """The label of a fact, and whom it binds."""
    return [nodes.Text(fact.label), *([el("span", "binds", binds_text(base, fact.binds))] if fact.binds else [])]


def value_nodes(fact: Fact, entry: Entry) -> list[nodes.Node]:
    """The value of an entry; a long table is only counted."""
    if entry.ended:
        return [nodes.Text("ended")]
    if not isinstance(entry.value, Mapping):
        return [nodes.Text(value_text(entry.value, fact.unit))]
    return [nodes.Text(f"{len(entry.value)} entries")] if len(pairs(entry.value)) > _MANY else fields(entry)


def note(*content: nodes.Node | str) -> element:
    """A smaller line under a value."""
    return el("span", "fact-note", *content)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("changes", Changes)
