"""Topic ``code-by-date``: which code for which date of service and payer, where a source settles it.

Medicare's code before J1553 is not known, so earlier dates are asked of a payer alone whose text names a code.
"""

from __future__ import annotations

from datetime import date, timedelta

from j1553ref.code import CODE, code_for
from j1553ref.training.asking import Asked, Choice, Draft, Made, Template, right, wrong
from j1553ref.training.claims import Line, Place, carton, claim, line
from j1553ref.training.doses import whole_vials
from j1553ref.training.words import day_text, number, total_mg, vials_text
from j1553ref.vials import Vial, grams

__all__ = ["LEVELS"]

_MEDICARE = "Office, CMS-1500, Medicare Part B"
#: The payer whose text names one code for Yimmugo before J1553, and the fact that says so.
_PAYER, _NAMED = "bcbs:premera", "code.predecessor.J3590-premera"
_PREMERA = "Office, CMS-1500, Premera (its policy as summarized by others)"
#: Without it a payer that loads new codes late could be right with the old one.
_LOADED = f" The payer has loaded {CODE}."
#: Codes of other single brands, for the slip of the eye.
_NEIGHBORS = ("J1552", "J1554", "J1557")


def on_a_valid_date(asked: Asked) -> Draft:
    """A date on which the code is valid, at an office, a hospital or a commercial plan."""
    vials = whole_vials(asked)
    first, unlisted = asked.fact("code.first_date_of_service"), asked.fact("code.unlisted")
    name, place = asked.draws.pick(
        [
            (_MEDICARE, asked.office()),
            ("Hospital outpatient department, UB-04, Medicare Part B", asked.hospital()),
            ("Office, CMS-1500, a commercial plan", asked.office("commercial")),
        ]
    )
    commercial = place.payer == "commercial"
    asked.rests_on("code.valid", *([] if commercial else ["code.specific_over_unlisted"]))
    loaded = _LOADED if commercial else ""
    return Draft(
        setting=name,
        situation=f"{grams(total_mg(vials))} of Yimmugo is given on {day_text(asked.on)} from {vials_text(vials)}.{loaded}",
        ask="Which code bills the drug?",
        right=_coded(asked, vials, CODE, place),
        wrong=(
            *(_slip(asked, vials, "unlisted", each, first, place) for each in unlisted),
            _neighbor(asked, vials, place),
        ),
        steps=(
            f"{CODE} is valid for dates of service from {day_text(first)}.",
            "Where a code exists, an unlisted or unspecified one no longer fits.",
        ),
        dated=False,
        variant=name,
    )


def first_date(asked: Asked) -> Draft:
    """Which of four dates the code can bear; the others are dates that staff remember."""
    first: date = asked.fact("code.first_date_of_service")
    good = first + timedelta(days=asked.draws.below(90))
    new_year = first.replace(month=1, day=asked.draws.between(2, 9))
    others = {
        "approval-date": asked.fact("product.approval_date"),
        "launch-date": asked.fact("product.launch_date"),
        "new-year": new_year,
    }
    return _four_dates(asked, good, others, first, variant="remembered")


def beside_the_first_date(asked: Asked) -> Draft:
    """The first date or the day after it, and days close before it."""
    first: date = asked.fact("code.first_date_of_service")
    others = {
        "day-before": first - timedelta(days=1),
        "before-its-date": first - timedelta(days=asked.draws.between(2, 30)),
        "new-year": first.replace(month=1, day=asked.draws.between(2, 9)),
    }
    return _four_dates(asked, first + timedelta(days=asked.draws.below(2)), others, first)


