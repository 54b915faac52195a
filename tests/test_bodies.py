"""Other JSON bodies: that of a CMS-1500, a vendor's flat one, and claims one level down in another object."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from command import run
from fhir import CLAIM as FHIR
from fhir import changed

from j1553ref import cases, check, claim_from
from j1553ref.claim import InputError
from j1553ref.forms import clearinghouse
from j1553ref.readers import read

CMS1500: dict[str, Any] = {
    "insured": {"insuranceType": "MEDICARE", "name": {"organization": "SYNTHETIC"}},
    "encounter": {
        "primaryDiagnosisCode": "D839",
        "additionalDiagnosisCodes": ["D80.1"],
        "primaryPlaceOfService": "11",
    },
    "billing": {"patientControlNumber": "SYNTHETIC-1", "totalCharge": "12400.00"},
    "serviceLines": [
        {
            "datesOfService": {"start": "2026-05-04", "end": "2026-05-04"},
            "placeOfService": "12",
            "procedureCode": {"code": "J1553", "modifiers": ["JZ"]},
            "diagnosisCodes": ["D801", "D839"],
            "lineItemChargeAmount": "12000.00",
            "units": "400",
            "drugIdentification": {
                "nationalDrugCode": "70573060521",
                "unitCount": "400",
                "unitOfMeasure": "MILLILITER",
                "associationNumber": "RX1",
            },
        },
        {
            "datesOfService": {"start": "2026-05-04"},
            "procedureCode": {"code": "96365"},
            "diagnosisCodes": ["G61.81"],
            "lineItemChargeAmount": "400.00",
            "units": "1",
        },
    ],
}
FLAT: dict[str, Any] = {
    "external_id": "SYNTHETIC-1",
    "place_of_service_code": "11",
    "diagnoses": [{"code_type": "ABK", "code": "D83.9"}, {"code_type": "ABF", "code": "D801"}],
    "service_lines": [
        {
            "procedure_code": "J1553",
            "modifiers": ["JZ"],
            "quantity": "400.0",
            "units": "UN",
            "charge_amount_cents": 1200050,
            "diagnosis_pointers": [1, 0],
            "date_of_service": "2026-05-04",
            "drug_identification": {
                "service_id_qualifier": "N4",
                "national_drug_code": "70573-0605-21",
                "national_drug_unit_count": "400",
                "measurement_unit_code": "ML",
            },
        }
    ],
}
BODY = clearinghouse.body(claim_from(cases.case("whole-vials-jz"))).content


def test_the_body_of_a_cms1500_is_read_value_by_value():
    found = claim_from(CMS1500)
    drug, infusion = found.lines
    assert (found.form, found.claim_id, found.total_charge, found.claim_filing_code, found.shape) == (
        "cms1500",
        "SYNTHETIC-1",
        Decimal(12400),
        "MB",
        (),
    )
    assert (drug.procedure_code, drug.modifiers, drug.units, drug.charge, drug.place_of_service) == (
        "J1553",
        ("JZ",),
        400,
        Decimal(12000),
        "12",
    )
    assert (f"{drug.start}", f"{drug.end}", infusion.end, infusion.place_of_service) == (
        "2026-05-04",
        "2026-05-04",
        None,
        "11",
    )
    assert (drug.drug.ndc, drug.drug.quantity, drug.drug.unit, drug.drug.prescription_number) == (
        "70573060521",
        Decimal(400),
        "ML",
        "RX1",
    )
    assert drug.at("units") == "/serviceLines/0/units" and drug.drug.at("ndc").endswith("/nationalDrugCode")


def test_a_line_names_its_diagnoses_as_codes():
    found = claim_from(CMS1500)
    assert found.diagnoses == ("D839", "D80.1", "G61.81")
    assert [line.diagnosis_pointers for line in found.lines] == [(2, 1), (3,)]
    assert found.at("diagnoses", 2) == "/serviceLines/1/diagnosisCodes/0"


@pytest.mark.parametrize(
    ("word", "unit"),
    [("INTERNATIONAL_UNIT", "F2"), ("GRAM", "GR"), ("MILLIGRAM", "ME"), ("UNIT", "UN"), ("ML", "ML"), ("VIAL", None)],
)
def test_the_units_of_the_ndc_are_words(word, unit):
    found = claim_from(changed(CMS1500, "serviceLines/0/drugIdentification/unitOfMeasure", word))
    assert (found.lines[0].drug.unit, bool(found.shape)) == (unit, unit is None)


@pytest.mark.parametrize(("kind", "code"), [("MEDICAID", "MC"), ("GROUP_HEALTH_PLAN", None), (None, None)])
def test_a_kind_of_insurance_says_what_a_filing_indicator_says(kind, code):
    assert claim_from(changed(CMS1500, "insured/insuranceType", kind)).claim_filing_code == code


def test_a_flat_body_is_read_value_by_value():
    found = claim_from(FLAT)
    [drug] = found.lines
    assert (found.form, found.claim_id, found.diagnoses, found.shape) == (
        "cms1500",
        "SYNTHETIC-1",
        ("D83.9", "D801"),
        (),
    )
    assert (drug.units, drug.unit_basis, drug.charge, drug.diagnosis_pointers, drug.place_of_service) == (
        400,
        "UN",
        Decimal("12000.5"),
        (2, 1),
        "11",
    )
    assert (drug.drug.qualifier, drug.drug.ndc, drug.drug.quantity) == ("N4", "70573-0605-21", Decimal(400))
    assert check(found, payer="medicare-ab", select="UNT,NDC").codes == []
    hospital = changed(FLAT, "service_lines/0/revenue_code", "0636")
    assert claim_from(hospital).form == "ub04" and claim_from(hospital).lines[0].place_of_service is None


@pytest.mark.parametrize("number", [400, "400", "400.0"])
def test_numbers_may_have_quotes_or_not(number):
    assert claim_from(changed(FLAT, "service_lines/0/quantity", number)).lines[0].units == 400
    assert claim_from(changed(CMS1500, "serviceLines/0/units", number)).shape == ()


@pytest.mark.parametrize(
    ("document", "path", "value", "pointer"),
    [
        (CMS1500, "serviceLines/0/units", "399.5", "/serviceLines/0/units"),
        (CMS1500, "serviceLines/0/units", ..., "/serviceLines/0"),
        (CMS1500, "serviceLines/0/procedureCode/code", ..., "/serviceLines/0/procedureCode"),
        (CMS1500, "serviceLines/0/datesOfService/start", "20260504", "/serviceLines/0/datesOfService/start"),
        (CMS1500, "serviceLines", {}, "/serviceLines"),
        (FLAT, "service_lines/0/charge_amount_cents", "12000.50", "/service_lines/0/charge_amount_cents"),
        (FLAT, "service_lines/0/diagnosis_pointers", ["A"], "/service_lines/0/diagnosis_pointers/0"),
        (FLAT, "diagnoses", "D839", "/diagnoses"),
        (FLAT, "service_lines/0", "J1553", "/service_lines/0"),
    ],
)
def test_damage_is_said_where_it_is(document, path, value, pointer):
    found = claim_from(changed(document, path, value))
    assert pointer in [problem.pointer for problem in found.shape]


# -- one level down ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("inner", [BODY, CMS1500, FLAT, FHIR, cases.case("whole-vials-jz")])
def test_a_claim_one_level_down_is_read_and_pointed_to(inner):
    alone, wrapped = claim_from(inner), claim_from({"id": 7, "claim": inner})
    assert wrapped.lines[0].units == alone.lines[0].units == 400
    assert wrapped.lines[0].at("units") == f"/claim{alone.lines[0].at('units')}"
    assert wrapped.lines[0].at("modifiers", 0) == f"/claim{alone.lines[0].at('modifiers', 0)}"
    assert wrapped.lines[0].drug.at("ndc") == f"/claim{alone.lines[0].drug.at('ndc')}"
    assert check(wrapped).codes == check(alone).codes


def test_a_list_of_claims_one_level_down():
    few = changed(BODY, "claimInformation/serviceLines/0/professionalService/serviceUnitCount", 80)
    text = json.dumps({"claims": [BODY, few]}, indent=1)
    found = list(read(text.encode(), source="a.json"))
    assert [len(record.claim.shape) for record in found] == [0, 1]
    pointer = found[1].claim.shape[0].pointer
    assert pointer.startswith("/claims/1/claimInformation")
    line, column = found[1].locate(pointer)
    assert text.split("\n")[line - 1][column - 1 :].startswith("80")
    done = run("check", "-", "--output", "json", stdin=text)
    report = json.loads(done.stdout)
    assert report["claims"][1]["findings"][0]["line"] == line and report["summary"]["claims"] == 2


def test_what_is_no_claim_beside_claims_is_said_and_their_names_are_not():
    found = list(read(json.dumps({"claims": [BODY, {"Jane Roe": 1}, 7]}).encode(), source="a.json"))
    assert found[0].claim and "2 more beside the claims" in found[1].error
    for document in ({"Jane Roe": BODY}, {"claim": {"x": 1}}, {"claims": []}):
        with pytest.raises(InputError, match="JSON, but not a claim"):
            claim_from(document)


def test_a_format_that_is_named_holds_for_what_is_inside_too():
    inside = {"claim": copy.deepcopy(FLAT)}
    assert claim_from(inside, format="flat").format == "flat"
    with pytest.raises(InputError):
        claim_from(inside, format="clearinghouse")
