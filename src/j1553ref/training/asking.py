"""What a question is made of before it is printed: figures, choices, and the words of its topic that they fill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from j1553ref.facts import FactBase, packaged
from j1553ref.training.claims import Place
from j1553ref.training.data import MISTAKES, fields, filled
from j1553ref.training.draws import Draws
from j1553ref.training.model import Mistake

__all__ = ["Asked", "Choice", "Draft", "Made", "Row", "Template", "wrong"]

#: What an option says, line by line, and the claim that it makes.
Made = tuple[tuple[str, ...], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Choice:
    """What an option may say: its lines, the claim that it makes, and the mistake with its figures; the right one has none."""

    lines: tuple[str, ...]
    claim: dict[str, Any] | None = None
    mistake: Mistake | None = None
    figures: Mapping[str, object] = field(default_factory=dict)


def wrong(mistake: str, lines: tuple[str, ...], claim: dict[str, Any] | None = None, /, **figures: Any) -> Choice:
    """A choice that makes a mistake; ``figures`` fill its reason, and what they lack comes from the question's."""
    return Choice(lines, claim, MISTAKES[mistake], figures)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a function of a topic computes: figures, and how an option is made from the words that its row gives for it.

    ``wrong`` are mistakes that the question is about, ``spare`` ones fill up where these are fewer than three; both come
    after those of the rows. Where figures alone make no new question, ``variant`` says what it is about; it comes again
    only when the others were asked. The template adds the right choice and the words: setting, situation, question, steps.
    """

    figures: Mapping[str, Any]
    made: Callable[..., Made]
    variant: str = ""
    wrong: Iterable[Choice] = ()
    spare: Iterable[Choice] = ()
    right: Choice = Choice(())
    words: tuple[str, ...] = ("", "", "")

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes the question: situation, question and right answer; the date beside it does not.

        A class is not asked the same twice, so two questions of a sheet differ in it.
        """
        return self.words[1], self.words[2], self.right.lines


@dataclass(frozen=True, slots=True)
class Row:
    """An option in the words of a topic: its mistake, or nothing where it is right, what it is made from, and figures."""

    mistake: str
    words: tuple[str, ...]
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A question of a topic: its words (setting, situation, question, steps) with fields in braces, and its function.

    The function returns None where the draws do not fit together; it raises J1553Error where the facts do not allow the
    question. A step that comes out empty is left out, one of several lines makes several steps, and a row with a figure
    that is None makes no option. The first word of a row is the figure that its reason names, unless the row gives one.
    """

    topic: str
    name: str
    level: int
    words: tuple[str, ...]
    right: Row
    wrong: tuple[Row, ...]
    spare: tuple[Row, ...]
    dated: bool
    make: Callable[[Asked], Draft | None]

    def __call__(self, asked: Asked) -> Draft | None:
        """The question with its words."""
        made = self.make(asked)
        if made is None:
            return None
        where = f"{self.topic}.toml, {self.name}"
        [right] = _choices(where, made, [self.right])
        wrong = (*_choices(where, made, self.wrong), *made.wrong)
        spare = (*_choices(where, made, self.spare), *made.spare)
        words = (filled(where, text, made.figures) for text in self.words)
        setting, situation, ask, *steps = words
        lines = (line for step in steps for line in step.splitlines())
        return replace(made, right=right, wrong=wrong, spare=spare, words=(setting, situation, ask, *lines))


def _choices(where: str, made: Draft, rows: Iterable[Row]) -> Iterator[Choice]:
    for row in rows:
        if any(made.figures.get(name, "") is None for name in fields(row.words)):
            continue
        words = [filled(where, word, made.figures) for word in row.words]
        figures = {name: filled(where, text, made.figures) for name, text in row.figures.items()}
        mistake = MISTAKES[row.mistake] if row.mistake else None
        yield Choice(*made.made(*words), mistake, {"figure": "".join(words[:1])} | figures)


@dataclass(slots=True)
class Asked:
    """One question in the making: draws, date of service, and the ids of the facts that were read for it."""

    draws: Draws
    on: date
    base: FactBase = field(default_factory=packaged)
    read: dict[str, date] = field(default_factory=dict)

    def fact(self, fact_id: str, on: date | None = None) -> Any:
        """The value of a fact on the date of service, or on another; raises FactError where it is not known."""
        answer = self.base.on(fact_id, on or self.on)
        self.read[fact_id] = on or self.on
        return answer.value

    def states(self, *fact_ids: str) -> None:
        """Note facts whose value the question states in words of its own."""
        for fact_id in fact_ids:
            self.fact(fact_id)

    def aside(self, fact_id: str) -> Any:
        """The value of a fact that the question is not based on, such as the vial sizes that its vials are drawn from."""
        return self.base.on(fact_id, self.on).value

    @property
    def unit(self) -> int:
        """Milligrams in one billing unit."""
        return int(self.fact("unit.size"))

    @property
    def usual(self) -> int:
        """Milligrams in one unit of most other codes."""
        return int(self.fact("unit.usual_iv_size"))

    @property
    def initial(self) -> str:
        """The code of the first hour, which is beside the drug on most claims; no fact of the question for that."""
        return str(self.aside("infusion.code.initial"))

    def place(self, payer: str = "medicare-ab") -> Place:
        """A physician's office that bills this payer."""
        return Place(payer=payer, place_of_service=self.fact("site.office")["place_of_service"])

    def hospital(self) -> Place:
        """A hospital's outpatient department that bills Medicare."""
        self.states("site.hospital_outpatient", "bill_type.outpatient")
        drug, service = self.fact("revenue_code.drug"), self.fact("revenue_code.infusion")
        return Place(payer="medicare-ab", form="ub04", type_of_bill="131", drug_revenue=drug, service_revenue=service)
