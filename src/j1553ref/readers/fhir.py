"""FHIR claims and explanations of benefits (R4; of CMS also in its older layouts) to claims.

A resource is read alone, as an entry of a Bundle, or on a line of NDJSON; other resources between them are passed over. CMS
has used three layouts. Its first (STU3) and the one of R4 today are read by further ways to the same fields. In the
institutional items of its second the quantity is that of the NDC: see ``_CMS_V2``. Only what the rules need is read: no name,
member number, birth date or address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from j1553ref.claim import Claim, Drug, InputError, Line
from j1553ref.code import CODE
from j1553ref.readers import kinds
from j1553ref.readers.reading import Enough, Kind, Node, Problems, Reading, kind
from j1553ref.readers.ways import Field, Sign, Ways
from j1553ref.shape import MISPLACED

__all__ = [
    "CLAIM",
    "CMS_V2",
    "DETAIL",
    "DRUG",
    "FORMAT",
    "LINE",
    "NAMES",
    "claims",
    "envelope",
    "passes",
    "places",
    "recognizes",
]

FORMAT = "fhir"
_CLAIMS = ("Claim", "ExplanationOfBenefit")


def recognizes(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a resource of FHIR, or an entry of a Bundle.

    >>> recognizes({"resourceType": "Patient"}), recognizes({"resource": {"resourceType": "Claim"}}), recognizes({})
    (True, True, False)
    """
    resource = document.get("resource")
    return isinstance((resource if isinstance(resource, dict) else document).get("resourceType"), str)


def passes(document: Mapping[str, Any]) -> bool:
    """Whether a resource, or that of an entry of a Bundle, is none of a claim, such as the patient's.

    >>> passes({"resourceType": "Patient"}), passes({"resource": {"resourceType": "Claim"}}), passes({"resourceType": "Bundle"})
    (True, False, False)
    """
    is_bundle = document.get("resourceType") == "Bundle"
    return not is_bundle and all(found.get("resourceType") not in _CLAIMS for _, found in _resources(document, ""))


def envelope(head: str) -> str | None:
    """The property of a Bundle whose list holds the resources, by the beginning of its text.

    Empty for anything else, and None so long as more of the text may say so.

    >>> envelope('{"resourceType": "Bundle"'), envelope('{"resourceType": "Claim"'), envelope('{"lines": ['), envelope('{"id": 7')
    ('entry', '', '', None)
    """
    start = _START.match(head)
    left = head[start.end() :] if start else ""
    if found := _TYPE_OF_RESOURCE.match(left):
        return "entry" if found[1] == "Bundle" else ""
    return None if _BEGUN.fullmatch(left) else ""


_TEXT = r'"(?:[^"\\]|\\.)*'
#: Before the type of a resource there may be texts, numbers and objects without objects in them.
_START = re.compile(
    rf'\s*\{{(?:(?!\s*"resourceType")\s*{_TEXT}"\s*:\s*(?:{_TEXT}"|[-+.0-9A-Za-z]+|\{{[^{{}}]*\}})\s*,)*+'
)
_TYPE_OF_RESOURCE = re.compile(r'\s*"resourceType"\s*:\s*"([^"]*)"')
_BEGUN = re.compile(rf'\s*(?:{_TEXT}\\?(?:"\s*(?::\s*(?:{_TEXT}\\?"?|[-+.0-9A-Za-z]*|\{{[^{{}}]*\}}?)\s*)?)?)?')


def claims(document: Mapping[str, Any]) -> Iterator[Claim]:
    """The claims of a resource, of an entry of a Bundle, or of all entries of one; none for a resource that is no claim.

    What is not there is absent: no quantity, pointer, place or date is made up. A day of service is taken from the billable
    period only where that is a single day and the item says nothing of its date; ``places`` then points there. Raises
    :class:`~j1553ref.claim.InputError` for a document that is no resource. Source: the published definitions of HL7 and CMS.

    >>> hcpcs = {"system": "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "code": "J1553"}
    >>> item = {"productOrService": {"coding": [hcpcs]}, "quantity": {"value": 400}, "servicedDate": "2026-05-04"}
    >>> [found] = claims({"resourceType": "Claim", "type": {"coding": [{"code": "professional"}]}, "item": [item]})
    >>> found.form, found.lines[0].units, found.lines[0].at("units")
    ('cms1500', 400, '/item/0/quantity/value')
    """
    if not recognizes(document):
        raise InputError("JSON, but not FHIR: expected an object with resourceType")
    for pointer, resource in _resources(document, ""):
        if resource.get("resourceType") in _CLAIMS:
            yield _read(resource, pointer)


