"""The clearinghouse body: what is read, where it points, what is damaged, and which findings real mistakes draw."""

from __future__ import annotations

import copy
import json
import re
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from build import edit, make_claim
from hypothesis import assume, given
from hypothesis import strategies as st
from test_correct_claims import correct_claims

from j1553ref import check
from j1553ref.claim import Claim, InputError, Part
from j1553ref.readers import clearinghouse, native, read
from j1553ref.shape import LIMIT

CASES = Path(__file__).parent / "cases" / "clearinghouse"
INFO = "/claimInformation"
LINE = f"{INFO}/serviceLines/0"
PRO, INST = f"{LINE}/professionalService", f"{LINE}/institutionalService"
DRUG = f"{LINE}/drugIdentification"
UNITS = f"{PRO}/serviceUnitCount"


def case(slug: str) -> dict[str, Any]:
    return json.loads((CASES / f"{slug}.json").read_text(encoding="utf-8"))


def report(document: dict[str, Any], payer: str | None = None):
    return check(clearinghouse.claim(document), payer=payer)


RIGHT, RIGHT_INST = case("professional-whole-vials"), case("institutional-whole-vials")


# -- authored claims: exactly which findings each draws -----------------------------------------------------------

FINDINGS = {
    "professional-whole-vials": [],
    "professional-with-discarded-amount": [],
    "professional-500-mg-units": [("UNT002", "error", UNITS)],
    "professional-vials-as-units": [("UNT001", "warning", UNITS)],
    "professional-grams-as-units": [("UNT002", "warning", UNITS)],
    "professional-jw-and-jz-on-one-line": [("JWZ004", "error", f"{PRO}/procedureModifiers/1")],
    "professional-neither-jw-nor-jz": [("JWZ009", "error", LINE)],
    "professional-25-on-the-drug": [("MOD001", "error", f"{PRO}/procedureModifiers/1")],
    "professional-ndc-of-ten-digits": [("NDC001", "error", f"{DRUG}/nationalDrugCode")],
    "professional-ndc-unit-in-milligrams": [("NDC002", "warning", f"{DRUG}/measurementUnitCode")],
    "professional-numbers-without-quotes": [
        ("SHP003", "error", UNITS),
        ("SHP003", "error", f"{DRUG}/nationalDrugUnitCount"),
    ],
    "institutional-whole-vials": [],
    "institutional-dated-by-the-statement": [],
    "institutional-critical-access": [],
    "institutional-inpatient": [("SOS001", "warning", f"{INFO}/placeOfServiceCode")],
    "institutional-undated": [("SOS003", "info", LINE)],
    "institutional-neither-jw-nor-jz": [("JWZ009", "error", LINE)],
    "institutional-500-mg-units": [("UNT002", "error", f"{INST}/serviceUnitCount")],
    "institutional-written-as-on-paper": [
        ("SHP005", "error", f"{INFO}/placeOfServiceCode"),
        ("SHP005", "error", f"{INFO}/principalDiagnosis/principalDiagnosisCode"),
    ],
}


def test_every_case_has_its_findings_written_down():
    assert {path.stem for path in CASES.glob("*.json")} == set(FINDINGS)


@pytest.mark.parametrize("slug", FINDINGS)
def test_a_case_draws_exactly_its_findings(slug):
    found = report(case(slug))
    assert [(finding.code, finding.severity, finding.pointer) for finding in found.findings] == FINDINGS[slug]
    assert found.payer == "medicare-ab"


@pytest.mark.parametrize("slug", FINDINGS)
def test_a_case_is_told_by_its_content_and_every_pointer_is_found_in_the_file(slug):
    text = (CASES / f"{slug}.json").read_text(encoding="utf-8")
    [record] = read(text.encode(), source="x.json")
    assert record.error is None
    assert record.format == record.claim.format == "clearinghouse"
    for finding in check(record.claim).findings:
        line, column = record.locate(finding.place or finding.pointer)
        last = finding.pointer.rpartition("/")[2]
        assert last.isdigit() or f'"{last}": ' in text.splitlines()[line - 1][: column - 1]


def test_a_right_claim_is_checked_as_far_as_it_can_be():
    """Dose and vials have no place in the body: what needs them is not checked, the NDC quantity serves the others."""
    for document in (RIGHT, RIGHT_INST):
        unsure = set(report(document).not_checked_codes)
        assert {"JWZ002", "JWZ007", "UNT003", "UNT004"} <= unsure
        assert not {"DAT001", "JWZ004", "JWZ009", "JWZ010", "NDC001", "NDC002", "UNT001", "UNT002", "UNT005"} & unsure


def test_a_date_taken_from_the_statement_is_noted():
    assert "service_date_from_statement" in report(case("institutional-dated-by-the-statement")).notes
    assert "service_date_from_statement" not in report(case("institutional-whole-vials")).notes


def test_nothing_is_judged_without_the_date_of_service():
    found = report(case("institutional-undated"))
    assert {"DAT003", "UNT002", "NDC001"} <= set(found.not_checked_codes)
    assert {unsure.missing for unsure in found.not_checked} >= {"service_date"}


