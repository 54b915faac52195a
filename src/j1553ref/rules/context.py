"""How a rule sees a claim: as a whole, and as groups of J1553 lines of one date of service and one encounter.

The figures of a group have the names that the rule pages use: units given (lines without JW), units discarded (JW
lines), units needed for the dose, units in the opened vials, and the least total that whole vials can make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar, overload

from j1553ref import ndc, units
from j1553ref.claim import STRAY, Administration, Claim, Line, Part
from j1553ref.code import CODE
from j1553ref.facts import Answer, FactBase, FactError
from j1553ref.infusion import InfusionError, minutes_infused
from j1553ref.payers import Payer
from j1553ref.redaction import fits
from j1553ref.rules.base import Missing, need
from j1553ref.rules.rulebook import Consulted, Rulebook, rulebook

__all__ = ["CODE", "DISTINCT", "SEPARATE", "WITHOUT_SOURCE", "ClaimView", "Group", "View", "modifier_at"]

T = TypeVar("T")

#: Modifiers that mark two lines of one code on one date as distinct services.
DISTINCT = frozenset({"59", "76", "77", "XE", "XP", "XS", "XU"})
#: The subset that marks a second site or a separate encounter.
SEPARATE = DISTINCT - {"76", "77"}
#: First letters of the codes under which drugs are billed.
DRUG_LETTERS = ("J", "Q", "C")
#: Modifiers that no source on immune globulin mentions; see the gap ``modifiers-without-source``.
WITHOUT_SOURCE = ("KD", "JE", "RA", "RB", "TH")


class derived(Generic[T]):  # noqa: N801 - used as a decorator, like property
    """A property of a view that is computed once. In a recorded run its facts count as consulted at each use."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute = compute
        self.name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, view: None, owner: type) -> derived[T]: ...

    @overload
    def __get__(self, view: View, owner: type) -> T: ...

    def __get__(self, view: View | None, owner: type) -> derived[T] | T:
        if view is None:
            return self
        if view.recording is not None:
            return view.once(self.compute)
        # A plain attribute from here on: this method is not called again.
        found = vars(view)[self.name] = self.compute(view)
        return found


