"""SOS: site of service and form."""

from __future__ import annotations

from collections.abc import Iterator

from j1553ref.claim import Line
from j1553ref.rules.base import Seen, need, rule
from j1553ref.rules.context import ClaimView, Group

__all__ = ["drug_line_without_date", "facility_bills_the_drug", "revenue_code_of_drug"]


@rule(
    "SOS001",
    "facility-bills-the-drug",
    severity="error",
    since="0.1.0",
    binds=("medicare-ab",),
    reads=("place_of_service.facility_bills", "place_of_service.facility_bills_doubtful", "bill_type.not_separate"),
    summary="At this place of service or on this bill type the facility bills the drug, or another payment includes it.",
)
def facility_bills_the_drug(group: Group) -> Iterator[Seen]:
    """A professional claim from a hospital; an inpatient bill."""
    if group.claim.form == "ub04":
        bill = need(group.claim.type_of_bill, "type_of_bill")[:2]
        if f"{bill}X" in group.value("bill_type.not_separate"):
            yield Seen(
                group.claim.at("type_of_bill"),
                f"on bill type {bill}X the drug is as a rule inside another payment: confirm that it may be billed here",
                expected="an outpatient bill type",
                actual=group.claim.type_of_bill,
                severity="warning",
            )
        return
    hospital = group.value("place_of_service.facility_bills")
    doubtful = group.value("place_of_service.facility_bills_doubtful")
    for line in group.lines:
        place = need(line.place_of_service, "place_of_service")
        if place in hospital or place in doubtful:
            yield Seen(
                line.at("place_of_service"),
                f"at place of service {place} the facility bills the drug, not the physician"
                + ("" if place in hospital else ", unless the biller is that facility: confirm"),
                expected="the facility's claim",
                actual=place,
                severity="error" if place in hospital else "warning",
            )


@rule(
    "SOS002",
    "revenue-code-of-drug",
    severity="warning",
    since="0.1.0",
    reads=("revenue_code.drug",),
    summary="The drug line of a UB-04 has a revenue code other than the one for drugs with a HCPCS code.",
)
def revenue_code_of_drug(group: Group) -> Iterator[Seen]:
    """Drugs that need a detailed code have a revenue code of their own."""
    if group.claim.form != "ub04":
        return
    right = group.value("revenue_code.drug")
    for line in group.lines:
        if need(line.revenue_code, "revenue_code") != right:
            yield Seen(
                line.at("revenue_code"),
                f"a drug with a HCPCS code goes under revenue code {right}",
                expected=right,
                actual=line.revenue_code,
            )


@rule(
    "SOS003",
    "drug-line-without-date",
    severity="error",
    since="0.1.0",
    scope="claim",
    summary="A drug line has no date of service: a CMS-1500 needs one, and without it most rules cannot be decided.",
)
def drug_line_without_date(claim: ClaimView) -> Iterator[Seen]:
    """Without a date neither the unit nor the status of the drug is known; a bill of a facility may leave it out."""
    for line in claim.drug_lines:
        if line.start is None and "start" not in line.damaged and not _asked_for(claim, line):
            yield Seen(
                line.pointer,
                "the drug line has no date of service: add it, for the date decides which facts hold",
                expected="a date of service",
                actual="none",
                severity="info" if claim.claim.form == "ub04" else "error",
            )


def _asked_for(claim: ClaimView, line: Line) -> bool:
    """Whether the shape of the file asks for the date already."""
    return any(
        problem.keyword == "required" and problem.pointer == line.pointer and "date" in problem.expected
        for problem in claim.claim.shape
    )
