"""The roles: ``fact``, ``source``, ``gap``, ``rule``, ``cpt``. A name that does not exist is an error with its place."""

from __future__ import annotations

import re
from collections.abc import Callable

from docutils import nodes
from sphinx.application import Sphinx

from j1553ref.facts import FactError
from j1553ref.facts.reference import parse_reference
from j1553ref.rules import get
from refsite.checked import CheckedRole
from refsite.domain import domain_of, facts, link
from refsite.nodes import el
from refsite.provenance import cite_source, fact_nodes, gap_nodes

_FIGURE = re.compile("[0-9]")


class FactRole(CheckedRole):
    """``{fact}`unit.size@2026-05-01```; words of our own may replace a value that is no figure."""

    def render(self, text: str) -> list[nodes.Node]:
        """The value, its card and its badge."""
        ref = parse_reference(self.target)
        if text and _FIGURE.search(text):
            raise FactError(f"{ref.id}: the text {text!r} holds a figure; let the fact print it")
        return fact_nodes(self.env, ref, text)


class SourceRole(CheckedRole):
    """``{source}`id``` or ``{source}`words <id>```."""

    def render(self, text: str) -> list[nodes.Node]:
        """A link to the bibliography."""
        return cite_source(self.env, self.target, text)


class GapRole(CheckedRole):
    """``{gap}`id``` prints ``not available`` and says on demand what was looked for."""

    def render(self, text: str) -> list[nodes.Node]:
        """The words and their card."""
        return gap_nodes(self.env, self.target, text)


class RuleRole(CheckedRole):
    """``{rule}`JWZ003``` links to the page of the rule."""

    def render(self, text: str) -> list[nodes.Node]:
        """A link whose title is the rule's name."""
        rule = get(self.target)
        domain_of(self.env).use("rule", rule.code)
        return [link("rule", rule.code, text or rule.code, self.env.docname, title=rule.name, classes="rule")]


class CptRole(CheckedRole):
    """``{cpt}`96365```: a CPT code by number; it must be one that a fact speaks of."""

    def render(self, text: str) -> list[nodes.Node]:
        """The number, kept on one line."""
        base = facts(self.env)
        if not any(self.target in f"{fact.id} {fact.newest.value}" for fact in base.facts.values()):
            raise FactError(f"{self.target}: no fact speaks of this CPT code")
        return [el("span", "code-number", self.target)]


def setup(app: Sphinx) -> None:
    """Register the roles."""
    roles: dict[str, Callable[[], CheckedRole]] = {
        "fact": FactRole,
        "source": SourceRole,
        "gap": GapRole,
        "rule": RuleRole,
        "cpt": CptRole,
    }
    for name, role in roles.items():
        app.add_role(name, role())
