"""The JSON body of an 837 claim as clearinghouses take it, professional and institutional, to a claim.

Change Healthcare and Optum defined it (professional claims v3, institutional claims v1), Stedi takes the same body.
Every value in it is text. Only the fields that the rules need are read: nobody's name, number or address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from j1553ref.claim import Claim, Drug, Line, ShapeProblem
from j1553ref.code import CODE
from j1553ref.shape import LIMIT, shown

__all__ = ["FORMAT", "NAMES", "claim", "claims", "recognizes"]

FORMAT = "clearinghouse"

#: Every property that is read: the names that may be shown in a pointer.
NAMES = frozenset({
    "assignedNumber", "beginServiceDate", "claimChargeAmount", "claimDateInformation", "claimFilingCode",
    "claimFrequencyCode", "claimInformation", "compositeDiagnosisCodePointers", "diagnosisCode",
    "diagnosisCodePointers", "diagnosisTypeCode", "drugIdentification", "endServiceDate", "healthCareCodeInformation",
    "institutionalService", "lineItemChargeAmount", "measurementUnit", "measurementUnitCode", "nationalDrugCode",
    "nationalDrugUnitCount", "otherDiagnosisCode", "otherDiagnosisInformationList", "patientControlNumber",
    "pharmacyPrescriptionNumber", "placeOfServiceCode", "principalDiagnosis", "principalDiagnosisCode",
    "procedureCode", "procedureIdentifier", "procedureModifiers", "professionalService", "qualifierCode",
    "serviceDate", "serviceDateEnd", "serviceIdQualifier", "serviceLineDateInformation", "serviceLineRevenueCode",
    "serviceLines", "serviceUnitCount", "statementBeginDate", "statementEndDate",
})  # fmt: skip

_PROFESSIONAL, _INSTITUTIONAL, _DENTAL = "professionalService", "institutionalService", "dentalService"
_FORMS = {_PROFESSIONAL: "cms1500", _INSTITUTIONAL: "ub04"}
#: Places for modifiers on a line: a fifth one would be lost on the way.
_MOST_MODIFIERS = 4
#: Diagnosis types of ICD-9: such a code is no ICD-10-CM code, so the list cannot be judged.
_ICD_9 = frozenset({"BF", "BK"})
#: One published definition misprints its two units as one value, and programs made from it send that value.
_MISPRINT = "DA, UN"

T = TypeVar("T")


def recognizes(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object is meant to be a clearinghouse body.

    >>> recognizes({"claimInformation": {}, "subscriber": {}}), recognizes({"form": "ub04", "lines": []})
    (True, False)
    """
    return "claimInformation" in document


def claims(document: Mapping[str, Any]) -> Iterator[Claim]:
    """The one claim of a document, as an iterator like those of the other formats."""
    yield claim(document)


def claim(document: Mapping[str, Any]) -> Claim:
    """The claim of a body as :func:`j1553ref.readers.strict.parse` makes it; problems of shape are in ``shape``.

    A property that is ``null`` counts as absent. What is damaged is ``None`` and named in ``damaged``. Nothing is
    filled in: a line without a date of service takes the institutional claim's statement date only where that
    statement covers a single day. Sources: the clearinghouses' published definitions.

    >>> line = {"serviceDate": "20260504", "professionalService": {"procedureCode": "J1553", "serviceUnitCount": 400}}
    >>> found = claim({"claimInformation": {"claimFilingCode": "MB", "serviceLines": [line]}})
    >>> found.form, found.lines[0].start.isoformat(), found.lines[0].units
    ('cms1500', '2026-05-04', None)
    >>> found.shape[0].pointer, found.shape[0].expected
    ('/claimInformation/serviceLines/0/professionalService/serviceUnitCount', 'text in quotes ("400", not 400)')
    """
    problems = _Problems()
    try:
        return _claim(_Node(document, "", problems).object("claimInformation"), problems)
    except _Enough:
        # The rest was not looked at, so nothing of it may be read.
        return Claim(pointer="", format=FORMAT, damaged=frozenset({"lines"}), shape=tuple(problems.found))


# -- values: how each is written ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Kind(Generic[T]):
    """How one kind of value is written as text, and what is made of it; ``read`` raises ValueError for nonsense."""

    pattern: re.Pattern[str]
    expected: str
    read: Callable[[str], T]
    keyword: str = "pattern"
    #: a number sent bare is the same text in quotes; of a code it may have lost its leading zeros
    numeric: bool = False
    private: bool = False


def _kind(pattern: str, expected: str, read: Callable[[str], T], **more: Any) -> _Kind[T]:
    return _Kind(re.compile(pattern, re.ASCII), expected, read, **more)


