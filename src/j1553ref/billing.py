"""The billing of a dose: claim lines with NDC quantities, the vials, and what to know about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from j1553ref.facts import FactBase
from j1553ref.payers import Payer, profile
from j1553ref.vials import vials_text

__all__ = ["BillLine", "Billing", "NdcQuantity", "OpenedVials", "notes", "notes_on_payer", "plain"]


@dataclass(frozen=True, slots=True)
class NdcQuantity:
    """An 11-digit NDC and how much of it, in ``unit`` (``ML``).

    >>> from decimal import Decimal
    >>> NdcQuantity("70573060521", Decimal("200.0"), "ML", ("83372060521",)).to_json()
    {'code': '70573060521', 'also': ['83372060521'], 'quantity': '200', 'unit': 'ML'}
    """

    code: str
    quantity: Decimal
    unit: str
    #: the same package under other labelers, where the vials were given by size: the one that was used goes on the claim
    also: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The NDCs of which one goes on the claim."""
        return (self.code, *self.also)

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``code, also, quantity, unit``."""
        return {"code": self.code, "also": list(self.also), "quantity": plain(self.quantity), "unit": self.unit}


@dataclass(frozen=True, slots=True)
class BillLine:
    """One claim line: HCPCS code, modifiers, whole billing units, and the NDC quantities it covers.

    >>> BillLine("J1553", ("JW",), 25, ()).to_json()
    {'code': 'J1553', 'modifiers': ['JW'], 'units': 25, 'ndc': []}
    """

    code: str
    modifiers: tuple[str, ...]
    units: int
    ndc: tuple[NdcQuantity, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``code, modifiers, units, ndc``."""
        return {
            "code": self.code,
            "modifiers": list(self.modifiers),
            "units": self.units,
            "ndc": [quantity.to_json() for quantity in self.ndc],
        }


@dataclass(frozen=True, slots=True)
class OpenedVials:
    """Vials of one kind: mg in one vial, and the count, billing units and mL of all of them together.

    >>> from decimal import Decimal
    >>> OpenedVials(20000, 2, 400, Decimal(400), None).to_json()
    {'size_mg': 20000, 'count': 2, 'units': 400, 'ml': '400', 'ndc': None}
    """

    size_mg: int
    count: int
    units: int
    ml: Decimal
    #: None where the vials were given by size
    ndc: str | None

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``size_mg, count, units, ml, ndc``."""
        return {
            "size_mg": self.size_mg,
            "count": self.count,
            "units": self.units,
            "ml": plain(self.ml),
            "ndc": self.ndc,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """The lines for one dose. ``tail_mg`` is what is left, less than a unit; ``facts`` are the ids of the facts read.

    >>> from j1553ref import bill_units
    >>> billing = bill_units(dose_mg=32450, vials="20g,10g,5g", on="2026-05-01")
    >>> billing.administered_units, billing.discarded_units, billing.tail_mg
    (325, 25, Decimal('50'))
    """

    administered_units: int
    discarded_units: int
    total_units: int
    tail_mg: Decimal
    vials: tuple[OpenedVials, ...]
    lines: tuple[BillLine, ...]
    least_waste_vials: tuple[OpenedVials, ...]
    notes: tuple[str, ...]
    facts: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data: the fields but ``tail_mg`` and ``facts``; decimals as plain decimal strings."""
        return {
            "administered_units": self.administered_units,
            "discarded_units": self.discarded_units,
            "total_units": self.total_units,
            "vials": [vial.to_json() for vial in self.vials],
            "lines": [line.to_json() for line in self.lines],
            "least_waste_vials": [vial.to_json() for vial in self.least_waste_vials],
            "notes": list(self.notes),
        }


def plain(number: Decimal) -> str:
    """Digits without exponent and without zeros at the end.

    >>> plain(Decimal("24.50")), plain(Decimal("2E+2"))
    ('24.5', '200')
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def notes(
    *,
    opened: tuple[OpenedVials, ...],
    least: tuple[OpenedVials, ...],
    discarded: int,
    tail_mg: Decimal,
    labelers: str = "",
) -> Iterator[str]:
    """What a biller has to know about the lines, a sentence or two for each matter.

    ``opened`` and ``least`` are the opened vials and the smallest set, ``discarded`` the JW units, ``labelers`` what to say
    where each NDC is given under more than one.

    >>> vial = OpenedVials(20000, 1, 200, Decimal(200), "70573060521")
    >>> list(notes(opened=(vial,), least=(vial,), discarded=0, tail_mg=Decimal(0)))
    []
    """
    if discarded:
        yield (
            "Vials are taken to be emptied from the largest down: what is then left is discarded, and its NDC"
            " quantity goes on the JW line."
        )
    if tail_mg and discarded:
        yield (
            f"{plain(tail_mg)} mg of what is left already counts in the dose, which was rounded up;"
            " JW takes whole units only."
        )
    if tail_mg and not discarded:
        yield (
            f"{plain(tail_mg)} mg is left, less than one unit, so there is nothing to bill with JW."
            " That JZ is then right is inferred: ask the payer."
        )
    avoidable = sum(vial.units for vial in opened) - sum(vial.units for vial in least)
    if avoidable > 0:
        yield (
            f"A smaller set would do: {vials_text(least)} leaves {max(discarded - avoidable, 0)} units, not {discarded}"
            ". The lines stay as the record has it, but a payer may pay only for what the smaller set"
            " leaves: record why it was not used."
        )
    if any(vial.ndc is None for vial in opened):
        yield (
            "Vials were given by size, so the NDCs are those of the cartons. Whether a payer wants the NDC of"
            " the carton or of the vial is not settled: ask."
        )
    if labelers:
        yield labelers


def notes_on_payer(payer: Payer | None, *, ndcs: int, on: date, facts: FactBase) -> Iterator[str]:
    """How several NDCs are billed and whose rule JW and JZ are.

    Sources: facts ``profile.<payer>.ndc_lines``, ``profile.<payer>.jw_jz``.

    >>> from j1553ref.facts import packaged
    >>> day = date.fromisoformat("2026-05-01")
    >>> len(list(notes_on_payer(None, ndcs=2, on=day, facts=packaged())))
    2
    """
    if ndcs > 1:
        lines = profile(payer, "ndc_lines", on, facts) if payer else None
        wanted = _LINES_FOR_NDCS.get(lines.value) if lines and lines.known else None
        if payer and lines and wanted:
            yield f"{ndcs} NDCs: {payer.label} wants {wanted} ({lines.grade}). {lines.entry.note}".rstrip()
        else:
            yield f"{ndcs} NDCs: whether they share one line or take a line each is for the payer to say."
    yield f"{_WHOSE_RULE} {_said_by(payer, on, facts)}".rstrip()


def _said_by(payer: Payer | None, on: date, facts: FactBase) -> str:
    if payer is None:
        return "For another payer, ask it."
    if payer.base == "medicare-ab":
        return ""
    said = profile(payer, "jw_jz", on, facts)
    if said is None or not said.known:
        return f"What {payer.label} wants is not known: ask."
    words = "asks for them too" if said.value == "required" else "does not ask for both"
    return f"{payer.label} {words} ({said.grade}). {said.entry.note}".rstrip()


_WHOSE_RULE = "JW and JZ are Medicare Part B's rule for drugs paid separately from single-dose vials."
#: Words for the values of the profile ``ndc_lines``.
_LINES_FOR_NDCS = {"one-line": "one line", "line-per-ndc": "a line for each NDC"}
