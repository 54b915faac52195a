# ruff: noqa: E501 - a table reads better with one case on a line
"""Cases from a review that attacked the rules with correct claims in disguise and wrong claims in disguise."""

from __future__ import annotations

from build import edit, make_claim
from rule_cases import A, B, C, bare, beside, by_ndc, facility, fires, home, quiet, timed, unsure, whole, with_ndc

FILED = {"payer": None, "claim_filing_code": "MB"}


def two_encounters(**more):
    """JZ in the morning, given and discarded in the evening; the format has no place for the encounter."""
    return bare([(100, ["JZ"]), (70, ["XE"]), (30, ["JW", "XE"])], **more)


CASES = [
    # -- correct claims that must stay silent ------------------------------------------------------------------------
    quiet("HOM001", "the filing indicator names Medicare, the home service says which contractor", home() | FILED),
    quiet("JWZ009", "a plan that copies Medicare's rule speaks as a warning at most", with_ndc(400, "400")),
    fires("JWZ009", "LifeWise, whose own rule it is not Medicare's", with_ndc(400, "400", ()), "warning", "/lines/0/modifiers", "bcbs:lifewise"),
    unsure("JWZ009", "a token charge, stock not stated", edit(bare([(350, [])]), {"/lines/0/charge": "0.01"})),
    unsure("JWZ004", "separate encounters marked by XE", two_encounters()),
    unsure("ADM006", "a subcutaneous drug under a Q code", beside(edit(whole(), {"/lines/1/procedure_code": "96369"}), "Q5999")),
    fires("ADM006", "beside the push of another drug", beside(edit(whole(), {"/lines/1/procedure_code": "96369"}), "J1200", "96375"), "error", "/lines/1/procedure_code"),
    unsure("ADM005", "beside a drug that may be the complex one", beside(edit(whole(), {"/lines/1/procedure_code": "96413"}), "J9312")),
    quiet("UNT002", "right units, five times the milliliters", with_ndc(400, "2000")),
    quiet("UNT001", "right units, milligrams as milliliters", with_ndc(400, "40000")),
    fires("NDC002", "right units, five times the milliliters", with_ndc(400, "2000"), "warning", "/lines/0/drug/quantity"),
    fires("NDC002", "one vial's milliliters where every vial has that NDC", edit(whole(), {"/lines/0/drug": {"ndc": A, "quantity": "200", "unit": "ML"}}), "warning", "/lines/0/drug/quantity", says="200 mL are 200 units and the line has 400"),
    quiet("NDC002", "a whole vial on the JW line, every vial with that NDC", edit(make_claim(37000, [20, 20], [(370, []), (30, ["JW"])]), {"/lines/1/drug": {"ndc": A, "quantity": "200", "unit": "ML"}})),
    quiet("NDC002", "one vial's milliliters, the other vial under its own NDC", edit(whole(), {"/lines/0/drug": {"ndc": A, "quantity": "200", "unit": "ML"}, "/administrations/0/vials": [{"ndc": A, "count": 1}, {"ndc": B, "count": 2}]})),
    quiet("NDC002", "one vial's milliliters, vials not recorded", with_ndc(400, "200")),
    quiet("MOD002", "two encounters of one date", edit(bare([(100, ["JZ"]), (100, ["JZ", "76"])]), {"/lines/0/encounter": "am", "/lines/1/encounter": "pm"})),
    quiet("UNT007", "home: the product's date is on the line, the infusion's in the record", edit(home(), {"/administrations/0/service_date": "2026-05-08"})),
    quiet("JWZ006", "a plan that asks for it everywhere", edit(with_ndc(400, "400"), {"/lines/0/place_of_service": "50"}), "medicaid:MD"),
    quiet("PAY004", "the line of a UB-04 that repeats the total", facility(modifiers=("JZ",)) | {"lines": [*facility(modifiers=("JZ",))["lines"], {"revenue_code": "0001", "units": 1, "charge": "12300.00"}]}),
    quiet("MOD009", "a visit of another date", edit(beside(facility(modifiers=("JZ", "PO")), "G0463", modifiers=("25",)), {"/lines/1/modifiers": ["PO"], "/lines/2/service_date": {"start": "2026-05-20"}})),
    quiet("NDC006", "a whole vial on the JW line", edit(make_claim(24000, [20, 5], [(240, []), (10, ["JW"])]), {"/lines/0/drug": {"ndc": A, "quantity": "240", "unit": "ML"}, "/lines/1/drug": {"ndc": C, "quantity": "50", "unit": "ML"}})),
    # -- wrong claims that must not pass -----------------------------------------------------------------------------
    fires("NDC001", "blanks in the NDC", with_ndc(400, "400", ndc="70573 0605 21"), "warning", "/lines/0/drug/ndc"),
    fires("NDC001", "a line break in the NDC, Medicaid", with_ndc(400, "400", ndc="70573060521\n"), "error", "/lines/0/drug/ndc", "medicaid:NC"),
    fires("DAT002", "ten bare digits of Yimmugo", edit(with_ndc(80, "400", ndc="7057360521"), {"/lines/0/procedure_code": "J1599"}), "error", "/lines/0/procedure_code"),
    fires("DAT002", "the qualifier glued to the NDC", edit(with_ndc(80, "400", ndc="N470573060521"), {"/lines/0/procedure_code": "J1599"}), "error", "/lines/0/procedure_code"),
    fires("DAT002", "only the record's vials name the brand", edit(whole(), {"/lines/0/procedure_code": "J1599"}), "warning", "/lines/0/procedure_code"),
    quiet("DAT002", "an unlisted code with another product's NDC beside the record", edit(whole(), {"/lines/0/procedure_code": "J3490", "/lines/0/drug": {"ndc": "99999999999"}})),
    unsure("ADM011", "a damaged line may be the drug's", edit(bare([(1, ["JZ"])]), {"/lines/0": 5})),
    quiet("UNT007", "an unlisted code bills the recorded dose, DAT002 speaks", edit(whole(), {"/lines/0/procedure_code": "J1599"})),
    fires("ADM007", "the infusion ran past midnight", edit(beside(timed("22:30", "02:10", 3), "96361"), {"/lines/3/start_time": "23:00", "/lines/3/stop_time": "23:45"}), "warning", "/lines/3/procedure_code"),
    unsure("ADM007", "past midnight, hydration in the small hours", edit(beside(timed("22:30", "02:10", 3), "96361"), {"/lines/3/start_time": "01:00", "/lines/3/stop_time": "01:45"})),
    unsure("ADM007", "the infusion has no times", edit(beside(whole(), "96361"), {"/lines/2/start_time": "08:00", "/lines/2/stop_time": "09:00"})),
    fires("MOD009", "PO on the drug, PN on its JW line", {**facility(modifiers=("PO",)), "lines": [*facility(modifiers=("PO",))["lines"][:1], {**facility(modifiers=("JW", "PN"))["lines"][0], "units": 30, "line_number": 2}]}, "warning", "/lines/1/modifiers"),
    fires("MOD009", "on campus, PO on the administration only", edit(facility(modifiers=("JZ",), off_campus=False), {"/lines/1/modifiers": ["PO"]}), "warning", "/lines/1/modifiers/0"),
    fires("MOD009", "PO and PN off campus", edit(facility(modifiers=("JZ", "PO", "PN"), off_campus=True), {"/lines/1/modifiers": ["PO"]}), "error", "/lines/0/modifiers/2"),
    fires("ADM001", "76 does not make a second initial service", beside(whole(), "96374", modifiers=("76",)), "error", "/lines/2"),
    fires("UNT008", "zero units", edit(bare([(1, ["JZ"])]), {"/lines/0/units": 0}), "warning", "/lines/0/units"),
    quiet("UNT008", "units", whole()),
    unsure("UNT008", "units not readable", edit(whole(), {"/lines/0/units": "none"})),
    fires("ADM011", "an infusion for an immunodeficiency, no drug", bare([]), "info", "/lines/0"),
    quiet("ADM011", "another drug is billed", beside(bare([]), "J1569")),
    quiet("ADM011", "another diagnosis", edit(bare([]), {"/diagnoses": ["M05.79"]})),
    quiet("ADM011", "the record holds the dose, UNT007 speaks", make_claim(40000, [20, 20], [])),
    unsure("ADM011", "a code not readable", edit(bare([(1, ["JZ"])]), {"/lines/0/procedure_code": "j1553"})),
    # -- one slip, one finding ---------------------------------------------------------------------------------------
    quiet("JWZ003", "a JW line stands there, JWZ001 speaks", make_claim(35000, [20, 10, 5], [(350, []), (10, ["JW"])])),
    quiet("MOD007", "JG on 340B stock, MOD008 speaks", make_claim(40000, [20, 20], [(400, ["JZ", "JG"])], is_340b=True)),
    quiet("JWZ007", "the smallest set", make_claim(35000, [20, 10, 5], [(350, ["JZ"])])),
    # -- damage ------------------------------------------------------------------------------------------------------
    unsure("JWZ002", "the JW line's code is not readable", edit(make_claim(32000, [20, 10, 5], [(320, []), (30, ["JW"])]), {"/lines/1/procedure_code": "j1553"})),
    unsure("JWZ002", "the JW line's date is not readable", edit(make_claim(32000, [20, 10, 5], [(320, []), (30, ["JW"])]), {"/lines/1/service_date/start": "5/4/2026"})),
    unsure("PAY004", "a line that is no object", edit(whole(), {"/lines/1": 5})),
    fires("NDC005", "a line for each NDC, 25 mL for 24.5", by_ndc("25"), "info", "/lines/2/drug/quantity", says="the NDC quantities repeat", expected="24.5", actual="25"),
    quiet("NDC005", "a line for each NDC, 24.5 mL", by_ndc("24.5")),
    quiet("NDC005", "a line for each NDC, one of them without it", edit(by_ndc("25"), {"/lines/0/drug": ...})),
    unsure("ADM003", "units of the first hour not readable", edit(timed("09:00", "13:35", 4), {"/lines/1/units": "one"})),
]
