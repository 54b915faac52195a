"""The JSON body of an 837 claim as clearinghouses take it, professional and institutional, to a claim.

Change Healthcare and Optum defined it (professional claims v3, institutional claims v1); Stedi takes the same body.
Every value in it is text. Only what the rules need is read: no name, member number, birth date or address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from j1553ref.claim import Claim, Drug, InputError, Line
from j1553ref.code import CODE
from j1553ref.readers import kinds
from j1553ref.readers.reading import Node, Reading, Row, Table, have_gap, whole
from j1553ref.redaction import shown

__all__ = ["CLAIM", "FORMAT", "INSTITUTIONAL", "LINES", "NAMES", "PROFESSIONAL", "claim", "claims", "recognizes"]

FORMAT = "clearinghouse"

PROFESSIONAL, INSTITUTIONAL, _DENTAL = "professionalService", "institutionalService", "dentalService"
_FORMS = {PROFESSIONAL: "cms1500", INSTITUTIONAL: "ub04"}
#: Places for modifiers on a line; a further one would be lost on its way.
_MOST_MODIFIERS = 4


def recognizes(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object is meant to be a clearinghouse body; its lines may be one level too high.

    >>> recognizes({"claimInformation": {}, "subscriber": {}}), recognizes({"form": "ub04", "lines": []})
    (True, False)
    >>> recognizes({"serviceLines": [{"professionalService": {}}]})
    True
    """
    if "claimInformation" in document:
        return True
    lines = document.get("serviceLines")
    return isinstance(lines, list) and any(
        isinstance(line, dict) and not _FORMS.keys().isdisjoint(line) for line in lines
    )


def claims(document: Mapping[str, Any]) -> Iterator[Claim]:
    """The one claim of a document, as an iterator like those of the other formats.

    >>> [found.format for found in claims({"claimInformation": {}})]
    ['clearinghouse']
    """
    yield claim(document)


def claim(document: Mapping[str, Any]) -> Claim:
    """The claim of a body as :func:`j1553ref.readers.strict.parse` makes it; problems of shape are in ``shape``.

    A property that is ``null`` or empty text counts as absent. What is damaged is ``None`` and named in ``damaged``.
    Nothing is made up: an institutional line without a date of service takes the day of the statement only where
    the statement covers a single day, and ``places`` then points there. Raises
    :class:`~j1553ref.claim.InputError` for a document without ``claimInformation``. Source: the published
    definitions of the body.

    >>> service = {"procedureCode": "J1553", "serviceUnitCount": 400}
    >>> service["compositeDiagnosisCodePointers"] = {"diagnosisCodePointers": ["1"]}
    >>> line = {"serviceDate": "20260504", "professionalService": service}
    >>> found = claim({"claimInformation": {"claimFilingCode": "MB", "serviceLines": [line]}})
    >>> found.form, found.lines[0].start.isoformat(), found.lines[0].units
    ('cms1500', '2026-05-04', 400)
    >>> found.shape[0].pointer, found.shape[0].expected
    ('/claimInformation/serviceLines/0/professionalService/serviceUnitCount', 'text in quotes ("400", not 400)')
    """
    if not recognizes(document):
        raise InputError("JSON, but not a clearinghouse body: expected an object with claimInformation")
    return whole(document, _claim, FORMAT)


def _claim(part: Reading) -> Claim:
    part.require("claimInformation", "an object with the claim")
    info = part.at("claimInformation")
    if info is None or not info.is_object():
        part.damage(info or part, "lines")
        part.astray(CLAIM)
        return part.made(CLAIM)
    lines, service = _service_lines(part, info)
    institutional = service == INSTITUTIONAL
    statement = _statement(part, info, lines) if institutional else None
    filing, control_number, charge = CLAIM.rows
    part.row(filing)
    part.row(control_number)
    if institutional:
        _type_of_bill(part, info)
    part.row(charge)
    _diagnoses(part, info, institutional=institutional)
    part.fields["form"] = _FORMS.get(service)
    outside: dict[str, tuple[str, Any]] = {"start": statement} if statement else {}
    place = info.at("placeOfServiceCode") if service == PROFESSIONAL else None
    if place and (code := kinds.PLACE.value(place.value)):
        outside["place_of_service"] = place.pointer, code
    part.fields["lines"] = tuple(_line(line, service, outside, place) for line in lines)
    part.astray(CLAIM)
    return part.made(CLAIM)