def _four_dates(asked: Asked, good: date, others: dict[str, date], first: date, variant: str = "") -> Draft:
    vials = whole_vials(asked)
    asked.rests_on("code.valid")

    def made(day: date) -> Made:
        place = asked.office()
        beside = line(asked.initial, 1)
        drug = _drug_line(asked, vials, CODE)
        return (day_text(day),), claim(place, day, [drug, beside])

    return Draft(
        setting=_MEDICARE,
        situation=f"Four dates of service are under discussion, each for {grams(total_mg(vials))} of Yimmugo.",
        ask=f"On which of these dates of service is {CODE} valid?",
        right=right(*made(good)),
        wrong=tuple(wrong(each, *made(day), first=day_text(first), day=day_text(day)) for each, day in others.items()),
        steps=(
            f"{CODE} is valid for dates of service from {day_text(first)}.",
            f"Of the four only {day_text(good)} is on it or after it.",
        ),
        dated=False,
        variant=variant,
    )


def two_dates(asked: Asked) -> Draft:
    """One date before the code and one after it, at a payer that named its code."""
    first: date = asked.fact("code.first_date_of_service")
    return _both_dates(
        asked, first - timedelta(days=asked.draws.between(10, 60)), first + timedelta(days=asked.draws.between(5, 40))
    )


def two_days_of_the_change(asked: Asked) -> Draft:
    """The last day before the code and its first."""
    first: date = asked.fact("code.first_date_of_service")
    return _both_dates(asked, first - timedelta(days=1), first + timedelta(days=asked.draws.below(3)))


def _both_dates(asked: Asked, before: date, after: date) -> Draft:
    old = code_for(before, payer=_PAYER, facts=asked.base).code
    new = code_for(after, payer=_PAYER, facts=asked.base).code
    assert old is not None and new == CODE
    asked.fact(_NAMED, before)
    asked.rests_on("code.valid")
    first = day_text(asked.fact("code.first_date_of_service"))
    vials = whole_vials(asked)
    written = after + timedelta(days=asked.draws.between(3, 12))

    def made(on_first: str, on_second: str) -> Made:
        lines: list[Line] = []
        for day, code in ((before, on_first), (after, on_second)):
            dated = {"service_date": {"start": day.isoformat()}}
            lines += [_drug_line(asked, vials, code) | dated, line(asked.initial, 1) | dated]
        return (f"{day_text(before)}: {on_first}", f"{day_text(after)}: {on_second}"), claim(
            _premera(asked), before, lines
        )

    return Draft(
        setting=_PREMERA,
        situation=(
            f"{grams(total_mg(vials))} of Yimmugo is given on {day_text(before)} and again on {day_text(after)}. The claim for"
            f" both is prepared on {day_text(written)}.{_LOADED}"
        ),
        ask="Which code bills the drug on each date?",
        right=right(*made(old, new)),
        wrong=(
            wrong("billing-date", *made(new, new), day=day_text(before)),
            wrong("unlisted", *made(old, old), first=first, code=old),
            wrong("codes-swapped", *made(new, old), first=first),
        ),
        steps=(
            f"{day_text(before)} is before {first}: the summary of this payer's policy names {old} for Yimmugo.",
            f"{day_text(after)} is not: {new}. The day on which the claim is prepared does not matter.",
        ),
        dated=False,
    )


def old_approval(asked: Asked) -> Draft:
    """An approval that names the old code."""
    first, unlisted = asked.fact("code.first_date_of_service"), asked.fact("code.unlisted")
    named = _NAMED.rpartition(".")[2].partition("-")[0]
    asked.fact(_NAMED, first - timedelta(days=1))
    asked.rests_on("code.valid")
    vials = whole_vials(asked)
    place = _premera(asked)
    others = [each for each in unlisted if each != named]
    return Draft(
        setting=_PREMERA,
        situation=(
            f"An approval of {asked.draws.pick(['January', 'February', 'March'])} {first.year} names {named} for Yimmugo."
            f" {grams(total_mg(vials))} is given under it on {day_text(asked.on)} from {vials_text(vials)}.{_LOADED}"
        ),
        ask="Which code bills the drug?",
        right=_coded(asked, vials, CODE, place),
        wrong=(_slip(asked, vials, "approved-code", named, first, place),),
        spare=(
            *(_slip(asked, vials, "unlisted", each, first, place) for each in others),
            _neighbor(asked, vials, place),
        ),
        steps=(
            f"The date of service, {day_text(asked.on)}, is not before {day_text(first)}: {CODE}.",
            f"The summary of this payer's policy names {named} until then. An approval does not choose the code:"
            f" have the payer match it to {CODE}.",
        ),
        dated=False,
        variant="approval",
    )