def test_the_cases_are_obviously_made_up():
    for path in CASES.glob("*.json"):
        body = json.loads(path.read_text(encoding="utf-8"))
        assert body["usageIndicator"] == "T"
        assert body["subscriber"]["firstName"] == "SYNTHETIC"
        assert body["billing"]["npi"] == "0" * 10
        assert body["claimInformation"]["patientControlNumber"].startswith("SYNTHETIC-")


# -- what is read -------------------------------------------------------------------------------------------------


def test_a_professional_claim():
    found = clearinghouse.claim(case("professional-with-discarded-amount"))
    assert (found.form, found.type_of_bill, found.claim_filing_code) == ("cms1500", None, "MB")
    assert (found.claim_id, found.total_charge, found.diagnoses) == (
        "SYNTHETIC-DISCARDED",
        Decimal("11025.00"),
        ("D839",),
    )
    line = found.lines[1]
    assert (line.procedure_code, line.modifiers, line.units, line.unit_basis) == ("J1553", ("JW",), 30, "UN")
    assert (line.start.isoformat(), line.end, line.place_of_service) == ("2026-05-04", None, "11")
    assert (line.diagnosis_pointers, line.charge, line.revenue_code) == ((1,), Decimal("900.00"), None)
    assert (line.drug.ndc, line.drug.qualifier, line.drug.quantity) == ("70573060501", "N4", Decimal(30))
    assert (line.drug.unit, line.drug.has_qualifier_slot) == ("ML", True)
    assert found.lines[2].drug is None
    assert found.shape == () and not found.damaged


def test_an_institutional_claim():
    found = clearinghouse.claim(case("institutional-critical-access"))
    assert (found.form, found.type_of_bill, found.claim_filing_code) == ("ub04", "851", "MA")
    assert found.diagnoses == ("D839", "J479")
    line = found.lines[1]
    assert (line.revenue_code, line.procedure_code, line.modifiers, line.units) == ("0636", "J1553", ("JW",), 30)
    assert (line.line_number, line.place_of_service, line.diagnosis_pointers) == (2, None, ())
    assert (line.drug.qualifier, line.drug.has_qualifier_slot) == (None, False)


def test_places_point_to_where_a_field_stands():
    found = clearinghouse.claim(RIGHT)
    line = found.lines[0]
    assert line.at("units") == UNITS
    assert line.at("modifiers") == f"{PRO}/procedureModifiers"
    assert line.at("modifiers", 0) == f"{PRO}/procedureModifiers/0"
    assert line.at("place_of_service") == f"{INFO}/placeOfServiceCode"
    assert line.at("diagnosis_pointers", 0) == f"{PRO}/compositeDiagnosisCodePointers/diagnosisCodePointers/0"
    assert line.at("drug") == line.drug.pointer == DRUG
    assert found.at("diagnoses", 0) == f"{INFO}/healthCareCodeInformation/0/diagnosisCode"
    assert (
        clearinghouse.claim(RIGHT_INST).at("diagnoses", 1)
        == f"{INFO}/otherDiagnosisInformationList/0/0/otherDiagnosisCode"
    )


def test_the_place_of_service_of_the_line_goes_before_that_of_the_claim():
    found = clearinghouse.claim(edit(copy.deepcopy(RIGHT), {f"{PRO}/placeOfServiceCode": "12"}))
    assert [line.place_of_service for line in found.lines] == ["12", "11", "11"]
    assert found.lines[0].at("place_of_service") == f"{PRO}/placeOfServiceCode"


DATES = f"{INFO}/claimDateInformation"
OLDER = f"{LINE}/serviceLineDateInformation"


@pytest.mark.parametrize(
    ("changes", "start", "end", "place"),
    [
        ({}, "2026-05-04", None, f"{LINE}/serviceDate"),
        ({f"{LINE}/serviceDateEnd": "20260505"}, "2026-05-04", "2026-05-05", f"{LINE}/serviceDate"),
        ({f"{LINE}/serviceDate": ...}, "2026-05-04", None, f"{DATES}/statementBeginDate"),
        ({f"{LINE}/serviceDate": ..., f"{DATES}/statementEndDate": "20260505"}, None, None, None),
        ({f"{LINE}/serviceDate": ..., DATES: ...}, None, None, None),
        ({f"{LINE}/serviceDate": ..., f"{DATES}/statementEndDate": ...}, None, None, None),
        ({f"{LINE}/serviceDate": ..., f"{DATES}/statementBeginDate": ...}, None, None, None),
        ({f"{LINE}/serviceDate": ..., DATES: []}, None, None, None),
        ({f"{LINE}/serviceDate": "20260503"}, "2026-05-03", None, f"{LINE}/serviceDate"),
        ({f"{LINE}/serviceDate": "20260230"}, None, None, f"{LINE}/serviceDate"),
        (
            {f"{LINE}/serviceDate": ..., OLDER: {"beginServiceDate": "20260502", "endServiceDate": "20260503"}},
            "2026-05-02",
            "2026-05-03",
            f"{OLDER}/beginServiceDate",
        ),
        (
            {f"{LINE}/serviceDate": ..., OLDER: {"serviceDate": "20260502", "validDateInformation": True}},
            "2026-05-02",
            None,
            f"{OLDER}/serviceDate",
        ),
        ({f"{LINE}/serviceDate": ..., OLDER: {}}, "2026-05-04", None, f"{DATES}/statementBeginDate"),
        (
            {
                f"{LINE}/serviceDate": ...,
                f"{DATES}/statementBeginDate": "20260230",
                f"{DATES}/statementEndDate": "20260230",
            },
            None,
            None,
            None,
        ),
    ],
)
def test_the_date_of_service_of_an_institutional_line(changes, start, end, place):
    line = clearinghouse.claim(edit(copy.deepcopy(RIGHT_INST), changes)).lines[0]
    assert (line.start and line.start.isoformat(), line.end and line.end.isoformat()) == (start, end)
    assert line.places.get("start") == place


