"""Doses and vials that fit together, so that a question has one right answer, and the claims that they make.

Left out on purpose: vials beyond the smallest set, a rest below one unit and a rest of exactly one unit, since on these
the sources are silent or differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import Any

from j1553ref.billing import Billing
from j1553ref.code import CODE
from j1553ref.training.asking import Asked
from j1553ref.training.claims import Line, Place, claim, line, record
from j1553ref.training.words import dose_steps, left_steps, total_mg
from j1553ref.vials import Vial, least_waste

__all__ = ["Given", "drug", "odd_dose", "whole_dose_with_rest", "whole_vials"]

#: No more vials in one question, and no more drug (mg): what a class can follow.
_MOST_VIALS, _MOST_MG = 4, 60_000


@dataclass(frozen=True, kw_only=True)
class Given:
    """A dose (mg) given from opened vials on the date of the question, and who bills it."""

    asked: Asked
    place: Place
    dose: int
    vials: tuple[Vial, ...]
    #: further fields of the record, such as start and stop
    more: dict[str, Any] = field(default_factory=dict)
    #: whether the question is about something else, so that the facts behind the units are not its own
    aside: bool = False

    @cached_property
    def bill(self) -> Billing:
        """Units and lines."""
        return self.asked.bill(self.dose, self.vials, aside=self.aside)

    @property
    def count(self) -> int:
        """How many vials were opened."""
        return sum(each.count for each in self.vials)

    @property
    def initial(self) -> Line:
        """The line of the first hour, which stands beside the drug."""
        return line(self.asked.initial, 1)

    def lines(self) -> list[Line]:
        """The right drug lines."""
        return [line(each.code, each.units, *each.modifiers) for each in self.bill.lines]

    def dose_line(self, units: int) -> list[Line]:
        """The drug lines with other units of the dose."""
        first, *rest = self.lines()
        return [first | {"units": units}, *rest]

    def claim(self, drug: Iterable[Line], services: Iterable[Line] | None = None, **more: Any) -> dict[str, Any]:
        """The claim with these drug lines; the first hour stands beside them unless other services are given."""
        beside = [self.initial] if services is None else list(services)
        told = record(self.asked.on, self.dose, self.vials, **self.more)
        return claim(self.place, self.asked.on, [*drug, *beside], [told], **more)

    def steps(self) -> tuple[str, ...]:
        """The arithmetic."""
        bill = self.bill
        return (
            *dose_steps(self.dose, self.asked.unit, bill.administered_units),
            *left_steps(bill, self.dose, self.asked.unit),
        )

    def in_units_of(self, mg: int) -> int:
        """The dose counted in another unit, rounded up."""
        return -(-self.dose // mg)

    @property
    def exact(self) -> Decimal:
        """The dose in units before it is rounded."""
        return Decimal(self.dose) / self.asked.unit


def drug(units: int, *modifiers: str, **more: Any) -> Line:
    """A drug line.

    >>> drug(30, "JW")["modifiers"]
    ['JW']
    """
    return line(CODE, units, *modifiers, **more)


def whole_vials(asked: Asked, kinds: int | None = None) -> tuple[Vial, ...]:
    """Vials that are used up, largest first; of so many sizes, where ``kinds`` is given."""
    sizes: tuple[int, ...] = asked.base.on("product.vial_sizes", asked.on).value
    return asked.draws.pick([each for each in _sets(sizes) if kinds in (None, len(each))])


def whole_dose_with_rest(asked: Asked, step_mg: int = 1000) -> tuple[int, tuple[Vial, ...]]:
    """A dose (mg) in steps of whole units and the smallest set of vials for it, which leaves at least two units."""
    smallest: int = min(asked.base.on("product.vial_sizes", asked.on).value)
    held = smallest * asked.draws.between(2, _MOST_MG // smallest)
    # Above the next smaller set, so that no vial too many was opened.
    least_left = max(step_mg, 2 * asked.unit)
    dose = held - asked.draws.between(least_left, smallest - step_mg, step_mg)
    return dose, least_waste(dose, on=asked.on, facts=asked.base)


def odd_dose(asked: Asked) -> tuple[int, tuple[Vial, ...]]:
    """A dose (mg) that is no whole number of units, and the smallest set for it, which leaves at least two units."""
    dose, vials = whole_dose_with_rest(asked, step_mg=asked.unit)
    return dose - asked.draws.between(10, asked.unit - 10, 10), vials


def _sets(sizes: tuple[int, ...]) -> Iterator[tuple[Vial, ...]]:
    largest_first = sorted(sizes, reverse=True)
    for counts in product(range(_MOST_VIALS + 1), repeat=len(sizes)):
        vials = tuple(Vial(size, count) for size, count in zip(largest_first, counts, strict=True) if count)
        if 0 < sum(counts) <= _MOST_VIALS and total_mg(vials) <= _MOST_MG:
            yield vials