def _code(pattern: str, expected: str, **more: Any) -> _Kind[str]:
    return _kind(pattern, expected, str, **more)


def _one_of(*values: str) -> _Kind[str]:
    return _code("|".join(values), " or ".join(f'"{each}"' for each in values), keyword="enum")


_DECIMAL = r"([0-9]{1,15}(\.[0-9]{0,6})?|\.[0-9]{1,6})"
_DATE = _kind("[0-9]{8}", 'a calendar date written like "20260504"', date.fromisoformat, numeric=True)
_COUNT = _kind(_DECIMAL, 'a number of units written like "350"', Decimal, numeric=True)
_MONEY = _kind(_DECIMAL, 'dollars written like "9600.00"', Decimal, numeric=True)
#: A quantity below zero is readable, and a matter of the rules.
_QUANTITY = _kind(f"-?{_DECIMAL}", 'an NDC quantity written like "350"', Decimal, numeric=True)
_PROCEDURE = _code("[0-9A-Z]{5}", 'five digits or capital letters, such as "J1553"')
_MODIFIER = _code("[0-9A-Z]{2}", 'two digits or capital letters, such as "JZ"')
_PLACE = _code("[0-9]{2}", 'a place of service code of two digits, such as "11"')
_FACILITY = _code("[0-9]{2}", 'the first two digits of the type of bill, such as "13"; the third is claimFrequencyCode')
_FREQUENCY = _code("[0-9A-Z]", 'the last character of the type of bill, such as "1"')
_REVENUE = _kind("[0-9]{3,4}", 'a revenue code of four digits, such as "0636"', lambda text: text.zfill(4))
_POINTER = _kind("[1-9][0-9]?", 'the number of a diagnosis, from 1, such as "1"', int, numeric=True)
_ICD_10 = _code("[A-Z][0-9][0-9A-Z]{1,5}", 'an ICD-10-CM code without the point, such as "D839"')
_TYPE = _code("[A-Z]{2,3}", 'the type of the diagnosis code, such as "ABK"')
_FILING = _code("[0-9A-Z]{2}", 'a claim filing indicator, such as "MB"')
_BASIS = _one_of("UN", "MJ", "DA")
_NDC = _code("(?s:.{1,48})", "an NDC")
_QUALIFIER = _code("[0-9A-Z]{2}", 'what kind of number it is, "N4" for an NDC')
_NDC_UNIT = _one_of("F2", "GR", "ME", "ML", "UN")
_NUMBER = _kind("[0-9]{1,6}", 'the number of the line, such as "1"', int, numeric=True)
_IDENTIFIER = _code("[ -~]{1,50}", "at most 50 printable characters", private=True)


# -- the document: problems, objects, and the parts of the claim --------------------------------------------------


class _Enough(Exception):  # noqa: N818 - not an error: the collection is full
    """Stops the reading."""


@dataclass(slots=True)
class _Problems:
    """The problems found so far. Every name in their pointers is one that we know, so all of it may be shown."""

    found: list[ShapeProblem] = field(default_factory=list)

    def add(self, pointer: str, keyword: str, expected: str, actual: str) -> None:
        self.found.append(ShapeProblem(pointer, keyword, expected, actual, pointer))
        if len(self.found) >= LIMIT:
            raise _Enough

    def value(self, pointer: str, value: Any, kind: _Kind[T]) -> T | None:
        """The value at a pointer; None, and a problem, where it is not text or not written as it should be."""
        if not isinstance(value, str):
            self.add(pointer, "type", _in_quotes(value, kind), shown(value, private=kind.private))
            return None
        if kind.pattern.fullmatch(value):
            try:
                return kind.read(value)
            except ValueError:
                pass  # the thirtieth of February
        self.add(pointer, kind.keyword, kind.expected, shown(value, private=kind.private))
        return None


def _in_quotes(value: Any, kind: _Kind[Any]) -> str:
    number = shown(value, private=kind.private) if kind.numeric and type(value) in (int, Decimal) else ""
    if kind.pattern.fullmatch(number):
        return f'text in quotes ("{number}", not {number})'
    return "text in quotes" if kind.private else f"text in quotes: {kind.expected}"


@dataclass(frozen=True, slots=True)
class _Node:
    """A JSON object of the document, with its place. A property that is null counts as absent."""

    value: Mapping[str, Any]
    pointer: str
    problems: _Problems

    def has(self, name: str) -> bool:
        return self.value.get(name) is not None

    def place(self, name: str) -> str:
        return f"{self.pointer}/{name}"

    def require(self, name: str, expected: str) -> None:
        if not self.has(name):
            self.problems.add(self.pointer, "required", f"{name}, {expected}", "<absent>")

    def object(self, name: str) -> _Node | None:
        """The object under a name; None where there is none, and a problem where something else stands there."""
        return _node(self.value[name], self.place(name), self.problems) if self.has(name) else None

    def list(self, name: str) -> list[tuple[str, Any]]:
        """Place and value of each element of the list under a name; a problem where something else stands there."""
        return _elements(self.value[name], self.place(name), self.problems) if self.has(name) else []