def test_a_professional_line_reads_nothing_that_belongs_to_an_institutional_one():
    document = edit(copy.deepcopy(RIGHT), {f"{PRO}/serviceLineRevenueCode": "0636", f"{LINE}/serviceDate": ...})
    line = clearinghouse.claim(edit(document, {f"{OLDER}/beginServiceDate": "20260504"})).lines[0]
    assert (line.revenue_code, line.start) == (None, None)


def test_a_professional_line_never_takes_the_date_of_a_statement():
    document = edit(copy.deepcopy(RIGHT), {f"{LINE}/serviceDate": ..., f"{DATES}/statementBeginDate": "20260504"})
    document = edit(document, {f"{DATES}/statementEndDate": "20260504"})
    assert clearinghouse.claim(document).lines[0].start is None


@pytest.mark.parametrize(
    ("code", "payer"), [("MB", "medicare-ab"), ("16", "medicare-advantage"), ("BL", "bcbs"), ("ZZ", None)]
)
def test_the_payer_comes_from_the_claim_filing_code(code, payer):
    document = edit(copy.deepcopy(RIGHT), {f"{INFO}/claimFilingCode": code})
    assert report(document).payer == payer
    assert report(document, payer="commercial").payer == "commercial"


def test_hyphens_in_an_ndc_are_right_in_the_institutional_body_only():
    hyphens = {f"{DRUG}/nationalDrugCode": "70573-0605-21"}
    assert report(edit(copy.deepcopy(RIGHT_INST), hyphens)).codes == []
    assert report(edit(copy.deepcopy(RIGHT), hyphens)).codes == ["NDC001"]


def test_a_dental_claim_is_a_claim_out_of_scope():
    line = {"serviceDate": "20260504", "dentalService": {"procedureCode": "D7140", "procedureCount": 2}}
    found = report(edit(copy.deepcopy(RIGHT), {f"{INFO}/serviceLines": [line]}))
    assert found.codes == [] and "out_of_scope" in found.notes


# -- what the published definitions accept is accepted ------------------------------------------------------------

ACCEPTED = [
    (UNITS, "400.0", "units", 400),
    (UNITS, "400.000", "units", 400),
    (UNITS, "0400", "units", 400),
    (UNITS, "400.", "units", 400),
    (f"{PRO}/lineItemChargeAmount", "0", "charge", Decimal(0)),
    (f"{PRO}/lineItemChargeAmount", "12000", "charge", Decimal(12000)),
    (f"{PRO}/lineItemChargeAmount", "12000.5", "charge", Decimal("12000.5")),
    (f"{PRO}/measurementUnit", "MJ", "unit_basis", "MJ"),
    (f"{PRO}/procedureModifiers", [], "modifiers", ()),
    (f"{PRO}/procedureModifiers", ["JZ", "JA", "TB", "76"], "modifiers", ("JZ", "JA", "TB", "76")),
    (f"{PRO}/procedureModifiers", ["JZ", "", "", ""], "modifiers", ("JZ",)),
    (f"{PRO}/procedureModifiers", None, "modifiers", ()),
    (f"{PRO}/placeOfServiceCode", None, "place_of_service", "11"),
    (f"{LINE}/serviceDateEnd", "20260504", "end", None),
    (f"{LINE}/serviceDateEnd", "", "end", None),
    (f"{LINE}/assignedNumber", "0", "line_number", 0),
    (f"{PRO}/compositeDiagnosisCodePointers/diagnosisCodePointers", ["1", "12"], "diagnosis_pointers", (1, 12)),
    (f"{LINE}/drugIdentification", None, "drug", None),
]


@pytest.mark.parametrize(("pointer", "value", "name", "expected"), ACCEPTED)
def test_what_the_definitions_accept_is_no_problem(pointer, value, name, expected):
    found = clearinghouse.claim(edit(copy.deepcopy(RIGHT), {pointer: value}))
    assert found.shape == () and not found.lines[0].damaged
    got = getattr(found.lines[0], name)
    assert (got if name != "end" or not value else None) == expected


