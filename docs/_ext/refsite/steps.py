"""The arithmetic of a worked case as a table, from the record in its claim."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from docutils import nodes

from j1553ref import bill_units, fact, infusion_codes
from j1553ref.billing import plain
from j1553ref.facts.wording import date_text
from j1553ref.ndc import package
from j1553ref.vials import Vial
from refsite.doses import vials_text

STEPS = ["Step", "From", "Comes to"]


def arithmetic(claim: dict[str, Any]) -> list[list[list[nodes.Node]]]:
    """What the record of a claim comes to, a row for each step; empty where it holds no dose with bought vials.

    >>> from j1553ref import case
    >>> for row in arithmetic(case("half-a-unit")):
    ...     print(*[cell.astext() for [cell] in row], sep=" | ")
    Given, May 4, 2026 | 32,450 mg ÷ 100 mg = 324.5, rounded up | 325 units
    Opened | 20 g + 10 g + 5 g | 350 units
    Discarded | 350 − 325 | 25 units
    Infused | 09:00 to 13:00, 240 minutes | 96365 × 1, 96366 × 3
    """
    rows: list[tuple[str, str, str]] = []
    for record in claim.get("administrations", ()):
        if not {"dose_mg", "vials"} <= record.keys() or record.get("stock") == "free":
            return []
        day = record["service_date"]
        given = Decimal(record["dose_mg"])
        vials = [Vial(package(vial["ndc"]).mg, vial["count"], vial["ndc"]) for vial in record["vials"]]
        bill = bill_units(dose_mg=given, vials=vials, on=day)
        unit = fact("unit.size", on=day)
        quotient = plain(given / unit.value)
        rounded = f" = {quotient}, rounded up" if "." in quotient else ""
        start = f"Given, {date_text(date.fromisoformat(day))}"
        rows.append(
            (start, f"{given:,} mg ÷ {unit.value} {unit.fact.unit}{rounded}", f"{bill.administered_units} units")
        )
        rows.append(("Opened", vials_text(bill.vials), f"{bill.total_units} units"))
        left = f"{bill.total_units} − {bill.administered_units}"
        rows.append(("Discarded", left, f"{bill.discarded_units} units"))
        if {"start", "stop"} <= record.keys():
            pauses = [(pause["start"], pause["stop"]) for pause in record.get("pauses", ())]
            done = infusion_codes(
                record["start"], record["stop"], pauses=pauses, next_day=record.get("next_day", False), on=day
            )
            less = ", pauses left out" if pauses else ""
            billed = ", ".join(f"{line.code} × {line.units}" for line in done.lines)
            rows.append(("Infused", f"{record['start']} to {record['stop']}{less}, {done.minutes} minutes", billed))
    return [[[nodes.Text(cell)] for cell in row] for row in rows]
