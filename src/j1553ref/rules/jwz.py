"""JWZ: discarded drug. JW and JZ are required where the payer's profile says so and the drug is paid separately."""

from __future__ import annotations

from collections.abc import Iterator

from j1553ref.claim import Line
from j1553ref.rules.base import Missing, Seen, need, rule
from j1553ref.rules.context import CODE, DISTINCT, ClaimView, Group, modifier_at
from j1553ref.rules.split import SPLIT, later_claim
from j1553ref.rules.waste import WASTE, waste_rule

__all__ = [
    "avoidable_waste",
    "free_drug_billed",
    "jw_and_jz_together",
    "jw_line_alone",
    "jw_line_missing",
    "jz_missing",
    "jz_though_drug_was_left",
    "jz_units_no_vials_make",
    "lines_differ_from_vials",
    "neither_jw_nor_jz",
    "not_used_here",
    "units_no_vials_make",
]


@rule(
    "JWZ004",
    "jw-and-jz-together",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    stops=("JWZ002", "JWZ003", "JWZ005", "JWZ009", "JWZ010"),
    basis=("discard.exclusive", "discard.jw_line"),
    looks_for=("JW",),
    summary="JW and JZ are on one line, or a JZ line and a JW line share a date and an encounter.",
)
def jw_and_jz_together(group: Group) -> Iterator[Seen]:
    """JW says that something was discarded, JZ that nothing was."""
    if not (group.has("JW") and group.has("JZ")):
        return
    line = next(line for line in group.lines if "JZ" in line.modifiers)
    same = "JW" in line.modifiers
    if not same and group.encounter is None and any(DISTINCT & set(other.modifiers) for other in group.lines):
        raise Missing("encounter", "the lines may belong to separate encounters of that date")
    yield Seen(
        modifier_at(line, "JZ"),
        "JW says that drug was discarded and JZ that none was: "
        + (
            "take JZ off the line beside the JW line, or take the JW line off"
            if not same
            else "keep one of them on this line"
            if len(group.lines) > 1
            else "take JW off if nothing was left, else bill the units given without either and the discarded units with JW on "
            "a second line"
        ),
        expected="JW or JZ",
        actual="JW and JZ",
    )


@rule(
    "JWZ001",
    "lines-differ-from-vials",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    basis=("rounding.discard", "discard.least_waste", "discard.single_dose_basis"),
    reads=("product.package", "product.vial_sizes", "rounding.dose", "unit.size", *WASTE),
    looks_for=("JW",),
    summary="The units given plus the units discarded match neither the opened vials nor the smallest set for the dose.",
)
def lines_differ_from_vials(group: Group) -> Iterator[Seen]:
    """The lines must add up to whole vials, between the least set and all that were opened."""
    if not (group.has("JW") and group.given_lines and (waste := waste_rule(group))):
        return
    total, opened, least = group.given_units + group.discarded_units, group.opened, group.least
    if total in (opened, least):
        return
    between = total % group.vial_step == 0 and least < total < opened
    due = [held - group.given_units for held in dict.fromkeys((opened, least)) if held > group.given_units]
    yield Seen(
        group.first("units", group.discarded_lines),
        f"{group.given_units} given and {group.discarded_units} discarded make {total} units; the opened vials hold {opened}"
        + ("" if opened == least else f", the smallest set for this dose {least}")
        + (
            f": bill JW {' or '.join(map(str, due))}, or correct the vials in the record"
            if due
            else _nothing_left(group)
        ),
        expected=f"JW {' or '.join(map(str, due))}" if due else "no JW line",
        actual=f"JW {group.discarded_units}",
        severity="warning" if between else waste.severity,
    )


def _nothing_left(group: Group) -> str:
    """What to do where the units given are all that was opened, or more."""
    if group.given_units > group.opened:
        return ": correct the units given, or the vials in the record"
    return ", all of it given: take the JW line off and put JZ on the line for the units given"


