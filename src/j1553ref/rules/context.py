"""How a rule sees a claim: as a whole, and as groups of J1553 lines of one date of service and one encounter.

The figures of a group carry the names that the rule pages use: units given (lines without JW), units discarded (JW
lines), units needed for the dose, units in the opened vials, and the least total that whole vials can make.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from j1553ref import ndc, units
from j1553ref.claim import Administration, Claim, Line, Part
from j1553ref.code import CODE
from j1553ref.facts import Answer, FactBase, FactError
from j1553ref.infusion import InfusionError, minutes_infused
from j1553ref.payers import Payer, profile
from j1553ref.rules.base import Finding, Missing, Rule, need

__all__ = ["CODE", "PARTING", "SEPARATE", "WITHOUT_SOURCE", "ClaimView", "Group", "WasteRule", "modifier_at"]

#: Modifiers that part two lines of one code on one date.
PARTING = frozenset({"59", "76", "77", "XE", "XP", "XS", "XU"})
#: Those of them that mark a second site or a separate encounter.
SEPARATE = PARTING - {"76", "77"}
#: First letters of the codes under which drugs are billed.
DRUG_LETTERS = ("J", "Q", "C")
#: Modifiers that no source on immune globulin speaks of; see the gap ``modifiers-without-source``.
WITHOUT_SOURCE = ("KD", "JE", "RA", "RB", "TH")


@dataclass(frozen=True, slots=True)
class WasteRule:
    """That JW and JZ belong on the lines of this group, and how loudly a rule may say so."""

    severity: str
    reason: str


@dataclass(kw_only=True)
class View:
    """What all views share: the claim, its payer, the facts, and the rule that is looking."""

    claim: Claim
    payer: Payer | None
    facts: FactBase
    #: sizes in mg that the provider stocks; empty where nothing is said of it
    stocked: tuple[int, ...] = ()
    looking: Rule | None = field(default=None, repr=False)

    def answer(self, fact_id: str, on: date | None) -> Answer:
        """What a fact says on a date of service, known or not; a missing date means *not checked*."""
        day = need(on, "service_date", "the date of service decides which facts hold")
        try:
            return self.facts.on(fact_id, day)
        except FactError as error:
            raise Missing(fact_id, str(error)) from None

    def fact(self, fact_id: str, on: date | None) -> Answer:
        """What a fact says on a date of service; where it is not known, the rule is *not checked*."""
        answer = self.answer(fact_id, on)
        if not answer.known:
            raise Missing(fact_id, f"not known for {answer.on.isoformat()}; see the gap {answer.fact.gap}")
        return answer

    def profile(self, key: str, on: date | None) -> Answer | None:
        """What the payer's profile says under a key, or None where nothing is known of this payer."""
        payer = need(self.payer, "payer", "what is asked for depends on the payer")
        day = need(on, "service_date", "the date of service decides which facts hold")
        return profile(payer, key, day, self.facts)

    def finding(
        self,
        pointer: str,
        message: str,
        *,
        on: date | None,
        expected: object = None,
        actual: object = None,
        severity: str | None = None,
    ) -> Finding:
        """A finding of the rule that is looking; its declared facts are cited with the date of service."""
        by = self.looking
        assert by is not None
        return Finding(
            code=by.code,
            name=by.name,
            severity=severity or by.severity,
            pointer=pointer,
            message=message,
            expected=None if expected is None else str(expected),
            actual=None if actual is None else str(actual),
            facts=tuple((each, on) for each in by.facts) if on else (),
        )


