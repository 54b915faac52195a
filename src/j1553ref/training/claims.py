"""The native claims behind the options: where a claim comes from, its lines, and the record of the infusion.

Every claim made here is synthetic: no person, no identifier, charges that stand for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from j1553ref.code import CODE
from j1553ref.ndc import packages
from j1553ref.vials import Vial

__all__ = ["DIAGNOSIS", "Line", "Place", "carton", "claim", "line", "record", "written"]

#: A line of the native claim without number, date, place and charge.
Line = dict[str, Any]
#: On each claim that is not about diagnoses.
DIAGNOSIS = "D83.9"
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

    >>> line("J1553", 30, "JW")
    {'procedure_code': 'J1553', 'modifiers': ['JW'], 'units': 30}
    """
    return {"procedure_code": code, "modifiers": list(modifiers), "units": units, **more}


def written(lines: Iterable[Line]) -> tuple[str, ...]:
    """The lines as staff write them.

    >>> written([line("J1553", 320), line("J1553", 30, "JW")])
    ('J1553 × 320', 'J1553 JW × 30')
    """
    return tuple(f"{' '.join([each['procedure_code'], *each['modifiers']])} × {each['units']}" for each in lines)


def claim(
    place: Place, on: date, lines: Iterable[Line], records: Iterable[dict[str, Any]] = (), **more: Any
) -> dict[str, Any]:
    """A claim with these lines; a line's own fields win. ``more`` are further fields of the claim."""
    made = []
    for number, each in enumerate(lines, 1):
        code, units = each["procedure_code"], each["units"]
        charge = Decimal(_DRUG_CHARGE * units if code == CODE else _SERVICE_CHARGE)
        own = place.on_line(code)
        made.append(
            {"line_number": number, "service_date": {"start": on.isoformat()}, "charge": f"{charge:.2f}"} | own | each
        )
    out: dict[str, Any] = {"schema_version": "1", "form": place.form, "synthetic": True, "payer": place.payer}
    if place.type_of_bill:
        out["type_of_bill"] = place.type_of_bill
    total = sum((Decimal(str(each["charge"])) for each in made), Decimal(0))
    out |= {"total_charge": f"{total:.2f}", "diagnoses": [DIAGNOSIS], "lines": made}
    told = list(records)
    return out | ({"administrations": told} if told else {}) | more


def record(on: date, dose_mg: int | Decimal, vials: Iterable[Vial], **more: Any) -> dict[str, Any]:
    """The record of one infusion: dose, opened vials by their cartons' NDC, bought stock, single-dose containers.

    >>> record(date(2026, 5, 4), 40000, [Vial(20000, 2)])["vials"]
    [{'ndc': '70573060521', 'count': 2}]
    """
    opened = [{"ndc": each.ndc or carton(each.size_mg), "count": each.count} for each in vials]
    told = {
        "service_date": on.isoformat(),
        "dose_mg": str(dose_mg),
        "vials": opened,
        "container": "single",
        "stock": "bought",
    }
    return told | more


def carton(size_mg: int) -> str:
    """The 11 digits of the carton of that size (mg).

    >>> carton(20000)
    '70573060521'
    """
    return next(each.ndc for each in packages() if each.mg == size_mg and each.kind == "carton")