@rule(
    "JWZ002",
    "jw-line-missing",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    stops=("JWZ009", "JWZ010", "JWZ012"),
    basis=("discard.jw", "rounding.discard", "discard.single_dose_basis"),
    reads=("product.package", "product.vial_sizes", "rounding.dose", "unit.size", *WASTE),
    summary="At least one whole unit of the opened vials was discarded and no line has JW.",
)
def jw_line_missing(group: Group) -> Iterator[Seen]:
    """A whole unit or more was left and no JW line says so."""
    if group.has("JW") or not (waste := waste_rule(group)) or group.unused < 1 or _misdated(group):
        return
    if group.least == group.needed < group.opened:
        return  # all of the waste was avoidable: no source says which modifier applies, and JWZ007 informs
    if group.discarded_as_given:
        return
    payable = group.least - group.needed
    limit = "" if payable == group.unused else f", of which {payable} could not be avoided with smaller vials"
    yield Seen(
        group.first("modifiers"),
        f"the opened vials hold {group.opened} units and {group.needed} were given: "
        f"{'take JZ off and ' if group.has('JZ') else ''}add a second line, {CODE} JW with "
        f"{group.unused} unit{'' if group.unused == 1 else 's'}{limit}",
        expected=f"JW {group.unused}",
        actual="no JW line",
        severity=waste.severity,
    )


@rule(
    "JWZ003",
    "jz-missing",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    stops=("JWZ009",),
    basis=("discard.single_dose_basis",),
    reads=("product.package", "rounding.dose", "unit.size", *WASTE),
    summary="Nothing was discarded and no line has JZ.",
)
def jz_missing(group: Group) -> Iterator[Seen]:
    """Whole vials were used up, and no line says so with JZ."""
    if not group.given_lines or group.has("JZ") or group.has("JW"):
        return
    if not (waste := waste_rule(group)) or group.unused != 0:
        return
    tail = group.tail_mg
    # Medicare says that it returns such claims; for other payers that require JZ this is not known.
    bound = group.is_bound_by("discard.jz", group.on)
    yield Seen(
        group.first("modifiers", group.given_lines),
        "the dose uses up the opened vials: add JZ"
        + ("; claims without it have been returned as unprocessable" if bound else "")
        if not tail
        else f"only {tail:f} mg of the opened vials are left, less than one unit, so there is no JW unit to bill: add JZ",
        expected="JZ",
        actual="no JZ",
        severity="warning" if tail else waste.severity,
    )


@rule(
    "JWZ005",
    "jw-line-alone",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    stops=("JWZ011", "ADM009"),
    reads=("discard.jw_line",),
    looks_for=("JW",),
    summary="A JW line has no line for the drug given on the same date.",
)
def jw_line_alone(group: Group) -> Iterator[Seen]:
    """A discarded amount without a dose."""
    if group.discarded_lines and not group.given_lines:
        bound = group.is_bound_by("discard.jw_line", group.on)
        line, dose = group.discarded_lines[0], _misdated(group)
        # The record says which of the two dates is that of the infusion; without one the dose is taken to be right.
        wrong, right = (dose, line) if dose and group.records else (line, dose)
        yield Seen(
            wrong.at("start") if dose else modifier_at(line, "JW"),
            f"the JW line is dated {line.start} and the units given {dose.start}: give both the date of the infusion"
            if dose
            else "a JW line alone is rejected: put the line for the units given before it, on the same claim",
            expected=str(right.start) if right else "a line for the units given",
            actual=str(wrong.start) if right else "JW only",
            severity="error" if bound else "warning",
        )


def _misdated(group: Group) -> Line | None:
    """Where the JW line and the line for the units given have different dates: the line of the other date.

    Only where the claim has one lone JW line and one other date without JW or JZ, so that nothing else fits.
    """
    days = {day: [line for line in lines if line.procedure_code == CODE] for day, lines in group.claim.by_date.items()}
    lone = [day for day, lines in days.items() if day and lines and all("JW" in line.modifiers for line in lines)]
    bare = [day for day, lines in days.items() if day and lines and not any(_marked(line) for line in lines)]
    if len(lone) != 1 or len(bare) != 1 or group.on not in (*lone, *bare):
        return None
    return days[bare[0] if group.on == lone[0] else lone[0]][0]


def _marked(line: Line) -> bool:
    return bool({"JW", "JZ"} & set(line.modifiers))


