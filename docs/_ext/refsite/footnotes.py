"""The numbered list of sources at the foot of each page, and the numbers that point to it in print."""

from __future__ import annotations

import re
from typing import Any, cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from j1553ref.facts import Document, SourceRef
from j1553ref.facts.wording import cite
from refsite.domain import domain_of, facts, link
from refsite.nodes import el, element

_BEFORE = re.compile(r"[(\[“‘\"']+$")
_AFTER = re.compile(r"[.,;:!?)\]”’\"']+")


def numbers(env: BuildEnvironment, sources: tuple[SourceRef, ...]) -> list[int]:
    """The numbers of these sources on the page being read, in the order of their first use."""
    seen = _seen(env)
    domain_of(env).use("source", *(source.id for source in sources))
    return sorted({seen.setdefault(source.id, len(seen) + 1) for source in sources})


def _seen(env: BuildEnvironment) -> dict[str, int]:
    found: Any = env.temp_data.setdefault("refsite_sources", {})
    return cast("dict[str, int]", found)


def add_page_sources(app: Sphinx, doctree: nodes.document) -> None:
    """Put the numbered list of the page's sources at its foot."""
    env = app.env
    seen = _seen(env)
    section = next(doctree.findall(nodes.section), None)
    if not seen or section is None:
        return
    documents = facts(env).documents
    items = [
        el("li", "", link("source", name, cite(documents[name]), env.docname), _dated(documents[name]))
        for name in sorted(seen, key=seen.__getitem__)
    ]
    count = f"{len(items)} document{'s' if len(items) > 1 else ''}"
    section += el(
        "details", "page-sources no-search", el("summary", "", f"Sources of this page: {count}"), el("ol", "", *items)
    )


def hold_punctuation(app: Sphinx, doctree: nodes.document) -> None:
    """Keep brackets and commas on the line of their value: a browser may break a line on either side of a button."""
    for node in list(doctree.findall(element)):
        if "fact" not in node["classes"] or (isinstance(node[0], element) and node[0]["tag"] != "button"):
            continue
        place, siblings = node.parent.index(node), node.parent.children
        before = siblings[place - 1] if place else None
        after = siblings[place + 1] if place + 1 < len(siblings) else None
        if isinstance(after, nodes.Text) and (found := _AFTER.match(after.astext())):
            node.parent[place + 1] = nodes.Text(after.astext()[found.end() :])
            node.append(nodes.Text(found[0]))
            node["classes"].append("nowrap")
        if isinstance(before, nodes.Text) and (found := _BEFORE.search(before.astext())):
            node.parent[place - 1] = nodes.Text(before.astext()[: found.start()])
            node.insert(0, nodes.Text(found[0]))
            node["classes"].append("nowrap")


def _dated(document: Document) -> str:
    return f", {document.own_date}" if document.own_date else ""


def setup(app: Sphinx) -> None:
    """Add the list when a page has been read."""
    app.connect("doctree-read", hold_punctuation)
    app.connect("doctree-read", add_page_sources)
