"""Payment limits by quarter and brand, computed from the facts: the directive ``price-table``, and two pictures of bars."""

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
from j1553ref.pictures import Bar, Picture, bars
from refsite.checked import CheckedDirective
from refsite.domain import domain_of, facts
from refsite.nodes import table

_OURS, _OWN, _OTHERS = "J1553", "payment.limit", "payment.neighbor_limits"
_ABSENT = "not in the file"


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


def used(found: list[Price]) -> tuple[str, ...]:
    """The ids of the facts that prices come from.

    >>> used([])
    ('payment.limit', 'payment.neighbor_limits', 'payment.coinsurance')
    """
    return (_OWN, _OTHERS, "payment.coinsurance", *(f"related.{price.code}" for price in found))


class PriceTable(CheckedDirective):
    """A row for each code: its unit, the limit of each quarter, a gram in the last one, a coinsurance below the usual."""

    def render(self) -> list[nodes.Node]:
        """The table, and a note of the facts that it comes from."""
        quarters, found = prices(facts(self.env))
        facts(self.env, *used(found))
        domain_of(self.env).use("fact", *used(found))
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


def by_gram(found: list[Price], quarter: date, name: str) -> Picture:
    """Bars from cheap to dear, ours marked; everything in it is in the table as well.

    >>> from j1553ref.facts import packaged
    >>> quarters, found = prices(packaged())
    >>> made = by_gram(found, quarters[-1], "chart")
    >>> made.title, made.words.partition(";")[0]
    ('Payment limit for one gram, from October 1, 2026', 'Octagam J1568 $94.27')
    >>> [row.partition(">")[2] for row in made.svg.splitlines() if "strong" in row]
    ['Yimmugo J1553</text>', '$216.64</text>']
    """
    rows = [
        Bar(f"{_short(price.brand)} {price.code}", gram, f"${gram:,.2f}", price.code == _OURS)
        for price in found
        if (gram := price.gram(quarter)) is not None
    ]
    return bars(rows, title=f"Payment limit for one gram, from {date_text(quarter)}", name=name)


def by_quarter(found: list[Price], quarters: list[date], name: str) -> Picture:
    """A bar for each quarter of our own limit for one unit.

    >>> from j1553ref.facts import packaged
    >>> quarters, found = prices(packaged())
    >>> by_quarter(found, quarters, "chart").words.rpartition("; ")[2]
    'from October 1, 2026 $21.664.'
    """
    ours = next(price for price in found if price.code == _OURS)
    rows = [
        Bar(f"from {date_text(quarter)}", ours.limits[quarter], f"${ours.limits[quarter]:,}", quarter == quarters[-1])
        for quarter in quarters
    ]
    return bars(rows, title=f"Payment limit of {_OURS} for one unit, by quarter", name=name)


def _short(brand: str) -> str:
    """A brand without its other names and forms."""
    return brand.partition(" (")[0].partition(",")[0]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("price-table", PriceTable)