def _service_lines(part: Reading, info: Node) -> tuple[list[Node], str]:
    """The service lines, and the name of the service that they hold."""
    info.require("serviceLines", "a list of the service lines")
    there = info.at("serviceLines")
    found = part.elements("lines", there)
    lines = [line for line in found if line.is_object()]
    if len(lines) < len(found):
        part.damaged.add("lines")
    if there and there.value == []:
        there.problems.add(there.pointer, "minItems", "at least 1 item", shown([]))
    service = next((name for line in lines for name in (*_FORMS, _DENTAL) if line.at(name)), "")
    # A dental claim is a claim, but none that could hold the drug.
    return ([] if service == _DENTAL else lines), service


def _type_of_bill(part: Reading, info: Node) -> None:
    """Facility type and frequency: despite its name ``placeOfServiceCode`` is no place of service here."""
    frequency = part.get("type_of_bill", info.at("claimFrequencyCode"), kinds.FREQUENCY)
    facility = part.get("type_of_bill", info.at("placeOfServiceCode"), kinds.FACILITY)
    part.fields["type_of_bill"] = facility + frequency if facility and frequency else None


def _statement(part: Reading, info: Node, lines: list[Node]) -> tuple[str, date] | None:
    """Place and date of the statement's one day; None where it covers more, or where that is not certain."""
    dates = info.at("claimDateInformation")
    first, last = (dates.at("statementBeginDate"), dates.at("statementEndDate")) if dates else (None, None)
    if not first or not last:
        return None
    for name, node in (("statement_start", first), ("statement_end", last)):
        part.fields[name], part.places[name] = kinds.DATE.value(node.value), node.pointer
    if first.value != last.value:
        return None
    # Read only where a line has no date of its own; elsewhere how these are written is not judged.
    day = kinds.DATE.value(first.value)
    if day is None and not all(line.at("serviceDate") or line.at("serviceLineDateInformation") for line in lines):
        day = first.read(kinds.DATE)
    return (first.pointer, day) if day else None


def _diagnoses(part: Reading, info: Node, *, institutional: bool) -> None:
    """All diagnosis codes in their order, or none where one is damaged, since lines point to them by number."""
    if not institutional:
        rows = part.elements("diagnoses", info.at("healthCareCodeInformation"))
        if have_gap(rows):
            part.damaged.add("diagnoses")
        found = [(row, "diagnosisTypeCode", "diagnosisCode") for row in rows]
    else:
        first = info.at("principalDiagnosis")
        found = [(first, "qualifierCode", "principalDiagnosisCode")] if first else []
        part.places |= {"diagnoses": first.pointer} if first else {}
        # The others are in lists inside a list.
        for listed in part.elements("diagnoses", info.at("otherDiagnosisInformationList")):
            found += [(row, "qualifierCode", "otherDiagnosisCode") for row in part.elements("diagnoses", listed)]
    codes = [_diagnosis(*names) for names in found]
    sound = [code for code in codes if code]
    if len(sound) < len(codes):
        part.damaged.add("diagnoses")
    if "diagnoses" not in part.damaged:
        part.places |= {f"diagnoses.{index}": place for index, (place, _) in enumerate(sound)}
        part.fields["diagnoses"] = tuple(code for _, code in sound)


def _diagnosis(node: Node, code_set: str, name: str) -> tuple[str, str] | None:
    """Place and ICD-10-CM code of one diagnosis; None for a damaged one, and for a code of ICD-9."""
    if not node.is_object():
        return None
    node.require(name, kinds.ICD_10.expected)
    older, code = node.at(code_set), node.at(name)
    if code is None or (older and older.value in ("BF", "BK")):
        return None
    found = code.read(kinds.ICD_10)
    return (code.pointer, found) if found else None


