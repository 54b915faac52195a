"""Doctests on the pages for staff: what they print is shown as a table, words or findings, the code is folded below it.

The output in the page is the one source: the tests prove that the code prints it, and here it is drawn. In a fence::

    :show: table     columns separated by " | ", the first line names them
    :show: text      each line is a paragraph
    :show: findings  one finding of the checker a line; this is chosen by itself where a line looks like one
    :show: code      nothing is folded: the page is about the code
"""

from __future__ import annotations

import doctest
import re

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.ext.doctest import DoctestDirective

from refsite.domain import domain_of, link
from refsite.nodes import el, element, table

#: Folders of the pages for staff. Elsewhere (the command line, the rules, the library) the code is what a reader looks for.
STAFF = ("reference", "payers", "daily", "workflows", "examples", "training")
_WAYS = ("table", "text", "findings", "code")
_FINDING = re.compile(r"([A-Z]{3}[0-9]{3}) (error|warning|info) at (\S+): (.+)")
_SEVERITIES = {"error": "Error", "warning": "Warning", "info": "Note"}
_CLEAN = ("no findings", "[]")
_SUMMARY = "How this was computed"


class Computed(DoctestDirective):
    """A doctest; on a page for staff its output is drawn and its code is folded."""

    option_spec = DoctestDirective.option_spec | {"show": lambda text: directives.choice(text, _WAYS)}

    def run(self) -> list[nodes.Node]:
        """The answer, then the code in a ``details`` element."""
        block = super().run()
        folder = self.env.docname.partition("/")[0]
        way = self.options.get("show")
        if folder not in STAFF or way == "code":
            return block
        printed = output("\n".join(self.content))
        return [
            *self._drawn(way or guess(printed), printed),
            el("details", "computed", el("summary", "", _SUMMARY), *block),
        ]

    def _drawn(self, way: str, printed: list[str]) -> list[nodes.Node]:
        if not way:
            return []
        if not printed:
            raise self.error(f":show: {way}: the doctest prints nothing")
        if way == "text":
            return [el("p", "computed-answer", line) for line in printed]
        if way == "findings":
            return [self._finding(line) for line in printed]
        head, *rows = ([cell.strip() for cell in line.split(" | ")] for line in printed)
        if not rows or any(len(row) != len(head) for row in rows):
            raise self.error(f":show: table: expected {len(head)} columns, separated by a vertical bar, in each line")
        return [table("computed-answer", head, [[[nodes.Text(cell)] for cell in row] for row in rows])]

    def _finding(self, line: str) -> element:
        found = _FINDING.fullmatch(line)
        if not found:
            return el("p", "finding none", "No findings." if line in _CLEAN else line)
        code, severity, pointer, message = found.groups()
        domain_of(self.env).use("rule", code)
        return el(
            "p",
            f"finding {severity}",
            link("rule", code, code, self.env.docname),
            " ",
            el("strong", "", _SEVERITIES[severity]),
            f", {place(pointer)}: {message}",
        )


def output(source: str) -> list[str]:
    """The lines that the examples of a doctest print, without tracebacks.

    >>> output(">>> print('one | two')\\none | two\\n>>> 1 / 0\\nTraceback (most recent call last):\\nZeroDivisionError: x\\n")
    ['one | two']
    """
    examples = doctest.DocTestParser().get_examples(source)
    wanted = [example.want for example in examples if not example.want.startswith("Traceback")]
    return [line for want in wanted for line in want.splitlines() if line.strip() and line != "<BLANKLINE>"]


def guess(printed: list[str]) -> str:
    """How an output is shown where the fence does not say: findings, or not at all.

    >>> guess(["JWZ003 error at /lines/0/modifiers: add JZ"]), guess(["[]"]), guess(["(400, 'JZ')"])
    ('findings', 'findings', '')
    """
    shown = printed and all(line in _CLEAN or _FINDING.fullmatch(line) for line in printed)
    return "findings" if shown else ""


def place(pointer: str) -> str:
    """A place in a claim, in the words of staff.

    >>> place("/lines/0/modifiers/1"), place("/administrations/0/vials"), place("/total_charge"), place("/")
    ('line 1, modifiers', 'record 1, vials', 'total charge', 'the claim')
    """
    steps = [step for step in pointer.split("/") if step]
    if not steps:
        return "the claim"
    first, *others = steps
    words = [step.replace("_", " ") for step in others if not step.isdigit()]
    if others and others[0].isdigit():
        name = {"lines": "line", "administrations": "record"}.get(first, first)
        return ", ".join([f"{name} {int(others[0]) + 1}", *words])
    return ", ".join([first.replace("_", " "), *words])


def setup(app: Sphinx) -> None:
    """Take the place of Sphinx's directive."""
    app.setup_extension("sphinx.ext.doctest")
    app.add_directive("doctest", Computed, override=True)
