"""A paper form as plain data: sheets of labeled boxes, and rows of service lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

__all__ = ["Box", "Paper", "Row", "Sheet", "sheets"]


@dataclass(frozen=True, slots=True)
class Box:
    """One box: the label that the form prints, what it holds in our words, and the value, or empty text."""

    label: str
    meaning: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One service line, with its number from 1. ``shaded`` is the text above its boxes, None on a form without it."""

    number: int
    boxes: tuple[Box, ...]
    shaded: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a form: boxes above the service lines, the lines, boxes below them."""

    head: tuple[Box, ...]
    rows: tuple[Row, ...]
    foot: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A claim on a paper form. ``notes`` say what was left blank and what of the claim has no place on it.

    >>> [sheet] = sheets((), [Row(1, (Box("46", "units", "400"),))], (), most=22)
    >>> Paper("UB-04", (sheet,), ("Left blank: 45.",)).sheets[0].rows[0].boxes[0].value
    '400'
    """

    title: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...]


def sheets(head: tuple[Box, ...], rows: Sequence[Row], foot: tuple[Box, ...], *, most: int) -> tuple[Sheet, ...]:
    """The pages for any number of rows, ``most`` on each; the boxes below the rows are filled in on the last.

    >>> pages = sheets((), [Row(n, ()) for n in range(1, 8)], (Box("28", "total", "9.00"),), most=6)
    >>> [(len(page.rows), page.foot[0].value) for page in pages]
    [(6, ''), (1, '9.00')]
    """
    blank = tuple(replace(box, value="") for box in foot)
    starts = range(0, len(rows), most)
    return tuple(Sheet(head, tuple(rows[at : at + most]), foot if at == starts[-1] else blank) for at in starts)
