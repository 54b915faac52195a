"""The JSON body of an 837 claim as clearinghouses take it: the reader of the same name has the table of its paths.

Every value is text, dates are CCYYMMDD, ICD-10 codes have no point and pointers count from 1. The institutional
body has no pointers and no qualifier, and calls the first two digits of the type of bill a place of service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from j1553ref.claim import Claim, Line
from j1553ref.facts import packaged
from j1553ref.forms import drug
from j1553ref.forms.base import POINTERS, Blanks, dollars, left_over, refuse_longer, sound
from j1553ref.readers.clearinghouse import CLAIM, INSTITUTIONAL, LINES, PROFESSIONAL

__all__ = ["Body", "body"]

#: Diagnoses of a professional body.
_DIAGNOSES = 12
_NUMBER_AND_DATES = ("line_number", "start", "end")
_SERVICE = ("procedure_code", "modifiers", "charge", "unit_basis", "units")
#: Our fields of a service line, in the order of the published definition.
_ORDER = {
    PROFESSIONAL: (*_NUMBER_AND_DATES, *_SERVICE, "diagnosis_pointers", "place_of_service"),
    INSTITUTIONAL: (*_NUMBER_AND_DATES, "revenue_code", *_SERVICE),
}
#: Our fields that the body has a place for: those of the claim and its drugs, and by its service those of a line.
_HELD = frozenset({"diagnoses", "ndc", "quantity", "unit", "prescription_number", *(row.field for row in CLAIM.rows)})
_HELD_BY_FORM = {
    "cms1500": frozenset({"qualifier", *_ORDER[PROFESSIONAL]}),
    "ub04": frozenset({"type_of_bill", "statement_start", "statement_end", *_ORDER[INSTITUTIONAL]}),
}
_IDS = frozenset({"claim_id", "prescription_number"})
#: Properties that may be absent.
_OPTIONAL = frozenset(
    {
        "assignedNumber",
        "procedureModifiers",
        "serviceDateEnd",
        "otherDiagnosisInformationList",
        "drugIdentification",
        "pharmacyPrescriptionNumber",
    }
)


@dataclass(frozen=True, slots=True)
class Body:
    """A body as plain data, and notes on what it lacks and what of the claim has no place in it.

    >>> from j1553ref import case, claim_from
    >>> made = body(claim_from(case("whole-vials-jz")))
    >>> list(made.content), made.notes[0].partition(":")[0]
    (['claimInformation'], 'Left out')
    """

    content: dict[str, Any]
    notes: tuple[str, ...]


def body(claim: Claim, *, with_ids: bool = False) -> Body:
    """The body of a claim, professional or institutional as its form says.

    ``with_ids`` carries the claim id and prescription numbers over. Raises
    :class:`~j1553ref.forms.base.FormError` for a claim with problems of shape, or with more than the body holds.
    Facts: ``modifiers.limit``, ``ndc.two_packages``.

    >>> from j1553ref import case, claim_from
    >>> made = body(claim_from(case("three-vials-with-jw"))).content["claimInformation"]
    >>> made["healthCareCodeInformation"], made["serviceLines"][1]["professionalService"]["serviceUnitCount"]
    ([{'diagnosisTypeCode': 'ABK', 'diagnosisCode': 'D839'}], '30')
    """
    sound(claim)
    professional = claim.form == "cms1500"
    if professional:
        refuse_longer(claim, "diagnoses", _DIAGNOSES, "healthCareCodeInformation")
    blanks = Blanks()
    places = {line.place_of_service for line in claim.lines}
    # A single place of service goes on the claim; several go on their lines.
    place = next(iter(places)) if len(places) == 1 else None
    bill = claim.type_of_bill or ""
    dollars(claim, "total_charge")
    stated = claim if with_ids else replace(claim, claim_id=None)
    named: dict[str, Any] = {
        **CLAIM.written(stated, [row.field for row in CLAIM.rows])["claimInformation"],
        "placeOfServiceCode": place if professional else bill[:2],
        "claimFrequencyCode": None if professional else bill[2:],
        **(_diagnoses(claim) if professional else _institutional(claim)),
    }
    info = _filled(named, blanks)
    info["serviceLines"] = [
        _line(number, line, blanks, professional=professional, place=place, with_ids=with_ids)
        for number, line in enumerate(claim.lines, 1)
    ]
    private = frozenset() if with_ids else _IDS
    held = _HELD | _HELD_BY_FORM["cms1500" if professional else "ub04"]
    if all(line.drug.qualifier in (None, drug.qualifier()) for line in claim.lines if line.drug):
        held |= {"qualifier"}  # the name of the property says it
    left = left_over(claim, held - private, on_demand=private)
    return Body({"claimInformation": info}, (*_notes(claim, blanks, professional=professional), *left))


def _diagnoses(claim: Claim) -> dict[str, Any]:
    kinds = ["ABK"] + ["ABF"] * (len(claim.diagnoses) - 1)
    codes = zip(kinds, _icd(claim), strict=False)
    return {"healthCareCodeInformation": [{"diagnosisTypeCode": kind, "diagnosisCode": code} for kind, code in codes]}


def _institutional(claim: Claim) -> dict[str, Any]:
    """Statement and diagnoses; the other diagnoses are in a list inside a list."""
    codes = _icd(claim)
    others = [{"qualifierCode": "ABF", "otherDiagnosisCode": code} for code in codes[1:]]
    days = {
        "statementBeginDate": _date(claim.statement_start),
        "statementEndDate": _date(claim.statement_end),
    }
    return {
        "claimDateInformation": days if any(days.values()) else None,
        "principalDiagnosis": {"qualifierCode": "ABK", "principalDiagnosisCode": codes[0]} if codes else None,
        "otherDiagnosisInformationList": [others] if others else None,
    }


def _icd(claim: Claim) -> list[str]:
    return [code.replace(".", "") for code in claim.diagnoses]


def _line(
    number: int, line: Line, blanks: Blanks, *, professional: bool, place: str | None, with_ids: bool
) -> dict[str, Any]:
    refuse_longer(line, "modifiers", packaged().get("modifiers.limit").newest.value, "procedureModifiers")
    if professional:
        refuse_longer(line, "diagnosis_pointers", POINTERS, "diagnosisCodePointers")
    dollars(line, "charge")
    name = PROFESSIONAL if professional else INSTITUTIONAL
    # What is the same on every line is said once, for the claim.
    order = [field for field in _ORDER[name] if field != "place_of_service" or place is None]
    said = LINES[name].written(line, order)
    service: dict[str, Any] = {}
    for key, value in said[name].items():
        if key == "procedureCode":
            service["procedureIdentifier"] = "HC" if value else ""
        service[key] = _stated(value)
    said[name] = _filled(service, blanks, number)
    said["drugIdentification"] = _drug(number, line, blanks, professional=professional, with_ids=with_ids)
    return _filled(said, blanks, number)


def _stated(value: Any) -> Any:
    """A value, without the empty ones of an object."""
    return {name: inner for name, inner in value.items() if inner} if isinstance(value, dict) else value


def _drug(number: int, line: Line, blanks: Blanks, *, professional: bool, with_ids: bool) -> dict[str, Any]:
    parts = drug.of_drug(line.drug)
    prescription = line.drug.prescription_number if with_ids and line.drug else None
    if not parts.named() and not prescription:
        return {}
    named = drug.clearinghouse(parts, professional=professional)
    return _filled({**named, "pharmacyPrescriptionNumber": prescription}, blanks, number)


def _filled(named: Mapping[str, Any], blanks: Blanks, line: int = 0) -> dict[str, Any]:
    """The properties that have a value; those without one are noted where the body asks for them."""
    for name, value in named.items():
        blanks.add(name, value or name in _OPTIONAL, line=line)
    return {name: value for name, value in named.items() if value}


def _date(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""


def _notes(claim: Claim, blanks: Blanks, *, professional: bool) -> Iterator[str]:
    always = "everything about submitter, receiver, subscriber and provider"
    yield f"Left out: {'; '.join([always, *blanks.words()])}."
    if not professional and any(line.drug and "." in drug.of_drug(line.drug).quantity for line in claim.lines):
        yield "nationalDrugUnitCount with decimals: ask the clearinghouse, whose institutional body may take whole numbers only."