@pytest.mark.parametrize("quantity", ["324.5", "400", "400.000", "0.5", ".5"])
def test_an_ndc_quantity_may_have_decimals(quantity):
    for document in (RIGHT, RIGHT_INST):
        found = clearinghouse.claim(edit(copy.deepcopy(document), {f"{DRUG}/nationalDrugUnitCount": quantity}))
        assert found.shape == () and found.lines[0].drug.quantity == Decimal(quantity)


def test_the_misprinted_unit_of_one_definition_is_no_problem():
    found = clearinghouse.claim(edit(copy.deepcopy(RIGHT_INST), {f"{INST}/measurementUnit": "DA, UN"}))
    assert found.shape == () and found.lines[0].unit_basis is None and "unit_basis" in found.lines[0].damaged


def test_codes_of_another_code_set_may_be_written_in_other_ways():
    document = edit(copy.deepcopy(RIGHT), {f"{PRO}/procedureCode": "A1b2-9", f"{PRO}/procedureIdentifier": "ER"})
    found = clearinghouse.claim(document)
    assert found.shape == () and found.lines[0].procedure_code is None and "procedure_code" in found.lines[0].damaged
    found = clearinghouse.claim(edit(document, {f"{PRO}/procedureCode": "J1553"}))
    assert found.lines[0].procedure_code == "J1553", "a wrong code set must not take the drug out of scope"


def test_parts_of_a_unit_are_read_of_other_codes_and_refused_of_the_drug():
    other = f"{INFO}/serviceLines/1/professionalService/serviceUnitCount"
    found = clearinghouse.claim(edit(copy.deepcopy(RIGHT), {other: "1.5"}))
    assert found.shape == () and found.lines[1].units is None and "units" in found.lines[1].damaged
    document = edit(copy.deepcopy(RIGHT), {UNITS: "324.5"})
    assert [(finding.code, finding.pointer, finding.actual) for finding in report(document).findings] == [
        ("SHP005", UNITS, "324.5")
    ]
    assert "UNT002" in report(document).not_checked_codes


def test_diagnoses_of_the_older_code_set_are_not_judged():
    found = clearinghouse.claim(
        edit(
            copy.deepcopy(RIGHT),
            {f"{INFO}/healthCareCodeInformation/0": {"diagnosisTypeCode": "BK", "diagnosisCode": "27906"}},
        )
    )
    assert found.shape == () and found.diagnoses == () and "diagnoses" in found.damaged


# -- what is damaged ----------------------------------------------------------------------------------------------

HI = f"{INFO}/healthCareCodeInformation"
POINTERS = f"{PRO}/compositeDiagnosisCodePointers/diagnosisCodePointers"
CODE = 'a code of five digits or capital letters, such as "J1553"'
DAMAGED = [
    (UNITS, "four hundred", "pattern", 'a number of units written like "350"', "<text, 12 characters>", "units"),
    (UNITS, "-400", "pattern", 'a number of units written like "350"', "-400", "units"),
    (UNITS, "4E2", "pattern", 'a number of units written like "350"', "<text, 3 characters>", "units"),
    (UNITS, "1,000", "pattern", 'a number of units written like "350"', "<text, 5 characters>", "units"),
    (UNITS, "٤٠٠", "pattern", 'a number of units written like "350"', "<text, 3 characters>", "units"),
    (UNITS, True, "type", 'text in quotes: a number of units written like "350"', "true", "units"),
    (UNITS, {"value": "400"}, "type", 'text in quotes: a number of units written like "350"', "<object>", "units"),
    (f"{PRO}/procedureCode", "A123456", "pattern", CODE, "<text, 7 characters>", "procedure_code"),
    (f"{PRO}/procedureCode", 670, "type", f"text in quotes: {CODE}", "<number>", "procedure_code"),
    (f"{PRO}/procedureModifiers", "Jane", "type", "a list in brackets", "<text, 4 characters>", "modifiers"),
    (
        f"{PRO}/procedureModifiers",
        ["JZ", "JA", "TB", "76", "59"],
        "maxItems",
        "at most 4 items",
        "<list, 5 items>",
        "modifiers",
    ),
    (
        f"{PRO}/procedureModifiers/0",
        "JZTB",
        "pattern",
        'a modifier of two digits or capital letters, such as "JZ"',
        "<text, 4 characters>",
        "modifiers",
    ),
    (f"{PRO}/measurementUnit", "ML", "enum", '"UN", "MJ" or "DA"', "ML", "unit_basis"),
    (
        f"{PRO}/lineItemChargeAmount",
        "thirty",
        "pattern",
        'dollars written like "9600.00"',
        "<text, 6 characters>",
        "charge",
    ),
    (f"{LINE}/serviceDate", "20260230", "pattern", 'a calendar date written like "20260504"', "20260230", "start"),
    (f"{LINE}/serviceDateEnd", "05/04/2026", "pattern", 'a calendar date written like "20260504"', "05/04/2026", "end"),
    (f"{POINTERS}/0", "0", "pattern", 'the number of a diagnosis, from 1, such as "1"', "0", "diagnosis_pointers"),
    (f"{POINTERS}/0", "A", "pattern", 'the number of a diagnosis, from 1, such as "1"', "A", "diagnosis_pointers"),
    (
        f"{PRO}/compositeDiagnosisCodePointers",
        ["1"],
        "type",
        "an object in braces",
        "<list, 1 item>",
        "diagnosis_pointers",
    ),
    (DRUG, "70573060521", "type", "an object in braces", "<text, 11 characters>", "drug"),
    (PRO, [], "type", "an object in braces", "<list, 0 items>", "units"),
]


