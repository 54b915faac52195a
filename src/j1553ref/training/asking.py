"""What a template works with: the date of service, facts that remember being read, and the choices that it may offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from j1553ref.billing import Billing
from j1553ref.facts import FactBase, packaged
from j1553ref.infusion import Infusion, PauseLike, infusion_codes
from j1553ref.training.claims import Place
from j1553ref.training.draws import Draws
from j1553ref.training.mistakes import MISTAKES
from j1553ref.training.model import Mistake
from j1553ref.units import bill_units
from j1553ref.vials import Vial

__all__ = ["Asked", "Choice", "Draft", "Made", "Template", "right", "wrong"]

#: What an option says, line by line, and the claim that it makes.
Made = tuple[tuple[str, ...], dict[str, Any]]

#: Facts that a billing reads for NDC quantities and notes alone; a question about them notes them itself.
_BESIDE_THE_LINES = frozenset({"ndc.unit", "product.concentration", "discard.overfill", "discard.least_waste"})


@dataclass(frozen=True, slots=True)
class Choice:
    """What an option may say: its lines, the claim that it makes, and the mistake with its reason; the right one has none."""

    lines: tuple[str, ...]
    claim: dict[str, Any] | None = None
    mistake: Mistake | None = None
    why: str = ""


def right(lines: Iterable[str], claim: dict[str, Any] | None = None) -> Choice:
    """The right choice."""
    return Choice(tuple(lines), claim)


def wrong(mistake: str, lines: Iterable[str], claim: dict[str, Any] | None = None, /, **figures: object) -> Choice:
    """A choice that makes a mistake; ``figures`` fill the fields of its reason."""
    known = MISTAKES[mistake]
    return Choice(tuple(lines), claim, known, known.why.format_map(figures))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A question before its options are chosen: everything that a template says.

    ``wrong`` are the mistakes that the question is about; ``spare`` ones fill up where these are fewer than three. Where
    figures alone make no new question, ``variant`` says what it is about; it comes again only when the others were asked.
    """

    setting: str
    situation: str
    ask: str
    right: Choice
    wrong: tuple[Choice, ...]
    steps: tuple[str, ...]
    spare: tuple[Choice, ...] = ()
    dated: bool = True
    variant: str = ""

    @property
    def identity(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes the question: situation, question and right answer; the date beside it does not.

        A class is not asked the same twice, so two questions of a sheet differ in it.
        """
        return self.situation, self.ask, self.right.lines


@dataclass(slots=True)
class Asked:
    """One question in the making: draws, date of service, and the ids of the facts that were read for it."""

    draws: Draws
    on: date
    base: FactBase = field(default_factory=packaged)
    read: dict[str, date] = field(default_factory=dict)

    def fact(self, fact_id: str, on: date | None = None) -> Any:
        """The value of a fact on the date of service, or on another; raises FactError where it is not known."""
        when = on or self.on
        value = self.base.on(fact_id, when).value
        self.read[fact_id] = when
        return value

    def rests_on(self, *fact_ids: str) -> None:
        """Note facts whose value the question states in words of its own."""
        for each in fact_ids:
            self.fact(each)

    @property
    def unit(self) -> int:
        """Milligrams in one billing unit."""
        size: int = self.fact("unit.size")
        return size

    @property
    def initial(self) -> str:
        """The code of the first hour, which stands beside the drug on most claims; no fact of the question for that."""
        code: str = self.base.on("infusion.code.initial", self.on).value
        return code

    def bill(self, dose_mg: int | Decimal, vials: Iterable[Vial], *, aside: bool = False) -> Billing:
        """The billing of a dose; its facts are noted unless the question is about something else."""
        bill = bill_units(dose_mg=dose_mg, vials=tuple(vials), on=self.on, facts=self.base)
        if not aside:
            self.rests_on(*(each for each in bill.facts if each not in _BESIDE_THE_LINES))
        return bill

    def infusion(self, start: str, stop: str, pauses: Iterable[PauseLike] = ()) -> Infusion:
        """The administration codes of an infusion, their facts noted."""
        codes = infusion_codes(start, stop, on=self.on, pauses=tuple(pauses), facts=self.base)
        self.rests_on(*codes.facts)
        return codes

    def office(self, payer: str = "medicare-ab") -> Place:
        """A physician's office."""
        return Place(payer=payer, place_of_service=self.fact("site.office")["place_of_service"])

    def hospital(self, payer: str = "medicare-ab", bill: str = "131") -> Place:
        """A hospital's outpatient department."""
        self.rests_on("site.hospital_outpatient", "bill_type.outpatient")
        return Place(
            payer=payer,
            form="ub04",
            type_of_bill=bill,
            drug_revenue=self.fact("revenue_code.drug"),
            service_revenue=self.fact("revenue_code.infusion"),
        )


#: Makes a draft, or None where the draws do not fit together; raises J1553Error where the facts do not allow the question.
Template = Callable[[Asked], Draft | None]
