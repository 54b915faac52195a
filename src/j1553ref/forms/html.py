"""A paper form as accessible HTML: labeled boxes, and a table of the service lines with a caption and header cells.

It contains no style; its class names are ``paper``, ``boxes``, ``lines``, ``shaded`` and ``unused``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from j1553ref.forms.paper import Box, Paper, Row, Sheet

__all__ = ["blocks", "page", "render"]

_HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Claims on paper</title>
<body>
<h1>Claims on paper</h1>"""


def render(paper: Paper) -> str:
    """The sheets as a fragment of a page; every value is escaped.

    >>> from j1553ref import case, claim_from
    >>> from j1553ref.forms import cms1500
    >>> "<td>J1553 JZ</td>" in render(cms1500.form(claim_from(case("whole-vials-jz"))))
    True
    """
    count = len(paper.sheets)
    return "\n".join(
        line
        for place, sheet in enumerate(paper.sheets, 1)
        for line in _sheet(f"{paper.title}, sheet {place} of {count}" if count > 1 else paper.title, sheet)
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


def _sheet(title: str, sheet: Sheet) -> Iterator[str]:
    yield '<div class="paper">'
    yield from _boxes(sheet.head)
    boxes = sheet.rows[0].boxes
    yield f'<table class="lines">\n<caption>{escape(title)}: service lines</caption>\n<thead>\n<tr>'
    yield '<th scope="col">Line</th>'
    for box in boxes:
        yield f'<th scope="col"{_unused(box)}><b>{escape(box.label)}</b> {escape(box.meaning)}</th>'
    yield "</tr>\n</thead>"
    for row in sheet.rows:
        yield from _row(row)
    yield "</table>"
    yield from _boxes(sheet.foot)
    yield "</div>"


def _boxes(boxes: Iterable[Box]) -> Iterator[str]:
    yield '<dl class="boxes">'
    for box in boxes:
        yield f"<div><dt><b>{escape(box.label)}</b> {escape(box.meaning)}</dt><dd>{escape(box.value)}</dd></div>"
    yield "</dl>"


def _row(row: Row) -> Iterator[str]:
    """The rows of one service line in a group of their own: the shaded part is above the boxes."""
    cells = "".join(f"<td{_unused(box)}>{escape(box.value)}</td>" for box in row.boxes)
    if row.shaded is None:
        yield f'<tbody>\n<tr><th scope="row">{row.number}</th>{cells}</tr>\n</tbody>'
        return
    yield f'<tbody>\n<tr class="shaded"><th scope="rowgroup" rowspan="2">{row.number}</th>'
    shaded = f"<b>24A, shaded</b> {escape(row.shaded)}" if row.shaded else ""
    yield f'<td colspan="{len(row.boxes)}">{shaded}</td></tr>'
    yield f"<tr>{cells}</tr>\n</tbody>"


def _unused(box: Box) -> str:
    return "" if box.meaning else ' class="unused"'
