"""The native claim: from a document of the shape of ``schemas/claim.schema.json`` to a Claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, time
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from j1553ref import shape
from j1553ref.claim import Administration, Claim, Drug, Line, Pause, ShapeProblem, Vials
from j1553ref.readers.reading import Kind, Problems, Reading, Row, Table

__all__ = ["CLAIM", "FORMAT", "claim", "claims", "recognizes"]

FORMAT = "j1553"

#: Six places: whatever lies beyond comes from binary arithmetic in the sender's program.
_FINEST = Decimal("0.000001")
_ROUNDING = Context(prec=30, rounding=ROUND_HALF_EVEN)


def recognizes(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object is meant to be a native claim: two of the three required properties are there.

    >>> recognizes({"form": "ub04", "lines": []}), recognizes({"name": "package", "lines": 30})
    (True, False)
    """
    return len({"schema_version", "form", "lines"} & document.keys()) >= 2


def claims(document: Mapping[str, Any]) -> Iterator[Claim]:
    """The one claim of a document, as an iterator like those of the other formats.

    >>> [found.form for found in claims({"schema_version": "1", "form": "ub04", "lines": []})]
    ['ub04']
    """
    yield claim(document)


def claim(document: Mapping[str, Any]) -> Claim:
    """The claim of a document as the strict parser makes it; problems of shape are in its ``shape``.

    What is damaged is ``None`` and named in ``damaged``. Of a damaged list the sound elements are kept, but
    none where their number or sum matters (diagnoses, vials, pauses).

    >>> line = {"procedure_code": "J1553", "units": "many"}
    >>> [found] = claim({"schema_version": "1", "form": "cms1500", "lines": [line]}).lines
    >>> found.procedure_code, found.units, sorted(found.damaged)
    ('J1553', None, ['units'])
    """
    found = shape.problems(document)
    if len(found) >= shape.LIMIT:
        # The remaining values were not looked at, so none of them may be read.
        return Claim(pointer="", format=FORMAT, damaged=frozenset(document), shape=shape.distinct(found))
    if not found and (quick := CLAIM.quick(document, "")):
        return quick
    refused = frozenset(problem.place for problem in found if problem.keyword in _REFUSED)
    problems = Problems(
        frozenset(problem.place for problem in found if problem.keyword != "required"),
        right=lambda pointer, value: pointer not in refused and shape.is_right(pointer, value),
        absent=frozenset(problem.place for problem in found if problem.expected == _NO_CODE),
    )
    reading = Reading(document, "", problems)
    reading.fill(CLAIM)
    reading.astray(CLAIM)
    reading.fields["shape"] = tuple(_said(problem, problems) for problem in shape.distinct(found))
    return reading.made(CLAIM)


def _said(problem: ShapeProblem, problems: Problems) -> ShapeProblem:
    """The problem, which says what is meant where it is a slip of form."""
    slip = problems.slips.get(problem.place)
    return replace(problem, expected=slip[0], note=slip[1]) if slip else problem


def _amount(value: int | str | Decimal) -> Decimal:
    if not isinstance(value, Decimal):
        return Decimal(value)
    # Written out, so that neither 1E+2 nor a tail of zeros from the rounding reaches a message.
    text = format(value.quantize(_FINEST, context=_ROUNDING), "f")
    return Decimal(text.rstrip("0").rstrip("."))


#: Values that are wrong whatever they are: they have no place on the form of the claim.
_REFUSED = ("not",)
#: How the schema asks for the one property without which nothing can be decided.
_NO_CODE = "the property procedure_code"

# How values are written is the schema's business; here is what is made of them.
_AMOUNT = Kind("an amount", _amount, field="amount")
_DATE = Kind("a date", date.fromisoformat, field="date")
_TIME = Kind("a clock time", time.fromisoformat, field="time")
_OWN = Kind("a name of one's own", str, field="identifier")
_NDC = Kind("an NDC", str, field="ndc")


def _text(field: str) -> Kind[str]:
    return Kind("text", str, field=field)


def _whole(field: str) -> Kind[int]:
    return Kind("a whole number", int, field=field)


def _yes(field: str) -> Kind[bool]:
    return Kind("true or false", bool, field=field)


_DRUG = Table(
    Drug,
    Row("ndc", kind=_NDC),
    Row("qualifier", kind=_text("qualifier")),
    Row("quantity", kind=_AMOUNT),
    Row("unit", kind=_text("unit")),
    Row("prescription_number", kind=_OWN),
)
_LINE = Table(
    Line,
    Row("procedure_code", kind=_text("procedure_code")),
    Row("modifiers", "modifiers/*", _text("modifiers")),
    Row("units", kind=_whole("units")),
    Row("unit_basis", kind=_text("unit_basis")),
    Row("service_date"),
    Row("start", "service_date/start", _DATE),
    Row("end", "service_date/end", _DATE),
    Row("place_of_service", kind=_text("place_of_service")),
    Row("revenue_code", kind=Kind("a revenue code", lambda text: text.zfill(4), field="revenue_code")),
    Row("diagnosis_pointers", "diagnosis_pointers/*", _whole("diagnosis_pointers")),
    Row("charge", kind=_AMOUNT),
    Row("drug", kind=_DRUG),
    Row("start_time", kind=_TIME),
    Row("stop_time", kind=_TIME),
    Row("encounter", kind=_OWN),
    Row("line_number", kind=_whole("line_number")),
)
_VIALS = Table(Vials, Row("ndc", kind=_NDC), Row("count", kind=_whole("count")))
_PAUSE = Table(Pause, Row("start", kind=_TIME), Row("stop", kind=_TIME))
_ADMINISTRATION = Table(
    Administration,
    Row("service_date", kind=_DATE),
    Row("encounter", kind=_OWN),
    Row("dose_mg", kind=_AMOUNT),
    Row("vials", "vials/*", _VIALS, whole=True),
    Row("container", kind=_text("container")),
    Row("stock", kind=_text("stock")),
    Row("start", kind=_TIME),
    Row("stop", kind=_TIME),
    Row("next_day", kind=_yes("next_day")),
    Row("pauses", "pauses/*", _PAUSE, whole=True),
)
CLAIM = Table(
    Claim,
    Row("form", kind=_text("form")),
    Row("payer", kind=_text("payer")),
    Row("claim_filing_code", kind=_text("claim_filing_code")),
    Row("claim_id", kind=_OWN),
    Row("type_of_bill", kind=Kind("a type of bill", lambda text: text[-3:], field="type_of_bill")),
    Row("statement_start", "statement/start", _DATE),
    Row("statement_end", "statement/end", _DATE),
    Row("diagnoses", "diagnoses/*", _text("diagnoses"), whole=True),
    Row("total_charge", kind=_AMOUNT),
    Row("lines", "lines/*", _LINE),
    Row("administrations", "administrations/*", _ADMINISTRATION),
    Row("is_340b", kind=_yes("is_340b")),
    Row("off_campus", kind=_yes("off_campus")),
    Row("dual_eligible", kind=_yes("dual_eligible")),
    fixed={"format": FORMAT},
)