@pytest.mark.parametrize(("pointer", "value", "keyword", "expected", "actual", "name"), DAMAGED)
def test_a_damaged_value_of_a_line_is_one_problem_and_not_read(pointer, value, keyword, expected, actual, name):
    found = clearinghouse.claim(edit(copy.deepcopy(RIGHT), {pointer: value}))
    assert [(p.pointer, p.keyword, p.expected, p.actual) for p in found.shape] == [(pointer, keyword, expected, actual)]
    line = found.lines[0]
    assert name in line.damaged
    assert keyword == "maxItems" or not getattr(line, name)
    assert pointer.startswith(line.at(name))
    assert found.lines[1:] == clearinghouse.claim(RIGHT).lines[1:], "the other lines are read as ever"
    assert report(edit(copy.deepcopy(RIGHT), {pointer: value})).codes[0].startswith("SHP")


CLAIM_DAMAGED = [
    (RIGHT, f"{INFO}/claimFilingCode", "Medicare", "pattern", "claim_filing_code"),
    (RIGHT, f"{INFO}/claimChargeAmount", "12.525,00", "pattern", "total_charge"),
    (RIGHT, f"{HI}/0/diagnosisCode", "D83.", "pattern", "diagnoses"),
    (RIGHT, f"{HI}/0/diagnosisCode", ["D839"], "type", "diagnoses"),
    (RIGHT, f"{HI}/0", "D839", "type", "diagnoses"),
    (RIGHT, HI, "D839", "type", "diagnoses"),
    (RIGHT_INST, f"{INFO}/placeOfServiceCode", "131", "pattern", "type_of_bill"),
    (RIGHT_INST, f"{INFO}/placeOfServiceCode", 1, "type", "type_of_bill"),
    (RIGHT_INST, f"{INFO}/claimFrequencyCode", 12, "type", "type_of_bill"),
    (RIGHT_INST, f"{INFO}/principalDiagnosis", "D839", "type", "diagnoses"),
    (RIGHT_INST, f"{INFO}/otherDiagnosisInformationList/0/0/otherDiagnosisCode", "J47-9", "pattern", "diagnoses"),
    (RIGHT_INST, f"{INFO}/otherDiagnosisInformationList/0", {"otherDiagnosisCode": "J479"}, "type", "diagnoses"),
]


@pytest.mark.parametrize(("document", "pointer", "value", "keyword", "name"), CLAIM_DAMAGED)
def test_a_damaged_value_of_the_claim_is_one_problem_and_not_read(document, pointer, value, keyword, name):
    found = clearinghouse.claim(edit(copy.deepcopy(document), {pointer: value}))
    assert [(problem.pointer, problem.keyword) for problem in found.shape] == [(pointer, keyword)]
    assert name in found.damaged and not getattr(found, name)


MISSING = [
    (RIGHT, f"{INFO}/serviceLines", INFO, "serviceLines, "),
    (RIGHT, PRO, LINE, "professionalService, "),
    (RIGHT, f"{PRO}/procedureCode", PRO, "procedureCode, "),
    (RIGHT, UNITS, PRO, "serviceUnitCount, "),
    (RIGHT, f"{LINE}/serviceDate", LINE, "serviceDate, "),
    (RIGHT, f"{DRUG}/serviceIdQualifier", DRUG, 'serviceIdQualifier, "N4"'),
    (RIGHT, f"{HI}/0/diagnosisCode", f"{HI}/0", "diagnosisCode, "),
    (RIGHT_INST, INST, LINE, "institutionalService, "),
    (RIGHT_INST, f"{INST}/serviceUnitCount", INST, "serviceUnitCount, "),
    (RIGHT_INST, f"{INST}/serviceLineRevenueCode", INST, "serviceLineRevenueCode, "),
]


@pytest.mark.parametrize(("document", "pointer", "where", "expected"), MISSING)
@pytest.mark.parametrize("how", [..., None, ""])
def test_what_no_line_can_do_without_is_asked_for(document, pointer, where, expected, how):
    [problem] = clearinghouse.claim(edit(copy.deepcopy(document), {pointer: how})).shape
    assert (problem.pointer, problem.keyword, problem.actual) == (where, "required", "<absent>")
    assert problem.expected.startswith(expected)