def _line(node: Node, name: str, outside: Mapping[str, tuple[str, Any]], place: Node | None) -> Line:
    """A line with the service ``name``.

    ``outside`` are pointers and values of what the claim says for its lines; ``place`` is its place of service.
    """
    sound = place is None or "place_of_service" in outside
    if sound and (line := _quick_line(node, name, outside)) is not None:
        return line
    part = Reading(node.value, node.pointer, node.problems)
    service = _service(part, name)
    if service is None:
        table = _NO_SERVICE
        part.fill(table)
        lacking = LINES.get(name) or LINES[INSTITUTIONAL if part.at("serviceLineRevenueCode") else PROFESSIONAL]
        part.miss(*_OF_A_SERVICE)
        part.miss_code(lacking)
        part.astray(lacking)
    else:
        table, code = LINES[name], service.at("procedureCode")
        rows = _older_dates(part) if name == INSTITUTIONAL else {}
        code_set = service.at("procedureIdentifier")
        if code_set and str(code_set.value).strip().upper() != "HC":
            rows["procedure_code"] = Row("procedure_code", f"{name}/procedureCode", kinds.OTHER_PROCEDURE)
        if code and str(code.value).strip().upper().startswith(CODE):
            rows["units"] = Row("units", f"{name}/serviceUnitCount", kinds.DRUG_UNITS)
        # The line's own place of service, else the claim's.
        part.fill(table, rows=rows, otherwise={"place_of_service": place})
        part.astray(table)
    if "start" not in part.places and "start" in outside:
        part.places["start"], part.fields["start"] = outside["start"]
    return part.made(table)


def _quick_line(node: Node, name: str, outside: Mapping[str, tuple[str, Any]]) -> Line | None:
    """The line where nothing in it asks for a closer look."""
    line = LINES[name].quick(node.value, node.pointer, outside) if name in LINES else None
    if line is None or line.start is None:
        return None
    return None if line.is_dated_by_statement and "serviceLineDateInformation" in node.value else line


def _service(part: Reading, name: str) -> Node | None:
    """The service of a line; asked for is only what every definition requires and no line can be judged without."""
    if not name:
        part.require(PROFESSIONAL, f"or {INSTITUTIONAL}")
        return None
    part.require(name, "the service of the line")
    service = part.at(name)
    if service is None:
        return None
    if not service.is_object():
        part.damage(service, "procedure_code", *_OF_A_SERVICE)
        return None
    part.ask(LINES[name])
    return service


def _older_dates(part: Reading) -> dict[str, Row]:
    """Where an institutional line without ``serviceDate`` has its dates, in the older definition."""
    older = None if part.at("serviceDate") else part.at("serviceLineDateInformation")
    if older is None:
        return {}
    first = "serviceDate" if older.at("serviceDate") else "beginServiceDate"
    rows = {"start": Row("start", f"serviceLineDateInformation/{first}", kinds.DATE)}
    if older.at("endServiceDate"):
        rows["end"] = Row("end", "serviceLineDateInformation/endServiceDate", kinds.DATE)
    return rows


# -- where the values are -----------------------------------------------------------------------------------------

#: What cannot be read where a line has no service, or one that is no object; the code is a matter of its own.
_OF_A_SERVICE = (
    "modifiers",
    "units",
    "charge",
    "revenue_code",
    "place_of_service",
    "diagnosis_pointers",
)
_DATES = (Row("start", "serviceDate", kinds.DATE), Row("end", "serviceDateEnd", kinds.DATE))
_NUMBERED = Row("line_number", "assignedNumber", kinds.NUMBER)
_NDC_ROW = Row("ndc", "nationalDrugCode", kinds.NDC)
_AMOUNT_OF_DRUG = (
    Row("quantity", "nationalDrugUnitCount", kinds.QUANTITY),
    Row("unit", "measurementUnitCode", kinds.NDC_UNIT),
    Row("prescription_number", "pharmacyPrescriptionNumber", kinds.IDENTIFIER),
)
_PROFESSIONAL_DRUG = Table(
    Drug,
    _NDC_ROW,
    Row("qualifier", "serviceIdQualifier", kinds.QUALIFIER),
    *_AMOUNT_OF_DRUG,
    required=("serviceIdQualifier",),
    open=True,
)
_INSTITUTIONAL_DRUG = Table(Drug, _NDC_ROW, *_AMOUNT_OF_DRUG, fixed={"has_qualifier_slot": False}, open=True)


