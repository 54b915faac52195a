"""The JSON body of an 837 claim as clearinghouses take it, professional and institutional, to a claim.

Change Healthcare and Optum defined it (professional claims v3, institutional claims v1); Stedi takes the same body.
Every value in it is text. Only what the rules need is read: no name, member number, birth date or address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from j1553ref.claim import Claim, Drug, InputError, Line, ShapeProblem
from j1553ref.code import CODE
from j1553ref.redaction import shown
from j1553ref.shape import LIMIT

__all__ = ["FORMAT", "NAMES", "claim", "claims", "recognizes"]

FORMAT = "clearinghouse"

#: Every property that is read: the names that may be shown in a pointer.
NAMES = frozenset(
    {
        "assignedNumber",
        "beginServiceDate",
        "claimChargeAmount",
        "claimDateInformation",
        "claimFilingCode",
        "claimFrequencyCode",
        "claimInformation",
        "compositeDiagnosisCodePointers",
        "diagnosisCode",
        "diagnosisCodePointers",
        "diagnosisTypeCode",
        "drugIdentification",
        "endServiceDate",
        "healthCareCodeInformation",
        "institutionalService",
        "lineItemChargeAmount",
        "measurementUnit",
        "measurementUnitCode",
        "nationalDrugCode",
        "nationalDrugUnitCount",
        "otherDiagnosisCode",
        "otherDiagnosisInformationList",
        "patientControlNumber",
        "pharmacyPrescriptionNumber",
        "placeOfServiceCode",
        "principalDiagnosis",
        "principalDiagnosisCode",
        "procedureCode",
        "procedureIdentifier",
        "procedureModifiers",
        "professionalService",
        "qualifierCode",
        "serviceDate",
        "serviceDateEnd",
        "serviceIdQualifier",
        "serviceLineDateInformation",
        "serviceLineRevenueCode",
        "serviceLines",
        "serviceUnitCount",
        "statementBeginDate",
        "statementEndDate",
    }
)

_PROFESSIONAL, _INSTITUTIONAL, _DENTAL = "professionalService", "institutionalService", "dentalService"
_FORMS = {_PROFESSIONAL: "cms1500", _INSTITUTIONAL: "ub04"}
#: Places for modifiers on a line; a further one would be lost on its way.
_MOST_MODIFIERS = 4

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

    A property that is ``null`` or empty text counts as absent. What is damaged is ``None`` and named in ``damaged``.
    Nothing is made up: an institutional line without a date of service takes the day of the statement only where
    the statement covers a single day, and ``places`` then points there. Raises
    :class:`~j1553ref.claim.InputError` for a document without ``claimInformation``. Source: the published
    definitions of the body.

    >>> line = {"serviceDate": "20260504", "professionalService": {"procedureCode": "J1553", "serviceUnitCount": 400}}
    >>> found = claim({"claimInformation": {"claimFilingCode": "MB", "serviceLines": [line]}})
    >>> found.form, found.lines[0].start.isoformat(), found.lines[0].units
    ('cms1500', '2026-05-04', None)
    >>> found.shape[0].pointer, found.shape[0].expected
    ('/claimInformation/serviceLines/0/professionalService/serviceUnitCount', 'text in quotes ("400", not 400)')
    """
    if not recognizes(document):
        raise InputError("JSON, but not a clearinghouse body: expected an object with claimInformation")
    problems = _Problems()
    try:
        found = _claim(_Node(document, "", problems))
    except _Enough:
        # The rest was not looked at, so nothing of it may be read.
        found = Claim(pointer="", format=FORMAT, damaged=frozenset({"lines"}))
    return replace(found, shape=tuple(problems.found.values()))


def _claim(root: _Node) -> Claim:
    part = _Part(root)
    root.require("claimInformation", "an object with the claim")
    info = part.object(root.at("claimInformation"), "lines")
    lines, service = _service_lines(part, info)
    institutional = service == _INSTITUTIONAL
    statement = _statement(info) if institutional else None
    return Claim(
        format=FORMAT,
        form=_FORMS.get(service),
        claim_filing_code=part.get("claim_filing_code", info.at("claimFilingCode"), _FILING),
        claim_id=part.get("claim_id", info.at("patientControlNumber"), _IDENTIFIER),
        type_of_bill=_type_of_bill(part, info) if institutional else None,
        total_charge=part.get("total_charge", info.at("claimChargeAmount"), _MONEY),
        diagnoses=_diagnoses(part, info, institutional=institutional),
        lines=tuple(_line(each, service, info, statement) for each in lines),
        **part.where(),
    )


