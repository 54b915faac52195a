"""MOD: which modifier may ride on which line."""

from __future__ import annotations

from collections.abc import Iterator

from j1553ref.rules.base import Finding, rule
from j1553ref.rules.context import CODE, PARTING, WITHOUT_SOURCE, ClaimView, Group, modifier_at

__all__ = [
    "duplicate_modifier",
    "modifier_25_off_the_visit",
    "separate_service_on_drug",
    "too_many_modifiers",
    "unknown_modifier",
]


@rule(
    "MOD001",
    "modifier-25-off-the-visit",
    needs=("modifiers",),
    severity="error",
    since="0.1.0",
    order=250,
    scope="claim",
    facts=("modifier.25", "infusion.code_family"),
    summary="Modifier 25 stands on the drug or on an administration code; it belongs on the visit.",
)
def modifier_25_off_the_visit(claim: ClaimView) -> Iterator[Finding]:
    """25 marks a separate visit, so it can only ride on the visit's line."""
    claim.readable("modifiers")
    for line in claim.claim.lines:
        code = line.procedure_code or ""
        if "25" not in line.modifiers:
            continue
        if code == CODE or code.startswith(claim.fact("infusion.code_family", line.start).value):
            yield claim.finding(
                modifier_at(line, "25"),
                f"25 on {code}: it marks a separate visit and belongs on the line of the visit only; take it off here",
                on=line.start,
                expected=f"{code} without 25",
                actual="25",
            )


@rule(
    "MOD002",
    "separate-service-modifier-on-drug",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    order=260,
    facts=("modifier.59",),
    summary="59, XE, XP, XS, XU, 76 or 77 stands on the drug although it is billed on one line.",
)
def separate_service_on_drug(group: Group) -> Iterator[Finding]:
    """A modifier for split lines on a drug that is not split."""
    given = [each for each in group.claim.lines if each.procedure_code == CODE and "JW" not in each.modifiers]
    if sum(each.start == group.on for each in given) > 1:
        return
    for line in group.lines:
        for modifier in line.modifiers:
            if modifier in PARTING:
                yield group.finding(
                    modifier_at(line, modifier),
                    f"{modifier} fits a drug line only where the units given stand on two lines, and here they stand on one: "
                    "take it off",
                    on=group.on,
                    expected=f"{CODE} without {modifier}",
                    actual=modifier,
                )


@rule(
    "MOD011",
    "duplicate-modifier",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    order=263,
    scope="claim",
    summary="A modifier stands twice on one line.",
)
def duplicate_modifier(claim: ClaimView) -> Iterator[Finding]:
    """The same modifier a second time says nothing more and takes a place."""
    for line in claim.drug_lines:
        for index, modifier in enumerate(line.modifiers):
            if modifier in line.modifiers[:index]:
                yield claim.finding(
                    line.at("modifiers", index),
                    f"{modifier} stands twice on this line: take one off",
                    on=line.start,
                    expected=f"one {modifier}",
                    actual=modifier,
                )


@rule(
    "MOD012",
    "too-many-modifiers",
    needs=("modifiers",),
    severity="warning",
    since="0.1.0",
    order=264,
    facts=("modifiers.limit",),
    summary="A drug line bears more modifiers than a claim form holds.",
)
def too_many_modifiers(group: Group) -> Iterator[Finding]:
    """The forms have room for four."""
    most = group.fact("modifiers.limit", group.on).value
    for line in group.lines:
        if len(line.modifiers) > most:
            yield group.finding(
                line.at("modifiers", most),
                f"{len(line.modifiers)} modifiers, and the forms hold {most}: keep those that decide payment, first",
                on=group.on,
                expected=f"at most {most}",
                actual=len(line.modifiers),
            )


@rule(
    "MOD013",
    "unknown-modifier",
    needs=("modifiers",),
    severity="info",
    since="0.1.0",
    order=265,
    scope="claim",
    summary="A modifier on the drug is none of those that this reference speaks of.",
)
def unknown_modifier(claim: ClaimView) -> Iterator[Finding]:
    """Not wrong for that, but worth a look."""
    known = {fact.id.removeprefix("modifier.") for fact in claim.facts.under("modifier")}
    for line in claim.drug_lines:
        for modifier in line.modifiers:
            if modifier not in known and modifier not in WITHOUT_SOURCE:
                yield claim.finding(
                    modifier_at(line, modifier),
                    "this modifier is not one that the sources name for a drug: check it, it may be mistyped or the payer's own",
                    on=line.start,
                    expected="a modifier that fits a drug",
                    actual=modifier,
                )