@dataclass(kw_only=True)
class ClaimView(View):
    """The whole claim."""

    @cached_property
    def drug_lines(self) -> tuple[Line, ...]:
        """The J1553 lines."""
        return tuple(line for line in self.claim.lines if line.procedure_code == CODE)

    @cached_property
    def misplaced_lines(self) -> tuple[Line, ...]:
        """Lines of another code that carry an NDC of Yimmugo."""
        unlisted = self.facts.get("code.unlisted").newest.value
        recorded = {each.service_date for each in self.claim.administrations if _of_yimmugo(each)}
        billed = {line.start for line in self.drug_lines}
        return tuple(
            line
            for line in self.claim.lines
            if line.procedure_code != CODE
            and (
                (line.drug and line.drug.ndc and _means_yimmugo(line.drug.ndc))
                or (
                    line.procedure_code in unlisted
                    and not (line.drug and line.drug.ndc)
                    and line.start in recorded
                    and line.start not in billed
                )
            )
        )

    @cached_property
    def lone_infusion(self) -> Line | None:
        """An infusion for a primary immunodeficiency on a claim that bills no drug at all."""
        initial = self.facts.get("infusion.code.initial").newest.value
        families = tuple(self.facts.get("diagnosis.family").newest.value)
        if not any(code.upper().startswith(families) for code in self.claim.diagnoses):
            return None
        if "lines" in self.claim.damaged or "diagnoses" in self.claim.damaged:
            return None
        if any(
            (line.procedure_code or DRUG_LETTERS[0]).startswith(DRUG_LETTERS) or line.drug for line in self.claim.lines
        ):
            return None
        return next((line for line in self.claim.lines if line.procedure_code == initial), None)

    def readable(self, name: str) -> None:
        """Not checked where a field of any line of the claim is damaged."""
        if any(name in line.damaged for line in self.claim.lines):
            raise Missing(name, "damaged in the input")

    @cached_property
    def unreadable_code(self) -> bool:
        """Whether a line or its code is damaged and no other line is the drug's: then nothing can be decided."""
        return bool(self.torn) and not self.drug_lines

    @cached_property
    def torn(self) -> str:
        """What is damaged so that a group may lack one of its lines; empty where every line is where it belongs."""
        if "lines" in self.claim.damaged:
            return "lines"
        if any("procedure_code" in line.damaged for line in self.claim.lines):
            return "procedure_code"
        return "service_date" if any("start" in line.damaged for line in self.drug_lines) else ""

    @cached_property
    def in_scope(self) -> bool:
        """Whether the claim has a J1553 line, one that should be one, or a record of the drug."""
        found = self.drug_lines or self.misplaced_lines or self.claim.administrations
        return bool(found) or self.unreadable_code or self.lone_infusion is not None

    def strays(self, *modifiers: str) -> Iterator[tuple[Line, str]]:
        """Administration and visit lines that bear one of the modifiers of a drug, each with the first it bears."""
        self.readable("modifiers")
        for line in self.claim.lines:
            borne = [each for each in modifiers if each in line.modifiers]
            if (
                borne
                and line.procedure_code != CODE
                and (line.procedure_code or "").startswith(self._services(line.start))
            ):
                yield line, borne[0]

    def _services(self, on: date | None) -> tuple[str, ...]:
        return self.fact("infusion.code_family", on).value, *self.fact("infusion.visit_family", on).value

    def on_date(self, day: date | None, encounter: str | None = None) -> tuple[Line, ...]:
        """The lines of one date; of one encounter where the line names one."""
        same = (line for line in self.claim.lines if line.start == day and day is not None)
        return tuple(line for line in same if encounter is None or line.encounter in (None, encounter))

    @cached_property
    def days(self) -> tuple[tuple[date | None, str | None], ...]:
        """The dates and encounters on which the drug is billed."""
        return tuple(dict.fromkeys((line.start, line.encounter) for line in self.drug_lines))

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The J1553 lines by date of service and encounter, each with what the record says of that infusion."""
        return tuple(
            Group(
                claim=self.claim,
                payer=self.payer,
                facts=self.facts,
                stocked=self.stocked,
                on=day,
                lines=tuple(each for each in self.drug_lines if (each.start, each.encounter) == (day, encounter)),
                records=self._records(day, encounter, alone=sum(key[0] == day for key in self.days) == 1),
                neighbors=tuple(each for each in self.on_date(day, encounter) if each.procedure_code != CODE),
                encounter=encounter,
            )
            for day, encounter in self.days
        )

    def _records(self, day: date | None, encounter: str | None, *, alone: bool) -> tuple[Administration, ...]:
        """The records of that date; where the date has one group only, a record needs no matching encounter."""
        same_day = (each for each in self.claim.administrations if each.service_date == day and day is not None)
        return tuple(each for each in same_day if alone or each.encounter == encounter)


@dataclass(kw_only=True)
class Group(View):
    """J1553 lines of one date of service and one encounter."""

    on: date | None
    lines: tuple[Line, ...]
    records: tuple[Administration, ...]
    #: the other lines of the same date and encounter
    neighbors: tuple[Line, ...] = ()
    encounter: str | None = None
    #: codes of rules that a fired rule has silenced for this group
    stopped: set[str] = field(default_factory=set)

    # -- the lines ---------------------------------------------------------------------------------------------

    @cached_property
    def given_lines(self) -> tuple[Line, ...]:
        """Lines without JW."""
        return tuple(line for line in self.lines if "JW" not in line.modifiers)

    @cached_property
    def discarded_lines(self) -> tuple[Line, ...]:
        """Lines with JW."""
        return tuple(line for line in self.lines if "JW" in line.modifiers)

    def first(self, name: str, lines: tuple[Line, ...] | None = None) -> str:
        """The pointer of a field on the first of the lines."""
        return (lines or self.lines)[0].at(name)

    @cached_property
    def given_units(self) -> int:
        """Total units of the lines without JW."""
        return _total_units(self.given_lines)

    @cached_property
    def discarded_units(self) -> int:
        """Total units of the JW lines."""
        return _total_units(self.discarded_lines)

    def has(self, modifier: str) -> bool:
        """Whether a line of the group bears the modifier."""
        return any(modifier in line.modifiers for line in self.lines)

    def readable_beside(self, name: str) -> None:
        """Not checked where a field of a line beside the drug is damaged."""
        if any(name in line.damaged for line in self.neighbors):
            raise Missing(name, "damaged in the input")

    # -- the record --------------------------------------------------------------------------------------------

    @cached_property
    def dose_mg(self) -> Decimal:
        """The dose given, in mg."""
        doses = [need(each.dose_mg, "dose_mg", _why(each, "dose_mg")) for each in self._recorded("dose_mg")]
        return sum(doses, Decimal(0))

    @cached_property
    def knows_dose(self) -> bool:
        """Whether the record holds the dose."""
        return bool(self.records) and all(each.dose_mg is not None for each in self.records)

    @cached_property
    def knows_vials(self) -> bool:
        """Whether the record holds the opened vials."""
        return bool(self.records) and all(each.vials for each in self.records)

    @cached_property
    def vial_count(self) -> int:
        """How many vials were opened."""
        opened = (need(each.vials or None, "vials", _why(each, "vials")) for each in self._recorded("vials"))
        return sum(vials.count for each in opened for vials in each)

    @cached_property
    def opened(self) -> int:
        """Units in the opened vials."""
        total = 0
        for record in self._recorded("vials"):
            for vials in need(record.vials or None, "vials", _why(record, "vials")):
                package = ndc.package(vials.ndc) if ndc.is_valid(vials.ndc) else None
                content = need(package, "vials", "the NDC of an opened vial is not a known Yimmugo package")
                total += vials.count * content.mg // self.unit_size
        return total

    def _recorded(self, datum: str) -> tuple[Administration, ...]:
        if not self.records:
            raise Missing(datum, "the claim carries no record of the infusion on this date")
        return self.records

    @cached_property
    def minutes(self) -> int:
        """Minutes in which the drug ran, pauses left out."""
        total = 0
        for each in self._recorded("start"):
            start, stop = need(each.start, "start", _why(each, "start")), need(each.stop, "stop", _why(each, "stop"))
            pauses = [(pause.start, pause.stop) for pause in each.pauses]
            try:
                total += minutes_infused(start, stop, pauses=pauses, next_day=each.next_day)
            except InfusionError as error:
                raise Missing("stop", str(error)) from None
        return total

    @cached_property
    def other_drugs(self) -> tuple[Line, ...]:
        """Lines of other drugs on the same date, without those that a push code beside them accounts for."""
        service = self.fact("home.bundle_code", self.on).value
        push = self.fact("infusion.code.sequential_push", self.on).value
        drugs = tuple(
            line
            for line in self.neighbors
            if (line.procedure_code or "").startswith(DRUG_LETTERS) and line.procedure_code != service
        )
        return drugs[len(self.beside(push)) :]

    def beside(self, *codes: str) -> tuple[Line, ...]:
        """The lines of the same date and encounter with one of the codes."""
        return tuple(line for line in self.neighbors if line.procedure_code in codes)

    # -- the arithmetic ----------------------------------------------------------------------------------------

    @cached_property
    def unit_size(self) -> int:
        """Milligrams in one billing unit on the date of service."""
        size: int = self.fact("unit.size", self.on).value
        return size

    @cached_property
    def vial_step(self) -> int:
        """Units in the smallest vial: every set of whole vials is a multiple of it."""
        return int(min(self.fact("product.vial_sizes", self.on).value)) // self.unit_size

    @cached_property
    def needed(self) -> int:
        """Units for the dose, rounded up once for the group."""
        self.fact("unit.size", self.on)  # not checked, rather than refused, where the unit is not known
        dose = self.dose_mg
        try:
            return units.administered_units(dose, on=need(self.on, "service_date"), facts=self.facts)
        except units.UnitsError as error:
            raise Missing("dose_mg", str(error)) from None

    @cached_property
    def least(self) -> int:
        """The least total of units that whole vials can make for this dose."""
        return -(-self.needed // self.vial_step) * self.vial_step

    @cached_property
    def least_stocked(self) -> int:
        """The least total of units that vials of the stocked sizes can make for this dose."""
        if not self.stocked:
            return self.least
        dose, day = self.dose_mg, need(self.on, "service_date")
        try:
            taken = units.least_waste(dose, on=day, sizes=self.stocked, facts=self.facts)
        except units.UnitsError as error:
            raise Missing("stocked_vials", str(error)) from None
        return sum(each.size_mg * each.count for each in taken) // self.unit_size

    @cached_property
    def unused(self) -> int:
        """Whole units left in the opened vials."""
        return self.opened - self.needed

    @cached_property
    def tail_mg(self) -> Decimal:
        """Milligrams left that make no whole unit (0 to just under one unit)."""
        return self.opened * self.unit_size - self.dose_mg - self.unused * self.unit_size

    @cached_property
    def discarded_as_given(self) -> bool:
        """Whether all that was opened is billed as given although whole units were left: one slip, UNT003's."""
        return self.knows_vials and not self.discarded_lines and self.unused >= 1 and self.given_units == self.opened

    # -- what the payer asks for -------------------------------------------------------------------------------

    @cached_property
    def waste_rule(self) -> WasteRule | None:
        """Whether JW and JZ belong on these lines; None where they do not; *not checked* where that is not known."""
        asks = self.profile("jw_jz", self.on)
        if asks is None:
            raise Missing("payer_rule", "whether this payer asks for JW and JZ is not known")
        if asks.value != "required" or any(each.stock == "free" or each.container == "multi" for each in self.records):
            return None
        self._not_free()
        binds = self.fact("discard.jz", self.on).fact.binds
        bound = self.payer is not None and self.payer.is_bound_by(binds)
        loudest = "error" if bound and asks.entry.carries_error else "warning"
        if self.claim.form == "cms1500":
            outside = self.fact("discard.not_used_places", self.on).value
            places = {need(line.place_of_service, "place_of_service") for line in self.lines}
            return None if places & set(outside) else WasteRule(loudest, "separately payable on a CMS-1500")
        return self._facility_waste_rule(loudest)

    def _not_free(self) -> None:
        """Not checked where a token charge says that the drug may have been free and no record says whose stock it was."""
        token = self.fact("discard.free_drug_charge", self.on).value
        if all(each.stock is None for each in self.records) and any(
            line.charge is not None and line.charge <= token for line in self.given_lines
        ):
            raise Missing("stock", "the charge is that of a free drug, and whose stock it was is not in the claim")

    def _facility_waste_rule(self, loudest: str) -> WasteRule | None:
        bill = need(self.claim.type_of_bill, "type_of_bill", "JW and JZ depend on the type of bill")[:2]
        if bill in self.fact("discard.critical_access_bill_types", self.on).value:
            return WasteRule(loudest, "critical access hospital")
        if bill not in self.fact("discard.opps_bill_types", self.on).value:
            return None
        status = self.answer("opps.status", self.on)
        if not status.known:
            return WasteRule("warning", f"the OPPS status of J1553 is not known after {status.entry.known_until}")
        paid = self.fact("opps.separately_paid", self.on).value
        return WasteRule(loudest, f"OPPS status {status.value}") if status.value in paid else None

    # -- NDC quantities ----------------------------------------------------------------------------------------

    @cached_property
    def ndc_millilitres(self) -> Decimal:
        """Total NDC quantity in mL, where every line of the group states one for a Yimmugo NDC."""
        total = Decimal(0)
        for line in self.lines:
            drug = line.drug
            yimmugo = drug is not None and drug.ndc is not None and ndc.is_yimmugo(drug.ndc)
            if drug is None or not yimmugo or drug.quantity is None or drug.unit != "ML":
                raise Missing("dose_mg", "neither the dose nor an NDC quantity in mL stands on every line")
            total += drug.quantity
        return total


def _means_yimmugo(text: str) -> bool:
    """Whether an NDC is Yimmugo's, also where it is not written as a claim wants it."""
    digits = "".join(each for each in text if each.isascii() and each.isdigit())
    digits = digits.removeprefix("4") if text.upper().startswith("N4") else digits
    if len(digits) == 10:
        return any(ndc.is_yimmugo(f"{digits[:cut]}0{digits[cut:]}") for cut in (0, 5, 9))
    return ndc.is_yimmugo(text) or ndc.is_yimmugo(digits)


def _of_yimmugo(record: Administration) -> bool:
    return any(_means_yimmugo(each.ndc) for each in record.vials or ())


def modifier_at(line: Line, modifier: str) -> str:
    """The pointer of a modifier on a line that bears it."""
    return line.at("modifiers", line.modifiers.index(modifier))


def _total_units(lines: tuple[Line, ...]) -> int:
    return sum(need(line.units, "units", _why(line, "units")) for line in lines)


def _why(part: Part, name: str) -> str:
    return "damaged in the input" if name in part.damaged else "not in the claim"
