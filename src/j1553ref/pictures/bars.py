"""Bars with their figures, one below the other: names, lengths and figures say all, the color only helps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from j1553ref.pictures.svg import Picture, picture, rect, text

__all__ = ["Bar", "bars"]

#: Pixels: a row for a name and its bar below it, the bar's height, the longest bar, room for its figure.
_ROW, _HIGH, _LONGEST, _FIGURES = 40, 16, 216, 76
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """A name, a value of zero or more, its figure in words, and whether it is the one that the picture is about."""

    label: str
    value: Decimal
    figure: str
    ours: bool = False


def bars(rows: Iterable[Bar], *, title: str, name: str = "bars", words: str = "") -> Picture:
    """The bars, from a common zero; ``words`` go before the list of all figures.

    >>> from decimal import Decimal
    >>> from j1553ref.pictures import Bar
    >>> made = bars([Bar("A", Decimal(1), "$1"), Bar("B", Decimal(4), "$4", ours=True)], title="Two bars")
    >>> made.words
    'A $1; B $4.'
    >>> [row for row in made.svg.splitlines() if "<rect" in row]
    ['<rect class="bar" x="0" y="19" width="54" height="16"/>', '<rect class="bar ours" x="0" y="59" width="216" height="16"/>']
    """
    found = list(rows)
    largest = max((row.value for row in found), default=Decimal(1)) or Decimal(1)
    shapes = []
    for place, row in enumerate(found):
        top = place * _ROW
        width = max(_SHORTEST, round(row.value * _LONGEST / largest))
        strong = " strong" if row.ours else ""
        shapes.append(text(row.label, 0, top + 14, f"label{strong}", anchor="start"))
        shapes.append(rect("bar ours" if row.ours else "bar", 0, top + 19, width, _HIGH))
        shapes.append(text(row.figure, width + 6, top + 32, f"label{strong}", anchor="start"))
    every = "; ".join(f"{row.label} {row.figure}" for row in found)
    size = (_LONGEST + _FIGURES, max(len(found), 1) * _ROW)
    return picture(name, title, f"{words} {every}.".strip(), size, shapes, kind="bars")
