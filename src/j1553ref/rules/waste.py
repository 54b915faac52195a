"""Whether JW and JZ belong on the lines of a group: Medicare's rule, and the payers that ask for them too."""

from __future__ import annotations

from dataclasses import dataclass

from j1553ref.rules.base import Missing, Severity, need
from j1553ref.rules.context import Group

__all__ = ["WASTE", "WasteRule", "waste_rule"]

#: What :func:`waste_rule` reads, for the declarations of the rules that use it.
WASTE = (
    "profile.jw_jz",
    "discard.jz",
    "discard.free_drug_charge",
    "discard.not_used_places",
    "discard.opps_bill_types",
    "discard.critical_access_bill_types",
    "opps.status",
    "opps.separately_paid",
)


@dataclass(frozen=True, slots=True)
class WasteRule:
    """JW and JZ belong on the lines of this group: the highest severity that a rule may use, and why.

    >>> WasteRule("error", "separately payable on a CMS-1500").severity
    'error'
    """

    severity: Severity
    reason: str


def waste_rule(group: Group) -> WasteRule | None:
    """Whether JW and JZ belong on these lines; None where they do not; *not checked* where that is not known.

    It is kept with the group. Sources: the payer's profile ``jw_jz``, facts ``discard``, ``opps``.

    >>> from j1553ref import case, claim_from
    >>> from j1553ref.facts import packaged
    >>> from j1553ref.payers import parse_payer
    >>> from j1553ref.rules.context import ClaimView
    >>> payer = parse_payer("medicare-ab", packaged())
    >>> [group] = ClaimView.of(claim_from(case("whole-vials-jz")), payer, packaged()).groups
    >>> waste_rule(group)
    WasteRule(severity='error', reason='separately payable on a CMS-1500')
    """
    return group.once(_waste_rule)


def _waste_rule(group: Group) -> WasteRule | None:
    asks = group.profile("jw_jz", group.on)
    if asks is None:
        raise Missing("payer_rule", "whether this payer asks for JW and JZ is not known")
    if asks.value != "required":
        return None
    for record in group.records:
        if record.stock == "free" or record.container == "multi":
            return None
    _refuse_free_stock(group)
    bound = group.is_bound_by("discard.jz", group.on)
    loudest: Severity = "error" if bound and asks.entry.carries_error else "warning"
    if group.claim.form == "cms1500":
        outside = group.value("discard.not_used_places")
        places = {need(line.place_of_service, "place_of_service") for line in group.lines}
        return None if places & set(outside) else WasteRule(loudest, "separately payable on a CMS-1500")
    return _on_a_facility_bill(group, loudest)


def _refuse_free_stock(group: Group) -> None:
    """Raise Missing where a token charge suggests a free drug and no record says whose stock it was."""
    token = group.value("discard.free_drug_charge")
    if any(record.stock is not None for record in group.records):
        return
    if any(line.charge is not None and line.charge <= token for line in group.given_lines):
        raise Missing("stock", "the charge is that of a free drug, and whose stock it was is not in the claim")


def _on_a_facility_bill(group: Group, loudest: Severity) -> WasteRule | None:
    bill = need(group.claim.type_of_bill, "type_of_bill", "JW and JZ depend on the type of bill")[:2]
    if bill in group.value("discard.critical_access_bill_types"):
        return WasteRule(loudest, "critical access hospital")
    if bill not in group.value("discard.opps_bill_types"):
        return None
    status = group.answer("opps.status", group.on)
    if not status.known:
        return WasteRule("warning", f"the OPPS status of J1553 is not known after {status.entry.known_until}")
    paid = group.value("opps.separately_paid")
    return WasteRule(loudest, f"OPPS status {status.value}") if status.value in paid else None
