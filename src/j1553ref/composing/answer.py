"""The answer: one function from the entries to everything that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from j1553ref.billing import Billing, plain
from j1553ref.composing.claims import claim_lines, native_claim
from j1553ref.composing.entries import CHOICES, FIELDS, Entries, bill_of, dose_given, infusion_of, payer_at
from j1553ref.composing.shown import BOXES, drawn, facts_read, payment, pictures, put_form_and_check
from j1553ref.facts import FactBase, as_date, packaged
from j1553ref.payers import parse_payer
from j1553ref.planning import notes_on_units, whole_vials

__all__ = ["SCHEMA_VERSION", "compose"]

SCHEMA_VERSION = "1"


def compose(entries: Mapping[str, str], *, facts: FactBase | None = None) -> dict[str, Any]:
    """The claim of one infusion, as plain data; ``entries`` are texts by the names of :data:`FIELDS`, empty or absent ones alike.

    ``problems`` names each field that cannot be read or does not go with another, and what to write. Lines are made only of
    fields without a problem. Doses are in mg, times in minutes, money in US dollars, quantities in mL, as decimal strings.
    Sources: those of the functions of ``units``, ``infusion``, ``code`` and ``checking``, facts ``payment.limit``,
    ``opps.rate``, ``payment.coinsurance``, ``payment.sequestration``.

    >>> answer = compose({"dose_mg": "32450", "vials": "20g,10g,5g", "on": "2026-11-03", "payer": "medicare-ab"})
    >>> answer["answer"]
    'Bill 325 units, and 25 units with JW for the waste.'
    >>> [(line["code"], line["modifiers"], line["units"]) for line in answer["lines"]]
    [('J1553', [], 325), ('J1553', ['JW'], 25)]
    >>> compose({"dose_mg": "a lot", "on": "2026-11-03"})["problems"][0]["field"]
    'dose_mg'
    """
    held = Entries(entries, facts or packaged())
    unknown = sorted(set(entries) - FIELDS.keys())
    if unknown:
        held.refuse(
            "", f"there is no field {', '.join(name[:40] for name in unknown)}; the fields are {', '.join(FIELDS)}"
        )
    out: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "problems": held.problems, "answer": "", "lines": []}
    blank: dict[str, Any] = {
        "dose_mg": None,
        "administered_units": None,
        "discarded_units": None,
        "total_units": None,
        "vials": [],
    }
    out |= blank | {
        "least_waste_vials": [],
        "whole_vials": [],
        "administration": None,
        "claim_lines": [],
        "payment": None,
    }
    out |= {
        "form": None,
        "claim": None,
        "pictures": [],
        "findings": [],
        "to_do": [],
        "notes": [],
        "facts": [],
        "on": None,
    }
    day = held.taken("on", as_date)
    if day is None and not held.text("on"):
        held.refuse("on", f"{FIELDS['on'][0]}: it decides which facts hold; write it as in 2026-11-03")
    for name in CHOICES:
        held.choice(name)
    place = held.choice("setting", "office")
    payer = held.taken("payer", lambda text: parse_payer(text, held.facts))
    dose = dose_given(held)
    if day is None or dose is None:
        return out
    out |= {"on": day.isoformat(), "dose_mg": plain(dose)}
    notes: list[str] = []
    payer = payer_at(place, payer, held, day, notes)
    bill = bill_of(held, dose, day, payer, place)
    ran = infusion_of(held, day)
    if bill is None:
        return out
    used = held.choice("leftover", "discarded") == "used" and bill.discarded_units > 0
    lines = used_up(bill, held, day) if used else [line.to_json() for line in bill.lines]
    out |= {key: value for key, value in bill.to_json().items() if key not in ("lines", "notes")}
    out |= {"lines": lines, "answer": sentence(lines), "discarded_units": 0 if used else bill.discarded_units}
    out["whole_vials"] = [other.to_json() for other in whole_vials(dose, on=day)]
    out["administration"] = ran.to_json() if ran else None
    if held.problems:
        # A claim is drawn only of fields that could all be read.
        return out | {
            "notes": list(bill.notes),
            "facts": facts_read(held, (*bill.facts, *(ran.facts if ran else ())), day),
        }
    claim = native_claim(held, day, place, payer, dose, lines, ran, used, notes)
    out["claim"], out["claim_lines"] = claim, claim_lines(claim, lines)
    out["payment"] = payment(held, day, place, payer, lines, notes)
    put_form_and_check(out, claim, held.facts)
    out["pictures"] = [drawn(kind, made) for kind, made in pictures(held, day, None if used else bill, ran)]
    more = notes_on_units(bill, dose, whole_vials(dose, on=day), payer=payer.id if payer else None, on=day)
    if not held.text("vials"):
        notes.append("No vials were named: the smallest set is taken. Bill what was opened.")
    out["notes"] = list(dict.fromkeys([*notes, *bill.notes, *more, *(ran.notes if ran else ())]))
    out["facts"] = facts_read(
        held, (*bill.facts, *(ran.facts if ran else ()), *(fact for _, fact in BOXES.values())), day
    )
    return out


def used_up(bill: Billing, held: Entries, day: date) -> list[dict[str, Any]]:
    """The lines where nothing was discarded: the units given, with JZ."""
    [given, *_] = [line.to_json() for line in bill.lines]
    return [given | {"modifiers": [held.on("discard.jz", day).value]}]


def sentence(lines: list[dict[str, Any]]) -> str:
    """The answer in one sentence.

    >>> sentence([{"units": 400, "modifiers": ["JZ"]}])
    'Bill 400 units on one line with JZ: nothing was discarded.'
    """
    given = f"{lines[0]['units']:,} unit{'' if lines[0]['units'] == 1 else 's'}"
    if len(lines) == 1:
        return f"Bill {given} on one line with {' '.join(lines[0]['modifiers'])}: nothing was discarded."
    waste = lines[1]["units"]
    return f"Bill {given}, and {waste:,} unit{'' if waste == 1 else 's'} with {lines[1]['modifiers'][0]} for the waste."
