"""Directives that follow dates: ``changes`` (what changed, newest first) and ``periods`` (what holds from when to when)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.facts import Answer, Entry, Fact, FactError, as_date, packaged
from refsite.checked import CheckedDirective
from refsite.domain import facts
from refsite.nodes import el, table
from refsite.provenance import binds_text, fact_nodes, gap_nodes
from refsite.reference import Reference, parse_reference, shown
from refsite.tables import fields
from refsite.values import date_text, since_text, value_text

#: A table with more fields is counted, not printed: it has a page of its own.
_MANY = 12
_DAY = timedelta(days=1)


class Event(NamedTuple):
    """An entry begins on this day, or (``gone``) it is no longer known to hold."""

    day: date
    fact: Fact
    entry: Entry
    before: Entry | None = None
    gone: bool = False


class Period(NamedTuple):
    """Dates between two changes: one date of them, one of the period before, and the words for all of them."""

    on: date
    earlier: date | None
    title: str


class Changes(CheckedDirective):
    """Dated entries since a date, newest first, of the facts listed, and from when one of them is no longer known.

    With ``rest``: of all other facts, but those under the prefixes listed and those on a list earlier on the page.
    """

    required_arguments = 1
    has_content = True
    option_spec = {"rest": directives.flag}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """Date, statement, value with the one before it, source."""
        since, rest, base = as_date(self.arguments[0]), "rest" in self.options, packaged()
        listed: set[str] = self.env.temp_data.setdefault("refsite_changes", set())
        lines = [line.strip() for line in self.content if line.strip()]
        if rest:
            left_out = tuple(f"{line}." for line in lines)
            chosen = [f for f in base.facts.values() if f.id not in listed and not f.id.startswith(left_out)]
        else:
            chosen = [base.get(ref.id) for line in lines for ref in _references(line)]
            listed.update(fact.id for fact in chosen)
        facts(self.env, *(fact.id for fact in chosen))
        found = [each for fact in chosen for each in _events(fact, since) if not (rest and each.gone)]
        found.sort(key=lambda each: each.day, reverse=True)
        return [table("changes", ["From", "What", "What holds", "Source"], [self._row(each) for each in found])]

    def _row(self, event: Event) -> list[list[nodes.Node]]:
        fact, entry = event.fact, event.entry
        if event.gone:
            now = [*gap_nodes(self.env, fact.gap), _note(f"until then: {_text(fact, entry)}")]
        else:
            now = _value(fact, entry)
            now += [_note(_before(fact, event.before, entry))] if event.before else []
            now += [_note(entry.note)] if entry.note else []
        source = fact_nodes(self.env, Reference(fact.id, on=None if entry.ended else entry.start), on_row=True)
        return [[nodes.Text(date_text(event.day))], _label(fact), now, source]


class Periods(CheckedDirective):
    """What holds between the dates, from one on, at which a listed fact changes or ceases to be known.

    A line is a reference; ``= head`` puts it into the overview. ``while-known``: prefixes of facts that are left out
    where they are not known.
    """

    required_arguments = 1
    has_content = True
    option_spec = {"while-known": directives.unchanged}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """An overview, then a section for each period, newest first."""
        lines = [line.partition("=") for line in self.content if line.strip()]
        refs = [(ref, head.strip()) for text, _, head in lines for ref in _references(text.strip())]
        base = facts(self.env, *(ref.id for ref, _ in refs))
        first = as_date(self.arguments[0])
        periods = _periods({each.day for ref, _ in refs for each in _events(base.get(ref.id), first)})
        columns = [(ref, head) for ref, head in refs if head]
        rows = [[_link(each), *(self._cell(ref, each.on) for ref, _ in columns)] for each in periods]
        made: list[nodes.Node] = [table("periods", ["Date of service", *(head for _, head in columns)], rows)]
        for each in periods:
            body = [row for ref, _ in refs if (row := self._row(ref, each))]
            section = nodes.section("", nodes.title("", each.title), ids=[f"on-{each.on}"])
            section += table("facts", ["Statement", "Value", "Since", "Source"], body)
            made.append(section)
        return made

    def _cell(self, ref: Reference, on: date) -> list[nodes.Node]:
        answer = _at(ref, on)
        if answer is None:
            return [nodes.Text("does not apply")]
        if not answer.known:
            return gap_nodes(self.env, answer.fact.gap)
        return fact_nodes(self.env, Reference(ref.id, on=on), _shown(ref, answer))

    def _row(self, ref: Reference, period: Period) -> list[list[nodes.Node]] | None:
        answer = _at(ref, period.on)
        fading = tuple(self.options.get("while-known", "").split())
        if answer is None or (not answer.known and fading and ref.id.startswith(fading)):
            return None
        entry, was = answer.entry, _at(ref, period.earlier) if period.earlier else None
        label = _label(answer.fact)
        if period.earlier and _state(was) != _state(answer):
            label.insert(1, el("span", "badge badge-info", "changed"))
        since: list[nodes.Node] = [nodes.Text(since_text(entry))]
        since += [nodes.Text(f" to {date_text(entry.known_until)}")] if entry.known_until else []
        source = fact_nodes(self.env, Reference(ref.id, on=entry.start), on_row=True)
        if not answer.known:
            return [label, gap_nodes(self.env, answer.fact.gap), since, source]
        value: list[nodes.Node] = [nodes.Text(_shown(ref, answer))]
        return [label, [*value, *([_note(entry.note)] if entry.note else [])], since, source]


def _references(line: str) -> Iterator[Reference]:
    if line.endswith(".*"):
        yield from (Reference(fact.id) for fact in packaged().under(line.removesuffix(".*")))
    else:
        yield parse_reference(line)


def _events(fact: Fact, since: date) -> Iterator[Event]:
    """What happens to a fact from a date on; that it is no longer known counts only up to the last check."""
    for index, entry in enumerate(fact.history):
        if entry.dated and entry.start >= since:
            yield Event(entry.start, fact, entry, fact.history[index - 1] if index else None)
        following = fact.history[index + 1].start if index + 1 < len(fact.history) else None
        gone = entry.known_until + _DAY if entry.known_until else None
        if gone and gone != following and since <= gone <= packaged().checked_until:
            yield Event(gone, fact, entry, gone=True)
