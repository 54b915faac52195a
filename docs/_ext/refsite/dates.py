"""The directive ``periods``: what holds on a date of service, from each change of a fact to the next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.facts import Answer, FactError, as_date, packaged
from refsite.changes import events, label_nodes, note, references, value_nodes
from refsite.checked import CheckedDirective
from refsite.domain import facts
from refsite.nodes import el, table
from refsite.provenance import fact_nodes, gap_nodes
from refsite.reference import Reference, shown
from refsite.values import date_text, since_text

_DAY = timedelta(days=1)
#: The view of an OPPS status that says what follows from it for JW and JZ.
JW_JZ = "jw-jz"


class Period(NamedTuple):
    """One date of the period, one of the period before it, and the words for the period."""

    on: date
    earlier: date | None
    title: str


class Periods(CheckedDirective):
    """What holds between the dates, from one on, at which a listed fact changes or ceases to be known, newest first.

    A line is a reference or ``prefix.*``; ``= head`` puts it into the overview. Facts under the prefixes of
    ``while-known`` are left out where they are not known.
    """

    required_arguments = 1
    has_content = True
    option_spec = {"while-known": directives.unchanged}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """An overview, then a section for each period."""
        lines = [line.partition("=") for line in self.content if line.strip()]
        refs = [(ref, head.strip()) for text, _, head in lines for ref in references(text)]
        base, first = facts(self.env, *(ref.id for ref, _ in refs)), as_date(self.arguments[0])
        found = periods({each.day for ref, _ in refs for each in events(base.get(ref.id), first)})
        columns = [(ref, head) for ref, head in refs if head]
        rows = [[_link(each), *(self._value(ref, each.on) for ref, _ in columns)] for each in found]
        made: list[nodes.Node] = [table("periods", ["Date of service", *(head for _, head in columns)], rows)]
        for each in found:
            body = [row for ref, _ in refs if ref.view != JW_JZ and (row := self._row(ref, each))]
            section = nodes.section("", nodes.title("", each.title), ids=[f"on-{each.on}"])
            section += table("facts", ["Statement", "Value", "Since", "Source"], body)
            made.append(section)
        return made

    def _value(self, ref: Reference, on: date) -> list[nodes.Node]:
        answer = at(ref, on)
        if answer is None:
            return [nodes.Text("no value")]
        if not answer.known:
            return gap_nodes(self.env, answer.fact.gap)
        return fact_nodes(self.env, Reference(ref.id, on=on), _text(ref, answer))

    def _row(self, ref: Reference, period: Period) -> list[list[nodes.Node]] | None:
        answer, fading = at(ref, period.on), tuple(self.options.get("while-known", "").split())
        if answer is None or (not answer.known and ref.id.startswith(fading)):
            return None
        entry, was = answer.entry, at(ref, period.earlier) if period.earlier else None
        label = label_nodes(answer.fact)
        if period.earlier and (was is None or (was.entry, was.known) != (entry, answer.known)):
            label.insert(1, el("span", "badge badge-info", "changed"))
        since = since_text(entry) + (f" to {date_text(entry.known_until)}" if entry.known_until else "")
        value = gap_nodes(self.env, answer.fact.gap)  if not answer.known else ...
        source = fact_nodes(self.env, Reference(ref.id, on=entry.start), on_row=True)
        return [label, value, [nodes.Text(since)], source]
