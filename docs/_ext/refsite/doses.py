"""The directive ``dose-table``: each dose with the smallest set of vials and the claim lines that follow, no figure typed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.billing import OpenedVials
from j1553ref.facts import FactError, checked_until
from j1553ref.units import bill_units
from j1553ref.vials import Vial, grams, least_waste
from refsite.checked import CheckedDirective
from refsite.domain import domain_of, facts
from refsite.nodes import element, table

_HEADS = ["Dose", "Vials", "Dose line", "JW line"]


class DoseTable(CheckedDirective):
    """Doses from ``first`` (else ``step``) to ``last`` (all in mg), a row for each step."""

    option_spec = dict.fromkeys(("first", "step", "last"), directives.positive_int)

    def render(self) -> list[nodes.Node]:
        """The table, and a note of the facts that it was computed from."""
        if not {"step", "last"} <= self.options.keys():
            raise FactError("dose-table: expected the options step and last, in mg")
        step, last, on = self.options["step"], self.options["last"], checked_until()
        rows, read = [], set[str]()
        for dose_mg in range(self.options.get("first", step), last + 1, step):
            cells, ids = row(dose_mg, on)
            rows.append([[cell(text)] for text in cells])
            read |= set(ids)
        facts(self.env, *read)
        domain_of(self.env).use("fact", *read)
        return [table("doses", _HEADS, rows)]


def row(dose_mg: int, on: date) -> tuple[list[str], tuple[str, ...]]:
    """The cells of one dose (mg), and the ids of the facts behind them; raises J1553Error where it cannot be billed.

    >>> row(32500, date(2026, 5, 4))[0]
    ['32.5 g', '20 g + 10 g + 5 g', '325', '25']
    >>> row(40000, date(2026, 5, 4))[0]
    ['40 g', '2 × 20 g', '400 JZ', 'none']
    """
    bill = bill_units(dose_mg=dose_mg, vials=least_waste(dose_mg, on=on), on=on)
    dose = bill.lines[0]
    discarded = str(bill.discarded_units) if bill.discarded_units else "none"
    return [grams(dose_mg), vials_text(bill.vials), " ".join([str(dose.units), *dose.modifiers]), discarded], bill.facts


def vials_text(vials: Iterable[OpenedVials | Vial]) -> str:
    """Vials as staff say them.

    >>> from decimal import Decimal
    >>> vials_text((OpenedVials(20000, 2, 400, Decimal(400), None), OpenedVials(5000, 1, 50, Decimal(50), None)))
    '2 × 20 g + 5 g'
    """
    return " + ".join(
        f"{vial.count} × {grams(vial.size_mg)}" if vial.count > 1 else grams(vial.size_mg) for vial in vials
    )


def cell(text: str) -> nodes.Text | element:
    """A cell of figures."""
    # A number must not part from its unit or modifier; only the plus signs may end a line.
    return nodes.Text(" + ".join(part.replace(" ", "\xa0") for part in text.split(" + ")))


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("dose-table", DoseTable)
