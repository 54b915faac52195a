"""ADM: the administration codes billed with the drug, checked against the lines and any recorded clock times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from j1553ref.claim import Line
from j1553ref.infusion import InfusionError, further_hours, minutes_infused
from j1553ref.rules.base import Missing, Seen, need, rule
from j1553ref.rules.context import CODE, DISTINCT, SEPARATE, ClaimView, Group
from j1553ref.rules.split import ADD_ONS, SPLIT, later_claim

__all__ = [
    "add_on_without_base",
    "complex_drug_code",
    "drug_without_administration",
    "further_hours_differ",
    "hydration_not_billable",
    "infusion_billed_as_push",
    "infusion_without_drug",
    "push_billed_as_infusion",
    "second_initial_code",
    "subcutaneous_code",
    "time_missing",
    "visit_beside_infusion",
]


@rule(
    "ADM001",
    "second-initial-code",
    severity="error",
    since="0.1.0",
    basis=("infusion.one_initial",),
    reads=("infusion.initial_codes",),
    summary="A second initial administration code in one encounter or on one date, not marked as separate.",
)
def second_initial_code(group: Group) -> Iterator[Seen]:
    """One initial service, unless a second site or encounter is marked."""
    group.readable_beside("modifiers")
    initial = group.value("infusion.initial_codes")
    plain = [line for line in group.beside(*initial) if not SEPARATE & set(line.modifiers)]
    units = sum(need(line.units, "units") for line in plain)
    if units > 1:
        codes = " and ".join(dict.fromkeys(str(line.procedure_code) for line in plain))
        yield Seen(
            plain[-1].pointer,
            f"{units} units of initial codes ({codes}) in one encounter: only one service is the initial one, the others "
            "are add-on codes, or need 59 or an X modifier for a second site or a separate encounter",
            expected=1,
            actual=units,
        )
    elif plain and _initial_of_an_earlier_encounter(group, initial):
        yield Seen(
            plain[0].pointer,
            f"{plain[0].procedure_code} of a further encounter on this date is not marked: the payer sees two initial codes on "
            "one day and no encounters, so add 59 or an X modifier",
            expected="59 or an X modifier",
            actual="none",
            severity="warning",
        )


def _initial_of_an_earlier_encounter(group: Group, initial: tuple[str, ...]) -> bool:
    """Whether the first unmarked initial code of the date belongs to another encounter that the claim names."""
    for line in group.claim.by_date.get(group.on, ()):
        if line.procedure_code in initial:
            if "modifiers" in line.damaged:
                raise Missing("modifiers", "damaged in the input")
            if not SEPARATE & set(line.modifiers):
                return None not in (group.encounter, line.encounter) and line.encounter != group.encounter
    return False


@rule(
    "ADM004",
    "infusion-time-missing",
    severity="error",
    since="0.1.0",
    stops=("ADM002", "ADM003"),
    basis=("infusion.times_required",),
    reads=("infusion.code.further", "infusion.code.initial", "home.bundle_code"),
    summary="The record has one of the two times of the infusion, not both.",
)
def time_missing(group: Group) -> Iterator[Seen]:
    """An infusion code needs a start and a stop time."""
    if not group.records:
        raise Missing("start", "the claim carries no record of the infusion on this date")
    codes = (group.value("infusion.code.initial"), group.value("infusion.code.further"))
    if not group.beside(*codes):
        return
    for record in group.records:
        if record.start is None and record.stop is None:
            raise Missing("start", "the record holds no times")
        absent = next((name for name in ("start", "stop") if getattr(record, name) is None), None)
        if absent and absent not in record.damaged:
            _whose_infusion(group)
            yield Seen(
                record.pointer,
                f"the record has no {absent} time: an infusion code needs both, in the chart and signed",
                expected="start and stop",
                actual=f"no {absent}",
            )


@rule(
    "ADM002",
    "push-billed-as-infusion",
    severity="error",
    since="0.1.0",
    stops=("ADM003",),
    reads=(
        "infusion.push_limit",
        "infusion.code.initial",
        "infusion.code.push",
        "infusion.code.sequential_push",
        "infusion.initial_codes",
        "home.bundle_code",
    ),
    summary="The drug ran for no longer than a push, and the infusion code is billed.",
)
def push_billed_as_infusion(group: Group) -> Iterator[Seen]:
    """Up to the limit it is a push."""
    initial = group.value("infusion.code.initial")
    limit = group.value("infusion.push_limit")
    for line in group.beside(initial):
        if group.minutes <= limit:
            _whose_infusion(group)
            others = [code for code in group.value("infusion.initial_codes") if code != initial]
            push = group.value("infusion.code.sequential_push" if group.beside(*others) else "infusion.code.push")
            pushed = f"{push}, the add-on beside another initial code" if group.beside(*others) else push
            yield Seen(
                line.at("procedure_code"),
                f"the drug ran for {group.minutes} minutes, and {initial} needs more than {limit}: check start and stop time; if "
                f"they are right, it was a push: bill {pushed}",
                expected=push,
                actual=initial,
            )


def _whose_infusion(group: Group) -> None:
    """Raise Missing where the infusion may be another drug's, and this drug may have been the one pushed."""
    if group.other_drugs:
        raise Missing("infused_drugs", "the infusion may be that of another drug of the same encounter")