def _node(value: Any, pointer: str, problems: _Problems) -> _Node | None:
    if isinstance(value, dict):
        return _Node(value, pointer, problems)
    problems.add(pointer, "type", "an object in braces", shown(value))
    return None


def _elements(value: Any, pointer: str, problems: _Problems) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [(f"{pointer}/{index}", each) for index, each in enumerate(value)]
    problems.add(pointer, "type", "a list in brackets", shown(value))
    return []


class _Part:
    """A part of the claim that is being read: notes where each field stands and which could not be read."""

    def __init__(self, pointer: str, problems: _Problems) -> None:
        self.pointer = pointer
        self.problems = problems
        self.places: dict[str, str] = {}
        self.damaged: set[str] = set()

    def where(self) -> dict[str, Any]:
        """The arguments that every :class:`~j1553ref.claim.Part` has."""
        return {"pointer": self.pointer, "places": self.places, "damaged": frozenset(self.damaged)}

    def get(self, name: str, node: _Node | None, key: str, kind: _Kind[T]) -> T | None:
        """The field ``name`` from the property ``key`` of an object."""
        if node is None or not node.has(key):
            return None
        place = self.places[name] = node.place(key)
        found = self.problems.value(place, node.value[key], kind)
        if found is None:
            self.damaged.add(name)
        return found

    def object(self, node: _Node, key: str, *names: str) -> _Node | None:
        """The object under a property; the fields ``names`` are damaged where it is none."""
        found = node.object(key)
        if node.has(key):
            if found is None:
                self.damaged.update(names)
            self.places |= dict.fromkeys(names if found is None else names[:1], node.place(key))
        return found

    def list(self, name: str, node: _Node | None, key: str, kind: _Kind[T], most: int | None = None) -> tuple[T, ...]:
        """The sound elements of the list under a property; the field is damaged where one is not sound."""
        if node is None or not node.has(key):
            return ()
        place = self.places[name] = node.place(key)
        elements = node.list(key)
        if most is not None and len(elements) > most:
            self.problems.add(place, "maxItems", f"at most {most} items", shown(node.value[key]))
            self.damaged.add(name)
        read = [(at, self.problems.value(at, each, kind)) for at, each in elements]
        sound = [(at, each) for at, each in read if each is not None]
        if len(sound) < len(read) or not isinstance(node.value[key], list):
            self.damaged.add(name)
        self.places |= {f"{name}.{index}": at for index, (at, _) in enumerate(sound)}
        return tuple(each for _, each in sound)


# -- the claim ----------------------------------------------------------------------------------------------------


def _claim(info: _Node | None, problems: _Problems) -> Claim:
    part = _Part("", problems)
    if info is None:
        return Claim(format=FORMAT, shape=tuple(problems.found), **part.where())
    info.require("serviceLines", "the list of the service lines")
    nodes = [_node(each, place, problems) for place, each in info.list("serviceLines")]
    if info.has("serviceLines"):
        part.places["lines"] = info.place("serviceLines")
        if not nodes or None in nodes:
            part.damaged.add("lines")
    service = next((each for node in nodes if node for each in (*_FORMS, _DENTAL) if node.has(each)), None)
    if service == _DENTAL:
        nodes = []  # a claim, but none that could hold the drug
    institutional = service == _INSTITUTIONAL
    statement = _statement(info) if institutional else None
    return Claim(
        format=FORMAT,
        form=_FORMS.get(service or ""),
        claim_filing_code=part.get("claim_filing_code", info, "claimFilingCode", _FILING),
        claim_id=part.get("claim_id", info, "patientControlNumber", _IDENTIFIER),
        type_of_bill=_type_of_bill(part, info) if institutional else None,
        total_charge=part.get("total_charge", info, "claimChargeAmount", _MONEY),
        diagnoses=_diagnoses(part, info, institutional=institutional),
        lines=tuple(_line(node, service, info, statement) for node in nodes if node),
        **part.where(),
        shape=tuple(problems.found),
    )


def _type_of_bill(part: _Part, info: _Node) -> str | None:
    """Facility type and frequency: despite its name ``placeOfServiceCode`` is no place of service here."""
    frequency = part.get("type_of_bill", info, "claimFrequencyCode", _FREQUENCY)
    facility = part.get("type_of_bill", info, "placeOfServiceCode", _FACILITY)
    return facility + frequency if facility and frequency else None


