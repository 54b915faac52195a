"""A paper form for the terminal: labeled boxes, then the service lines in columns, one sheet below the other."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from j1553ref.forms.paper import Box, Paper, Row

__all__ = ["render"]

_WIDTH = 80
_GAP = "  "


def render(paper: Paper) -> str:
    """The sheets as text, 80 columns wide where the values allow it; columns never used are left out.

    >>> from j1553ref import case, claim_from
    >>> from j1553ref.forms import cms1500
    >>> print(render(cms1500.form(claim_from(case("whole-vials-jz")))).splitlines()[7])
    1  N470573060521 ML400
    """
    count = len(paper.sheets)
    titles = [f"{paper.title}, sheet {place} of {count}" if count > 1 else paper.title for place in range(1, count + 1)]
    written = (
        [title, "", *_boxes(sheet.head), "", *_lines(sheet.rows), "", *_boxes(sheet.foot)]
        for title, sheet in zip(titles, paper.sheets, strict=True)
    )
    return "\n\n".join("\n".join(lines) for lines in written)


def _boxes(boxes: Iterable[Box]) -> list[str]:
    words = [f"{box.label} {box.meaning}: {box.value or '(blank)'}".replace(" ", "\0") for box in boxes]
    # A box is not broken, so that its value is next to its label.
    rows = textwrap.wrap("   ".join(words), _WIDTH, break_long_words=False, break_on_hyphens=False)
    return [row.replace("\0", " ") for row in rows]


def _lines(rows: tuple[Row, ...]) -> Iterator[str]:
    used = [at for at, box in enumerate(rows[0].boxes) if box.meaning]
    heads = [rows[0].boxes[at] for at in used]
    columns = [[row.boxes[at].value for row in rows] for at in used]
    widths = [
        max(map(len, [head.label, *head.meaning.split(), *column])) for head, column in zip(heads, columns, strict=True)
    ]
    edge = len(str(rows[-1].number))
    meanings = [textwrap.wrap(head.meaning, width) for head, width in zip(heads, widths, strict=True)]
    for cells in ([head.label for head in heads], *zip_longest(*meanings, fillvalue="")):
        yield _row("", cells, widths, edge)
    for row, *values in zip(rows, *columns, strict=True):
        number = str(row.number)
        if row.shaded is not None:
            yield f"{number:>{edge}}{_GAP}{row.shaded}".rstrip()
            number = ""
        yield _row(number, values, widths, edge)


def _row(number: str, cells: Iterable[str], widths: list[int], edge: int) -> str:
    padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
    return _GAP.join([f"{number:>{edge}}", *padded]).rstrip()