@rule(
    "ADM003",
    "further-hours-differ",
    severity="error",
    since="0.1.0",
    reads=(
        "infusion.first_hour",
        "infusion.further_hour",
        "infusion.further_hour_threshold",
        "home.bundle_code",
        "infusion.code.initial",
        *ADD_ONS,
    ),
    summary="The units of the code for further hours are not what the minutes of the infusion make.",
)
def further_hours_differ(group: Group) -> Iterator[Seen]:
    """Each further hour counts; the minutes after the last full hour count only above the threshold."""
    initial = group.value("infusion.code.initial")
    further = group.value("infusion.code.further")
    if not group.beside(initial):
        return
    minutes = group.minutes
    _one_infusion_of_one_drug(group, initial)
    right = further_hours(minutes, on=need(group.on, "service_date"), facts=group.facts)
    lines = group.beside(further)
    units = sum(need(line.units, "units") for line in lines)
    if units != right:
        yield Seen(
            lines[0].at("units") if lines else group.beside(initial)[0].pointer,
            f"{minutes} minutes of infusion are {initial}{f' and {right} x {further}' if right else f' and no {further}'}, and "
            f"the claim has {units or 'none'}: {_correction(further, units, right)}; a further hour counts only when more than "
            "half of it was run",
            expected=right,
            actual=units,
        )


def _correction(further: str, units: int, right: int) -> str:
    """What to do with the line for further hours."""
    if not units:
        return f"add {further} x {right}"
    return f"bill {further} x {right}" if right else f"take {further} off"


def _one_infusion_of_one_drug(group: Group, initial: str) -> None:
    """Raise Missing where the further hours may belong to another drug, infusion or date."""
    group.readable_beside("modifiers")
    first = group.beside(initial)
    # Where drug and infusion both name their encounter, the modifier only separates that one from another.
    marked_distinct = any(DISTINCT & set(line.modifiers) for line in first if None in (group.encounter, line.encounter))
    if sum(need(line.units, "units") for line in first) > 1 or marked_distinct:
        raise Missing("encounter", "more than one infusion on this date, and which minutes are whose is not known")
    if _billed_on_the_next_day(group):
        raise Missing(
            "service_date", "it ran past midnight and part of it is billed on the day after; no text on that was found"
        )
    kinds = ("sequential", "concurrent")
    others = group.beside(*(group.value(f"infusion.code.{kind}") for kind in kinds))
    # Another drug that ran for no more than its first hour cannot be the source of a further hour.
    if any(_further_hours_of(group, line) != 0 for line in others) or len(group.drugs_not_pushed) > len(others):
        raise Missing("infused_drugs", "another drug of the same encounter may have been infused")


def _billed_on_the_next_day(group: Group) -> bool:
    """Whether the drug ran past midnight and an infusion code is billed for the day after."""
    if not any(
        record.next_day or (record.start and record.stop and record.stop < record.start) for record in group.records
    ):
        return False
    after = need(group.on, "service_date") + timedelta(days=1)
    codes = {group.value(f"infusion.code.{kind}") for kind in ("initial", "further")}
    return any(line.procedure_code in codes for line in group.claim.by_date.get(after, ()))


def _further_hours_of(group: Group, line: Line) -> int | None:
    """Further hours that the clock times of one other infusion make; None where the line has none."""
    if line.units != 1 or line.start_time is None or line.stop_time is None:
        return None
    try:
        minutes = minutes_infused(line.start_time, line.stop_time)
    except InfusionError:
        return None
    return further_hours(minutes, on=need(group.on, "service_date"), facts=group.facts)


@rule(
    "ADM005",
    "complex-drug-code",
    severity="warning",
    since="0.1.0",
    reads=(
        "infusion.complex_codes",
        "home.bundle_code",
        "infusion.code.further",
        "infusion.code.initial",
    ),
    looks_for=("infusion.complex_codes",),
    summary="A code for highly complex agents is billed with immune globulin.",
)
def complex_drug_code(group: Group) -> Iterator[Seen]:
    """A code for highly complex agents is wrong unless the contractor's list names the drug."""
    lines = group.beside(*group.value("infusion.complex_codes"))
    if lines and group.other_drugs:
        raise Missing("infused_drugs", "another drug of the same encounter may have been the complex one")
    for line in lines[:1]:
        yield Seen(
            line.at("procedure_code"),
            f"{line.procedure_code} is for highly complex agents: bill the plain infusion codes unless your contractor's list "
            "names immune globulin",
            expected=_plain_code(group, line),
            actual=line.procedure_code,
        )


