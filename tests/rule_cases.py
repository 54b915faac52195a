"""What the cases of ``tests/rules/`` are made of: outcomes and builders of claims.

Outcome is ``fires``, ``quiet``, ``not checked``, or ``refused`` for a loaded table that cannot be read. ``says`` is part of
the message or of the reason, ``expected`` and ``actual`` are the finding's (``...``: any), ``missing`` names the datum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from types import EllipsisType
from typing import Any

from build import edit, make_claim

from j1553ref.claim import Claim
from j1553ref.facts import Entry, Fact, FactBase, SourceRef, packaged
from j1553ref.readers import claim_from

V35 = [20, 10, 5]
A, B, C = "70573060521", "70573060511", "70573060501"
MUE = {"value": 300, "indicator": "2"}
FILED = {"payer": None, "claim_filing_code": "MB"}


@dataclass(frozen=True)
class Case:
    code: str
    outcome: str
    name: str
    claim: dict[str, Any] | Claim
    severity: str | None = None
    pointer: str | None = None
    payer: str | None = None
    facts: FactBase | None = None
    says: str = ""
    expected: str | EllipsisType | None = ...
    actual: str | EllipsisType | None = ...
    missing: str | None = None

    @property
    def id(self) -> str:
        return f"{self.code} {self.outcome}: {self.name}"


def fires(
    code: str, name: str, claim: dict[str, Any] | Claim, severity: str, pointer: str, payer: str | None = None,
    facts: FactBase | None = None, **more: Any,
) -> Case:
    return Case(code, "fires", name, claim, severity, pointer, payer, facts, **more)


def quiet(code: str, name: str, claim: dict[str, Any], payer: str | None = None, facts: FactBase | None = None) -> Case:
    return Case(code, "quiet", name, claim, payer=payer, facts=facts)


def unsure(code: str, name: str, claim: dict[str, Any] | Claim, payer: str | None = None, **more: Any) -> Case:
    return Case(code, "not checked", name, claim, payer=payer, **more)


def refused(code: str, name: str, claim: dict[str, Any], facts: FactBase, says: str) -> Case:
    return Case(code, "refused", name, claim, facts=facts, says=says)


def loaded(fact_id: str, value: Any, grade: str = "primary") -> FactBase:
    """The packaged facts with one more, as a facts folder would add it."""
    base = packaged()
    entry = Entry(date(2026, 4, 1), value, (SourceRef("synthetic", "test", grade),), date(2026, 11, 23))
    return FactBase({**base.facts, fact_id: Fact(fact_id, "loaded", "", (), "", (entry,), "test")}, base.gaps, base.documents)


def whole(**more: Any) -> dict[str, Any]:
    """40 g from two 20 g vials, billed right."""
    return make_claim(40000, [20, 20], [(400, ["JZ"])], **more)


def bare(lines: list[tuple[int, list[str]]], **more: Any) -> dict[str, Any]:
    """A claim without a record of dose and vials."""
    return make_claim(None, None, lines, **more)


def with_ndc(units: int, ml: str, modifiers: tuple[str, ...] = ("JZ",), *, ndc: str = A, **more: Any) -> dict[str, Any]:
    return edit(
        bare([(units, list(modifiers))], **more),
        {"/lines/0/drug": {"qualifier": "N4", "ndc": ndc, "quantity": ml, "unit": "ML"}},
    )


def by_ndc(last: str) -> dict[str, Any]:
    """32,450 mg on a line for each NDC; the milliliters of the last vial as given."""
    claim = make_claim(32450, V35, [(200, []), (100, []), (25, []), (25, ["JW"])])
    stated = enumerate(((A, "200"), (B, "100"), (C, last), (C, "25.5")))
    return edit(claim, {f"/lines/{at}/drug": {"ndc": ndc, "quantity": ml, "unit": "ML"} for at, (ndc, ml) in stated})


def facility(
    bill: str = "131", day: str = "2026-05-04", modifiers: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    """A UB-04 claim for 40 g from two 20 g vials."""
    claim = make_claim(40000, [20, 20], [(400, list(modifiers))], day=day, **more)
    claim |= {"form": "ub04", "type_of_bill": bill}
    for line, revenue in zip(claim["lines"], ["0636", "0260"], strict=True):
        line["revenue_code"] = revenue
        del line["place_of_service"], line["diagnosis_pointers"]
    return claim


def timed(start: str | None, stop: str | None, further: int, **more: Any) -> dict[str, Any]:
    """40 g with the times of the record and so many further hours."""
    times = {key: value for key, value in (("start", start), ("stop", stop)) if value}
    claim = make_claim(40000, [20, 20], [(400, ["JZ"])], record=times | more)
    return beside(claim, *(["96366"] * bool(further)), units=further)


def beside(claim: dict[str, Any], *codes: str, units: int = 1, modifiers: tuple[str, ...] = ()) -> dict[str, Any]:
    """The claim with further lines of these codes on the same date."""
    for code in codes:
        like = claim["lines"][-1] | {"procedure_code": code, "units": units, "modifiers": list(modifiers)}
        claim["lines"].append({**like, "line_number": len(claim["lines"]) + 1, "charge": "0.00"})
    return claim


def home(*codes: str, place: str = "12", diagnosis: str = "D83.9", day: str = "2026-05-04") -> dict[str, Any]:
    """A home claim: drug and service bundle at a home-like place, without an administration code."""
    claim = make_claim(40000, [20, 20], [(400, ["JZ"])], payer="medicare-dme", day=day)
    claim["diagnoses"] = [diagnosis]
    claim["lines"][1] |= {"procedure_code": "Q2052"}
    for line in beside(claim, *codes)["lines"]:
        line["place_of_service"] = place
    return claim


def shape(changes: dict[str, Any]) -> dict[str, Any]:
    return edit(whole(), changes)


def two_ndcs(first: str, second: str | None) -> dict[str, Any]:
    """200 and 100 units on two lines that bear these NDCs."""
    claim = edit(bare([(200, ["JZ"]), (100, ["JZ"])]), {"/lines/0/drug": {"ndc": first}})
    return edit(claim, {"/lines/1/drug": {"ndc": second}}) if second else claim


def late(claim: dict[str, Any]) -> dict[str, Any]:
    """The claim with its second line dated a day late."""
    return edit(claim, {"/lines/1/service_date/start": "2026-05-05"})


def twice_given() -> dict[str, Any]:
    """Two dates with a dose and a JW line on a third."""
    days = {f"/lines/{at}/service_date/start": f"2026-05-0{at + 4}" for at in range(3)}
    return edit(bare([(320, []), (320, []), (30, ["JW"])]), days)


def stated(first: str, last: str) -> dict[str, Any]:
    """A clearinghouse bill of a hospital whose lines have no date of their own, with the dates of its statement."""
    service = {"procedureIdentifier": "HC", "measurementUnit": "UN"}
    lines = [("0636", "J1553", "400", "12000"), ("0260", "96365", "1", "300")]
    return {
        "submitter": {"organizationName": "SYNTHETIC"},
        "claimInformation": {
            "claimFilingCode": "MB",
            "placeOfServiceCode": "13",
            "claimFrequencyCode": "1",
            "claimChargeAmount": "12300",
            "claimDateInformation": {"statementBeginDate": first, "statementEndDate": last},
            "principalDiagnosis": {"qualifierCode": "ABK", "principalDiagnosisCode": "D839"},
            "serviceLines": [
                {
                    "institutionalService": service
                    | {
                        "serviceLineRevenueCode": revenue,
                        "procedureCode": code,
                        "serviceUnitCount": units,
                        "lineItemChargeAmount": charge,
                    }
                }
                for revenue, code, units, charge in lines
            ],
        },
    }


def encounters() -> dict[str, Any]:
    """40 g and 20 g in two encounters of one date, each billed right and recorded."""
    claim = make_claim(40000, [20, 20], [(400, ["JZ"]), (200, ["JZ"])])
    first = claim["administrations"][0]
    second = first | {"encounter": "b", "dose_mg": "20000", "vials": [{"ndc": A, "count": 1}]}
    return edit(claim, {"/lines/0/encounter": "a", "/lines/1/encounter": "b", "/lines/2/encounter": "a",
                        "/administrations": [first | {"encounter": "a"}, second]})


def diagnosed(text: str, *, pointer: int = 1) -> Claim:
    """A home claim handed over as an object, which no reader has looked at."""
    claim = claim_from(home())
    lines = tuple(replace(line, diagnosis_pointers=(pointer,)) for line in claim.lines)
    return replace(claim, diagnoses=(text,), lines=lines)


def two_encounters() -> dict[str, Any]:
    """The drug and its infusion in the morning, and both again in the evening of the same day."""
    claim = bare([(200, ["JZ"])])
    claim["lines"] += [line | {"line_number": number} for number, line in enumerate(claim["lines"], 3)]
    return edit(claim, {f"/lines/{at}/encounter": "morning" if at < 2 else "evening" for at in range(4)})


def evening_marked(**more: Any) -> dict[str, Any]:
    """JZ in the morning, given and discarded in the evening; the format has no place for the encounter."""
    return bare([(100, ["JZ"]), (70, ["XE"]), (30, ["JW", "XE"])], **more)


def costly(units: int, modifiers: list[str], *, infused: bool = False, price: int = 200, **more: Any) -> dict[str, Any]:
    """Drug at so many dollars a unit, by default without the infusion, as on the second of two claims."""
    claim = edit(bare([(units, modifiers)], **more), {"/lines/0/charge": f"{units * price}.00"})
    claim["total_charge"] = f"{units * price + 300 * infused}.00"
    return claim if infused else edit(claim, {"/lines/1": ...})
