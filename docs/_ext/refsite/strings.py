"""Text to copy: ``ndc-strings`` prints the NDC of each package as a form takes it, ``chargemaster`` rows as CSV.

Each stands in a block of its own, so that it can be selected without a script and copied by one click with it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from docutils import nodes
from sphinx.application import Sphinx

from j1553ref.code import CODE
from j1553ref.facts import FactBase, FactError
from j1553ref.ndc import Package, packages
from refsite.checked import CheckedDirective
from refsite.domain import domain_of, facts
from refsite.nodes import el, element
from refsite.provenance import fact_nodes
from refsite.reference import Reference
from refsite.values import value_text

_READ = ("ndc.qualifier", "ndc.unit", "ndc.x12")


@dataclass(frozen=True, slots=True)
class Parts:
    """What every form asks for, and the places of the four values in an 837."""

    qualifier: str
    ndc: str
    quantity: int
    unit: str
    places: Mapping[str, str]


def parts(package: Package, base: FactBase) -> Parts:
    """The parts for one whole package, as the facts have them."""
    qualifier, unit, places = (base.get(name).newest.value for name in _READ)
    return Parts(qualifier, package.ndc, package.ml, unit, places)


def cms1500(part: Parts) -> str:
    """The shaded part of item 24A.

    >>> cms1500(Parts("N4", "70573060521", 200, "ML", {}))
    'N470573060521 ML200'
    """
    return f"{part.qualifier}{part.ndc} {part.unit}{part.quantity}"


def ub04(part: Parts) -> str:
    """Form locator 43, without spaces.

    >>> ub04(Parts("N4", "70573060521", 200, "ML", {}))
    'N470573060521ML200'
    """
    return cms1500(part).replace(" ", "")


def x12(part: Parts) -> str:
    """The segments of loop 2410, each value in the element that the facts name.

    >>> places = {"qualifier": "LIN02", "ndc": "LIN03", "quantity": "CTP04", "unit": "CTP05-1"}
    >>> x12(Parts("N4", "70573060521", 200, "ML", places))
    'LIN**N4*70573060521~\\nCTP****200*ML~'
    """
    given = {"qualifier": part.qualifier, "ndc": part.ndc, "quantity": str(part.quantity), "unit": part.unit}
    segments: dict[str, dict[int, str]] = {}
    for name, value in given.items():
        place = part.places[name].partition("-")[0]
        segments.setdefault(place[:-2], {})[int(place[-2:])] = value
    return "\n".join(
        "*".join([name, *(held.get(at, "") for at in range(1, max(held) + 1))]) + "~" for name, held in segments.items()
    )


def clearinghouse(part: Parts) -> str:
    """The property ``drugIdentification`` of a professional line; all values are text there.

    >>> json.loads(clearinghouse(Parts("N4", "70573060521", 200, "ML", {})))["nationalDrugUnitCount"]
    '200'
    """
    named = {"serviceIdQualifier": part.qualifier, "nationalDrugCode": part.ndc}
    named |= {"nationalDrugUnitCount": str(part.quantity), "measurementUnitCode": part.unit}
    return json.dumps(named, indent=2)


FORMS: dict[str, Callable[[Parts], str]] = {"cms1500": cms1500, "ub04": ub04, "x12": x12, "clearinghouse": clearinghouse}


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
            rows.append(el("div", "", el("dt", "", *label), el("dd", "", _block(FORMS[form](parts(package, base))))))
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
