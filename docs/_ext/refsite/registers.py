"""Directives that print all there is: ``fact-history``, ``fact-register``, ``sources-list``, ``gaps-list``."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from j1553ref.facts import Document, Entry, Fact, Gap
from j1553ref.facts.reference import coming
from j1553ref.facts.wording import cite, date_text, dating, value_text
from refsite.changes import TO_COME
from refsite.checked import CheckedDirective
from refsite.domain import all_facts, domain_of, facts, known, link
from refsite.nodes import el, element
from refsite.provenance import binds_text, gap_rows, grade
from refsite.tables import fields

logger = logging.getLogger(__name__)
_ACRONYMS = {
    "bcbs": "BCBS",
    "ndc": "NDC",
    "opps": "OPPS",
    "related opps": "Related codes: OPPS",
    "related": "Related codes",
}


#: The page to which the words "not found" lead.
GAPS_PAGE = "reference/not-known"


class FactHistory(CheckedDirective):
    """Every dated entry of one fact, newest first."""

    required_arguments = 1

    def render(self) -> list[nodes.Node]:
        """The entries."""
        fact = facts(self.env, self.arguments[0]).get(self.arguments[0])
        domain_of(self.env).use("fact", fact.id)
        return [el("div", "history", *(_dated(self.env, fact, entry) for entry in reversed(fact.history)))]


class FactRegister(CheckedDirective):
    """The entry of every fact: the place that each card links to."""

    def render(self) -> list[nodes.Node]:
        """A section for each first word of the ids."""
        base = facts(self.env, *all_facts(self.env).facts)
        made: list[nodes.Node] = []
        for head, group in groupby(sorted(base.facts.values(), key=_head), _head):
            name = head.replace("_", " ")
            section = nodes.section("", nodes.title("", _ACRONYMS.get(name, name.capitalize())), ids=[f"facts-{head}"])
            section += [self._entry(fact) for fact in group]
            made.append(section)
        return made

    def _entry(self, fact: Fact) -> element:
        domain_of(self.env).define("fact", fact.id, fact.id, self.get_location())
        whom = [el("span", "binds", f"Binds {binds_text(all_facts(self.env), fact.binds)}")] if fact.binds else []
        head = el("p", "entry-head", el("strong", "", fact.label), " ", el("code", "", fact.id), " ", *whom)
        dated = [_dated(self.env, fact, entry) for entry in reversed(fact.history)]
        return el("div", "entry", head, el("div", "history", *dated), id=fact.id)


class SourcesList(CheckedDirective):
    """The bibliography."""

    def render(self) -> list[nodes.Node]:
        """One entry for each document, by publisher and title."""
        documents = facts(self.env).documents.values()
        return [
            self._entry(document) for document in sorted(documents, key=lambda d: (d.publisher.casefold(), d.title))
        ]

    def _entry(self, document: Document) -> element:
        anchor = f"source-{document.id}"
        domain_of(self.env).define("source", document.id, anchor, self.get_location())
        own = f"Dated {document.own_date}" if document.own_date else "Undated"
        seen = el("p", "entry-meta", f"{own}; seen {date_text(document.seen)}; ", grade(document.grade))
        url = document.url
        where = (
            el("a", "external", url, href=url)
            if url
            else el("span", "", f"To find it: {document.find or cite(document)}")
        )
        note = [el("p", "entry-note", document.note)] if document.note else []
        head = el("p", "entry-head", el("strong", "", cite(document)), " ", el("code", "", document.id))
        return el("div", "entry", head, seen, el("p", "entry-url", where), *note, id=anchor)


class GapsList(CheckedDirective):
    """What is not known: the ids that are listed, or all. On the page ``GAPS_PAGE`` each gap has its entry."""

    has_content = True

    def render(self) -> list[nodes.Node]:
        """What was looked for, why it matters, where to look, what to ask, what would change."""
        gaps = facts(self.env).gaps
        chosen = [line.strip() for line in self.content if line.strip()]
        domain_of(self.env).use("gap", *chosen)
        return [self._entry(known("gap", name, gaps)) for name in chosen or gaps]

    def _entry(self, gap: Gap) -> element:
        words = [node for key, text in gap_rows(gap) for node in (el("dt", "", key), el("dd", "", *text))]
        made = el("div", "entry", el("p", "entry-head", el("strong", "", gap.label)), el("dl", "rows", *words))
        if self.env.docname == GAPS_PAGE:
            made["ids"] = [f"gap-{gap.id}"]
            domain_of(self.env).define("gap", gap.id, f"gap-{gap.id}", self.get_location())
        return made


def check_complete(app: Sphinx, env: BuildEnvironment) -> None:
    """Each gap needs its entry, used or not: what is not known is part of the answer."""
    listed = {name for kind, name in domain_of(env).data["objects"] if kind == "gap"}
    for name in sorted(all_facts(env).gaps.keys() - listed):
        logger.warning("gap %s is not listed on the page", name, location=GAPS_PAGE)


def _head(fact: Fact) -> str:
    return fact.id.partition(".")[0]


def _dated(env: BuildEnvironment, fact: Fact, entry: Entry) -> element:
    documents = all_facts(env).documents
    when = [" ".join(dating(entry)), *([TO_COME] if entry in coming(fact) else [])]
    when += [f"known until {date_text(entry.known_until)}"] if entry.known_until else []
    if entry.ended:
        value: list[nodes.Node] = [nodes.Text("ended")]
    elif isinstance(entry.value, Mapping):
        value = fields(entry)
    else:
        value = [nodes.Text(value_text(entry.value, fact.unit))]
    body: list[nodes.Node] = [el("p", "value", *value)]
    if entry.note:
        body.append(el("p", "entry-note", entry.note))
    for source in entry.sources:
        document = link("source", source.id, cite(known("source", source.id, documents)), env.docname)
        body.append(el("p", "entry-meta", document, f"; {source.locator}; ", el("b", "", source.grade)))
    body.append(el("p", "entry-meta", f"Checked {date_text(entry.checked)}"))
    return el("div", "dated", el("div", "when", *(el("p", "", text) for text in when)), el("div", "", *body))


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.connect("env-check-consistency", check_complete)
    app.add_directive("fact-history", FactHistory)
    app.add_directive("fact-register", FactRegister)
    app.add_directive("sources-list", SourcesList)
    app.add_directive("gaps-list", GapsList)