def _plain_code(group: Group, line: Line) -> str | None:
    """The intravenous code that replaces a code of another kind: initial for initial, further hour for further hour."""
    others = ("infusion.complex_codes", "infusion.subcutaneous_codes")
    codes = next(listed for listed in (group.value(fact_id) for fact_id in others) if line.procedure_code in listed)
    plain = (group.value("infusion.code.initial"), group.value("infusion.code.further"))
    place = codes.index(line.procedure_code)
    return plain[place] if place < len(plain) else None


@rule(
    "ADM006",
    "subcutaneous-code",
    severity="error",
    since="0.1.0",
    basis=("product.route",),
    reads=(
        "infusion.subcutaneous_codes",
        "home.bundle_code",
        "infusion.code.further",
        "infusion.code.initial",
        "infusion.complex_codes",
    ),
    looks_for=("infusion.subcutaneous_codes",),
    summary="A code for subcutaneous infusion is billed with an intravenous drug.",
)
def subcutaneous_code(group: Group) -> Iterator[Seen]:
    """Subcutaneous infusion of a drug that is given into a vein."""
    lines = group.beside(*group.value("infusion.subcutaneous_codes"))
    if lines and group.other_drugs:
        raise Missing("infused_drugs", "another drug of the same encounter may have been given under the skin")
    for line in lines[:1]:
        plain = _plain_code(group, line)
        yield Seen(
            line.at("procedure_code"),
            f"{line.procedure_code} is for subcutaneous infusion, and Yimmugo is given into a vein: "
            + ("bill the intravenous codes" if plain else "take the line off"),
            expected=plain or f"no {line.procedure_code}",
            actual=line.procedure_code,
        )


@rule(
    "ADM007",
    "hydration-not-billable",
    severity="warning",
    since="0.1.0",
    basis=("infusion.reaction_fluids",),
    reads=("infusion.code.hydration", "infusion.hydration_minimum"),
    looks_for=("infusion.code.hydration",),
    summary="Hydration ran alongside the drug, or for less than the time that the code needs.",
)
def hydration_not_billable(group: Group) -> Iterator[Seen]:
    """Hydration counts only before or after the drug, and only if it is long enough."""
    code = group.value("infusion.code.hydration")
    least = group.value("infusion.hydration_minimum")
    for line in group.beside(code):
        start = need(line.start_time, "start_time", "the record of the hydration holds no times")
        stop = need(line.stop_time, "stop_time", "the record of the hydration holds no times")
        try:
            minutes = minutes_infused(start, stop)
        except InfusionError as error:
            raise Missing("stop_time", str(error)) from None
        drug = [(record.start, record.stop) for record in group.records if record.start and record.stop]
        timed = len(drug) == len(group.records) > 0
        paused = any(pause.start <= start < stop <= pause.stop for record in group.records for pause in record.pauses)
        if minutes < least:
            yield Seen(
                line.at("procedure_code"),
                f"{minutes} minutes of hydration: {code} needs at least {least}",
                expected=f"at least {least}",
                actual=minutes,
            )
        elif paused:
            continue
        elif any(start < ended < began for began, ended in drug):
            raise Missing("start_time", "the infusion ran past midnight, and the hydration may be of either day")
        elif any(began < stop and (start < ended or ended < began) for began, ended in drug):
            yield Seen(
                line.at("procedure_code"),
                f"the hydration ran while the drug did: {code} counts before or after it only; fluids for a reaction may differ",
                expected="before or after the drug",
                actual="alongside",
            )
        elif not timed:
            raise Missing("start", "the record of the infusion holds no start and stop time")


@rule(
    "ADM008",
    "visit-beside-infusion",
    severity="warning",
    since="0.1.0",
    basis=("infusion.same_day_visit",),
    reads=("infusion.nurse_visit", "infusion.visit_family", "infusion.code.initial"),
    summary="A nurse visit is billed with the infusion, or another visit without modifier 25.",
)
def visit_beside_infusion(group: Group) -> Iterator[Seen]:
    """The nurse visit is inside the infusion; any other visit needs 25."""
    if not group.beside(group.value("infusion.code.initial")):
        return
    group.readable_beside("modifiers")
    nurse = group.value("infusion.nurse_visit")
    family = tuple(group.value("infusion.visit_family"))
    for line in group.neighbors:
        code = line.procedure_code or ""
        if code == nurse:
            yield Seen(
                line.pointer,
                f"{nurse} beside an infusion: the nurse's part is inside the infusion code; take the line off",
                expected=f"no {nurse}",
                actual=nurse,
            )
        elif code.startswith(family) and "25" not in line.modifiers:
            yield Seen(
                line.at("modifiers"),
                f"{code} on the day of the infusion needs 25, and a separate reason in the record",
                expected="25",
                actual="no 25",
            )


