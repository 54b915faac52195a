"""MOD: which modifier belongs on which line; notices, route, 340B stock and off-campus departments."""

from __future__ import annotations

from collections.abc import Iterator

from j1553ref.claim import Line
from j1553ref.rules.base import Missing, Seen, Severity, need, rule
from j1553ref.rules.context import CODE, DISTINCT, WITHOUT_SOURCE, ClaimView, Group, modifier_at
from j1553ref.rules.split import SPLIT, later_claim, marks, split_asked_for

__all__ = [
    "auto_denied",
    "conflicting_notices",
    "duplicate_modifier",
    "excluded_on_one_line_only",
    "jg_after_its_end",
    "jw_or_jz_on_a_service",
    "medicaid_marker_on_medicare",
    "modifier_25_off_the_visit",
    "off_campus_modifier",
    "route_modifier_asked_for",
    "separate_service_on_drug",
    "stock_modifier_on_a_service",
    "tb_missing",
    "too_many_modifiers",
    "unknown_modifier",
    "wrong_for_intravenous",
]

_MEDICARE = ("medicare-ab",)
#: A notice modifier, the ones that contradict it, and the severity of the pair.
_OPPOSITES: tuple[tuple[str, tuple[str, ...], Severity], ...] = (
    ("GZ", ("GA", "GY"), "error"),
    ("GX", ("GA",), "warning"),
)


@rule(
    "MOD001",
    "modifier-25-off-the-visit",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    scope="claim",
    basis=("modifier.25",),
    reads=("infusion.code_family",),
    looks_for=("25",),
    summary="Modifier 25 is on the drug or on an administration code; it belongs on the visit.",
)
def modifier_25_off_the_visit(claim: ClaimView) -> Iterator[Seen]:
    """25 marks a separate visit, so it belongs on the line of the visit only."""
    claim.readable("modifiers")
    for line in claim.claim.lines:
        code = line.procedure_code or ""
        if "25" not in line.modifiers:
            continue
        if code == CODE or code.startswith(claim.value_on("infusion.code_family", line.start)):
            yield Seen(
                modifier_at(line, "25"),
                f"25 on {code}: it marks a separate visit and belongs on the line of the visit only; take it off here",
                expected=f"{code} without 25",
                actual="25",
            )


@rule(
    "MOD002",
    "separate-service-modifier-on-drug",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    basis=("modifier.59",),
    reads=SPLIT,
    looks_for=tuple(DISTINCT),
    summary="59, XE, XP, XS, XU, 76 or 77 is on the drug although the drug is billed on one line.",
)
def separate_service_on_drug(group: Group) -> Iterator[Seen]:
    """A modifier for split lines on a drug that is billed on one."""
    same_day = group.claim.by_date.get(group.on, ())
    if sum(line.procedure_code == CODE and "JW" not in line.modifiers for line in same_day) > 1:
        return
    asked = split_asked_for(group)
    for line in group.lines:
        for modifier in line.modifiers:
            if modifier in DISTINCT:
                if asked is not None and modifier in marks(asked.value):
                    later_claim(group, f"{modifier} may then belong on the drug of the later claim")
                yield Seen(
                    modifier_at(line, modifier),
                    f"{modifier} fits a drug line only where the units given are on two lines, and here they are on one: take it "
                    "off",
                    expected=f"{CODE} without {modifier}",
                    actual=modifier,
                )


@rule(
    "MOD011",
    "duplicate-modifier",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    scope="claim",
    summary="A modifier appears twice on one line.",
)
def duplicate_modifier(claim: ClaimView) -> Iterator[Seen]:
    """A repeated modifier adds nothing and takes up a place."""
    for line in claim.drug_lines:
        for index, modifier in enumerate(line.modifiers):
            if modifier in line.modifiers[:index]:
                yield Seen(
                    line.at("modifiers", index),
                    f"{modifier} is on this line twice: take one off",
                    expected=f"one {modifier}",
                    actual=modifier,
                )


@rule(
    "MOD012",
    "too-many-modifiers",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    reads=("modifiers.limit",),
    summary="A drug line has more modifiers than a claim form holds.",
)
def too_many_modifiers(group: Group) -> Iterator[Seen]:
    """The forms have room for four."""
    most = group.value("modifiers.limit")
    for line in group.lines:
        if len(line.modifiers) > most:
            yield Seen(
                line.at("modifiers", most),
                f"{len(line.modifiers)} modifiers, and the forms hold {most}: keep those that decide payment, first",
                expected=f"at most {most}",
                actual=len(line.modifiers),
            )


