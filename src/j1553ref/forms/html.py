"""A paper form as accessible HTML: labeled boxes, and a table of the service lines with a caption and header cells.

It contains no style; its class names are ``paper``, ``boxes``, ``lines``, ``shaded``, ``unused`` and, for the numbers of boxes
that a text beside the form explains, ``callout``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape

from j1553ref.forms.paper import Box, Paper, Row, Sheet

__all__ = ["SHADED", "blocks", "page", "render"]

#: What the part above the boxes of a line is called.
SHADED = "24A, shaded"

_HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Claims on paper</title>
<body>
<h1>Claims on paper</h1>"""


def render(paper: Paper, *, marks: Mapping[str, int] | None = None) -> str:
    """The sheets as a fragment of a page; every value is escaped. ``marks`` are numbers by the labels of boxes.

    >>> from j1553ref import case, claim_from
    >>> from j1553ref.forms import cms1500
    >>> form = cms1500.form(claim_from(case("whole-vials-jz")))
    >>> "<td>J1553 JZ</td>" in render(form)
    True
    >>> '<span class="callout">4</span> <b>24D</b>' in render(form, marks={"24D": 4})
    True
    """
    count = len(paper.sheets)
    return "\n".join(
        line
        for place, sheet in enumerate(paper.sheets, 1)
        for line in _sheet(f"{paper.title}, sheet {place} of {count}" if count > 1 else paper.title, sheet, marks or {})
    )


def page(papers: Iterable[Paper]) -> str:
    """A whole page with the forms of one or more claims.

    >>> page([]).splitlines()[:2]
    ['<!doctype html>', '<html lang="en">']
    """
    return "\n".join(blocks(papers))


def blocks(papers: Iterable[Paper]) -> Iterator[str]:
    """The same page block by block, each to be followed by a line break.

    >>> list(blocks([]))[1:]
    ['</body>\\n</html>']
    """
    yield _HEAD
    for number, paper in enumerate(papers, 1):
        yield f"<h2>Claim {number}: {escape(paper.title)}</h2>\n{render(paper)}"
    yield "</body>\n</html>"


def _sheet(title: str, sheet: Sheet, marks: Mapping[str, int]) -> Iterator[str]:
    yield '<div class="paper">'
    yield from _boxes(sheet.head, marks)
    boxes = sheet.rows[0].boxes
    yield f'<table class="lines">\n<caption>{escape(title)}: service lines</caption>\n<thead>\n<tr>'
    yield '<th scope="col">Line</th>'
    for box in boxes:
        yield f'<th scope="col"{_unused(box)}>{_label(box.label, marks)} {escape(box.meaning)}</th>'
    yield "</tr>\n</thead>"
    for row in sheet.rows:
        yield from _row(row, marks)
    yield "</table>"
    yield from _boxes(sheet.foot, marks)
    yield "</div>"


def _boxes(boxes: Iterable[Box], marks: Mapping[str, int]) -> Iterator[str]:
    yield '<dl class="boxes">'
    for box in boxes:
        yield f"<div><dt>{_label(box.label, marks)} {escape(box.meaning)}</dt><dd>{escape(box.value)}</dd></div>"
    yield "</dl>"


def _label(label: str, marks: Mapping[str, int]) -> str:
    number = f'<span class="callout">{marks[label]}</span> ' if label in marks else ""
    return f"{number}<b>{escape(label)}</b>"


def _row(row: Row, marks: Mapping[str, int]) -> Iterator[str]:
    """The rows of one service line in a group of their own: the shaded part is above the boxes."""
    cells = "".join(f"<td{_unused(box)}>{escape(box.value)}</td>" for box in row.boxes)
    if row.shaded is None:
        yield f'<tbody>\n<tr><th scope="row">{row.number}</th>{cells}</tr>\n</tbody>'
        return
    yield f'<tbody>\n<tr class="shaded"><th scope="rowgroup" rowspan="2">{row.number}</th>'
    shaded = f"{_label(SHADED, marks)} {escape(row.shaded)}" if row.shaded else ""
    yield f'<td colspan="{len(row.boxes)}">{shaded}</td></tr>'
    yield f"<tr>{cells}</tr>\n</tbody>"


def _unused(box: Box) -> str:
    return "" if box.meaning else ' class="unused"'
