"""The native claim: from a document of the shape of ``schemas/claim.schema.json`` to a Claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from j1553ref import shape
from j1553ref.claim import Administration, Claim, Drug, Line, Pause, Vials
from j1553ref.readers.reading import Kind, Problems, Reading, Row, Table

__all__ = ["FORMAT", "claim", "claims", "recognizes"]

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
    if not found and (quick := _CLAIM.quick(document, "")):
        return quick
    bad = frozenset(problem.place for problem in found if problem.keyword != "required")
    reading = Reading(document, "", Problems(bad))
    reading.fields["shape"] = shape.distinct(found)
    reading.fill(_CLAIM)
    return reading.made(_CLAIM)


def _amount(value: int | str | Decimal) -> Decimal:
    if not isinstance(value, Decimal):
        return Decimal(value)
    # Written out, so that neither 1E+2 nor a tail of zeros from the rounding reaches a message.
    text = format(value.quantize(_FINEST, context=_ROUNDING), "f")
    return Decimal(text.rstrip("0").rstrip("."))


# How values are written is the schema's business; here is what is made of them.
_TEXT = Kind("text", str)
_WHOLE = Kind("a whole number", int)
_YES = Kind("true or false", bool)
_AMOUNT = Kind("an amount", _amount)
_DATE = Kind("a date", date.fromisoformat)
_TIME = Kind("a clock time", time.fromisoformat)

_DRUG = Table(
    Drug,
    Row("ndc", kind=_TEXT),
    Row("qualifier", kind=_TEXT),
    Row("quantity", kind=_AMOUNT),
    Row("unit", kind=_TEXT),
    Row("prescription_number", kind=_TEXT),
)
_LINE = Table(
    Line,
    Row("procedure_code", kind=_TEXT),
    Row("modifiers", "modifiers/*", _TEXT),
    Row("units", kind=_WHOLE),
    Row("unit_basis", kind=_TEXT),
    Row("service_date"),
    Row("start", "service_date/start", _DATE),
    Row("end", "service_date/end", _DATE),
    Row("place_of_service", kind=_TEXT),
    Row("revenue_code", kind=Kind("a revenue code", lambda text: text.zfill(4))),
    Row("diagnosis_pointers", "diagnosis_pointers/*", _WHOLE),
    Row("charge", kind=_AMOUNT),
    Row("drug", kind=_DRUG),
    Row("start_time", kind=_TIME),
    Row("stop_time", kind=_TIME),
    Row("encounter", kind=_TEXT),
    Row("line_number", kind=_WHOLE),
)
_ADMINISTRATION = Table(
    Administration,
    Row("service_date", kind=_DATE),
    Row("encounter", kind=_TEXT),
    Row("dose_mg", kind=_AMOUNT),
    Row("vials", "vials/*", Table(Vials, Row("ndc", kind=_TEXT), Row("count", kind=_WHOLE)), whole=True),
    Row("container", kind=_TEXT),
    Row("stock", kind=_TEXT),
    Row("start", kind=_TIME),
    Row("stop", kind=_TIME),
    Row("next_day", kind=_YES),
    Row("pauses", "pauses/*", Table(Pause, Row("start", kind=_TIME), Row("stop", kind=_TIME)), whole=True),
)
_CLAIM = Table(
    Claim,
    Row("form", kind=_TEXT),
    Row("payer", kind=_TEXT),
    Row("claim_filing_code", kind=_TEXT),
    Row("claim_id", kind=_TEXT),
    Row("type_of_bill", kind=Kind("a type of bill", lambda text: text[-3:])),
    Row("diagnoses", "diagnoses/*", _TEXT, whole=True),
    Row("total_charge", kind=_AMOUNT),
    Row("lines", "lines/*", _LINE),
    Row("administrations", "administrations/*", _ADMINISTRATION),
    Row("is_340b", kind=_YES),
    Row("off_campus", kind=_YES),
    Row("dual_eligible", kind=_YES),
    fixed={"format": FORMAT},
)
