"""``lesson``: a timed plan whose rows must add up, with its cases by their own titles and the commands for its sheets."""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from j1553ref.facts import FactError
from j1553ref.training import sheet
from j1553ref.training.pages import command
from refsite.checked import CheckedDirective
from refsite.domain import known
from refsite.nodes import table
from refsite.worked import FOLDER, LEVELS, Worked, case_link, page_link, worked

_CASE, _EXERCISE = "case:", "exercise:"
#: Of an exercise: topic, level, count and seed.
_Words = tuple[str, int, int, int]
_OPENING = re.compile(r"^:::\{lesson\}\n(.*?)\n:::$", re.M | re.S)


class Lesson(CheckedDirective):
    """Rows ``minutes | what | how``; ``what`` is text, ``case: slug`` or ``exercise: topic level count seed``."""

    has_content = True
    option_spec = {"minutes": directives.positive_int}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """A row for each step, from the minute at which it begins; refused where they do not add up."""
        begun, rows, sheets = 0, list[list[list[nodes.Node]]](), list[_Words]()
        for line in filter(str.strip, self.content):
            minutes, what, how = _row(line)
            if what.startswith(_EXERCISE):
                sheets.append(_words(what))
            rows.append([[nodes.Text(f"{begun}–{begun + minutes}")], self._what(what), self.parse_inline(how)[0]])
            begun += minutes
        if begun != self.options.get("minutes"):
            raise FactError(f"lesson: the steps take {begun} minutes, not {self.options.get('minutes')}")
        return [table("lesson", ["Minute", "What", "How"], rows), *_commands(sheets)]

    def _what(self, what: str) -> list[nodes.Node]:
        if what.startswith(_CASE):
            return case_link(self.env, find(self.env, what.removeprefix(_CASE).strip()))
        if what.startswith(_EXERCISE):
            return _exercise(self.env, _words(what))
        return self.parse_inline(what)[0]


def _row(line: str) -> tuple[int, str, str]:
    cells = [cell.strip() for cell in line.split("|", 2)]
    if len(cells) != 3 or not cells[0].isdecimal():
        raise FactError(f"lesson: expected minutes | what | how, not {line.strip()!r}")
    return int(cells[0]), cells[1], cells[2]


def _words(what: str) -> _Words:
    words = what.removeprefix(_EXERCISE).split()
    if len(words) != 4:
        raise FactError(f"lesson: expected exercise: topic level count seed, not {' '.join(words)!r}")
    return words[0], int(words[1]), int(words[2]), int(words[3])


def _exercise(env: BuildEnvironment, words: _Words) -> list[nodes.Node]:
    topic, level, count, seed = words
    made = sheet(topic, level=level, count=count, seed=seed)  # refused here and not in class
    named = f": {topic}, {LEVELS[level].lower()}, {len(made.questions)} questions, seed {seed}"
    return [page_link(env, "/training/exercises", "Exercise sheet"), nodes.Text(named)]


def _commands(sheets: list[_Words]) -> list[nodes.Node]:
    """How to make each sheet and its key."""
    if not sheets:
        return []
    lines = []
    for number, words in enumerate(sheets, 1):
        which, made = f"-{number}" if len(sheets) > 1 else "", f"$ {command(*words)} --output html"
        lines += [f"{made} > sheet{which}.html", f"{made} --key > key{which}.html"]
    text = "\n".join(lines)
    return [nodes.paragraph("", "Sheet and key:"), nodes.literal_block(text, text, language="console")]


def find(env: BuildEnvironment, slug: str) -> Worked:
    """The case of that name; raises FactError with the nearest names."""
    folder = Path(env.srcdir) / FOLDER
    env.note_dependency(str(folder / f"{slug}.md"))
    return known("case", slug, {case.slug: case for case in worked(folder)})


def cases_of(page: Path) -> list[str]:
    """The cases of a lesson, in the order in which they are taught."""
    found = _OPENING.search(page.read_text(encoding="utf-8"))
    if found is None:
        raise FactError(f"{page.name}: no lesson on this page")
    rows = [_row(line) for line in found[1].splitlines() if "|" in line]
    return [what.removeprefix(_CASE).strip() for _, what, _ in rows if what.startswith(_CASE)]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("lesson", Lesson)
