"""What a sheet and its key say, block by block, for every printer: Markdown, HTML and the site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from j1553ref import project
from j1553ref.report import help_url
from j1553ref.rules import get
from j1553ref.training.model import Basis, Question, Sheet
from j1553ref.training.topics import LEVEL_NAMES, TOPICS
from j1553ref.training.words import day_text

__all__ = [
    "Blanks",
    "Block",
    "Choices",
    "Code",
    "Items",
    "Link",
    "Page",
    "Part",
    "Span",
    "Strong",
    "Table",
    "Text",
    "key_page",
    "key_parts",
    "sheet_page",
    "sheet_parts",
]


#: Options whose lines have no more characters stand in two columns.
_SHORT = 28


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that stand out."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """A name as programs write it; ``kind`` is ``fact`` where it is the id of a fact."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an address: that of a rule's page or of a fact's entry, as ``kind`` and ``name`` say."""

    text: str
    url: str
    kind: str
    name: str


Span = str | Strong | Code | Link


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``kind`` says what it is: ``setting``, ``ask``, ``answer``, ``note`` or nothing special."""

    spans: tuple[Span, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of a question, A to D in this order."""

    options: tuple[tuple[str, ...], ...]

    @property
    def short(self) -> bool:
        """Whether they are short enough to stand in two columns.

        >>> Choices((("400 units",), ("80 units",))).short
        True
        """
        return all(len(line) <= _SHORT for lines in self.options for line in lines)


@dataclass(frozen=True, slots=True)
class Items:
    """A list; numbered where its order matters."""

    items: tuple[tuple[Span, ...], ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column heads its rows."""

    heads: tuple[str, ...]
    rows: tuple[tuple[tuple[Span, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Blanks:
    """Lines to write on, by name."""

    names: tuple[str, ...]


Block = Text | Choices | Items | Table | Blanks


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page under its heading, which a printer keeps together."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its title, what stands below it, its parts, and what stands at the foot of each printed sheet of paper."""

    title: str
    head: tuple[Block, ...]
    parts: tuple[Part, ...]
    foot: str = ""


_GRADES = (
    "Grades: primary is the issuer's own text, mirror a copy of it, secondary someone else's account; inferred follows from"
    " the sources and is stated by none."
)
_NOTICES = (
    "All patients, charts and claims here are made up; orders and amounts are figures to count with and no advice on a dose.",
    "This exercise informs coding. It is no medical, legal or payment advice; the instructions of the payer and of the Medicare"
    " contractor govern.",
    "CPT is owned and copyrighted by the American Medical Association: CPT codes stand here by number, in our own words.",
)


def sheet_page(sheet: Sheet) -> Page:
    """The sheet for the learner: no answer, no rule."""
    return Page(
        title=f"J1553 exercise: {_named(sheet)}",
        head=(Blanks(("Name", "Date")), _identity(sheet), Text(("One answer is right. Circle its letter.",), "note")),
        parts=(*sheet_parts(sheet), _notices()),
        foot=_foot(sheet),
    )


def key_page(sheet: Sheet) -> Page:
    """The key for the trainer: each question again, its arithmetic, its wrong options, its facts and rules."""
    return Page(
        title=f"Key to the J1553 exercise: {_named(sheet)}",
        head=(
            _identity(sheet),
            Text(
                (Strong("Answers: "), " · ".join(f"{each.number} {each.answer}" for each in sheet.questions)), "answer"
            ),
            Text(("The same sheet again: ", Code(_command(sheet)), "; add ", Code("--key"), " for this key."), "note"),
        ),
        parts=(*key_parts(sheet), _rules(sheet), *_facts(sheet), _notices()),
        foot=f"Key, {_foot(sheet)}",
    )


def sheet_parts(sheet: Sheet) -> Iterator[Part]:
    """The questions, each with its options."""
    for each in sheet.questions:
        options = Choices(tuple(option.lines for option in each.options))
        yield Part(f"Question {each.number}", (*_asked(each), options))


def key_parts(sheet: Sheet) -> Iterator[Part]:
    """The answers, each with arithmetic, reasons and the ids of its facts."""
    for each in sheet.questions:
        wrong = tuple(
            (
                Strong(f"{one.letter}: "),
                f"{_option(each, one.letter)}. ",
                Strong(f"{one.name}. "),
                f"{one.why} ",
                Link(one.rule, one.help, "rule", one.rule),
            )
            for one in each.wrong
        )
        facts: list[Span] = ["Rests on "]
        for number, basis in enumerate(each.basis):
            facts += [*([", "] if number else []), Code(basis.id, "fact")]
        yield Part(
            f"Question {each.number}: {each.answer}",
            (
                *_asked(each),
                Text((Strong(f"{each.answer} is right: "), each.right.text), "answer"),
                Items(tuple((step,) for step in each.steps), numbered=True),
                Items(wrong),
                Text((*facts, "."), "note"),
            ),
        )


def _asked(question: Question) -> tuple[Block, ...]:
    on = f"; date of service {day_text(question.on)}" if question.on else ""
    return (
        Text((f"{question.setting}{on}",), "setting"),
        Text((question.situation,)),
        Text((Strong(question.ask),), "ask"),
    )


def _option(question: Question, letter: str) -> str:
    return next(each.text for each in question.options if each.letter == letter)


def _named(sheet: Sheet) -> str:
    return f"{TOPICS[sheet.topic].title}, level {sheet.level} ({LEVEL_NAMES[sheet.level]})"


def _foot(sheet: Sheet) -> str:
    return f"J1553 exercise, seed {sheet.seed}, sheet {sheet.code}"


def _identity(sheet: Sheet) -> Text:
    on = f" Dates of service: {day_text(sheet.on)}." if sheet.on else ""
    return Text(
        (
            Strong(f"Seed {sheet.seed}, sheet {sheet.code}. "),
            f"Sheet and key belong together where both are the same. {len(sheet.questions)} questions.{on} Facts checked until"
            f" {day_text(sheet.facts_checked)}.",
        ),
        "note",
    )


def _command(sheet: Sheet) -> str:
    on = f" --on {sheet.on.isoformat()}" if sheet.on else ""
    count = len(sheet.questions)
    return f"j1553ref exercise --topic {sheet.topic} --level {sheet.level} --count {count} --seed {sheet.seed}{on}"


def _rules(sheet: Sheet) -> Part:
    codes = sorted({one.rule for each in sheet.questions for one in each.wrong})
    rows = tuple(((code,), (get(code).name,), (Link(help_url(code), help_url(code), "rule", code),)) for code in codes)
    return Part("The rules that catch the wrong answers", (Table(("Rule", "Name", "Page"), rows),))


def _facts(sheet: Sheet) -> Iterator[Part]:
    known: dict[str, Basis] = {one.id: one for each in sheet.questions for one in each.basis}
    found = [known[each] for each in sorted(known)]
    rows = tuple(
        (
            (Link(each.id, f"{project.address()}reference/facts.html#{each.id}", "fact", each.id),),
            (each.label,),
            (each.grade,),
            (", ".join(each.sources),),
        )
        for each in found
    )
    yield Part(
        "The facts behind the answers", (Text((_GRADES,), "note"), Table(("Fact", "About", "Grade", "Sources"), rows))
    )
    notes = tuple((Code(each.id, "fact"), f": {each.note}") for each in found if each.note)
    if notes:
        yield Part("Inferred, and asked all the same", (Items(notes),))


def _notices() -> Part:
    return Part("Notices", tuple(Text((each,), "note") for each in _NOTICES))
