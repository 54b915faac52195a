"""Text to copy: ``ndc-strings`` prints the NDC of each package as a form takes it, ``chargemaster`` rows as CSV.

Each stands in a block of its own, so that it can be selected without a script and copied by one click with it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

from docutils import nodes
from sphinx.application import Sphinx

from j1553ref.code import CODE
from j1553ref.facts import FactBase, FactError
from j1553ref.facts.reference import Reference
from j1553ref.facts.wording import value_text
from j1553ref.forms import drug
from j1553ref.ndc import packages
from refsite.checked import CheckedDirective
from refsite.domain import domain_of, facts
from refsite.nodes import el, element
from refsite.provenance import fact_nodes

_READ = ("ndc.qualifier", "ndc.unit", "ndc.x12")
#: The string of each form, as the package writes it into claims.
FORMS: dict[str, Callable[[drug.Parts], str]] = {
    "cms1500": drug.cms1500,
    "ub04": drug.ub04,
    "x12": drug.x12,
    "clearinghouse": lambda parts: json.dumps(drug.clearinghouse(parts), indent=2),
}


class NdcStrings(CheckedDirective):
    """``:::{ndc-strings} cms1500``: one block to copy for each package."""

    required_arguments = 1

    def render(self) -> list[nodes.Node]:
        """The label of each package, which opens its source, and its string."""
        form = self.arguments[0]
        if form not in FORMS:
            raise FactError(f"ndc-strings: {form}: no such form; expected {', '.join(FORMS)}")
        base = facts(self.env, *_READ)
        domain_of(self.env).use("fact", *_READ)
        ids = {fact.newest.value["ndc"]: fact.id for fact in base.under("product.package")}
        rows: list[element] = []
        for package in packages():
            label = fact_nodes(self.env, Reference(ids[package.ndc], view="label"))
            string = FORMS[form](drug.of_package(package))
            rows.append(el("div", "", el("dt", "", *label), el("dd", "", _block(string))))
        return [el("dl", f"strings strings-{form}", *rows)]


class Chargemaster(CheckedDirective):
    """Rows for a chargemaster, a row for each package, as CSV."""

    def render(self) -> list[nodes.Node]:
        """One block."""
        names = ("code.descriptor.short", "unit.size", "revenue_code.drug")
        base = facts(self.env, *names)
        domain_of(self.env).use("fact", *names, *(fact.id for fact in base.under("product.package")))
        return [_block(chargemaster(base))]


def chargemaster(base: FactBase) -> str:
    """The rows: code, short descriptor, billing unit, revenue code, package, NDC, mL, and units for one vial.

    >>> from j1553ref.facts import packaged
    >>> chargemaster(packaged()).splitlines()[1]
    'J1553,Inj yimmugo 100 mg,100 mg,0636,5 g carton,70573060501,50,50'
    """
    text, size = io.StringIO(), base.get("unit.size")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["code", "descriptor", "unit", "revenue_code", "package", "ndc", "ml", "units_per_vial"])
    fixed = [CODE, base.get("code.descriptor.short").newest.value, value_text(size.newest.value, size.unit)]
    fixed.append(base.get("revenue_code.drug").newest.value)
    rows.writerows([*fixed, each.label, each.ndc, each.ml, each.units] for each in packages(facts=base))
    return text.getvalue().rstrip("\n")


def _block(text: str) -> nodes.literal_block:
    return nodes.literal_block(text, text, language="json" if text.startswith("{") else "text")


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("ndc-strings", NdcStrings)
    app.add_directive("chargemaster", Chargemaster)
