"""Topic ``jw-jz``: which lines, which modifier on which of them, and how much stands on the JW line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from j1553ref.training.asking import Asked, Choice, Draft, Made, Template, right, wrong
from j1553ref.training.claims import Line, claim, record, written
from j1553ref.training.doses import Given, drug, odd_dose, whole_dose_with_rest, whole_vials
from j1553ref.training.words import FURTHER_HOURS, day_text, number, total_mg, vials_text
from j1553ref.units import discarded_units
from j1553ref.vials import Vial, grams

__all__ = ["LEVELS"]

_ASK = "Which drug lines go on the claim?"
_OFFICE = "Office, CMS-1500, Medicare Part B"
_NGS = f"{_OFFICE} (contractor NGS)"
_HOSPITAL = "Hospital outpatient department on campus, UB-04, Medicare Part B"


def nothing_left(asked: Asked) -> Draft:
    """Vials that are used up."""
    vials = whole_vials(asked)
    return _used_up(Given(asked=asked, place=asked.office(), dose=total_mg(vials), vials=vials), _OFFICE)


def some_left(asked: Asked) -> Draft:
    """A dose in whole grams, and drug left in the vials."""
    dose, vials = whole_dose_with_rest(asked)
    return _left_over(Given(asked=asked, place=asked.office(), dose=dose, vials=vials), _OFFICE)


def some_left_in_milligrams(asked: Asked) -> Draft:
    """A dose in milligrams that is a whole number of units."""
    dose, vials = whole_dose_with_rest(asked, step_mg=asked.unit)
    given = Given(asked=asked, place=asked.office(), dose=dose, vials=vials)
    return replace(_left_over(given, _OFFICE), wrong=tuple(_slips_of_a_rest(given, _EVERYDAY)))


def hospital(asked: Asked) -> Draft:
    """The hospital's claim: the drug is paid separately there, so the lines are those of an office."""
    asked.rests_on("discard.institutional")
    status, more = asked.fact("opps.status"), {"off_campus": False, "is_340b": False}
    if asked.draws.below(2):
        vials = whole_vials(asked)
        given = Given(asked=asked, place=asked.hospital(), dose=total_mg(vials), vials=vials)
        draft = _used_up(given, _HOSPITAL, more)
        slip = _slip(given, "hospital-no-modifier", [drug(given.bill.total_units)], more, status=status)
        draft = replace(draft, wrong=(slip, *draft.wrong))
    else:
        dose, vials = whole_dose_with_rest(asked)
        draft = _left_over(Given(asked=asked, place=asked.hospital(), dose=dose, vials=vials), _HOSPITAL, more)
    reason = f"OPPS status {status} on this date: paid separately, so JW and JZ apply."
    return replace(draft, steps=(*draft.steps, reason))


def odd_milligrams(asked: Asked) -> Draft:
    """A dose that is no whole number of units: the dose goes up, what is left goes down."""
    dose, vials = odd_dose(asked)
    given = Given(asked=asked, place=asked.office("medicare-ab:ngs"), dose=dose, vials=vials)
    asked.rests_on("rounding.total")
    return replace(_left_over(given, _NGS), wrong=tuple(_slips_of_a_rest(given, _ROUNDING)))


def two_days(asked: Asked) -> Draft:
    """The same dose on two days, each from vials of its own."""
    dose, vials = whole_dose_with_rest(asked)
    given = Given(asked=asked, place=asked.office("medicare-ab:ngs"), dose=dose, vials=vials)
    asked.rests_on("infusion.several_days")
    first, second = asked.on, asked.on + timedelta(days=1)
    units, left, opened = given.bill.administered_units, given.bill.discarded_units, given.bill.total_units

    def made(on_first: list[Line], on_second: list[Line], until: bool = False) -> Made:
        days = [({"start": first.isoformat()} | ({"end": second.isoformat()} if until else {}), on_first)]
        days += [({"start": second.isoformat()}, on_second)] if on_second else []
        lines = [each | {"service_date": day} for day, drugs in days for each in drugs]
        visits = [given.initial | {"service_date": {"start": day.isoformat()}} for day in (first, second)]
        told = [record(day, dose, vials) for day in (first, second)]
        span = f"{_short(first)} to {_short(second)}" if until else _short(first)
        text = [f"{span}: {'; '.join(written(on_first))}"]
        text += [f"{_short(second)}: {'; '.join(written(on_second))}"] if on_second else []
        return tuple(text), claim(given.place, first, [*lines, *visits], told)

    both, figures = [drug(2 * units), drug(2 * left, "JW")], {"day": day_text(first), "right": units, "dose": units}
    return Draft(
        setting=_NGS,
        situation=(
            f"{grams(dose)} of Yimmugo is given on each of two days, {day_text(first)} and {day_text(second)}, each time"
            f" from {vials_text(vials)}; the rest is discarded each time."
        ),
        ask=_ASK,
        right=right(*made(given.lines(), given.lines())),
        wrong=(
            wrong("two-days-on-one-line", *made(both, []), **figures),
            wrong("date-span", *made(both, [], until=True)),
            wrong(
                "waste-of-two-days",
                *made([drug(units), drug(2 * left, "JW")], [drug(units)]),
                figure=2 * left,
                total=units + 2 * left,
                opened=opened,
                **figures,
            ),
            wrong("no-jw-line", *made([drug(units)], [drug(units)]), left=left),
        ),
        steps=(
            "Each day for itself, date by date:",
            *given.steps(),
            "So four lines: dose and JW for each date, no date span.",
        ),
        dated=False,
    )


