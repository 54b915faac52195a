"""The clearinghouse's body in the shape of a CMS-1500, to a claim.

Stedi defined it beside the 837 body: service lines at the top, dates with hyphens, diagnoses as codes instead of pointers,
units of the NDC as words. Only what the rules need is read: no name, member number, birth date or address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from j1553ref.claim import Claim, Drug, InputError, Line
from j1553ref.code import CODE
from j1553ref.readers import kinds
from j1553ref.readers.reading import Node, Reading, Row, Table, kind, whole

__all__ = ["CLAIM", "FORMAT", "LINE", "NAMES", "claim", "claims", "recognizes"]

FORMAT = "cms1500-body"

_LINES, _ENCOUNTER = "serviceLines", "encounter"
_AROUND = (_ENCOUNTER, "billing", "insured")
_NDC_UNITS = {"INTERNATIONAL_UNIT": "F2", "GRAM": "GR", "MILLIGRAM": "ME", "MILLILITER": "ML", "UNIT": "UN"}
#: Kind of insurance -> the claim filing indicator that says the same.
_INSURANCE = {"MEDICARE": "MB", "MEDICAID": "MC", "TRICARE": "CH"}

_COUNT = replace(kinds.COUNT, number=None)
_DRUG_UNITS = replace(kinds.DRUG_UNITS, number=None)
_MONEY = replace(kinds.MONEY, number=None)
_UNIT = kind(
    "|".join((*_NDC_UNITS, *_NDC_UNITS.values())),
    " or ".join((", ".join([*_NDC_UNITS][:-1]), [*_NDC_UNITS][-1])),
    lambda text: _NDC_UNITS.get(text, text),
    keyword="enum",
    field="unit",
)
_FILING = kind("[A-Z_]{1,40}", "a kind of insurance in capital letters", _INSURANCE.get)

DRUG = Table(
    Drug,
    Row("ndc", "nationalDrugCode", kinds.NDC),
    Row("quantity", "unitCount", replace(kinds.QUANTITY, number=None)),
    Row("unit", "unitOfMeasure", _UNIT),
    Row("prescription_number", "associationNumber", kinds.IDENTIFIER),
    fixed={"has_qualifier_slot": False},
    open=True,
)
LINE = Table(
    Line,
    Row("procedure_code", "procedureCode/code", kinds.PROCEDURE),
    Row("modifiers", "procedureCode/modifiers/*", kinds.MODIFIER, most=4),
    Row("start", "datesOfService/start", kinds.DAY),
    Row("end", "datesOfService/end", kinds.DAY),
    Row("units", "units", _COUNT),
    Row("charge", "lineItemChargeAmount", _MONEY),
    Row("place_of_service", "placeOfService", kinds.PLACE),
    Row("drug", "drugIdentification", DRUG),
    required=("units", "procedureCode/code"),
    beside={"diagnosisCodes": ("diagnosis_pointers",)},
    open=True,
)
CLAIM = Table(
    Claim,
    Row("claim_id", "billing/patientControlNumber", kinds.IDENTIFIER),
    Row("total_charge", "billing/totalCharge", _MONEY),
    fixed={"format": FORMAT, "form": "cms1500"},
    beside={
        _LINES: ("lines", LINE),
        f"{_ENCOUNTER}/primaryDiagnosisCode": ("diagnoses",),
        f"{_ENCOUNTER}/additionalDiagnosisCodes": ("diagnoses",),
        f"{_ENCOUNTER}/primaryPlaceOfService": ("place_of_service",),
        "insured/insuranceType": ("claim_filing_code",),
    },
    open=True,
)
#: Every property that is read: the names that may be shown in a pointer.
NAMES = frozenset(step for path in CLAIM.beside for step in path.split("/")).union(
    CLAIM.names, LINE.names, ("diagnosisCodes",)
)


def recognizes(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object is meant to be such a body.

    >>> recognizes({"serviceLines": [], "billing": {}}), recognizes({"serviceLines": [{"procedureCode": {"code": "J1553"}}]})
    (True, True)
    >>> recognizes({"claimInformation": {}, "billing": {}})
    False
    """
    lines = document.get(_LINES)
    if _LINES not in document or "claimInformation" in document:
        return False
    inside = [line for line in (lines if isinstance(lines, list) else ()) if isinstance(line, dict)]
    return not document.keys().isdisjoint(_AROUND) or any(
        isinstance(line.get("procedureCode"), dict) for line in inside
    )


