"""The directive ``library``: the public names of the package, each with signature, words, errors and doctest.

Everything comes from the package itself, so that the page cannot drift: the doctests run where they are, beside the code.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

import j1553ref
from j1553ref.errors import J1553Error
from refsite.checked import CheckedDirective
from refsite.nodes import el, table

_ROLE = re.compile(r":(?:class|func|mod):`~?([\w.]+)`|``([^`]+)``")
_Nodes = list[nodes.Node]


class Library(CheckedDirective):
    """Groups of names, ``Heading: name name`` a line, each name as it is reached below ``j1553ref``."""

    has_content = True

    def render(self) -> _Nodes:
        """A section for each group, in it one for each name."""
        groups = [line.partition(": ") for line in self.content if line.strip()]
        #: last part of a name -> the id of its section
        self.anchors = {name.rpartition(".")[2]: anchor(name) for *_, names in groups for name in names.split()}
        return [
            self._section(head, head.lower().replace(" ", "-"), [self._name(name) for name in names.split()])
            for head, _, names in groups
        ]

    def _section(self, title: str, name: str, body: _Nodes) -> nodes.section:
        section = nodes.section("", nodes.title("", title), *body, ids=[name])
        self.state.document.note_explicit_target(section)
        return section

    def _name(self, name: str) -> nodes.section:
        thing = found(name)
        body: _Nodes = [_code(signature(anchor(name), thing), "python")] if inspect.isfunction(thing) else []
        prose, tests = documented(thing)
        body += [nodes.paragraph("", "", *self._words(text)) for text in prose]
        if dataclasses.is_dataclass(thing):
            body.append(table("stacked", ["Field", "What it holds"], self._members(thing)))
        rows = (
            [("Returns", re.findall(r"\w+", signature("", thing).rpartition("-> ")[2]))]
            if inspect.isfunction(thing)
            else []
        )
        rows.append(("Errors", [*dict.fromkeys(name for text in prose for name in _errors(text))]))
        listed = [(head, [name for name in names if name in self.anchors]) for head, names in rows]
        parts = [
            part for head, names in listed if names for part in (el("dt", "", head), el("dd", "", *self._links(names)))
        ]
        body += [el("dl", "rows", *parts)] if parts else []
        return self._section(
            anchor(name), anchor(name), [*body, *(_code(pasted(name, text), "pycon") for text in tests)]
        )

    def _members(self, thing: Any) -> Iterator[list[_Nodes]]:
        """Fields with their types, then what is computed from them."""
        for field in dataclasses.fields(thing):
            yield [[el("code", "", field.name)], [el("code", "", str(field.type))]]
        for name, member in vars(thing).items():
            body = member.fget if isinstance(member, property) else member
            if not name.startswith("_") and inspect.isfunction(body):
                call = "" if isinstance(member, property) else "()"
                yield [[el("code", "", name + call)], [*self._words(" ".join(documented(body)[0]))]]

    def _words(self, text: str) -> Iterator[nodes.Node]:
        """Prose whose roles become links on this page, or code."""
        at = 0
        for match in _ROLE.finditer(text):
            yield nodes.Text(text[at : match.start()])
            yield el("code", "", match[2]) if match[2] else self._link(match[1].rpartition(".")[2])
            at = match.end()
        yield nodes.Text(text[at:])

    def _links(self, names: list[str]) -> _Nodes:
        return [part for name in names for part in (self._link(name), nodes.Text(", "))][:-1]

    def _link(self, name: str) -> nodes.Node:
        code = el("code", "", name)
        if name not in self.anchors:
            return code
        return nodes.reference("", "", code, internal=True, refuri=f"#{self.anchors[name]}")


def found(name: str) -> Any:
    """The object of a dotted name below ``j1553ref``."""
    head, _, last = f"j1553ref.{name}".rpartition(".")
    return getattr(importlib.import_module(head), last)


def anchor(name: str) -> str:
    """What a name is called on the page: functions by their module where there is one, types by themselves.

    >>> anchor("check"), anchor("ndc.format"), anchor("rules.base.Finding")
    ('check', 'ndc.format', 'Finding')
    """
    last = name.rpartition(".")[2]
    return last if last[0].isupper() else name


def signature(name: str, thing: Any) -> str:
    """The signature, a parameter a line.

    >>> print(signature("found", found))
    found(
        name: str,
    ) -> Any
    """
    shown = inspect.signature(thing)
    lines: list[str] = []
    for parameter in shown.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "    *," not in lines:
            lines.append("    *,")
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        lines.append(f"    {parameter.name}: {parameter.annotation}{default},")
    parameters = "\n".join(["(", *lines, ")"]) if lines else "()"
    return f"{name}{parameters} -> {shown.return_annotation}"


def documented(thing: Any) -> tuple[list[str], list[str]]:
    """The paragraphs and the doctests of a docstring."""
    blocks = [block for block in re.split(r"\n\s*\n", inspect.getdoc(thing) or "") if block.strip()]
    tests = [block for block in blocks if block.startswith(">>>")]
    return [" ".join(block.split()) for block in blocks if not block.startswith(">>>")], tests


def pasted(name: str, test: str) -> str:
    """A doctest with the import that its module does not need and a reader does.

    >>> pasted("ndc.is_valid", ">>> is_valid('1')").splitlines()
    ['>>> from j1553ref.ndc import is_valid', ">>> is_valid('1')"]
    """
    head, _, last = f"j1553ref.{name}".rpartition(".")
    head = "j1553ref" if last in j1553ref.__all__ else head
    return test if re.search(rf"import .*\b{last}\b", test) else f">>> from {head} import {last}\n{test}"


def errors() -> list[type[J1553Error]]:
    """The base of all errors that are raised on purpose, and what is derived from it."""
    waiting, made = [J1553Error], []
    while waiting:
        made.append(waiting.pop())
        waiting += made[-1].__subclasses__()
    return made


def _errors(text: str) -> Iterator[str]:
    known = {error.__name__ for error in errors()}
    yield from (name for match in _ROLE.finditer(text) if (name := (match[1] or "").rpartition(".")[2]) in known)


def _code(text: str, language: str) -> nodes.Node:
    return nodes.literal_block(text, text, language=language)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("library", Library)
