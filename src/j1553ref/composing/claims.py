"""The native claim of the entries, and its lines with the strings to copy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from j1553ref import ndc
from j1553ref.billing import plain
from j1553ref.composing.entries import Entries, pauses_of
from j1553ref.infusion import Infusion, clock_text
from j1553ref.payers import Payer, profile
from j1553ref.vials import parse_vials

__all__ = ["claim_lines", "native_claim"]


def native_claim(
    held: Entries,
    day: date,
    place: str,
    payer: Payer | None,
    dose: Decimal,
    lines: list[dict[str, Any]],
    ran: Infusion | None,
    used: bool,
    notes: list[str],
) -> dict[str, Any]:
    """The native claim of the infusion, without a charge and without anything about a patient."""
    facility = place == "hospital-outpatient"
    more = _more_modifiers(held, day, payer, facility)
    on_line: dict[str, Any] = {"service_date": {"start": day.isoformat()}}
    drug_line, service_line = dict(on_line), dict(on_line)
    out: dict[str, Any] = {"schema_version": "1", "form": "ub04" if facility else "cms1500"}
    if facility:
        out["type_of_bill"] = held.on("bill_type.outpatient", day).value[0].replace("X", "1")
        drug_line["revenue_code"] = held.on("revenue_code.drug", day).value
        service_line["revenue_code"] = held.on("revenue_code.infusion", day).value
    else:
        site = "site.home" if place == "home" else "site.office"
        code = held.on(site, day).value["place_of_service"]
        drug_line["place_of_service"] = service_line["place_of_service"] = code
        if place == "infusion-center":
            notes.append(f"Place of service {code} for an infusion center of a practice is inferred: ask the payer.")
    if payer is not None:
        out["payer"] = payer.id
    for name in ("is_340b", "off_campus"):
        if said := held.choice(name):
            out[name] = said != "no"
    made = [
        drug_line
        | {"procedure_code": line["code"], "modifiers": [*line["modifiers"], *more["drug"]], "units": line["units"]}
        | _drug(line)
        for line in lines
    ]
    made += [
        service_line | {"procedure_code": code, "modifiers": more["service"], "units": units}
        for code, units in _services(held, day, place, payer, ran, notes)
    ]
    out["lines"] = [{"line_number": number} | line for number, line in enumerate(made, start=1)]
    out["administrations"] = [_record(held, day, dose, ran, used)]
    return out


def _drug(line: dict[str, Any]) -> dict[str, Any]:
    """The drug identification of a line: that of its first NDC, as a line holds one."""
    if not line["ndc"]:
        return {}
    first = line["ndc"][0]
    return {"drug": {"qualifier": "N4", "ndc": first["code"], "quantity": first["quantity"], "unit": first["unit"]}}


def _more_modifiers(held: Entries, day: date, payer: Payer | None, facility: bool) -> dict[str, list[str]]:
    """Modifiers beside JW and JZ, on the drug and on the service."""
    medicare = payer is not None and payer.base == "medicare-ab"
    mark = held.choice("off_campus")
    marks = [mark] if facility and medicare and mark in ("PO", "PN") else []
    drug = list(marks)
    if medicare and held.choice("is_340b") == "yes":
        held.on("modifier.TB", day)
        drug.insert(0, "TB")
    asks = profile(payer, "route_modifier", day, held.facts) if payer else None
    if asks is not None and asks.known and asks.value == "required":
        drug.append("JA")
    return {"drug": drug, "service": marks}


def _services(
    held: Entries, day: date, place: str, payer: Payer | None, ran: Infusion | None, notes: list[str]
) -> Iterator[tuple[str, int]]:
    """Code and units of what is billed beside the drug."""
    if place == "home" and payer is not None and payer.base == "medicare-dme":
        yield held.on("home.bundle_code", day).value, held.on("home.bundle_units", day).value
    elif place == "home":
        notes.append("How this payer wants the service at home billed was not found: ask it.")
    elif ran is None:
        notes.append("Give start and stop time for the administration codes.")
    else:
        yield from ((line.code, line.units) for line in ran.lines)


def _record(held: Entries, day: date, dose: Decimal, ran: Infusion | None, used: bool) -> dict[str, Any]:
    """What the chart holds of the infusion, as far as it was typed in."""
    out: dict[str, Any] = {
        "service_date": day.isoformat(),
        "dose_mg": plain(dose),
        "stock": held.choice("stock", "bought"),
    }
    if held.text("vials") and not used:
        opened = parse_vials(held.text("vials"), on=day, facts=held.facts)
        cartons = {
            package.mg: package.ndc for package in reversed(ndc.packages(facts=held.facts)) if package.kind == "carton"
        }
        out["vials"] = [{"ndc": vial.ndc or cartons[vial.size_mg], "count": vial.count} for vial in opened]
    if ran is not None:
        # As minutes of a day, so that every way of writing a clock time comes out the same.
        out |= {"start": clock_text(held.text("start")), "stop": clock_text(held.text("stop"))}
        if crossed := held.choice("next_day"):
            out["next_day"] = crossed == "yes"
        pauses = [part.split("-") for part in pauses_of(held)]
        if pauses:
            out["pauses"] = [{"start": clock_text(first), "stop": clock_text(last)} for first, last in pauses]
    return out


def claim_lines(claim: dict[str, Any], lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of the claim with the strings to copy: one for each NDC, under each labeler that fits."""
    out = []
    for number, line in enumerate(claim["lines"]):
        held = lines[number]["ndc"] if number < len(lines) else []
        strings = [
            [f"N4{code} {drug['unit']}{drug['quantity']}" for code in (drug["code"], *drug["also"])] for drug in held
        ]
        out.append(
            {
                "number": number + 1,
                "code": line["procedure_code"],
                "modifiers": line["modifiers"],
                "units": line["units"],
                "ndc_strings": strings,
            }
        )
    return out
