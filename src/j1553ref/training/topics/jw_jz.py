"""Topic ``jw-jz``: which lines, which modifier on which of them, and how much is on the JW line."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from j1553ref.facts.wording import date_text
from j1553ref.training.asking import Asked, Draft, Made
from j1553ref.training.claims import claim, dated, parsed, record
from j1553ref.training.doses import NGS, Given, dose_with_leftover, in_words, total_mg, whole_vials
from j1553ref.training.words import vials_text
from j1553ref.units import discarded_units
from j1553ref.vials import Vial


def plain(asked: Asked, *, leftover: bool) -> Draft:
    """Vials that are used up, or a dose in whole grams and drug left in the vials."""
    given = Given.leftover(asked) if leftover else Given.whole(asked)
    return Draft(_figures(given), given.made)


def some_left_in_milligrams(asked: Asked) -> Draft:
    """A dose in milligrams that is a whole number of units."""
    given = Given.leftover(asked, step_mg=asked.unit)
    figures, usual = _figures(given), asked.usual
    in_500 = figures["left"] * asked.unit // usual
    return Draft(figures | {"usual": usual, "habit": given.in_units_of(usual), "in_500": in_500}, given.made)


def odd_milligrams(asked: Asked) -> Draft:
    """A dose that is no whole number of units: the dose goes up, what is left goes down."""
    given = Given.odd(asked)
    asked.states("rounding.total")
    return Draft(_figures(given), given.made)


def hospital(asked: Asked) -> Draft:
    """The hospital's claim: the drug is paid separately there, so the lines are those of an office."""
    asked.states("discard.institutional")
    status = asked.fact("opps.status")
    if asked.draws.below(2):
        vials, after = whole_vials(asked), ". Nothing is left."
        dose = total_mg(vials)
    else:
        (dose, vials), after = dose_with_leftover(asked), "; what is left is discarded."
    given = Given(asked, asked.hospital(), dose, vials)
    made = partial(given.made, off_campus=False, is_340b=False)
    return Draft(_figures(given) | {"status": status, "after": after}, made)


def two_days(asked: Asked) -> Draft:
    """The same dose on two days, each from vials of its own."""
    dose, vials = dose_with_leftover(asked)
    given = Given(asked, asked.place(NGS), dose, vials)
    asked.states("infusion.several_days")
    days = first, second = asked.on, asked.on + timedelta(days=1)
    texts = [date_text(day) for day in days]
    short, until = (text.partition(",")[0] for text in texts)

    def made(on_first: str, on_second: str = "", span: str = "") -> Made:
        lines = [dated(line, first, second if span else None) for line in parsed(on_first)]
        lines += [dated(line, second) for line in parsed(on_second or "none")]
        lines += [dated(given.initial, day) for day in days]
        text = [f"{short}{f' to {until}' if span else ''}: {on_first}"]
        text += [f"{until}: {on_second}"] if on_second else []
        return tuple(text), claim(given.place, first, lines, [record(day, dose, vials) for day in days])

    units, left = given.bill.administered_units, given.bill.discarded_units
    twice = {"both": 2 * units, "waste": 2 * left, "total": units + 2 * left}
    return Draft(_figures(given, noted=False) | {"day": texts[0], "second": texts[1]} | twice, made)


def overfill(asked: Asked) -> Draft:
    """More in the vial than its label says."""
    given = Given.leftover(asked)
    asked.states("discard.overfill", "product.concentration")
    extra = asked.draws.between(2, 6)
    units, left = given.bill.administered_units, given.bill.discarded_units
    ml = left * asked.unit // asked.fact("product.concentration") + extra
    more = {"above": units + extra, "waste": left + extra, "total": units + left + extra}
    return Draft(_figures(given, exclusive=False) | {"extra": extra, "ml": ml} | more, given.made)


def free_drug(asked: Asked) -> Draft:
    """A drug that cost the office nothing."""
    given = Given.leftover(asked, stock="free")
    amount = str(asked.fact("discard.free_drug_charge"))
    asked.states("discard.free_drug", "infusion.same_claim")
    units, left = given.dose // asked.unit, (total_mg(given.vials) - given.dose) // asked.unit

    def made(*texts: str) -> Made:
        lines = []
        for text in texts:
            words, _, charge = text.partition(", ")
            lines += [line | ({"charge": amount} if charge.startswith("charge") else {}) for line in parsed(words)]
        return (*texts, f"{asked.initial} × 1"), given.claim(lines)

    return Draft(given.words | {"units": units, "left": left, "unit": asked.unit, "token": f"${amount}"}, made)


def payable(asked: Asked) -> Draft | None:
    """What a contractor's text lets be paid of what larger vials left."""
    contractor = asked.draws.pick(["CGS", "Noridian"])
    dose, fewest = dose_with_leftover(asked)
    size = asked.draws.pick(sorted(asked.fact("product.vial_sizes"))[1:])
    vials = (Vial(size, -(-dose // size)),)
    opened, least = (discarded_units(dose, taken, on=asked.on, facts=asked.base) for taken in (vials, fewest))
    if opened == least or least < 2 or opened - least == least:
        return None
    asked.states("discard.least_waste", "product.vial_sizes", "unit.size")
    units, avoidable = dose // asked.unit, opened - least
    figures = {"contractor": contractor, "fewest": vials_text(fewest), "opened": opened, "held": units + opened}
    figures |= {
        "avoidable": avoidable,
        "total": units + avoidable,
        "right": least,
        "dose": units,
        "least": units + least,
    }
    return Draft(in_words(dose, vials) | figures, lambda units: ((f"{units} units",), None))


def _figures(given: Given, *, noted: bool = True, exclusive: bool = True) -> dict[str, Any]:
    figures = given.figures()
    if noted and figures["left"]:
        given.asked.states("discard.jw_line")
    if noted and exclusive:
        given.asked.states("discard.exclusive")
    return figures
