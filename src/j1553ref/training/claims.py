"""The native claims behind the options: where a claim comes from, its lines, and the record of the infusion.

Every claim made here is synthetic: no person, no identifier, charges that mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from j1553ref.code import CODE
from j1553ref.facts import packaged
from j1553ref.ndc import packages
from j1553ref.vials import Vial

__all__ = ["Line", "Place", "carton", "claim", "dated", "drug", "line", "parsed", "record", "written"]

#: A line of the native claim without number, date, place and charge.
Line = dict[str, Any]
#: On each claim that is not about diagnoses.
_DIAGNOSIS = "D83.9"
_DRUG_CHARGE, _SERVICE_CHARGE = 30, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Who bills whom on which form: payer id, form, and place of service or bill type and revenue codes."""

    payer: str
    form: str = "cms1500"
    place_of_service: str | None = None
    type_of_bill: str | None = None
    drug_revenue: str | None = None
    service_revenue: str | None = None

    def on_line(self, code: str) -> dict[str, Any]:
        """What the form asks for on each line."""
        if self.form == "ub04":
            return {"revenue_code": self.drug_revenue if code == CODE else self.service_revenue}
        return {"place_of_service": self.place_of_service, "diagnosis_pointers": [1]}


def line(code: str, units: int, *modifiers: str, **more: Any) -> Line:
    """A line by code, units and modifiers; ``more`` are further fields of the native claim.

    >>> line("96365", 1, "59")
    {'procedure_code': '96365', 'modifiers': ['59'], 'units': 1}
    """
    return {"procedure_code": code, "modifiers": list(modifiers), "units": units, **more}


def drug(units: int, *modifiers: str, **more: Any) -> Line:
    """A line of J1553.

    >>> drug(30, "JW")["modifiers"]
    ['JW']
    """
    return line(CODE, units, *modifiers, **more)


def dated(made: Line, start: date, end: date | None = None) -> Line:
    """The line with a date of service, or a span, of its own.

    >>> dated(drug(30), date(2026, 5, 4))["service_date"]
    {'start': '2026-05-04'}
    """
    return made | {"service_date": {"start": start.isoformat()} | ({"end": end.isoformat()} if end else {})}


def written(lines: Iterable[Line]) -> tuple[str, ...]:
    """The lines as staff write them.

    >>> written([drug(320), drug(30, "JW")])
    ('J1553 × 320', 'J1553 JW × 30')
    """
    return tuple(f"{' '.join([made['procedure_code'], *made['modifiers']])} × {made['units']}" for made in lines)


def parsed(text: str) -> list[Line]:
    """The lines that staff wrote with semicolons between them; ``none`` is no line.

    >>> parsed("J1553 × 320; J1553 JW × 30")[1]
    {'procedure_code': 'J1553', 'modifiers': ['JW'], 'units': 30}
    """
    made = (part.partition(" × ") for part in text.split("; ") if part != "none")
    return [line(words.split()[0], int(units), *words.split()[1:]) for words, _, units in made]


def claim(
    place: Place, on: date, lines: Iterable[Line], records: Iterable[dict[str, Any]] = (), **more: Any
) -> dict[str, Any]:
    """A claim with these lines; a line's own fields win. ``more`` are further fields of the claim."""
    made = []
    for position, own in enumerate(lines, 1):
        code = own["procedure_code"]
        charge = Decimal(_DRUG_CHARGE * own["units"] if code == CODE else _SERVICE_CHARGE)
        head = dated({"line_number": position}, on) | {"charge": f"{charge:.2f}"}
        made.append(head | place.on_line(code) | own)
    out: dict[str, Any] = {"schema_version": "1", "form": place.form, "synthetic": True, "payer": place.payer}
    if place.type_of_bill:
        out["type_of_bill"] = place.type_of_bill
    total = sum((Decimal(str(own["charge"])) for own in made), Decimal(0))
    out |= {"total_charge": f"{total:.2f}", "diagnoses": [_DIAGNOSIS], "lines": made}
    recorded = list(records)
    return out | ({"administrations": recorded} if recorded else {}) | more


def record(on: date, dose_mg: int, vials: Iterable[Vial], **more: Any) -> dict[str, Any]:
    """The record of one infusion: dose, opened vials by their cartons' NDC, bought stock, single-dose containers.

    >>> record(date(2026, 5, 4), 40000, [Vial(20000, 2)])["vials"]
    [{'ndc': '70573060521', 'count': 2}]
    """
    opened = [{"ndc": carton(vial.size_mg), "count": vial.count} for vial in vials]
    made = {"service_date": on.isoformat(), "dose_mg": str(dose_mg), "vials": opened}
    return made | {"container": "single", "stock": "bought"} | more


def carton(size_mg: int) -> str:
    """The 11 digits of the carton of that size (mg), under the labeler that FDA lists.

    >>> carton(20000)
    '70573060521'
    """
    known = packages(facts=packaged())
    return next(package.ndc for package in known if package.mg == size_mg and package.kind == "carton")
