"""What follows from the lines of one dose: a course of doses, whole vials, and claims below the charge limit.

None of it advises on a dose: what is ordered is the prescriber's decision. Sources: facts ``unit.size``,
``product.vial_sizes``, ``medicare.charge_limit``, ``profile.<payer>.charge_split``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor, gcd
from typing import Any

from j1553ref.amounts import EXACT, UnitsError, dollars, milligrams
from j1553ref.billing import Billing, BillLine, plain
from j1553ref.facts import Answer, FactBase, as_date, packaged
from j1553ref.payers import Payer, parse_payer, profile
from j1553ref.units import administered_units, discarded_units
from j1553ref.vials import Vial, grams, least_waste

__all__ = [
    "ClaimShare",
    "Course",
    "Split",
    "WholeVials",
    "count_doses",
    "course",
    "notes_on_units",
    "split_claims",
    "whole_vials",
]

_MOST_DAYS = 3_660
_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Equal doses over a period: how many and why, and the units and vials of all of them together.

    >>> from j1553ref import bill_units
    >>> bill = bill_units(dose_mg=32450, vials="20g,10g,5g", on="2026-05-01")
    >>> course(bill, every_weeks=4, for_weeks=52).to_json()["total_units"]
    4550
    """

    doses: int
    every_days: int
    for_days: int
    administered_units: int
    discarded_units: int
    total_units: int
    vials: tuple[Vial, ...]
    why: str

    def to_json(self) -> dict[str, Any]:
        """Plain data: the fields; each kind of vial as ``{size_mg, count, ndc}``."""
        return {
            "doses": self.doses,
            "every_days": self.every_days,
            "for_days": self.for_days,
            "administered_units": self.administered_units,
            "discarded_units": self.discarded_units,
            "total_units": self.total_units,
            "vials": [{"size_mg": vial.size_mg, "count": vial.count, "ndc": vial.ndc} for vial in self.vials],
            "why": self.why,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeVials:
    """A dose of whole vials beside the one that was ordered: ``percent`` of it, with one decimal, and its units."""

    dose_mg: int
    percent: Decimal
    administered_units: int
    discarded_units: int
    vials: tuple[Vial, ...]
    #: whether no other dose of whole vials is nearer; both are where the ordered dose lies half way
    nearest: bool

    def to_json(self) -> dict[str, Any]:
        """Plain data: the fields; ``percent`` as a decimal string."""
        return {
            "dose_mg": str(self.dose_mg),
            "percent": f"{self.percent:.1f}",
            "administered_units": self.administered_units,
            "discarded_units": self.discarded_units,
            "vials": [{"size_mg": vial.size_mg, "count": vial.count} for vial in self.vials],
            "nearest": self.nearest,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimShare:
    """One of several claims for a dose: its whole vials, units, drug lines, the drug's charge and that of the claim."""

    vials: tuple[Vial, ...]
    administered_units: int
    discarded_units: int
    charge: Decimal
    total_charge: Decimal
    lines: tuple[BillLine, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data: the fields; money as decimal strings with cents, lines as ``{code, modifiers, units}``."""
        return {
            "vials": [{"size_mg": vial.size_mg, "count": vial.count, "ndc": vial.ndc} for vial in self.vials],
            "administered_units": self.administered_units,
            "discarded_units": self.discarded_units,
            "charge": f"{self.charge:.2f}",
            "total_charge": f"{self.total_charge:.2f}",
            "lines": [
                {"code": line.code, "modifiers": list(line.modifiers), "units": line.units} for line in self.lines
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Whether a charge fits on one claim, and if not, over which claims; ``limit`` is None where none is known."""

    charge: Decimal
    other_charges: Decimal
    limit: Decimal | None
    claims: tuple[ClaimShare, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data: the fields; ``claims`` is empty where one claim can carry the charge."""
        return {
            "charge": f"{self.charge:.2f}",
            "other_charges": f"{self.other_charges:.2f}",
            "limit": None if self.limit is None else f"{self.limit:.2f}",
            "claims": [claim.to_json() for claim in self.claims],
            "notes": list(self.notes),
        }


def count_doses(every_days: int, for_days: int) -> int:
    """Doses in a period: the first on its first day, then one each time the interval has passed.

    >>> [count_doses(28, days) for days in (364, 365, 28, 29)]
    [13, 14, 1, 2]
    """
    return len(range(0, for_days, every_days))


def course(
    bill: Billing, *, every_weeks: int | str, for_weeks: int | str | None = None, for_days: int | str | None = None
) -> Course:
    """The units and vials of equal doses, one every so many weeks, over a period of weeks or of days.

    Counted without a calendar date: the first dose is on the first day of the period. Raises :class:`UnitsError` for
    an interval or a period that is no whole number, for both periods or none, and for a period too long to plan.

    >>> from j1553ref import bill_units
    >>> bill = bill_units(dose_mg=35000, vials="20g,10g,5g", on="2026-05-01")
    >>> year = course(bill, every_weeks=3, for_days=365)
    >>> year.doses, year.total_units
    (18, 6300)
    """
    every = (
        _whole(every_weeks, "every weeks", "weeks from one dose to the next, such as 4", _MOST_DAYS // _WEEK) * _WEEK
    )
    if (for_weeks is None) == (for_days is None):
        raise UnitsError("period: give its length either in weeks, such as 52, or in days, such as 365")
    if for_weeks is not None:
        days = (
            _whole(for_weeks, "for weeks", "the length of the period in weeks, such as 52", _MOST_DAYS // _WEEK) * _WEEK
        )
    else:
        days = _whole(for_days, "for days", "the length of the period in days, such as 365", _MOST_DAYS)
    doses = count_doses(every, days)
    return Course(
        doses=doses,
        every_days=every,
        for_days=days,
        administered_units=doses * bill.administered_units,
        discarded_units=doses * bill.discarded_units,
        total_units=doses * bill.total_units,
        vials=tuple(Vial(vial.size_mg, vial.count * doses, vial.ndc) for vial in bill.vials),
        why=f"the first dose on day 1 of {days}, then one every {every} days; one more would be on day {doses * every + 1}",
    )


def whole_vials(
    dose_mg: int | str | Decimal, *, on: date | str, facts: FactBase | None = None
) -> tuple[WholeVials, ...]:
    """The doses of whole vials just below and just above a dose, with units and percent; none if it is one itself.

    None either for less than one unit, which is a slip. It says what would change and advises nothing: another dose is
    another order. Raises :class:`UnitsError` for what is no dose. Sources: facts ``product.vial_sizes``, ``unit.size``.

    >>> for each in whole_vials(32450, on="2026-05-01"):
    ...     print(each.dose_mg, each.administered_units, each.percent, each.nearest)
    30000 300 92.4 True
    35000 350 107.9 False
    """
    base, dose = facts or packaged(), milligrams(dose_mg)
    step = gcd(*base.on("product.vial_sizes", on).value)
    lower = int(dose // step) * step
    if dose == lower or dose < base.on("unit.size", on).value:
        return ()
    near = min(dose - lower, lower + step - dose)
    return tuple(
        _whole_vials(Decimal(target), dose, abs(target - dose) == near, on, base)
        for target in (lower, lower + step)
        if target
    )


def split_claims(
    bill: Billing,
    *,
    on: date | str,
    payer: str | None = None,
    charge: int | str | Decimal | None = None,
    charge_per_unit: int | str | Decimal | None = None,
    other_charges: int | str | Decimal | None = None,
    facts: FactBase | None = None,
) -> Split:
    """A proposal for a dose whose charge one professional claim to Medicare Part B cannot carry: claims of whole vials.

    ``charge`` is that of all units of the drug, or ``charge_per_unit`` that of one; ``other_charges`` is that of the
    other lines, which stay on the first claim. Raises :class:`UnitsError` for charges that cannot be read, and where a
    claim could not carry one vial. Sources: facts ``medicare.charge_limit``, ``profile.<payer>.charge_split``.

    >>> from j1553ref import bill_units
    >>> bill = bill_units(dose_mg=40000, vials="2x20g", on="2026-11-09")
    >>> found = split_claims(bill, on="2026-11-09", payer="medicare-ab:noridian", charge_per_unit=300)
    >>> for claim in found.claims:
    ...     print(claim.administered_units, claim.charge, *claim.lines[0].modifiers)
    200 60000 JZ
    200 60000 JZ 76
    """
    when, base = as_date(on), facts or packaged()
    if charge is not None and charge_per_unit is None:
        total = _cents(Fraction(dollars(charge, "charge")))
    elif charge is None and charge_per_unit is not None:
        total = _cents(Fraction(dollars(charge_per_unit, "charge for a unit", places=4)) * bill.total_units)
    else:
        raise UnitsError("charge: give either that of one unit or that of all units of the drug")
    other = dollars(0 if other_charges is None else other_charges, "other charges", zero=True)
    who = parse_payer(payer or "medicare-ab", base)
    asked = profile(who, "charge_split", when, base)
    amounts = {"charge": _dollars(total), "other_charges": other}
    if asked is None or not asked.known:
        unknown = f"No charge limit of {who.label} is known for one claim: ask."
        return Split(**amounts, limit=None, claims=(), notes=(unknown,))
    limit: Decimal = base.on("medicare.charge_limit", when).value
    if _dollars(total) + other <= limit:
        others = (
            () if other_charges is not None else ("The other lines of the claim come on top: give their charge too.",)
        )
        return Split(**amounts, limit=limit, claims=(), notes=others)
    taken = _packed(bill, total, _cents(Fraction(limit)), _cents(Fraction(other)))
    claims = tuple(_shares(bill, taken, total, other, asked, base, when))
    return Split(
        **amounts,
        limit=limit,
        claims=claims,
        notes=tuple(_split_notes(claims, who, asked, limit, other_charges is None)),
    )


def notes_on_units(
    bill: Billing,
    dose_mg: int | str | Decimal,
    rounded: Sequence[WholeVials],
    *,
    on: date | str,
    payer: str | None = None,
    facts: FactBase | None = None,
) -> Iterator[str]:
    """What to know about the numbers themselves: a slip of the unit, a total that a rule or a plan would not take.

    Sources: facts ``unit.size``, ``unit.line_limit``, ``bcbs.alabama.unit_limit``.

    >>> from j1553ref import bill_units
    >>> bill = bill_units(dose_mg=35, vials="5g", on="2026-05-01")
    >>> next(notes_on_units(bill, 35, (), on="2026-05-01"))
    '35 mg is less than one unit: are these grams? Write 35g.'
    """
    when, base, dose = as_date(on), facts or packaged(), milligrams(dose_mg)
    if dose < base.on("unit.size", when).value:
        yield f"{plain(dose)} mg is less than one unit: are these grams? Write {plain(dose)}g."
    most: int = base.on("unit.line_limit", when).value
    if max(line.units for line in bill.lines) > most:
        yield f"The units field holds at most {most}: rule UNT005 takes more for milligrams. Compare the dose with the order."
    if rounded:
        yield "Whole vials are another dose, and that is the prescriber's decision; the lines follow what was given."
    who = parse_payer(payer, base) if payer else None
    caps = (fact for fact in base.under("bcbs") if fact.id.endswith(".unit_limit"))
    for fact in caps if who else ():
        if who and who.is_bound_by(fact.binds) and bill.total_units > (cap := fact.on(when).value)["units_of_j1553"]:
            yield (
                f"{who.label} takes at most {cap['units_of_j1553']} units in {cap['days']} days ({fact.on(when).grade});"
                f" these are {bill.total_units}."
            )


def _whole(value: int | str | None, name: str, words: str, most: int) -> int:
    text = value.strip() if isinstance(value, str) else ""
    number = int(text) if re.fullmatch("0*[0-9]{1,4}", text) else value
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= most:
        raise UnitsError(f"{name}: expected {words}, a whole number from 1 to {most}")
    return number


def _whole_vials(target: Decimal, dose: Decimal, nearest: bool, on: date | str, base: FactBase) -> WholeVials:
    vials = least_waste(target, on=on, facts=base)
    tenths = floor(Fraction(target) / Fraction(dose) * 1000 + Fraction(1, 2))
    return WholeVials(
        dose_mg=int(target),
        percent=EXACT.divide(Decimal(tenths), Decimal(10)),
        administered_units=administered_units(target, on=on, facts=base),
        discarded_units=discarded_units(target, vials, on=on, facts=base),
        vials=vials,
        nearest=nearest,
    )


def _cents(amount: Fraction) -> int:
    """Dollars in whole cents, half a cent up."""
    return floor(amount * 100 + Fraction(1, 2))


def _dollars(cents: int) -> Decimal:
    return EXACT.divide(Decimal(cents), Decimal(100))


def _packed(bill: Billing, total: int, limit: int, other: int) -> list[tuple[Vial, ...]]:
    """The vials of each claim: each takes the largest that it can still carry. Charges in cents."""
    left = {vial: vial.count for vial in bill.vials}
    claims: list[tuple[Vial, ...]] = []
    while any(left.values()):
        room = limit - (0 if claims else other)
        units = room * bill.total_units // total
        taken = []
        for vial, count in left.items():
            each = vial.units // vial.count
            if (fit := min(count, units // each)) > 0:
                taken.append(Vial(vial.size_mg, fit, vial.ndc))
                units, left[vial] = units - fit * each, count - fit
        if not taken:
            size = min(vial.size_mg for vial, count in left.items() if count)
            beside = f" beside ${_dollars(other):,.2f} of other lines" if other and not claims else ""
            raise UnitsError(
                f"charge: at this charge for a unit no claim of at most ${_dollars(limit):,.2f} can carry a vial of"
                f" {grams(size)}{beside}; is it the charge for one unit, or for a vial?"
            )
        claims.append(tuple(taken))
    return claims


def _shares(
    bill: Billing,
    taken: Sequence[tuple[Vial, ...]],
    total: int,
    other: Decimal,
    asked: Answer,
    base: FactBase,
    when: date,
) -> Iterator[ClaimShare]:
    given, counted, charged = bill.administered_units, 0, 0
    whole = base.on("discard.jz", when).value
    wasted = base.on("discard.jw", when).value
    size = {vial.size_mg: vial.units // vial.count for vial in bill.vials}
    for number, vials in enumerate(taken):
        units = sum(vial.count * size[vial.size_mg] for vial in vials)
        here = min(given, units)
        given, counted = given - here, counted + units
        # Counted from the start of the dose, so that the claims add up to the cent.
        upto = total * counted // bill.total_units
        charge, charged = _dollars(upto - charged), upto
        marked = (asked.value,) if number and asked.value.isdigit() else ()
        code, jz = bill.lines[0].code, () if bill.discarded_units else (whole,)
        lines = [BillLine(code, (*jz, *marked), here, ())] if here else []
        if units > here:
            lines.append(BillLine(code, (wasted,), units - here, ()))
        yield ClaimShare(
            vials=vials,
            administered_units=here,
            discarded_units=units - here,
            charge=charge,
            total_charge=charge if number else charge + other,
            lines=tuple(lines),
        )


def _split_notes(
    claims: Sequence[ClaimShare], who: Payer, asked: Answer, limit: Decimal, others_unknown: bool
) -> Iterator[str]:
    yield f"{who.label} ({asked.grade}): {asked.entry.note}"
    if asked.value == "differs":
        yield "Name the contractor, as in --payer medicare-ab:noridian, to see what it asks for."
    if others_unknown:
        room = f"${limit - claims[0].charge:,.2f}"
        yield f"Claim 1 has {room} left for the administration and other lines; give their charge to keep room for them."
    if any(claim.discarded_units for claim in claims) and any(not claim.discarded_units for claim in claims):
        yield (
            "Whether the drug line of a claim without a JW line takes JZ, where another claim of the dose has JW,"
            " is not settled: ask the contractor."
        )
    if any(not claim.administered_units for claim in claims):
        yield "A claim that holds only discarded units may be rejected: ask the contractor how to bill what was left."
    sizes = {sum(line.units for line in claim.lines) for claim in claims}
    if asked.value in ("note", "differs") and len(sizes) < len(claims):
        yield "Some of the claims have the same units and charge: where they have to differ, ask the contractor how."
