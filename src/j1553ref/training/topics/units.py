"""Topic ``units``: from dose and vials to the units of the dose line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from j1553ref.facts.wording import date_text
from j1553ref.training.asking import Asked, Choice, Draft, Made, draft, right, wrong
from j1553ref.training.claims import Line, claim, dated, drug, record
from j1553ref.training.doses import NGS, Given, odd_dose, whole_vials
from j1553ref.training.words import number, units_text
from j1553ref.vials import grams, least_waste

_EVERY_SLIP = ("500-mg-units", "grams", "vials", "milligrams", "converted-twice", "rounded-down", "opened-as-given")
_SLIPS_OF_A_REST = ("500-mg-units", "grams", "rounded-down", "opened-as-given")
#: Codes of single brands whose descriptor says 500 mg.
_OLD_CODES = ("J1459", "J1557", "J1568", "J1576")


def used_up(asked: Asked) -> Draft:
    """Vials that are used up; the words tell the dose in grams, in milligrams, or as the volume that ran in."""
    given = Given.whole(asked)
    per_ml = asked.fact("product.concentration")
    return _draft(given, ml=number(Decimal(given.dose) / per_ml), per_ml=per_ml)


def with_rest(asked: Asked) -> Draft:
    """A dose in whole units, and drug left in the vials."""
    return _draft(Given.with_rest(asked, step_mg=asked.unit), _SLIPS_OF_A_REST)


def odd(asked: Asked) -> Draft:
    """A dose that is no whole number of units."""
    dose, vials = odd_dose(asked)
    return _draft(Given(asked, asked.place(NGS), dose, vials), _SLIPS_OF_A_REST)


def brand_switch(asked: Asked) -> Draft:
    """The same dose, before under a code that counts 500 mg."""
    code = asked.draws.pick(_OLD_CODES)
    brand, usual = (asked.fact(f"related.{code}")[name] for name in ("brand", "mg"))
    given = Given.whole(asked)
    old, units = given.in_units_of(usual), given.bill.administered_units
    divided = -(-old * asked.unit // usual)
    kept = wrong("old-units-kept", *_made(given, old), figure=old, grams=grams(old * asked.unit))
    return draft(
        right(*_made(given, units)),
        (
            kept,
            wrong("divided-again", *_made(given, divided), figure=divided),
            *_slips(given, ("converted-twice", "grams")),
        ),
        **_figures(given) | {"code": code, "brand": brand, "old": old},
    )


def by_weight(asked: Asked) -> Draft | None:
    """An order by body weight; the figures are made up and no advice on a dose."""
    half_kilograms, mg_per_kg = asked.draws.between(91, 199, 2), asked.draws.between(350, 550, 50)
    dose = half_kilograms * mg_per_kg // 2
    given = Given(asked, asked.place(NGS), dose, least_waste(dose, on=asked.on, facts=asked.base))
    if given.bill.discarded_units < 2 or given.exact == given.bill.administered_units:
        return None
    weight, per_kg = number(Decimal(half_kilograms) / 2), number(Decimal(mg_per_kg) / 1000)
    return _draft(given, _SLIPS_OF_A_REST, weight=weight, per_kg=per_kg)


def stopped(asked: Asked) -> Draft | None:
    """An infusion that was stopped: what ran in counts, not what was ordered."""
    vials = whole_vials(asked, kinds=2)
    per_ml, ordered = asked.fact("product.concentration"), sum(vial.size_mg * vial.count for vial in vials)
    ml = asked.draws.between(60, ordered // per_ml - 60, 10)
    given = Given(asked, asked.place(), ml * per_ml, vials)
    units, whole = given.bill.administered_units, ordered // asked.unit
    if units % (min(vial.size_mg for vial in vials) // asked.unit) == 0:
        return None
    not_given = given.claim([drug(whole, *given.bill.lines[0].modifiers), *given.lines()[1:]])
    return draft(
        right(*_made(given, units)),
        (
            wrong("ordered-as-given", (units_text(whole),), not_given, figure=whole),
            *_slips(given, ("500-mg-units", "grams")),
        ),
        spare=_slips(given, _EVERY_SLIP),
        **_figures(given) | {"ordered": grams(ordered), "ml": ml, "per_ml": per_ml},
    )


def on_two_days(asked: Asked) -> Draft:
    """The same dose, no whole number of units, on two days: each date is rounded for itself."""
    dose, vials = odd_dose(asked)
    dose -= max(0, dose % asked.unit - asked.unit // 2)  # so that two of them make one unit less than twice the units
    given = Given(asked, asked.place(NGS), dose, vials)
    asked.rests_on("infusion.several_days")
    days = (asked.on, asked.on + timedelta(days=1))
    units, sum_first = given.bill.administered_units, -(-2 * dose // asked.unit)
    habit, down = given.in_units_of(asked.usual), dose // asked.unit

    def made(first: int, second: int) -> Made:
        lines: list[Line] = []
        for day, billed in zip(days, (first, second), strict=True):
            lines += [dated(each, day) for each in (*given.dose_line(billed), given.initial)]
        records = [record(day, dose, vials) for day in days]
        return (f"{units_text(first)} and {units_text(second)}",), claim(given.place, asked.on, lines, records)

    return draft(
        right(*made(units, units)),
        (
            wrong("days-added-first", *made(units, sum_first - units), figure=number(sum_first)),
            wrong("rounded-down", *made(down, down), figure=down),
            wrong("500-mg-units", *made(habit, habit), figure=habit),
            wrong("vials", *made(given.count, given.count), figure=given.count),
        ),
        **_figures(given) | {"first": date_text(days[0]), "second": date_text(days[1])},
    )


def _draft(given: Given, about: tuple[str, ...] = _EVERY_SLIP, **figures: Any) -> Draft:
    good = right(*_made(given, given.bill.administered_units))
    slips, spare = _slips(given, about), _slips(given, _EVERY_SLIP)
    return draft(good, slips, spare=spare, **_figures(given) | {"arithmetic": given.arithmetic()} | figures)


def _made(given: Given, units: int) -> Made:
    return (units_text(units),), given.claim(given.dose_line(units))


def _figures(given: Given) -> dict[str, Any]:
    return {
        **given.words,
        "dose": number(given.dose),
        "usual": given.asked.usual,
        "unit": given.asked.unit,
        "per_gram": 1000 // given.asked.unit,
        "right": given.bill.administered_units,
        "exact": number(given.exact),
        "rounding": given.rounding(),
    }


def _slips(given: Given, mistakes: tuple[str, ...]) -> Iterator[Choice]:
    """The mistakes of these names, as far as this dose invites them."""
    units = given.bill.administered_units
    slips = {
        "500-mg-units": given.in_units_of(given.asked.usual),
        "grams": given.in_units_of(1000),
        "vials": given.count,
        "milligrams": given.dose,
        "converted-twice": units * given.asked.usual // given.asked.unit,
    }
    if given.exact != units:
        slips["rounded-down"] = units - 1
    if given.bill.discarded_units:
        slips["opened-as-given"] = given.bill.total_units
    for mistake, figure in slips.items():
        if mistake in mistakes:
            lines, claimed = _made(given, figure)
            if mistake == "opened-as-given":
                claimed = given.claim([drug(figure, "JZ")])
            yield wrong(mistake, lines, claimed, figure=number(figure))
