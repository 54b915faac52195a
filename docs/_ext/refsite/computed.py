"""Answers in front of the code that computes them: ``doctest`` with ``:show:``, and the fold "How this was computed".

What a reader sees is the expected output of the doctest below it. The tests prove that output equal to what the code prints,
so no answer is typed twice::

    ```{doctest}
    :show: table
    >>> print("Dose | Units | Waste")
    Dose | Units | Waste
    >>> print("24 g | 240 | JW 10")
    24 g | 240 | JW 10

    ```

``:show: table``     columns separated by ``|``, the first line heads them
``:show: text``      one line is a paragraph, several lines are a list; a string in quotes is shown without them
``:show: findings``  a report printed by ``print(check(...))`` as cards; ``[]`` and ``no findings`` read "No findings."
                     A page for staff shows such a report as cards without being asked.
``:show: code``      nothing is shown and nothing folded: here the page is about the code
"""

from __future__ import annotations

import ast
import re
from doctest import DocTestParser

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.ext.doctest import DoctestDirective

from j1553ref.facts import FactError
from j1553ref.rules import get
from refsite.checked import CheckedDirective
from refsite.domain import domain_of, link
from refsite.nodes import el, table

#: The folders whose pages staff read: their code is folded. The pages of the others are about the code itself.
STAFF = ("reference", "daily", "workflows", "payers", "training", "examples")
SHOWN = ("table", "text", "findings", "code")
_SUMMARY = "How this was computed"
_FINDING = re.compile(r"([A-Z]{3}\d{3}) (error|warning|info) at (\S+): (.+)")
#: Longer phrases are sentences, which may be broken.
_PHRASE = 24
_CLEAN = (["[]"], ["no findings"])
_ONE = {"lines": "line", "diagnoses": "diagnosis", "diagnosis_pointers": "diagnosis pointer"}
_NAMES = {"ndc": "NDC"}


class Doctest(CheckedDirective, DoctestDirective):
    """Sphinx's directive, with the answer in front of the code where ``:show:`` asks for it."""

    option_spec = DoctestDirective.option_spec | {"show": lambda given: directives.choice(given, SHOWN)}

    def run(self) -> list[nodes.Node]:
        """The answer, then the code."""
        made = DoctestDirective.run(self)
        if self.options.get("show") == "code":
            for node in made:
                assert isinstance(node, nodes.Element)
                node["unfolded"] = True
            return made
        return [*CheckedDirective.run(self), *made]

    def render(self) -> list[nodes.Node]:
        """The expected output in the form that ``:show:`` names; raises FactError where it does not fit the form."""
        code = "\n".join(self.content)
        lines = printed(code)
        shown = self.options.get("show") or (guessed(code) if is_staff(self.env.docname) else "")
        if not shown:
            return []
        if not lines:
            raise FactError("doctest: nothing is printed that could be shown")
        if shown == "table":
            made = _table(lines)
        elif shown == "text":
            made = _text(lines)
        else:
            made = _findings(self.env, lines)
        return [el("div", "answer", made)]


def printed(code: str) -> list[str]:
    """The lines that a doctest expects, errors left out.

    >>> printed(">>> print(2, 3)\\n2 3\\n>>> 1 / 0\\nTraceback (most recent call last):\\nZeroDivisionError: no\\n")
    ['2 3']
    """
    wanted = [example.want for example in DocTestParser().get_examples(code) if example.exc_msg is None]
    return [line for want in wanted for line in want.splitlines() if line.strip() not in ("", "<BLANKLINE>")]


def guessed(code: str) -> str:
    """How a doctest is shown that does not say: a report of the checker as findings, anything else not at all.

    >>> guessed(">>> check(claim).codes\\n[]\\n"), guessed(">>> sorted(())\\n[]\\n"), guessed(">>> 2 * 200\\n400\\n")
    ('findings', '', '')
    """
    lines = printed(code)
    asked = ".codes" in code or "check(" in code
    report = asked and lines and ([line.strip() for line in lines] in _CLEAN or all(map(_FINDING.fullmatch, lines)))
    return "findings" if report else ""


def is_staff(page: str) -> bool:
    """Whether a page is one that staff read.

    >>> is_staff("reference/units"), is_staff("check/x12"), is_staff("index")
    (True, False, False)
    """
    return page.split("/")[0] in STAFF


def cells(line: str) -> list[str]:
    """The columns of a printed line.

    >>> cells("24 g | 240 |JW 10|")
    ['24 g', '240', 'JW 10', '']
    """
    return [cell.strip() for cell in line.split("|")]


