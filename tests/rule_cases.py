# ruff: noqa: E501 - a table reads better with one case on a line
"""For every rule the claims that make it fire, leave it quiet, and leave it not checked.

Outcome is ``fires``, ``quiet``, ``not checked``, or ``refused`` for a loaded table that cannot be read. ``says`` is part of
the message or of the reason, ``expected`` and ``actual`` are the finding's (``...``: any), ``missing`` names the datum.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import EllipsisType
from typing import Any

from build import edit, make_claim

from j1553ref.claim import Claim
from j1553ref.facts import Entry, Fact, FactBase, SourceRef, packaged

V35 = [20, 10, 5]
A, B, C = "70573060521", "70573060511", "70573060501"


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
) -> Case:  # fmt: skip
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


def encounters() -> dict[str, Any]:
    """40 g and 20 g in two encounters of one date, each billed right and recorded."""
    claim = make_claim(40000, [20, 20], [(400, ["JZ"]), (200, ["JZ"])])
    first = claim["administrations"][0]
    second = first | {"encounter": "b", "dose_mg": "20000", "vials": [{"ndc": A, "count": 1}]}
    return edit(claim, {"/lines/0/encounter": "a", "/lines/1/encounter": "b", "/lines/2/encounter": "a",
                        "/administrations": [first | {"encounter": "a"}, second]})  # fmt: skip


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
    fires("DAT001", "the day before the first date", whole(day="2026-03-31"), "error", "/lines/0/procedure_code", says="from 2026-04-01, this one is 2026-03-31"),
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
    fires("UNT001", "two vials as two units", make_claim(40000, [20, 20], [(2, ["JZ"])]), "error", "/lines/0/units", says="2 is the number of vials; the dose of 40000 mg is 400 units of 100 mg", expected="400", actual="2"),
    fires("UNT001", "by the NDC quantity alone", with_ndc(2, "400"), "warning", "/lines/0/units", says="400 mL are 400 units", expected="400"),
    quiet("UNT001", "the number of vials is the right number of units", make_claim(300, [5, 5, 5], [(3, []), (147, ["JW"])])),
    unsure("UNT001", "no record and no NDC quantity", bare([(400, ["JZ"])])),
    fires("UNT001", "vials given and discarded, by the NDC quantity", edit(bare([(2, []), (1, ["JW"])]), {
          "/lines/0/drug": {"ndc": A, "quantity": "320", "unit": "ML"}, "/lines/1/drug": {"ndc": A, "quantity": "30", "unit": "ML"}}),
          "warning", "/lines/0/units", says="350 mL are 350 units", actual="3"),
    fires("UNT001", "eight 5 g vials by the NDC quantity", with_ndc(8, "400", ndc=C), "warning", "/lines/0/units"),
    quiet("UNT001", "more than 5 g vials make of the NDC quantity", with_ndc(9, "400", ndc=C)),
    fires("UNT002", "500 mg units", make_claim(40000, [20, 20], [(80, ["JZ"])]), "error", "/lines/0/units"),
    fires("UNT002", "500 mg units of an odd dose", make_claim(32450, V35, [(65, []), (5, ["JW"])]), "error", "/lines/0/units"),
    fires("UNT002", "grams", make_claim(40000, [20, 20], [(40, ["JZ"])]), "error", "/lines/0/units", says="40 units are the dose of 40000 mg in grams", expected="400"),
    fires("UNT002", "500 mg units, just above a whole one", make_claim(32010, V35, [(65, []), (3, ["JW"])]), "error",
          "/lines/0/units", says="in 500 mg units", expected="321"),
    fires("UNT002", "grams, just above a whole one", make_claim(32010, V35, [(33, []), (3, ["JW"])]), "error", "/lines/0/units",
          says="in grams", expected="321"),
    fires("UNT002", "five times over", make_claim(40000, [20, 20], [(2000, ["JZ"])]), "error", "/lines/0/units"),
    fires("UNT002", "500 mg units by the NDC quantity", with_ndc(80, "400"), "error", "/lines/0/units", says="are 500 mg units; one unit of J1553 is 100 mg, so 400 mL are 400 units"),
    fires("UNT002", "500 mg units given and discarded, by the NDC quantity", edit(bare([(64, []), (6, ["JW"])]), {
          "/lines/0/drug": {"ndc": A, "quantity": "320", "unit": "ML"}, "/lines/1/drug": {"ndc": A, "quantity": "30", "unit": "ML"}}),
          "error", "/lines/0/units", expected="350", actual="70"),
    fires("UNT002", "grams by the NDC quantity", with_ndc(40, "400"), "warning", "/lines/0/units", says="are grams;"),
    quiet("UNT002", "right units", whole()),
    quiet("UNT002", "right units by the NDC quantity", with_ndc(400, "400")),
    quiet("UNT002", "an NDC quantity for all that was opened", with_ndc(325, "350", ())),
    unsure("UNT002", "no record and no NDC quantity", bare([(400, ["JZ"])])),
    fires("UNT003", "one unit short", make_claim(40000, [20, 20], [(399, ["JZ"])]), "error", "/lines/0/units", says="is 400 units of 100 mg, rounded up once"),
    fires("UNT003", "rounded down for Medicare", make_claim(32450, V35, [(324, []), (26, ["JW"])]), "error", "/lines/0/units"),
    fires("UNT003", "rounded down for a plan", make_claim(32450, V35, [(324, [])]), "warning", "/lines/0/units", "commercial"),
    fires("UNT003", "a unit too many for a plan", make_claim(32450, V35, [(326, [])]), "error", "/lines/0/units", "commercial"),
    fires("UNT003", "a unit short of a whole dose, for a plan", make_claim(40000, [20, 20], [(399, [])]), "error", "/lines/0/units",
          "commercial"),
    fires("UNT003", "more than was opened", make_claim(40000, [20, 20], [(401, ["JZ"])]), "error", "/lines/0/units",
          says="is 400 units of 100 mg, rounded up once", expected="400", actual="401"),
    fires("UNT003", "a record that names no encounter", edit(make_claim(40000, [20, 20], [(399, ["JZ"])]), {"/lines/0/encounter": "a"}),
          "error", "/lines/0/units"),
    quiet("UNT003", "two encounters, each with its record", encounters()),
    unsure("UNT003", "the record is of another date", edit(make_claim(40000, [20, 20], [(399, ["JZ"])]), {
           "/administrations/0/service_date": "2026-05-05"}), missing="dose_mg", says="no record of the infusion on this date"),
    unsure("UNT003", "dose not readable", shape({"/administrations/0/dose_mg": "much"}), missing="dose_mg", says="damaged in the input"),
    unsure("UNT003", "code of the line not readable", shape({"/lines/0/procedure_code": "J1553JZ"}), missing="procedure_code"),
    fires("UNT003", "discarded units billed as given", make_claim(34900, V35, [(350, ["JZ"])]), "error", "/lines/0/units", says="is 349 units, the other 1 belongs on a JW line"),
    quiet("UNT003", "rounded up once for two lines", make_claim(32450, V35, [(200, []), (125, ["76"]), (25, ["JW"])])),
    unsure("UNT003", "a dose of nothing", make_claim("0", [20, 20], [(400, ["JZ"])]), missing="dose_mg"),
    unsure("UNT003", "a dose that no one can measure", make_claim("32450.1234", [20, 20], [(400, ["JZ"])])),
    unsure("UNT003", "the NDC quantity is no dose", with_ndc(399, "400"), missing="dose_mg", says="no record of the infusion"),
    fires("UNT004", "more than the labels hold", make_claim(41000, [20, 20], [(410, ["JZ"])]), "error",
          "/administrations/0/dose_mg", says="41000 mg is more than the 40000 mg", expected="at most 40000"),
    quiet("UNT004", "all that the labels hold", whole()),
    unsure("UNT004", "no record", bare([(400, ["JZ"])]), missing="vials", says="no record of the infusion"),
    unsure("UNT004", "vials not readable", shape({"/administrations/0/vials": "two"}), missing="vials", says="damaged in the input"),
    unsure("UNT004", "vials not recorded", make_claim(41000, None, [(410, ["JZ"])]), missing="vials", says="not in the claim"),
    unsure("UNT004", "vials of another product",
           edit(make_claim(41000, [20, 20], [(410, ["JZ"])]), {"/administrations/0/vials/0/ndc": "76179001002"})),
    fires("UNT005", "milligrams", bare([(40000, ["JZ"])]), "error", "/lines/0/units"),
    quiet("UNT005", "80 g", make_claim(80000, [20] * 4, [(800, ["JZ"])])),
    quiet("UNT005", "all that four digits hold", bare([(9999, ["JZ"])])),
    unsure("UNT005", "units not readable", shape({"/lines/0/units": "many"}), missing="units"),
    fires("UNT006", "two plain lines", make_claim(40000, [20, 20], [(200, ["JZ"]), (200, ["JZ"])]), "warning", "/lines/1"),
    quiet("UNT006", "marked as parts", make_claim(40000, [20, 20], [(200, ["JZ"]), (200, ["JZ", "76"])])),
    fires("UNT006", "the same NDC twice, a plan", two_ndcs(A, A), "warning", "/lines/1", "commercial", says="combine them into 300 units"),
    fires("UNT006", "an NDC on one line only, a plan", two_ndcs(A, None), "warning", "/lines/1", "commercial"),
    fires("UNT006", "two NDCs, Medicare wants lines marked", two_ndcs(A, B), "warning", "/lines/1"),
    fires("UNT006", "two NDCs, a plan that wants one line", two_ndcs(A, B), "warning", "/lines/1", "bcbs:north-carolina"),
    fires("UNT006", "nearly a full line", bare([(9998, ["JZ"]), (1, ["JZ"])]), "warning", "/lines/1"),
    quiet("UNT006", "two NDCs, a plan of which nothing is known", two_ndcs(A, B), "commercial"),
    quiet("UNT006", "two NDCs, a line for each is asked for", two_ndcs(A, B), "medicaid:MD"),
    quiet("UNT006", "the first line is full", bare([(9999, ["JZ"]), (1, ["JZ"])])),
    quiet("UNT006", "one line", whole()),
    unsure("UNT006", "one line for each NDC, payer unknown", edit(
        make_claim(30000, [20, 10], [(200, ["JZ"]), (100, ["JZ"])], payer=None),
        {"/lines/0/drug": {"ndc": A}, "/lines/1/drug": {"ndc": B}})),
    unsure("UNT001", "vials not readable", shape({"/administrations/0/vials": "two"}), missing="vials", says="damaged in the input"),
    unsure("UNT001", "vials not recorded", make_claim(40000, None, [(2, ["JZ"])]), missing="vials", says="not in the claim"),
    fires("UNT007", "the day is not billed", make_claim(40000, [20, 20], []), "warning", "/administrations/0"),
    quiet("UNT007", "the day is billed", whole()),
    quiet("UNT007", "before the code existed", make_claim(40000, [20, 20], [], day="2026-03-31")),
    quiet("UNT007", "free drug, of which JWZ008 speaks", make_claim(40000, [20, 20], [], record={"stock": "free"})),
    unsure("UNT007", "no date in the record", edit(make_claim(40000, [20, 20], []), {"/administrations/0/service_date": ...})),
    # -- JWZ: discarded drug -----------------------------------------------------------------------------------------
    fires("JWZ001", "no total that vials make", make_claim(32000, V35, [(320, []), (20, ["JW"])]), "error", "/lines/1/units", says="make 340 units; the opened vials hold 350"),
    fires("JWZ001", "above what was opened", make_claim(32000, V35, [(320, []), (80, ["JW"])]), "error", "/lines/1/units", expected="350", actual="400"),
    fires("JWZ001", "between the smallest set and the opened vials",
          make_claim(24000, [20, 20], [(240, []), (60, ["JW"])]), "warning", "/lines/1/units", says="hold 400, the smallest set for this dose 250", expected="400 or 250"),
    quiet("JWZ001", "all that was opened", make_claim(24000, [10] * 3, [(240, []), (60, ["JW"])])),
    quiet("JWZ001", "the smallest set", make_claim(24000, [10] * 3, [(240, []), (10, ["JW"])])),
    unsure("JWZ001", "vials not recorded", make_claim(32000, None, [(320, []), (20, ["JW"])])),
    fires("JWZ002", "30 units left", make_claim(32000, V35, [(320, [])]), "error", "/lines/0/modifiers", says="a line J1553 JW with 30 units", expected="JW 30"),
    fires("JWZ002", "one unit left", make_claim(34900, V35, [(349, [])]), "error", "/lines/0/modifiers", says="a line J1553 JW with 1 unit", expected="JW 1"),
    fires("JWZ002", "more than smaller vials leave", make_claim(32000, [20, 20], [(320, [])]), "error", "/lines/0/modifiers",
          says="JW with 80 units, of which 30 could not be avoided", expected="JW 80"),
    fires("JWZ002", "home infusion", make_claim(32000, V35, [(320, [])]), "warning", "/lines/0/modifiers", "medicare-dme"),
    quiet("JWZ002", "JW is there", make_claim(32000, V35, [(320, []), (30, ["JW"])])),
    quiet("JWZ002", "multi-dose container", make_claim(32000, V35, [(320, [])], record={"container": "multi"})),
    quiet("JWZ002", "free drug", make_claim(32000, V35, [(320, [])], record={"stock": "free"})),
    quiet("JWZ002", "all waste avoidable", make_claim(20000, [10] * 3, [(200, ["JZ"])])),
    unsure("JWZ002", "payer unknown", make_claim(32000, V35, [(320, [])], payer=None)),
    unsure("JWZ002", "dose not recorded", make_claim(None, V35, [(320, [])]), missing="dose_mg", says="not in the claim"),
    fires("JWZ003", "whole vials, no modifier", make_claim(40000, [20, 20], [(400, [])]), "error", "/lines/0/modifiers", says="the dose uses up the opened vials"),
    fires("JWZ003", "only a tail left", make_claim(34950, V35, [(350, [])]), "warning", "/lines/0/modifiers", says="only 50 mg of the opened vials are left"),
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
    fires("JWZ004", "both on one line", bare([(400, ["JW", "JZ"])]), "error", "/lines/0/modifiers/1", says="keep one of them on this line"),
    fires("JWZ005", "the dose is not billed, a plan", bare([(30, ["JW"])]), "warning", "/lines/0/modifiers/0", "commercial"),
    quiet("JWZ005", "JW and JZ on the only line, one slip", bare([(400, ["JW", "JZ"])])),
    quiet("JWZ001", "a lone JW line, one slip", make_claim(32000, V35, [(30, ["JW"])])),
    quiet("JWZ009", "discarded units billed as given, one slip", make_claim(34900, V35, [(350, [])])),
    fires("JWZ004", "on two lines", make_claim(32000, V35, [(320, ["JZ"]), (30, ["JW"])]), "error", "/lines/0/modifiers/0", says="take JZ off the line beside the JW line"),
    quiet("JWZ004", "JW alone", make_claim(32000, V35, [(320, []), (30, ["JW"])])),
    quiet("JWZ004", "two dates", edit(bare([(320, ["JZ"]), (30, ["JW"])]), {"/lines/1/service_date/start": "2026-05-05"})),
    unsure("JWZ004", "modifiers not readable", shape({"/lines/0/modifiers": "JZ"}), missing="modifiers", says="damaged"),
    fires("JWZ005", "the dose is not billed", bare([(30, ["JW"])]), "error", "/lines/0/modifiers/0"),
    quiet("JWZ005", "the dose is billed", make_claim(32000, V35, [(320, []), (30, ["JW"])])),
    unsure("JWZ005", "modifiers not readable", shape({"/lines/0/modifiers": "JW"})),
    fires("JWZ007", "three 10 g vials for 24 g", make_claim(24000, [10] * 3, [(240, []), (60, ["JW"])]), "info",
          "/administrations/0/vials", says="hold 300 units", expected="250", actual="300"),
    quiet("JWZ007", "the smallest set", make_claim(24000, [20, 5], [(240, []), (10, ["JW"])])),
    unsure("JWZ007", "dose not recorded", make_claim(None, [10] * 3, [(240, []), (60, ["JW"])])),
    fires("JWZ009", "neither, nothing else known", bare([(400, [])]), "error", "/lines/0/modifiers"),
    quiet("JWZ009", "JZ", bare([(400, ["JZ"])])),
    quiet("JWZ009", "office of a rural health clinic", edit(bare([(400, [])]), {"/lines/0/place_of_service": "72"})),
    unsure("JWZ009", "payer unknown", bare([(400, [])], payer=None)),
    fires("JWZ010", "units that no vials make", bare([(325, ["JZ"])]), "warning", "/lines/0/units", says="JW 25 for 350", expected="a multiple of 50"),
    fires("JWZ010", "vials not recorded", make_claim(32500, None, [(325, ["JZ"])]), "warning", "/lines/0/units"),
    fires("JWZ010", "JZ on the second line only", bare([(100, []), (325, ["JZ"])]), "warning", "/lines/1/units", actual="325"),
    quiet("JWZ010", "units that vials make", bare([(350, ["JZ"])])),
    quiet("JWZ010", "dose and vials known", make_claim(34950, V35, [(350, ["JZ"])])),
    unsure("JWZ010", "no date of service", edit(bare([(325, ["JZ"])]), {"/lines/0/service_date": ...})),
    fires("JWZ011", "a total that no vials make", bare([(320, []), (20, ["JW"])]), "warning", "/lines/1/units", says="make 340 units", actual="340"),
    fires("JWZ011", "vials not recorded", make_claim(32000, None, [(320, []), (20, ["JW"])]), "warning", "/lines/1/units"),
    quiet("JWZ011", "a total that vials make", bare([(320, []), (30, ["JW"])])),
    unsure("JWZ011", "units not readable", edit(bare([(320, []), (20, ["JW"])]), {"/lines/1/units": "many"}), missing="units", says="damaged in the input"),
    # -- NDC -----------------------------------------------------------------------------------------------------------
    fires("NDC001", "missing for Medicaid", bare([(400, [])]), "error", "/lines/0", "medicaid:NC"),
    fires("NDC001", "quantity without NDC, Medicaid", edit(bare([(400, [])]), {"/lines/0/drug": {"quantity": "400", "unit": "ML"}}), "error",
          "/lines/0/drug", "medicaid:NC"),
    fires("NDC001", "missing for a plan that asks for it", bare([(400, [])]), "warning", "/lines/0", "bcbs:lifewise"),
    fires("NDC001", "twelve digits", with_ndc(400, "400", ndc="705730605210"), "warning", "/lines/0/drug/ndc",
          says="an NDC on a claim is 11 digits", actual="<text, 12 characters>"),
    fires("NDC001", "twelve digits for Medicaid", with_ndc(400, "400", ndc="705730605210"), "error", "/lines/0/drug/ndc", "medicaid:NC"),
    fires("NDC001", "another qualifier for Medicaid", edit(with_ndc(400, "400"), {"/lines/0/drug/qualifier": "N1"}), "error",
          "/lines/0/drug/qualifier", "medicaid:NC"),
    fires("NDC001", "missing for a dual-eligible patient", bare([(400, ["JZ"])], dual_eligible=True), "error", "/lines/0"),
    fires("NDC001", "ten bare digits", with_ndc(400, "400", ndc="7057360521"), "error", "/lines/0/drug/ndc", says="ten bare digits can be read in three ways", actual="7057360521"),
    fires("NDC001", "hyphens", with_ndc(400, "400", ndc="70573-0605-21"), "warning", "/lines/0/drug/ndc", expected="70573060521"),
    fires("NDC001", "another qualifier", edit(with_ndc(400, "400"), {"/lines/0/drug/qualifier": "N1"}), "warning",
          "/lines/0/drug/qualifier"),
    unsure("NDC001", "missing for Medicare, of which no text was seen", bare([(400, ["JZ"])])),
    quiet("NDC001", "right for Medicaid", with_ndc(400, "400"), "medicaid:NC"),
    unsure("NDC001", "missing, a plan of which nothing is known", bare([(400, [])]), "commercial"),
    unsure("NDC001", "drug identification not readable", edit(bare([(400, [])]), {"/lines/0/drug": "N4"}), "medicaid:NC",
           missing="ndc", says="damaged"),
    unsure("NDC001", "NDC not readable", edit(with_ndc(400, "400"), {"/lines/0/drug/ndc": 70573060521}), "medicaid:NC", missing="ndc",
           says="damaged"),
    fires("NDC002", "unit of measure UN", edit(with_ndc(400, "400"), {"/lines/0/drug/unit": "UN"}), "warning",
          "/lines/0/drug/unit"),
    fires("NDC002", "milliliters of another dose", edit(whole(), {"/lines/0/drug": {"ndc": A, "quantity": "300", "unit": "ML"}}),
          "warning", "/lines/0/drug/quantity", says="300 mL are 300 units and the line has 400"),
    fires("NDC002", "a milliliter short of the units", with_ndc(325, "324", ()), "warning", "/lines/0/drug/quantity"),
    fires("NDC002", "one milliliter", with_ndc(400, "1"), "warning", "/lines/0/drug/quantity", says="1 mL are 1 units"),
    fires("NDC002", "more than the dose, and no whole vials", with_ndc(325, "340", ()), "warning", "/lines/0/drug/quantity"),
    fires("NDC002", "a whole vial too many", with_ndc(300, "350"), "warning", "/lines/0/drug/quantity"),
    quiet("NDC002", "a rounded tail", edit(make_claim(32450, V35, [(325, []), (25, ["JW"])]), {
          "/lines/0/drug": {"ndc": A, "quantity": "324.5", "unit": "ML"}, "/lines/1/drug": {"ndc": C, "quantity": "25.5", "unit": "ML"}})),
    quiet("NDC002", "all that was opened for the line", with_ndc(325, "350", ())),
    quiet("NDC002", "quantity zero, which NDC004 finds", with_ndc(400, "0")),
    quiet("NDC002", "the first vial only", edit(make_claim(32000, V35, [(320, []), (30, ["JW"])]),
          {"/lines/0/drug": {"ndc": A, "quantity": "200", "unit": "ML"}})),
    quiet("NDC002", "the wrong unit was found already", with_ndc(80, "400")),
    quiet("NDC002", "stopped early: the rest of the first vial, then vials of which nothing was given",
          with_ndc(230, "80", ("JW",))),
    quiet("NDC002", "the same with a rounded dose", with_ndc(229, "79.5", ("JW",))),
    fires("NDC002", "a rest that leaves no whole vials", with_ndc(230, "81", ("JW",)), "warning", "/lines/0/drug/quantity"),
    fires("NDC002", "a part of one vial on the line of the dose", with_ndc(230, "80"), "warning", "/lines/0/drug/quantity"),
    fires("NDC002", "more than one vial and less than the line", with_ndc(350, "250", ("JW",)), "warning",
          "/lines/0/drug/quantity"),
    unsure("NDC002", "no date of service", edit(with_ndc(400, "400"), {"/lines/0/service_date": ...})),
    fires("NDC003", "the NDC of Qivigy", with_ndc(400, "400", ndc="76179001004"), "warning", "/lines/0/drug/ndc", says="this NDC is Qivigy's"),
    fires("NDC003", "Yimmugo's NDC on another product's code",
          edit(with_ndc(80, "400"), {"/lines/0/procedure_code": "J1459"}), "warning", "/lines/0/drug/ndc"),
    fires("NDC003", "an NDC that is not known", with_ndc(400, "400", ndc="99999999999"), "info", "/lines/0/drug/ndc", says="not one of the known packages"),
    quiet("NDC003", "carton and vial", edit(bare([(150, ["JZ"]), (50, ["JZ", "76"])]),
          {"/lines/0/drug": {"ndc": B}, "/lines/1/drug": {"ndc": "70573060502"}})),
    quiet("NDC003", "malformed, which NDC001 finds", with_ndc(400, "400", ndc="7057360521")),
    quiet("NDC003", "an unlisted code, of which DAT002 speaks", edit(with_ndc(400, "400"), {"/lines/0/procedure_code": "J1599"})),
    unsure("NDC003", "no date of service", edit(with_ndc(400, "400", ndc="99999999999"), {"/lines/0/service_date": ...})),
    fires("NDC004", "a unit without quantity", edit(with_ndc(400, "400"), {"/lines/0/drug/quantity": ...}), "error",
          "/lines/0/drug"),
    fires("NDC004", "quantity zero", with_ndc(400, "0"), "error", "/lines/0/drug/quantity"),
    quiet("NDC004", "no drug identification", bare([(400, ["JZ"])])),
    quiet("NDC004", "one milliliter", with_ndc(1, "1")),
    quiet("NDC004", "quantity not readable", edit(with_ndc(400, "400"), {"/lines/0/drug/quantity": "many"})),
    # -- MOD: modifiers ------------------------------------------------------------------------------------------------
    fires("MOD001", "25 on the drug", make_claim(40000, [20, 20], [(400, ["JZ", "25"])]), "error", "/lines/0/modifiers/1"),
    fires("MOD001", "25 on the administration", edit(whole(), {"/lines/1/modifiers": ["25"]}), "error", "/lines/1/modifiers/0"),
    quiet("MOD001", "25 on the visit", edit(whole(), {"/lines/1/modifiers": ["25"], "/lines/1/procedure_code": "99214"})),
    unsure("MOD001", "no date of service", edit(whole(), {"/lines/1/modifiers": ["25"], "/lines/1/service_date": ...})),
    unsure("MOD001", "modifiers of another line not readable", edit(whole(), {"/lines/1/modifiers": "25"}), missing="modifiers"),
    fires("MOD002", "59 on one line", make_claim(40000, [20, 20], [(400, ["JZ", "59"])]), "warning", "/lines/0/modifiers/1"),
    *(fires("MOD002", f"{each} on one line", make_claim(40000, [20, 20], [(400, ["JZ", each])]), "warning", "/lines/0/modifiers/1")
      for each in ("76", "77", "XE", "XP", "XS", "XU")),
    quiet("MOD002", "a split drug", make_claim(40000, [20, 20], [(200, ["JZ"]), (200, ["JZ", "59"])])),
    quiet("MOD002", "59 on the administration", edit(whole(), {"/lines/1/modifiers": ["59"]})),
]  # fmt: skip
