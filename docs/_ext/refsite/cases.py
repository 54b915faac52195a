"""Worked cases on a page: ``case`` prints the claim on its form, box by box, with the other shapes folded, or a part of it.

On its own page a case also shows its pictures, and its arithmetic as a table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from j1553ref import case, claim_from
from j1553ref.claim import Claim
from j1553ref.facts import FactError
from j1553ref.forms import PAPERS, clearinghouse, html
from j1553ref.pictures import callouts, legend, marks
from refsite.checked import CheckedDirective
from refsite.domain import domain_of
from refsite.nodes import el, element, table
from refsite.pictures import of_case
from refsite.steps import STEPS, arithmetic
from refsite.worked import page_of

_CASES = Path(str(files("j1553ref.cases")))
#: Characters of a line of JSON that fit the column of text.
_WIDTH = 75


class Case(CheckedDirective):
    """A packaged case: its form with numbered boxes, then claim file and clearinghouse body, folded.

    With a JSON Pointer only the part that it names, as JSON.
    """

    required_arguments = 1
    option_spec = {"pointer": directives.unchanged_required}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """A highlighted block, or a section for each shape."""
        slug = self.arguments[0]
        # Figures keep their spelling: 24.30 must not turn into 24.3.
        part = _part(self.env, slug, self.options.get("pointer", ""), lambda text: f"\x00{text}\x00")
        native = _json(re.sub(r'"\\u0000(.*?)\\u0000"', r"\1", folded(part)))
        if "pointer" in self.options:
            return [native]
        claim = claim_from(case(slug))
        found = page_of(self.env, self.env.docname)
        drawings = of_case(self.env, claim, found.topics) if found and found.slug == slug else ()
        return [_shapes(native, claim, drawings)]


def _shapes(native: nodes.Node, claim: Claim, drawings: Iterable[element]) -> element:
    """Form, pictures, claim file and body. All cases are synthetic, so their ids may be shown."""
    body = clearinghouse.body(claim, with_ids=True)
    paper = PAPERS[claim.form or ""](claim, with_ids=True)
    boxes = callouts(claim, paper)
    form = nodes.raw("", html.render(paper, marks=marks(boxes)), format="html")
    explained = nodes.raw("", legend(boxes), format="html")
    drawn = list(drawings)
    slim = [drawing for drawing in drawn if "slim" in drawing["classes"]]
    wide = [drawing for drawing in drawn if drawing not in slim]
    # The search needs each claim once only.
    return el(
        "div",
        "case-shapes",
        el(
            "div",
            "case-shape no-search",
            form,
            _beside(el("div", "", explained, _note(paper.notes)), slim),
            data_shape="paper",
        ),
        el("div", "drawings no-search", *wide),
        _folded("", "file", "Claim file", native),
        _folded("no-search", "clearinghouse", "Clearinghouse JSON", _json(folded(body.content)), _note(body.notes)),
    )


def _beside(words: element, pictures: list[element]) -> element:
    """Words with slim pictures at their side."""
    return el("div", "beside", words, el("div", "", *pictures)) if pictures else words


def _folded(classes: str, name: str, title: str, *children: nodes.Node) -> element:
    return el("details", f"case-shape {classes}", el("summary", "", title), *children, data_shape=name)


def _note(notes: Iterable[str]) -> element:
    return el("p", "case-note", " ".join(notes))


def _json(text: str) -> nodes.literal_block:
    return nodes.literal_block(text, text, language="json", classes=["case"])


def folded(value: Any, indent: str = "", key: str = "") -> str:
    """JSON in lines that fit the page: as many properties on each as it takes, and no line for a bracket alone.

    >>> vials = [{"ndc": "70573060521", "count": 1}, {"ndc": "70573060511", "count": 1}, {"ndc": "70573060501", "count": 1}]
    >>> print(folded([{"dose_mg": "32000", "stock": "bought", "vials": vials}]))
    [{
      "dose_mg": "32000", "stock": "bought",
      "vials": [
        {"ndc": "70573060521", "count": 1},
        {"ndc": "70573060511", "count": 1},
        {"ndc": "70573060501", "count": 1}
      ]
    }]
    """
    flat = key + json.dumps(value, ensure_ascii=False)
    if len(indent + flat) < _WIDTH or not isinstance(value, dict | list):
        return flat
    texts = [folded(item, indent) for item in value] if isinstance(value, list) else [""]
    if all("\n" in text for text in texts):
        return f"{key}[{', '.join(texts)}]"
    deeper = f"{indent}  "
    named = isinstance(value, dict)
    members = (
        [(f"{json.dumps(name)}: ", item) for name, item in value.items()] if named else [("", item) for item in value]
    )
    lines: list[str] = []
    for name, item in members:
        text = folded(item, deeper, name)
        if lines and "\n" not in lines[-1] + text and len(f"{deeper}{lines[-1]}, {text}") < _WIDTH:
            lines[-1] += f", {text}"
        else:
            lines.append(text)
    opened, closed = "{}" if named else "[]"
    return f"{key}{opened}\n{deeper}" + f",\n{deeper}".join(lines) + f"\n{indent}{closed}"


def _part(env: BuildEnvironment, slug: str, pointer: str, number: Any) -> Any:
    path = _CASES / f"{slug}.json"
    note_case(env, slug)
    try:
        part = json.loads(path.read_text(encoding="utf-8"), parse_float=number)
        for token in pointer.split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            part = part[int(key)] if isinstance(part, list) else part[key]
    except OSError:
        raise FactError(f"case {slug}: no such case") from None
    except (ValueError, LookupError, TypeError):
        raise FactError(f"case {slug}: no value at {pointer or '/'}, or not readable as JSON") from None
    return part


def note_case(env: BuildEnvironment, slug: str) -> None:
    """The page being read uses this case and is read again when it changes."""
    env.note_dependency(str(_CASES / f"{slug}.json"))
    domain_of(env).use("case", slug)


def lay_out(app: Sphinx, doctree: nodes.document) -> None:
    """The page of a case: its arithmetic as a table, and what is folded at the end of its section."""
    found = page_of(app.env, app.env.docname)
    if found is None:
        return
    next(iter(doctree.findall(nodes.section)))["classes"] += ["case-page"]
    for section in doctree.findall(nodes.section):
        name = section[0].astext()
        if name == "The arithmetic" and (rows := arithmetic(case(found.slug))):
            section.insert(1, table("case-steps", STEPS, rows))
            for text in list(section[1].findall(nodes.Text)):  # a code stays beside its units
                text.parent.replace(text, nodes.Text(text.replace(" × ", "\xa0×\xa0")))
        if name == "The claim":
            for shape in [node for node in section.findall(element) if _is(node, "details", "case-shape")]:
                shape.parent.remove(shape)
                section += shape


def _is(node: nodes.Node, tag: str, name: str) -> bool:
    return isinstance(node, element) and node["tag"] == tag and name in node["classes"]


def setup(app: Sphinx) -> None:
    """Register the directive, and what completes the page of a case."""
    app.connect("doctree-read", lay_out)
    app.add_directive("case", Case)
