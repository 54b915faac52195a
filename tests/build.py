"""Builders of claims for the tests. Every claim made here is synthetic."""

from __future__ import annotations

from typing import Any

CARTONS = {20: "70573060521", 10: "70573060511", 5: "70573060501"}


def line_of(number: int, code: str, units: int, modifiers: list[str], day: str, charge: int) -> dict[str, Any]:
    return {
        "line_number": number,
        "procedure_code": code,
        "modifiers": modifiers,
        "units": units,
        "service_date": {"start": day},
        "place_of_service": "11",
        "diagnosis_pointers": [1],
        "charge": f"{charge}.00",
    }


def make_claim(
    dose: int | str | None,
    vials: list[int] | None,
    lines: list[tuple[int, list[str]]],
    *,
    day: str = "2026-05-04",
    payer: str | None = "medicare-ab",
    record: dict[str, Any] | None = None,
    **top: Any,
) -> dict[str, Any]:
    """A native claim: dose in mg, vial sizes in g, drug lines as (units, modifiers); POS 11, D83.9 and 96365 beside them."""
    out = [line_of(i, "J1553", units, mods, day, 30 * units) for i, (units, mods) in enumerate(lines, 1)]
    out.append(line_of(len(out) + 1, "96365", 1, [], day, 300))
    claim: dict[str, Any] = {
        "schema_version": "1",
        "form": "cms1500",
        "synthetic": True,
        "diagnoses": ["D83.9"],
        "lines": out,
        "total_charge": f"{sum(30 * units for units, _ in lines) + 300}.00",
        **top,
    }
    if payer:
        claim["payer"] = payer
    if dose is not None or vials is not None:
        told: dict[str, Any] = {"service_date": day, "container": "single", "stock": "bought"}
        if dose is not None:
            told["dose_mg"] = str(dose)
        if vials is not None:
            told["vials"] = [
                {"ndc": CARTONS[size], "count": vials.count(size)} for size in sorted(set(vials), reverse=True)
            ]
        claim["administrations"] = [told | (record or {})]
    return claim


def edit(claim: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The claim with the value at each pointer replaced or added; the value ``...`` removes it."""
    for pointer, value in changes.items():
        *path, last = pointer.strip("/").split("/")
        place: Any = claim
        for step in path:
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
        key: Any = int(last) if isinstance(place, list) else last
        if value is ...:
            del place[key]
        else:
            place[key] = value
    return claim