def _resources(document: Any, pointer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The resources of a document, each with its place."""
    if not isinstance(document, dict):
        return
    if document.get("resourceType") == "Bundle":
        entries = document.get("entry")
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            yield from _resources(entry, f"{pointer}/entry/{number}")
    elif "resourceType" not in document and "resource" in document:
        yield from _resources(document["resource"], f"{pointer}/resource")
    else:
        yield pointer, document


def _read(resource: Mapping[str, Any], pointer: str) -> Claim:
    problems = Problems(blank=True)
    try:
        found = _claim(Reading(resource, pointer, problems))
    except Enough:
        # The remaining values were not looked at, so none of them may be read.
        found = Claim(pointer=pointer, format=FORMAT, damaged=frozenset({"lines"}))
    notes = ("not_a_bill",) if resource.get("use") in ("preauthorization", "predetermination") else ()
    if found.form == _PHARMACY:
        found, notes = replace(found, form=None), (*notes, "pharmacy_claim")
    return replace(found, shape=tuple(problems.found.values()), notes=notes) if problems.found or notes else found


# -- where the values are -----------------------------------------------------------------------------------------


def _system(element: Mapping[str, Any]) -> tuple[Any, ...]:
    """The system of a coding, empty where it has none."""
    return (element.get("system") or "",)


def _code_and_system(element: Mapping[str, Any]) -> tuple[Any, ...]:
    return (f"{element.get('system') or ''}|{element.get('code') or ''}".replace(" ", ""),)


def _url(element: Mapping[str, Any]) -> tuple[Any, ...]:
    return (element.get("url"),)


def _category(element: Mapping[str, Any]) -> tuple[Any, ...]:
    """The codes of the category of an amount or of a supporting information; those of CMS by their system too."""
    category = element.get("category")
    codings = category.get("coding") if isinstance(category, dict) else None
    return tuple(
        coding.get("code") for coding in (codings if isinstance(codings, list) else ()) if isinstance(coding, dict)
    )


def _amount_of(element: Mapping[str, Any]) -> tuple[Any, ...]:
    """All codes of the category in one text: an amount with a code of CMS is known by that alone."""
    return ("|".join(["", *(str(code) for code in _category(element)), ""]),)


_HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
_CMS = "https://bluebutton.cms.gov/resources/variables/"
_NDC = "http://hl7.org/fhir/sid/ndc"
_UCUM = "http://unitsofmeasure.org"
#: Systems whose codes are never a procedure, a modifier or a place, whatever they look like.
_FOREIGN = (
    r"(?!.*(/sid/icd|/sid/ndc|rxnorm|snomed|loinc|data-absent|nullflavor|unitsofmeasure|ndc_qty|nubc\.org|c4bb|ddctbl))"
)
#: In the first text of each pair is what the element is known by; the last of each list is for systems that nobody knows.
SIGNS: Mapping[str, Sign] = {
    # A code of a payer's own system is that of HCPCS where it looks like one.
    "procedure": Sign(
        _code_and_system,
        (
            r".*hcpcs(?!.*hipps).*\|.+|urn:oid:2\.16\.840\.1\.113883\.6\.(285|14)\|.+",
            r".*(ama-assn\.org/go/cpt|/cpt)\|.+|urn:oid:2\.16\.840\.1\.113883\.6\.12\|.+",
            r"\|[a-z0-9]{5}",
            _FOREIGN + r".*\|[a-z][0-9]{4}",
        ),
        {"system": _HCPCS},
    ),
    "modifier": Sign(
        _code_and_system,
        (
            r".*hcpcs.*\|.+|urn:oid:2\.16\.840\.1\.113883\.6\.(285|14|12)\|.+",
            r".*(ama-assn\.org/go/cpt|/cpt)\|.+",
            _FOREIGN + r".*\|[a-z0-9]{2}",
        ),
        {"system": _HCPCS},
    ),
    "ndc-unit": Sign(_system, (r".*unitsofmeasure\.org", r".*rev_cntr_ndc_qty_qlfr_cd"), {"system": _UCUM}),
    "ndc": Sign(
        _system,
        (r".*/sid/ndc", r".*rev_cntr_ide_ndc_upc_num|urn:oid:2\.16\.840\.1\.113883\.6\.69|.*/ndc"),
        {"system": _NDC},
    ),
    "ndc-extension": Sign(_url, (r".*/sid/ndc", r".*rev_cntr_ide_ndc_upc_num"), {"url": _NDC}),
    "ndc-quantity": Sign(_url, (r".*rev_cntr_ndc_qty",), {"url": f"{_CMS}rev_cntr_ndc_qty"}),
    "unit-count": Sign(_url, (r".*rev_cntr_unit_cnt",), {"url": f"{_CMS}rev_cntr_unit_cnt"}),
    "revenue": Sign(
        _code_and_system,
        (
            r".*/variables/rev_cntr\|.+",
            r".*nubc\.org.*revenue.*\|.+|urn:oid:2\.16\.840\.1\.113883\.6\.301\.3\|.+",
            r".*clm-rev-cntr-cd\|.+",
            r"\|[0-9]{3,4}",
            r"(?!.*ddctbl).*\|0[0-9]{3}",
        ),
        {"system": "https://www.nubc.org/CodeSystem/RevenueCodes"},
    ),
    "place": Sign(
        _code_and_system,
        (r".*place.?of.?s(e?r?v).*\|.+|.*ex-serviceplace\|.+", _FOREIGN + r".*\|[0-9]{2}"),
        {"system": f"{_HCPCS.rpartition('/')[0]}/place-of-service-codes/Place_of_Service_Code_Set"},
    ),
    "icd": Sign(
        _system,
        (r".*/sid/icd-10-cm|urn:oid:2\.16\.840\.1\.113883\.6\.90", r".*/sid/icd-10", ""),
        {"system": "http://hl7.org/fhir/sid/icd-10-cm"},
    ),
    # CMS marks several amounts as submitted; its own code says which is the charge.
    "submitted": Sign(
        _amount_of,
        (r".*(rev_cntr_tot_chrg_amt|line_sbmtd_chrg_amt|clm_line_sbmt_chrg_amt)\|", r"\|submitted\|"),
        {
            "category": {
                "coding": [{"system": "http://terminology.hl7.org/CodeSystem/adjudication", "code": "submitted"}]
            }
        },
    ),
    "total": Sign(
        _amount_of,
        (r"(?!.*priorpayerpaid).*\|submitted\|.*", r"(?!.*priorpayerpaid).*clm_tot_chrg_amt\|"),
        {
            "category": {
                "coding": [{"system": "http://terminology.hl7.org/CodeSystem/adjudication", "code": "submitted"}]
            }
        },
    ),
    "carrier-total": Sign(_url, (r".*nch_carr_clm_sbmtd_chrg_amt",), {}),
    "typeofbill": Sign(
        _category,
        ("typeofbill", r".*clm_freq_cd"),
        {
            "category": {
                "coding": [
                    {
                        "system": "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBSupportingInfoType",
                        "code": "typeofbill",
                    }
                ]
            }
        },
    ),
    "bill": Sign(
        _code_and_system,
        (r".*nubc\.org.*typeofbill\|.+", r"\|.+"),
        {"system": "https://www.nubc.org/CodeSystem/TypeOfBill"},
    ),
    "frequency": Sign(_system, (r".*clm_freq_cd", r".*fiss/freq-cd"), {}),
    "facility": Sign(_url, (r".*clm_fac_type_cd",), {}),
    "cms-record": Sign(_system, ("https://bluebutton.cms.gov/resources/codesystem/eob-type",), {}),
    "class": Sign(_url, (r".*clm_srvc_clsfctn_type_cd",), {}),
    "class-coding": Sign(_system, (r".*clm_srvc_clsfctn_type_cd",), {}),
    # The kind of record that CMS names goes before the type, which is another in some of its layouts.
    "type": Sign(_code_and_system, (r".*/eob-type\|.+", r".*claim-?type\|.+", r"\|.+"), {}),
}

#: Ways that read the same field in CMS's first layout, with the name that STU3 has for it.
_SERVICES = ("productOrService", "service")


def _number(of: Kind[Any], expected: str) -> Kind[Any]:
    return replace(of, expected=expected, number=True)


def _day(text: str) -> date | None:
    """The day of a date or of a time; of a month or a year nobody knows the day."""
    return date.fromisoformat(text[:10]) if len(text) >= 10 else None


_UNITS_OF_DRUGS = {
    **{unit: unit for unit in ("F2", "GR", "ME", "ML", "UN")},
    **{"mL": "ML", "ml": "ML", "g": "GR", "mg": "ME", "[IU]": "F2", "[iU]": "F2", "[arb'U]": "UN"},
}
#: A procedure code of another length that is no slip for the drug's.
_OTHER_CODE = re.compile("(?![Jj])(?!.*1553)[0-9A-Za-z]{2,7}")
#: So much of a text is looked at for the code of the drug.
_LONGEST = 200
_MEASURES = ("mg", "ug", "g", "kg", "ml", "l", "me", "gr", "[iu]", "milligram", "gram", "milliliter")

_DATE = kind(
    r"(19|20)[0-9]{2}(-(0[1-9]|1[0-2])(-[0-9]{2}(T[0-9:.]{5,}(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?",
    'a calendar date written like "2026-05-04"',
    _day,
    write=date.isoformat,
    field="date",
)
_COUNT = _number(kinds.COUNT, "a number of units, such as 400")
_DRUG_UNITS = _number(kinds.DRUG_UNITS, "a number of units, such as 400")
_MONEY = _number(replace(kinds.MONEY, write=Decimal), "dollars, such as 9600.00")
_QUANTITY = _number(replace(kinds.QUANTITY, write=Decimal), "an NDC quantity, such as 400")
_SEQUENCE = _number(replace(kinds.NUMBER, write=int), "a sequence, such as 1")
_UNIT = Kind("a unit", _UNITS_OF_DRUGS.get, pattern=re.compile("(?s).{1,40}"), field="unit")
_REVENUE = replace(kinds.REVENUE, pattern=re.compile("[0-9]{1,4}"))
_BILL = kind(
    "0?[0-9]{2}[0-9A-Z]",
    'a type of bill, such as "0131"',
    lambda text: text[-3:],
    write="0{}".format,
    field="type_of_bill",
)
_TYPE = Kind("a type of claim", lambda text: str(text).lower())


def _each(way: str) -> tuple[str, ...]:
    """A way in R4 and the same in STU3."""
    return way, way.replace(*_SERVICES, 1)


CLAIM: Ways[Claim] = Ways(
    Claim,
    SIGNS,
    Field("form", ("type/coding[type]/code",), _TYPE),
    Field("claim_id", ("identifier*/value",), kinds.IDENTIFIER, quiet=True),
    Field(
        "total_charge",
        ("total/value", "total[total]/amount/value", "totalCost/value", "extension[carrier-total]/valueMoney/value"),
        _MONEY,
    ),
    Field(
        "type_of_bill",
        ("supportingInfo[typeofbill]/code/coding[bill]/code",),
        _BILL,
    ),
    fixed={"format": FORMAT},
)
LINE: Ways[Line] = Ways(
    Line,
    SIGNS,
    Field("line_number", ("sequence",), _SEQUENCE),
    Field("procedure_code", _each("productOrService/coding[procedure]/code"), kinds.PROCEDURE),
    Field("modifiers", ("modifier*/coding[modifier]*/code",), kinds.MODIFIER, many=True),
    Field("units", ("quantity/value",), _COUNT),
    Field("unit_basis", ("quantity/code", "quantity/unit"), kinds.BASIS, quiet=True),
    Field("start", ("servicedDate", "servicedPeriod/start"), _DATE),
    Field("end", ("servicedPeriod/end",), _DATE),
    Field("place_of_service", ("locationCodeableConcept/coding[place]/code",), kinds.PLACE),
    Field("revenue_code", ("revenue/coding[revenue]/code",), _REVENUE),
    Field("charge", ("adjudication[submitted]/amount/value", "net/value"), _MONEY),
)
#: A drug in a detail of the item, and one in what CMS adds to the item or beside the code of the service.
DETAIL: Ways[Drug] = Ways(
    Drug,
    SIGNS,
    Field("ndc", _each("productOrService/coding[ndc]/code"), kinds.NDC),
    Field("quantity", ("quantity/value",), _QUANTITY),
    Field("unit", ("quantity/unit", "quantity/code"), _UNIT, quiet=True),
    fixed={"has_qualifier_slot": False},
)
DRUG: Ways[Drug] = Ways(
    Drug,
    SIGNS,
    Field(
        "ndc",
        (
            *_each("productOrService/extension[ndc-extension]/valueCoding/code"),
            "extension[ndc-extension]/valueCoding/code",
            *_each("productOrService/coding[ndc]/code"),
        ),
        kinds.NDC,
    ),
    Field("quantity", ("extension[ndc-quantity]/valueQuantity/value",), _QUANTITY),
    Field("unit", ("extension[ndc-quantity]/valueQuantity/code",), _UNIT, quiet=True),
    fixed={"has_qualifier_slot": False},
)
#: The same fields in the institutional items of CMS's second layout, whose quantity is that of the NDC.
_CMS_V2_UNITS = Field("units", ("extension[unit-count]/valueQuantity/value",), _COUNT)
CMS_V2: Ways[Drug] = Ways(
    Drug,
    SIGNS,
    DRUG.rows["ndc"],
    Field("quantity", ("quantity/value",), _QUANTITY),
    Field("unit", ("modifier*/coding[ndc-unit]/code",), _UNIT, quiet=True),
    fixed={"has_qualifier_slot": False},
)
_DIAGNOSIS = "diagnosisCodeableConcept/coding[icd]/code"
_POINTERS = ("diagnosisSequence*", "diagnosisLinkId*")
#: Of the record in an explanation of benefits of CMS in its second layout.
_CMS_RECORD = "type/coding[cms-record]/code"
#: Parts of the type of bill that CMS's first two layouts keep apart.
_FACILITY = ("facility/extension[facility]/valueCoding/code",)
_CLASS = ("extension[class]/valueCoding/code", "type/coding[class-coding]/code")
_FREQUENCY = (
    "supportingInfo[typeofbill]/code/coding[frequency]/code",
    "information[typeofbill]/code/coding[frequency]/code",
)
_PHARMACY = "pharmacy"
_FORMS: Mapping[str, str] = {
    **dict.fromkeys(("professional", "carrier", "dme"), "cms1500"),
    **dict.fromkeys(("pharmacy", "pde"), _PHARMACY),
    **dict.fromkeys(("institutional", "outpatient", "inpatient", "snf", "hha", "hospice"), "ub04"),
}
#: Every property on a way: the names that may be shown in a pointer.
NAMES = frozenset(
    step.partition("[")[0].rstrip("*")
    for way in (_DIAGNOSIS, *_POINTERS, *_FACILITY, *_CLASS, *_FREQUENCY, *_CMS_V2_UNITS.ways)
    for step in way.split("/")
).union(
    *(table.names for table in (CLAIM, LINE, DETAIL, DRUG, CMS_V2)),
    ("resource", "resourceType", "entry", "item", "detail", "diagnosis", "unitPrice", "billablePeriod", "text"),
)


def places() -> Iterator[tuple[str, str]]:
    """The fields that are read and the ways to them, from the tables of the reader; an item's begin at the item.

    >>> dict(places())["units"]
    'quantity.value; in CMS v2 institutional extension[unit-count].valueQuantity.value'
    """
    special = {"units": _CMS_V2_UNITS, "quantity": CMS_V2.rows["quantity"], "unit": CMS_V2.rows["unit"]}
    for table in (CLAIM, LINE, DETAIL, DRUG):
        for name, row in table.rows.items():
            ways = [_said(way) for way in row.ways]
            if table is DETAIL:
                ways = [f"detail.{way}" for way in ways]
            if name in special and table is not DETAIL:
                ways += [f"in CMS v2 institutional {_said(special[name].ways[0])}"]
            yield name, "; ".join(ways)


def _said(way: str) -> str:
    return way.replace("*", "").replace("/", ".")


# -- from a resource to the claim -----------------------------------------------------------------------------------


def _claim(part: Reading) -> Claim:
    kind_of_claim = _first(part, *CLAIM.rows["form"].ways)
    form = _FORMS.get(str(kind_of_claim.value).strip().lower()) if kind_of_claim else None
    CLAIM.fill(part, without=frozenset({"form", "type_of_bill"}))
    part.fields["form"] = form
    if form == "ub04":
        _type_of_bill(part)
    sequences = _diagnoses(part)
    # A single day; of a longer period nobody knows which day it was.
    first, last = _first(part, "billablePeriod/start"), _first(part, "billablePeriod/end")
    day = _DATE.value(first.value) if first and last and first.value == last.value else None
    statement = (first.pointer, day) if first and day else None
    items = part.elements("lines", part.at("item"))
    if not all(node.is_object() for node in items):
        part.damaged.add("lines")
    is_cms_v2 = form == "ub04" and part.at("information") is None and _first(part, _CMS_RECORD) is not None
    lines = [_line(node, sequences, statement, is_cms_v2=is_cms_v2) for node in items if isinstance(node.value, dict)]
    part.fields["lines"] = tuple(lines)
    return part.made(CLAIM)


def _first(node: Node, *ways: str) -> Node | None:
    """Where the ways lead; what is in the way of them is no problem."""
    found = CLAIM.nodes(Node(node.value, node.pointer, Problems(blank=True)), ways)
    return Node(found[0].value, found[0].pointer, node.problems) if found else None


def _type_of_bill(part: Reading) -> None:
    """As one code, or of the digits that CMS keeps apart; a frequency that is not known is X."""
    CLAIM.row(part, CLAIM.rows["type_of_bill"])
    facility, of_class = _first(part, *_FACILITY), _first(part, *_CLASS)
    if "type_of_bill" in part.places or facility is None or of_class is None:
        return
    frequency = _first(part, *_FREQUENCY)
    if found := _BILL.value(f"{facility.value}{of_class.value}{frequency.value if frequency else 'X'}"):
        part.fields["type_of_bill"], part.places["type_of_bill"] = found, facility.pointer


def _diagnoses(part: Reading) -> dict[Any, int]:
    """The ICD-10-CM codes in their order, or none where one is damaged; the number of each diagnosis by its sequence."""
    sequences: dict[Any, int] = {}
    codes: list[tuple[str, str | None]] = []
    for number, node in enumerate(part.elements("diagnoses", part.at("diagnosis")), 1):
        code = CLAIM.nodes(node, (_DIAGNOSIS,))
        codes.append((code[0].pointer, code[0].read(kinds.DIAGNOSIS)) if code else (node.pointer, None))
        sequence = node.at("sequence")
        if sequence and type(sequence.value) in (int, Decimal):
            sequences.setdefault(sequence.value, number)
    if any(code is None for _, code in codes):
        part.damaged.add("diagnoses")
    elif codes:
        part.places |= {f"diagnoses.{index}": place for index, (place, _) in enumerate(codes)}
        part.fields["diagnoses"] = tuple(code for _, code in codes)
    return sequences


def _line(node: Node, sequences: Mapping[Any, int], statement: tuple[str, date] | None, *, is_cms_v2: bool) -> Line:
    part = Reading(node.value, node.pointer, node.problems)
    is_cms_v2 = is_cms_v2 or _first(node, *_CMS_V2_UNITS.ways, *CMS_V2.rows["unit"].ways) is not None
    LINE.fill(part, without=frozenset({"procedure_code", "modifiers", "units"}))
    _procedure(part)
    _modifiers(part)
    is_product = part.fields.get("procedure_code") is None and _first(part, *DETAIL.rows["ndc"].ways) is not None
    if not is_product:
        _units(part, is_cms_v2=is_cms_v2)
    _pointers(part, sequences)
    if "charge" not in part.places:
        _charge(part)
    if statement and not part.at("servicedDate") and not part.at("servicedPeriod"):
        part.places["start"], part.fields["start"] = statement
    if "start" not in part.places and (period := part.at("servicedPeriod")):
        part.damage(period, "start")  # there is a date, and it is not that of the first day
    # A pharmacy bills a product, and the quantity is that of its NDC.
    if drug := _drug(part, DETAIL if is_product else CMS_V2 if is_cms_v2 else DRUG):
        part.fields["drug"], part.places["drug"] = drug, drug.pointer
    return part.made(LINE)


def _procedure(part: Reading) -> None:
    """The code of the service; the drug's where none can be read, or in a detail of another service, makes it doubtful."""
    row = LINE.rows["procedure_code"]
    nodes = LINE.nodes(part, row.ways, part.damaged, row.name)
    if nodes and not part.split(row.kind, nodes[0]):
        part.get(row.name, nodes[0], row.kind)
        code = nodes[0].value
        if row.name in part.damaged and isinstance(code, str) and _OTHER_CODE.fullmatch(code):
            # Malformed, which is said, and still no slip for the code of the drug.
            part.damaged.discard(row.name)
            part.fields[row.name] = code
    if part.fields.get(row.name) == CODE or row.name in part.damaged:
        return
    names = ("detail",) if row.name in part.fields else (*_SERVICES, "detail")
    for node in (node for name in names if (node := part.at(name))):
        if CODE in _texts(node.value):
            expected = f"{CODE} as the code of the item's service, with the system of HCPCS"
            part.problems.add(node.pointer, "additionalProperties", expected, MISPLACED)
            part.miss(row.name)


def _texts(value: Any) -> str:
    """What the concepts of services in a value say, in capital letters."""
    found, todo = [], [value]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo += [inner for name, inner in value.items() if name in (*_SERVICES, "coding", "code", "text")]
        elif isinstance(value, list):
            todo += value
        elif isinstance(value, str):
            found.append(value[:_LONGEST].upper())
    return " ".join(found)


def _modifiers(part: Reading) -> None:
    """All modifiers in their order; one that its concept repeats in another system is one."""
    nodes: list[Node] = []
    for concept in LINE.nodes(part, ("modifier*",), part.damaged, "modifiers"):
        said: dict[str, str] = {}
        for coding in LINE.nodes(concept, ("coding[modifier]*",), part.damaged, "modifiers"):
            code = coding.at("code")
            if code and said.setdefault(str(code.value), str(coding.value.get("system"))) == str(
                coding.value.get("system")
            ):
                nodes.append(code)
    if nodes:
        LINE.several(part, LINE.rows["modifiers"], nodes)
    if part.behind:
        part.join()


def _units(part: Reading, *, is_cms_v2: bool) -> None:
    """The units, but none where the quantity of the drug is in milligrams, grams or milliliters."""
    row = _CMS_V2_UNITS if is_cms_v2 else LINE.rows["units"]
    if part.fields.get("procedure_code") != CODE:
        LINE.row(part, row)
        return
    said = [] if is_cms_v2 else LINE.nodes(part, ("quantity/unit",)) + LINE.nodes(part, ("quantity/code",))
    if not {str(node.value).lower() for node in said}.isdisjoint(_MEASURES):
        part.problems.add(said[0].pointer, "enum", f"a number of billing units of {CODE}", "<another unit>")
        part.damage(said[0], "units")
        return
    LINE.row(part, replace(row, kind=_DRUG_UNITS))


def _pointers(part: Reading, sequences: Mapping[Any, int]) -> None:
    """The numbers of the diagnoses; an item names them by their sequences, which are labels."""
    found: list[int] = []
    for node in LINE.nodes(part, _POINTERS, part.damaged, "diagnosis_pointers"):
        part.places.setdefault("diagnosis_pointers", node.pointer.rpartition("/")[0])
        part.places[f"diagnosis_pointers.{len(found)}"] = node.pointer
        sequence = node.read(_SEQUENCE)
        if sequence in sequences:
            found.append(sequences[sequence])
            continue
        if sequence is not None:
            part.problems.add(node.pointer, "enum", "the sequence of a diagnosis of this claim", "<another number>")
        part.damaged.add("diagnosis_pointers")
    if found:
        part.fields["diagnosis_pointers"] = tuple(found)


def _charge(part: Reading) -> None:
    """The price of a unit times the quantity, where nothing else changes it."""
    price, quantity = _first(part, "unitPrice/value"), _first(part, "quantity/value")
    if price is None or quantity is None or part.at("factor"):
        return
    one, number = _MONEY.value(price.value), _QUANTITY.value(quantity.value)
    if one is not None and number is not None:
        part.fields["charge"], part.places["charge"] = one * number, price.pointer


def _drug(line: Reading, table: Ways[Drug]) -> Drug | None:
    """The drug identification: in a detail of the item, else in the item as ``table`` says."""
    details = [node for node in LINE.nodes(line, ("detail*",)) if _first(node, *DETAIL.rows["ndc"].ways)]
    holder = details[0] if details else line
    part = Reading(holder.value, holder.pointer, line.problems)
    table = DETAIL if details else table
    table.fill(part)
    if "unit" not in part.fields and _first(part, *table.rows["unit"].ways):
        part.damaged.add("unit")  # one that a claim does not have
    if len(details) > 1:
        # Which of them the units of the line are is not certain.
        part.damaged |= {"ndc", "quantity"}
        part.fields = {name: value for name, value in part.fields.items() if name == "unit"}
    return part.made(table) if part.places.keys() & {"ndc", "quantity"} else None
