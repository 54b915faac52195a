"""One docutils node for all our markup: an HTML element by name; other builders see only its content."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

#: Elements that have no end tag.
_EMPTY = ("input", "br", "img")
_BLOCKS = ("div", "dl", "dt", "dd", "p", "li", "h2", "h3", "summary")


class element(nodes.General, nodes.Inline, nodes.TextElement):  # noqa: N801 - docutils names nodes in lower case
    """An HTML element; ``tag`` and ``attrs`` are its attributes. Class ``no-search`` keeps it out of the index."""


def el(tag: str, classes: str = "", *children: nodes.Node | str, **attrs: str) -> element:
    """Build an element. In the names of attributes ``_`` means ``-``. Quotes in code stay straight."""
    name = attrs.pop("id", None)
    named = {key.replace("_", "-"): value for key, value in attrs.items()}
    made = element("", tag=tag, ids=[name] if name else [], classes=classes.split(), attrs=named)
    made["support_smartquotes"] = tag != "code"
    made += [nodes.Text(child) if isinstance(child, str) else child for child in children]
    return made


def table(classes: str, heads: list[str], rows: Iterable[list[list[nodes.Node]]]) -> nodes.table:
    """A table whose first column heads its rows; no widths, since they would become inline styles."""
    group = nodes.tgroup("", cols=len(heads))
    group += [nodes.colspec("", colwidth=1, **({"stub": 1} if index == 0 else {})) for index in range(len(heads))]
    group += nodes.thead("", _row([[nodes.Text(head)] for head in heads]))
    group += nodes.tbody("", *[_row(row) for row in rows])
    return nodes.table("", group, classes=classes.split())


def _row(cells: list[list[nodes.Node]]) -> nodes.row:
    return nodes.row("", *[nodes.entry("", *_cell(cell)) for cell in cells])


def _cell(content: list[nodes.Node]) -> list[nodes.Node]:
    """A paragraph; a list cannot be in one."""
    lists = any(isinstance(node, element) and node["tag"] == "ul" for node in content)
    return content if lists else [nodes.paragraph("", "", *content)]


def plain_text(node: nodes.Node) -> str:
    """The text of a node as a reader sees it before opening anything."""
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, nodes.Element) and "no-search" in node["classes"]:
        return ""
    return "".join(plain_text(child) for child in node.children)


def _visit(self: Any, node: element) -> None:
    self.body.append(self.starttag(node, node["tag"], "", **node["attrs"]))


def _depart(self: Any, node: element) -> None:
    if node["tag"] in _EMPTY:
        return
    # The search cuts its summaries out of the page's text: without a break, neighboring blocks would run together.
    self.body.append(f"</{node['tag']}>" + ("\n" if node["tag"] in _BLOCKS else ""))


def _pass(self: Any, node: element) -> None:
    """Nothing to write: the children speak."""


def setup(app: Sphinx) -> None:
    """Register the node."""
    app.add_node(element, html=(_visit, _depart), text=(_pass, _pass), latex=(_pass, _pass), man=(_pass, _pass))