@rule(
    "ADM009",
    "drug-without-administration",
    severity="warning",
    since="0.1.0",
    binds=("medicare-ab",),
    basis=("infusion.same_claim",),
    reads=(
        "discard.critical_access_bill_types",
        "discard.opps_bill_types",
        "infusion.code.initial",
        "site.office",
        *SPLIT,
    ),
    summary="The drug is billed without an administration code on the same claim.",
)
def drug_without_administration(group: Group) -> Iterator[Seen]:
    """Drug and administration belong on one claim."""
    if group.claim.form == "ub04":
        bill = need(group.claim.type_of_bill, "type_of_bill")[:2]
        outpatient = ("discard.opps_bill_types", "discard.critical_access_bill_types")
        if not any(bill in group.value(fact_id) for fact_id in outpatient):
            return
    elif need(group.lines[0].place_of_service, "place_of_service") != group.value("site.office")["place_of_service"]:
        return
    add_ons = tuple(group.value(fact_id) for fact_id in ADD_ONS)
    if not group.beside(*group.value("infusion.initial_codes"), *add_ons):
        later_claim(group, "the administration code is then on one claim only")
        yield Seen(
            group.lines[0].pointer,
            "the claim has no administration code on this date: put the drug and its infusion on the same claim",
            expected=group.value("infusion.code.initial"),
            actual="none",
        )


@rule(
    "ADM010",
    "add-on-without-base",
    severity="warning",
    since="0.1.0",
    reads=("infusion.initial_codes", *ADD_ONS),
    summary="An add-on administration code is billed without an initial service on the same date.",
)
def add_on_without_base(group: Group) -> Iterator[Seen]:
    """An add-on needs the service that it adds to."""
    lines = group.beside(*(group.value(fact_id) for fact_id in ADD_ONS))
    if lines and not group.beside(*group.value("infusion.initial_codes")):
        yield Seen(
            lines[0].at("procedure_code"),
            f"{lines[0].procedure_code} is an add-on code, and the claim has no initial service on this date: add the initial "
            "code, or say which claim holds it",
            expected="an initial code",
            actual=lines[0].procedure_code,
        )


@rule(
    "ADM011",
    "infusion-without-drug",
    severity="info",
    since="0.1.0",
    scope="claim",
    basis=("infusion.code.initial", "diagnosis.family"),
    summary="An infusion for a primary immunodeficiency is on a claim that bills no drug.",
)
def infusion_without_drug(claim: ClaimView) -> Iterator[Seen]:
    """The reverse of a drug without its administration."""
    line = claim.lone_infusion
    if line is not None and not claim.claim.administrations:
        yield Seen(
            line.pointer,
            f"an infusion and no drug on this claim: confirm that the drug is billed elsewhere, or add {CODE}",
            expected="a drug line",
            actual="none",
        )


@rule(
    "ADM012",
    "infusion-billed-as-push",
    severity="error",
    since="0.2.0",
    stops=("ADM009",),
    reads=(
        "infusion.push_limit",
        "infusion.code.initial",
        "infusion.code.further",
        "infusion.code.push",
        "infusion.initial_codes",
        "home.bundle_code",
        "infusion.first_hour",
        "infusion.further_hour",
        "infusion.further_hour_threshold",
    ),
    summary="The drug ran longer than a push, and the claim bills a push as its only administration.",
)
def infusion_billed_as_push(group: Group) -> Iterator[Seen]:
    """Above the limit it is an infusion: the other side of ADM002."""
    group.readable_beside("modifiers")
    push, initial = group.value("infusion.code.push"), group.value("infusion.code.initial")
    others = [code for code in group.value("infusion.initial_codes") if code != push]
    pushes = [line for line in group.beside(push) if not SEPARATE & set(line.modifiers)]
    if not pushes or group.beside(*others) or group.minutes <= group.value("infusion.push_limit"):
        return
    if group.other_drugs:
        raise Missing("infused_drugs", "the push may be that of another drug of the same encounter")
    further = group.value("infusion.code.further")
    hours = further_hours(group.minutes, on=need(group.on, "service_date"), facts=group.facts)
    yield Seen(
        pushes[0].at("procedure_code"),
        f"the drug ran for {group.minutes} minutes, and {push} is a push of {group.value('infusion.push_limit')} minutes or "
        f"less: bill {initial}{f' and {hours} x {further}' if hours else ''} for the drug",
        expected=initial,
        actual=push,
    )
