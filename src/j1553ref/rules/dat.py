"""DAT: dates and the choice of the code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from j1553ref.code import code_for
from j1553ref.rules.base import Missing, Seen, need, rule
from j1553ref.rules.context import CODE, ClaimView, Group

__all__ = ["code_before_its_first_date", "drug_line_spans_dates", "unlisted_code_for_yimmugo"]


@rule(
    "DAT001",
    "code-before-its-first-date",
    severity="error",
    since="0.1.0",
    reads=("code.valid", "code.predecessor", "code.new_drug_code", "discard.opps_bill_types"),
    summary="J1553 is billed for a date of service before the first date on which the code is valid.",
)
def code_before_its_first_date(group: Group) -> Iterator[Seen]:
    """J1553 before it was valid; without a date of its own, the line has one of the dates of the statement."""
    claim = group.claim
    whole = group.on is None and "start" not in group.damage and claim.statement_end is not None
    since, until = (claim.statement_start, claim.statement_end) if whole else (group.on, group.on)
    history = group.fact("code.valid", until).fact.history
    day, begin = need(until, "service_date"), need(since, "service_date")
    valid = {group.value_on("code.valid", day), group.value_on("code.valid", begin)}
    valid |= {entry.value for entry in history if begin < entry.start <= day}
    if valid == {True}:
        return
    if True in valid:
        raise Missing("service_date", "the statement begins before the first date of the code and ends after it")
    first = next(entry.start for entry in history if entry.start > day and entry.value)
    code, instead = _instead(group, day)
    yield Seen(
        claim.at("statement_end") if whole else group.first("procedure_code"),
        f"{CODE} is valid for dates of service from {first.isoformat()}, "
        + (
            f"and the whole statement is before it (to {day.isoformat()})"
            if whole
            else f"this one is {day.isoformat()}"
        )
        + f": correct the date, or bill {instead}",
        expected=code or f"a code valid on {day.isoformat()}",
        actual=CODE,
    )


def _instead(group: Group, day: date) -> tuple[str | None, str]:
    """The code that a source names for the payer and setting before J1553, if one does, and the words for the message."""
    setting = "office"
    if group.claim.form == "ub04":
        bill = need(group.claim.type_of_bill, "type_of_bill")[:2]
        setting = "hospital-outpatient" if bill in group.value_on("discard.opps_bill_types", day) else setting
    payer = group.payer.id if group.payer else None
    choice = code_for(day, payer=payer, setting=setting, facts=group.book.kept)
    for other in choice.alternatives:
        group.answer(other.fact, day)  # the finding cites what the words below are based on
    if choice.code:
        return choice.code, f"{choice.code}, which a source names for this payer"
    sourced = sorted({other.code for other in choice.alternatives if other.grade != "inferred"})
    codes = " or ".join(sorted({other.code for other in choice.alternatives}))
    if sourced:
        return None, f"the code that the payer names ({codes}): ask which one it takes"
    guess = f"; {codes} is inferred" if codes else ""
    return None, f"the unlisted code that the payer names (ask it: no source names one for this payer{guess})"


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
