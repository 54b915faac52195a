"""``rule-list`` prints the rules once more by another order: by severity, or by the payer whom they bind."""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.rules import Rule, catalogue
from refsite.checked import CheckedDirective
from refsite.domain import all_facts, domain_of, link
from refsite.nodes import table
from refsite.provenance import binds_text

_HEADS = {"severity": "Highest severity", "payer": "Whom the rule binds"}


class RuleList(CheckedDirective):
    """A row for each severity or payer, with the codes of its rules."""

    option_spec = {"by": lambda text: directives.choice(text, tuple(_HEADS))}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """One table."""
        by = self.options["by"]
        groups: dict[str, list[Rule]] = {}
        for rule in catalogue():
            name = rule.severity if by == "severity" else binds_text(all_facts(self.env), rule.binds)
            groups.setdefault(name, []).append(rule)
        domain_of(self.env).use("rule", *(rule.code for rule in catalogue()))
        order = sorted(groups, key=lambda key: ("error", "warning", "info").index(key) if by == "severity" else key)
        rows: list[list[list[nodes.Node]]] = [[[nodes.Text(name)], self._codes(groups[name])] for name in order]
        return [table(f"rules-by-{by}", [_HEADS[by], "Rules"], rows)]

    def _codes(self, rules: list[Rule]) -> list[nodes.Node]:
        made: list[nodes.Node] = []
        for rule in rules:
            made += [link("rule", rule.code, rule.code, self.env.docname, title=rule.name), nodes.Text(" ")]
        return made[:-1]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("rule-list", RuleList)
