"""Topic ``units``: from dose and vials to the units of the dose line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from j1553ref.code import CODE
from j1553ref.training.asking import Asked, Choice, Draft, Template, right, wrong
from j1553ref.training.claims import Line, claim, record
from j1553ref.training.doses import Given, drug, odd_dose, whole_dose_with_rest, whole_vials
from j1553ref.training.words import day_text, dose_steps, number, total_mg, vials_text
from j1553ref.vials import grams, least_waste

__all__ = ["LEVELS"]

_ASK = f"How many units go on the {CODE} line for the dose?"
_OFFICE = "Office, CMS-1500, Medicare Part B"
_NGS = "Office, CMS-1500, Medicare Part B (contractor NGS)"
_EVERY_SLIP = ("500-mg-units", "grams", "vials", "milligrams", "converted-twice", "rounded-down", "opened-as-given")
_SLIPS_OF_A_REST = ("500-mg-units", "grams", "rounded-down", "opened-as-given")
#: Codes of single brands whose descriptor says 500 mg.
_OLD_CODES = ("J1459", "J1557", "J1568", "J1576")


def in_grams(asked: Asked) -> Draft:
    """Vials that are used up; the dose in grams."""
    return _used_up(asked, "{grams}")


def in_milligrams(asked: Asked) -> Draft:
    """Vials that are used up; the dose in milligrams."""
    return _used_up(asked, "{mg} mg")


def in_milliliters(asked: Asked) -> Draft:
    """Vials that are used up; the volume that ran in."""
    return _used_up(asked, "{ml} mL")


def _used_up(asked: Asked, wording: str) -> Draft:
    vials = whole_vials(asked)
    given = Given(asked=asked, place=asked.office(), dose=total_mg(vials), vials=vials)
    per_ml = asked.fact("product.concentration")
    ml = number(Decimal(given.dose) / per_ml)
    told = wording.format(grams=grams(given.dose), mg=number(given.dose), ml=ml)
    first = (f"{told} × {per_ml} mg in 1 mL = {number(given.dose)} mg.",) if "ml" in wording else ()
    return _draft(given, _OFFICE, f"{told} of Yimmugo is given from {vials_text(vials)}. Nothing is left.", first)


def with_rest(asked: Asked) -> Draft:
    """A dose in whole units, and drug left in the vials."""
    dose, vials = whole_dose_with_rest(asked, step_mg=asked.unit)
    return _left_over(Given(asked=asked, place=asked.office(), dose=dose, vials=vials), _OFFICE)


def odd(asked: Asked) -> Draft:
    """A dose that is no whole number of units."""
    dose, vials = odd_dose(asked)
    return _left_over(Given(asked=asked, place=asked.office("medicare-ab:ngs"), dose=dose, vials=vials), _NGS)


def _left_over(given: Given, setting: str) -> Draft:
    vials = vials_text(given.vials)
    told = f"{number(given.dose)} mg of Yimmugo is given from {vials}; the rest is discarded."
    return _draft(given, setting, told, about=_SLIPS_OF_A_REST)


def brand_switch(asked: Asked) -> Draft:
    """The same dose, before under a code that counts 500 mg."""
    code = asked.draws.pick(_OLD_CODES)
    brand, usual = (asked.fact(f"related.{code}")[each] for each in ("brand", "mg"))
    vials = whole_vials(asked)
    given = Given(asked=asked, place=asked.office(), dose=total_mg(vials), vials=vials)
    old, units = given.in_units_of(usual), given.bill.administered_units
    told = (
        f"Until now the patient got {brand}, billed as {old} units of {code}, whose unit is {usual} mg. The same dose is now"
        f" given as Yimmugo, from {vials_text(vials)}. Nothing is left."
    )
    figures = {"usual": usual, "unit": asked.unit, "dose": number(given.dose), "per_gram": 1000 // asked.unit}
    divided = -(-old * asked.unit // usual)
    return Draft(
        setting=_OFFICE,
        situation=told,
        ask=_ASK,
        right=_choice(given, units),
        wrong=(
            wrong(
                "old-units-kept",
                _units(old),
                given.claim(given.dose_line(old)),
                figure=old,
                grams=grams(old * asked.unit),
                **figures,
            ),
            wrong("divided-again", _units(divided), given.claim(given.dose_line(divided)), figure=divided, **figures),
            *_slips(given, "converted-twice", "grams"),
        ),
        steps=(
            f"{old} × {usual} mg = {number(given.dose)} mg.",
            f"{number(given.dose)} mg ÷ {asked.unit} mg = {units} units: five times as many, since the unit is a fifth.",
        ),
    )


def by_weight(asked: Asked) -> Draft | None:
    """An order by body weight; the figures are made up and no advice on a dose."""
    half_kilograms, mg_per_kg = asked.draws.between(91, 199, 2), asked.draws.between(350, 550, 50)
    dose = half_kilograms * mg_per_kg // 2
    vials = least_waste(dose, on=asked.on, facts=asked.base)
    given = Given(asked=asked, place=asked.office("medicare-ab:ngs"), dose=dose, vials=vials)
    if given.bill.discarded_units < 2 or given.exact == given.bill.administered_units:
        return None
    weight, per_kg = number(Decimal(half_kilograms) / 2), number(Decimal(mg_per_kg) / 1000)
    told = (
        f"The order in this exercise reads {per_kg} g/kg, and the patient weighs {weight} kg. That dose is given from"
        f" {vials_text(vials)}; the rest is discarded."
    )
    first = (f"{weight} kg × {per_kg} g/kg = {number(dose)} mg.",)
    return _draft(given, _NGS, told, first, about=_SLIPS_OF_A_REST)


def stopped(asked: Asked) -> Draft | None:
    """An infusion that was stopped: what ran in counts, not what was ordered."""
    vials = whole_vials(asked, kinds=2)
    per_ml, ordered = asked.fact("product.concentration"), total_mg(vials)
    ml = asked.draws.between(60, ordered // per_ml - 60, 10)
    given = Given(asked=asked, place=asked.office(), dose=ml * per_ml, vials=vials)
    units, whole = given.bill.administered_units, ordered // asked.unit
    if units % (min(each.size_mg for each in vials) // asked.unit) == 0:
        return None
    told = (
        f"{grams(ordered)} of Yimmugo was ordered, and {vials_text(vials)} were opened. The infusion is stopped for a"
        f" reaction when {ml} mL has run in; the rest is discarded."
    )
    not_given = [drug(whole, *given.bill.lines[0].modifiers), *given.lines()[1:]]
    return replace(
        _draft(given, _OFFICE, told),
        wrong=(
            wrong("ordered-as-given", _units(whole), given.claim(not_given), figure=whole, right=units),
            *_slips(given, "500-mg-units", "grams"),
        ),
        steps=(
            f"{ml} mL × {per_ml} mg in 1 mL = {number(given.dose)} mg.",
            *dose_steps(given.dose, asked.unit, units),
            "The order does not count, nor does what was opened.",
        ),
    )


def on_two_days(asked: Asked) -> Draft:
    """The same dose, no whole number of units, on two days: each date is rounded for itself."""
    dose, vials = odd_dose(asked)
    dose -= max(0, dose % asked.unit - asked.unit // 2)  # so that two of them make one unit less than twice the units
    given = Given(asked=asked, place=asked.office("medicare-ab:ngs"), dose=dose, vials=vials)
    asked.rests_on("infusion.several_days")
    days = (asked.on, asked.on + timedelta(days=1))
    units, sum_first = given.bill.administered_units, -(-2 * dose // asked.unit)
    usual, down = asked.fact("unit.usual_iv_size"), dose // asked.unit
    figures = {"dose": number(dose), "usual": usual, "unit": asked.unit, "right": units, "exact": number(given.exact)}

    def made(first: int, second: int) -> tuple[tuple[str, ...], dict[str, object]]:
        lines: list[Line] = []
        for day, each in zip(days, (first, second), strict=True):
            dated = {"service_date": {"start": day.isoformat()}}
            lines += [one | dated for one in (*given.dose_line(each), given.initial)]
        told = [record(day, dose, vials) for day in days]
        return (" and ".join(f"{each} unit{'' if each == 1 else 's'}" for each in (first, second)),), claim(
            given.place, asked.on, lines, told
        )

    habit = given.in_units_of(usual)
    return Draft(
        setting=_NGS,
        situation=(
            f"{number(dose)} mg of Yimmugo is given on each of two days, {day_text(days[0])} and {day_text(days[1])}, each"
            f" time from {vials_text(vials)}; the rest is discarded each time."
        ),
        ask=f"How many units go on the {CODE} line for the dose of the first day, and of the second?",
        right=right(*made(units, units)),
        wrong=(
            wrong("days-added-first", *made(units, sum_first - units), figure=number(sum_first), **figures),
            wrong("rounded-down", *made(down, down), figure=down, **figures),
            wrong("500-mg-units", *made(habit, habit), figure=habit, **figures),
            wrong("vials", *made(given.count, given.count), figure=given.count, **figures),
        ),
        steps=(
            f"Each day: {number(dose)} mg ÷ {asked.unit} mg = {number(given.exact)}, rounded up: {units} units.",
            "Each date is a line of its own, so each is rounded for itself.",
        ),
        dated=False,
    )


def _draft(
    given: Given, setting: str, situation: str, first: tuple[str, ...] = (), about: tuple[str, ...] = _EVERY_SLIP
) -> Draft:
    return Draft(
        setting=setting,
        situation=situation,
        ask=_ASK,
        right=_choice(given, given.bill.administered_units),
        wrong=tuple(_slips(given, *about)),
        spare=tuple(_slips(given, *_EVERY_SLIP)),
        steps=(*first, *given.steps()),
    )


def _choice(given: Given, units: int) -> Choice:
    return right(_units(units), given.claim(given.dose_line(units)))


def _units(figure: int) -> tuple[str, ...]:
    return (f"{number(figure)} unit{'' if figure == 1 else 's'}",)


def _slips(given: Given, *mistakes: str) -> Iterator[Choice]:
    """The mistakes of these names, as far as this dose invites them."""
    asked, units = given.asked, given.bill.administered_units
    usual = asked.fact("unit.usual_iv_size")
    figures = {
        "dose": number(given.dose),
        "usual": usual,
        "unit": asked.unit,
        "per_gram": 1000 // asked.unit,
        "right": units,
        "exact": number(given.exact),
    }
    slips = {
        "500-mg-units": given.in_units_of(usual),
        "grams": given.in_units_of(1000),
        "vials": given.count,
        "milligrams": given.dose,
        "converted-twice": units * usual // asked.unit,
    }
    if given.exact != units:
        slips["rounded-down"] = units - 1
    if given.bill.discarded_units:
        slips["opened-as-given"] = given.bill.total_units
    for mistake, figure in slips.items():
        if mistake in mistakes:
            lines = [drug(figure, "JZ")] if mistake == "opened-as-given" else given.dose_line(figure)
            yield wrong(mistake, _units(figure), given.claim(lines), figure=number(figure), **figures)


LEVELS: dict[int, tuple[Template, ...]] = {
    1: (in_grams, in_milligrams, in_milliliters),
    2: (with_rest, odd, brand_switch),
    3: (by_weight, stopped, on_two_days),
}
