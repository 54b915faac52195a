"""A vendor's flat body to a claim: names with underscores, charges in cents, pointers that count from 0.

Candid publishes it with its software kit. Only what the rules need is read: no name, member number, birth date or address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from j1553ref.claim import Claim, Drug, InputError, Line
from j1553ref.code import CODE
from j1553ref.readers import kinds
from j1553ref.readers.reading import Node, Reading, Row, Table, kind, whole

__all__ = ["CLAIM", "FORMAT", "LINE", "NAMES", "claim", "claims", "recognizes"]

FORMAT = "flat"

_LINES, _PLACE, _DIAGNOSES = "service_lines", "place_of_service_code", "diagnoses"

_CENTS = kind(
    "[0-9]{1,11}",
    "whole cents, such as 1200000",
    lambda text: Decimal(text) / 100,
    write=lambda amount: int(amount * 100),
    number=None,
)
#: They count from 0, ours from 1.
_POINTER = kind(
    "[0-9]{1,2}",
    "the place of a diagnosis in the list, from 0",
    lambda text: int(text) + 1,
    write=lambda number: number - 1,
    field="diagnosis_pointers",
    number=None,
)
_DRUG_UNITS = replace(kinds.DRUG_UNITS, number=None)

DRUG = Table(
    Drug,
    Row("ndc", "national_drug_code", kinds.NDC),
    Row("qualifier", "service_id_qualifier", kinds.QUALIFIER),
    Row("quantity", "national_drug_unit_count", replace(kinds.QUANTITY, number=None)),
    Row("unit", "measurement_unit_code", kinds.NDC_UNIT),
    Row("prescription_number", "pharmacy_prescription_number", kinds.IDENTIFIER),
    # Hyphens in the NDC are taken.
    fixed={"has_qualifier_slot": False},
    open=True,
)
LINE = Table(
    Line,
    Row("procedure_code", kind=kinds.PROCEDURE),
    Row("modifiers", "modifiers/*", kinds.MODIFIER),
    Row("units", "quantity", replace(kinds.COUNT, number=None)),
    Row("unit_basis", "units", kinds.BASIS),
    Row("start", "date_of_service", kinds.DAY),
    Row("end", "end_date_of_service", kinds.DAY),
    Row("place_of_service", _PLACE, kinds.PLACE),
    Row("revenue_code", kind=kinds.REVENUE),
    Row("diagnosis_pointers", "diagnosis_pointers/*", _POINTER),
    Row("charge", "charge_amount_cents", _CENTS),
    Row("drug", "drug_identification", DRUG),
    required=("quantity",),
    open=True,
)
CLAIM = Table(
    Claim,
    Row("claim_id", "external_id", kinds.IDENTIFIER),
    fixed={"format": FORMAT},
    beside={
        _LINES: ("lines", LINE),
        f"{_DIAGNOSES}/code": ("diagnoses",),
        f"{_DIAGNOSES}/code_type": ("diagnoses",),
        _PLACE: ("place_of_service",),
    },
    open=True,
)
#: Every property that is read: the names that may be shown in a pointer.
NAMES = frozenset(step for path in CLAIM.beside for step in path.split("/")).union(CLAIM.names, LINE.names)


def recognizes(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object is meant to be such a body.

    >>> recognizes({"service_lines": []}), recognizes({"serviceLines": []})
    (True, False)
    """
    return _LINES in document


def claims(document: Mapping[str, Any]) -> Iterator[Claim]:
    """The one claim of a document, as an iterator like those of the other formats.

    >>> [found.format for found in claims({"service_lines": []})]
    ['flat']
    """
    yield claim(document)


def claim(document: Mapping[str, Any]) -> Claim:
    """The claim of a body; problems of shape are in ``shape``.

    A line with a revenue code makes it institutional, a place of service professional; without both the form is not known.
    Raises :class:`~j1553ref.claim.InputError` for another document. Source: the published definition of the body.

    >>> line = {"procedure_code": "J1553", "quantity": "400.0", "charge_amount_cents": 1200050, "diagnosis_pointers": [0]}
    >>> found = claim({"service_lines": [line], "place_of_service_code": "11"})
    >>> found.form, found.lines[0].units, found.lines[0].charge, found.lines[0].diagnosis_pointers
    ('cms1500', 400, Decimal('12000.5'), (1,))
    """
    if not recognizes(document):
        raise InputError("JSON, but not a flat body: expected an object with service_lines")
    return whole(document, _claim, FORMAT)


def _claim(part: Reading) -> Claim:
    part.fill(CLAIM)
    _diagnoses(part)
    place = part.at(_PLACE)
    nodes = part.elements("lines", part.at(_LINES))
    if not all(node.is_object() for node in nodes):
        part.damaged.add("lines")
    nodes = [node for node in nodes if isinstance(node.value, dict)]
    if any(node.at("revenue_code") for node in nodes):
        part.fields["form"], place = "ub04", None
    elif place or any(node.at(_PLACE) for node in nodes):
        part.fields["form"] = "cms1500"
    part.fields["lines"] = tuple(_line(node, place) for node in nodes)
    part.astray(CLAIM)
    return part.made(CLAIM)


def _diagnoses(part: Reading) -> None:
    """The ICD-10-CM codes in their order, or none where one is damaged, since lines point to them by number."""
    codes: list[tuple[str, str | None]] = []
    for node in part.elements("diagnoses", part.at(_DIAGNOSES)):
        code, code_set = node.at("code"), node.at("code_type")
        older = code_set is not None and code_set.value in ("BF", "BK")
        codes.append((code.pointer, code.read(kinds.DIAGNOSIS)) if code and not older else (node.pointer, None))
    if any(code is None for _, code in codes):
        part.damaged.add("diagnoses")
    elif codes:
        part.places |= {f"diagnoses.{index}": where for index, (where, _) in enumerate(codes)}
        part.fields["diagnoses"] = tuple(code for _, code in codes)


def _line(node: Node, place: Node | None) -> Line:
    part = Reading(node.value, node.pointer, node.problems)
    part.ask(LINE)
    code = part.at("procedure_code")
    of_drug = code is not None and str(code.value).strip().upper() == CODE
    rows = {"units": Row("units", "quantity", _DRUG_UNITS)} if of_drug else {}
    # The line's own place of service, else the claim's.
    part.fill(LINE, rows=rows, otherwise={"place_of_service": place})
    part.astray(LINE)
    return part.made(LINE)
