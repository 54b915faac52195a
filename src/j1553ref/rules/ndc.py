"""NDC: the drug identification of the line, where the claim or the payer has one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import ceil

from j1553ref import ndc
from j1553ref.claim import Drug, Line
from j1553ref.redaction import fits, shown
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
    basis=("ndc.digits", "ndc.qualifier", "ndc.padding"),
    reads=("ndc.medicaid", "ndc.form", "profile.ndc_required"),
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


def _asks(group: Group) -> bool:
    """Whether the payer is known to ask for the NDC."""
    asks = group.profile("ndc_required", group.on) if group.payer and group.on else None
    return bool(group.claim.dual_eligible) or (asks is not None and asks.value == "required")


def _malformed(group: Group, drug: Drug, code: str) -> Iterator[Seen]:
    strict = _by_law(group)
    eleven, wrong = group.eleven(code), group.slip(code)
    if wrong and wrong.kind == "twelve-digits" and group.on is not None:
        forms, most = group.value("ndc.form"), group.value("ndc.digits")
        if any(sum(map(int, form.split("-"))) > most for form in forms):
            raise Missing("ndc.digits", "how many digits a claim takes where an NDC has twelve is not known")
    if not eleven:
        ten = code.isascii() and code.isdigit() and len(code) == 10
        yield Seen(
            drug.at("ndc"),
            wrong.says
            if wrong
            else _TEN
            if ten
            else f"an NDC on a claim is 11 digits (5-4-2, without hyphens); {ndc.fault(code)}",
            expected=(wrong.write if wrong else "") or "11 digits",
            # Ten bare digits may be an identity number, unless they are those of a known package.
            actual=code if ten and wrong and wrong.write else shown(code, "ndc"),
            severity="error" if ten or strict else "warning",
        )
    elif any(character.isspace() for character in code):
        yield Seen(
            drug.at("ndc"),
            f"blanks and line breaks do not belong in an NDC: write {eleven}",
            expected=eleven,
            actual=shown(code, "ndc"),
            severity="error" if strict else "warning",
        )
    elif "-" in code and drug.has_qualifier_slot and not wrong:
        short = [part for part, length in zip(code.split("-"), (5, 4, 2), strict=True) if len(part) < length]
        yield Seen(
            drug.at("ndc"),
            f"this is the ten-digit form of a label: put a 0 in front of {short[0]}, without hyphens, and write {eleven}"
            if short
            else f"hyphens do not belong in the NDC of a claim: write {eleven}",
            expected=eleven,
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


_TEN = "ten bare digits can be read in three ways: write the 11 digits of the package that was used"


def _by_law(group: Group) -> bool:
    """Whether Medicaid pays first or second: by law it needs the NDC, while other payers only ask for it."""
    medicaid = group.is_bound_by("ndc.medicaid", group.on)
    return bool(group.claim.dual_eligible) or medicaid


@rule(
    "NDC002",
    "ndc-quantity-differs",
    severity="error",
    since="0.1.0",
    reads=("ndc.unit", "product.concentration", "unit.size", "product.package", "product.vial_sizes"),
    summary="The NDC unit is not ML, or the milliliters and the units of the line differ by one or more.",
    needs=("drug", "ndc", "quantity", "unit"),
)
def ndc_quantity_differs(group: Group) -> Iterator[Seen]:
    """One unit is one milliliter, except for the rounded tail; a hundred times as many units are milligrams."""
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
                severity="warning",
            )
        elif drug.quantity is not None and line.units is not None and drug.quantity > 0:
            units = drug.quantity * per_ml / group.unit_size
            if line.units == drug.quantity * per_ml != units and drug.quantity % group.vial_step == 0:
                yield Seen(
                    line.at("units"),
                    f"{line.units} is the drug in milligrams: {drug.quantity:f} mL are {units.normalize():f} units of "
                    f"{group.unit_size} mg",
                    expected=f"{units.normalize():f}",
                    actual=line.units,
                )
                continue
            if abs(units - line.units) >= 1 and not _whole_vials(group, line, drug):
                yield Seen(
                    drug.at("quantity"),
                    f"{drug.quantity:f} mL are {units.normalize():f} units and the line has {line.units}: they differ by one "
                    "or more, so one of the two is wrong",
                    expected=f"about {line.units} {unit}",
                    actual=f"{drug.quantity:f}",
                    severity="warning",
                )


#: The most of the largest vials that another NDC is taken to mean, where one line shows the first NDC only.
_OTHER_VIALS = 2


def _whole_vials(group: Group, line: Line, drug: Drug) -> bool:
    """Whether the quantity is that of the line's first vial alone, or of all that was opened for the line.

    The first vial alone is enough only where the others have another NDC: one NDC states all of its milliliters. Without a
    record the others are taken to hold no more than two of the largest vials.
    """
    assert drug.quantity is not None and line.units is not None
    package = group.package(drug.ndc, group.on) if drug.ndc else None
    if package is not None and drug.quantity == package.ml and (drug.quantity >= line.units or not _one_ndc(group)):
        others = line.units - package.units
        if group.knows_vials or others <= _OTHER_VIALS * max(group.value("product.vial_sizes")) // group.unit_size:
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
    basis=("ndc.which", "ndc.matches_code", "ndc.padding"),
    reads=("product.other_ndcs", "product.package", "code.valid", "code.unlisted"),
    summary="The NDC of a line is another product's, not a known one, or that of a size that was not opened.",
    needs=("drug", "ndc"),
)
def ndc_of_another_product(claim: ClaimView) -> Iterator[Seen]:
    """The NDC must be of the product that the code names."""
    for line in claim.drug_lines:
        code = line.drug.ndc if line.drug else None
        digits = claim.eleven(code) if code else ""
        if line.drug is None or not code or not digits or claim.package(code, line.start):
            continue
        wrong = claim.slip(code)
        others = claim.value_on("product.other_ndcs", line.start)
        brand = next((product["brand"] for product in others if digits.startswith(product["prefix"])), None)
        if wrong:
            says, expected = wrong.says, wrong.write
        elif brand:
            says = f"this NDC is {brand}'s, and {CODE} is Yimmugo's code: bill the code of the product that was given"
            expected = "an NDC of Yimmugo"
        elif claim.is_yimmugo(code):
            says = f"labeler and product are Yimmugo's, and no package {digits[9:]} is known: compare with the vial or carton"
            expected = "a known package of Yimmugo"
        else:
            says = f"this NDC is not one of the known packages of Yimmugo: confirm that it belongs to {CODE}"
            expected = "an NDC of Yimmugo"
        yield Seen(
            line.drug.at("ndc"),
            says,
            expected=expected,
            actual=digits,
            severity="warning" if wrong or brand else "info",
        )
    yield from _not_opened(claim)
    for line in claim.misplaced_lines:
        if line.procedure_code in claim.value_on("code.unlisted", line.start) or not line.drug:
            continue
        if claim.value_on("code.valid", line.start):
            # Some formats keep a code that is written as none is; that could be anything.
            code = line.procedure_code if fits(line.procedure_code or "", "procedure_code") else None
            yield Seen(
                line.drug.at("ndc"),
                f"this NDC is Yimmugo's, and {code or 'what the line bills'} is not its code: bill {CODE} if Yimmugo "
                "was given, and keep the NDC on the drug line only",
                expected=CODE,
                actual=code,
            )


def _not_opened(claim: ClaimView) -> Iterator[Seen]:
    """Lines whose NDC is that of a size of which the record opened no vial; whose labeler it is does not matter."""
    for group in claim.groups:
        found = [claim.package(vials.ndc, group.on) for record in group.records for vials in record.vials or ()]
        opened = {package.mg for package in found if package}
        if not group.knows_vials or None in found:
            continue
        for line in group.lines:
            package = claim.package(line.drug.ndc, line.start) if line.drug and line.drug.ndc else None
            if line.drug and package and package.mg not in opened:
                sizes = " and ".join(f"{mg // 1000} g" for mg in sorted(opened, reverse=True))
                yield Seen(
                    line.drug.at("ndc"),
                    f"this is the NDC of the {package.label}, and the record has only {sizes} vials: the NDC of the vial that "
                    "was used goes on the claim",
                    expected=f"an NDC of a {sizes.replace(' and ', ' or ')} package",
                    actual=package.ndc,
                )


@rule(
    "NDC004",
    "ndc-quantity-missing",
    severity="error",
    since="0.1.0",
    basis=("ndc.quantity_positive",),
    reads=("profile.ndc_required",),
    summary="An NDC unit of measure has no quantity above zero, or a payer that asks for the NDC gets neither.",
    needs=("drug", "quantity", "unit"),
)
def ndc_quantity_missing(group: Group) -> Iterator[Seen]:
    """A unit of measure needs a positive quantity, and the NDC needs both where a payer asks for it."""
    for line in group.lines:
        drug = line.drug
        if drug is None or drug.damaged & {"quantity", "unit"}:
            continue
        if drug.unit is None:
            if drug.ndc and drug.has_qualifier_slot and _asks(group):
                yield Seen(
                    drug.at("unit"),
                    "this payer asks for the NDC, which goes with its unit and quantity: add ML and the milliliters of this line"
                    if drug.quantity is None
                    else "the NDC quantity needs its unit of measure: add ML",
                    expected="ML",
                    actual="none",
                    severity="warning",
                )
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