@pytest.mark.parametrize(
    "name",
    [
        "claimFilingCode",
        "patientControlNumber",
        "claimChargeAmount",
        "placeOfServiceCode",
        "claimFrequencyCode",
        "healthCareCodeInformation",
        "principalDiagnosis",
    ],
)
def test_what_the_rules_can_do_without_is_not_asked_for(name):
    for document in (RIGHT, RIGHT_INST):
        stripped = copy.deepcopy(document)
        stripped["claimInformation"].pop(name, None)
        assert clearinghouse.claim(stripped).shape == ()


@pytest.mark.parametrize(
    ("lines", "pointer", "keyword"),
    [
        ([], f"{INFO}/serviceLines", "minItems"),
        ({}, f"{INFO}/serviceLines", "type"),
        ([7], f"{INFO}/serviceLines/0", "type"),
        ([{}], LINE, "required"),
    ],
)
def test_broken_lists_of_lines(lines, pointer, keyword):
    found = clearinghouse.claim({"claimInformation": {"serviceLines": lines}})
    assert [(problem.pointer, problem.keyword) for problem in found.shape] == [(pointer, keyword)]
    # A line that cannot be read may be the drug's: then every rule is not checked, and nothing is out of scope.
    torn = "lines" in found.damaged or any("procedure_code" in line.damaged for line in found.lines)
    assert ("out_of_scope" in check(found).notes) is not torn
    assert torn is (keyword == "type")


def test_the_sound_lines_beside_a_broken_one_are_read():
    found = clearinghouse.claim(edit(copy.deepcopy(RIGHT), {f"{INFO}/serviceLines/1": "96365"}))
    assert [line.procedure_code for line in found.lines] == ["J1553", "96366"]
    assert "lines" in found.damaged and found.at("lines") == f"{INFO}/serviceLines"


@pytest.mark.parametrize("info", [None, "", [], "claim"])
def test_a_body_without_a_claim_in_it_is_a_problem(info):
    found = clearinghouse.claim({"claimInformation": info})
    assert len(found.shape) == 1 and found.lines == ()


def test_a_document_that_is_no_body_is_refused():
    with pytest.raises(InputError, match="claimInformation"):
        clearinghouse.claim(make_claim(None, None, [(400, ["JZ"])]))


def test_a_line_of_the_other_kind_is_a_problem():
    document = edit(copy.deepcopy(RIGHT), {f"{INFO}/serviceLines/2": RIGHT_INST["claimInformation"]["serviceLines"][0]})
    found = clearinghouse.claim(document)
    assert [(problem.pointer, problem.keyword) for problem in found.shape] == [(f"{INFO}/serviceLines/2", "required")]


def test_a_negative_ndc_quantity_is_left_to_the_rules():
    assert report(edit(copy.deepcopy(RIGHT), {f"{DRUG}/nationalDrugUnitCount": "-400"})).codes == ["NDC004"]


# -- hostile bodies, and privacy ----------------------------------------------------------------------------------


def test_a_flood_of_problems_is_cut_off_in_bounded_time():
    began = time.process_time()
    line: Any
    for line in ({}, 7, {"professionalService": 7}, {"professionalService": {"procedureModifiers": [1] * 50}}):
        found = clearinghouse.claim({"claimInformation": {"serviceLines": [line] * 200_000}})
        assert len(found.shape) == LIMIT
        assert found.lines == () and "lines" in found.damaged
    assert time.process_time() - began < 10


SECRET = "Zebra Quagga"
SEEN = sorted(set(clearinghouse.NAMES) | {"subscriber", "dentalService", "x"})


def leaves(value: Any, pointer: str = ""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{pointer}/{index}")
    else:
        yield pointer


@pytest.mark.parametrize("document", [RIGHT, RIGHT_INST])
def test_no_text_of_the_input_is_repeated_wherever_it_stands(document):
    pointers = list(leaves(document))
    for pointer in pointers:
        claim = clearinghouse.claim(edit(copy.deepcopy(document), {pointer: SECRET}))
        found = check(claim)
        assert SECRET not in repr(found) and SECRET not in str(found), pointer
    everywhere = check(clearinghouse.claim(edit(copy.deepcopy(document), dict.fromkeys(pointers, SECRET))))
    assert SECRET not in repr(everywhere)
    assert len(everywhere.findings) > 5


def test_nothing_about_persons_is_read():
    assert clearinghouse.claim({"claimInformation": RIGHT["claimInformation"]}) == clearinghouse.claim(RIGHT)
    personal = re.compile("subscriber|dependent|member|birth|name|address|npi|provider", re.IGNORECASE)
    assert not [name for name in clearinghouse.NAMES if personal.search(name)]


def parts(found: Claim):
    yield found
    for line in found.lines:
        yield line
        if line.drug:
            yield line.drug


def resolve(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


def steps(found: Claim):
    part: Part
    for part in parts(found):
        yield from (part.pointer, *part.places.values())
    for problem in found.shape:
        assert problem.pointer in (problem.place, f"{problem.place.rpartition('/')[0]}/?")
        yield problem.place


words = [
    "J1553",
    "JZ",
    "20260504",
    "20260230",
    "400",
    "-1",
    "UN",
    "DA, UN",
    "HC",
    "N4",
    "ML",
    "11",
    "131",
    "D839",
    "BK",
    "",
]
scalars = st.none() | st.booleans() | st.integers(-3, 10**9) | st.text(max_size=4) | st.sampled_from(words)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(SEEN), inner, max_size=6),
    max_leaves=40,
)