@rule(
    "MOD013",
    "unknown-modifier",
    needs=("modifiers",),
    severity="info",
    since="0.1.0",
    scope="claim",
    summary="A modifier on the drug is not one that this reference covers.",
)
def unknown_modifier(claim: ClaimView) -> Iterator[Seen]:
    """That alone is not wrong, but worth a look."""
    for line in claim.drug_lines:
        for modifier in line.modifiers:
            if modifier not in claim.book.modifiers and modifier not in WITHOUT_SOURCE:
                yield Seen(
                    modifier_at(line, modifier),
                    "no source here speaks for or against this modifier on the drug: check that it is meant",
                    expected="a modifier that fits a drug",
                    actual=modifier,
                )


@rule(
    "MOD003",
    "line-denied-at-once",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    binds=_MEDICARE,
    basis=("modifier.GZ",),
    looks_for=("GZ",),
    summary="GZ is on the drug: Medicare denies the line without looking at it.",
)
def auto_denied(group: Group) -> Iterator[Seen]:
    """GZ says that a denial is expected and no notice was given."""
    for line in group.lines:
        if "GZ" in line.modifiers and not {"GA", "GY"} & set(line.modifiers):  # MOD004 reports that pair
            yield Seen(
                modifier_at(line, "GZ"),
                "GZ says that a denial is expected and that the patient was given no notice: the line is denied at once; "
                "keep it only if that is meant",
                expected="no GZ",
                actual="GZ",
            )


@rule(
    "MOD004",
    "conflicting-notice-modifiers",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    binds=_MEDICARE,
    basis=("modifier.GZ", "modifier.GA", "modifier.GY", "modifier.GX"),
    looks_for=("GZ", "GX"),
    summary="Two modifiers on one line say opposite things about a notice to the patient.",
)
def conflicting_notices(group: Group) -> Iterator[Seen]:
    """GZ with GA or GY; GX with GA."""
    for line in group.lines:
        for first, others, severity in _OPPOSITES:
            clash = " and ".join(other for other in others if other in line.modifiers)
            if first in line.modifiers and clash:
                yield Seen(
                    modifier_at(line, first),
                    f"{first} and {clash} say opposite things about the notice to the patient: keep what the record supports",
                    expected=f"{first} or {clash}",
                    actual=f"{first} and {clash}",
                    severity=severity,
                )


@rule(
    "MOD005",
    "modifier-wrong-for-intravenous",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    basis=("modifier.JB", "product.route"),
    looks_for=("JB", *WITHOUT_SOURCE),
    summary="JB (subcutaneous), or a modifier that no source names for immune globulin, is on an intravenous drug.",
)
def wrong_for_intravenous(group: Group) -> Iterator[Seen]:
    """JB, and modifiers that no source on immune globulin mentions."""
    for line in group.lines:
        if "JB" in line.modifiers:
            yield Seen(
                modifier_at(line, "JB"),
                "JB says subcutaneous, and Yimmugo is given into a vein: take JB off",
                expected=f"{CODE} without JB",
                actual="JB",
            )
        for modifier in line.modifiers:
            if modifier in WITHOUT_SOURCE:
                yield Seen(
                    modifier_at(line, modifier),
                    f"no source on immune globulin speaks of {modifier} on the drug: confirm it with the payer",
                    expected=f"{CODE} without {modifier}",
                    actual=modifier,
                    severity="warning",
                )


@rule(
    "MOD006",
    "route-modifier-asked-for",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    binds=_MEDICARE,
    basis=("modifier.JA",),
    reads=("profile.route_modifier",),
    summary="The contractor asks for JA on this drug and the line does not have it.",
)
def route_modifier_asked_for(group: Group) -> Iterator[Seen]:
    """JA where the contractor's list says that it is required."""
    asks = group.profile("route_modifier", group.on)
    if asks is None:
        raise Missing("route_modifier", "the contractor's list of drugs with a route modifier is not loaded")
    for line in group.lines:
        if asks.value == "required" and "JA" not in line.modifiers:
            yield Seen(
                line.at("modifiers"),
                "this contractor asks for the route modifier: add JA",
                expected="JA",
                actual="no JA",
            )