def _service_lines(part: _Part, info: _Node) -> tuple[list[_Node], str]:
    """The service lines, and the name of the service that they hold."""
    info.require("serviceLines", "a list of the service lines")
    there = info.at("serviceLines")
    found = part.items("lines", there)
    lines = [each for each in found if each.is_object()]
    if len(lines) < len(found):
        part.damaged.add("lines")
    if there and there.value == []:
        info.problems.add(there, "minItems", "at least 1 item")
    service = next((name for line in lines for name in (*_FORMS, _DENTAL) if line.at(name)), "")
    # A dental claim is a claim, but none that could hold the drug.
    return ([] if service == _DENTAL else lines), service


def _type_of_bill(part: _Part, info: _Node) -> str | None:
    """Facility type and frequency: despite its name ``placeOfServiceCode`` is no place of service here."""
    frequency = part.get("type_of_bill", info.at("claimFrequencyCode"), _FREQUENCY)
    facility = part.get("type_of_bill", info.at("placeOfServiceCode"), _FACILITY)
    return facility + frequency if facility and frequency else None


def _statement(info: _Node) -> tuple[str, date] | None:
    """Place and date of the statement's one day; None where it covers more, or where that cannot be told."""
    dates = info.at("claimDateInformation")
    first, last = (dates.at("statementBeginDate"), dates.at("statementEndDate")) if dates else (None, None)
    if not first or not last or first.value != last.value:
        return None
    # Read only where a line has no date of its own, so how these are written is not judged.
    day = _Node(first.value, first.pointer, _Problems()).read(_DATE)
    return (first.pointer, day) if day else None


def _diagnoses(part: _Part, info: _Node, *, institutional: bool) -> tuple[str, ...]:
    """All diagnosis codes in their order, or none where one is damaged, since lines point to them by number."""
    if not institutional:
        rows = part.items("diagnoses", info.at("healthCareCodeInformation"))
        found = [(each, "diagnosisTypeCode", "diagnosisCode") for each in rows]
    else:
        first = info.at("principalDiagnosis")
        found = [(first, "qualifierCode", "principalDiagnosisCode")] if first else []
        part.places |= {"diagnoses": first.pointer} if first else {}
        # The others stand in lists inside a list.
        for row in part.items("diagnoses", info.at("otherDiagnosisInformationList")):
            found += [(each, "qualifierCode", "otherDiagnosisCode") for each in part.items("diagnoses", row)]
    codes = [_diagnosis(*each) for each in found]
    sound = [each for each in codes if each]
    if len(sound) < len(codes):
        part.damaged.add("diagnoses")
    if "diagnoses" in part.damaged:
        return ()
    part.places |= {f"diagnoses.{index}": place for index, (place, _) in enumerate(sound)}
    return tuple(code for _, code in sound)


def _diagnosis(node: _Node, code_set: str, name: str) -> tuple[str, str] | None:
    """Place and ICD-10-CM code of one diagnosis; None for a damaged one, and for a code of ICD-9."""
    if not node.is_object():
        return None
    node.require(name, _ICD_10.expected)
    older, code = node.at(code_set), node.at(name)
    if code is None or (older and older.value in ("BF", "BK")):
        return None
    found = code.read(_ICD_10)
    return (code.pointer, found) if found else None


