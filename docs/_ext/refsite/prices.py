"""The directives ``price-table`` and ``price-chart``: payment limits by quarter and brand, computed from the facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from j1553ref.facts import FactBase
from j1553ref.facts.wording import date_text
from refsite.checked import CheckedDirective
from refsite.domain import domain_of, facts
from refsite.nodes import el, element, table

_OURS, _OWN, _OTHERS = "J1553", "payment.limit", "payment.neighbor_limits"
_ABSENT = "not in the file"
# The chart in units of its own view box: a row for a bar, the column of the names, the longest bar, room for its figure.
_ROW, _NAMES, _LONGEST, _FIGURES = 24, 185, 220, 75


@dataclass(frozen=True, slots=True)
class Price:
    """A code, its brand and unit, and its limits (USD for one unit) and reduced coinsurances (%) by first day of the quarter."""

    code: str
    brand: str
    unit: str
    mg: int | None
    limits: dict[date, Decimal]
    shares: dict[date, Decimal]

    def gram(self, quarter: date) -> Decimal | None:
        """USD for one gram; None where the unit is no weight or the quarter has no limit."""
        limit = self.limits.get(quarter)
        return limit * 1000 / self.mg if limit is not None and self.mg else None


def prices(base: FactBase) -> tuple[list[date], list[Price]]:
    """The quarters, oldest first, and the codes: by the last price of a gram, then those without one.

    >>> from j1553ref.facts import packaged
    >>> quarters, found = prices(packaged())
    >>> [str(quarter) for quarter in quarters]
    ['2026-04-01', '2026-07-01', '2026-10-01']
    >>> [(price.code, f"{price.gram(quarters[-1]):.2f}") for price in found if price.code in ("J1553", "J1561", "J1577")]
    [('J1561', '96.04'), ('J1553', '216.64'), ('J1577', '292.80')]
    """
    rows: dict[str, dict[date, dict[str, Any]]] = {}
    quarters = [entry.start for entry in base.get(_OWN).history]
    for entry in base.get(_OWN).history:
        rows.setdefault(_OURS, {})[entry.start] = dict(entry.value)
    for entry in base.get(_OTHERS).history:
        for row in entry.value:
            rows.setdefault(row["code"], {})[entry.start] = dict(row)
    usual = base.get("payment.coinsurance").newest.value
    found = []
    for code, held in rows.items():
        about = base.get(f"related.{code}").newest.value
        found.append(
            Price(
                code,
                about["brand"],
                about["unit"],
                about.get("mg"),
                {quarter: row["limit"] for quarter, row in held.items()},
                {quarter: row["coinsurance"] for quarter, row in held.items() if row.get("coinsurance", usual) < usual},
            )
        )
    last = quarters[-1]
    return quarters, sorted(found, key=lambda price: (price.gram(last) is None, price.gram(last) or 0, price.code))


class _Prices(CheckedDirective):
    """Reads the prices, and notes the facts that they come from."""

    def read(self) -> tuple[list[date], list[Price]]:
        """The quarters and the prices."""
        found = prices(facts(self.env))
        used = (_OWN, _OTHERS, "payment.coinsurance", *(f"related.{price.code}" for price in found[1]))
        facts(self.env, *used)
        domain_of(self.env).use("fact", *used)
        return found


class PriceTable(_Prices):
    """A row for each code: its unit, the limit of each quarter, a gram in the last one, a coinsurance below the usual."""

    def render(self) -> list[nodes.Node]:
        """The table."""
        quarters, found = self.read()
        heads = [
            "Code and brand",
            "Unit",
            "A gram, last quarter",
            *(f"From {date_text(quarter)}" for quarter in quarters),
        ]
        rows = [list(map(_cell, cells(price, quarters))) for price in found]
        return [table("prices", [*heads, "Reduced coinsurance"], rows)]


def cells(price: Price, quarters: list[date]) -> Iterator[str]:
    """The text of each cell of a row.

    >>> from j1553ref.facts import packaged
    >>> quarters, found = prices(packaged())
    >>> [list(cells(price, quarters)) for price in found if price.code in ("J1559", "J1577")][0][2:]
    ['$147.86', '$14.515', '$14.883', '$14.786', '18.769% from July 1, 2026; 19.344% from October 1, 2026']
    """
    yield f"{price.code} {price.brand}"
    yield price.unit
    gram = price.gram(quarters[-1])
    yield "" if gram is None else f"${gram:,.2f}"
    for quarter in quarters:
        yield f"${price.limits[quarter]:,}" if quarter in price.limits else _ABSENT
    yield "; ".join(f"{share}% from {date_text(quarter)}" for quarter, share in price.shares.items())


def _cell(text: str) -> list[nodes.Node]:
    return [nodes.Text(text)]


class PriceChart(_Prices):
    """A bar for each brand: the price of a gram in the last quarter, with its figure; ours is named and has an outline."""

    def render(self) -> list[nodes.Node]:
        """The picture; everything in it is in the table as well."""
        quarters, found = self.read()
        serial = self.env.new_serialno("chart")
        return [chart(found, quarters[-1], f"chart-{serial}")]


def chart(found: list[Price], quarter: date, name: str) -> element:
    """Bars from cheap to dear, readable without color; ``name`` begins the ids of title and description.

    >>> from j1553ref.facts import packaged
    >>> quarters, found = prices(packaged())
    >>> title, desc, *shapes = chart(found, quarters[-1], "chart-0")[0]
    >>> title.astext(), desc.astext().partition(";")[2].strip()
    ('Payment limit for one gram, from October 1, 2026', 'Yimmugo is at $216.64. The table has every figure.')
    >>> [shape["classes"] for shape in shapes if "J1553" in shape.astext()]
    [['name', 'ours']]
    >>> sum(shape["tag"] == "rect" for shape in shapes) == sum("$" in shape.astext() for shape in shapes)
    True
    """
    bars = [(price, gram) for price in found if (gram := price.gram(quarter)) is not None]
    dearest = max(gram for _, gram in bars)
    ours = next(gram for price, gram in bars if price.code == _OURS)
    title = f"Payment limit for one gram, from {date_text(quarter)}"
    words = f"{len(bars)} brands, ${bars[0][1]:,.2f} to ${dearest:,.2f}; Yimmugo is at ${ours:,.2f}. The table has every figure."
    shapes: list[nodes.Node] = [el("title", "", title, id=f"{name}-title"), el("desc", "", words, id=f"{name}-desc")]
    for index, (price, gram) in enumerate(bars):
        kind, top = ("bar ours" if price.code == _OURS else "bar"), index * _ROW
        width = max(2, round(gram * _LONGEST / dearest))
        text = {"y": str(top + 16)}
        label = f"{price.brand.partition(' (')[0].partition(',')[0]} {price.code}"
        shapes.append(
            el("text", "name ours" if kind != "bar" else "name", label, x=str(_NAMES - 8), text_anchor="end", **text)
        )
        shapes.append(el("rect", kind, x=str(_NAMES), y=str(top + 4), width=str(width), height=str(_ROW - 8)))
        shapes.append(el("text", "figure", f"${gram:,.2f}", x=str(_NAMES + width + 6), **text))
    size = f"0 0 {_NAMES + _LONGEST + _FIGURES} {len(bars) * _ROW}"
    names = f"{name}-title {name}-desc"
    return el("div", "chart no-search", el("svg", "", *shapes, viewBox=size, role="img", aria_labelledby=names))


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("price-table", PriceTable)
    app.add_directive("price-chart", PriceChart)