def overfill(asked: Asked) -> Draft:
    """More in the vial than its label says."""
    dose, vials = whole_dose_with_rest(asked)
    given = Given(asked=asked, place=asked.office(), dose=dose, vials=vials)
    asked.rests_on("discard.overfill", "product.concentration")
    extra = asked.draws.between(2, 6)
    units, left, opened = given.bill.administered_units, given.bill.discarded_units, given.bill.total_units
    measured = left * asked.unit // asked.fact("product.concentration") + extra
    return Draft(
        setting=_OFFICE,
        situation=(
            f"{grams(dose)} of Yimmugo is given from {vials_text(vials)}. The nurse measures {measured} mL left in the"
            f" vials, {extra} mL more than the labels would leave, and discards them."
        ),
        ask=_ASK,
        right=_right(given, given.lines()),
        wrong=(
            _slip(
                given,
                "overfill-billed",
                [drug(units), drug(left + extra, "JW")],
                dose=units,
                figure=left + extra,
                total=units + left + extra,
                opened=opened,
            ),
            _slip(given, "overfill-given", [drug(units + extra), drug(left, "JW")], right=units),
            *_slips_of_a_rest(given, ("no-jw-line", "opened-as-given")),
        ),
        steps=(*given.steps(), f"The {extra} mL above the labels are overfill and count nowhere."),
    )


def free_drug(asked: Asked) -> Draft:
    """A drug that cost the office nothing."""
    dose, vials = whole_dose_with_rest(asked)
    given = Given(asked=asked, place=asked.office(), dose=dose, vials=vials, more={"stock": "free"})
    token = f"${asked.fact('discard.free_drug_charge')}"
    asked.rests_on("discard.free_drug", "infusion.same_claim")
    units, left = dose // asked.unit, (total_mg(vials) - dose) // asked.unit
    free = {"charge": token.removeprefix("$")}

    def made(lines: list[Line], *text: str) -> Made:
        return (*text, f"{given.initial['procedure_code']} × 1"), given.claim(lines)

    return Draft(
        setting=_NGS,
        situation=(
            f"A specialty pharmacy sends the Yimmugo for one patient, and the office pays nothing for it. {grams(dose)} is"
            f" given from {vials_text(vials)}; the rest is discarded."
            f" {FURTHER_HOURS}"
        ),
        ask="What goes on the office's claim?",
        right=right(*made([drug(units, **free)], f"J1553 × {units}, charge {token}")),
        wrong=(
            wrong("free-drug-charged", *made([drug(units)], f"J1553 × {units}, the usual charge"), token=token),
            wrong(
                "free-drug-jw",
                *made(
                    [drug(units, **free), drug(left, "JW", **free)],
                    f"J1553 × {units}, charge {token}",
                    f"J1553 JW × {left}, charge {token}",
                ),
            ),
            wrong("free-drug-missing", *made([]), token=token),
        ),
        steps=(
            f"{grams(dose)} is {units} units of {asked.unit} mg, and they go on the claim so that the infusion has its drug.",
            f"The office has no cost to bill: {token}, and no JW line, for there is no payable drug to discard.",
        ),
    )


def payable(asked: Asked) -> Draft | None:
    """What a contractor's text lets be paid of what larger vials left."""
    contractor = asked.draws.pick(["CGS", "Noridian"])
    dose, fewest = whole_dose_with_rest(asked)
    vials = _larger(asked, dose)
    opened, least = (discarded_units(dose, each, on=asked.on, facts=asked.base) for each in (vials, fewest))
    if opened == least or least < 2 or opened - least == least:
        return None
    asked.rests_on("discard.least_waste", "product.vial_sizes", "unit.size")
    units = dose // asked.unit
    figures = {"right": least, "dose": units, "least": units + least}

    def words(figure: int) -> tuple[str, ...]:
        return (f"{figure} units",)

    return Draft(
        setting=f"{_OFFICE} (contractor {contractor})",
        situation=(
            f"{grams(dose)} of Yimmugo is given from {vials_text(vials)}, although every size was in stock; the rest,"
            f" {opened} units, is discarded."
        ),
        ask="Under the contractor's text, how many of the discarded units can be paid?",
        right=right(words(least)),
        wrong=(
            wrong("avoidable-counted", words(opened), figure=opened, **figures),
            wrong(
                "only-avoidable", words(opened - least), figure=opened - least, total=units + opened - least, **figures
            ),
            wrong("nothing-payable", words(0), **figures),
        ),
        steps=(
            f"Smallest set for {grams(dose)}: {vials_text(fewest)}, {total_mg(fewest) // asked.unit} units.",
            f"It would have left {total_mg(fewest) // asked.unit} − {units} = {least} units.",
            f"Opened were {units + opened}: the other {opened - least} were avoidable.",
        ),
    )


