"""Exercises on a page: ``exercise-sheet`` and ``exercise-key`` print what the command line prints, from the same functions.

``exercise-topics`` lists topics and levels, ``exercise-mistakes`` the mistakes behind the wrong options by rule.
"""

from __future__ import annotations

from itertools import groupby

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.facts import FactError
from j1553ref.training import LEVEL_NAMES, TOPICS, Sheet, key_page, sheet, sheet_page
from j1553ref.training.data import MISTAKES
from j1553ref.training.pages import Element, Node, Page
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
        found = sheet(*(self.options[name] for name in wanted))
        ids = {basis.id for asked in found.questions for basis in asked.basis}
        facts(self.env, *ids)
        domain_of(self.env).use("fact", *ids)
        domain_of(self.env).use("rule", *(made.rule for asked in found.questions for _, made in asked.wrong))
        return found

    def paper(self, page: Page) -> element:
        """The whole page; of its notices those stay that the foot of this site does not say."""
        *content, notices = page.content
        return el("div", "exercise-paper", *map(self.node, content), self.node(notices.content[1]))

    def node(self, node: Node, *more: nodes.Node) -> nodes.Node:
        """An element of the page as a node; a rule or a fact leads to its entry on this site."""
        match node:
            case str():
                return nodes.Text(unbroken(node))
            case Element("section", (heading, *blocks)):
                head = el(f"h{self._depth() + 1}", "question-head", heading.text)
                return el("div", "question", head, *map(self.node, blocks), *more)
            case Element("table", (heads, *rows)):
                cells = [[list(map(self.node, cell.content)) for cell in row.content] for row in rows]
                return table("exercise", [cell.text for cell in heads.content], cells)
            case Element(tag, _, _, (kind, name)):
                return link(kind, name, name, self.env.docname, classes="fact-id" if tag == "code" else "")
            case Element("code"):
                return nodes.literal("", node.text)
            case Element("strong" | "span"):
                return el(node.tag, node.kind, node.text)
        lettered = {"type": "A"} if node.kind.startswith("options") else {}
        return el(node.tag, node.kind, *map(self.node, node.content), **lettered)

    def _depth(self) -> int:
        """Headings above this place: the next one is a level below them."""
        place, depth = self.state_machine.node, 0
        while place is not None:
            depth += isinstance(place, nodes.section)
            place = place.parent
        return depth


class ExerciseSheet(_Printed):
    """The questions; with ``:answers:`` each opens its answer, otherwise the page is the learner's paper."""

    def render(self) -> list[nodes.Node]:
        """One block for each question."""
        found = self.made()
        if "answers" not in self.options:
            return [self.paper(sheet_page(found))]
        made: list[nodes.Node] = []
        for question, answer in zip(sheet_page(found).sections, key_page(found).sections, strict=False):
            if question.content[1:4] == answer.content[1:4]:  # the notices and the tables of the key ask nothing
                answered = map(self.node, answer.content[4:])
                fold = el("details", "fold no-search", el("summary", "", "Answer"), *answered)
                made.append(self.node(question, fold))
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
                *([nodes.Text(words)] for words in topic.about.values()),
            ]
            for topic in TOPICS.values()
        ]
        return [table("exercise-topics", _HEADS, rows)]


class ExerciseMistakes(CheckedDirective):
    """A row for each rule that catches a wrong option."""

    def render(self) -> list[nodes.Node]:
        """The table."""
        by_rule = groupby(sorted(MISTAKES.values(), key=lambda mistake: mistake.rule), lambda mistake: mistake.rule)
        rows = []
        for rule, group in by_rule:
            domain_of(self.env).use("rule", rule)
            names = "; ".join(dict.fromkeys(mistake.name for mistake in group))
            rows.append([[link("rule", rule, rule, self.env.docname)], [nodes.Text(names)]])
        return [table("exercise-mistakes", ["Rule", "Mistakes that it catches"], rows)]


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("exercise-sheet", ExerciseSheet)
    app.add_directive("exercise-key", ExerciseKey)
    app.add_directive("exercise-topics", ExerciseTopics)
    app.add_directive("exercise-mistakes", ExerciseMistakes)