@given(values)
def test_any_document_is_read_without_a_crash_and_every_place_is_in_it(info):
    document = {"claimInformation": info}
    found = clearinghouse.claim(document)
    for pointer in steps(found):
        resolve(document, pointer)
    for pointer in (problem.pointer for problem in found.shape):
        assert all(step in clearinghouse.NAMES or step.isdigit() or step == "?" for step in pointer.split("/")[1:])
    check(found)


@given(st.data())
def test_one_change_to_a_right_body_never_crashes(data):
    document = copy.deepcopy(data.draw(st.sampled_from([RIGHT, RIGHT_INST])))
    pointer = data.draw(st.sampled_from([leaf for leaf in leaves(document) if leaf.startswith(INFO)]))
    found = clearinghouse.claim(edit(document, {pointer: data.draw(values)}))
    for place in steps(found):
        resolve(document, place)
    check(found)


# -- the same claim in both formats -------------------------------------------------------------------------------


def body(claim: dict[str, Any]) -> dict[str, Any]:
    """A native claim as a clearinghouse body; written for the tests, from the definitions and not from the reader."""
    institutional = claim["form"] == "ub04"
    info: dict[str, Any] = {"serviceLines": [_service_line(line, institutional) for line in claim["lines"]]}
    codes = [code.replace(".", "") for code in claim.get("diagnoses", [])]
    if institutional:
        info |= {"placeOfServiceCode": claim["type_of_bill"][:2], "claimFrequencyCode": claim["type_of_bill"][2]}
        if codes:
            info["principalDiagnosis"] = {"qualifierCode": "ABK", "principalDiagnosisCode": codes[0]}
            info["otherDiagnosisInformationList"] = [
                [{"qualifierCode": "ABF", "otherDiagnosisCode": code} for code in row]
                for row in (codes[1:13], codes[13:])
                if row
            ]
    elif codes:
        info["healthCareCodeInformation"] = [
            {"diagnosisTypeCode": "ABF" if index else "ABK", "diagnosisCode": code} for index, code in enumerate(codes)
        ]
    names = {
        "claimFilingCode": "claim_filing_code",
        "patientControlNumber": "claim_id",
        "claimChargeAmount": "total_charge",
    }
    info |= {name: claim[ours] for name, ours in names.items() if ours in claim}
    return {"claimInformation": info, "subscriber": {"lastName": "NOT-A-PERSON"}}


def _service_line(line: dict[str, Any], institutional: bool) -> dict[str, Any]:
    service: dict[str, Any] = {"procedureIdentifier": "HC", "procedureCode": line["procedure_code"]}
    service["serviceUnitCount"] = str(line["units"])
    for name, ours in {
        "procedureModifiers": "modifiers",
        "lineItemChargeAmount": "charge",
        "measurementUnit": "unit_basis",
        "placeOfServiceCode": "place_of_service",
        "serviceLineRevenueCode": "revenue_code",
    }.items():
        if ours in line:
            service[name] = line[ours]
    if "diagnosis_pointers" in line:
        service["compositeDiagnosisCodePointers"] = {
            "diagnosisCodePointers": [str(number) for number in line["diagnosis_pointers"]]
        }
    dates = [line["service_date"][side].replace("-", "") for side in ("start", "end") if side in line["service_date"]]
    made: dict[str, Any] = dict(zip(["serviceDate", "serviceDateEnd"], dates, strict=False))
    made["institutionalService" if institutional else "professionalService"] = service
    if "line_number" in line:
        made["assignedNumber"] = str(line["line_number"])
    if "drug" in line:
        names = {
            "serviceIdQualifier": "qualifier",
            "nationalDrugCode": "ndc",
            "nationalDrugUnitCount": "quantity",
            "measurementUnitCode": "unit",
            "pharmacyPrescriptionNumber": "prescription_number",
        }
        made["drugIdentification"] = {name: line["drug"][ours] for name, ours in names.items() if ours in line["drug"]}
        if institutional:
            made["drugIdentification"].pop("serviceIdQualifier", None)
    return made


money = st.decimals(0, 999_999, places=2).map(str)
days = st.dates().map(str).filter(lambda text: text[:2] in ("19", "20"))


