"""Doses and vials that fit together, so that a question has one right answer, and the claims that they make.

Left out on purpose: vials beyond the smallest set, less than one unit left and exactly one unit left, since on these
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
from j1553ref.training.asking import Asked, Made
from j1553ref.training.claims import Line, Place, claim, line, parsed, record, written
from j1553ref.training.words import number, vials_text
from j1553ref.units import bill_units
from j1553ref.vials import Vial, grams, least_waste

__all__ = ["NGS", "Given", "dose_with_leftover", "in_words", "odd_dose", "total_mg", "whole_vials"]

NGS = "medicare-ab:ngs"
#: No more vials in one question, and no more drug (mg): what a class can follow.
_MOST_VIALS, _MOST_MG = 4, 60_000
#: Facts that a billing reads for NDC quantities and notes alone; a question about them notes them itself.
_BESIDE_THE_LINES = frozenset({"ndc.unit", "product.concentration", "discard.overfill", "discard.least_waste"})


@dataclass(frozen=True)
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

    @classmethod
    def whole(cls, asked: Asked, payer: str = "medicare-ab", *, kinds: int | None = None, aside: bool = False) -> Given:
        """Vials that an office uses up."""
        vials = whole_vials(asked, kinds)
        return cls(asked, asked.place(payer), total_mg(vials), vials, aside=aside)

    @classmethod
    def leftover(cls, asked: Asked, step_mg: int = 1000, *, stock: str = "bought") -> Given:
        """A dose that leaves drug in an office's vials."""
        dose, vials = dose_with_leftover(asked, step_mg)
        return cls(asked, asked.place(), dose, vials, {"stock": stock})

    @classmethod
    def odd(cls, asked: Asked) -> Given:
        """A dose that is no whole number of units and leaves drug, where a contractor says how to round."""
        dose, vials = odd_dose(asked)
        return cls(asked, asked.place(NGS), dose, vials)

    @cached_property
    def bill(self) -> Billing:
        """Units and lines."""
        bill = bill_units(dose_mg=self.dose, vials=self.vials, on=self.asked.on, facts=self.asked.base)
        if not self.aside:
            self.asked.states(*(fact_id for fact_id in bill.facts if fact_id not in _BESIDE_THE_LINES))
        return bill

    @property
    def initial(self) -> Line:
        """The line of the first hour, which is beside the drug."""
        return line(self.asked.initial, 1)

    def lines(self) -> list[Line]:
        """The right drug lines."""
        return [line(made.code, made.units, *made.modifiers) for made in self.bill.lines]

    def made(self, text: str, **more: Any) -> Made:
        """An option that says drug lines, and its claim."""
        return tuple(text.split("; ")), self.claim(parsed(text), **more)

    def dose_line(self, units: int) -> list[Line]:
        """The drug lines with other units of the dose."""
        first, *others = self.lines()
        return [first | {"units": units}, *others]

    def claim(
        self, drugs: Iterable[Line], services: Iterable[Line] | None = None, place: Place | None = None, **more: Any
    ) -> dict[str, Any]:
        """The claim with these drug lines; the first hour is beside them unless other services are given."""
        beside = [self.initial] if services is None else services
        made = record(self.asked.on, self.dose, self.vials, **self.more)
        return claim(place or self.place, self.asked.on, [*drugs, *beside], [made], **more)

    def in_units_of(self, mg: int) -> int:
        """The dose counted in another unit, rounded up."""
        return -(-self.dose // mg)

    @property
    def exact(self) -> Decimal:
        """The dose in units before it is rounded."""
        return Decimal(self.dose) / self.asked.unit

    @property
    def words(self) -> dict[str, Any]:
        """Figures of the words: the dose in grams, in mg, and in grams if they are whole, and the vials."""
        return in_words(self.dose, self.vials)

    def figures(self) -> dict[str, Any]:
        """What the words and options of a question about units may say; None where it left nothing, or something."""
        bill, unit = self.bill, self.asked.unit
        units, left, opened = bill.administered_units, bill.discarded_units, bill.total_units
        some_left = {"left": left, "given": units, "held": opened} if left else dict.fromkeys(("left", "given", "held"))
        return {
            **self.words,
            **some_left,
            "used": None if left else opened,
            "right": units,
            "dose": units,
            "opened": opened,
            "unit": unit,
            "exact": number(self.exact),
            "less": units - 1,
            "more": left + 1,
            "total": opened + 1,
            "lines": "; ".join(written(self.lines())),
            "rounding": self.rounding(),
            "arithmetic": self.arithmetic(),
        }

    def rounding(self) -> str:
        """How the dose becomes units."""
        unit, units = self.asked.unit, self.bill.administered_units
        up = "" if self.exact == units else f"{number(self.exact)}, rounded up: "
        return f"{number(self.dose)} mg ÷ {unit} mg = {up}{units} units."

    def arithmetic(self) -> str:
        """How the dose becomes units, what the vials held, and what is left of them."""
        return "\n".join((self.rounding(), *self._left()))

    def _left(self) -> Iterator[str]:
        bill, unit = self.bill, self.asked.unit
        held = " + ".join(f"{vials.count} × {vials.units // vials.count}" for vials in bill.vials)
        yield f"The vials: {held} = {bill.total_units} units."
        if not bill.discarded_units:
            yield "Nothing is left: one line with JZ, no JW line."
            return
        left = bill.total_units * unit - self.dose
        exact = Decimal(left) / unit
        rounded = "" if exact == bill.discarded_units else f"{number(exact)}, rounded down: "
        yield f"Left: {number(left)} mg ÷ {unit} mg = {rounded}{bill.discarded_units} units with JW."
        yield f"Check: {bill.administered_units} + {bill.discarded_units} = {bill.total_units}, all that was opened."


def in_words(dose: int, vials: Iterable[Vial]) -> dict[str, Any]:
    """A dose (mg) in grams, in mg, and in grams if they are whole, and its vials.

    >>> in_words(32450, [Vial(20000, 2)])
    {'grams': '32.45 g', 'mg': '32,450', 'amount': '32,450 mg', 'vials': 'two 20 g vials'}
    """
    in_grams, in_mg = grams(dose), number(dose)
    amount = f"{in_mg} mg" if dose % 1000 else in_grams
    return {"grams": in_grams, "mg": in_mg, "amount": amount, "vials": vials_text(vials)}


def total_mg(vials: Iterable[Vial]) -> int:
    """The labeled content of vials in mg.

    >>> total_mg([Vial(20000, 2), Vial(5000)])
    45000
    """
    return sum(vial.size_mg * vial.count for vial in vials)


def whole_vials(asked: Asked, kinds: int | None = None) -> tuple[Vial, ...]:
    """Vials that are used up, largest first; of so many sizes, where ``kinds`` is given."""
    sizes: tuple[int, ...] = asked.aside("product.vial_sizes")
    return asked.draws.pick([vials for vials in _sets(sizes) if kinds in (None, len(vials))])


def dose_with_leftover(asked: Asked, step_mg: int = 1000) -> tuple[int, tuple[Vial, ...]]:
    """A dose (mg) in steps of whole units and the smallest set of vials for it, which leaves at least two units."""
    smallest: int = min(asked.aside("product.vial_sizes"))
    held = smallest * asked.draws.between(2, _MOST_MG // smallest)
    # Above the next smaller set, so that no vial too many was opened.
    least_left = max(step_mg, 2 * asked.unit)
    dose = held - asked.draws.between(least_left, smallest - step_mg, step_mg)
    return dose, least_waste(dose, on=asked.on, facts=asked.base)


def odd_dose(asked: Asked) -> tuple[int, tuple[Vial, ...]]:
    """A dose (mg) that is no whole number of units, and the smallest set for it, which leaves at least two units."""
    dose, vials = dose_with_leftover(asked, step_mg=asked.unit)
    return dose - asked.draws.between(10, asked.unit - 10, 10), vials


def _sets(sizes: tuple[int, ...]) -> Iterator[tuple[Vial, ...]]:
    largest_first = sorted(sizes, reverse=True)
    for counts in product(range(_MOST_VIALS + 1), repeat=len(sizes)):
        vials = tuple(Vial(size, count) for size, count in zip(largest_first, counts, strict=True) if count)
        if 0 < sum(counts) <= _MOST_VIALS and total_mg(vials) <= _MOST_MG:
            yield vials
