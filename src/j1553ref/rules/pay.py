"""PAY: units above a limit, the payment file, charges that do not fit together or exceed what a claim can carry.

``payment.limit`` is the payment limit of a quarter (``{limit, coinsurance}``, or ``{listed = false}`` where the file was
read and the code is not in it). The unit limits come from a facts folder: ``profile.<payer>.mue`` (``{value, indicator}``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from j1553ref.facts import Answer, FactError
from j1553ref.rules.base import Missing, Seen, need, rule
from j1553ref.rules.context import CODE, ClaimView, Group
from j1553ref.rules.split import split_asked_for

__all__ = [
    "charge_above_claim_limit",
    "charge_off_by_unit",
    "charges_do_not_add_up",
    "code_not_in_payment_file",
    "reduced_coinsurance",
    "units_above_limit",
]

_MEDICARE = ("medicare-ab", "medicare-dme")
#: A price per unit that is off by one of these points to another unit: 500 mg, a gram, a 10 g vial.
_FACTORS = (5, 10, 100)
_NEAR = Decimal("0.1")
#: Revenue code of the line of a UB-04 that repeats the total.
_TOTAL_LINE = "0001"


@rule(
    "PAY001",
    "units-above-limit",
    severity="error",
    since="0.1.0",
    scope="claim",
    binds=_MEDICARE,
    basis=("payment.mue_indicator", "payment.mue_sum", "payment.mue_confidential"),
    reads=("profile.mue", "payment.mue_published"),
    summary="The units exceed the medically unlikely edit of the quarter, where that table is loaded.",
)
def units_above_limit(claim: ClaimView) -> Iterator[Seen]:
    """By line or by date, as the adjudication indicator says."""
    for day in dict.fromkeys(line.start for line in claim.drug_lines):
        table = claim.profile("mue", day)
        if table is None or not table.known:
            _not_published(claim, day)
        limit = _read(table, value=int, indicator=str | int)
        value, indicator = limit["value"], str(limit["indicator"])
        lines = [line for line in claim.drug_lines if line.start == day]
        amounts = [(line.at("units"), need(line.units, "units")) for line in lines]
        if indicator != "1":
            amounts = [(amounts[0][0], sum(units for _, units in amounts))]
        for pointer, units in amounts:
            if units > value:
                yield Seen(
                    pointer,
                    f"{units} units are above the limit of {value} (indicator {indicator}): check the unit "
                    "first; an appeal needs order, dose and discarded amount",
                    expected=f"at most {value}",
                    actual=units,
                    severity="error" if indicator == "2" else "warning",
                )


def _not_published(claim: ClaimView, day: date | None) -> NoReturn:
    """Raise Missing: what the tables of that quarter hold for J1553, where they were read."""
    read = False
    with suppress(Missing):  # before the first quarter whose tables were read
        read = claim.answer("payment.mue_published", day).known
    if not read:
        raise Missing("mue_table", "the medically unlikely edit tables of this quarter were not read")
    raise Missing(
        "published_value",
        "the tables of this quarter publish no value for J1553, which is not the same as no limit: some values are confidential",
    )


def _read(answer: Answer, **kinds: Any) -> dict[str, Any]:
    """The table of a loaded fact; raises FactError where a key is missing or of another kind."""
    table = answer.value
    if not isinstance(table, dict) or any(not isinstance(table.get(key), kind) for key, kind in kinds.items()):
        raise FactError(f"{answer.fact.id}: expected a table with {' and '.join(kinds)}; correct the facts folder")
    return table


def _limit(group: Group) -> dict[str, Any]:
    found = group.fact("payment.limit", group.on)
    if isinstance(found.value, dict) and found.value.get("listed") is False:
        return {"listed": False}
    return _read(found, limit=str | int | Decimal)


@rule(
    "PAY002",
    "code-not-in-payment-file",
    severity="info",
    since="0.1.0",
    binds=_MEDICARE,
    basis=("payment.absent_code",),
    reads=("payment.limit",),
    summary="The payment limit file of the quarter does not list the code.",
)
def code_not_in_payment_file(group: Group) -> Iterator[Seen]:
    """The contractor may price an absent code; absence says nothing about coverage."""
    if _limit(group).get("listed") is False:
        yield Seen(
            group.first("procedure_code"),
            f"{CODE} is not in the payment limit file of this quarter: the contractor may price it; coverage is another matter",
            expected="listed",
            actual="not listed",
        )


@rule(
    "PAY003",
    "reduced-coinsurance",
    severity="info",
    since="0.1.0",
    binds=_MEDICARE,
    reads=("payment.coinsurance", "payment.limit"),
    summary="The payment limit file states a coinsurance below the usual share.",
)
def reduced_coinsurance(group: Group) -> Iterator[Seen]:
    """The coinsurance column of the quarter."""
    listed = _limit(group)
    if listed.get("listed") is False:
        raise Missing("coinsurance", "the payment file of the quarter does not list the code")
    if listed.get("coinsurance") is None:
        raise Missing("coinsurance", "the copy of the payment file that was read has no coinsurance column")
    share, usual = str(listed["coinsurance"]), group.value("payment.coinsurance")
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", share):
        raise FactError("payment.limit: coinsurance: expected a number of percent; correct the facts folder")
    if Decimal(share) < usual:
        yield Seen(
            group.first("procedure_code"),
            f"the patient's share is {share} percent in this quarter, below the usual {usual}",
            expected=usual,
            actual=share,
        )


@rule(
    "PAY004",
    "charges-do-not-add-up",
    severity="warning",
    since="0.1.0",
    scope="claim",
    summary="The charges of the lines do not add up to the charge of the claim.",
)
def charges_do_not_add_up(claim: ClaimView) -> Iterator[Seen]:
    """The total is the sum of the lines."""
    total = need(claim.claim.total_charge, "total_charge")
    if "lines" in claim.claim.damaged:
        raise Missing("lines", "damaged in the input")
    lines = [line for line in claim.claim.lines if line.revenue_code != _TOTAL_LINE]
    charges = [need(line.charge, "charge") for line in lines]
    if sum(charges) != total:
        yield Seen(
            claim.claim.at("total_charge"),
            f"the lines add up to {sum(charges):.2f}, and the claim says {total:.2f}",
            expected=f"{sum(charges):.2f}",
            actual=f"{total:.2f}",
        )


@rule(
    "PAY005",
    "charge-off-by-unit",
    severity="info",
    since="0.1.0",
    reads=("unit.size", "opps.rate"),
    summary="The charge for one unit is off a known payment figure by the factor of another unit.",
)
def charge_off_by_unit(group: Group) -> Iterator[Seen]:
    """A unit error that shows in the price, where neither dose nor NDC quantity can reveal it."""
    if group.knows_dose or all(line.drug and line.drug.quantity is not None for line in group.lines):
        return
    figure = group.value("opps.rate")
    units = group.given_units
    charge = sum((need(line.charge, "charge") for line in group.given_lines), Decimal(0))
    if not units or not charge:
        return
    ratio = charge / units / figure
    for factor in _FACTORS:
        if any(abs(ratio / multiple - 1) <= _NEAR for multiple in (Decimal(factor), 1 / Decimal(factor))):
            yield Seen(
                group.first("units", group.given_lines),
                f"the charge for one unit is about {f'1/{factor} of' if ratio < 1 else f'{factor} times'} the known payment "
                "figure: "
                f"were units of {group.unit_size} mg counted?",
                expected=None,
                actual=units,
            )
            return


#: How a contractor wants a dose split over claims, as an instruction.
_WAYS = {
    "76": "put 76 on the drug of each later claim, and the administration codes on one claim only",
    "59": "put 59 on the drug of the second claim",
    "note": "say in the note of each claim which one it is (1 of 2, 2 of 2), with charges and units that differ",
    "differs": "name the contractor or ask it; some want 76 on the drug of the later claim, some 59, one a note",
}


@rule(
    "PAY006",
    "charge-above-claim-limit",
    severity="error",
    since="0.2.0",
    scope="claim",
    binds=("medicare-ab",),
    reads=("medicare.charge_limit", "profile.charge_split", "product.vial_sizes", "rounding.dose", "unit.size"),
    summary="The charge of a professional claim to Medicare Part B is above what one claim can carry.",
)
def charge_above_claim_limit(claim: ClaimView) -> Iterator[Seen]:
    """Above the limit the dose goes on several claims, in whole vials, the way that the contractor asks for."""
    if claim.claim.form == "ub04" or not claim.groups:
        return
    group = claim.groups[0]
    asked = split_asked_for(group)
    if asked is None:
        raise Missing("service_date", "the date of service decides which facts hold")
    limit: Decimal = group.value("medicare.charge_limit")
    total = need(claim.claim.total_charge, "total_charge")
    if total <= limit or any(group.knows_dose and group.given_units > group.least for group in claim.groups):
        return  # too many units make a high charge: UNT says so
    if len({group.on for group in claim.groups}) > 1:
        how = "bill the dates on separate claims"
    else:
        how = f"split the dose over claims{_most_units(claim, group, limit)}: {_WAYS[asked.value]}"
    yield Seen(
        claim.claim.at("total_charge"),
        f"{total:.2f} is above {limit:.2f}, the most that one professional claim can charge: {how}",
        expected=f"at most {limit:.2f}",
        actual=f"{total:.2f}",
        severity="error" if asked.entry.carries_error else "warning",
    )


def _most_units(claim: ClaimView, group: Group, limit: Decimal) -> str:
    """The units of whole vials that fit on a claim beside the other lines, as words; empty where that is not known."""
    drug = [line for line in claim.drug_lines if line.charge and line.units]
    if len(drug) != len(claim.drug_lines):
        return ""
    charge = sum((line.charge for line in drug if line.charge), Decimal(0))
    units = sum(line.units for line in drug if line.units)
    others = (claim.claim.total_charge or limit) - charge
    most = int((limit - others) * units / charge) // group.vial_step * group.vial_step
    return f" of whole vials, at most {most} units each at this charge for a unit" if most > 0 else " of whole vials"