class View:
    """What all views share: the claim, its payer, and the facts that apply.

    ``check`` runs every rule on a quick view. Where a rule sees something, it runs once more on a recorded view, whose
    ``recording`` notes the facts that are looked up.
    """

    def __init__(
        self,
        claim: Claim,
        book: Rulebook,
        *,
        on: date | None = None,
        stocked: tuple[int, ...] = (),
        recording: Consulted | None = None,
    ) -> None:
        self.claim = claim
        self.book = book
        self.payer = book.payer
        #: the one date of service that the view is about, if there is one
        self.on = on
        #: sizes in mg that the provider stocks; empty where that is not known
        self.stocked = stocked
        self.recording = recording
        #: for functions that take facts
        self.facts: FactBase = book.kept if recording is None else recording
        #: codes of rules that a fired rule has silenced for this view
        self.stopped: set[str] = set()
        self._values = book.values(on)
        self._kept: dict[Callable[[Any], Any], tuple[Any, dict[tuple[str, date], None]]] = {}

    @property
    def damage(self) -> frozenset[str]:
        """The fields that are damaged on the lines that the view is about."""
        raise NotImplementedError

    def recorded(self) -> View:
        """The same view, with a recording of the facts that are looked up."""
        raise NotImplementedError

    def once(self, compute: Callable[[Any], T]) -> T:
        """The result of a function of this view, computed once; its facts count as consulted at each use."""
        kept = self._kept.get(compute)
        if kept is None:
            if self.recording is None:
                kept = self._kept[compute] = compute(self), {}
            else:
                before = self.recording.noted
                noted = self.recording.noted = {}
                try:
                    kept = self._kept[compute] = compute(self), noted
                finally:
                    self.recording.noted = before
                    before.update(noted)
        elif self.recording is not None:
            self.recording.noted.update(kept[1])
        value: T = kept[0]
        return value

    def value(self, fact_id: str) -> Any:
        """The value of a fact on the view's date of service; where it is not known, the rule is *not checked*."""
        if self.recording is not None and self.on is not None:
            self.recording.noted[fact_id, self.on] = None
        return self._values[fact_id]

    def value_on(self, fact_id: str, on: date | None) -> Any:
        """The value of a fact on a date of service; where it is not known, the rule is *not checked*."""
        if self.recording is not None and on is not None:
            self.recording.noted[fact_id, on] = None
        return self.book.values(on)[fact_id]

    def fact(self, fact_id: str, on: date | None) -> Answer:
        """What a fact says on a date of service; where it is not known, the rule is *not checked*."""
        found = self.book.known(fact_id, on)
        if self.recording is not None:
            self.recording.noted[fact_id, found.on] = None
        return found

    def answer(self, fact_id: str, on: date | None) -> Answer:
        """What a fact says on a date of service, known or not."""
        day = need(on, "service_date", "the date of service decides which facts hold")
        try:
            found = self.book.answer(fact_id, day)
        except FactError as error:
            raise Missing(fact_id, str(error)) from None
        if self.recording is not None:
            self.recording.noted[fact_id, day] = None
        return found

    def profile(self, key: str, on: date | None) -> Answer | None:
        """What the payer's profile says under a key, or None where nothing is known of this payer."""
        need(self.payer, "payer", "what is asked for depends on the payer")
        day = need(on, "service_date", "the date of service decides which facts hold")
        found = self.book.profile(key, day)
        if found is not None and self.recording is not None:
            self.recording.noted[found.fact.id, day] = None
        return found

    def is_bound_by(self, fact_id: str, on: date | None) -> bool:
        """Whether the payer is known and a fact binds it."""
        return self.book.is_bound_by(self.fact(fact_id, on).fact.binds)

    def package(self, text: str, on: date | None) -> ndc.Package | None:
        """The package of Yimmugo with this NDC; None for any other text."""
        found = self.book.package(text)
        if found is not None and on is not None and self.recording is not None:
            self.recording.noted[found.fact, on] = None
        return found

    def eleven(self, text: str) -> str:
        """The 11 digits of an NDC; empty for a text that is none."""
        return self.book.eleven(text)

    def slip(self, text: str) -> ndc.Slip | None:
        """How an NDC is written wrong and what to write, where that is known."""
        return self.book.slip(text)

    def is_yimmugo(self, text: str) -> bool:
        """Whether the labeler and product of an NDC in claim form are Yimmugo's."""
        return self.book.is_yimmugo(text)

    def means_yimmugo(self, text: str) -> bool:
        """Whether an NDC is Yimmugo's, even if it is not in claim form."""
        if self.book.is_yimmugo(text):
            return True
        digits = "".join(character for character in text if character.isascii() and character.isdigit())
        digits = digits.removeprefix("4") if text.upper().startswith("N4") else digits
        if len(digits) == 10:
            return any(self.book.is_yimmugo(f"{digits[:cut]}0{digits[cut:]}") for cut in (0, 5, 9))
        if self.book.is_yimmugo(digits):
            return True
        wrong = self.book.slip(text)
        if wrong is None or not wrong.sure or not self.book.is_yimmugo(wrong.write):
            return False
        # Only where labeler and product are there in digits: readers.scope passes over records without them.
        return wrong.write[:9] in digits or f"{wrong.write[:5]}{wrong.write[6:9]}" in digits

    def records_yimmugo(self, record: Administration) -> bool:
        """Whether one of the opened vials of a record is Yimmugo's."""
        return any(self.means_yimmugo(vials.ndc) for vials in record.vials or ())