def _line(node: _Node, service_name: str, info: _Node, statement: tuple[str, date] | None) -> Line:
    part = _Part(node)
    service = _service(part, node, service_name)
    professional, institutional = (service.there and service_name == each for each in (_PROFESSIONAL, _INSTITUTIONAL))
    procedure = _procedure(part, service)
    start, end = _dates(part, node, statement, institutional=institutional)
    return Line(
        procedure_code=procedure,
        modifiers=part.list("modifiers", service.at("procedureModifiers"), _MODIFIER, most=_MOST_MODIFIERS),
        units=_units(part, service, procedure),
        unit_basis=part.get("unit_basis", service.at("measurementUnit"), _BASIS),
        start=start,
        end=end,
        place_of_service=_place_of_service(part, service, info) if professional else None,
        revenue_code=part.get("revenue_code", service.at("serviceLineRevenueCode"), _REVENUE)
        if institutional
        else None,
        diagnosis_pointers=_pointers(part, service) if professional else (),
        charge=part.get("charge", service.at("lineItemChargeAmount"), _MONEY),
        drug=_drug(part, node, professional=professional),
        line_number=part.get("line_number", node.at("assignedNumber"), _NUMBER),
        **part.where(),
    )


def _service(part: _Part, node: _Node, name: str) -> _Node:
    """The service of a line; asked for is only what every definition requires and no line can be judged without."""
    if not name:
        node.require(_PROFESSIONAL, f"or {_INSTITUTIONAL}")
        return node.nothing()
    node.require(name, "the service of the line")
    fields = (
        "procedure_code",
        "modifiers",
        "units",
        "charge",
        "revenue_code",
        "place_of_service",
        "diagnosis_pointers",
    )
    service = part.object(node.at(name), *fields)
    service.require("serviceUnitCount", _COUNT.expected)
    if name == _INSTITUTIONAL:
        service.require("serviceLineRevenueCode", _REVENUE.expected)
    elif service.there:
        service.require("procedureCode", _PROCEDURE.expected)
        node.require("serviceDate", _DATE.expected)
    return service


def _procedure(part: _Part, service: _Node) -> str | None:
    """The HCPCS or CPT code; a code of another code set may be written in other ways."""
    code_set = service.at("procedureIdentifier")
    kind = _OTHER_PROCEDURE if code_set and code_set.value != "HC" else _PROCEDURE
    return part.get("procedure_code", service.at("procedureCode"), kind)


def _units(part: _Part, service: _Node, procedure: str | None) -> int | None:
    """Whole units. The body allows decimals, which other codes may need; of this drug only whole units are billed."""
    there = service.at("serviceUnitCount")
    count = part.get("units", there, _COUNT)
    if there is None or count is None:
        return None
    if count == count.to_integral_value():
        return int(count)
    part.damaged.add("units")
    if procedure == CODE:
        there.problems.add(there, "pattern", "a whole number of billing units")
    return None


def _dates(
    part: _Part, node: _Node, statement: tuple[str, date] | None, *, institutional: bool
) -> tuple[date | None, date | None]:
    """First and last date of service of a line."""
    first, last = node.at("serviceDate"), node.at("serviceDateEnd")
    if institutional and not first:
        older = part.object(node.at("serviceLineDateInformation"), "start")
        first, last = older.at("serviceDate") or older.at("beginServiceDate"), older.at("endServiceDate") or last
    start, end = part.get("start", first, _DATE), part.get("end", last, _DATE)
    if "start" not in part.places and statement:
        part.places["start"], start = statement
    return start, end


def _place_of_service(part: _Part, service: _Node, info: _Node) -> str | None:
    """The line's own place of service, else the claim's."""
    return part.get("place_of_service", service.at("placeOfServiceCode") or info.at("placeOfServiceCode"), _PLACE)


def _pointers(part: _Part, service: _Node) -> tuple[int, ...]:
    composite = part.object(service.at("compositeDiagnosisCodePointers"), "diagnosis_pointers")
    return part.list("diagnosis_pointers", composite.at("diagnosisCodePointers"), _POINTER)


def _drug(line: _Part, node: _Node, *, professional: bool) -> Drug | None:
    here = line.object(node.at("drugIdentification"), "drug")
    if not here.there:
        return None
    line.places["drug"] = here.pointer
    part = _Part(here)
    if professional:
        here.require("serviceIdQualifier", _QUALIFIER.expected)
    return Drug(
        ndc=part.get("ndc", here.at("nationalDrugCode"), _NDC),
        qualifier=part.get("qualifier", here.at("serviceIdQualifier"), _QUALIFIER) if professional else None,
        quantity=part.get("quantity", here.at("nationalDrugUnitCount"), _QUANTITY),
        unit=part.get("unit", here.at("measurementUnitCode"), _NDC_UNIT),
        prescription_number=part.get("prescription_number", here.at("pharmacyPrescriptionNumber"), _IDENTIFIER),
        has_qualifier_slot=professional,
        **part.where(),
    )


