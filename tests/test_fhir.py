"""FHIR claims and explanations of benefits: what is read in each layout, where it points, what is damaged or passed over."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from command import run
from fhir import BILL, CLAIM, CMS, CPT, HCPCS, NDC, V1, V2, V3, bundle, changed, concept

from j1553ref import check, claim_from
from j1553ref.claim import Claim, InputError
from j1553ref.readers import read

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD_AT = "diagnosis/0/diagnosisCodeableConcept/coding/0/code"
PATIENT = {"resourceType": "Patient", "name": [{"family": "SYNTHETIC"}]}


def claim(resource: dict[str, Any]) -> Claim:
    return claim_from(json.dumps(resource))


def line(path: str, value: Any, resource: dict[str, Any] = CLAIM) -> Any:
    """The drug line with another value in its item."""
    return claim(changed(resource, f"item/0/{path}", value)).lines[0]


def problems(resource: dict[str, Any]) -> list[tuple[str, str]]:
    return [(found.pointer, found.keyword) for found in claim(resource).shape]


# -- what is read ---------------------------------------------------------------------------------------------------


def test_a_claim_is_read_value_by_value():
    found = claim(CLAIM)
    drug, infusion = found.lines
    assert (found.form, found.claim_id, found.diagnoses, found.total_charge, found.payer, found.type_of_bill) == (
        "cms1500",
        "SYNTHETIC-1",
        ("D83.9", "D80.1"),
        Decimal(12400),
        None,
        None,
    )
    assert (drug.line_number, drug.procedure_code, drug.modifiers, drug.units, drug.charge, drug.place_of_service) == (
        1,
        "J1553",
        ("JZ",),
        400,
        Decimal(12000),
        "11",
    )
    assert (f"{drug.start}", drug.end, drug.unit_basis, drug.revenue_code) == ("2026-05-04", None, None, None)
    assert (drug.drug.ndc, drug.drug.quantity, drug.drug.unit, drug.drug.qualifier) == (
        "70573060521",
        Decimal(400),
        "ML",
        None,
    )
    assert not drug.drug.has_qualifier_slot
    assert (infusion.procedure_code, infusion.units, infusion.drug, infusion.charge) == ("96365", 1, None, Decimal(400))
    assert (f"{infusion.start}", f"{infusion.end}") == ("2026-05-04", "2026-05-04")
    assert found.shape == () and not found.damaged and not drug.damaged


def test_diagnoses_are_named_by_their_sequence_and_counted_by_their_place():
    assert [found.diagnosis_pointers for found in claim(CLAIM).lines] == [(1,), (2, 1)]
    lost = claim(changed(CLAIM, "item/0/diagnosisSequence", [7, 4]))
    assert lost.lines[0].damaged == {"diagnosis_pointers"}
    assert [(found.pointer, found.keyword) for found in lost.shape] == [("/item/0/diagnosisSequence/1", "enum")]


@pytest.mark.parametrize(("layout", "units", "quantity"), [(V1, 400, "400"), (V2, 396, "395.5"), (V3, 400, "400.0")])
def test_the_layouts_of_cms(layout, units, quantity):
    found = claim(layout)
    drug = found.lines[0]
    assert (found.form, found.type_of_bill, drug.procedure_code, drug.units) == ("ub04", "131", "J1553", units)
    assert (drug.drug.quantity, drug.drug.unit, f"{drug.start}") == (Decimal(quantity), "ML", "2026-05-04")
    assert drug.drug.ndc.replace("-", "") in ("70573060521", "7057360521")
    assert drug.modifiers == (("TB", "JZ", "76") if layout is V3 else ("JZ",))
    assert drug.revenue_code == "0636" and drug.line_number in (25, 4)
    assert found.diagnoses in (("D83.9",), ("D839",))
    assert found.shape == () and not drug.damaged and not drug.drug.damaged


def test_the_charge_is_the_amount_that_was_submitted():
    assert [claim(layout).lines[0].charge for layout in (V1, V2, V3)] == [Decimal("12000.5"), Decimal(12000), None]
    assert [claim(layout).total_charge for layout in (V1, V2, V3)] == [Decimal("12000.5"), Decimal(12000), None]


def test_in_the_second_layout_of_cms_a_quantity_is_never_the_units():
    for sign in ("extension", "modifier"):
        left = changed(V2, f"item/0/{sign}", V2["item"][0][sign][:1] if sign == "modifier" else [])
        assert claim(left).lines[0].units == (None if sign == "extension" else 396)
        assert claim(left).lines[0].drug.quantity == Decimal("395.5")
    other = changed(V2, "type", concept(("http://terminology.hl7.org/CodeSystem/claim-type", "institutional")))
    assert claim(other).lines[0].units == 396


def test_the_unit_of_the_ndc_is_no_modifier_by_its_older_name_either():
    older = "https://bluebutton.cms.gov/resources/variables/rev_cntr_ndc_qty_qlfr_cd"
    drug = claim(changed(V2, "item/0/modifier/1", concept((older, "ML")))).lines[0]
    assert (drug.modifiers, drug.drug.unit) == (("JZ",), "ML")


@pytest.mark.parametrize(
    ("path", "value", "field", "expected"),
    [
        ("productOrService", concept((RXNORM, "12345"), (HCPCS, "J1553")), "procedure_code", "J1553"),
        ("productOrService", {"coding": [{"code": "J1553"}]}, "procedure_code", "J1553"),
        ("productOrService", concept(("urn:example:codes", "J1553")), "procedure_code", "J1553"),
        ("productOrService", concept(("urn:oid:2.16.840.1.113883.6.285", "J1553")), "procedure_code", "J1553"),
        ("productOrService", concept((RXNORM, "12345")), "procedure_code", None),
        ("productOrService", concept((HCPCS, "j1553 ")), "procedure_code", "J1553"),
        ("productOrService", concept((HCPCS, "M99")), "procedure_code", "M99"),
        ("modifier", [concept((HCPCS, "JZ"), (CPT, "JZ"))], "modifiers", ("JZ",)),
        ("modifier", [concept((HCPCS, "A2"), (HCPCS, "A2")), concept((CPT, "76"))], "modifiers", ("A2", "A2", "76")),
        ("modifier", [concept(("http://terminology.hl7.org/CodeSystem/modifiers", "rooh"))], "modifiers", ()),
        ("quantity", {"value": 400, "unit": "UN"}, "unit_basis", "UN"),
        ("quantity", {"value": 400, "unit": "{unit}"}, "unit_basis", None),
        ("quantity", {"value": "400"}, "units", 400),
        ("quantity", {"value": 4E2}, "units", 400),
        ("quantity", {"value": 40000, "unit": "mg"}, "units", None),
        ("servicedDate", "2026-05", "start", None),
        ("locationCodeableConcept", concept((f"{CMS}/line_place_of_srvc_cd", "12")), "place_of_service", "12"),
        ("locationCodeableConcept", {"text": "office"}, "place_of_service", None),
        ("net", {"value": "12000.00"}, "charge", Decimal(12000)),
    ],
)  # fmt: skip
def test_codes_and_amounts_as_they_come(path, value, field, expected):
    assert getattr(line(path, value), field) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ({"value": 400, "unit": "ML"}, "ML"),
        ({"value": 400, "code": "mL"}, "ML"),
        ({"value": 400, "unit": "milliliter", "code": "mL"}, "ML"),
        ({"value": 40000, "code": "mg"}, "ME"),
        ({"value": 2, "unit": "EA", "code": "[arb'U]"}, "UN"),
        ({"value": 2, "unit": "vial"}, None),
        ({"value": 2}, None),
    ],
)
def test_the_unit_of_the_ndc_in_x12_or_ucum(quantity, expected):
    drug = line("detail/0/quantity", quantity).drug
    assert (drug.unit, drug.quantity) == (expected, Decimal(quantity["value"]))
    assert ("unit" in drug.damaged) == (quantity.get("unit") == "vial")


def test_an_item_without_a_code_is_no_problem():
    absent = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    for value in (absent, concept(("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown")), ...):
        found = claim(changed(CLAIM, "item/1/productOrService", value))
        assert (found.lines[1].procedure_code, found.shape) == (None, ())


def test_the_code_of_the_drug_in_another_place_is_never_passed_over():
    text = claim(changed(CLAIM, "item/0/productOrService", {"text": "J1553 immune globulin"}))
    detail = claim(changed(CLAIM, "item/1/detail", [{"productOrService": concept((HCPCS, "J1553"))}]))
    assert text.lines[0].damaged == {"procedure_code"} and detail.lines[1].damaged == {"procedure_code"}
    assert check(text).not_checked_codes and [found.keyword for found in text.shape] == ["additionalProperties"]


def test_two_products_under_one_item_leave_the_ndc_open():
    one = CLAIM["item"][0]["detail"][0]
    drug = line("detail", [one, changed(one, "productOrService/coding/0/code", "70573060501")]).drug
    assert (drug.ndc, drug.quantity, drug.damaged) == (None, None, {"ndc", "quantity"})


def test_an_ndc_beside_the_code_of_the_service():
    drug = line(
        "productOrService", concept((NDC, "70573-605-21"), (HCPCS, "J1553")), changed(CLAIM, "item/0/detail", ...)
    )
    assert (drug.procedure_code, drug.units, drug.drug.ndc, drug.drug.quantity) == ("J1553", 400, "70573-605-21", None)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (changed(V3, "supportingInfo/1/code", concept((BILL, "013X"))), "13X"),
        (changed(V3, "supportingInfo/1/code", concept((BILL, "851"))), "851"),
        (changed(V1, "information", []), "13X"),
        (changed(V1, "facility", ...), None),
    ],
)  # fmt: skip
def test_the_type_of_bill(resource, expected):
    assert claim(resource).type_of_bill == expected


def test_dates_of_service_are_not_made_up():
    without = changed(CLAIM, "item/0/servicedDate", ...)
    assert claim(without).lines[0].start is None
    day = claim(changed(without, "billablePeriod", {"start": "2026-05-04", "end": "2026-05-04"}))
    assert day.lines[0].is_dated_by_statement and "service_date_from_statement" in check(day).notes
    assert (
        claim(changed(without, "billablePeriod", {"start": "2026-05-01", "end": "2026-05-31"})).lines[0].start is None
    )
    only_end = changed(without, "item/0/servicedPeriod", {"end": "2026-05-04"})
    found = claim(changed(only_end, "billablePeriod", {"start": "2026-05-04", "end": "2026-05-04"})).lines[0]
    assert (found.start, f"{found.end}", found.damaged) == (None, "2026-05-04", {"start"})
    assert "SOS003" not in check(only_end).codes


# -- places, findings, notes ----------------------------------------------------------------------------------------


def test_findings_point_into_the_resource():
    few = changed(CLAIM, "item/0/quantity/value", 80)
    [found] = check(few).findings
    assert (found.code, found.pointer) == ("UNT002", "/item/0/quantity/value")
    [record] = read(json.dumps(few, indent=1).encode(), source="a.json")
    text = json.dumps(few, indent=1).split("\n")
    at = record.locate(found.pointer)
    assert text[at[0] - 1][at[1] - 1 :].startswith("80")
    assert claim(CLAIM).lines[0].at("modifiers", 0) == "/item/0/modifier/0/coding/0/code"
    assert check(CLAIM).codes == [] and check(V1).codes == []


def test_a_request_is_judged_by_its_units_alone():
    request = changed(changed(CLAIM, "use", "preauthorization"), "item/0/modifier", ...)
    assert check(request, payer="medicare-ab").codes == []
    assert "JWZ009" in check(changed(CLAIM, "item/0/modifier", ...), payer="medicare-ab").codes
    report = check(changed(request, "item/0/quantity/value", 80), payer="medicare-ab")
    assert report.codes == ["UNT002"] and "not_a_bill" in report.notes
    assert {outcome.missing for outcome in report.not_checked if outcome.code == "JWZ009"} == {"bill"}


def test_a_pharmacy_claim_has_no_line_of_the_drug():
    sold = {"sequence": 1, "productOrService": concept((NDC, "70573060521")), "quantity": {"value": 400, "unit": "ML"}}
    resource = {"resourceType": "ExplanationOfBenefit", "type": concept(("x/claim-type", "pharmacy")), "item": [sold]}
    found = claim(resource)
    assert (found.lines[0].drug.ndc, found.lines[0].drug.quantity, found.lines[0].units) == (
        "70573060521",
        Decimal(400),
        None,
    )
    assert check(resource).notes == ("out_of_scope", "pharmacy_claim") and check(resource).codes == []


def test_the_type_decides_the_form():
    for code, form in (("institutional", "ub04"), ("professional", "cms1500"), ("oral", None)):
        assert claim(changed(CLAIM, "type", concept(("x/claim-type", code)))).form == form
    assert claim(changed(CLAIM, "type", ...)).form is None


# -- many -------------------------------------------------------------------------------------------------------------


def test_a_bundle_is_read_entry_by_entry():
    text = json.dumps(bundle(PATIENT, CLAIM, V2, {"resourceType": "OperationOutcome"}))
    found = list(read(text.encode(), source="a.json"))
    assert [(record.index, record.claim.form) for record in found] == [(1, "cms1500"), (2, "ub04")]
    assert found[0].claim.lines[0].at("units") == "/resource/item/0/quantity/value"
    line, column = found[0].locate("/resource/item/0/quantity/value")
    assert text[column - 1 :].startswith("400") and line == 1
    assert [record.claim for record in read(json.dumps(bundle(CLAIM, V2), indent=2).encode(), source="a")]


def test_a_bundle_whose_type_is_at_its_end_and_one_in_another_are_read_too():
    late = dict(reversed(bundle(CLAIM, V2).items()))
    [first, second] = read(json.dumps(late).encode(), source="a.json")
    assert first.claim.lines[0].at("units") == "/entry/0/resource/item/0/quantity/value" and second.claim
    assert len(list(read(json.dumps(bundle(bundle(CLAIM, V2), V3)).encode(), source="a.json"))) == 3
    lines = "\n".join(json.dumps(bundle(*[CLAIM] * 9)) for _ in range(3))
    found = list(read(lines.encode(), source="a.ndjson"))
    assert len(found) == 27 and not any(record.error for record in found)


def test_other_resources_are_passed_over_and_counted():
    text = "\n".join(map(json.dumps, (PATIENT, CLAIM, {"resourceType": "OperationOutcome"}, V3)))
    done = run("check", "-", "--output", "json", stdin=text)
    report = json.loads(done.stdout)
    assert [found["index"] for found in report["claims"]] == [1, 3]
    assert (report["summary"]["claims"], report["summary"]["skipped"], report["summary"]["unusable"]) == (2, 2, 0)


@pytest.mark.parametrize(
    "text", [json.dumps(PATIENT), f"{json.dumps(PATIENT)}\n{json.dumps(PATIENT)}", json.dumps(bundle(PATIENT))]
)
def test_a_file_with_nothing_but_other_resources_is_no_pass(text):
    done = run("check", "-", stdin=text)
    assert done.returncode == 2 and "no claim in it" in done.stderr and "SYNTHETIC" not in done.stderr
    with pytest.raises(InputError):
        claim_from(text)


def test_what_is_in_a_bundle_as_it_is_or_through_a_mapping():
    assert claim_from(bundle(PATIENT, CLAIM)).form == "cms1500"
    assert check(V3).codes == check(json.dumps(V3)).codes


# -- damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("item", {"sequence": 1}, [("/item", "type")]),
        ("item/0", "J1553", [("/item/0", "type")]),
        ("item/0/modifier", concept((HCPCS, "JZ")), [("/item/0/modifier", "type")]),
        ("item/0/modifier/0/coding", "JZ", [("/item/0/modifier/0/coding", "type")]),
        ("item/0/quantity", 400, [("/item/0/quantity", "type")]),
        ("item/0/quantity/value", 399.5, [("/item/0/quantity/value", "pattern")]),
        ("item/0/quantity/value", True, [("/item/0/quantity/value", "type")]),
        ("item/0/servicedDate", "2026-02-30", [("/item/0/servicedDate", "pattern")]),
        (ICD_AT, "many", [(f"/{ICD_AT}", "pattern")]),
        ("total", "12400", [("/total", "type")]),
        ("item/0/quantity", None, []),
        ("item/0/modifier", [], []),
        ("item", None, []),
    ],
)  # fmt: skip
def test_damage_is_said_where_it_is_and_nothing_is_made_of_it(path, value, expected):
    found = changed(CLAIM, path, value)
    assert problems(found) == expected
    claimed = claim(found)
    damaged = claimed.damaged.union(*(line.damaged for line in claimed.lines))
    assert bool(damaged) == bool(expected)


def test_older_diagnosis_codes_are_not_read():
    old = changed(CLAIM, "diagnosis/0/diagnosisCodeableConcept/coding/0/system", "http://hl7.org/fhir/sid/icd-9-cm")
    found = claim(old)
    assert (found.diagnoses, found.damaged, found.shape) == ((), {"diagnoses"}, ())


# -- files of others ----------------------------------------------------------------------------------------------


def _corpus(name: str) -> Path:
    folder = os.environ.get("J1553REF_CORPUS")
    if not folder:
        pytest.skip("J1553REF_CORPUS names no folder with claim files of others: they are not part of the project")
    found = sorted(Path(folder).rglob(name))
    if not found:
        pytest.skip(f"no {name} in the folder that J1553REF_CORPUS names")
    return found[0]


#: File -> form, type of bill, number of diagnoses, total; and of its lines: number, code, modifiers, units, revenue code, charge,
#: NDC, its quantity and unit.
CORPUS: dict[str, tuple[Any, ...]] = {
    "bfd_v1_eobReadOutpatient.json": (
        ("ub04", "131", 5, "8888.85"),
        [(25, "M99", ("XX",), 111, "0001", "999.85", "000000000", "77", None)],
    ),
    "bfd_v2_eobReadOutpatient.json": (
        ("ub04", "131", 5, "8888.85"),
        [(25, "M99", ("XX",), 111, "0001", "999.85", "000000000", "77", None)],
    ),
    "bfd_v3_EOB-MCS.json": (
        ("cms1500", None, 5, "9001.55"),
        [
            (1, "99213", (), 3, "0636", "50.11", None, None, None),
            (2, "99453", ("A2", "A2", "A2", "A2", "A5"), 3, "0771", None, None, None, None),
            (3, None, ("99",), None, "0001", None, None, None, None),
            (4, "J2270", (), 3, "0636", None, "00409189001", "1000", "GR"),
        ],
    ),
    "bfd_v3_EOB-Outpatient.json": (
        ("ub04", "123", 5, "9001.55"),
        [
            (1, "99213", (), 3, "0636", "50.11", None, None, None),
            (2, "99453", ("A2",), 3, "0771", None, None, None, None),
            (3, None, ("99",), None, "0001", None, None, None, None),
            (4, "J2270", (), 3, "0636", None, "00409189001", "1000", "GR"),
        ],
    ),
}


@pytest.mark.parametrize("name", CORPUS)
def test_public_files_are_read_value_by_value(name):
    def amount(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    found = claim_from(_corpus(name))
    (form, bill, diagnoses, total), lines = CORPUS[name]
    assert (found.form, found.type_of_bill, len(found.diagnoses), found.total_charge) == (
        form,
        bill,
        diagnoses,
        amount(total),
    )
    assert [
        (
            line.line_number,
            line.procedure_code,
            line.modifiers,
            line.units,
            line.revenue_code,
            line.charge,
            *((line.drug.ndc, line.drug.quantity, line.drug.unit) if line.drug else (None, None, None)),
        )
        for line in found.lines
    ] == [(*line[:5], amount(line[5]), line[6], amount(line[7]), line[8]) for line in lines]
    assert {*check(found).codes} <= {"SHP005"}


#: Trait -> what is stated of it: fields of the first line, and of the claim.
TRAITS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "b01": ({"modifiers": ("TB", "JZ", "76"), "place_of_service": "11"}, {"form": "cms1500", "diagnoses": ("D83.9",)}),
    "b02": ({"modifiers": ("JZ",), "units": 400, "revenue_code": "0636"}, {"form": "ub04"}),
    "b03": ({"revenue_code": "0636"}, {}),
    "b04": ({"units": 400}, {"shape": ()}),
    "b06": ({"procedure_code": "J1553", "line_number": 1}, {}),
    "b08": ({"units": 400}, {"notes": ("not_a_bill",)}),
    "b09": ({}, {"type_of_bill": "13X"}),
    "b12": ({"procedure_code": None}, {"notes": ("pharmacy_claim",)}),
    "b13": ({"units": 400}, {}),
    "b15": ({"start": None}, {}),
    "b17": ({"procedure_code": "J1553", "units": 400}, {}),
}


@pytest.mark.parametrize("name", TRAITS)
def test_each_trait_is_read_as_stated(name):
    of_line, of_claim = TRAITS[name]
    [record] = read(_corpus(f"{name}-*.*json").read_bytes(), source="a")
    found = record.claim
    assert {field: getattr(found.lines[0], field) for field in of_line} == of_line
    assert {field: getattr(found, field) for field in of_claim} == of_claim
    assert {"DAT002", "DAT003"}.isdisjoint(check(found).codes)