class ClaimView(View):
    """The whole claim.

    >>> from j1553ref import case, claim_from
    >>> from j1553ref.facts import packaged
    >>> view = ClaimView.of(claim_from(case("whole-vials-jz")), None, packaged())
    >>> view.in_scope, [group.given_units for group in view.groups]
    (True, [400])
    """

    @classmethod
    def of(cls, claim: Claim, payer: Payer | None, facts: FactBase, stocked: tuple[int, ...] = ()) -> ClaimView:
        """The view of a claim for one payer under the given facts; ``stocked`` are vial sizes in mg."""
        return cls(claim, rulebook(facts, payer), stocked=stocked)

    def recorded(self) -> ClaimView:
        """As :meth:`View.recorded`."""
        return ClaimView(self.claim, self.book, stocked=self.stocked, recording=Consulted(self.book))

    @derived
    def drug_lines(self) -> tuple[Line, ...]:
        """The J1553 lines."""
        return tuple([line for line in self.claim.lines if line.procedure_code == CODE])

    @derived
    def misplaced_lines(self) -> tuple[Line, ...]:
        """Lines of another code that carry an NDC of Yimmugo, or an unlisted code on a date with a record of it."""
        found = []
        for line in self.claim.lines:
            code = line.procedure_code
            if code == CODE or (code is None and ("procedure_code" in line.damaged or self._lacks_its_code(line))):
                continue
            if line.drug and line.drug.ndc:
                misplaced = self.means_yimmugo(line.drug.ndc)
            else:
                misplaced = line.procedure_code in self.book.unlisted and line.start in self.unbilled_dates
            if misplaced:
                found.append(line)
        return tuple(found)

    @derived
    def unbilled_dates(self) -> frozenset[date | None]:
        """The dates for which Yimmugo is recorded and no J1553 line is billed."""
        recorded = {record.service_date for record in self.claim.administrations if self.records_yimmugo(record)}
        return frozenset(recorded.difference(line.start for line in self.drug_lines))

    @derived
    def lone_infusion(self) -> Line | None:
        """An infusion for a primary immunodeficiency on a claim that bills no drug at all."""
        if self.drug_lines:
            return None
        initial = self.book.facts.get("infusion.code.initial").newest.value
        families = tuple(self.book.facts.get("diagnosis.family").newest.value)
        if not any(code.upper().startswith(families) for code in self.claim.diagnoses):
            return None
        if "lines" in self.claim.damaged or "diagnoses" in self.claim.damaged:
            return None
        if any(
            (line.procedure_code or DRUG_LETTERS[0]).startswith(DRUG_LETTERS) or line.drug for line in self.claim.lines
        ):
            return None
        return next((line for line in self.claim.lines if line.procedure_code == initial), None)

    @derived
    def holds(self) -> frozenset[str]:
        """Every modifier and procedure code of the claim; empty where a line is damaged and might hold any."""
        lines = self.claim.lines
        if "lines" in self.claim.damaged or any(line.damaged for line in lines):
            return frozenset()
        codes = [line.procedure_code for line in lines if line.procedure_code is not None]
        return frozenset(codes).union(*[line.modifiers for line in lines])

    @derived
    def damage(self) -> frozenset[str]:
        """The fields that are damaged on a drug line, or in its drug identification."""
        return _damaged(self.drug_lines)

    def readable(self, name: str) -> None:
        """Raise Missing where a field of any line of the claim is damaged."""
        for line in self.claim.lines:
            if name in line.damaged:
                raise Missing(name, "damaged in the input")

    @derived
    def unreadable_code(self) -> bool:
        """Whether a line or its code is damaged and no other line bills the drug, so that nothing can be decided."""
        return bool(self.hides_a_line) and not self.drug_lines

    def _lacks_its_code(self, line: Line) -> bool:
        """Whether a line without a code has an NDC of Yimmugo, on a form on which every line has a code."""
        if self.claim.form == "ub04" or line.drug is None:
            return False
        return line.drug.ndc is not None and self.means_yimmugo(line.drug.ndc)

    @derived
    def hides_a_line(self) -> str:
        """The damaged field that could hide a line from its group; empty where every line is in its group."""
        if "lines" in self.claim.damaged or (STRAY in self.claim.damaged and self.drug_lines):
            return "lines"
        for line in self.claim.lines:
            if line.procedure_code is None and ("procedure_code" in line.damaged or self._lacks_its_code(line)):
                return "procedure_code"
        return "service_date" if any("start" in line.damaged for line in self.drug_lines) else ""

    @derived
    def in_scope(self) -> bool:
        """Whether the claim has a J1553 line, one that should be one, or a record of the drug."""
        found = self.drug_lines or self.claim.administrations or self.misplaced_lines
        return bool(found) or self.unreadable_code or self.lone_infusion is not None

    def strays(self, *modifiers: str) -> Iterator[tuple[Line, str]]:
        """Administration and visit lines with one of the given drug modifiers, and the first one found on each."""
        self.readable("modifiers")
        for line in self.claim.lines:
            if (
                line.procedure_code == CODE
                or not line.modifiers
                or not fits(line.procedure_code or "", "procedure_code")
            ):
                continue
            found = [modifier for modifier in modifiers if modifier in line.modifiers]
            if found and (line.procedure_code or "").startswith(self._services(line.start)):
                yield line, found[0]

    def _services(self, on: date | None) -> tuple[str, ...]:
        return self.value_on("infusion.code_family", on), *self.value_on("infusion.visit_family", on)

    def on_date(self, day: date | None, encounter: str | None = None) -> tuple[Line, ...]:
        """The lines of one date; of one encounter where the line names one."""
        same = self.claim.by_date.get(day, ()) if day is not None else ()
        return same if encounter is None else tuple([line for line in same if line.encounter in (None, encounter)])

    @derived
    def groups(self) -> tuple[Group, ...]:
        """The J1553 lines by date of service and encounter, each with what the record says of that infusion."""
        lines: dict[tuple[date | None, str | None], list[Line]] = {}
        for line in self.drug_lines:
            lines.setdefault((line.start, line.encounter), []).append(line)
        encounters: dict[date | None, int] = {}
        for day, _ in lines:
            encounters[day] = encounters.get(day, 0) + 1
        recorded: dict[date | None, list[Administration]] = {}
        for record in self.claim.administrations:
            recorded.setdefault(record.service_date, []).append(record)
        return tuple(
            [
                Group(
                    self,
                    on=day,
                    encounter=encounter,
                    lines=tuple(own),
                    neighbors=tuple([line for line in self.on_date(day, encounter) if line.procedure_code != CODE]),
                    # Where the date has one group only, a record needs no matching encounter.
                    records=tuple(
                        record
                        for record in (recorded.get(day, ()) if day is not None else ())
                        if encounters[day] == 1 or record.encounter == encounter
                    ),
                )
                for (day, encounter), own in lines.items()
            ]
        )


