"""The roles of a page as nodes. What each says, and what is refused, is decided in ``j1553ref.report.roles``."""

from __future__ import annotations

from collections.abc import Callable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from j1553ref.report.roles import ROLES, Said, say, split
from j1553ref.rules import get
from refsite.cases import note_case
from refsite.checked import CheckedRole
from refsite.domain import domain_of, facts, link
from refsite.nodes import el
from refsite.provenance import cite_source, gap_nodes, said_nodes

#: From the target of a role and what it says to its nodes.
Made = Callable[[BuildEnvironment, str, Said], list[nodes.Node]]


class PageRole(CheckedRole):
    """``{fact}`unit.size```, ``{gap}`mue-value```, ``{fact}`its own line <discard.jw_line=on a separate line>```."""

    def __init__(self, made: Made) -> None:
        self.made = made

    def render(self) -> list[nodes.Node]:
        """What the role says, with its link or card."""
        found = say(facts(self.env), self.name, self.text)
        return self.made(self.env, split(self.text)[1], found)


def _fact(env: BuildEnvironment, target: str, found: Said) -> list[nodes.Node]:
    assert found.fact is not None
    return said_nodes(env, found.fact)


def _rule(env: BuildEnvironment, target: str, found: Said) -> list[nodes.Node]:
    rule = get(target)
    domain_of(env).use("rule", rule.code)
    return [link("rule", rule.code, found.text, env.docname, title=rule.name, classes="rule")]


def _case_value(env: BuildEnvironment, target: str, found: Said) -> list[nodes.Node]:
    note_case(env, target.partition(":")[0])
    return [nodes.inline("", found.text, classes=["case-value"])]


_NODES: dict[str, Made] = {
    "fact": _fact,
    "source": lambda env, target, found: cite_source(env, target, found.text),
    "gap": lambda env, target, found: gap_nodes(env, target, found.text),
    "rule": _rule,
    "cpt": lambda env, target, found: [el("span", "code-number", found.text)],
    "case-value": _case_value,
}


def setup(app: Sphinx) -> None:
    """Register the roles."""
    for name in ROLES:
        app.add_role(name, PageRole(_NODES[name]))
