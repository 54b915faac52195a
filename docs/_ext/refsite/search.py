"""The index of the search: every section with its text, each page's kind, and the words that people use for it.

``docs/_static/finder.js`` ranks. The words and where they lead are in ``docs/search.toml``; a lead that is gone stops the build.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from refsite.nav import menus
from refsite.nodes import element

INDEX = "search-index.json"
WORDS = "search.toml"
#: Code and its output would drown the words; what is on demand is on pages of its own.
_SKIPPED = (nodes.literal_block, nodes.doctest_block, nodes.raw, nodes.comment, nodes.title, addnodes.toctree)
#: Cards on demand, and lists that say what other pages say.
_UNSEEN = {"no-search", "worked", "rows", "computed"}
#: Our elements that are part of a line, and those that a line or a margin sets apart.
_WITHIN = {"span", "b", "strong", "a", "code", "button", "sup"}
_APART = {"badge", "binds", "fact-note", "field", "case-topics"}
_KINDS = {"payers": "payer", "examples": "case", "rules": "rule", "training": "class", "check": "software"}


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the sections of a page, as they were read; of a brief one only its title, of an orphan nothing."""
    meta = app.env.metadata[app.env.docname]
    if "orphan" not in meta:
        found = [(ids, head, " ".join(_text(node).split())) for node, ids, head in _parts(doctree)]
        _held(app.env)[app.env.docname] = [(*found[0][:2], "")] if meta.get("nosearch") or _brief(app) else found


def _brief(app: Sphinx) -> bool:
    return any(fnmatch(app.env.docname, name) for name in words(Path(app.srcdir))["titles_only"])


@cache
def words(folder: Path) -> dict[str, Any]:
    """The words and lists of ``search.toml``."""
    return tomllib.loads((folder / WORDS).read_text(encoding="utf-8"))


def _parts(doctree: nodes.document) -> Iterator[tuple[nodes.Element, str, str]]:
    """Each section, and each entry of a register, with its id (none for the page itself) and its heading."""
    for node in doctree.findall(lambda node: isinstance(node, nodes.section) or _is_entry(node)):
        assert isinstance(node, nodes.Element)
        top = isinstance(node.parent, nodes.document)
        head = node.next_node(nodes.title) if isinstance(node, nodes.section) else node.children[0]
        yield node, "" if top else node["ids"][0], " ".join(_text(head).split()) if head is not None else ""


def _is_entry(node: nodes.Node) -> bool:
    return isinstance(node, element) and "entry" in node["classes"] and bool(node["ids"])


def _text(node: nodes.Node) -> str:
    """What a reader sees of a node without its inner sections."""
    if isinstance(node, nodes.Text):
        return node.astext()
    inner = [
        _text(child)
        for child in node.children
        if not isinstance(child, (nodes.section, *_SKIPPED))
        and not _is_entry(child)
        and not (isinstance(child, nodes.Element) and _UNSEEN & set(child["classes"]))
    ]
    block = isinstance(node, element) and node["tag"] not in _WITHIN
    inline = isinstance(node, (nodes.Inline, nodes.paragraph, nodes.title, nodes.term)) and not block
    apart = isinstance(node, element) and _APART & set(node["classes"])
    return (" " if apart else "") + ("".join(inner) if inline else " ".join(inner))


def _held(env: BuildEnvironment) -> dict[str, list[tuple[str, str, str]]]:
    if not hasattr(env, "refsite_search"):
        env.refsite_search = {}  # type: ignore[attr-defined]
    held: dict[str, list[tuple[str, str, str]]] = env.refsite_search
    return held


def purge(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Forget a page that is read again."""
    _held(env).pop(page, None)


def merge(app: Sphinx, env: BuildEnvironment, pages: set[str], other: BuildEnvironment) -> None:
    """Take over what a parallel reader collected."""
    _held(env).update({page: _held(other)[page] for page in pages if page in _held(other)})


def write(app: Sphinx, error: Exception | None) -> None:
    """Write the index into the site."""
    if error or app.builder.format != "html":
        return
    held, places = _held(app.env), menus(app).places
    said = words(Path(app.srcdir))
    tools = set(said["tools"])
    pages: list[dict[str, str]] = []
    parts: list[dict[str, Any]] = []
    at: dict[tuple[str, str], dict[str, Any]] = {}
    for name in sorted(held):
        kind = (
            "tool" if name in tools else "list" if name in said["lists"] else _KINDS.get(name.partition("/")[0], "page")
        )
        for anchor, head, text in held[name]:
            at[name, anchor] = {"page": len(pages), "part": len(parts), "anchor": anchor}
            parts.append({"page": len(pages), "anchor": anchor, "head": head, "text": text})
        pages.append(
            {
                "address": app.builder.get_target_uri(name),
                "title": app.env.titles[name].astext(),
                "label": places[name][1][-1].label if name in places else "",
                "about": str(app.env.metadata[name].get("description", "")),
                "kind": kind,
            }
        )
    lost = [lead for term in said["term"] for lead in term["pages"] if tuple(f"{lead}#".split("#")[:2]) not in at]
    if lost or not tools <= held.keys():
        raise ExtensionError(f"{WORDS} leads to what is not there: {', '.join([*lost, *sorted(tools - held.keys())])}")
    terms = [
        {
            "words": term["words"],
            "leads": [at[lead.partition("#")[0], lead.partition("#")[2]] for lead in term["pages"]],
            **{key: term[key] for key in ("note", "weight") if key in term},
        }
        for term in said["term"]
    ]
    made = {"pages": pages, "parts": parts, "terms": terms}
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    (Path(app.outdir) / INDEX).write_text(text, encoding="utf-8")


def no_index_of_sphinx(app: Sphinx) -> None:
    """Sphinx would make its own index of every page, and scripts for it."""
    if app.builder.format == "html":
        app.builder.search = False  # type: ignore[attr-defined]


def setup(app: Sphinx) -> None:
    """Collect while pages are read, write at the end."""
    app.connect("builder-inited", no_index_of_sphinx)
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("build-finished", write)
    app.connect("html-collect-pages", lambda app: [("search", {}, "search.html")])
