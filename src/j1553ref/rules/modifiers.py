"""MOD: which modifier may ride on which line."""

from __future__ import annotations

from collections.abc import Iterator

from j1553ref.rules.base import Finding, rule
from j1553ref.rules.views import CODE, PARTING, ClaimView, Group, modifier_at

__all__ = ["modifier_25_off_the_visit", "separate_service_on_drug"]


@rule(
    "MOD001", "modifier-25-off-the-visit", severity="error", since="0.1.0", order=250, scope="claim",
    facts=("modifier.25", "infusion.code_family"),
    summary="Modifier 25 stands on the drug or on an administration code; it belongs on the visit.",
)  # fmt: skip
def modifier_25_off_the_visit(claim: ClaimView) -> Iterator[Finding]:
    """25 marks a separate visit, so it can only ride on the visit's line."""
    for line in claim.claim.lines:
        code = line.procedure_code or ""
        if "25" not in line.modifiers:
            continue
        if code == CODE or code.startswith(claim.fact("infusion.code_family", line.start).value):
            yield claim.finding(
                modifier_at(line, "25"),
                f"25 on {code}: it marks a separate visit and belongs on the line of the visit only; take it off here",
                on=line.start, expected=f"{code} without 25", actual="25",
            )  # fmt: skip


@rule(
    "MOD002", "separate-service-modifier-on-drug", severity="warning", since="0.1.0", order=260,
    facts=("modifier.59",),
    summary="59, XE, XP, XS, XU, 76 or 77 stands on the drug although it is billed on one line.",
)  # fmt: skip
def separate_service_on_drug(group: Group) -> Iterator[Finding]:
    """A modifier for split lines on a drug that is not split."""
    if len(group.given_lines) > 1:
        return
    for line in group.lines:
        for modifier in line.modifiers:
            if modifier in PARTING:
                yield group.finding(
                    modifier_at(line, modifier),
                    f"{modifier} on a drug line fits only where the units given are split over two lines; a second "
                    "administration code is where it belongs as a rule",
                    on=group.on, expected=f"{CODE} without {modifier}", actual=modifier,
                )  # fmt: skip
