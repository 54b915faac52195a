"""Worked cases on a page: ``case`` prints the claim in three shapes or a part of it.

The three are headed sections one below the other; the site's script makes tabs of them."""

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
from refsite.checked import CheckedDirective
from refsite.domain import domain_of
from refsite.nodes import el, element

_CASES = Path(str(files("j1553ref.cases")))
#: Characters of a line of JSON that fit the column of text.
_WIDTH = 75


class Case(CheckedDirective):
    """A packaged case as paper form, claim file and clearinghouse body, or the part that a JSON Pointer names as JSON."""

    required_arguments = 1
    option_spec = {"pointer": directives.unchanged_required}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """A highlighted block, or a section for each shape."""
        slug = self.arguments[0]
        # Figures keep their spelling: 24.30 must not turn into 24.3.
        part = _part(self.env, slug, self.options.get("pointer", ""), lambda text: f"\x00{text}\x00")
        native = _json(re.sub(r'"\\u0000(.*?)\\u0000"', r"\1", folded(part)))
        return [native] if "pointer" in self.options else [_shapes(native, claim_from(case(slug)))]


def _shapes(native: nodes.Node, claim: Claim) -> element:
    """Form, claim file and body. All cases are synthetic, so their ids may be shown."""
    body = clearinghouse.body(claim, with_ids=True)
    paper = PAPERS[claim.form or ""](claim, with_ids=True)
    form = nodes.raw("", html.render(paper), format="html")
    # The search needs each claim once only.
    return el(
        "div",
        "case-shapes",
        _shape("no-search", "paper", paper.title, form, _note(paper.notes)),
        _shape("", "file", "Claim file", native),
        _shape("no-search", "clearinghouse", "Clearinghouse JSON", _json(folded(body.content)), _note(body.notes)),
    )


def _shape(classes: str, name: str, title: str, *children: nodes.Node) -> element:
    return el("div", f"case-shape {classes}", el("h3", "", title), *children, data_shape=name)


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


def compact(app: Sphinx, doctree: nodes.document) -> None:
    """A page with a whole case prints like a page to bookmark: on few sheets."""
    if any("case-shapes" in block["classes"] for block in doctree.findall(element)):
        next(iter(doctree.findall(nodes.section)))["classes"] += ["sheet", "case-sheet"]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.connect("doctree-read", compact)
    app.add_directive("case", Case)
