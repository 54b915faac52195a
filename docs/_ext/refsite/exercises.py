"""Exercises on a page: ``exercise-sheet`` and ``exercise-key`` print what the command line prints, from the same functions.

``exercise-topics`` lists topics and levels, ``exercise-mistakes`` the mistakes behind the wrong options by rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.facts import FactError
from j1553ref.training import LEVEL_NAMES, TOPICS, Sheet, key_page, sheet, sheet_page
from j1553ref.training.mistakes import MISTAKES
from j1553ref.training.pages import Blanks, Block, Choices, Code, Items, Page, Part, Span, Strong, Table, Text
from j1553ref.training.words import unbroken
from refsite.checked import CheckedDirective
from refsite.domain import domain_of, facts, link
from refsite.nodes import el, element, table

_HEADS = ["Topic", *(f"Level {number}: {name}" for number, name in LEVEL_NAMES.items())]


class _Printed(CheckedDirective):
    """A sheet by topic, level, count and seed."""

    option_spec = {  # noqa: RUF012 - as docutils declares it
        "topic": directives.unchanged_required,
        "level": directives.positive_int,
        "count": directives.positive_int,
        "seed": directives.nonnegative_int,
        "answers": directives.flag,
    }

    def made(self) -> Sheet:
        """The sheet; the page then counts as a user of its facts and rules."""
        wanted = ("topic", "level", "count", "seed")
        if not set(wanted) <= self.options.keys():
            raise FactError(f"{self.name}: expected the options {', '.join(wanted)}")
        found = sheet(*(self.options[each] for each in wanted))
        ids = {basis.id for each in found.questions for basis in each.basis}
        facts(self.env, *ids)
        domain_of(self.env).use("fact", *ids)
        domain_of(self.env).use("rule", *(wrong.rule for each in found.questions for wrong in each.wrong))
        return found

    def paper(self, page: Page) -> element:
        """The whole page; of its notices those stay that the foot of this site does not say."""
        *parts, notices = page.parts
        head = [node for block in page.head for node in self.block(block)]
        made_up = self.block(notices.blocks[0])
        return el("div", "exercise-paper", *head, *(self.part(each) for each in parts), *made_up)

    def part(self, part: Part, *more: nodes.Node) -> element:
        """A part under its heading."""
        blocks = [node for block in part.blocks for node in self.block(block)]
        return el("div", "question", el(f"h{self._depth() + 1}", "question-head", part.heading), *blocks, *more)

    def _depth(self) -> int:
        """Headings above this place: the next one is a level below them."""
        place, depth = self.state_machine.node, 0
        while place is not None:
            depth += isinstance(place, nodes.section)
            place = place.parent
        return depth

    def block(self, block: Block) -> Iterable[nodes.Node]:
        """A block as nodes."""
        match block:
            case Text(spans, kind):
                yield el("p", kind, *self.spans(spans))
            case Choices(options):
                entries = [el("li", "", *(el("span", "line", each) for each in lines)) for lines in options]
                yield el("ol", "options short" if block.short else "options", *entries, type="A")
            case Items(items, numbered):
                yield el("ol" if numbered else "ul", "", *(el("li", "", *self.spans(item)) for item in items))
            case Table(heads, rows):
                yield table("exercise", list(heads), [[list(self.spans(cell)) for cell in row] for row in rows])
            case Blanks(names):
                yield el("p", "blanks", *(el("span", "", name) for name in names))

    def spans(self, spans: Iterable[Span]) -> Iterable[nodes.Node]:
        """Spans as nodes; a rule or a fact leads to its entry on this site."""
        for span in spans:
            match span:
                case Strong(text):
                    yield el("strong", "", text)
                case Code(text, "fact"):
                    yield link("fact", text, text, self.env.docname, classes="fact-id")
                case Code(text):
                    yield nodes.literal("", text)
                case str(text):
                    yield nodes.Text(unbroken(text))
                case _:
                    yield link(span.kind, span.name, span.name, self.env.docname)


class ExerciseSheet(_Printed):
    """The questions; with ``:answers:`` each opens its answer, otherwise the page is the learner's paper."""

    def render(self) -> list[nodes.Node]:
        """One block for each question."""
        found = self.made()
        page, answers = sheet_page(found), key_page(found).parts
        if "answers" not in self.options:
            return [self.paper(page)]
        made: list[nodes.Node] = []
        for question, answer in zip(page.parts, answers[: len(found.questions)], strict=False):
            asked = len(question.blocks) - 1  # the options are the question's own
            told = [node for block in answer.blocks[asked:] for node in self.block(block)]
            fold = el("details", "fold no-search", el("summary", "", "Answer"), *told)
            made.append(self.part(question, fold))
        return made


class ExerciseKey(_Printed):
    """The key."""

    def render(self) -> list[nodes.Node]:
        """Everything that the key says."""
        return [self.paper(key_page(self.made()))]


class ExerciseTopics(CheckedDirective):
    """A row for each topic."""

    def render(self) -> list[nodes.Node]:
        """The table."""
        rows = [
            [
                [nodes.literal("", topic.id), nodes.Text(f" {topic.title}")],
                *([nodes.Text(each)] for each in topic.about.values()),
            ]
            for topic in TOPICS.values()
        ]
        return [table("exercise-topics", _HEADS, rows)]


class ExerciseMistakes(CheckedDirective):
    """A row for each rule that catches a wrong option."""

    def render(self) -> list[nodes.Node]:
        """The table."""
        by_rule = groupby(sorted(MISTAKES.values(), key=lambda each: each.rule), lambda each: each.rule)
        rows = []
        for rule, group in by_rule:
            domain_of(self.env).use("rule", rule)
            names = "; ".join(dict.fromkeys(each.name for each in group))
            rows.append([[link("rule", rule, rule, self.env.docname)], [nodes.Text(names)]])
        return [table("exercise-mistakes", ["Rule", "Mistakes that it catches"], rows)]


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("exercise-sheet", ExerciseSheet)
    app.add_directive("exercise-key", ExerciseKey)
    app.add_directive("exercise-topics", ExerciseTopics)
    app.add_directive("exercise-mistakes", ExerciseMistakes)
