"""FHIR resources for the tests, all synthetic: one claim in each layout, R4 and CMS's three."""

from __future__ import annotations

import copy
from typing import Any

HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
CPT = "http://www.ama-assn.org/go/cpt"
OLD_HCPCS = "https://bluebutton.cms.gov/resources/codesystem/hcpcs"
CMS = "https://bluebutton.cms.gov/resources/variables"
NDC = "http://hl7.org/fhir/sid/ndc"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
REVENUE = "https://www.nubc.org/CodeSystem/RevenueCodes"
PLACE = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
UCUM = "http://unitsofmeasure.org"
RECORD = "https://bluebutton.cms.gov/resources/codesystem/eob-type"
BILL = "https://www.nubc.org/CodeSystem/TypeOfBill"
TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"
SUBMITTED = {"system": "http://terminology.hl7.org/CodeSystem/adjudication", "code": "submitted"}


def concept(*codings: tuple[str, str]) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code} for system, code in codings]}


def diagnosis(sequence: int, code: str, name: str = "diagnosisCodeableConcept", system: str = ICD) -> dict[str, Any]:
    return {"sequence": sequence, name: concept((system, code))}


#: A professional claim in R4: a drug line with its NDC in a detail, and the infusion.
CLAIM: dict[str, Any] = {
    "resourceType": "Claim",
    "identifier": [{"system": "http://example.org/claims", "value": "SYNTHETIC-1"}],
    "status": "active",
    "type": concept((TYPE, "professional")),
    "use": "claim",
    "patient": {"reference": "Patient/synthetic"},
    "diagnosis": [diagnosis(7, "D83.9"), diagnosis(2, "D80.1")],
    "item": [
        {
            "sequence": 1,
            "diagnosisSequence": [7],
            "productOrService": concept((HCPCS, "J1553")),
            "modifier": [concept((HCPCS, "JZ"))],
            "servicedDate": "2026-05-04",
            "locationCodeableConcept": concept((PLACE, "11")),
            "quantity": {"value": 400},
            "net": {"value": 12000.00, "currency": "USD"},
            "detail": [
                {
                    "sequence": 1,
                    "productOrService": concept((NDC, "70573060521")),
                    "quantity": {"value": 400, "unit": "ML", "system": UCUM, "code": "mL"},
                }
            ],
        },
        {
            "sequence": 2,
            "diagnosisSequence": [2, 7],
            "productOrService": concept((CPT, "96365")),
            "servicedPeriod": {"start": "2026-05-04T09:00:00-05:00", "end": "2026-05-04T10:00:00-05:00"},
            "locationCodeableConcept": concept((PLACE, "11")),
            "quantity": {"value": 1},
            "unitPrice": {"value": 400, "currency": "USD"},
        },
    ],
    "total": {"value": 12400, "currency": "USD"},
}
#: An explanation of benefits of an outpatient department, as CMS wrote it in its first layout.
V1: dict[str, Any] = {
    "resourceType": "ExplanationOfBenefit",
    "status": "active",
    # Its type says professional, which it is not.
    "type": concept(
        (RECORD, "OUTPATIENT"),
        ("http://hl7.org/fhir/ex-claimtype", "professional"),
        (f"{CMS}/clm_srvc_clsfctn_type_cd", "3"),
    ),
    "billablePeriod": {"start": "2026-05-04", "end": "2026-05-04"},
    "facility": {"extension": [{"url": f"{CMS}/clm_fac_type_cd", "valueCoding": {"code": "1"}}]},
    "information": [
        {
            "sequence": 1,
            "category": concept(("https://bluebutton.cms.gov/resources/codesystem/information", f"{CMS}/clm_freq_cd")),
            "code": concept((f"{CMS}/clm_freq_cd", "1")),
        }
    ],
    "diagnosis": [diagnosis(1, "D839", system="http://hl7.org/fhir/sid/icd-10")],
    "item": [
        {
            "extension": [
                {"url": f"{CMS}/rev_cntr_ndc_qty", "valueQuantity": {"value": 400, "system": UCUM, "code": "ML"}}
            ],
            "sequence": 25,
            "revenue": concept((f"{CMS}/rev_cntr", "0636")),
            "service": {
                **concept((OLD_HCPCS, "J1553")),
                "extension": [{"url": f"{CMS}/rev_cntr_ide_ndc_upc_num", "valueCoding": {"code": "70573060521"}}],
            },
            "modifier": [concept((OLD_HCPCS, "JZ"))],
            "quantity": {"value": 400},
            "adjudication": [
                {"category": concept(("x/adjudication", f"{CMS}/rev_cntr_rate_amt")), "amount": {"value": 5.0}},
                {"category": concept(("x/adjudication", f"{CMS}/rev_cntr_tot_chrg_amt")), "amount": {"value": 12000.5}},
            ],
        }
    ],
    "totalCost": {"value": 12000.5, "code": "USD"},
}
#: The same in its second layout: the quantity is that of the NDC, whose unit is among the modifiers.
V2: dict[str, Any] = {
    "resourceType": "ExplanationOfBenefit",
    "status": "active",
    "type": concept((RECORD, "OUTPATIENT"), (TYPE, "institutional")),
    "use": "claim",
    "extension": [{"url": f"{CMS}/clm_srvc_clsfctn_type_cd", "valueCoding": {"code": "3"}}],
    "facility": {"extension": [{"url": f"{CMS}/clm_fac_type_cd", "valueCoding": {"code": "1"}}]},
    "supportingInfo": [
        {
            "sequence": 3,
            "category": concept(("http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBSupportingInfoType", "typeofbill")),
            "code": concept((f"{CMS}/clm_freq_cd", "1")),
        }
    ],
    "diagnosis": [diagnosis(1, "D83.9")],
    "item": [
        {
            "extension": [{"url": f"{CMS}/rev_cntr_unit_cnt", "valueQuantity": {"value": 396}}],
            "sequence": 25,
            "revenue": concept((f"{CMS}/rev_cntr", "0636"), (REVENUE, "4")),
            "productOrService": {
                "extension": [{"url": NDC, "valueCoding": {"system": NDC, "code": "70573060521"}}],
                **concept((OLD_HCPCS, "J1553")),
            },
            "modifier": [concept((OLD_HCPCS, "JZ")), concept((UCUM, "ML"))],
            "servicedDate": "2026-05-04",
            "quantity": {"value": 395.5},
            "adjudication": [
                {
                    "category": {"coding": [SUBMITTED, {"code": f"{CMS}/rev_cntr_{name}_amt"}]},
                    "amount": {"value": value},
                }
                for name, value in (("rate", 5.0), ("tot_chrg", 12000), ("pmt_amt", 99))
            ],
        }
    ],
    "total": [{"category": {"coding": [SUBMITTED]}, "amount": {"value": 12000, "currency": "USD"}}],
}
#: And in its third.
V3: dict[str, Any] = {
    "resourceType": "ExplanationOfBenefit",
    "status": "active",
    "type": concept((TYPE, "institutional"), ("https://bluebutton.cms.gov/fhir/CodeSystem/EOB-TYPE", "OUTPATIENT")),
    "use": "claim",
    "supportingInfo": [
        {"sequence": 1, "category": concept(("x", "clmrecvddate")), "timingDate": "2026-05-09"},
        {"sequence": 2, "category": concept(("x", "typeofbill")), "code": concept((BILL, "0131"), ("y/FREQ", "131"))},
    ],
    "diagnosis": [diagnosis(1, "D83.9")],
    "item": [
        {
            "sequence": 4,
            "revenue": concept(
                ("https://bluebutton.cms.gov/fhir/CodeSystem/CLM-DDCTBL-COINSRNC-CD", "3"), (REVENUE, "0636")
            ),
            "productOrService": concept((HCPCS, "J1553")),
            "modifier": [concept((HCPCS, "TB"), (HCPCS, "JZ"), (CPT, "76"))],
            "servicedDate": "2026-05-04",
            "quantity": {"value": 400.0},
            "detail": [
                {
                    "sequence": 1,
                    "productOrService": concept((NDC, "70573-605-21")),
                    "quantity": {"value": 400.0, "unit": "ML", "system": UCUM, "code": "mL"},
                }
            ],
        },
        {
            "sequence": 5,
            "revenue": concept((REVENUE, "0001")),
            "productOrService": concept(("http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-applicable")),
            "servicedDate": "2026-05-04",
        },
    ],
}


def changed(resource: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The resource with another value at a path; none where the value is ``...``."""
    made = copy.deepcopy(resource)
    holder: Any = made
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("/"))
    for step in steps:
        holder = holder[step]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    return made


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    entries = [{"fullUrl": f"urn:example:{number}", "resource": found} for number, found in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}
