"""From what staff know of one infusion to its claim: lines, NDC strings, form, payment, check, in one answer of plain data.

:func:`compose` takes texts as they were typed, by field, and returns what ``schemas/composer.schema.json`` describes. A
field that cannot be read gets a message of its own, and no line is made of a number that is in doubt. :func:`choices` holds
what the fields offer. The page that asks holds no rule and no number: it shows what these functions return.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from j1553ref import ndc
from j1553ref.amounts import dose_by_weight, milligrams
from j1553ref.billing import Billing, plain
from j1553ref.checking import check
from j1553ref.code import code_for
from j1553ref.errors import J1553Error
from j1553ref.facts import Answer, FactBase, FactError, as_date, packaged
from j1553ref.facts.wording import cite, date_text, value_text
from j1553ref.forms import cms1500, ub04
from j1553ref.forms.paper import Box, Paper
from j1553ref.infusion import Infusion, clock_text, infusion_codes
from j1553ref.payers import Payer, parse_payer, payer_ids, profile
from j1553ref.planning import notes_on_units, whole_vials
from j1553ref.readers import claim_from
from j1553ref.report import help_url
from j1553ref.report.todo import steps
from j1553ref.units import bill_units
from j1553ref.vials import Vial, grams, least_waste, parse_vials

__all__ = ["FIELDS", "SCHEMA_VERSION", "changes", "choices", "compose"]

SCHEMA_VERSION = "1"
#: Field -> how it is called, and what it expects.
FIELDS: Mapping[str, tuple[str, str]] = {
    "dose_mg": ("Dose given", "milligrams, such as 32450, or with its unit, such as 35 g"),
    "weight_kg": ("Weight", "kilograms, such as 72.5, together with the dose for each kg"),
    "g_per_kg": ("Dose for each kg", "grams for each kilogram, such as 0.45"),
    "vials": ("Vials opened", "sizes such as 20g,10g,5g or 2x20g, or their NDCs; empty: the smallest set"),
    "labeler": ("Label on the vial", "the first five digits of the NDC, or empty for both"),
    "start": ("Start", "a clock time, such as 9:00 or 0900"),
    "stop": ("Stop", "a clock time, such as 13:35 or 1:35 PM"),
    "pauses": ("Pauses", "times without infusion, such as 10:00-10:20, with commas between them"),
    "next_day": ("Ended the next day", "yes or no, where the infusion ran for more than 12 hours"),
    "on": ("Date of service", "a date, such as 2026-11-03"),
    "setting": ("Where", "office, infusion-center, hospital-outpatient or home"),
    "payer": ("Payer", "the id of a payer, such as medicare-ab:noridian"),
    "stock": ("The drug was", "bought or free"),
    "leftover": ("What was left", "discarded, or used"),
    "is_340b": ("340B stock", "yes or no"),
    "off_campus": ("Off-campus department", "PO, PN or no"),
}
_CHOICES = {
    "next_day": ("yes", "no"),
    "setting": ("office", "infusion-center", "hospital-outpatient", "home"),
    "stock": ("bought", "free"),
    "leftover": ("discarded", "used"),
    "is_340b": ("yes", "no"),
    "off_campus": ("PO", "PN", "no"),
}
_SETTINGS = {
    "office": "Physician office",
    "infusion-center": "Infusion center",
    "hospital-outpatient": "Hospital outpatient department",
    "home": "Home",
}
_CENT = Decimal("0.01")
T = TypeVar("T")

#: Box of a form -> what goes there, and the fact that says so.
_BOXES: Mapping[str, tuple[str, str]] = {
    "4": ("The type of bill of an outpatient hospital claim.", "bill_type.outpatient"),
    "24A": ("The date on which the drug was given.", "infusion.several_days"),
    "24B": ("The place of service.", "site.office"),
    "24D": ("The code, then JW or JZ where the payer asks for it, then other modifiers.", "discard.jw_line"),
    "24G": ("Whole billing units: milligrams divided by the unit, rounded up once.", "unit.size"),
    "42": ("The revenue code of a drug that has a HCPCS code.", "revenue_code.drug"),
    "43": ("N4, the NDC, its unit and the milliliters.", "ndc.qualifier"),
    "44": ("The code, then JW or JZ where the payer asks for it, then other modifiers.", "discard.jw_line"),
    "45": ("The date on which the drug was given.", "infusion.several_days"),
    "46": ("Whole billing units: milligrams divided by the unit, rounded up once.", "unit.size"),
}


@dataclass
class _Entries:
    """The fields as they were read, and what is wrong with those that were not."""

    typed: Mapping[str, str]
    facts: FactBase
    problems: list[dict[str, str]] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        return str(self.typed.get(name) or "").strip()

    def refuse(self, name: str, message: str) -> None:
        if name not in {problem["field"] for problem in self.problems}:
            self.problems.append({"field": name, "message": message})

    def taken(self, name: str, read: Callable[[str], T]) -> T | None:
        """The field as ``read`` makes it; None where it is empty, or where it cannot be read."""
        text = self.text(name)
        if not text:
            return None
        try:
            return read(text)
        except J1553Error as error:
            self.refuse(name, str(error))
            return None

    def choice(self, name: str, default: str = "") -> str:
        text = self.text(name) or default
        if text and text not in _CHOICES[name]:
            self.refuse(name, f"{FIELDS[name][0].lower()}: expected {FIELDS[name][1]}")
            return default
        return text

    def on(self, fact_id: str, day: date) -> Answer:
        """What a fact says on a date, noted as read."""
        found = self.facts.on(fact_id, day)
        self.read.append(fact_id)
        return found


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
    held = _Entries(entries, facts or packaged())
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
    out |= {"form": None, "claim": None, "findings": [], "to_do": [], "notes": [], "facts": [], "on": None}
    day = held.taken("on", as_date)
    if day is None and not held.text("on"):
        held.refuse("on", f"{FIELDS['on'][0]}: it decides which facts hold; write it as in 2026-11-03")
    for name in _CHOICES:
        held.choice(name)
    place = held.choice("setting", "office")
    payer = held.taken("payer", lambda text: parse_payer(text, held.facts))
    dose = _dose(held)
    if day is None or dose is None:
        return out
    out |= {"on": day.isoformat(), "dose_mg": plain(dose)}
    notes: list[str] = []
    payer = _payer_at(place, payer, held, day, notes)
    bill = _bill(held, dose, day, payer, place)
    ran = _infusion(held, day)
    if bill is None:
        return out
    used = held.choice("leftover", "discarded") == "used" and bill.discarded_units > 0
    lines = _used_up(bill, held, day) if used else [line.to_json() for line in bill.lines]
    out |= {key: value for key, value in bill.to_json().items() if key not in ("lines", "notes")}
    out |= {"lines": lines, "answer": _sentence(lines), "discarded_units": 0 if used else bill.discarded_units}
    out["whole_vials"] = [other.to_json() for other in whole_vials(dose, on=day)]
    out["administration"] = ran.to_json() if ran else None
    if held.problems:
        # A claim is drawn only of fields that could all be read.
        return out | {"notes": list(bill.notes), "facts": _facts(held, (*bill.facts, *(ran.facts if ran else ())), day)}
    claim = _claim(held, day, place, payer, dose, lines, ran, used, notes)
    out["claim"], out["claim_lines"] = claim, _claim_lines(claim, lines)
    out["payment"] = _payment(held, day, place, payer, lines, notes)
    _checked(out, claim, held.facts)
    more = notes_on_units(bill, dose, whole_vials(dose, on=day), payer=payer.id if payer else None, on=day)
    if not held.text("vials"):
        notes.append("No vials were named: the smallest set is taken. Bill what was opened.")
    out["notes"] = list(dict.fromkeys([*notes, *bill.notes, *more, *(ran.notes if ran else ())]))
    out["facts"] = _facts(held, (*bill.facts, *(ran.facts if ran else ()), *(fact for _, fact in _BOXES.values())), day)
    return out


def _dose(held: _Entries) -> Decimal | None:
    """The dose in mg, as given or by weight; None where it is not known, with a problem that says why."""
    weight, per_kg = held.text("weight_kg"), held.text("g_per_kg")
    if held.text("dose_mg"):
        if weight or per_kg:
            held.refuse("dose_mg", "the dose: write either the dose, or the weight with the dose for each kg, not both")
            return None
        return held.taken("dose_mg", milligrams)
    if weight and per_kg:
        return held.taken("weight_kg", lambda text: dose_by_weight(text, per_kg))
    name = "g_per_kg" if weight else "weight_kg" if per_kg else "dose_mg"
    held.refuse(name, f"{FIELDS[name][0]}: expected {FIELDS[name][1]}")
    return None


def _payer_at(place: str, payer: Payer | None, held: _Entries, day: date, notes: list[str]) -> Payer | None:
    """Who is billed in this setting: at home Medicare's DME contractor."""
    if place == "home" and payer is not None and payer.base == "medicare-ab":
        notes.append(f"At home the claim goes to {held.on('home.contractor', day).value}, not to the A/B contractor.")
        return parse_payer("medicare-dme", held.facts)
    return payer


