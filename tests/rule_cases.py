# ruff: noqa: E501 - a table reads better with one case on a line
"""For every rule the claims that make it fire, leave it quiet, and leave it not checked.

``Case(code, outcome, name, claim, severity, pointer, payer)``: outcome is ``fires``, ``quiet`` or ``not checked``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from build import edit, make_claim

from j1553ref.facts import Entry, Fact, FactBase, SourceRef, packaged

V35 = [20, 10, 5]
A, B, C = "70573060521", "70573060511", "70573060501"


@dataclass(frozen=True)
class Case:
    code: str
    outcome: str
    name: str
    claim: dict[str, Any]
    severity: str | None = None
    pointer: str | None = None
    payer: str | None = None
    facts: FactBase | None = None

    @property
    def id(self) -> str:
        return f"{self.code} {self.outcome}: {self.name}"


def fires(
    code: str, name: str, claim: dict[str, Any], severity: str, pointer: str, payer: str | None = None, facts: FactBase | None = None
) -> Case:
    return Case(code, "fires", name, claim, severity, pointer, payer, facts)


def quiet(code: str, name: str, claim: dict[str, Any], payer: str | None = None, facts: FactBase | None = None) -> Case:
    return Case(code, "quiet", name, claim, payer=payer, facts=facts)


def unsure(code: str, name: str, claim: dict[str, Any], payer: str | None = None) -> Case:
    return Case(code, "not checked", name, claim, payer=payer)


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


CASES = [
    # -- SHP: shape --------------------------------------------------------------------------------------------------
    fires("SHP001", "units missing", shape({"/lines/0/units": ...}), "error", "/lines/0"),
    quiet("SHP001", "whole claim", whole()),
    fires("SHP002", "misspelled name", shape({"/lines/0/unitz": 400}), "error", "/lines/0/?"),
    quiet("SHP002", "a name that starts with x-", shape({"/lines/0/x-note": "synthetic"})),
    fires("SHP003", "text for a number", shape({"/lines/0/units": "400"}), "error", "/lines/0/units"),
    quiet("SHP003", "a decimal string for money", shape({"/lines/0/charge": "12000.00"})),
    fires("SHP004", "a form that does not exist", shape({"/administrations/0/container": "bag"}), "error",
          "/administrations/0/container"),
    quiet("SHP004", "whole claim", whole()),
    fires("SHP005", "a date that does not exist", shape({"/lines/0/service_date/start": "2026-02-30"}), "error",
          "/lines/0/service_date/start"),
    quiet("SHP005", "whole claim", whole()),
    fires("SHP006", "negative units", shape({"/lines/0/units": -400}), "error", "/lines/0/units"),
    quiet("SHP006", "whole claim", whole()),
    # -- DAT: dates and code choice ----------------------------------------------------------------------------------
    fires("DAT001", "the day before the first date", whole(day="2026-03-31"), "error", "/lines/0/procedure_code"),
    quiet("DAT001", "the first date", whole(day="2026-04-01")),
    unsure("DAT001", "no date of service", edit(whole(), {"/lines/0/service_date": ...})),
    fires("DAT002", "J1599 with Yimmugo's NDC, Medicare", edit(with_ndc(400, "400"), {"/lines/0/procedure_code": "J1599"}),
          "error", "/lines/0/procedure_code"),
    fires("DAT002", "J3590 with Yimmugo's NDC, commercial", edit(with_ndc(1, "400"), {"/lines/0/procedure_code": "J3590"}),
          "warning", "/lines/0/procedure_code", "commercial"),
    quiet("DAT002", "before J1553 existed",
          edit(with_ndc(400, "400", day="2026-03-31"), {"/lines/0/procedure_code": "J1599"})),
    quiet("DAT002", "an unlisted code with another product's NDC",
          edit(with_ndc(400, "400", ndc="76179001002"), {"/lines/0/procedure_code": "J1599"})),
    unsure("DAT002", "no date of service",
           edit(with_ndc(400, "400"), {"/lines/0/procedure_code": "J1599", "/lines/0/service_date": ...})),
    # -- UNT: billing units ------------------------------------------------------------------------------------------
    fires("UNT001", "two vials as two units", make_claim(40000, [20, 20], [(2, ["JZ"])]), "error", "/lines/0/units"),
    fires("UNT001", "by the NDC quantity alone", with_ndc(2, "400"), "warning", "/lines/0/units"),
    quiet("UNT001", "the number of vials is the right number of units", make_claim(300, [5, 5, 5], [(3, []), (147, ["JW"])])),
    unsure("UNT001", "no record and no NDC quantity", bare([(400, ["JZ"])])),
    fires("UNT002", "500 mg units", make_claim(40000, [20, 20], [(80, ["JZ"])]), "error", "/lines/0/units"),
    fires("UNT002", "500 mg units of an odd dose", make_claim(32450, V35, [(65, []), (5, ["JW"])]), "error", "/lines/0/units"),
    fires("UNT002", "grams", make_claim(40000, [20, 20], [(40, ["JZ"])]), "error", "/lines/0/units"),
    fires("UNT002", "five times over", make_claim(40000, [20, 20], [(2000, ["JZ"])]), "error", "/lines/0/units"),
    fires("UNT002", "500 mg units by the NDC quantity", with_ndc(80, "400"), "error", "/lines/0/units"),
    fires("UNT002", "grams by the NDC quantity", with_ndc(40, "400"), "warning", "/lines/0/units"),
    quiet("UNT002", "right units", whole()),
    quiet("UNT002", "right units by the NDC quantity", with_ndc(400, "400")),
    quiet("UNT002", "an NDC quantity for all that was opened", with_ndc(325, "350", ())),
    unsure("UNT002", "no record and no NDC quantity", bare([(400, ["JZ"])])),
    fires("UNT003", "one unit short", make_claim(40000, [20, 20], [(399, ["JZ"])]), "error", "/lines/0/units"),
    fires("UNT003", "rounded down for Medicare", make_claim(32450, V35, [(324, []), (26, ["JW"])]), "error", "/lines/0/units"),
    fires("UNT003", "rounded down for a plan", make_claim(32450, V35, [(324, [])]), "warning", "/lines/0/units", "commercial"),
    fires("UNT003", "discarded units billed as given", make_claim(34900, V35, [(350, ["JZ"])]), "error", "/lines/0/units"),
    quiet("UNT003", "rounded up once for two lines", make_claim(32450, V35, [(200, []), (125, ["76"]), (25, ["JW"])])),
    unsure("UNT003", "a dose of nothing", make_claim("0", [20, 20], [(400, ["JZ"])])),
    unsure("UNT003", "a dose that no one can measure", make_claim("32450.1234", [20, 20], [(400, ["JZ"])])),
    unsure("UNT003", "the NDC quantity is no dose", with_ndc(399, "400")),
    fires("UNT004", "more than the labels hold", make_claim(41000, [20, 20], [(410, ["JZ"])]), "error",
          "/administrations/0/dose_mg"),
    quiet("UNT004", "all that the labels hold", whole()),
    unsure("UNT004", "vials not recorded", make_claim(41000, None, [(410, ["JZ"])])),
    unsure("UNT004", "vials of another product",
           edit(make_claim(41000, [20, 20], [(410, ["JZ"])]), {"/administrations/0/vials/0/ndc": "76179001002"})),
    fires("UNT005", "milligrams", bare([(40000, ["JZ"])]), "error", "/lines/0/units"),
    quiet("UNT005", "80 g", make_claim(80000, [20] * 4, [(800, ["JZ"])])),
    unsure("UNT005", "units not readable", shape({"/lines/0/units": "many"})),
    fires("UNT006", "two plain lines", make_claim(40000, [20, 20], [(200, ["JZ"]), (200, ["JZ"])]), "warning", "/lines/1"),
    quiet("UNT006", "marked as parts", make_claim(40000, [20, 20], [(200, ["JZ"]), (200, ["JZ", "76"])])),
    quiet("UNT006", "one line", whole()),
    unsure("UNT006", "one line for each NDC, payer unknown", edit(
        make_claim(30000, [20, 10], [(200, ["JZ"]), (100, ["JZ"])], payer=None),
        {"/lines/0/drug": {"ndc": A}, "/lines/1/drug": {"ndc": B}})),
    unsure("UNT001", "vials not recorded", make_claim(40000, None, [(2, ["JZ"])])),
    fires("UNT007", "the day is not billed", make_claim(40000, [20, 20], []), "warning", "/administrations/0"),
    quiet("UNT007", "the day is billed", whole()),
    quiet("UNT007", "before the code existed", make_claim(40000, [20, 20], [], day="2026-03-31")),
    unsure("UNT007", "no date in the record", edit(make_claim(40000, [20, 20], []), {"/administrations/0/service_date": ...})),
    # -- JWZ: discarded drug -----------------------------------------------------------------------------------------
    fires("JWZ001", "no total that vials make", make_claim(32000, V35, [(320, []), (20, ["JW"])]), "error", "/lines/1/units"),
    fires("JWZ001", "above what was opened", make_claim(32000, V35, [(320, []), (80, ["JW"])]), "error", "/lines/1/units"),
    fires("JWZ001", "between the smallest set and the opened vials",
          make_claim(24000, [20, 20], [(240, []), (60, ["JW"])]), "warning", "/lines/1/units"),
    quiet("JWZ001", "all that was opened", make_claim(24000, [10] * 3, [(240, []), (60, ["JW"])])),
    quiet("JWZ001", "the smallest set", make_claim(24000, [10] * 3, [(240, []), (10, ["JW"])])),
    unsure("JWZ001", "vials not recorded", make_claim(32000, None, [(320, []), (20, ["JW"])])),
    fires("JWZ002", "30 units left", make_claim(32000, V35, [(320, [])]), "error", "/lines/0/modifiers"),
    fires("JWZ002", "home infusion", make_claim(32000, V35, [(320, [])]), "warning", "/lines/0/modifiers", "medicare-dme"),
    quiet("JWZ002", "JW is there", make_claim(32000, V35, [(320, []), (30, ["JW"])])),
    quiet("JWZ002", "multi-dose container", make_claim(32000, V35, [(320, [])], record={"container": "multi"})),
    quiet("JWZ002", "free drug", make_claim(32000, V35, [(320, [])], record={"stock": "free"})),
    quiet("JWZ002", "all waste avoidable", make_claim(20000, [10] * 3, [(200, ["JZ"])])),
    unsure("JWZ002", "payer unknown", make_claim(32000, V35, [(320, [])], payer=None)),
    unsure("JWZ002", "dose not recorded", make_claim(None, V35, [(320, [])])),
    fires("JWZ003", "whole vials, no modifier", make_claim(40000, [20, 20], [(400, [])]), "error", "/lines/0/modifiers"),
    fires("JWZ003", "only a tail left", make_claim(34950, V35, [(350, [])]), "warning", "/lines/0/modifiers"),
    fires("JWZ003", "Medicare Advantage", make_claim(40000, [20, 20], [(400, [])]), "warning", "/lines/0/modifiers",
          "medicare-advantage"),
    fires("JWZ003", "outpatient hospital while the status is known", facility(), "error", "/lines/0/modifiers"),
    fires("JWZ003", "outpatient hospital after that quarter", facility(day="2026-07-01"), "warning", "/lines/0/modifiers"),
    fires("JWZ003", "critical access hospital", facility("851"), "error", "/lines/0/modifiers"),
    quiet("JWZ003", "inpatient", facility("111")),
    quiet("JWZ003", "JZ is there", whole()),
    quiet("JWZ003", "a plan that does not ask for it", make_claim(40000, [20, 20], [(400, [])]), "bcbs:north-dakota"),
    unsure("JWZ003", "a plan of which nothing is known", make_claim(40000, [20, 20], [(400, [])]), "commercial"),
    unsure("JWZ003", "type of bill missing", edit(facility(), {"/type_of_bill": ...})),
    fires("JWZ004", "both on one line", bare([(400, ["JW", "JZ"])]), "error", "/lines/0/modifiers/1"),
    quiet("JWZ005", "JW and JZ on the only line, one slip", bare([(400, ["JW", "JZ"])])),
    quiet("JWZ001", "a lone JW line, one slip", make_claim(32000, V35, [(30, ["JW"])])),
    quiet("JWZ009", "discarded units billed as given, one slip", make_claim(34900, V35, [(350, [])])),
    fires("JWZ004", "on two lines", make_claim(32000, V35, [(320, ["JZ"]), (30, ["JW"])]), "error", "/lines/0/modifiers/0"),
    quiet("JWZ004", "JW alone", make_claim(32000, V35, [(320, []), (30, ["JW"])])),
    quiet("JWZ004", "two dates", edit(bare([(320, ["JZ"]), (30, ["JW"])]), {"/lines/1/service_date/start": "2026-05-05"})),
    unsure("JWZ004", "modifiers not readable", shape({"/lines/0/modifiers": "JZ"})),
    fires("JWZ005", "the dose is not billed", bare([(30, ["JW"])]), "error", "/lines/0/modifiers/0"),
    quiet("JWZ005", "the dose is billed", make_claim(32000, V35, [(320, []), (30, ["JW"])])),
    unsure("JWZ005", "modifiers not readable", shape({"/lines/0/modifiers": "JW"})),
    fires("JWZ007", "three 10 g vials for 24 g", make_claim(24000, [10] * 3, [(240, []), (60, ["JW"])]), "info",
          "/administrations/0/vials"),
    quiet("JWZ007", "the smallest set", make_claim(24000, [20, 5], [(240, []), (10, ["JW"])])),
    unsure("JWZ007", "dose not recorded", make_claim(None, [10] * 3, [(240, []), (60, ["JW"])])),
    fires("JWZ009", "neither, nothing else known", bare([(400, [])]), "error", "/lines/0/modifiers"),
    quiet("JWZ009", "JZ", bare([(400, ["JZ"])])),
    quiet("JWZ009", "office of a rural health clinic", edit(bare([(400, [])]), {"/lines/0/place_of_service": "72"})),
    unsure("JWZ009", "payer unknown", bare([(400, [])], payer=None)),
    fires("JWZ010", "units that no vials make", bare([(325, ["JZ"])]), "warning", "/lines/0/units"),
    quiet("JWZ010", "units that vials make", bare([(350, ["JZ"])])),
    quiet("JWZ010", "dose and vials known", make_claim(34950, V35, [(350, ["JZ"])])),
    unsure("JWZ010", "no date of service", edit(bare([(325, ["JZ"])]), {"/lines/0/service_date": ...})),
    fires("JWZ011", "a total that no vials make", bare([(320, []), (20, ["JW"])]), "warning", "/lines/1/units"),
    quiet("JWZ011", "a total that vials make", bare([(320, []), (30, ["JW"])])),
    unsure("JWZ011", "units not readable", edit(bare([(320, []), (20, ["JW"])]), {"/lines/1/units": "many"})),
    # -- NDC -----------------------------------------------------------------------------------------------------------
    fires("NDC001", "missing for Medicaid", bare([(400, [])]), "error", "/lines/0", "medicaid:NC"),
    fires("NDC001", "missing for a dual-eligible patient", bare([(400, ["JZ"])], dual_eligible=True), "error", "/lines/0"),
    fires("NDC001", "ten bare digits", with_ndc(400, "400", ndc="7057360521"), "error", "/lines/0/drug/ndc"),
    fires("NDC001", "hyphens", with_ndc(400, "400", ndc="70573-0605-21"), "warning", "/lines/0/drug/ndc"),
    fires("NDC001", "another qualifier", edit(with_ndc(400, "400"), {"/lines/0/drug/qualifier": "N1"}), "warning",
          "/lines/0/drug/qualifier"),
    quiet("NDC001", "missing for Medicare", bare([(400, ["JZ"])])),
    quiet("NDC001", "right for Medicaid", with_ndc(400, "400"), "medicaid:NC"),
    unsure("NDC001", "missing, a plan of which nothing is known", bare([(400, [])]), "commercial"),
    fires("NDC002", "unit of measure UN", edit(with_ndc(400, "400"), {"/lines/0/drug/unit": "UN"}), "warning",
          "/lines/0/drug/unit"),
    fires("NDC002", "milliliters of another dose", edit(whole(), {"/lines/0/drug": {"ndc": A, "quantity": "300", "unit": "ML"}}),
          "warning", "/lines/0/drug/quantity"),
    quiet("NDC002", "a rounded tail", make_claim(32450, V35, [(325, []), (25, ["JW"])])
          | {"x-note": "quantities 324.5 and 25.5 are set below"}),
    quiet("NDC002", "the first vial only", edit(make_claim(32000, V35, [(320, []), (30, ["JW"])]),
          {"/lines/0/drug": {"ndc": A, "quantity": "200", "unit": "ML"}})),
    quiet("NDC002", "the wrong unit was found already", with_ndc(80, "400")),
    unsure("NDC002", "no date of service", edit(with_ndc(400, "400"), {"/lines/0/service_date": ...})),
    fires("NDC003", "the NDC of Qivigy", with_ndc(400, "400", ndc="76179001004"), "warning", "/lines/0/drug/ndc"),
    fires("NDC003", "Yimmugo's NDC on another product's code",
          edit(with_ndc(80, "400"), {"/lines/0/procedure_code": "J1459"}), "warning", "/lines/0/drug/ndc"),
    fires("NDC003", "an NDC that is not known", with_ndc(400, "400", ndc="99999999999"), "info", "/lines/0/drug/ndc"),
    quiet("NDC003", "carton and vial", edit(bare([(150, ["JZ"]), (50, ["JZ", "76"])]),
          {"/lines/0/drug": {"ndc": B}, "/lines/1/drug": {"ndc": "70573060502"}})),
    quiet("NDC003", "malformed, which NDC001 finds", with_ndc(400, "400", ndc="7057360521")),
    unsure("NDC003", "no date of service", edit(with_ndc(400, "400", ndc="99999999999"), {"/lines/0/service_date": ...})),
    fires("NDC004", "a unit without quantity", edit(with_ndc(400, "400"), {"/lines/0/drug/quantity": ...}), "error",
          "/lines/0/drug"),
    fires("NDC004", "quantity zero", with_ndc(400, "0"), "error", "/lines/0/drug/quantity"),
    quiet("NDC004", "no drug identification", bare([(400, ["JZ"])])),
    # -- MOD: modifiers ------------------------------------------------------------------------------------------------
    fires("MOD001", "25 on the drug", make_claim(40000, [20, 20], [(400, ["JZ", "25"])]), "error", "/lines/0/modifiers/1"),
    fires("MOD001", "25 on the administration", edit(whole(), {"/lines/1/modifiers": ["25"]}), "error", "/lines/1/modifiers/0"),
    quiet("MOD001", "25 on the visit", edit(whole(), {"/lines/1/modifiers": ["25"], "/lines/1/procedure_code": "99214"})),
    unsure("MOD001", "no date of service", edit(whole(), {"/lines/1/modifiers": ["25"], "/lines/1/service_date": ...})),
    fires("MOD002", "59 on one line", make_claim(40000, [20, 20], [(400, ["JZ", "59"])]), "warning", "/lines/0/modifiers/1"),
    quiet("MOD002", "a split drug", make_claim(40000, [20, 20], [(200, ["JZ"]), (200, ["JZ", "59"])])),
    quiet("MOD002", "59 on the administration", edit(whole(), {"/lines/1/modifiers": ["59"]})),
]  # fmt: skip