def code_and_units(asked: Asked) -> Draft:
    """Code and units together."""
    vials = whole_vials(asked)
    dose, first = total_mg(vials), asked.fact("code.first_date_of_service")
    usual, unit = asked.fact("unit.usual_iv_size"), asked.unit
    asked.rests_on("code.valid", "code.specific_over_unlisted", "discard.jz", "discard.single_dose_basis")
    neighbor = asked.draws.pick(_NEIGHBORS)
    brand = asked.fact(f"related.{neighbor}")["brand"]
    habit, units = dose // usual, dose // unit

    def made(code: str, units: int) -> Made:
        lines = [_drug_line(asked, vials, code) | {"units": units}, line(asked.initial, 1)]
        return (f"{code} JZ × {units}",), claim(asked.office(), asked.on, lines)

    other = asked.draws.pick([each for each in asked.fact("code.unlisted") if each.startswith("J")])
    return Draft(
        setting=_MEDICARE,
        situation=(
            f"{grams(dose)} of Yimmugo is given on {day_text(asked.on)} from {vials_text(vials)}. Nothing is left. The office"
            f" has billed other brands in units of {usual} mg until now."
        ),
        ask="Which drug line goes on the claim?",
        right=right(*made(CODE, units)),
        wrong=(
            wrong("500-mg-units", *made(CODE, habit), figure=habit, dose=number(dose), usual=usual, unit=unit),
            wrong("neighbor", *made(neighbor, habit), code=neighbor, brand=brand),
            wrong("unlisted", *made(other, habit), code=other, first=day_text(first)),
        ),
        steps=(
            f"{day_text(asked.on)} is not before {day_text(first)}: {CODE}.",
            f"{number(dose)} mg ÷ {unit} mg = {units} units, JZ.",
        ),
        dated=False,
    )


def _premera(asked: Asked) -> Place:
    return asked.office(_PAYER)


def _drug_line(asked: Asked, vials: tuple[Vial, ...], code: str) -> Line:
    """A drug line with an NDC of Yimmugo, so that the checker can tell what was given."""
    size, dose = vials[0].size_mg, total_mg(vials)
    units = dose // asked.base.get("unit.size").newest.value
    beside = {"qualifier": "N4", "ndc": carton(size), "quantity": str(units), "unit": "ML"}
    return line(code, units, "JZ", drug=beside)


def _coded(asked: Asked, vials: tuple[Vial, ...], code: str, place: Place | None = None) -> Choice:
    lines = [_drug_line(asked, vials, code), line(asked.initial, 1)]
    return right((code,), claim(place or asked.office(), asked.on, lines))


def _slip(
    asked: Asked, vials: tuple[Vial, ...], mistake: str, code: str, first: date, place: Place | None = None
) -> Choice:
    made = _coded(asked, vials, code, place)
    return wrong(mistake, made.lines, made.claim, code=code, first=day_text(first))


def _neighbor(asked: Asked, vials: tuple[Vial, ...], place: Place | None = None) -> Choice:
    code = asked.draws.pick(_NEIGHBORS)
    made = _coded(asked, vials, code, place)
    return wrong("neighbor", made.lines, made.claim, code=code, brand=asked.fact(f"related.{code}")["brand"])


LEVELS: dict[int, tuple[Template, ...]] = {
    1: (on_a_valid_date, first_date),
    2: (beside_the_first_date, two_dates),
    3: (two_days_of_the_change, old_approval, code_and_units),
}
