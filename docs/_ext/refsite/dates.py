"""Directives that follow dates: ``changes`` (what changed, newest first) and ``periods`` (what holds from when to when)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.facts import Entry, Fact, FactBase, as_date, packaged
from refsite.checked import CheckedDirective
from refsite.domain import facts
from refsite.nodes import el, table
from refsite.provenance import binds_text, fact_nodes, gap_nodes
from refsite.reference import Reference, parse_reference, shown
from refsite.tables import expand, fields
from refsite.values import date_text, pairs, since_text, value_text

#: A table with more fields is counted, not printed: it has a page of its own.
_MANY = 12
#: A view of OPPS status: what it means for JW and JZ.
_UB04 = "ub04"
_DAY = timedelta(days=1)


class Changes(CheckedDirective):
    """Dated entries since a date, newest first: of the facts listed, or with ``rest`` of all others, except those under
    the prefixes listed and those that an earlier list of the page has."""

    required_arguments = 1
    has_content = True
    option_spec = {"rest": directives.flag}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """Date, statement, value with the one before it, source."""
        base, since, rest = packaged(), as_date(self.arguments[0]), "rest" in self.options
        seen: set[str] = self.env.temp_data.setdefault("refsite_changes", set())
        lines = tuple(line.strip() for line in self.content if line.strip())
        if rest:
            chosen = [f for f in base.facts.values() if f.id not in seen and not f.id.startswith(lines)]
        else:
            chosen = [base.get(ref.id) for line in lines for ref in expand(line)]
            seen.update(fact.id for fact in chosen)
        facts(self.env, *(fact.id for fact in chosen))
        events = [each for fact in chosen for each in _events(fact, since, base.checked_until, lapses=not rest)]
        events.sort(key=lambda event: event[0], reverse=True)
        return [table("changes", ["From", "What", "What holds", "Source"], [self._row(*each) for each in events])]

    def _row(self, day: date, fact: Fact, entry: Entry, before: Entry | None) -> list[list[nodes.Node]]:
        source = fact_nodes(self.env, Reference(fact.id, on=None if entry.ended else entry.start), on_row=True)
        if day != entry.start:
            now = [*gap_nodes(self.env, fact.gap), _note(f"until then {_text(fact, entry)}")]
        else:
            now = _value(fact, entry)
            now += [_note(_before(fact, before, entry))] if before else []
            now += [_note(entry.note)] if entry.note else []
        return [[nodes.Text(date_text(day))], _label(fact), now, source]


class Periods(CheckedDirective):
    """What holds between the dates, from one on, at which a listed fact changes. A line is a reference; ``= head`` puts
    it into the overview. Facts under the prefixes of ``while-known`` are left out where they are not known."""

    required_arguments = 1
    has_content = True
    option_spec = {"while-known": directives.unchanged}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """An overview, then a section for each period, newest first."""
        lines = [line.partition("=") for line in self.content if line.strip()]
        rows = [(ref, head.strip()) for name, _, head in lines for ref in _with_view(name)]
        base = facts(self.env, *(ref.id for ref, _ in rows))
        first, found = as_date(self.arguments[0]), [base.get(ref.id) for ref, _ in rows]
        days = {day for fact in found for day, *_ in _events(fact, first, base.checked_until, lapses=True)}
        starts = [first - _DAY, *sorted(days), None]
        periods = list(pairwise(starts))[::-1]
        overview = [(ref, head) for ref, head in rows if head]
        heads = ["Date of service", *(head for _, head in overview)]
        cells = [[_link(*each, first), *(self._cell(ref, each[0]) for ref, _ in overview)] for each in periods]
        made: list[nodes.Node] = [table("periods", heads, cells)]
        for start, end in periods:
            earlier = next((one for one, two in periods if two == start), None)
            body = [row for ref, _ in rows if (row := self._row(ref, start, earlier))]
            section = nodes.section("", nodes.title("", _span(start, end, first)), ids=[_anchor(start)])
            section += table("facts", ["Statement", "Value", "Since", "Source"], body)
            made.append(section)
        return made

    def _cell(self, ref: Reference, on: date) -> list[nodes.Node]:
        base = packaged()
        fact = base.get(ref.id)
        entry = _entry(fact, on)
        if entry is None:
            return [nodes.Text("does not apply")]
        if _lapsed(entry, on):
            return gap_nodes(self.env, fact.gap)
        ...