@st.composite
def native_claims(draw) -> dict[str, Any]:
    """Any native claim that both formats can hold, right or wrong."""
    institutional = draw(st.booleans())
    count = draw(st.integers(1, 12))
    codes = draw(
        st.lists(st.from_regex(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?", fullmatch=True), min_size=count, max_size=count)
    )

    def a_line() -> dict[str, Any]:
        line: dict[str, Any] = {
            "procedure_code": draw(st.sampled_from(["J1553", "96365", "J1599", "99214"])),
            "units": draw(st.integers(0, 50_000)),
            "modifiers": draw(st.lists(st.sampled_from(["JW", "JZ", "25", "59", "TB", "JA"]), max_size=4)),
            "charge": draw(money),
            "unit_basis": draw(st.sampled_from(["UN", "DA"])),
            "service_date": dict(zip(["start", "end"], draw(st.lists(days, min_size=1, max_size=2)), strict=False)),
        }
        if draw(st.booleans()):
            line["line_number"] = draw(st.integers(1, 999))
        if draw(st.booleans()):
            line["drug"] = {
                "ndc": draw(st.text(min_size=1, max_size=30)),
                "quantity": draw(money),
                "qualifier": draw(st.sampled_from(["N4", "UP"])),
                "unit": draw(st.sampled_from(["F2", "GR", "ME", "ML", "UN"])),
                "prescription_number": "EXAMPLE-1",
            }
        if institutional:
            line["revenue_code"] = draw(st.sampled_from(["0636", "636", "0260"]))
        else:
            line["place_of_service"] = draw(st.sampled_from(["11", "12", "19", "22"]))
            line["diagnosis_pointers"] = draw(st.lists(st.integers(1, count), max_size=4))
        return line

    claim = {
        "schema_version": "1",
        "form": "ub04" if institutional else "cms1500",
        "claim_id": "EXAMPLE-1",
        "diagnoses": codes,
        "total_charge": draw(money),
        "claim_filing_code": draw(st.sampled_from(["MB", "CI", "16"])),
        "lines": [a_line() for _ in range(draw(st.integers(1, 4)))],
    }
    if institutional:
        claim["type_of_bill"] = draw(st.from_regex("[0-9]{2}[0-9A-Z]", fullmatch=True))
    return claim


def bare(part: Part | None) -> dict[str, Any] | None:
    """The values of a part without its places in the document."""
    if part is None:
        return None
    names = set(type(part).__dataclass_fields__) - {
        "pointer",
        "places",
        "damaged",
        "format",
        "has_qualifier_slot",
        "qualifier",
    }
    return {name: bare(value) if isinstance(value := getattr(part, name), Part) else value for name in names}


@given(native_claims())
def test_a_native_claim_as_a_body_reads_back_the_same(claim):
    theirs, ours = clearinghouse.claim(body(claim)), native.claim(claim)
    assert ours.shape == theirs.shape == ()
    assert not any(part.damaged for part in parts(theirs))
    assert [bare(line) for line in theirs.lines] == [bare(line) for line in ours.lines]
    assert theirs.diagnoses == tuple(code.replace(".", "") for code in ours.diagnoses)
    for name in ("form", "claim_filing_code", "claim_id", "type_of_bill", "total_charge"):
        assert getattr(theirs, name) == getattr(ours, name)
    for mine, its in zip(ours.lines, theirs.lines, strict=True):
        if mine.drug and its.drug:
            assert its.drug.qualifier == (None if ours.form == "ub04" else mine.drug.qualifier)
            assert its.drug.has_qualifier_slot == (ours.form == "cms1500")


@given(native_claims())
def test_every_field_points_to_where_it_stands(claim):
    document = body(claim)
    for part in parts(clearinghouse.claim(document)):
        for name, place in part.places.items():
            here = resolve(document, place)
            if name in ("units", "line_number"):
                assert here == str(getattr(part, name))
            elif name in ("charge", "total_charge", "quantity"):
                assert Decimal(here) == getattr(part, name)
            elif name in ("start", "end"):
                assert here == getattr(part, name).isoformat().replace("-", "")
            elif "." in name:
                field, _, index = name.partition(".")
                assert here == str(getattr(part, field)[int(index)])
            elif isinstance(value := getattr(part, name), str) and name not in ("type_of_bill", "revenue_code"):
                assert here == value


@given(native_claims())
def test_both_formats_draw_the_same_findings(claim):
    """But for the qualifier and the hyphens, which the institutional body writes in its own way."""
    for line in claim["lines"]:
        if "drug" in line:
            line["drug"] |= {"ndc": "70573060521", "qualifier": "N4"}
    theirs, ours = check(clearinghouse.claim(body(claim))), check(claim)
    assert [(finding.code, finding.severity, finding.message) for finding in theirs.findings] == [
        (finding.code, finding.severity, finding.message) for finding in ours.findings
    ]
    assert theirs.not_checked_codes == ours.not_checked_codes and theirs.notes == ours.notes


@given(correct_claims())
def test_a_correct_claim_as_a_body_draws_no_finding(made):
    claim, payer, _ = made
    assume(claim["administrations"][0]["stock"] == "bought")  # the body cannot say that the drug was free
    assert report(body(claim), payer=payer).codes == []
