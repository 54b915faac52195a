"""Directives that print facts in bulk: ``facts``, ``fact-history``, ``fact-register``, ``sources-list``, ``gaps-list``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.facts import Entry, Fact, FactError, packaged
from refsite.checked import CheckedDirective
from refsite.domain import domain_of, facts, known, link
from refsite.nodes import el, element, table
from refsite.provenance import binds_text, cite, fact_nodes, gap_nodes, grade
from refsite.values import Reference, date_text, entry_for, pairs, parse_reference, shown, since_text, value_text

#: Values up to this length stay on one line.
_SHORT = 20


class Facts(CheckedDirective):
    """A table of facts, one reference a line: ``id``, ``id[field]``, ``id@date``, or ``prefix.*``."""

    has_content = True
    option_spec = {"head": directives.unchanged}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """Label, value, since, source."""
        refs = [ref for line in self.content if line.strip() for ref in _expand(line)]
        rows = [self._row(ref) for ref in refs]
        return [table("facts", [self.options.get("head", "Statement"), "Value", "Since", "Source"], rows)]

    def _row(self, ref: Reference) -> list[list[nodes.Node]]:
        base = facts(self.env, ref.id)
        fact = base.get(ref.id)
        entry = entry_for(fact, ref.on)
        since: list[nodes.Node] = [nodes.Text(since_text(entry))]
        if entry.known_until:
            since.append(nodes.Text(f" to {date_text(entry.known_until)}"))
            if fact.gap:
                since += [nodes.Text("; later: "), *gap_nodes(self.env, fact.gap)]
        label: list[nodes.Node] = [nodes.Text(fact.label)]
        if fact.binds:
            label.append(el("span", "binds", binds_text(fact.binds)))
        whole = isinstance(entry.value, Mapping) and not ref.field and not ref.view and not entry.ended
        value = _fields(entry) if whole else [nodes.Text(shown(base, fact, entry, ref))]
        if entry.note:
            value.append(el("span", "fact-note", entry.note))
        return [label, value, since, fact_nodes(self.env, ref, on_row=True)]


class FactHistory(CheckedDirective):
    """Every dated entry of one fact, oldest first."""

    required_arguments = 1

    def render(self) -> list[nodes.Node]:
        """The table of entries."""
        fact = facts(self.env, self.arguments[0]).get(self.arguments[0])
        domain_of(self.env).use("fact", fact.id)
        return [_history(fact, self.env.docname)]


class FactRegister(CheckedDirective):
    """The entry of every fact: the place that each card links to."""

    def render(self) -> list[nodes.Node]:
        """A section for each first word of the ids."""
        base = facts(self.env, *packaged().facts)
        made: list[nodes.Node] = []
        for head, group in groupby(sorted(base.facts.values(), key=lambda f: f.id.split(".")[0]), lambda f: f.id.split(".")[0]):
            section = nodes.section("", nodes.title("", head.replace("_", " ").capitalize()), ids=[f"facts-{head}"])
            section += [self._entry(fact) for fact in group]
            made.append(section)
        return made

    def _entry(self, fact: Fact) -> element:
        domain_of(self.env).define("fact", fact.id, fact.id, self.get_location())
        whom = [el("span", "binds", f"Binds: {binds_text(fact.binds)}")] if fact.binds else []
        head = el("p", "entry-head", el("strong", "", fact.label), el("code", "", fact.id), *whom)
        return el("div", "entry", head, _history(fact, self.env.docname), id=fact.id)


class SourcesList(CheckedDirective):
    """The bibliography."""

    def render(self) -> list[nodes.Node]:
        """One entry for each document."""
        made = []
        for document in sorted(facts(self.env).documents.values(), key=lambda d: (d.publisher.casefold(), d.title)):
            domain_of(self.env).define("source", document.id, f"source-{document.id}", self.get_location())
            own = f"dated {document.own_date}" if document.own_date else "undated"
            seen = el("p", "entry-meta", f"{own}; seen {date_text(document.seen)}; ", grade(document.grade))
            where = el("a", "external", document.url, href=document.url) if document.url else el("span", "", "address not recorded")
            note = [el("p", "entry-note", document.note)] if document.note else []
            head = el("p", "entry-head", el("strong", "", cite(document)), el("code", "", document.id))
            made.append(el("div", "entry", head, seen, el("p", "entry-url", where), *note, id=f"source-{document.id}"))
        return [el("div", "entries", *made)]


class GapsList(CheckedDirective):
    """What is not known, all of it or the ids that are listed."""

    has_content = True

    def render(self) -> list[nodes.Node]:
        """What was looked for, why it matters, where to confirm it."""
        gaps = facts(self.env).gaps
        made = []
        for name in [line.strip() for line in self.content if line.strip()] or list(gaps):
            gap = known("gap", name, gaps)
            domain_of(self.env).use("gap", name)
            rows = [("Looked for", gap.looked_for), ("Why it matters", gap.matters), ("Confirm in", gap.confirm)]
            words = [node for key, text in rows for node in (el("dt", "", key), el("dd", "", text))]
            here = {} if self.content else {"id": f"gap-{name}"}
            if not self.content:
                domain_of(self.env).define("gap", name, f"gap-{name}", self.get_location())
            made.append(el("div", "entry", el("p", "entry-head", el("strong", "", gap.label)), el("dl", "rows", *words), **here))
        return [el("div", "entries", *made)]


def _expand(line: str) -> Iterator[Reference]:
    text = line.strip()
    if not text.endswith(".*"):
        yield parse_reference(text)
        return
    found = [fact.id for fact in packaged().under(text.removesuffix(".*"))]
    if not found:
        raise FactError(f"{text}: no fact begins with this")
    yield from (Reference(name) for name in found)


def _fields(entry: Entry) -> list[nodes.Node]:
    return [
        el("span", "field", *([el("span", "field-name", name), " "] if name else []), el("span", _short(text), text))
        for name, text in pairs(entry.value)
    ]


def _short(text: str) -> str:
    return "short" if len(text) <= _SHORT else ""


def _history(fact: Fact, page: str) -> nodes.table:
    rows = []
    for entry in fact.history:
        until = f" (known until {date_text(entry.known_until)})" if entry.known_until else ""
        value = "ended" if entry.ended else value_text(entry.value, fact.unit)
        documents = packaged().documents
        cited: list[nodes.Node] = [
            el("span", "card-source", link("source", each.id, cite(known("source", each.id, documents)), page),
               el("span", "card-where", each.locator), grade(each.grade)) for each in entry.sources
        ]  # fmt: skip
        note = [el("span", "fact-note", entry.note)] if entry.note else []
        rows.append([[nodes.Text(since_text(entry) + until)], [nodes.Text(value), *note], cited, [nodes.Text(date_text(entry.checked))]])
    return table("history", ["Since", "Value", "Source", "Checked"], rows)


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("facts", Facts)
    app.add_directive("fact-history", FactHistory)
    app.add_directive("fact-register", FactRegister)
    app.add_directive("sources-list", SourcesList)
    app.add_directive("gaps-list", GapsList)
