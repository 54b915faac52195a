"""What a question is made of before it is printed: figures, choices, and the words of its topic that they fill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from j1553ref.facts import FactBase, packaged
from j1553ref.training.claims import Place
from j1553ref.training.data import filled
from j1553ref.training.draws import Draws
from j1553ref.training.mistakes import MISTAKES, Mistake

__all__ = ["Asked", "Choice", "Draft", "Made", "Template", "draft", "right", "wrong"]

#: What an option says, line by line, and the claim that it makes.
Made = tuple[tuple[str, ...], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What an option may say: its lines, the claim that it makes, and the mistake with its figures; the right one has none."""

    lines: tuple[str, ...]
    claim: dict[str, Any] | None = None
    mistake: Mistake | None = None
    figures: Mapping[str, object] = field(default_factory=dict)


def right(lines: Iterable[str], claim: dict[str, Any] | None = None) -> Choice:
    """The right choice."""
    return Choice(tuple(lines), claim)


def wrong(mistake: str, lines: Iterable[str], claim: dict[str, Any] | None = None, /, **figures: Any) -> Choice:
    """A choice that makes a mistake; ``figures`` fill its reason, and what they lack comes from the question's."""
    return Choice(tuple(lines), claim, MISTAKES[mistake], figures)


@dataclass(frozen=True, slots=True)
class Draft:
    """A question before its options are chosen: what a function of a topic computes, then with its words filled.

    ``wrong`` are the mistakes that the question is about; ``spare`` ones fill up where these are fewer than three. Where
    figures alone make no new question, ``variant`` says what it is about; it comes again only when the others were asked.
    """

    right: Choice
    wrong: tuple[Choice, ...]
    spare: tuple[Choice, ...]
    variant: str
    figures: Mapping[str, object]
    setting: str = ""
    situation: str = ""
    ask: str = ""
    steps: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes the question: situation, question and right answer; the date beside it does not.

        A class is not asked the same twice, so two questions of a sheet differ in it.
        """
        return self.situation, self.ask, self.right.lines


def draft(
    right: Choice, wrong: Iterable[Choice], /, *, spare: Iterable[Choice] = (), variant: object = "", **figures: Any
) -> Draft:
    """A draft whose ``figures`` fill the words of the question and the reasons of its mistakes."""
    return Draft(right, tuple(wrong), tuple(spare), str(variant), figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A question of a topic: its words, with fields in braces, and the function that computes figures and choices.

    The function returns None where the draws do not fit together; it raises J1553Error where the facts do not allow the
    question. A step that comes out empty is left out; one of several lines makes several steps.
    """

    topic: str
    name: str
    level: int
    setting: str
    situation: str
    ask: str
    steps: tuple[str, ...]
    dated: bool
    make: Callable[[Asked], Draft | None]

    def __call__(self, asked: Asked) -> Draft | None:
        """The draft with its words."""
        made = self.make(asked)
        if made is None:
            return None
        where = f"{self.topic}, {self.name}"
        setting, situation, ask, *steps = (
            filled(where, text, made.figures) for text in (self.setting, self.situation, self.ask, *self.steps)
        )
        lines = tuple(line for step in steps for line in step.splitlines())
        return Draft(made.right, made.wrong, made.spare, made.variant, made.figures, setting, situation, ask, lines)


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
        for fact_id in fact_ids:
            self.fact(fact_id)

    def aside(self, fact_id: str) -> Any:
        """The value of a fact that the question does not rest on, such as the vial sizes that its vials are drawn from."""
        return self.base.on(fact_id, self.on).value

    @property
    def unit(self) -> int:
        """Milligrams in one billing unit."""
        size: int = self.fact("unit.size")
        return size

    @property
    def usual(self) -> int:
        """Milligrams in one unit of most other codes."""
        size: int = self.fact("unit.usual_iv_size")
        return size

    @property
    def initial(self) -> str:
        """The code of the first hour, which is beside the drug on most claims; no fact of the question for that."""
        code: str = self.aside("infusion.code.initial")
        return code

    def place(self, payer: str = "medicare-ab") -> Place:
        """A physician's office that bills this payer."""
        return Place(payer=payer, place_of_service=self.fact("site.office")["place_of_service"])

    def hospital(self) -> Place:
        """A hospital's outpatient department that bills Medicare."""
        self.rests_on("site.hospital_outpatient", "bill_type.outpatient")
        drug, service = self.fact("revenue_code.drug"), self.fact("revenue_code.infusion")
        return Place(payer="medicare-ab", form="ub04", type_of_bill="131", drug_revenue=drug, service_revenue=service)
