"""Topic ``jw-jz``: which lines, which modifier on which of them, and how much is on the JW line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from j1553ref.facts.wording import date_text
from j1553ref.training.asking import Asked, Choice, Draft, Made, draft, right, wrong
from j1553ref.training.claims import Line, claim, dated, drug, record, written
from j1553ref.training.doses import NGS, Given, odd_dose, total_mg, whole_dose_with_rest, whole_vials
from j1553ref.training.words import number, vials_text
from j1553ref.units import discarded_units
from j1553ref.vials import Vial, grams

#: mistakes by what the dose left and how hard the question is
_NOTHING_LEFT = ("no-modifier", "jw-on-the-dose", "both-on-one-line", "empty-jw-line")
_FIRST_STEPS = ("no-jw-line", "jz-though-left", "opened-as-given", "lone-jw", "jz-beside-jw", "lines-swapped")
_EVERYDAY = ("jz-though-left", "opened-as-given", "jz-beside-jw", "all-in-500-mg")
_ROUNDING = ("waste-rounded-up", "rounded-the-wrong-way", "rounded-down", "jz-beside-jw", "opened-as-given")


def nothing_left(asked: Asked) -> Draft:
    """Vials that are used up."""
    return _used_up(Given.whole(asked))


def some_left(asked: Asked) -> Draft:
    """A dose in whole grams, and drug left in the vials."""
    return _left_over(Given.with_rest(asked), _FIRST_STEPS)


def some_left_in_milligrams(asked: Asked) -> Draft:
    """A dose in milligrams that is a whole number of units."""
    return _left_over(Given.with_rest(asked, step_mg=asked.unit), _EVERYDAY)


def hospital(asked: Asked) -> Draft:
    """The hospital's claim: the drug is paid separately there, so the lines are those of an office."""
    asked.rests_on("discard.institutional")
    status, more = asked.fact("opps.status"), {"off_campus": False, "is_340b": False}
    if asked.draws.below(2):
        vials = whole_vials(asked)
        given = Given(asked, asked.hospital(), total_mg(vials), vials)
        return _used_up(given, ("hospital-no-modifier", *_NOTHING_LEFT), more, status=status)
    dose, vials = whole_dose_with_rest(asked)
    return _left_over(Given(asked, asked.hospital(), dose, vials), _FIRST_STEPS, more, status=status)


def odd_milligrams(asked: Asked) -> Draft:
    """A dose that is no whole number of units: the dose goes up, what is left goes down."""
    dose, vials = odd_dose(asked)
    given = Given(asked, asked.place(NGS), dose, vials)
    asked.rests_on("rounding.total")
    return _left_over(given, _ROUNDING)


def two_days(asked: Asked) -> Draft:
    """The same dose on two days, each from vials of its own."""
    dose, vials = whole_dose_with_rest(asked)
    given = Given(asked, asked.place(NGS), dose, vials)
    asked.rests_on("infusion.several_days")
    days = first, second = asked.on, asked.on + timedelta(days=1)
    units, left = given.bill.administered_units, given.bill.discarded_units

    def made(on_first: list[Line], on_second: list[Line], until: date | None = None) -> Made:
        lines = [dated(each, first, until) for each in on_first] + [dated(each, second) for each in on_second]
        lines += [dated(given.initial, day) for day in days]
        text = [f"{_short(first)}{f' to {_short(until)}' if until else ''}: {'; '.join(written(on_first))}"]
        text += [f"{_short(second)}: {'; '.join(written(on_second))}"] if on_second else []
        return tuple(text), claim(given.place, first, lines, [record(day, dose, vials) for day in days])

    both = [drug(2 * units), drug(2 * left, "JW")]
    waste_on_one = made([drug(units), drug(2 * left, "JW")], [drug(units)])
    return draft(
        right(*made(given.lines(), given.lines())),
        (
            wrong("two-days-on-one-line", *made(both, [])),
            wrong("date-span", *made(both, [], until=second)),
            wrong("waste-of-two-days", *waste_on_one, figure=2 * left, total=units + 2 * left),
            wrong("no-jw-line", *made([drug(units)], [drug(units)])),
        ),
        **_figures(given) | {"day": date_text(first), "second": date_text(second)},
    )