@rule(
    "MOD007",
    "tb-missing-on-340b-stock",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    binds=_MEDICARE,
    basis=("modifier.TB", "modifiers.tb_on_jw"),
    summary="The drug is 340B stock and one of its lines does not have TB.",
)
def tb_missing(group: Group) -> Iterator[Seen]:
    """Each line of 340B stock needs TB, the JW line too."""
    if not need(group.claim.is_340b, "is_340b"):
        return
    for line in group.lines:
        if "TB" not in line.modifiers:
            discarded = "JW" in line.modifiers
            yield Seen(
                line.at("modifiers"),
                f"the drug is 340B stock: add TB{' to the JW line too' if discarded else ''}",
                expected="TB",
                actual="no TB",
                severity="warning" if discarded else "error",
            )


@rule(
    "MOD008",
    "jg-after-its-end",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    binds=_MEDICARE,
    stops=("MOD007",),
    basis=("modifier.JG", "modifier.TB"),
    looks_for=("JG",),
    summary="JG is on the drug; TB replaced it before J1553 existed.",
)
def jg_after_its_end(group: Group) -> Iterator[Seen]:
    """JG was replaced by TB."""
    for line in group.lines:
        if "JG" in line.modifiers:
            yield Seen(
                modifier_at(line, "JG"),
                "JG is no longer used for 340B stock: "
                + ("TB is there already, so take JG off" if "TB" in line.modifiers else "replace it by TB"),
                expected="no JG" if "TB" in line.modifiers else "TB",
                actual="JG",
            )


@rule(
    "MOD014",
    "stock-modifier-on-a-service",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    scope="claim",
    binds=_MEDICARE,
    basis=("modifier.TB", "modifier.JG"),
    reads=("infusion.code_family", "infusion.visit_family"),
    looks_for=("TB", "JG"),
    summary="TB or JG is on an administration or visit line; they describe the stock of a drug.",
)
def stock_modifier_on_a_service(claim: ClaimView) -> Iterator[Seen]:
    """Modifiers for 340B stock on a line that is not the drug."""
    for line, found in claim.strays("TB", "JG"):
        yield Seen(
            modifier_at(line, found),
            f"{found} marks stock of a drug, and this line is a service: take it off here",
            expected=f"{line.procedure_code} without {found}",
            actual=found,
        )


@rule(
    "MOD009",
    "off-campus-modifier",
    severity="error",
    since="0.1.0",
    scope="claim",
    binds=_MEDICARE,
    basis=("modifier.PO", "modifier.PN"),
    reads=("discard.opps_bill_types", "infusion.code_family", "infusion.visit_family"),
    summary="PO or PN is missing, both are on one line, or one is used for an on-campus department.",
)
def off_campus_modifier(claim: ClaimView) -> Iterator[Seen]:
    """Exactly one of PO and PN on each line of an off-campus department, none on campus."""
    claim.readable("modifiers")
    if claim.claim.form != "ub04":
        return
    unknown = False
    for day in dict.fromkeys(line.start for line in claim.drug_lines):
        lines = [line for line in claim.on_date(day) if _departmental(claim, line.procedure_code)]
        drug = [line for line in lines if line.procedure_code == CODE]
        drug_marks = [mark for line in drug for mark in _marks(line)]
        for line in lines:
            yield from _campus(claim, line, drug_marks[0] if drug_marks else None)
        if claim.claim.off_campus is None and not drug_marks:
            mark = _mark_of_infusion(claim, lines)
            unknown = unknown or mark is None
            for line in drug if mark else ():
                yield Seen(
                    line.at("modifiers"),
                    f"the infusion has {mark} and the drug does not: an off-campus department marks each line, so put {mark} on "
                    "the drug too",
                    expected=mark,
                    actual="neither",
                    severity="warning",
                )
    if unknown:
        raise Missing("off_campus", "not in the claim")


def _marks(line: Line) -> list[str]:
    return [mark for mark in ("PO", "PN") if mark in line.modifiers]


def _mark_of_infusion(claim: ClaimView, lines: list[Line]) -> str | None:
    """PO or PN where each administration line of the date has the same one; None where they do not agree."""
    families = claim.value_on("infusion.code_family", lines[0].start) if lines else ()
    found = [_marks(line) for line in lines if (line.procedure_code or "").startswith(families)]
    return found[0][0] if found and all(len(marks) == 1 and marks == found[0] for marks in found) else None