def claims(document: Mapping[str, Any]) -> Iterator[Claim]:
    """The one claim of a document, as an iterator like those of the other formats.

    >>> [found.format for found in claims({"serviceLines": [], "billing": {}})]
    ['cms1500-body']
    """
    yield claim(document)


def claim(document: Mapping[str, Any]) -> Claim:
    """The claim of a body; problems of shape are in ``shape``.

    A line names its diagnoses as codes: its pointers are their places among those of the encounter, and a code that is not
    among them follows them. Raises :class:`~j1553ref.claim.InputError` for another document. Source: the published
    definition of the body.

    >>> line = {"procedureCode": {"code": "J1553"}, "units": "400", "datesOfService": {"start": "2026-05-04"}}
    >>> found = claim({"serviceLines": [line], "insured": {"insuranceType": "MEDICARE"}})
    >>> found.lines[0].units, found.lines[0].start.isoformat(), found.claim_filing_code
    (400, '2026-05-04', 'MB')
    """
    if not recognizes(document):
        raise InputError("JSON, but not the body of a CMS-1500: expected an object with serviceLines and encounter")
    return whole(document, _claim, FORMAT)


def _claim(part: Reading) -> Claim:
    part.fill(CLAIM)
    insured, encounter = (_object(part, name) for name in ("insured", _ENCOUNTER))
    insurance = insured and insured.at("insuranceType")
    if insurance and (filing := _FILING.value(insurance.value)):
        part.fields["claim_filing_code"], part.places["claim_filing_code"] = filing, insurance.pointer
    diagnoses = _Diagnoses(part, encounter)
    place = encounter.at("primaryPlaceOfService") if encounter else None
    part.require(_LINES, "a list of the service lines")
    nodes = part.elements("lines", part.at(_LINES))
    if not all(node.is_object() for node in nodes):
        part.damaged.add("lines")
    part.fields["lines"] = tuple(_line(node, place, diagnoses) for node in nodes if isinstance(node.value, dict))
    diagnoses.put()
    part.astray(CLAIM)
    return part.made(CLAIM)


def _object(part: Reading, name: str) -> Node | None:
    node = part.at(name)
    return node if node and node.is_object() else None


class _Diagnoses:
    """The diagnosis codes of the encounter, and those that only a line names."""

    def __init__(self, part: Reading, encounter: Node | None) -> None:
        self._part = part
        #: code without its point -> its number and the place of its first mention
        self._found: dict[str, tuple[str, str]] = {}
        if encounter is None:
            return
        nodes = [node] if (node := encounter.at("primaryDiagnosisCode")) else []
        for node in (*nodes, *part.elements("diagnoses", encounter.at("additionalDiagnosisCodes"))):
            part.places.setdefault("diagnoses", node.pointer)
            if self.number(node) is None:
                part.damaged.add("diagnoses")

    def number(self, node: Node) -> int | None:
        """The number of a code, from 1; None where it cannot be read."""
        code = node.read(kinds.DIAGNOSIS)
        if code is None:
            return None
        self._found.setdefault(code.replace(".", ""), (code, node.pointer))
        return [*self._found].index(code.replace(".", "")) + 1

    def put(self) -> None:
        """Into the claim, unless one is damaged, since the lines point to them by number."""
        part = self._part
        if self._found and "diagnoses" not in part.damaged:
            part.fields["diagnoses"] = tuple(code for code, _ in self._found.values())
            for index, (_, place) in enumerate(self._found.values()):
                part.places.setdefault("diagnoses", place)
                part.places[f"diagnoses.{index}"] = place


def _line(node: Node, place: Node | None, diagnoses: _Diagnoses) -> Line:
    part = Reading(node.value, node.pointer, node.problems)
    part.ask(LINE)
    procedure = part.at("procedureCode")
    code = procedure.at("code") if procedure else None
    of_drug = bool(code) and str(code.value if code else "").strip().upper() == CODE
    rows = {"units": Row("units", "units", _DRUG_UNITS)} if of_drug else {}
    # The line's own place of service, else the encounter's.
    part.fill(LINE, rows=rows, otherwise={"place_of_service": place})
    numbers: list[int] = []
    for found in part.elements("diagnosis_pointers", part.at("diagnosisCodes")):
        part.places[f"diagnosis_pointers.{len(numbers)}"] = found.pointer
        number = diagnoses.number(found)
        if number is None:
            part.damaged.add("diagnosis_pointers")
        else:
            numbers.append(number)
    part.fields["diagnosis_pointers"] = tuple(numbers)
    part.astray(LINE)
    return part.made(LINE)
