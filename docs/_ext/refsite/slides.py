"""``slides``: the cases of a lesson as slides, made of the sections of their own pages; nothing is written twice.

A slide is a box on the page, a sheet in print, and the whole screen when the page is presented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from j1553ref import case, check
from refsite.checked import CheckedDirective
from refsite.lesson import cases_of, find
from refsite.nodes import el, element, table
from refsite.steps import STEPS, arithmetic
from refsite.worked import FOLDER, Worked

#: Lines that a slide holds, and the characters of a line.
_LINES = 15
_WIDTH = 76
_SECTION = re.compile(r"^## (.+)$", re.M)
#: Paragraphs and code blocks.
_BLOCK = re.compile(r"(^```.*?^```$)|\n\n", re.M | re.S)
_SIBLING = re.compile(r"\]\((?=[\w-]+\.md)")
_BOLD = re.compile(r"\*\*.+?\*\*", re.S)
#: Topics of cases that compute something else than units and minutes: their own arithmetic is shown.
_OTHER_ARITHMETIC = {"payment", "authorization", "ndc", "code-by-date", "denials"}
_HEADS = ["Line", "Code", "Modifiers", "Units", "NDC and quantity"]


class Slides(CheckedDirective):
    """``:::{slides} lesson-30``: the cases that this lesson names, each as a few slides."""

    required_arguments = 1

    def render(self) -> list[nodes.Node]:
        """A section for each case."""
        lesson = Path(self.env.doc2path(self.env.docname)).parent / f"{self.arguments[0]}.md"
        self.env.note_dependency(str(lesson))
        made: list[nodes.Node] = []
        for slug in cases_of(lesson):
            found = find(self.env, slug)
            section = nodes.section("", nodes.title("", found.title), ids=[f"case-{slug}"])
            section += list(self._slides(found))
            made.append(section)
        return made

    def _slides(self, found: Worked) -> Iterator[element]:
        page = Path(self.env.srcdir) / FOLDER / f"{found.slug}.md"
        opening, *parts = _SECTION.split(page.read_text(encoding="utf-8"))
        answer = _BOLD.search(opening)
        text = dict(zip(parts[::2], parts[1::2], strict=True))
        yield self._slide(found, "", f"{text['Situation']}\n\n**{text['The question'].strip()}**")
        steps = arithmetic(case(found.slug)) if found.topics[0] not in _OTHER_ARITHMETIC else []
        if steps:
            yield self._slide(found, "The arithmetic", "", table("slide-claim", STEPS, steps))
        else:
            for words in slide_texts(text["The arithmetic"]):
                yield self._slide(found, "The arithmetic", words)
        yield self._slide(found, "The claim", answer[0] if answer else "", *_claim(found.slug))
        for words in slide_texts(text["If it were different"]):
            yield self._slide(found, "If it were different", words)

    def _slide(self, found: Worked, heading: str, text: str, *more: nodes.Node) -> element:
        body = self.parse_text_to_nodes(_SIBLING.sub(f"](../{FOLDER}/", text), offset=self.lineno)
        head = [el("p", "slide-case", found.title), *([el("p", "slide-head", heading)] if heading else [])]
        kind = "slide-first" if not heading else "slide-dense" if _lines(text) > _LINES else ""
        # What does not fit is scrolled, and that by the keyboard too.
        return el("div", f"slide {kind}", *head, el("div", "slide-body", *body, *more), tabindex="0")


def slide_texts(text: str) -> Iterator[str]:
    r"""A section cut into texts that fit on a slide; the words before a code block stay with it.

    >>> code = "```{doctest}\n" + ">>> 1\n1\n" * 6 + "```"
    >>> [page.split(".")[0] for page in slide_texts(f"One.\n\n{code}\n\nTwo.\n\n{code}\n\nEnd.\n")]
    ['One', 'Two', 'End']
    """
    held, unit = "", ""
    for block in filter(None, map(str.strip, filter(None, _BLOCK.split(text)))):
        unit += f"{block}\n\n"
        if _lines(unit) < _LINES and not block.startswith("```"):
            continue  # words that may lead to a code block
        if held and _lines(held + unit) > _LINES:
            yield held
            held = ""
        held, unit = held + unit, ""
    if unit and held and _lines(held + unit) > _LINES:
        yield held
        held = ""
    if held + unit:
        yield held + unit


def _lines(text: str) -> int:
    """Lines that a text takes on a slide, about."""
    return sum(1 + len(line) // _WIDTH for line in text.splitlines() if line.strip())


def _claim(slug: str) -> list[nodes.Node]:
    """The lines of the case's claim, and what the checker says of it."""
    claim = case(slug)
    rows = []
    for number, line in enumerate(claim["lines"], 1):
        drug = line.get("drug", {})
        ndc = " ".join(str(drug[key]) for key in ("ndc", "quantity", "unit") if key in drug)
        cells = [
            str(number),
            line.get("procedure_code", line.get("revenue_code", "")),
            " ".join(line.get("modifiers", ())),
            str(line["units"]),
            ndc,
        ]
        rows.append([[nodes.Text(cell)] for cell in cells])
    codes = check(claim).codes
    return [table("slide-claim", _HEADS, rows), el("p", "", f"The checker finds {', '.join(codes) or 'nothing'}.")]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("slides", Slides)
