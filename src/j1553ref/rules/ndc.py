"""NDC: the drug identification of the line, where the claim or the payer has one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import ceil

from j1553ref import ndc
from j1553ref.claim import Drug, Line
from j1553ref.rules.base import Missing, Seen, rule
from j1553ref.rules.context import CODE, ClaimView, Group

__all__ = [
    "ndc_missing_or_malformed",
    "ndc_of_another_product",
    "ndc_quantity_above_vials",
    "ndc_quantity_copied",
    "ndc_quantity_differs",
    "ndc_quantity_missing",
]


@rule(
    "NDC001",
    "ndc-missing-or-malformed",
    severity="error",
    since="0.1.0",
    basis=("ndc.digits", "ndc.qualifier"),
    reads=("ndc.medicaid", "profile.ndc_required"),
    summary="The NDC that the payer asks for is missing, or is not 11 digits after the qualifier N4.",
)
def ndc_missing_or_malformed(group: Group) -> Iterator[Seen]:
    """An NDC is missing where it is required, or has the wrong form anywhere."""
    undecided: Missing | None = None
    for line in group.lines:
        if line.drug is None or line.drug.ndc is None:
            try:
                yield from _missing(group, line)
            except Missing as missing:
                undecided = missing
        else:
            yield from _malformed(group, line.drug, line.drug.ndc)
    if undecided:
        raise undecided


def _missing(group: Group, line: Line) -> Iterator[Seen]:
    if "drug" in line.damaged or (line.drug and "ndc" in line.drug.damaged):
        raise Missing("ndc", "damaged in the input")
    dual = bool(group.claim.dual_eligible)
    asks = None if dual else group.profile("ndc_required", group.on)
    if not dual and asks is None:
        raise Missing("payer_rule", "whether this payer asks for an NDC is not known")
    if dual or (asks and asks.value == "required"):
        yield Seen(
            line.at("drug"),
            f"{'Medicaid, which pays second,' if dual else 'this payer'} asks for the NDC: add N4 and the 11 digits, the "
            "unit ML and the milliliters",
            expected="an NDC of 11 digits",
            actual="no NDC",
            severity="error" if _by_law(group) else "warning",
        )


def _malformed(group: Group, drug: Drug, code: str) -> Iterator[Seen]:
    ten = code.isascii() and code.isdigit() and len(code) == 10
    strict = _by_law(group)
    if not ndc.is_valid(code):
        yield Seen(
            drug.at("ndc"),
            "ten bare digits can be read in three ways: write the 11 digits of the package that was used"
            if ten
            else "an NDC on a claim is 11 digits (5-4-2, without hyphens)",
            expected="11 digits",
            actual=code if ten else f"<text, {len(code)} characters>",
            severity="error" if ten or strict else "warning",
        )
    elif any(character.isspace() for character in code):
        yield Seen(
            drug.at("ndc"),
            f"blanks and line breaks do not belong in an NDC: write {ndc.to_11_digits(code.strip())}",
            expected=ndc.to_11_digits(code.strip()),
            actual=f"<text, {len(code)} characters>",
            severity="error" if strict else "warning",
        )
    elif "-" in code and drug.has_qualifier_slot:
        yield Seen(
            drug.at("ndc"),
            f"hyphens do not belong in the NDC of a claim: write {ndc.to_11_digits(code)}",
            expected=ndc.to_11_digits(code),
            actual=code,
            severity="warning",
        )
    if drug.has_qualifier_slot and drug.qualifier not in (None, "N4"):
        yield Seen(
            drug.at("qualifier"),
            "the qualifier of an NDC is N4",
            expected="N4",
            actual=drug.qualifier,
            severity="error" if strict else "warning",
        )


def _by_law(group: Group) -> bool:
    """Whether Medicaid pays first or second: by law it needs the NDC, while other payers only ask for it."""
    medicaid = group.is_bound_by("ndc.medicaid", group.on)
    return bool(group.claim.dual_eligible) or medicaid


@rule(
    "NDC002",
    "ndc-quantity-differs",
    severity="warning",
    since="0.1.0",
    reads=("ndc.unit", "product.concentration", "unit.size", "product.package", "product.vial_sizes"),
    summary="The NDC unit is not ML, or the milliliters and the units of the line differ by one or more.",
    needs=("drug", "ndc", "quantity", "unit"),
)
def ndc_quantity_differs(group: Group) -> Iterator[Seen]:
    """One unit is one milliliter, except for the rounded tail."""
    per_ml = group.value("product.concentration")
    unit = group.value("ndc.unit")
    for line in group.lines:
        drug = line.drug
        if drug is None or (drug.ndc and not group.is_yimmugo(drug.ndc)):
            continue
        if drug.unit is not None and drug.unit != unit:
            yield Seen(
                drug.at("unit"),
                f"Yimmugo is a liquid: the NDC unit of measure is {unit}",
                expected=unit,
                actual=drug.unit,
            )
        elif drug.quantity is not None and line.units is not None and drug.quantity > 0:
            units = drug.quantity * per_ml / group.unit_size
            if abs(units - line.units) >= 1 and not _whole_vials(group, line, drug):
                yield Seen(
                    drug.at("quantity"),
                    f"{drug.quantity:f} mL are {units.normalize():f} units and the line has {line.units}: they differ by one "
                    "or more, so one of the two is wrong",
                    expected=f"about {line.units} {unit}",
                    actual=f"{drug.quantity:f}",
                )


def _whole_vials(group: Group, line: Line, drug: Drug) -> bool:
    """Whether the quantity is that of the line's first vial alone, or of all that was opened for the line.

    The first vial alone is enough only where the others have another NDC: one NDC states all of its milliliters.
    """
    assert drug.quantity is not None and line.units is not None
    package = group.package(drug.ndc, group.on) if drug.ndc else None
    if package is not None and drug.quantity == package.ml and (drug.quantity >= line.units or not _one_ndc(group)):
        return True
    if (
        package is not None
        and "JW" in line.modifiers
        and drug.quantity < min(package.ml, line.units)
        and not _one_ndc(group)
    ):
        # An infusion stopped early: what was left of one vial, plus vials of which nothing was given.
        return ceil(line.units - drug.quantity) % group.vial_step == 0
    return drug.quantity % group.vial_step == 0 and line.units <= drug.quantity < line.units + group.vial_step


def _one_ndc(group: Group) -> bool:
    """Whether the record shows one NDC for all of the opened vials."""
    return group.knows_vials and len({vials.ndc for record in group.records for vials in record.vials or ()}) == 1


@rule(
    "NDC003",
    "ndc-of-another-product",
    severity="warning",
    since="0.1.0",
    scope="claim",
    reads=("product.other_ndcs", "code.valid", "code.unlisted"),
    summary="The NDC and the code of a line belong to different products, or the NDC is not a known one.",
    needs=("drug", "ndc"),
)
def ndc_of_another_product(claim: ClaimView) -> Iterator[Seen]:
    """The NDC must be of the product that the code names."""
    for line in claim.drug_lines:
        code = line.drug.ndc if line.drug else None
        if line.drug is None or not code or claim.is_yimmugo(code) or not ndc.is_valid(code):
            continue
        digits = ndc.to_11_digits(code)
        others = claim.value_on("product.other_ndcs", line.start)
        brand = next((product["brand"] for product in others if digits.startswith(product["prefix"])), None)
        yield Seen(
            line.drug.at("ndc"),
            f"this NDC is {brand}'s, and {CODE} is Yimmugo's code: bill the code of the product that was given"
            if brand
            else f"this NDC is not one of the known packages of Yimmugo: confirm that it belongs to {CODE}",
            expected="an NDC of Yimmugo",
            actual=digits,
            severity="warning" if brand else "info",
        )
    for line in claim.misplaced_lines:
        if line.procedure_code in claim.value_on("code.unlisted", line.start) or not line.drug:
            continue
        if claim.value_on("code.valid", line.start):
            yield Seen(
                line.drug.at("ndc"),
                f"this NDC is Yimmugo's, and {line.procedure_code or 'the line'} is not its code: bill {CODE} if Yimmugo "
                "was given, and keep the NDC on the drug line only",
                expected=CODE,
                actual=line.procedure_code,
            )


@rule(
    "NDC004",
    "ndc-quantity-missing",
    severity="error",
    since="0.1.0",
    basis=("ndc.quantity_positive",),
    summary="An NDC unit of measure has no quantity above zero.",
    needs=("drug", "quantity", "unit"),
)
def ndc_quantity_missing(group: Group) -> Iterator[Seen]:
    """A unit of measure needs a positive quantity."""
    for line in group.lines:
        drug = line.drug
        if drug is None or drug.unit is None or "quantity" in drug.damaged:
            continue
        if drug.quantity is None or drug.quantity <= 0:
            yield Seen(
                drug.at("quantity"),
                "the NDC unit of measure needs a quantity above zero: the milliliters of this line",
                expected="more than 0",
                actual="none" if drug.quantity is None else f"{drug.quantity:f}",
            )


@rule(
    "NDC005",
    "ndc-quantity-copied-from-units",
    severity="info",
    since="0.1.0",
    reads=("product.concentration", "unit.size", "rounding.dose", "ndc.unit", "product.vial_sizes"),
    summary="The NDC quantity repeats the rounded units although the dose makes a fraction of a milliliter.",
    needs=("drug", "quantity", "unit"),
)
def ndc_quantity_copied(group: Group) -> Iterator[Seen]:
    """Units are rounded, milliliters are not; with a line per NDC the fraction belongs to the partly used vial."""
    unit = group.value("ndc.unit")
    drugs = [line.drug for line in group.given_lines if line.drug and line.drug.unit == unit]
    stated = [(drug, drug.quantity) for drug in drugs if drug.quantity]
    if not stated:
        return
    true = group.dose_mg / group.value("product.concentration")
    total = sum((quantity for _, quantity in stated), Decimal(0))
    if total == group.given_units == group.needed and total != true:
        drug, quantity = next((pair for pair in reversed(stated) if pair[1] % group.vial_step), stated[-1])
        several = len(stated) > 1
        yield Seen(
            drug.at("quantity"),
            f"the dose is {true.normalize():f} mL, and the NDC {'quantities repeat' if several else 'quantity repeats'} the "
            "rounded units",
            expected=f"{(quantity - total + true).normalize():f}",
            actual=f"{quantity:f}",
        )


@rule(
    "NDC006",
    "ndc-quantity-above-vials",
    severity="warning",
    since="0.1.0",
    reads=("product.concentration", "ndc.unit", "product.package", "product.vial_sizes", "unit.size"),
    summary="The lines together state more milliliters than the opened vials hold.",
    needs=("drug", "quantity", "unit"),
)
def ndc_quantity_above_vials(group: Group) -> Iterator[Seen]:
    """What is billed by milliliter cannot be more than what was opened."""
    unit = group.value("ndc.unit")
    billed = [line for line in group.lines if line.drug and line.drug.quantity and line.drug.unit == unit]
    total = sum((_billed_ml(group, line) for line in billed), Decimal(0))
    if not billed:
        return
    held = Decimal(group.opened * group.unit_size) / group.value("product.concentration")
    if total > held:
        yield Seen(
            (billed[-1].drug or billed[-1]).at("quantity"),
            f"the lines state {total:f} mL and the opened vials hold {held:f}: correct the NDC quantities",
            expected=f"at most {held:f}",
            actual=f"{total:f}",
        )


def _billed_ml(group: Group, line: Line) -> Decimal:
    """The stated milliliters; where they are those of a whole vial, no more than the units of the line."""
    assert line.drug is not None and line.drug.quantity is not None
    whole = line.units is not None and _whole_vials(group, line, line.drug)
    return min(line.drug.quantity, Decimal(line.units or 0)) if whole else line.drug.quantity
