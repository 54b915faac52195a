"""Directives that follow dates: ``changes`` (what changed, newest first) and ``periods`` (what holds from when to when)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.facts import Answer, Entry, Fact, FactError, as_date, packaged
from refsite.checked import CheckedDirective
from refsite.domain import facts
from refsite.nodes import el, element, table
from refsite.provenance import binds_text, fact_nodes, gap_nodes
from refsite.reference import Reference, parse_reference, shown
from refsite.tables import fields
from refsite.values import date_text, since_text, value_text

#: A table with more fields is counted, not printed: it has a page of its own.
_MANY = 12
#: The view of an OPPS status that says what it means for JW and JZ.
_JW_JZ = "jw-jz"
_DAY = timedelta(days=1)


class Event(NamedTuple):
    """On ``day`` the entry begins; if ``day`` is not its start, it is no longer known to hold."""

    day: date
    fact: Fact
    entry: Entry
    before: Entry | None


class Period(NamedTuple):
    """One date of the period, one of the period before it, and the words for the period."""

    on: date
    earlier: date | None
    title: str


class Changes(CheckedDirective):
    """Dated entries since a date, newest first, of the facts listed, and from when one of them is no longer known.

    With ``rest``: of all other facts, but those under the prefixes listed and those on a list earlier on the page.
    """

    required_arguments, has_content = 1, True
    option_spec = {"rest": directives.flag}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """Date, statement, value with the one before it, source."""
        rest, lines = "rest" in self.options, [line.strip() for line in self.content if line.strip()]
        listed: set[str] = self.env.temp_data.setdefault("refsite_changes", set())
        chosen = [ref.id for line in lines for ref in _references(line)]
        if rest:
            chosen = [name for name in packaged().facts if name not in listed and name not in chosen]
        listed.update(chosen)
        base, since = facts(self.env, *chosen), as_date(self.arguments[0])
        events = [each for name in chosen for each in _events(base.get(name), since)]
        shown_ones = [each for each in events if not rest or each.day == each.entry.start]
        rows = [self._row(each) for each in sorted(shown_ones, key=lambda each: each.day, reverse=True)]
        return [table("changes", ["From", "What", "What holds", "Source"], rows)]

    def _row(self, event: Event) -> list[list[nodes.Node]]:
        day, fact, entry, before = event
        value = _value(fact, entry)
        if day != entry.start:
            value = [*gap_nodes(self.env, fact.gap), _note("until then: ", *value)]
        elif before:
            value.append(_note("before: ", *_value(fact, before)) if before.value != entry.value else _note("as before"))
        value += _notes(entry) if day == entry.start else []
        source = fact_nodes(self.env, Reference(fact.id, on=None if entry.ended else entry.start), on_row=True)
        return [[nodes.Text(date_text(day))], _label(fact), value, source]


class Periods(CheckedDirective):
    """What holds between the dates, from one on, at which a listed fact changes or ceases to be known, newest first.

    A line is a reference; ``= head`` puts it into the overview. Facts under the prefixes of ``while-known`` are left
    out where they are not known.
    """

    required_arguments, has_content = 1, True
    option_spec = {"while-known": directives.unchanged}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """An overview, then a section for each period."""
        lines = [line.partition("=") for line in self.content if line.strip()]
        refs = [(ref, head.strip()) for text, _, head in lines for ref in _references(text.strip())]
        base, first = facts(self.env, *(ref.id for ref, _ in refs)), as_date(self.arguments[0])
        periods = _periods({each.day for ref, _ in refs for each in _events(base.get(ref.id), first)})
        columns = [(ref, head) for ref, head in refs if head]
        rows = [[_link(each), *(self._value(ref, each.on) for ref, _ in columns)] for each in periods]
        made: list[nodes.Node] = [table("periods", ["Date of service", *(head for _, head in columns)], rows)]
        for each in periods:
            body = [row for ref, _ in refs if (row := self._row(ref, each))]
            section = nodes.section("", nodes.title("", each.title), ids=[_anchor(each)])
            section += table("facts", ["Statement", "Value", "Since", "Source"], body)
            made.append(section)
        return made

    def _row(self, ref: Reference, period: Period) -> list[list[nodes.Node]] | None:
        answer, fading = _at(ref, period.on), tuple(self.options.get("while-known", "").split())
        if answer is None or (not answer.known and ref.id.startswith(fading)):
            return None
        entry, was = answer.entry, _at(ref, period.earlier) if period.earlier else None
        news = el("span", "badge badge-info", "changed")
        label = [*_label(answer.fact), *([news] if period.earlier and _state(was) != _state(answer) else [])]
        until = f" to {date_text(entry.known_until)}" if entry.known_until else ""
        source = fact_nodes(self.env, Reference(ref.id, on=entry.start), on_row=True)
        value = self._value(ref, period.on) if not answer.known else [nodes.Text(_text(ref, answer.fact, entry)), *_notes(entry)]
        return [label, value, [nodes.Text(since_text(entry) + until)], source]

    def _value(self, ref: Reference, on: date) -> list[nodes.Node]:
        answer = _at(ref, on)
        if answer is None:
            return [nodes.Text("does not apply")]
        if not answer.known:
            return gap_nodes(self.env, answer.fact.gap)
        return fact_nodes(self.env, Reference(ref.id, on=on), _text(ref, answer.fact, answer.entry))


def _references(line: str) -> Iterator[Reference]:
    if line.endswith(".*"):
        yield from (Reference(fact.id) for fact in packaged().under(line.removesuffix(".*")))
    else:
        yield parse_reference(line)


def _events(fact: Fact, since: date) -> Iterator[Event]:
    for index, entry in enumerate(fact.history):
        if entry.dated and entry.start >= since:
            yield Event(entry.start, fact, entry, fact.history[index - 1] if index else None)
        following = [each.start for each in fact.history[index + 1 : index + 2]]
        gone = entry.known_until + _DAY if entry.known_until else None
        # What is not known after the last check is no event yet.
        if gone and gone not in following and since <= gone <= packaged().checked_until:
            yield Event(gone, fact, entry, None)


def _periods(days: Iterable[date]) -> list[Period]:
    turns = sorted(days)
    titles = [f"From {date_text(turns[-1])}"]
    ...