def kept(cell: str) -> str:
    """A cell whose short phrases are not broken: a figure stays beside its unit, a code beside its modifier.

    >>> kept("20 g + 5 g, then J1553 JW").replace("\\xa0", "_")
    '20_g + 5_g, then_J1553_JW'
    """
    phrases = re.split(r"((?<=[,;]) | \+ )", cell)
    return "".join(
        phrase if at % 2 or len(phrase) > _PHRASE else phrase.replace(" ", "\xa0") for at, phrase in enumerate(phrases)
    )


def _table(lines: list[str]) -> nodes.Node:
    heads, *rows = map(cells, lines)
    if short := [row for row in rows if len(row) != len(heads)]:
        raise FactError(f"doctest: expected {len(heads)} columns as in {heads}, found {short[0]}")
    return table("computed-table", heads, [[[nodes.Text(kept(cell))] for cell in row] for row in rows])


def _text(lines: list[str]) -> nodes.Node:
    texts = [str(ast.literal_eval(line)) if line[0] in "'\"" else line for line in lines]
    return el("p", "", texts[0]) if len(texts) == 1 else el("ul", "", *(el("li", "", text) for text in texts))


def _findings(env: BuildEnvironment, lines: list[str]) -> nodes.Node:
    if [line.strip() for line in lines] in _CLEAN:
        return el("p", "findings none", "No findings.")
    found = [_FINDING.fullmatch(line) for line in lines]
    if not all(found):
        raise FactError(f"doctest: expected a line as print(check(...)) writes it, found {lines[found.index(None)]!r}")
    return el("ul", "findings", *(_card(env, *match.groups()) for match in found if match))


def _card(env: BuildEnvironment, code: str, severity: str, place: str, message: str) -> nodes.Node:
    rule = get(code)
    domain_of(env).use("rule", code)
    head = el(
        "p",
        "finding-head",
        el("b", "severity", severity.capitalize()),
        " ",
        link("rule", code, code, env.docname, title=rule.name, classes="rule"),
        f" · {place_in_words(place)}",
    )
    return el("li", f"finding {severity}", head, el("p", "", message))


def place_in_words(pointer: str) -> str:
    """The place of a finding as staff say it; a place that is no JSON pointer is left as it is.

    >>> place_in_words("/lines/1/modifiers/0"), place_in_words("/administrations/0/vials"), place_in_words("/")
    ('line 2, modifier 1', 'administration 1, vials', 'the claim')
    >>> place_in_words("/lines/0/drug/ndc"), place_in_words("/type_of_bill"), place_in_words("SV1-4")
    ('line 1, drug, NDC', 'type of bill', 'SV1-4')
    """
    if not pointer.startswith("/"):
        return pointer
    words: list[str] = []
    last = ""
    for step in filter(None, pointer.split("/")):
        if step.isdigit() and last:
            words[-1] = f"{_ONE.get(last, last.removesuffix('s'))} {int(step) + 1}"
        else:
            words.append(_NAMES.get(step, step.replace("_", " ")))
        last = step
    return ", ".join(words) or "the claim"


def is_code(node: nodes.Node) -> bool:
    """Whether a node is the code of a doctest, to be folded."""
    return isinstance(node, nodes.Element) and node.get("testnodetype") == "doctest" and not node.get("unfolded")


def _is_answer(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Element) and "answer" in node["classes"]


def fold(app: Sphinx, doctree: nodes.document) -> None:
    """On pages for staff, put the code of each run of doctests into one closed fold behind their answers."""
    if not is_staff(app.env.docname):
        return
    for parent in {id(node.parent): node.parent for node in doctree.findall(is_code)}.values():
        made: list[nodes.Node] = []
        run: list[nodes.Node] = []
        for child in parent.children:
            if is_code(child) or _is_answer(child):
                run.append(child)
                continue
            made += [*_folded(run), child]
            run = []
        parent.children = []
        parent += [*made, *_folded(run)]


def _folded(run: list[nodes.Node]) -> list[nodes.Node]:
    code = [node for node in run if is_code(node)]
    answers = [node for node in run if not is_code(node)]
    if not code or (answers and _on_slide(code[0])):
        return answers  # a class sees the answer; the code is on the page of the case
    return [*answers, el("details", "computed", el("summary", "", _SUMMARY), *code)]


def _on_slide(node: nodes.Node) -> bool:
    return isinstance(node.parent, nodes.Element) and "slide-body" in node.parent["classes"]


def setup(app: Sphinx) -> None:
    """Replace Sphinx's directive; fold when a page has been read."""
    app.add_directive("doctest", Doctest, override=True)
    app.connect("doctree-read", fold)