class Group(View):
    """J1553 lines of one date of service and one encounter.

    >>> from j1553ref import case, claim_from
    >>> from j1553ref.facts import packaged
    >>> [group] = ClaimView.of(claim_from(case("three-vials-with-jw")), None, packaged()).groups
    >>> group.given_units, group.discarded_units, group.needed, group.opened, group.least
    (320, 30, 320, 350, 350)
    """

    def __init__(
        self,
        whole: ClaimView,
        *,
        on: date | None,
        encounter: str | None,
        lines: tuple[Line, ...],
        neighbors: tuple[Line, ...],
        records: tuple[Administration, ...],
    ) -> None:
        super().__init__(whole.claim, whole.book, on=on, stocked=whole.stocked, recording=whole.recording)
        self.encounter = encounter
        self.lines = lines
        self.records = records
        #: the other lines of the same date and encounter
        self.neighbors = neighbors

    def recorded(self) -> Group:
        """As :meth:`View.recorded`."""
        whole = ClaimView(self.claim, self.book, stocked=self.stocked, recording=Consulted(self.book))
        return Group(
            whole,
            on=self.on,
            encounter=self.encounter,
            lines=self.lines,
            neighbors=self.neighbors,
            records=self.records,
        )

    # -- the lines ---------------------------------------------------------------------------------------------

    @derived
    def damage(self) -> frozenset[str]:
        """The fields that are damaged on a line of the group, or in its drug identification."""
        return _damaged(self.lines)

    @derived
    def given_lines(self) -> tuple[Line, ...]:
        """Lines without JW."""
        return tuple([line for line in self.lines if "JW" not in line.modifiers])

    @derived
    def discarded_lines(self) -> tuple[Line, ...]:
        """Lines with JW."""
        return tuple([line for line in self.lines if "JW" in line.modifiers])

    def first(self, name: str, lines: tuple[Line, ...] | None = None) -> str:
        """The pointer of a field on the first of the lines."""
        return (lines or self.lines)[0].at(name)

    @derived
    def given_units(self) -> int:
        """Total units of the lines without JW."""
        return _total_units(self.given_lines)

    @derived
    def discarded_units(self) -> int:
        """Total units of the JW lines."""
        return _total_units(self.discarded_lines)

    @derived
    def modifiers(self) -> frozenset[str]:
        """Every modifier of the group's lines."""
        return frozenset([modifier for line in self.lines for modifier in line.modifiers])

    def has(self, modifier: str) -> bool:
        """Whether a line of the group has the modifier."""
        return modifier in self.modifiers

    def readable_beside(self, name: str) -> None:
        """Raise Missing where a field of a line next to the drug is damaged."""
        for line in self.neighbors:
            if name in line.damaged:
                raise Missing(name, "damaged in the input")

    # -- the record --------------------------------------------------------------------------------------------

    @derived
    def dose_mg(self) -> Decimal:
        """The dose given, in mg."""
        doses = [need(record.dose_mg, "dose_mg", _why(record, "dose_mg")) for record in self._recorded("dose_mg")]
        return sum(doses, Decimal(0))

    @derived
    def knows_dose(self) -> bool:
        """Whether the record holds the dose."""
        return bool(self.records) and all(record.dose_mg is not None for record in self.records)

    @derived
    def knows_vials(self) -> bool:
        """Whether the record holds the opened vials."""
        return bool(self.records) and all(record.vials for record in self.records)

    @derived
    def vial_count(self) -> int:
        """How many vials were opened."""
        opened = [need(record.vials or None, "vials", _why(record, "vials")) for record in self._recorded("vials")]
        return sum([vials.count for kinds in opened for vials in kinds])

    @derived
    def opened(self) -> int:
        """Units in the opened vials."""
        total = 0
        for record in self._recorded("vials"):
            for vials in need(record.vials or None, "vials", _why(record, "vials")):
                found = self.package(vials.ndc, self.on)
                content = need(found, "vials", "the NDC of an opened vial is not a known Yimmugo package")
                total += vials.count * content.mg // self.unit_size
        return total

    def _recorded(self, datum: str) -> tuple[Administration, ...]:
        if not self.records:
            raise Missing(datum, "the claim carries no record of the infusion on this date")
        return self.records

    @derived
    def minutes(self) -> int:
        """Minutes for which the drug ran, without the pauses."""
        total = 0
        for record in self._recorded("start"):
            start = need(record.start, "start", _why(record, "start"))
            stop = need(record.stop, "stop", _why(record, "stop"))
            pauses = [(pause.start, pause.stop) for pause in record.pauses]
            # A record that says "not the next day" confirms a long infusion on one date.
            same_day = record.next_day is False and start < stop
            try:
                total += minutes_infused(start, stop, pauses=pauses, next_day=bool(record.next_day), same_day=same_day)
            except InfusionError as error:
                how = (
                    ""
                    if record.next_day is not None
                    else '; in a claim, "next_day" true or false in its record says so'
                )
                raise Missing("stop", f"{error}{how}") from None
        return total

    @derived
    def other_drugs(self) -> tuple[Line, ...]:
        """Lines of other drugs on the same date."""
        service = self.value("home.bundle_code")
        return tuple([line for line in self.neighbors if is_drug(line) and line.procedure_code != service])

    @derived
    def drugs_not_pushed(self) -> tuple[Line, ...]:
        """Lines of other drugs on the same date, less one for each push code."""
        return self.other_drugs[len(self.beside(self.value("infusion.code.sequential_push"))) :]

    def beside(self, *codes: str) -> tuple[Line, ...]:
        """The lines of the same date and encounter with one of the codes."""
        return tuple([line for line in self.neighbors if line.procedure_code in codes])

    # -- the arithmetic ----------------------------------------------------------------------------------------

    @derived
    def unit_size(self) -> int:
        """Milligrams in one billing unit on the date of service."""
        size: int = self.value("unit.size")
        return size

    @derived
    def vial_step(self) -> int:
        """Units in the smallest vial: every set of whole vials is a multiple of it."""
        return int(min(self.value("product.vial_sizes"))) // self.unit_size

    @derived
    def needed(self) -> int:
        """Units for the dose, rounded up once for the group."""
        self.value("unit.size")  # not checked, rather than refused, where the unit is not known
        dose = self.dose_mg
        try:
            return units.administered_units(dose, on=need(self.on, "service_date"), facts=self.facts)
        except units.UnitsError as error:
            raise Missing("dose_mg", str(error)) from None

    @derived
    def least(self) -> int:
        """The least total of units that whole vials can make for this dose."""
        return -(-self.needed // self.vial_step) * self.vial_step

    @derived
    def least_stocked(self) -> int:
        """The least total of units that vials of the stocked sizes can make for this dose."""
        if not self.stocked:
            return self.least
        dose, day = self.dose_mg, need(self.on, "service_date")
        try:
            taken = units.least_waste(dose, on=day, sizes=self.stocked, facts=self.facts)
        except units.UnitsError as error:
            raise Missing("stocked_vials", str(error)) from None
        return sum([vial.size_mg * vial.count for vial in taken]) // self.unit_size

    @derived
    def unused(self) -> int:
        """Whole units left in the opened vials."""
        return self.opened - self.needed

    @derived
    def tail_mg(self) -> Decimal:
        """Milligrams left that make no whole unit (0 to just under one unit)."""
        return self.opened * self.unit_size - self.dose_mg - self.unused * self.unit_size

    @derived
    def discarded_as_given(self) -> bool:
        """Whether all opened units are billed as given although whole units were left; UNT003 reports that."""
        return self.knows_vials and not self.discarded_lines and self.unused >= 1 and self.given_units == self.opened

    # -- NDC quantities ----------------------------------------------------------------------------------------

    @derived
    def ndc_millilitres(self) -> Decimal:
        """Total NDC quantity in mL, where every line of the group states one for a Yimmugo NDC."""
        total = Decimal(0)
        for line in self.lines:
            drug = line.drug
            yimmugo = drug is not None and drug.ndc is not None and self.is_yimmugo(drug.ndc)
            if drug is None or not yimmugo or drug.quantity is None or drug.unit != "ML":
                raise Missing("dose_mg", "neither the dose nor an NDC quantity in mL is on every line")
            total += drug.quantity
        return total


def modifier_at(line: Line, modifier: str) -> str:
    """The pointer of a modifier on a line that has it.

    >>> from j1553ref import case, claim_from
    >>> modifier_at(claim_from(case("whole-vials-jz")).lines[0], "JZ")
    '/lines/0/modifiers/0'
    """
    return line.at("modifiers", line.modifiers.index(modifier))


def is_drug(line: Line) -> bool:
    """Whether a line bills a drug, by the letter of its code.

    >>> is_drug(Line(pointer="/lines/0", procedure_code="J1569")), is_drug(Line(pointer="/lines/1", procedure_code="96365"))
    (True, False)
    """
    return (line.procedure_code or "").startswith(DRUG_LETTERS)


def _total_units(lines: tuple[Line, ...]) -> int:
    return sum([need(line.units, "units", _why(line, "units")) for line in lines])


def _why(part: Part, name: str) -> str:
    return "damaged in the input" if name in part.damaged else "not in the claim"


def _damaged(lines: tuple[Line, ...]) -> frozenset[str]:
    return frozenset().union(*[part.damaged for line in lines for part in (line, line.drug) if part and part.damaged])