def _line_table(service: str, drug: Table[Drug], *own: Row, required: tuple[str, ...]) -> Table[Line]:
    return Table(
        Line,
        Row("procedure_code", f"{service}/procedureCode", kinds.PROCEDURE),
        *_DATES,
        Row("modifiers", f"{service}/procedureModifiers/*", kinds.MODIFIER, most=_MOST_MODIFIERS),
        Row("units", f"{service}/serviceUnitCount", kinds.COUNT),
        Row("unit_basis", f"{service}/measurementUnit", kinds.BASIS),
        *own,
        Row("charge", f"{service}/lineItemChargeAmount", kinds.MONEY),
        Row("drug", "drugIdentification", drug),
        _NUMBERED,
        required=required,
        beside={f"{service}/procedureIdentifier": ("procedure_code",)},
        open=True,
    )


LINES = {
    PROFESSIONAL: _line_table(
        PROFESSIONAL,
        _PROFESSIONAL_DRUG,
        Row("place_of_service", f"{PROFESSIONAL}/placeOfServiceCode", kinds.PLACE),
        Row(
            "diagnosis_pointers",
            f"{PROFESSIONAL}/compositeDiagnosisCodePointers/diagnosisCodePointers/*",
            kinds.POINTER,
        ),
        required=(
            f"{PROFESSIONAL}/serviceUnitCount",
            f"{PROFESSIONAL}/procedureCode",
            "serviceDate",
            f"{PROFESSIONAL}/compositeDiagnosisCodePointers/diagnosisCodePointers",
        ),
    ),
    INSTITUTIONAL: _line_table(
        INSTITUTIONAL,
        _INSTITUTIONAL_DRUG,
        Row("revenue_code", f"{INSTITUTIONAL}/serviceLineRevenueCode", kinds.REVENUE),
        required=(f"{INSTITUTIONAL}/serviceUnitCount", f"{INSTITUTIONAL}/serviceLineRevenueCode"),
    ),
}
CLAIM = Table(
    Claim,
    Row("claim_filing_code", "claimInformation/claimFilingCode", kinds.FILING),
    Row("claim_id", "claimInformation/patientControlNumber", kinds.IDENTIFIER),
    Row("total_charge", "claimInformation/claimChargeAmount", kinds.MONEY),
    fixed={"format": FORMAT},
    beside={
        "claimInformation/serviceLines": ("lines", *LINES.values()),
        "claimInformation/healthCareCodeInformation/diagnosisTypeCode": ("diagnoses",),
        "claimInformation/healthCareCodeInformation/diagnosisCode": ("diagnoses",),
        "claimInformation/principalDiagnosis/principalDiagnosisCode": ("diagnoses",),
        "claimInformation/otherDiagnosisInformationList/otherDiagnosisCode": ("diagnoses",),
        "claimInformation/claimFrequencyCode": ("type_of_bill",),
        "claimInformation/placeOfServiceCode": ("type_of_bill",),
        "claimInformation/claimDateInformation/statementBeginDate": ("statement",),
        "claimInformation/claimDateInformation/statementEndDate": ("statement",),
        # Not read, but its name is near that of the dates.
        "claimInformation/claimCodeInformation": ("",),
    },
    open=True,
)
#: A line whose service is of the other kind, or is no object.
_NO_SERVICE = Table(Line, *_DATES, Row("drug", "drugIdentification", _INSTITUTIONAL_DRUG), _NUMBERED)

#: Every property that is read: the names that may be shown in a pointer.
NAMES = frozenset(
    {
        "beginServiceDate",
        "claimDateInformation",
        "claimFrequencyCode",
        "diagnosisCode",
        "diagnosisTypeCode",
        "endServiceDate",
        "healthCareCodeInformation",
        "otherDiagnosisCode",
        "otherDiagnosisInformationList",
        "placeOfServiceCode",
        "principalDiagnosis",
        "principalDiagnosisCode",
        "procedureIdentifier",
        "qualifierCode",
        "serviceLineDateInformation",
        "serviceLines",
        "statementBeginDate",
        "statementEndDate",
    }
).union(CLAIM.names, *(table.names for table in LINES.values()))