def _bill(held: _Entries, dose: Decimal, day: date, payer: Payer | None, place: str) -> Billing | None:
    """The lines of the drug; None with a problem where they cannot be made."""
    base = held.facts
    labeler = held.taken("labeler", lambda text: _labeler(text, base))
    vials: Iterable[Vial] | None = held.taken("vials", lambda text: parse_vials(text, on=day, facts=base))
    if held.problems:
        return None
    try:
        if not base.on("code.valid", day).value:
            setting = place if place in ("home", "hospital-outpatient") else "office"
            held.refuse("on", code_for(day, payer=payer.id if payer else None, setting=setting, facts=base).why)
            return None
        opened = vials if vials is not None else least_waste(dose, on=day, facts=base)
        named = payer.id if payer else None
        return bill_units(dose_mg=dose, vials=opened, on=day, payer=named, labeler=labeler, facts=base)
    except FactError as error:
        held.refuse("on", str(error))
    except J1553Error as error:
        held.refuse("vials" if held.text("vials") else "dose_mg", str(error))
    return None


def _labeler(text: str, facts: FactBase) -> str:
    known = ndc.labelers(facts=facts)
    if text not in known:
        raise FactError(f"labeler: expected {' or '.join(known)}, or nothing for both")
    return text


def _infusion(held: _Entries, day: date) -> Infusion | None:
    """Minutes and administration codes, where both clock times were given."""
    start, stop = held.text("start"), held.text("stop")
    crossed = held.choice("next_day")
    if not start and not stop:
        return None
    if not start or not stop:
        name = "stop" if start else "start"
        held.refuse(name, f"{FIELDS[name][0]}: an infusion code needs both times; expected {FIELDS[name][1]}")
        return None
    try:
        return infusion_codes(
            start,
            stop,
            on=day,
            pauses=[part.strip() for part in held.text("pauses").split(",") if part.strip()],
            next_day=crossed == "yes",
            same_day=crossed == "no",
            facts=held.facts,
        )
    except J1553Error as error:
        message = str(error)
        name = "pauses" if message.startswith("pause") else "start" if message.startswith("start") else "stop"
        held.refuse(name, message)
        return None


