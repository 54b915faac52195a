"""Topic ``units``: from dose and vials to the units of the dose line."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from j1553ref.facts.wording import date_text
from j1553ref.training.asking import Asked, Draft, Made
from j1553ref.training.claims import Line, claim, dated, drug, record
from j1553ref.training.doses import NGS, Given, odd_dose, total_mg, whole_vials
from j1553ref.training.words import number, units_text
from j1553ref.vials import grams, least_waste

#: Codes of single brands whose descriptor says 500 mg.
_OLD_CODES = ("J1459", "J1557", "J1568", "J1576")


def used_up(asked: Asked) -> Draft:
    """Vials that are used up; the words tell the dose in grams, in milligrams, or as the volume that ran in."""
    given = Given.whole(asked)
    per_ml = asked.fact("product.concentration")
    return _draft(given, ml=number(Decimal(given.dose) / per_ml), per_ml=per_ml)


def with_leftover(asked: Asked) -> Draft:
    """A dose in whole units, and drug left in the vials."""
    return _draft(Given.leftover(asked, step_mg=asked.unit))


def odd(asked: Asked) -> Draft:
    """A dose that is no whole number of units."""
    return _draft(Given.odd(asked))


def brand_switch(asked: Asked) -> Draft:
    """The same dose, before under a code that counts 500 mg."""
    code = asked.draws.pick(_OLD_CODES)
    brand, usual = (asked.fact(f"related.{code}")[name] for name in ("brand", "mg"))
    given = Given.whole(asked)
    old, unit = given.in_units_of(usual), asked.aside("unit.size")
    return _draft(given, code=code, brand=brand, old=old, old_grams=grams(old * unit), divided=-(-old * unit // usual))


def by_weight(asked: Asked) -> Draft | None:
    """An order by body weight; the figures are made up and no advice on a dose."""
    half_kilograms, mg_per_kg = asked.draws.between(91, 199, 2), asked.draws.between(350, 550, 50)
    dose = half_kilograms * mg_per_kg // 2
    given = Given(asked, asked.place(NGS), dose, least_waste(dose, on=asked.on, facts=asked.base))
    if given.bill.discarded_units < 2 or given.exact == given.bill.administered_units:
        return None
    weight, per_kg = number(Decimal(half_kilograms) / 2), number(Decimal(mg_per_kg) / 1000)
    return _draft(given, weight=weight, per_kg=per_kg)


def stopped(asked: Asked) -> Draft | None:
    """An infusion that was stopped: what ran in counts, not what was ordered."""
    vials = whole_vials(asked, kinds=2)
    per_ml, ordered = asked.fact("product.concentration"), total_mg(vials)
    ml = asked.draws.between(60, ordered // per_ml - 60, 10)
    given = Given(asked, asked.place(), ml * per_ml, vials)
    if given.bill.administered_units % (min(vial.size_mg for vial in vials) // asked.unit) == 0:
        return None
    return _draft(given, ordered=grams(ordered), whole=ordered // asked.unit, ml=ml, per_ml=per_ml)


def on_two_days(asked: Asked) -> Draft:
    """The same dose, no whole number of units, on two days: each date is rounded for itself."""
    dose, vials = odd_dose(asked)
    dose -= max(0, dose % asked.unit - asked.unit // 2)  # so that two of them make one unit less than twice the units
    given = Given(asked, asked.place(NGS), dose, vials)
    asked.states("infusion.several_days")
    days = (asked.on, asked.on + timedelta(days=1))

    def made(*units: str) -> Made:
        lines: list[Line] = []
        for day, billed in zip(days, units, strict=True):
            lines += [dated(item, day) for item in (*given.dose_line(int(billed)), given.initial)]
        records = [record(day, dose, vials) for day in days]
        return (" and ".join(units_text(int(count)) for count in units),), claim(given.place, asked.on, lines, records)

    figures, sum_first = _figures(given), -(-2 * dose // asked.unit)
    figures |= {"first": date_text(days[0]), "second": date_text(days[1])}
    figures |= {"sum": number(sum_first), "sum_less_first": sum_first - figures["right"]}
    return Draft(figures, made)


def _draft(given: Given, **figures: Any) -> Draft:
    def made(units: str, modifier: str = "") -> Made:
        billed = int(units.replace(",", ""))
        lines = [drug(billed, modifier)] if modifier else given.dose_line(billed)
        return (units_text(billed),), given.claim(lines)

    return Draft(_figures(given) | figures, made)


def _figures(given: Given) -> dict[str, Any]:
    figures, usual = given.figures(), given.asked.usual
    units, unit = figures["right"], figures["unit"]
    return figures | {
        "usual": usual,
        "per_gram": 1000 // unit,
        "habit": given.in_units_of(usual),
        "in_grams": given.in_units_of(1000),
        "count": sum(vial.count for vial in given.vials),
        "twice": number(units * usual // unit),
        "down": None if given.exact == units else units - 1,
    }
