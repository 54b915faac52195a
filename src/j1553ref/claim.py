"""What a claim is to the rules: frozen, neutral, and with a pointer back into the document that the user gave.

Readers make a :class:`Claim`; rules read it. A value that the input lacks is ``None``; a value that is there but
damaged is ``None`` too, and its field name stands in ``damaged`` so that a rule which needs it is *not checked*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

__all__ = ["Administration", "Claim", "Drug", "Line", "Part", "Pause", "ShapeProblem", "Vials"]


@dataclass(frozen=True, slots=True)
class ShapeProblem:
    """One violation of the input's shape: where (RFC 6901), the JSON Schema keyword, what was expected, what stands there."""

    pointer: str
    keyword: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Anything with a place in the input document."""

    pointer: str
    #: field name -> pointer of that field in the input document, for the fields that are there
    places: Mapping[str, str] = field(default_factory=dict)
    #: names of fields that are there but could not be read
    damaged: frozenset[str] = frozenset()

    def at(self, name: str) -> str:
        """The pointer of a field, or of the part itself where the field is absent."""
        return self.places.get(name, self.pointer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug(Part):
    """The drug identification of a line: NDC as given, NDC quantity (Decimal) and its unit (F2 GR ME ML UN)."""

    ndc: str | None = None
    qualifier: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    #: False where the input format has no slot for the N4 qualifier
    has_qualifier_slot: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Part):
    """One service line. ``units`` is the whole-number HCPCS unit count; ``charge`` is the line total in dollars."""

    procedure_code: str | None = None
    modifiers: tuple[str, ...] = ()
    units: int | None = None
    unit_basis: str | None = None
    start: date | None = None
    end: date | None = None
    place_of_service: str | None = None
    revenue_code: str | None = None
    diagnosis_pointers: tuple[int, ...] = ()
    charge: Decimal | None = None
    drug: Drug | None = None
    encounter: str | None = None
    line_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vials(Part):
    """Opened vials of one NDC."""

    ndc: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(Part):
    """A pause of the infusion, by clock times."""

    start: time
    stop: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration(Part):
    """What the record says of one infusion of the drug on one date of service in one encounter.

    ``container`` is ``single``, ``multi`` or ``unknown``; ``stock`` is ``bought`` or ``free``.
    """

    service_date: date | None = None
    encounter: str | None = None
    dose_mg: Decimal | None = None
    vials: tuple[Vials, ...] | None = None
    container: str | None = None
    stock: str | None = None
    start: time | None = None
    stop: time | None = None
    next_day: bool = False
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Part):
    """A claim as the rules see it. ``format`` names the input format, ``form`` is ``cms1500`` or ``ub04``."""

    format: str
    form: str | None = None
    payer: str | None = None
    claim_filing_code: str | None = None
    claim_id: str | None = None
    type_of_bill: str | None = None
    diagnoses: tuple[str, ...] = ()
    total_charge: Decimal | None = None
    lines: tuple[Line, ...] = ()
    administrations: tuple[Administration, ...] = ()
    is_340b: bool | None = None
    off_campus: bool | None = None
    dual_eligible: bool | None = None
    shape: tuple[ShapeProblem, ...] = ()