def overfill(asked: Asked) -> Draft:
    """More in the vial than its label says."""
    given = Given.with_rest(asked)
    asked.rests_on("discard.overfill", "product.concentration")
    extra = asked.draws.between(2, 6)
    units, left = given.bill.administered_units, given.bill.discarded_units
    billed, total = left + extra, units + left + extra
    return draft(
        _right(given, given.lines()),
        (
            _slip(given, "overfill-billed", [drug(units), drug(billed, "JW")], figure=billed, total=total),
            _slip(given, "overfill-given", [drug(units + extra), drug(left, "JW")]),
            *_slips_of_a_rest(given, ("no-jw-line", "opened-as-given")),
        ),
        **_figures(given) | {"extra": extra, "ml": left * asked.unit // asked.fact("product.concentration") + extra},
    )


def free_drug(asked: Asked) -> Draft:
    """A drug that cost the office nothing."""
    given = Given.with_rest(asked, stock="free")
    charge = asked.fact("discard.free_drug_charge")
    asked.rests_on("discard.free_drug", "infusion.same_claim")
    units, left = given.dose // asked.unit, (given.total - given.dose) // asked.unit
    free = drug(units, charge=str(charge))

    def made(lines: list[Line], *text: str) -> Made:
        return (*text, f"{asked.initial} × 1"), given.claim(lines)

    line, waste = f"J1553 × {units}, charge ${charge}", f"J1553 JW × {left}, charge ${charge}"
    return draft(
        right(*made([free], line)),
        (
            wrong("free-drug-charged", *made([drug(units)], f"J1553 × {units}, the usual charge")),
            wrong("free-drug-jw", *made([free, drug(left, "JW", charge=str(charge))], line, waste)),
            wrong("free-drug-missing", *made([])),
        ),
        **given.words | {"units": units, "unit": asked.unit, "token": f"${charge}"},
    )


def payable(asked: Asked) -> Draft | None:
    """What a contractor's text lets be paid of what larger vials left."""
    contractor = asked.draws.pick(["CGS", "Noridian"])
    dose, fewest = whole_dose_with_rest(asked)
    size = asked.draws.pick(sorted(asked.fact("product.vial_sizes"))[1:])
    vials = (Vial(size, -(-dose // size)),)
    opened, least = (discarded_units(dose, each, on=asked.on, facts=asked.base) for each in (vials, fewest))
    if opened == least or least < 2 or opened - least == least:
        return None
    asked.rests_on("discard.least_waste", "product.vial_sizes", "unit.size")
    units, avoidable = dose // asked.unit, opened - least
    return draft(
        right((f"{least} units",)),
        (
            wrong("avoidable-counted", (f"{opened} units",), figure=opened),
            wrong("only-avoidable", (f"{avoidable} units",), figure=avoidable, total=units + avoidable),
            wrong("nothing-payable", ("0 units",)),
        ),
        contractor=contractor,
        grams=grams(dose),
        vials=vials_text(vials),
        fewest=vials_text(fewest),
        opened=opened,
        held=units + opened,
        avoidable=avoidable,
        right=least,
        dose=units,
        least=units + least,
    )


def _used_up(
    given: Given, about: tuple[str, ...] = _NOTHING_LEFT, more: dict[str, Any] | None = None, **figures: Any
) -> Draft:
    units, more = given.bill.total_units, more or {}
    given.asked.rests_on("discard.exclusive")
    slips = {
        "hospital-no-modifier": [drug(units)],
        "no-modifier": [drug(units)],
        "jw-on-the-dose": [drug(units, "JW")],
        "both-on-one-line": [drug(units, "JW", "JZ")],
        "empty-jw-line": [drug(units), drug(0, "JW")],
    }
    made = (_slip(given, mistake, slips[mistake], more) for mistake in about)
    after = {"after": ". Nothing is left."}
    return draft(_right(given, given.lines(), more), made, **_figures(given) | figures | after)


def _left_over(given: Given, about: tuple[str, ...], more: dict[str, Any] | None = None, **figures: Any) -> Draft:
    good = _right(given, given.lines(), more or {})
    slips = list(_slips_of_a_rest(given, about, more or {}))
    return draft(good, slips, **_figures(given) | figures | {"after": "; the rest is discarded."})


def _slips_of_a_rest(given: Given, about: tuple[str, ...], more: dict[str, Any] | None = None) -> Iterator[Choice]:
    """The mistakes of these names for a dose that left something."""
    asked, bill = given.asked, given.bill
    units, left, opened = bill.administered_units, bill.discarded_units, bill.total_units
    asked.rests_on("discard.jw_line", *(["discard.exclusive"] if "jz-beside-jw" in about else []))
    usual = asked.usual if "all-in-500-mg" in about else 1
    habit = given.in_units_of(usual)
    #: mistake -> the lines that it makes, and the figure that its reason names
    slips = {
        "no-jw-line": ([drug(units)], opened),
        "jz-though-left": ([drug(units, "JZ")], opened),
        "opened-as-given": ([drug(opened, "JZ")], opened),
        "lone-jw": ([drug(left, "JW")], opened),
        "jz-beside-jw": ([drug(units, "JZ"), drug(left, "JW")], opened),
        "lines-swapped": ([drug(left), drug(units, "JW")], opened),
        "all-in-500-mg": ([drug(habit), drug(left * asked.unit // usual, "JW")], habit),
        "waste-rounded-up": ([drug(units), drug(left + 1, "JW")], left + 1),
        "rounded-the-wrong-way": ([drug(units - 1), drug(left + 1, "JW")], units - 1),
        "rounded-down": ([drug(units - 1), drug(left, "JW")], units - 1),
    }
    for mistake in about:
        lines, figure = slips[mistake]
        yield _slip(given, mistake, lines, more, figure=figure, usual=usual)


def _figures(given: Given) -> dict[str, Any]:
    bill = given.bill
    return {
        **given.words,
        "right": bill.administered_units,
        "dose": bill.administered_units,
        "left": bill.discarded_units,
        "opened": bill.total_units,
        "total": bill.total_units + 1,
        "unit": given.asked.unit,
        "exact": number(given.exact),
        "arithmetic": given.arithmetic(),
    }


def _right(given: Given, lines: list[Line], more: dict[str, Any] | None = None) -> Choice:
    return right(written(lines), given.claim(lines, **(more or {})))


def _slip(given: Given, mistake: str, lines: list[Line], more: dict[str, Any] | None = None, **figures: Any) -> Choice:
    return wrong(mistake, written(lines), given.claim(lines, **(more or {})), **figures)


def _short(day: date) -> str:
    return date_text(day).partition(",")[0]