@rule(
    "JWZ006",
    "jw-or-jz-not-used-here",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    basis=("discard.multi_dose",),
    reads=(
        "discard.not_used_places",
        "discard.not_used_bill_types",
        "opps.separately_paid",
        "discard.jz",
        "discard.opps_bill_types",
        "opps.status",
        "profile.jw_jz",
    ),
    summary="JW or JZ is on a line where neither is used: multi-dose container, packaged drug, or certain clinics.",
)
def not_used_here(group: Group) -> Iterator[Seen]:
    """Containers, places and bill types for which the policy does not hold."""
    marked = next((line for line in group.lines if {"JW", "JZ"} & set(line.modifiers)), None)
    if marked is None:
        return
    reason = None
    if any(record.container == "multi" for record in group.records):
        reason = "the container is a multi-dose one"
    elif group.claim.form == "ub04":
        reason = _bill_reason(group)
    elif _is_packaged_place(group, need(marked.place_of_service, "place_of_service")):
        reason = f"at place of service {marked.place_of_service} the drug is inside another payment"
    if reason:
        which = next(modifier for modifier in ("JW", "JZ") if modifier in marked.modifiers)
        yield Seen(
            modifier_at(marked, which),
            f"{which} is not used here: {reason}; take {'the JW line' if which == 'JW' else 'JZ'} off",
            expected="no JW line" if which == "JW" else "neither JW nor JZ",
            actual=which,
        )


def _is_packaged_place(group: Group, place: str) -> bool:
    """Whether the policy leaves the place out, and the payer is not one that asks for the modifiers anywhere."""
    if place not in group.value("discard.not_used_places"):
        return False
    asks = group.profile("jw_jz", group.on) if group.payer else None
    return not (asks and asks.value == "required" and not group.is_bound_by("discard.jz", group.on))


def _bill_reason(group: Group) -> str | None:
    bill = need(group.claim.type_of_bill, "type_of_bill")[:2]
    if bill in group.value("discard.not_used_bill_types"):
        return f"on bill type {bill}X the drug is inside another payment"
    if bill in group.value("discard.opps_bill_types"):
        status = group.value("opps.status")
        if status not in group.value("opps.separately_paid"):
            return f"the drug has OPPS status {status} and is not paid separately"
    return None


@rule(
    "JWZ007",
    "avoidable-waste",
    severity="info",
    since="0.1.0",
    basis=("discard.least_waste",),
    reads=("product.vial_sizes", "product.package", "rounding.dose", "unit.size"),
    summary="More vials were opened than the smallest set for the dose needs.",
)
def avoidable_waste(group: Group) -> Iterator[Seen]:
    """A smaller set of vials, of the stocked sizes where they are known, would have been enough."""
    if group.opened > group.least_stocked:
        among = " of the stocked sizes" if group.stocked else ""
        yield Seen(
            group.records[0].at("vials"),
            f"the opened vials hold {group.opened} units, and a smaller set{among} would have done ({group.least_stocked}): "
            "record why, for the payer may pay only what the smaller set leaves",
            expected=group.least_stocked,
            actual=group.opened,
        )


@rule(
    "JWZ008",
    "free-drug-billed",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    scope="claim",
    binds=("medicare-ab",),
    basis=("discard.free_drug",),
    reads=("discard.free_drug_charge", "infusion.code_family"),
    summary="The drug was free to the provider, and is charged for, billed as discarded, or missing next to its infusion.",
)
def free_drug_billed(claim: ClaimView) -> Iterator[Seen]:
    """A free drug is billed at a token charge, without JW."""
    for group in claim.groups:
        if not any(record.stock == "free" for record in group.records):
            continue
        token = group.value("discard.free_drug_charge")
        for line in group.lines:
            if "JW" in line.modifiers:
                yield Seen(
                    modifier_at(line, "JW"),
                    "the drug was free, and there is no discarded amount to bill: take the JW line off",
                    expected="no JW line",
                    actual="JW",
                )
            elif line.charge is not None and line.charge > token:
                yield Seen(
                    line.at("charge"),
                    f"the drug was free: charge no more than {token} on its line, beside the infusion",
                    expected=f"at most {token}",
                    actual=f"{line.charge:f}",
                )
    billed = {line.start for line in claim.drug_lines}
    for record in claim.claim.administrations:
        if record.stock == "free" and record.service_date not in billed:
            family = claim.value_on("infusion.code_family", record.service_date)
            if any((line.procedure_code or "").startswith(family) for line in claim.on_date(record.service_date)):
                token = claim.value_on("discard.free_drug_charge", record.service_date)
                yield Seen(
                    record.pointer,
                    f"the free drug has no line: put {CODE} at a charge of {token} beside its infusion",
                    expected=f"a line {CODE}",
                    actual="none",
                    severity="warning",
                )