def _campus(claim: ClaimView, line: Line, drug_mark: str | None) -> Iterator[Seen]:
    """What is wrong with one line of the department; ``drug_mark`` is PO or PN on the first marked drug line."""
    found, off = _marks(line), claim.claim.off_campus
    if len(found) == 2:
        yield Seen(
            modifier_at(line, "PN"),
            "PO and PN exclude each other: keep the one that fits the department",
            expected="PO or PN",
            actual="PO and PN",
            severity="error" if off else "warning",
        )
    elif off is False:
        if found:
            yield Seen(
                modifier_at(line, found[0]),
                f"{found[0]} marks an off-campus department, and this one is on campus",
                expected="neither",
                actual=found[0],
                severity="warning",
            )
    elif drug_mark and found != [drug_mark]:
        yield Seen(
            line.at("modifiers"),
            f"the drug has {drug_mark} and this line {found[0] if found else 'neither PO nor PN'}: put {drug_mark} on each",
            expected=drug_mark,
            actual=found[0] if found else "neither",
            severity="warning",
        )
    elif off and not found and line.procedure_code == CODE:
        yield Seen(
            line.at("modifiers"),
            "an off-campus department marks each line: add PO (excepted) or PN (not excepted)",
            expected="PO or PN",
            actual="neither",
        )


def _departmental(claim: ClaimView, code: str | None) -> bool:
    """Whether the rule covers a line with this code: the drug, its administration or a visit, on an OPPS claim."""
    bill = need(claim.claim.type_of_bill, "type_of_bill")[:2]
    first = claim.drug_lines[0].start if claim.drug_lines else None
    if bill not in claim.value_on("discard.opps_bill_types", first):
        return False
    families = (claim.value_on("infusion.code_family", first), *claim.value_on("infusion.visit_family", first))
    return code == CODE or bool(code and code.startswith(families))


@rule(
    "MOD010",
    "jw-or-jz-on-a-service",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    scope="claim",
    basis=("modifier.JW", "modifier.JZ"),
    reads=("infusion.code_family", "infusion.visit_family"),
    looks_for=("JW", "JZ"),
    summary="JW or JZ is on an administration or visit line; they describe the drug only.",
)
def jw_or_jz_on_a_service(claim: ClaimView) -> Iterator[Seen]:
    """JW or JZ on a line that is not the drug."""
    for line, found in claim.strays("JW", "JZ"):
        yield Seen(
            modifier_at(line, found),
            f"{found} is about the drug and belongs on its line: take it off here",
            expected=f"{line.procedure_code} without {found}",
            actual=found,
        )


@rule(
    "MOD015",
    "medicaid-marker-on-medicare",
    needs=("modifiers",),
    severity="warning",
    since="0.2.0",
    scope="claim",
    binds=("medicare-ab", "medicare-dme"),
    basis=("modifier.UD", "modifier.TB"),
    looks_for=("UD",),
    summary="UD is on a claim to Medicare; it marks 340B stock for state Medicaid programs.",
)
def medicaid_marker_on_medicare(claim: ClaimView) -> Iterator[Seen]:
    """A state Medicaid program's marker, on a claim that no state sees."""
    if claim.claim.dual_eligible:
        return  # the claim crosses over to Medicaid
    for line in claim.drug_lines:
        if "UD" in line.modifiers:
            yield Seen(
                modifier_at(line, "UD"),
                "UD marks 340B stock for a state Medicaid program, and Medicare uses TB: "
                + (
                    "take UD off"
                    if "TB" in line.modifiers
                    else "replace it by TB if the drug is 340B stock, else take it off"
                )
                + ", unless the claim crosses over to Medicaid",
                expected="no UD",
                actual="UD",
            )


@rule(
    "MOD016",
    "excluded-on-one-line-only",
    needs=("modifiers",),
    severity="warning",
    since="0.2.0",
    binds=_MEDICARE,
    basis=("modifier.GY",),
    reads=("infusion.code_family", "home.bundle_code"),
    looks_for=("GY",),
    summary="GY is on the drug and not on its administration, or the other way round.",
)
def excluded_on_one_line_only(group: Group) -> Iterator[Seen]:
    """What Medicare excludes by law is marked on the drug and on its administration alike."""
    group.readable_beside("modifiers")
    services = [
        line for line in group.neighbors if (line.procedure_code or "").startswith(group.value("infusion.code_family"))
    ]
    marked = [line for line in (*group.lines, *services) if "GY" in line.modifiers]
    bare = [line for line in (*group.lines, *services) if "GY" not in line.modifiers]
    if not marked or not bare or not services:
        return
    if group.other_drugs:
        raise Missing("infused_drugs", "the administration may be that of another drug, which Medicare covers")
    codes = " and ".join(dict.fromkeys(str(line.procedure_code) for line in marked))
    for line in bare:
        yield Seen(
            line.at("modifiers"),
            f"GY is on {codes} and not on this line: what Medicare excludes is marked on the drug and on its administration "
            "alike, so put GY here too",
            expected="GY",
            actual="no GY",
        )