def _statement(info: _Node) -> tuple[str, date] | None:
    """The one day of the statement, and where it stands; None where it is not one day, or cannot be told."""
    dates = info.value.get("claimDateInformation")
    if not isinstance(dates, dict):
        return None
    first, last = dates.get("statementBeginDate"), dates.get("statementEndDate")
    if not isinstance(first, str) or first != last or not _DATE.pattern.fullmatch(first):
        return None
    try:
        return f"{info.place('claimDateInformation')}/statementBeginDate", _DATE.read(first)
    except ValueError:
        return None


def _diagnoses(part: _Part, info: _Node, *, institutional: bool) -> tuple[str, ...]:
    """All of the diagnosis codes in their order, or none where one is damaged, since lines point to them by number."""
    if institutional:
        found = _institutional_diagnoses(part, info)
    else:
        rows = [_node(each, at, part.problems) for at, each in info.list("healthCareCodeInformation")]
        if info.has("healthCareCodeInformation"):
            part.places["diagnoses"] = info.place("healthCareCodeInformation")
        found = [_diagnosis(row, "diagnosisCode", "diagnosisTypeCode") for row in rows]
        if info.has("healthCareCodeInformation") and not found:
            part.damaged.add("diagnoses")
    codes = [code for code in found if code]
    if len(codes) < len(found):
        part.damaged.add("diagnoses")
    if "diagnoses" in part.damaged:
        return ()
    part.places |= {f"diagnoses.{index}": place for index, (place, _) in enumerate(codes)}
    return tuple(code for _, code in codes)


def _institutional_diagnoses(part: _Part, info: _Node) -> list[tuple[str, str] | None]:
    """The principal and the other diagnoses; the others stand in lists inside a list."""
    found = []
    if first := part.object(info, "principalDiagnosis", "diagnoses"):
        found.append(_diagnosis(first, "principalDiagnosisCode", "qualifierCode"))
    for place, rows in info.list("otherDiagnosisInformationList"):
        part.places.setdefault("diagnoses", info.place("otherDiagnosisInformationList"))
        if not isinstance(rows, list):
            part.damaged.add("diagnoses")
        for at, each in _elements(rows, place, part.problems):
            found.append(_diagnosis(_node(each, at, part.problems), "otherDiagnosisCode", "qualifierCode"))
    return found


def _diagnosis(node: _Node | None, code: str, type_: str) -> tuple[str, str] | None:
    """Place and ICD-10-CM code of one diagnosis."""
    if node is None:
        return None
    node.require(code, _ICD_10.expected)
    part = _Part(node.pointer, node.problems)
    if part.get("type", node, type_, _TYPE) in _ICD_9:
        return None
    found = part.get("code", node, code, _ICD_10)
    return (part.places["code"], found) if found else None


def _line(node: _Node, key: str | None, info: _Node, statement: tuple[str, date] | None) -> Line:
    part = _Part(node.pointer, node.problems)
    node.require(key or _PROFESSIONAL, "the service of the line" if key else f"or {_INSTITUTIONAL}")
    professional, institutional = key == _PROFESSIONAL, key == _INSTITUTIONAL
    service = None
    if key:
        service = part.object(node, key, "service", "procedure_code", "modifiers", "units", "charge", "revenue_code")
        part.places.pop("service", None)
        part.damaged.discard("service")
    if service:
        service.require("serviceUnitCount", _COUNT.expected)
        service.require(
            *("procedureCode", _PROCEDURE.expected) if professional else ("serviceLineRevenueCode", _REVENUE.expected)
        )
    if professional:
        node.require("serviceDate", _DATE.expected)
    procedure = _procedure(part, service)
    start, end = _dates(part, node, statement, institutional=institutional)
    return Line(
        procedure_code=procedure,
        modifiers=part.list("modifiers", service, "procedureModifiers", _MODIFIER, _MOST_MODIFIERS),
        units=_units(part, service, procedure),
        unit_basis=_basis(part, service),
        start=start,
        end=end,
        place_of_service=_place_of_service(part, service, info) if professional else None,
        revenue_code=part.get("revenue_code", service, "serviceLineRevenueCode", _REVENUE) if institutional else None,
        diagnosis_pointers=_pointers(part, service) if professional else (),
        charge=part.get("charge", service, "lineItemChargeAmount", _MONEY),
        drug=_drug(part, node, professional=professional),
        line_number=part.get("line_number", node, "assignedNumber", _NUMBER),
        **part.where(),
    )