# -- how values are written ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Kind(Generic[T]):
    """How one kind of value is written, and what is made of it.

    ``convert`` raises ValueError, or answers None, for a text that fits the pattern and still cannot be used.
    """

    pattern: re.Pattern[str]
    expected: str
    convert: Callable[[str], T | None]
    keyword: str = "pattern"
    #: a number sent without quotes is this text; of a code it may have lost its leading zeros
    numeric: bool = False
    private: bool = False


def _kind(pattern: str, expected: str, convert: Callable[[str], T | None], **more: Any) -> _Kind[T]:
    return _Kind(re.compile(pattern), expected, convert, **more)


_DECIMAL = r"([0-9]{1,15}(\.[0-9]{0,6})?|\.[0-9]{1,6})"
_DATE = _kind("(19|20)[0-9]{6}", 'a calendar date written like "20260504"', date.fromisoformat, numeric=True)
_COUNT = _kind(_DECIMAL, 'a number of units written like "350"', Decimal, numeric=True)
_MONEY = _kind(_DECIMAL, 'dollars written like "9600.00"', Decimal, numeric=True)
#: A quantity below zero can be read; what it means is for the rules to say.
_QUANTITY = _kind(f"-?{_DECIMAL}", 'an NDC quantity written like "350"', Decimal, numeric=True)
_NUMBER = _kind("[0-9]{1,6}", 'the number of the line, such as "1"', int, numeric=True)
_POINTER = _kind("[1-9][0-9]?", 'the number of a diagnosis, from 1, such as "1"', int, numeric=True)
_PROCEDURE = _kind("[0-9A-Z]{5}", 'a code of five digits or capital letters, such as "J1553"', str)
_OTHER_PROCEDURE = _kind(".{1,48}", "a code", lambda text: text if _PROCEDURE.pattern.fullmatch(text) else None)
_MODIFIER = _kind("[0-9A-Z]{2}", 'a modifier of two digits or capital letters, such as "JZ"', str)
# One published definition misprints its two codes as the one value "DA, UN", and programs made from it send that.
_BASIS = _kind("UN|MJ|DA|DA, UN", '"UN", "MJ" or "DA"', lambda text: text if len(text) == 2 else None, keyword="enum")
_PLACE = _kind("[0-9]{2}", 'a place of service code of two digits, such as "11"', str)
_FACILITY = _kind("[0-9]{2}", 'the first two digits of the type of bill, such as "13"', str)
_FREQUENCY = _kind("[0-9A-Z]", 'the last character of the type of bill, such as "1"', str)
_REVENUE = _kind("[0-9]{3,4}", 'a revenue code of four digits, such as "0636"', lambda text: text.zfill(4))
_ICD_10 = _kind("[A-Z][0-9][0-9A-Z]{1,5}", 'an ICD-10-CM code without the point, such as "D839"', str)
_FILING = _kind("[0-9A-Z]{2}", 'a claim filing indicator of two characters, such as "MB"', str)
_NDC = _kind("(?s:.{1,48})", "an NDC of 11 digits", str)
_QUALIFIER = _kind("[0-9A-Z]{2}", '"N4" for an NDC', str)
_NDC_UNIT = _kind("F2|GR|ME|ML|UN", '"F2", "GR", "ME", "ML" or "UN"', str, keyword="enum")
_IDENTIFIER = _kind("[ -~\u00a1-\u017f]{1,80}", "at most 80 printable characters", str, private=True)


# -- the document, and the parts of the claim that are made of it -------------------------------------------------


class _Enough(Exception):  # noqa: N818 - not an error: the collection is full
    """Stops the reading."""


@dataclass(slots=True)
class _Problems:
    """The problems found so far, each once. Only names that are read stand in their pointers, so all may be shown."""

    found: dict[tuple[str, str, str], ShapeProblem] = field(default_factory=dict)

    def add(
        self, node: _Node, keyword: str, expected: str, *, actual: str | None = None, private: bool = False
    ) -> None:
        said = shown(node.value, private=private) if actual is None else actual
        self.found[node.pointer, keyword, expected] = ShapeProblem(node.pointer, keyword, expected, said, node.pointer)
        if len(self.found) >= LIMIT:
            raise _Enough


