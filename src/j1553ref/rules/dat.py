"""DAT: dates and the choice of the code."""

from __future__ import annotations

from collections.abc import Iterator

from j1553ref.rules.base import Seen, need, rule
from j1553ref.rules.context import CODE, ClaimView, Group

__all__ = ["code_before_its_first_date", "drug_line_spans_dates", "unlisted_code_for_yimmugo"]


@rule(
    "DAT001",
    "code-before-its-first-date",
    severity="error",
    since="0.1.0",
    reads=("code.valid", "code.unlisted"),
    summary="J1553 stands on a line whose date of service is before the first date on which the code is valid.",
)
def code_before_its_first_date(group: Group) -> Iterator[Seen]:
    """J1553 before it was valid."""
    if group.value("code.valid"):
        return
    day = need(group.on, "service_date")
    first = next(e.start for e in group.fact("code.valid", day).fact.history if e.start > day and e.value)
    instead = ", ".join(group.value("code.unlisted"))
    yield Seen(
        group.first("procedure_code"),
        f"{CODE} is valid for dates of service from {first.isoformat()}, this one is {day.isoformat()}; "
        f"bill the unlisted code that the payer names (one of {instead})",
        expected=f"a code valid on {day.isoformat()}",
        actual=CODE,
    )


@rule(
    "DAT002",
    "unlisted-code-for-yimmugo",
    severity="error",
    since="0.1.0",
    scope="claim",
    reads=("code.valid", "code.unlisted", "unit.size", "profile.specific_code"),
    summary="An unlisted code bills Yimmugo, by its NDC or by the record, on a date of service for which J1553 exists.",
)
def unlisted_code_for_yimmugo(claim: ClaimView) -> Iterator[Seen]:
    """An unlisted code where a specific one exists."""
    for line in claim.misplaced_lines:
        if line.procedure_code not in claim.value_on("code.unlisted", line.start):
            continue
        if not claim.value_on("code.valid", line.start):
            continue
        rejects = claim.profile("specific_code", line.start) if claim.payer else None
        by_ndc = line.drug is not None and line.drug.ndc is not None
        certain = by_ndc and rejects is not None and rejects.value == "required" and rejects.entry.carries_error
        size = claim.value_on("unit.size", line.start)
        named = "the NDC is Yimmugo's" if by_ndc else "the vials in the record are Yimmugo's"
        yield Seen(
            line.at("procedure_code"),
            f"{named} and {CODE} exists for this date of service: bill {CODE} in units of {size} mg instead of "
            f"{line.procedure_code}",
            expected=CODE,
            actual=line.procedure_code,
            severity="error" if certain else "warning",
        )


@rule(
    "DAT003",
    "drug-line-spans-dates",
    severity="error",
    since="0.1.0",
    binds=("medicare-ab",),
    basis=("infusion.several_days",),
    reads=("profile.date_span",),
    summary="A drug line covers more than one date of service.",
)
def drug_line_spans_dates(group: Group) -> Iterator[Seen]:
    """Each day has its own line, units and discarded amount."""
    stated = group.profile("date_span", group.on)
    for line in group.lines:
        if line.end is not None and line.start is not None and line.end != line.start:
            yield Seen(
                line.at("end"),
                f"the drug line runs from {line.start.isoformat()} to {line.end.isoformat()}: bill each date on its own line",
                expected=line.start.isoformat(),
                actual=line.end.isoformat(),
                severity="error" if stated and stated.entry.carries_error else "warning",
            )