@rule(
    "JWZ009",
    "neither-jw-nor-jz",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    basis=("discard.jw", "discard.single_dose_basis"),
    reads=("product.package", "rounding.dose", "unit.size", *WASTE),
    summary="No line of the drug has JW or JZ, and the payer requires one of them.",
)
def neither_jw_nor_jz(group: Group) -> Iterator[Seen]:
    """Where the waste rule applies, one of the two is always due, whatever the dose was."""
    if group.has("JW") or group.has("JZ") or not (waste := waste_rule(group)) or _misdated(group):
        return
    if group.knows_dose and group.knows_vials and group.discarded_as_given:
        return
    yield Seen(
        group.first("modifiers"),
        "neither JW nor JZ is on the drug: add JZ if nothing was discarded, else a JW line for the discarded units",
        expected="JW or JZ",
        actual="neither",
        severity=waste.severity,
    )


@rule(
    "JWZ010",
    "jz-units-no-vials-make",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    reads=("product.vial_sizes", *SPLIT),
    looks_for=("JZ",),
    summary="JZ says that nothing was discarded, but no set of whole vials makes this many units.",
)
def jz_units_no_vials_make(group: Group) -> Iterator[Seen]:
    """Units with JZ that are not a multiple of the smallest vial."""
    if not group.has("JZ") or (group.knows_dose and group.knows_vials):
        return
    units = sum(line.units or 0 for line in group.lines if "JZ" in line.modifiers)
    if any(line.units is None for line in group.lines) or units % group.vial_step == 0:
        return
    later_claim(group, "only all its claims together must make whole vials")
    whole = -(-units // group.vial_step) * group.vial_step
    yield Seen(
        group.first("units", tuple(line for line in group.lines if "JZ" in line.modifiers)),
        f"JZ says that nothing was discarded, but no whole vials make {units} units (multiples of {group.vial_step}): "
        f"was drug discarded (JW {whole - units} for {whole}), or a vial shared between patients?",
        expected=f"a multiple of {group.vial_step}",
        actual=units,
    )


@rule(
    "JWZ011",
    "units-no-vials-make",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    reads=("product.vial_sizes", "unit.size"),
    looks_for=("JW",),
    summary="The units given plus the units discarded are not a total that whole vials can make.",
)
def units_no_vials_make(group: Group) -> Iterator[Seen]:
    """Given plus JW units that are not a multiple of the smallest vial."""
    if not group.has("JW") or (group.knows_dose and group.knows_vials):
        return
    total = group.given_units + group.discarded_units
    if total % group.vial_step:
        yield Seen(
            group.first("units", group.discarded_lines),
            f"{group.given_units} given and {group.discarded_units} discarded make {total} units, and no whole vials do "
            f"(multiples of {group.vial_step}): check the JW units against the vials in the record",
            expected=f"a multiple of {group.vial_step}",
            actual=total,
        )


@rule(
    "JWZ012",
    "jz-though-drug-was-left",
    needs=("modifiers",),
    severity="warning",
    since="0.2.0",
    stops=("JWZ010",),
    basis=("modifier.JZ", "rounding.discard"),
    reads=("product.package", "rounding.dose", "unit.size"),
    looks_for=("JZ",),
    summary="JZ says that nothing was discarded, and the record shows at least one whole unit left in the opened vials.",
)
def jz_though_drug_was_left(group: Group) -> Iterator[Seen]:
    """JZ against the record, also where all of the waste could have been avoided or the payer's rule is not known."""
    if not group.has("JZ") or group.has("JW") or group.unused < 1 or group.discarded_as_given:
        return
    if any(record.container == "multi" or record.stock == "free" for record in group.records):
        return
    line = next(line for line in group.lines if "JZ" in line.modifiers)
    units = f"{group.unused} unit{'' if group.unused == 1 else 's'}"
    yield Seen(
        modifier_at(line, "JZ"),
        f"JZ says that nothing was discarded, and the record leaves {units} of {group.opened} in the opened vials: take JZ "
        f"off and add a line {CODE} JW with {units} where the payer takes JW, or correct the vials in the record",
        expected=f"JW {group.unused}",
        actual="JZ",
    )
