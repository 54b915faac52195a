"""The directive ``facts``: a table of statements with value, date and source."""

from __future__ import annotations

from collections.abc import Mapping

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.facts import Entry, FactBase, FactError
from j1553ref.facts.reference import Reference, parse_reference, resolved
from j1553ref.facts.wording import date_text, pairs, since_text
from refsite.checked import CheckedDirective
from refsite.domain import all_facts, facts
from refsite.nodes import el, table
from refsite.provenance import binds_text, gap_nodes, said_nodes

#: Values up to this length stay on one line.
_SHORT = 20


class Facts(CheckedDirective):
    """A table of facts, one reference a line: ``id``, ``id[field]``, ``id@date``, or ``prefix.*``."""

    has_content = True
    option_spec = {"head": directives.unchanged}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """Label, value, date, source."""
        refs = [ref for line in self.content if line.strip() for ref in references(all_facts(self.env), line)]
        if not refs:
            raise FactError("facts: expected an id, or prefix.*, on each line")
        heads = [self.options.get("head", "Statement"), "Value", "Date", "Source"]
        return [table("facts", heads, [self._row(ref) for ref in refs])]

    def _row(self, ref: Reference) -> list[list[nodes.Node]]:
        base = facts(self.env, ref.id)
        found = resolved(base, ref)
        fact, entry = found.fact, found.entry
        since: list[nodes.Node] = [nodes.Text(dated_text(entry))]
        if entry.known_until and fact.gap:
            since += [nodes.Text("; later: "), *gap_nodes(self.env, fact.gap)]
        label: list[nodes.Node] = [nodes.Text(fact.label)]
        label += [el("span", "binds", binds_text(base, fact.binds))] if fact.binds else []
        whole = isinstance(entry.value, Mapping) and not ref.field and not ref.view and not entry.ended
        value: list[nodes.Node] = fields(entry) if whole else [nodes.Text(found.text)]
        if found.announced:
            value.append(el("span", "fact-note", found.announced))
        if entry.note:
            value.append(el("span", "fact-note", entry.note))
        return [label, value, since, said_nodes(self.env, found, on_row=True)]


def dated_text(entry: Entry) -> str:
    """The date of an entry in the column of dates, and how long its value is known to hold."""
    until = f" to {date_text(entry.known_until)}" if entry.known_until else ""
    return ("from " if entry.takes_effect else "") + since_text(entry) + until


def fields(entry: Entry) -> list[nodes.Node]:
    """The fields of a table-valued entry, one below the other."""
    made: list[nodes.Node] = []
    for name, text in pairs(entry.value):
        value = el("span", "short" if len(text) <= _SHORT else "", text)
        made.append(
            el("span", "field", el("span", "field-name", name), " ", value) if name else el("span", "field", value)
        )
    return made


def references(base: FactBase, line: str) -> list[Reference]:
    """The references of a line: one, or ``prefix.*``; raises FactError where nothing begins with the prefix."""
    text = line.strip()
    if not text.endswith(".*"):
        return [parse_reference(text)]
    found = [Reference(fact.id) for fact in base.under(text.removesuffix(".*"))]
    if not found:
        raise FactError(f"{text}: no fact begins with this")
    return found


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("facts", Facts)
