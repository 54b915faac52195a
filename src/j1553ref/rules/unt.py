"""UNT: billing units against the dose, the opened vials and the NDC quantity.

One mistake gives one finding: a line above four digits, then vials for units, then another unit size, then any other
difference. A rule that fires stops the later ones and the rules on the total of the lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_CEILING, Decimal

from j1553ref.rules.base import Missing, Seen, need, rule
from j1553ref.rules.context import CODE, DISTINCT, ClaimView, Group

__all__ = [
    "dose_above_opened_vials",
    "line_of_no_units",
    "milligrams_as_units",
    "recorded_dose_not_billed",
    "split_lines_unmarked",
    "unit_of_another_size",
    "units_differ_from_dose",
    "vials_as_units",
]

_TOTALS = ("JWZ001", "JWZ010", "JWZ011", "NDC002")
_GRAM = 1000
#: More milliliters than this on one date suggest a mistake in the NDC quantity, not the units: NDC002 names both.
_PLAUSIBLE_ML = 1000


@rule(
    "UNT005",
    "milligrams-as-units",
    severity="error",
    since="0.1.0",
    stops=("UNT001", "UNT002", "UNT003", *_TOTALS),
    reads=("unit.line_limit", "unit.size"),
    summary="A line has more units than four digits can hold; milligrams were probably billed as units.",
)
def milligrams_as_units(group: Group) -> Iterator[Seen]:
    """A line above the four digits of the units field."""
    most = group.value("unit.line_limit")
    for line in group.lines:
        units = need(line.units, "units")
        if units > most:
            yield Seen(
                line.at("units"),
                f"{units} units would be {Decimal(units * group.unit_size) / 1000:f} g, and the units field holds at most "
                f"{most}: are these milligrams? {units} mg are {-(-units // group.unit_size)} units of {group.unit_size} mg",
                expected=f"at most {most}",
                actual=units,
            )


@rule(
    "UNT001",
    "vials-as-units",
    severity="error",
    since="0.1.0",
    stops=("UNT002", "UNT003", *_TOTALS),
    reads=("unit.size", "product.vial_sizes"),
    summary="The units equal the number of vials, not the dose in units of 100 mg.",
)
def vials_as_units(group: Group) -> Iterator[Seen]:
    """The number of vials in the units field."""
    if not group.given_lines:
        return
    if group.knows_dose:
        if group.given_units == group.vial_count and group.given_units != group.needed:
            yield Seen(
                group.first("units", group.given_lines),
                f"{group.given_units} is the number of vials; the dose of {group.dose_mg:f} mg is {group.needed} units of "
                f"{group.unit_size} mg",
                expected=group.needed,
                actual=group.given_units,
            )
        return
    total, millilitres = group.given_units + group.discarded_units, group.ndc_millilitres
    sizes = [size // group.unit_size for size in group.value("product.vial_sizes")]
    if 0 < millilitres <= _PLAUSIBLE_ML and -(-millilitres // max(sizes)) <= total <= millilitres // min(sizes):
        yield Seen(
            group.first("units"),
            f"{total} units with an NDC quantity of {millilitres:f} mL look like a number of vials; {millilitres:f} mL "
            f"are {_whole(millilitres)} units",
            expected=_whole(millilitres),
            actual=total,
            severity="warning",
        )


@rule(
    "UNT002",
    "unit-of-another-size",
    severity="error",
    since="0.1.0",
    stops=("UNT003", *_TOTALS),
    reads=("unit.size", "rounding.dose", "unit.usual_iv_size"),
    summary="The units are the dose counted in another unit: 500 mg, grams, or five times over.",
)
def unit_of_another_size(group: Group) -> Iterator[Seen]:
    """The dose counted in the usual unit of immune globulin codes, in grams, or multiplied by their ratio."""
    if not group.given_lines:
        return
    if group.knows_dose:
        yield from _other_size_by_dose(group)
        return
    total, millilitres = group.given_units + group.discarded_units, group.ndc_millilitres
    right, usual = _whole(millilitres), _usual_size(group)
    if total == right:
        return
    for size, habit in ((usual, f"{usual} mg units"), (_GRAM, "grams")) if millilitres <= _PLAUSIBLE_ML else ():
        if total == _whole(millilitres * group.unit_size / size):
            yield Seen(
                group.first("units"),
                f"{total} units with an NDC quantity of {millilitres:f} mL are {habit}; one unit of {CODE} is "
                f"{group.unit_size} mg, so {millilitres:f} mL are {right} units",
                expected=right,
                actual=total,
                severity="error" if size == usual else "warning",
            )
            return


def _other_size_by_dose(group: Group) -> Iterator[Seen]:
    given, right = group.given_units, group.needed
    if given == right:
        return
    usual = _usual_size(group)
    ratio = usual // group.unit_size
    dose = f"the dose of {group.dose_mg:f} mg"
    readings = {
        _whole(group.dose_mg / _GRAM): f"{dose} in grams",
        _whole(group.dose_mg / usual): f"{dose} in {usual} mg units",
        right * ratio: f"{ratio} times {dose}, as if a {usual} mg code were converted twice",
    }
    if given in readings:
        yield Seen(
            group.first("units", group.given_lines),
            f"{given} units are {readings[given]}; one unit of {CODE} is {group.unit_size} mg, so bill {right}",
            expected=right,
            actual=given,
        )


def _usual_size(group: Group) -> int:
    """Milligrams in one unit of most codes for intravenous immune globulin: the source of the habit."""
    size: int = group.value("unit.usual_iv_size")
    return size


@rule(
    "UNT003",
    "units-differ-from-dose",
    severity="error",
    since="0.1.0",
    stops=("JWZ001", "JWZ010", "JWZ011", "NDC002"),
    reads=("unit.size", "rounding.dose", "product.package", "profile.jw_jz"),
    summary="The units given are not the dose divided by 100 mg, rounded up.",
)
def units_differ_from_dose(group: Group) -> Iterator[Seen]:
    """Units that are not the dose, rounded up."""
    if not group.given_lines or group.given_units == group.needed:
        return
    given, right = group.given_units, group.needed
    # Rounding up is Medicare's rule: another payer may have asked for the unit below.
    rounded_down = given == right - 1 and group.dose_mg % group.unit_size
    binding = group.is_bound_by("rounding.dose", group.on)
    billed_as_given = given > right and group.discarded_as_given
    asks = group.profile("jw_jz", group.on) if billed_as_given and group.payer is not None else None
    goes = "belongs" if given - right == 1 else "belong"
    were = "was" if given - right == 1 else "were"
    on_its_own_line = asks is not None and asks.value == "required"
    yield Seen(
        group.first("units", group.given_lines),
        f"{given} units are all that was opened, discarded units billed as given: the dose of {group.dose_mg:f} mg is "
        f"{right} units, the other {given - right} {goes} on a JW line"
        if billed_as_given and on_its_own_line
        else f"{given} units are all that was opened: the dose of {group.dose_mg:f} mg is {right} units, and {given - right} "
        f"{were} discarded; ask the payer whether it wants those on a JW line"
        if billed_as_given
        else f"the dose of {group.dose_mg:f} mg is {right} units of {group.unit_size} mg, rounded up once for the "
        f"date of service; the claim has {given}",
        expected=right,
        actual=given,
        severity="warning" if not binding and (rounded_down or (billed_as_given and not on_its_own_line)) else "error",
    )


@rule(
    "UNT004",
    "dose-above-opened-vials",
    severity="error",
    since="0.1.0",
    stops=("JWZ001", "JWZ002", "JWZ003", "JWZ007"),
    basis=("discard.overfill",),
    reads=("product.package", "unit.size"),
    summary="The dose is more than the opened vials hold by their label.",
)
def dose_above_opened_vials(group: Group) -> Iterator[Seen]:
    """More given than the labels say; overfill is never billed."""
    held = group.opened * group.unit_size
    if group.dose_mg > held:
        yield Seen(
            group.records[0].at("dose_mg"),
            f"the dose of {group.dose_mg:f} mg is more than the {held} mg in the opened vials; overfill is not billable, "
            "so check the dose and the vials in the record",
            expected=f"at most {held}",
            actual=f"{group.dose_mg:f}",
        )


@rule(
    "UNT006",
    "split-lines-unmarked",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    basis=("modifiers.split_line",),
    reads=("profile.ndc_lines", "profile.split_lines", "unit.line_limit"),
    summary="Two or more lines bill the drug given on one date, and no modifier says why.",
)
def split_lines_unmarked(group: Group) -> Iterator[Seen]:
    """Two lines of one code on one date that may be taken for duplicates."""
    lines = group.given_lines
    if len(lines) < 2 or any(DISTINCT & set(line.modifiers) for line in lines):
        yield from _further_encounter(group)
        return
    if any((line.units or 0) >= group.value("unit.line_limit") for line in lines):
        return
    codes = [line.drug.ndc if line.drug else None for line in lines]
    several = None not in codes and len(set(codes)) == len(codes)
    layout = group.profile("ndc_lines", group.on) or group.profile("split_lines", group.on) if several else None
    # One line for each NDC is right for many payers: only a payer known to want one line draws the warning.
    if several and (layout is None or layout.value == "line-per-ndc"):
        return
    yield Seen(
        lines[1].pointer,
        f"{len(lines)} lines for the drug given on one date may be denied as duplicates: "
        + (
            f"this payer wants one line of {group.given_units} units, with the other NDC in the line note"
            if layout is not None and layout.value == "one-line"
            else f"combine them into {group.given_units} units, or mark the further lines (76, 59 or XS) if they are truly "
            "separate"
        ),
        expected="1 line",
        actual=f"{len(lines)} lines",
    )


def _further_encounter(group: Group) -> Iterator[Seen]:
    """The drug of a second encounter of the date, which the payer sees as a second line of one code."""
    earlier = [line for line in group.claim.by_date.get(group.on, ()) if line.procedure_code == CODE]
    earlier = [line for line in earlier if "JW" not in line.modifiers and not DISTINCT & set(line.modifiers)]
    if group.encounter is None or not group.given_lines or group.given_lines[0] not in earlier[1:]:
        return
    if earlier[0].encounter in (None, group.encounter):
        return
    yield Seen(
        group.given_lines[0].pointer,
        "the drug of a further encounter on this date is not marked: the payer sees two lines of one code and no encounters, "
        "so mark it (76, 59 or an X modifier)",
        expected="76, 59 or an X modifier",
        actual="none",
    )


@rule(
    "UNT007",
    "recorded-dose-not-billed",
    severity="warning",
    since="0.1.0",
    scope="claim",
    reads=("code.valid",),
    summary="The record holds an infusion of the drug on a date for which the claim has no line.",
)
def recorded_dose_not_billed(claim: ClaimView) -> Iterator[Seen]:
    """A purchased drug was given and is not on the claim; JWZ008 covers a free drug."""
    billed = {line.start for line in (*claim.drug_lines, *claim.misplaced_lines)}
    if claim.claim.administrations and any(line.start is None for line in claim.drug_lines):
        raise Missing("service_date", "a drug line without a date may be the one of this record")
    if claim.payer is not None and claim.payer.is_bound_by(claim.book.facts.get("home.product_date").binds):
        return  # the line of a home claim has the date of the product, not that of the infusion
    for record in claim.claim.administrations:
        if record.stock == "free" or record.service_date in billed:
            continue
        if claim.value_on("code.valid", record.service_date):
            other = _other_brand(claim, record.service_date)
            yield Seen(
                record.pointer,
                f"the record holds an infusion of Yimmugo on this date, and the claim has no line {CODE}: "
                + (
                    f"if the {other} line is this infusion, change it to {CODE} and count its units anew; else add a line"
                    if other
                    else "add it, or say which claim holds it"
                ),
                expected=f"a line {CODE}",
                actual="none",
            )


def _other_brand(claim: ClaimView, day: date | None) -> str | None:
    """The code of another immune globulin that the claim bills on that date, if there is one."""
    brands = {fact.id.removeprefix("related.") for fact in claim.book.facts.under("related")}
    return next((line.procedure_code for line in claim.on_date(day) if line.procedure_code in brands), None)


@rule(
    "UNT008",
    "line-of-no-units",
    severity="warning",
    since="0.1.0",
    stops=("UNT001", "UNT002", "UNT003", "NDC002"),
    summary="A drug line has zero units.",
)
def line_of_no_units(group: Group) -> Iterator[Seen]:
    """A line that bills nothing."""
    for line in group.lines:
        if need(line.units, "units") == 0:
            yield Seen(
                line.at("units"),
                "zero units bill nothing: enter the units, or take the line off",
                expected="at least 1",
                actual=0,
            )


def _whole(amount: Decimal) -> int:
    """Rounded up to whole units."""
    return int(amount.to_integral_value(rounding=ROUND_CEILING))
