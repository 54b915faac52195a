"""UNT: billing units against the dose, the opened vials and the NDC quantity.

One slip gives one finding: a line above four digits, then vials for units, then another unit size, then any other
difference. Each stops those after it, and the total of the lines is then not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from j1553ref.rules.base import Finding, Missing, need, rule
from j1553ref.rules.context import CODE, PARTING, ClaimView, Group

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
#: How many milligrams the other habits take for one unit: a 500 mg code's unit, and a gram.
_HABITS = ((500, "500 mg units"), (1000, "grams"))
_FACTOR = 5
#: More milliliters on one date are likelier a slip in the NDC quantity than in the units: NDC002 names both.
_PLAUSIBLE_ML = 1000


@rule(
    "UNT005",
    "milligrams-as-units",
    severity="error",
    since="0.1.0",
    order=25,
    facts=("unit.line_limit",),
    stops=("UNT001", "UNT002", "UNT003", *_TOTALS),
    summary="A line has more units than four digits can hold; milligrams were probably billed as units.",
)
def milligrams_as_units(group: Group) -> Iterator[Finding]:
    """A line above the four digits of the units field."""
    most = group.fact("unit.line_limit", group.on).value
    for line in group.lines:
        units = need(line.units, "units")
        if units > most:
            yield group.finding(
                line.at("units"),
                f"{units} units would be {Decimal(units * group.unit_size) / 1000:f} g, and the units field holds at most "
                f"{most}: are these milligrams? One unit is {group.unit_size} mg",
                on=group.on,
                expected=f"at most {most}",
                actual=units,
            )


@rule(
    "UNT001",
    "vials-as-units",
    severity="error",
    since="0.1.0",
    order=30,
    facts=("unit.size", "product.vial_sizes"),
    stops=("UNT002", "UNT003", *_TOTALS),
    summary="The units equal the number of vials, not the dose in units of 100 mg.",
)
def vials_as_units(group: Group) -> Iterator[Finding]:
    """The number of vials in the units field."""
    if not group.given_lines:
        return
    if group.knows_dose:
        if group.given_units == group.vial_count and group.given_units != group.needed:
            yield group.finding(
                group.first("units", group.given_lines),
                f"{group.given_units} is the number of vials; the dose of {group.dose_mg:f} mg is {group.needed} units of "
                f"{group.unit_size} mg",
                on=group.on,
                expected=group.needed,
                actual=group.given_units,
            )
        return
    total, millilitres = group.given_units + group.discarded_units, group.ndc_millilitres
    sizes = [size // group.unit_size for size in group.fact("product.vial_sizes", group.on).value]
    if 0 < millilitres <= _PLAUSIBLE_ML and -(-millilitres // max(sizes)) <= total <= millilitres // min(sizes):
        yield group.finding(
            group.first("units"),
            f"{total} units with an NDC quantity of {millilitres:f} mL look like a number of vials; {millilitres:f} mL "
            f"are {_whole(millilitres)} units",
            on=group.on,
            expected=_whole(millilitres),
            actual=total,
            severity="warning",
        )


@rule(
    "UNT002",
    "unit-of-another-size",
    severity="error",
    since="0.1.0",
    order=40,
    facts=("unit.size",),
    stops=("UNT003", *_TOTALS),
    summary="The units are the dose counted in another unit: 500 mg, grams, or five times over.",
)
def unit_of_another_size(group: Group) -> Iterator[Finding]:
    """The dose counted in 500 mg units, in grams, or multiplied by five."""
    if not group.given_lines:
        return
    if group.knows_dose:
        yield from _other_size_by_dose(group)
        return
    total, millilitres = group.given_units + group.discarded_units, group.ndc_millilitres
    right = _whole(millilitres)
    for size, habit in _HABITS if millilitres <= _PLAUSIBLE_ML else ():
        share = size // group.unit_size
        if total != right and total == _whole(millilitres / share):
            yield group.finding(
                group.first("units"),
                f"{total} units with an NDC quantity of {millilitres:f} mL are {habit}; one unit of {CODE} is "
                f"{group.unit_size} mg, so {millilitres:f} mL are {right} units",
                on=group.on,
                expected=right,
                actual=total,
                severity="error" if share == _FACTOR else "warning",
            )
            return


def _other_size_by_dose(group: Group) -> Iterator[Finding]:
    given, right = group.given_units, group.needed
    readings = {_whole(group.dose_mg / size): habit for size, habit in reversed(_HABITS)}
    readings[right * _FACTOR] = f"{_FACTOR} times the units, as if a 500 mg code were converted twice"
    if given != right and given in readings:
        yield group.finding(
            group.first("units", group.given_lines),
            f"{given} units are the dose of {group.dose_mg:f} mg in {readings[given]}; one unit of {CODE} is "
            f"{group.unit_size} mg, so bill {right}",
            on=group.on,
            expected=right,
            actual=given,
        )


@rule(
    "UNT003",
    "units-differ-from-dose",
    severity="error",
    since="0.1.0",
    order=50,
    facts=("unit.size", "rounding.dose"),
    stops=("JWZ001", "JWZ010", "JWZ011", "NDC002"),
    summary="The units given are not the dose divided by 100 mg, rounded up.",
)
def units_differ_from_dose(group: Group) -> Iterator[Finding]:
    """Units that are not the dose, rounded up."""
    if not group.given_lines or group.given_units == group.needed:
        return
    given, right = group.given_units, group.needed
    # Rounding up is Medicare's rule: another payer may have asked for the unit below.
    rounded_down = given == right - 1 and group.dose_mg % group.unit_size
    binding = group.payer is not None and group.payer.is_bound_by(group.fact("rounding.dose", group.on).fact.binds)
    billed_as_given = given > right and group.discarded_as_given
    yield group.finding(
        group.first("units", group.given_lines),
        f"{given} units are all that was opened, discarded units billed as given: the dose of {group.dose_mg:f} mg is "
        f"{right} units, the other {given - right} belong{'s' if given - right == 1 else ''} on a JW line"
        if billed_as_given
        else f"the dose of {group.dose_mg:f} mg is {right} units of {group.unit_size} mg, rounded up once for the "
        f"date of service; the claim has {given}",
        on=group.on,
        expected=right,
        actual=given,
        severity="warning" if rounded_down and not binding else "error",
    )


@rule(
    "UNT004",
    "dose-above-opened-vials",
    severity="error",
    since="0.1.0",
    order=60,
    facts=("discard.overfill",),
    stops=("JWZ001", "JWZ002", "JWZ003", "JWZ007"),
    summary="The dose is more than the opened vials hold by their label.",
)
def dose_above_opened_vials(group: Group) -> Iterator[Finding]:
    """More given than the labels say; overfill is never billed."""
    held = group.opened * group.unit_size
    if group.dose_mg > held:
        yield group.finding(
            group.records[0].at("dose_mg"),
            f"the dose of {group.dose_mg:f} mg is more than the {held} mg in the opened vials; overfill is not billable, "
            "so check the dose and the vials in the record",
            on=group.on,
            expected=f"at most {held}",
            actual=f"{group.dose_mg:f}",
        )


@rule(
    "UNT006",
    "split-lines-unmarked",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    order=240,
    facts=("modifiers.split_line",),
    summary="Two or more lines for the drug given on one date, none marked as parts of one service.",
)
def split_lines_unmarked(group: Group) -> Iterator[Finding]:
    """Two lines of one code on one date that may be taken for duplicates."""
    lines = group.given_lines
    if len(lines) < 2 or any(PARTING & set(line.modifiers) for line in lines):
        return
    if any((line.units or 0) >= group.fact("unit.line_limit", group.on).value for line in lines):
        return
    codes = [line.drug.ndc if line.drug else None for line in lines]
    if None not in codes and len(set(codes)) == len(codes):
        # One line for each NDC is right for many payers: only a payer known to want one line draws the warning.
        layout = group.profile("ndc_lines", group.on) or group.profile("split_lines", group.on)
        if layout is None or layout.value == "line-per-ndc":
            return
    yield group.finding(
        lines[1].pointer,
        f"{len(lines)} lines for the drug given on one date may be denied as duplicates: combine them into "
        f"{group.given_units} units, or mark the further lines (76, 59 or XS) if they are truly separate",
        on=group.on,
        expected="1 line",
        actual=f"{len(lines)} lines",
    )


@rule(
    "UNT007",
    "recorded-dose-not-billed",
    severity="warning",
    since="0.1.0",
    order=245,
    scope="claim",
    facts=("code.valid",),
    summary="The record holds an infusion of the drug on a date for which the claim has no line.",
)
def recorded_dose_not_billed(claim: ClaimView) -> Iterator[Finding]:
    """A bought drug that was given and is not on the claim; of a free one JWZ008 speaks."""
    billed = {line.start for line in (*claim.drug_lines, *claim.misplaced_lines)}
    if claim.claim.administrations and any(line.start is None for line in claim.drug_lines):
        raise Missing("service_date", "a drug line without a date may be the one of this record")
    at_home = claim.facts.get("home.product_date").binds
    if claim.payer is not None and claim.payer.is_bound_by(at_home):
        return  # there the date of the product, not that of the infusion, stands on the line
    for record in claim.claim.administrations:
        if record.stock == "free" or record.service_date in billed:
            continue
        if claim.fact("code.valid", record.service_date).value:
            yield claim.finding(
                record.pointer,
                f"the record holds an infusion on this date, and the claim has no line {CODE}: add it, or say "
                "which claim holds it",
                on=record.service_date,
                expected=f"a line {CODE}",
                actual="none",
            )


@rule(
    "UNT008",
    "line-of-no-units",
    severity="warning",
    since="0.1.0",
    order=22,
    stops=("UNT001", "UNT002", "UNT003", "NDC002"),
    summary="A drug line has zero units.",
)
def line_of_no_units(group: Group) -> Iterator[Finding]:
    """A line that bills nothing."""
    for line in group.lines:
        if need(line.units, "units") == 0:
            yield group.finding(
                line.at("units"),
                "zero units bill nothing: enter the units, or take the line off",
                on=group.on,
                expected="at least 1",
                actual=0,
            )


def _whole(amount: Decimal) -> int:
    """Rounded up to whole units."""
    return int(amount.to_integral_value(rounding=ROUND_CEILING))
