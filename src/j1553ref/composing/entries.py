"""What was typed: the fields, what each expects, and what they make by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from j1553ref import ndc
from j1553ref.amounts import dose_by_weight, milligrams
from j1553ref.billing import Billing
from j1553ref.code import code_for
from j1553ref.errors import J1553Error
from j1553ref.facts import Answer, FactBase, FactError
from j1553ref.infusion import Infusion, infusion_codes
from j1553ref.payers import Payer, parse_payer
from j1553ref.units import bill_units
from j1553ref.vials import Vial, least_waste, parse_vials

__all__ = ["CHOICES", "FIELDS", "Entries"]

T = TypeVar("T")
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
CHOICES = {
    "next_day": ("yes", "no"),
    "setting": ("office", "infusion-center", "hospital-outpatient", "home"),
    "stock": ("bought", "free"),
    "leftover": ("discarded", "used"),
    "is_340b": ("yes", "no"),
    "off_campus": ("PO", "PN", "no"),
}


@dataclass
class Entries:
    """The fields as they were typed, what is wrong with them, and the facts that were read.

    >>> from j1553ref.facts import packaged
    >>> held = Entries({"setting": "clinic"}, packaged())
    >>> held.choice("setting", "office"), held.problems[0]["field"]
    ('office', 'setting')
    """

    typed: Mapping[str, str]
    facts: FactBase
    problems: list[dict[str, str]] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The text of a field without blanks around it; empty where it is absent."""
        return str(self.typed.get(name) or "").strip()

    def refuse(self, name: str, message: str) -> None:
        """Note what is wrong with a field, the first thing that is."""
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
        """The field where it is one of its choices, else ``default``; any other text is refused."""
        text = self.text(name) or default
        if text and text not in CHOICES[name]:
            self.refuse(name, f"{FIELDS[name][0].lower()}: expected {FIELDS[name][1]}")
            return default
        return text

    def on(self, fact_id: str, day: date) -> Answer:
        """What a fact says on a date, noted as read."""
        found = self.facts.on(fact_id, day)
        self.read.append(fact_id)
        return found


def dose_given(held: Entries) -> Decimal | None:
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


def payer_at(place: str, payer: Payer | None, held: Entries, day: date, notes: list[str]) -> Payer | None:
    """Who is billed in this setting: at home Medicare's DME contractor."""
    if place == "home" and payer is not None and payer.base == "medicare-ab":
        notes.append(f"At home the claim goes to {held.on('home.contractor', day).value}, not to the A/B contractor.")
        return parse_payer("medicare-dme", held.facts)
    return payer


def bill_of(held: Entries, dose: Decimal, day: date, payer: Payer | None, place: str) -> Billing | None:
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


def infusion_of(held: Entries, day: date) -> Infusion | None:
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
            pauses=pauses_of(held),
            next_day=crossed == "yes",
            same_day=crossed == "no",
            facts=held.facts,
        )
    except J1553Error as error:
        message = str(error)
        name = "pauses" if message.startswith("pause") else "start" if message.startswith("start") else "stop"
        held.refuse(name, message)
        return None


def pauses_of(held: Entries) -> list[str]:
    return [part.strip() for part in held.text("pauses").split(",") if part.strip()]