def _larger(asked: Asked, dose: int) -> tuple[Vial, ...]:
    """Vials of one size only, as many as the dose takes."""
    size = asked.draws.pick(sorted(asked.fact("product.vial_sizes"))[1:])
    return (Vial(size, -(-dose // size)),)


def _used_up(given: Given, setting: str, more: dict[str, Any] | None = None) -> Draft:
    units = given.bill.total_units
    given.asked.rests_on("discard.exclusive")
    return Draft(
        setting=setting,
        situation=f"{grams(given.dose)} of Yimmugo is given from {vials_text(given.vials)}. Nothing is left.",
        ask=_ASK,
        right=_right(given, given.lines(), more),
        wrong=(
            _slip(given, "no-modifier", [drug(units)], more),
            _slip(given, "jw-on-the-dose", [drug(units, "JW")], more),
            _slip(given, "both-on-one-line", [drug(units, "JW", "JZ")], more),
            _slip(given, "empty-jw-line", [drug(units), drug(0, "JW")], more),
        ),
        steps=given.steps(),
    )


def _left_over(given: Given, setting: str, more: dict[str, Any] | None = None) -> Draft:
    told = grams(given.dose) if given.dose % 1000 == 0 else f"{number(given.dose)} mg"
    return Draft(
        setting=setting,
        situation=f"{told} of Yimmugo is given from {vials_text(given.vials)}; the rest is discarded.",
        ask=_ASK,
        right=_right(given, given.lines(), more),
        wrong=tuple(_slips_of_a_rest(given, _FIRST_STEPS, more)),
        steps=given.steps(),
    )


_FIRST_STEPS = ("no-jw-line", "jz-though-left", "opened-as-given", "lone-jw", "jz-beside-jw", "lines-swapped")
_EVERYDAY = ("jz-though-left", "opened-as-given", "jz-beside-jw", "all-in-500-mg")
_ROUNDING = ("waste-rounded-up", "rounded-the-wrong-way", "rounded-down", "jz-beside-jw", "opened-as-given")


def _slips_of_a_rest(given: Given, mistakes: Iterable[str], more: dict[str, Any] | None = None) -> Iterator[Choice]:
    """The mistakes of these names for a dose that left something."""
    asked, bill = given.asked, given.bill
    units, left, opened = bill.administered_units, bill.discarded_units, bill.total_units
    usual = asked.fact("unit.usual_iv_size") if "all-in-500-mg" in mistakes else 1
    asked.rests_on("discard.jw_line", *(["discard.exclusive"] if "jz-beside-jw" in mistakes else []))
    habit, rest = given.in_units_of(usual), left * asked.unit // usual
    slips = {
        "no-jw-line": [drug(units)],
        "jz-though-left": [drug(units, "JZ")],
        "opened-as-given": [drug(opened, "JZ")],
        "lone-jw": [drug(left, "JW")],
        "jz-beside-jw": [drug(units, "JZ"), drug(left, "JW")],
        "lines-swapped": [drug(left), drug(units, "JW")],
        "all-in-500-mg": [drug(habit), drug(rest, "JW")],
        "waste-rounded-up": [drug(units), drug(left + 1, "JW")],
        "rounded-the-wrong-way": [drug(units - 1), drug(left + 1, "JW")],
        "rounded-down": [drug(units - 1), drug(left, "JW")],
    }
    said = {"figure": opened, "all-in-500-mg": habit, "waste-rounded-up": left + 1}
    for each in mistakes:
        figure = said.get(each, units - 1 if each.startswith("rounded") else opened)
        total = units + left + 1
        yield _slip(
            given,
            each,
            slips[each],
            more,
            right=units,
            left=left,
            opened=opened,
            exact=number(given.exact),
            dose=units,
            figure=figure,
            total=total,
            usual=usual,
            unit=asked.unit,
        )


def _right(given: Given, lines: list[Line], more: dict[str, Any] | None = None) -> Choice:
    return right(written(lines), given.claim(lines, **(more or {})))


def _slip(
    given: Given, mistake: str, lines: list[Line], more: dict[str, Any] | None = None, **figures: object
) -> Choice:
    return wrong(mistake, written(lines), given.claim(lines, **(more or {})), **figures)


def _short(day: Any) -> str:
    return day_text(day).partition(",")[0]


LEVELS: dict[int, tuple[Template, ...]] = {
    1: (nothing_left, some_left),
    2: (some_left_in_milligrams, odd_milligrams, hospital),
    3: (two_days, overfill, free_drug, payable),
}
