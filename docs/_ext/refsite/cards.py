"""Directives that print one thing well: ``at-a-glance``, ``rule-card`` and ``rule-index``."""

from __future__ import annotations

from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from j1553ref.facts import FactBase
from j1553ref.facts.model import GRADES
from j1553ref.facts.reference import Reference
from j1553ref.facts.wording import value_text
from j1553ref.ndc import packages
from j1553ref.rules import FAMILIES, Rule, catalogue, get
from refsite.checked import CheckedDirective
from refsite.domain import domain_of, facts, link
from refsite.nodes import el, element, table
from refsite.provenance import binds_text, fact_nodes
from refsite.worked import rule_cases


class AtAGlance(CheckedDirective):
    """The code at a glance: descriptor, unit, vials in units, first date of service, and the trap."""

    def render(self) -> list[nodes.Node]:
        """The card of the front page, every figure of it a fact or computed from facts."""
        base = facts(self.env, "unit.size", "product.concentration")
        ml = Decimal(_now(base, "unit.size")) / _now(base, "product.concentration")
        unit = el("span", "", self._value("unit.size"), f" = {value_text(ml.normalize(), 'mL')}".replace(" ", "\xa0"))
        cells = [
            ("One billing unit", unit),
            ("First date of service", self._value("code.first_date_of_service")),
            ("Given", self._value("product.route")),
        ]
        stats = [el("div", "stat", el("dt", "", name), el("dd", "", shown)) for name, shown in cells]
        sizes: dict[int, list[str]] = {}
        for package in packages(facts=base):
            if package.kind == "carton":
                sizes.setdefault(package.mg, []).append(package.fact)
        rows = [
            [
                *(
                    fact_nodes(self.env, Reference(best, *field))
                    for field in (("mg", "g"), ("mg", "units"), ("ml", ""))
                ),
                [el("div", "", *fact_nodes(self.env, Reference(name, "ndc"))) for name in names],
            ]
            for _, names in sorted(sizes.items())
            for best in [min(names, key=lambda name: GRADES.index(base.get(name).newest.grade))]
        ]
        descriptor = el("p", "glance-descriptor", self._value("code.descriptor.long"))
        vials = table("vials", ["Vial", "Bill as", "Volume", "NDC: copy yours"], rows)
        return [el("div", "glance", descriptor, el("dl", "stats", *stats), vials, self._trap())]

    def _value(self, name: str) -> element:
        return el("span", "", *fact_nodes(self.env, Reference(name)))

    def _trap(self) -> element:
        base = facts(self.env, "unit.size", "unit.usual_iv_size", "product.vial_sizes")
        own, usual, sizes = (_now(base, name) for name in ("unit.size", "unit.usual_iv_size", "product.vial_sizes"))
        smallest = min(sizes)
        return el(
            "p",
            "glance-trap",
            el("strong", "", "Watch the unit."),
            " Most intravenous immune globulin codes are billed per ",
            *fact_nodes(self.env, Reference("unit.usual_iv_size")),
            f"; J1553 is billed per {value_text(own, 'mg')}. "
            f"A vial of {value_text(smallest // 1000, 'g')} is {smallest // own} units here, not {smallest // usual}.",
        )


class RuleCard(CheckedDirective):
    """The top of a rule's page, from the registry."""

    required_arguments = 1

    def render(self) -> list[nodes.Node]:
        """Code, name, severity, since, whom it binds, what it reads."""
        rule = get(self.arguments[0])
        base = facts(self.env, *rule.facts)
        _on_rules(self)
        domain_of(self.env).define("rule", rule.code, f"rule-{rule.code}", self.get_location())
        domain_of(self.env).use("fact", *rule.facts)
        reads = [el("li", "", link("fact", name, base.get(name).label, self.env.docname)) for name in rule.facts]
        rows = {
            "Rule": el("dd", "", el("code", "", rule.code), " ", el("code", "", rule.name)),
            "Severity": el("dd", "", severity(rule)),
            "Binds": el("dd", "", binds_text(base, rule.binds) if rule.binds else ""),
            "Since": el("dd", "", f"version {rule.since}"),
            "Reads": el("dd", "", *([el("ul", "plain", *reads)] if reads else [])),
            "Worked cases": el("dd", "", *rule_cases(self.env, rule.code)),
        }
        shown = [node for key, value in rows.items() if value.astext() for node in (el("dt", "", key), value)]
        body = el("dl", "rows", *shown)
        return [
            el(
                "div",
                f"rule-card severity-{rule.severity}",
                el("p", "lead", rule.summary),
                body,
                id=f"rule-{rule.code}",
            )
        ]


class RuleIndex(CheckedDirective):
    """All rules, a table for each family."""

    def render(self) -> list[nodes.Node]:
        """Sections in the order of the registry's families."""
        _on_rules(self)
        made: list[nodes.Node] = []
        for prefix, about in FAMILIES.items():
            rules = [rule for rule in catalogue() if rule.code.startswith(prefix)]
            domain_of(self.env).use("rule", *(rule.code for rule in rules))
            rows: list[list[list[nodes.Node]]] = [
                [
                    [link("rule", rule.code, rule.code, self.env.docname, title=rule.name)],
                    [nodes.Text(rule.summary)],
                    [severity(rule)],
                ]
                for rule in rules
            ]
            title = nodes.title("", f"{about[0].upper()}{about[1:]} ({prefix})")
            index = table("rule-index", ["Code", "What is wrong", "Severity"], rows)
            made.append(nodes.section("", title, index, ids=[f"family-{prefix.lower()}"]))
        return made


def _now(base: FactBase, name: str) -> Any:
    return base.get(name).newest.value


def severity(rule: Rule) -> element:
    """The severity as a badge."""
    return el("span", f"badge badge-{rule.severity}", rule.severity)


def _on_rules(directive: CheckedDirective) -> None:
    for path in sorted(Path(str(files("j1553ref.rules"))).glob("*.py")):
        directive.env.note_dependency(str(path))


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("at-a-glance", AtAGlance)
    app.add_directive("rule-card", RuleCard)
    app.add_directive("rule-index", RuleIndex)