@dataclass(frozen=True, slots=True)
class _Node:
    """A value of the document with its place."""

    value: Any
    pointer: str
    problems: _Problems
    there: bool = True

    def at(self, name: str) -> _Node | None:
        """The value under a name of an object; ``null`` and empty text count as absent."""
        value = self.value.get(name) if isinstance(self.value, dict) else None
        return None if value is None or value == "" else _Node(value, f"{self.pointer}/{name}", self.problems)

    def nothing(self) -> _Node:
        """An object that is not there, to be read like any other."""
        return _Node({}, self.pointer, self.problems, there=False)

    def require(self, name: str, expected: str) -> None:
        """A problem where an object that is there lacks a property."""
        if self.there and self.at(name) is None:
            self.problems.add(self, "required", f"{name}, {expected}", actual="<absent>")

    def is_object(self) -> bool:
        """Whether it is an object; a problem where it is not."""
        if not isinstance(self.value, dict):
            self.problems.add(self, "type", "an object in braces")
        return isinstance(self.value, dict)

    def read(self, kind: _Kind[T]) -> T | None:
        """What a text means; None where it is not text, or not written as its kind is."""
        if not isinstance(self.value, str):
            number = shown(self.value) if kind.numeric and type(self.value) in (int, Decimal) else ""
            quoted = f' ("{number}", not {number})' if kind.pattern.fullmatch(number) else f": {kind.expected}"
            self.problems.add(self, "type", f"text in quotes{quoted}", private=kind.private)
            return None
        if kind.pattern.fullmatch(self.value):
            try:
                return kind.convert(self.value)
            except ValueError:
                pass  # a date that the calendar does not have
        self.problems.add(self, kind.keyword, kind.expected, private=kind.private)
        return None


class _Part:
    """A part of the claim that is being read: notes where each field stands and which could not be read."""

    def __init__(self, node: _Node) -> None:
        self.node = node
        self.places: dict[str, str] = {}
        self.damaged: set[str] = set()

    def where(self) -> dict[str, Any]:
        """The arguments that every :class:`~j1553ref.claim.Part` has."""
        return {"pointer": self.node.pointer, "places": self.places, "damaged": frozenset(self.damaged)}

    def get(self, name: str, there: _Node | None, kind: _Kind[T]) -> T | None:
        """The field ``name`` from a value of the document."""
        if there is None:
            return None
        self.places[name] = there.pointer
        found = there.read(kind)
        if found is None:
            self.damaged.add(name)
        return found

    def object(self, there: _Node | None, *names: str) -> _Node:
        """An object of the document, or an empty one; where it is no object the fields ``names`` are damaged."""
        if there is None:
            return self.node.nothing()
        if there.is_object():
            return there
        self.damaged.update(names)
        self.places |= dict.fromkeys(names, there.pointer)
        return there.nothing()

    def items(self, name: str, there: _Node | None) -> list[_Node]:
        """The elements of a list; the field is damaged where it is no list."""
        if there is None:
            return []
        self.places.setdefault(name, there.pointer)
        if isinstance(there.value, list):
            return [_Node(each, f"{there.pointer}/{index}", there.problems) for index, each in enumerate(there.value)]
        there.problems.add(there, "type", "a list in brackets")
        self.damaged.add(name)
        return []

    def list(self, name: str, there: _Node | None, kind: _Kind[T], *, most: int | None = None) -> tuple[T, ...]:
        """The sound elements of a list, empty texts left out; the field is damaged where not all are sound."""
        elements = [each for each in self.items(name, there) if each.value != ""]
        if there and most is not None and len(elements) > most:
            there.problems.add(there, "maxItems", f"at most {most} items")
            self.damaged.add(name)
        found = [(each.pointer, each.read(kind)) for each in elements]
        sound = [(place, value) for place, value in found if value is not None]
        if len(sound) < len(found):
            self.damaged.add(name)
        self.places |= {f"{name}.{index}": place for index, (place, _) in enumerate(sound)}
        return tuple(value for _, value in sound)