def _used_up(bill: Billing, held: _Entries, day: date) -> list[dict[str, Any]]:
    """The lines where nothing was discarded: the units given, with JZ."""
    [given, *_] = [line.to_json() for line in bill.lines]
    return [given | {"modifiers": [held.on("discard.jz", day).value]}]


def _sentence(lines: list[dict[str, Any]]) -> str:
    """The answer in one sentence.

    >>> _sentence([{"units": 400, "modifiers": ["JZ"]}])
    'Bill 400 units on one line with JZ: nothing was discarded.'
    """
    given = f"{lines[0]['units']:,} unit{'' if lines[0]['units'] == 1 else 's'}"
    if len(lines) == 1:
        return f"Bill {given} on one line with {' '.join(lines[0]['modifiers'])}: nothing was discarded."
    waste = lines[1]["units"]
    return f"Bill {given}, and {waste:,} unit{'' if waste == 1 else 's'} with {lines[1]['modifiers'][0]} for the waste."


# -- the claim ----------------------------------------------------------------------------------------------------


def _claim(
    held: _Entries,
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


def _more_modifiers(held: _Entries, day: date, payer: Payer | None, facility: bool) -> dict[str, list[str]]:
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
    held: _Entries, day: date, place: str, payer: Payer | None, ran: Infusion | None, notes: list[str]
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


def _record(held: _Entries, day: date, dose: Decimal, ran: Infusion | None, used: bool) -> dict[str, Any]:
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
        pauses = [part.split("-") for part in held.text("pauses").split(",") if "-" in part]
        if pauses:
            out["pauses"] = [{"start": clock_text(first), "stop": clock_text(last)} for first, last in pauses]
    return out


def _claim_lines(claim: dict[str, Any], lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
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


# -- money --------------------------------------------------------------------------------------------------------


def _payment(
    held: _Entries, day: date, place: str, payer: Payer | None, lines: list[dict[str, Any]], notes: list[str]
) -> dict[str, Any] | None:
    """What Medicare allows and who pays it, line by line, rounded to cents; None with a note where that is not known."""
    if payer is None or payer.base != "medicare-ab":
        notes.append("What this payer pays was not found: its contract says it.")
        return None
    if held.choice("stock", "bought") == "free":
        notes.append("The drug was free: Medicare pays nothing for it.")
        return None
    fact_id = "opps.rate" if place == "hospital-outpatient" else "payment.limit"
    try:
        known, usual = held.on(fact_id, day), held.on("payment.coinsurance", day)
        kept = Decimal(held.on("payment.sequestration", day).value) / 100
    except FactError as error:
        notes.append(f"Payment: {error}")
        return None
    if not known.known:
        notes.append(f"Payment on {date_text(day)} is not known here: the files of that quarter were not read.")
        return None
    rate = known.value["limit"] if fact_id == "payment.limit" else known.value
    stated = known.value.get("coinsurance") if fact_id == "payment.limit" else None
    share = Decimal(usual.value if stated is None else stated) / 100
    rows = []
    for line in lines:
        allowed = _cents(rate * line["units"])
        patient = _cents(allowed * share)
        medicare = _cents((allowed - patient) * (1 - kept))
        rows.append({"allowed": f"{allowed:.2f}", "patient": f"{patient:.2f}", "medicare": f"{medicare:.2f}"})
    totals = {key: f"{sum(Decimal(row[key]) for row in rows):.2f}" for key in ("allowed", "patient", "medicare")}
    return {
        "per_unit": plain(rate),
        "lines": rows,
        **totals,
        "until": known.entry.known_until.isoformat() if known.entry.known_until else None,
        "fact": fact_id,
    }


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


# -- form, check, facts -------------------------------------------------------------------------------------------


def _checked(out: dict[str, Any], document: dict[str, Any], facts: FactBase) -> None:
    """Put the form and what the rules say of the claim into the answer."""
    claim = claim_from(document)
    paper = (ub04 if claim.form == "ub04" else cms1500).form(claim)
    out["form"] = _paper(paper)
    report = check(claim, facts=facts)
    out["findings"] = [
        {
            "code": finding.code,
            "severity": finding.severity,
            "pointer": finding.pointer,
            "message": finding.message,
            "help": help_url(finding.code),
        }
        for finding in report.findings
    ]
    out["to_do"] = [step.to_json() for step in steps(report.not_checked, claim.format, claim.form)]


def _paper(paper: Paper) -> dict[str, Any]:
    """A form as plain data; a box that has an explanation names the fact behind it."""

    def box(held: Box) -> dict[str, Any]:
        why, fact = _BOXES.get(held.label, ("", ""))
        return {"label": held.label, "meaning": held.meaning, "value": held.value, "why": why, "fact": fact or None}

    return {
        "title": paper.title,
        "sheets": [
            {
                "head": [box(held) for held in sheet.head],
                "rows": [
                    {"number": row.number, "shaded": row.shaded, "boxes": [box(held) for held in row.boxes]}
                    for row in sheet.rows
                ],
                "foot": [box(held) for held in sheet.foot],
            }
            for sheet in paper.sheets
        ],
        "notes": list(paper.notes),
    }


def _facts(held: _Entries, more: Iterable[str], day: date) -> list[dict[str, Any]]:
    """Each fact that was read, with its value on the date of service and where it is from."""
    out = []
    for fact_id in dict.fromkeys((*held.read, *more)):
        try:
            found = held.facts.on(fact_id, day)
        except FactError:
            continue
        if not found.known:
            continue
        out.append(
            {
                "id": fact_id,
                "label": found.fact.label,
                "value": value_text(found.value, found.fact.unit),
                "grade": found.grade,
                "checked": found.entry.checked.isoformat(),
                "sources": [cite(held.facts.documents[source.id]) for source in found.entry.sources],
            }
        )
    return out


# -- what the fields offer, and what a change of one does ----------------------------------------------------------


def choices(facts: FactBase | None = None) -> dict[str, Any]:
    """What each field offers: settings, payers with their contractors or plans, labelers, vial sizes, known quarters.

    >>> offered = choices()
    >>> [setting["id"] for setting in offered["settings"]][:2], [size["label"] for size in offered["vials"]]
    (['office', 'infusion-center'], ['20 g', '10 g', '5 g'])
    """
    base = facts or packaged()
    ids = payer_ids(base)
    newest = base.get("product.vial_sizes").newest
    return {
        "schema_version": SCHEMA_VERSION,
        "facts_checked": base.checked_until.isoformat(),
        "fields": [{"name": name, "label": label, "expects": expects} for name, (label, expects) in FIELDS.items()],
        "settings": [{"id": name, "label": label} for name, label in _SETTINGS.items()],
        "payers": [
            {
                "id": name,
                "label": parse_payer(name, base).label,
                "parts": [
                    {"id": part, "label": parse_payer(part, base).label} for part in ids if part.startswith(f"{name}:")
                ],
            }
            for name in ids
            if ":" not in name
        ],
        "labelers": [{"id": name, "label": name} for name in ndc.labelers(facts=base)],
        "vials": [
            {"id": grams(size).replace(" ", ""), "label": grams(size)} for size in sorted(newest.value, reverse=True)
        ],
        "quarters": [
            {
                "from": entry.start.isoformat(),
                "until": entry.known_until.isoformat() if entry.known_until else None,
            }
            for entry in base.get("payment.limit").history
        ],
    }


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What differs between two answers of :func:`compose`, in words, for "what would change this answer?".

    >>> office = {"dose_mg": "32450", "vials": "20g,10g,5g", "on": "2026-11-03", "payer": "medicare-ab"}
    >>> changes(compose(office), compose(office | {"is_340b": "yes"}))
    ['line 1: J1553 becomes J1553 TB', 'line 2: J1553 JW becomes J1553 JW TB']
    """
    if after["problems"]:
        return [problem["message"] for problem in after["problems"]]
    out = []
    old, new = [[_line_text(line) for line in answer["claim_lines"]] for answer in (before, after)]
    for number in range(max(len(old), len(new))):
        was, now = (texts[number] if number < len(texts) else None for texts in (old, new))
        if was is None:
            out.append(f"line {number + 1} is new: {' x '.join(now or ())}")
        elif now is None:
            out.append(f"line {number + 1} goes: {' x '.join(was)}")
        else:
            out += [
                f"line {number + 1}: {first} becomes {second}"
                for first, second in zip(was, now, strict=True)
                if first != second
            ]
    if (form := _title(before)) != (other := _title(after)):
        out.append(f"form: {form} becomes {other}")
    paid, pays = (answer["payment"]["allowed"] if answer["payment"] else "not known" for answer in (before, after))
    return out + ([f"allowed: {paid} becomes {pays}"] if paid != pays else [])


def _line_text(line: Mapping[str, Any]) -> tuple[str, str]:
    return " ".join([line["code"], *line["modifiers"]]), str(line["units"])


def _title(answer: Mapping[str, Any]) -> str:
    return str(answer["form"]["title"]) if answer["form"] else "none"


def as_json(entries: str) -> str:
    """:func:`compose` from JSON text to JSON text, for callers in another language.

    >>> json.loads(as_json('{"dose_mg": "40000", "on": "2026-05-04"}'))["answer"]
    'Bill 400 units on one line with JZ: nothing was discarded.'
    """
    return json.dumps(compose(json.loads(entries)))
