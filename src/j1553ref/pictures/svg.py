"""What the pictures are made of: a finished picture, and shapes written as SVG.

A shape has classes and no style, so that one stylesheet serves both themes and print. What a color says, a hatch says too.
All figures are whole numbers or decimals in pixels of the picture's own size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from html import escape

__all__ = ["Number", "Picture", "hatched", "line", "picture", "plain", "rect", "shape", "text", "wrapped"]

#: Pixels
Number = int | Decimal
#: Pixels from one line of a hatch to the next, and from one line of text to the next.
_HATCH = 6
_LEADING = 15


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished picture: its title, a text with every figure in it, the SVG that has both inside, and a caption.

    ``words`` say all that the picture shows, for whoever does not see it; the caption is what to read under it.

    >>> from j1553ref.pictures.svg import picture, rect
    >>> made = picture("dot", "A dot", "One dot.", (10, 10), [rect("given", 0, 0, 10, 10)])
    >>> made.svg.startswith('<svg class="picture picture-dot"'), made.title, made.words, made.caption
    (True, 'A dot', 'One dot.', 'A dot')
    """

    title: str
    words: str
    svg: str
    caption: str


def picture(
    name: str, title: str, words: str, size: tuple[int, int], shapes: list[str], *, kind: str = "", caption: str = ""
) -> Picture:
    """A picture of ``size`` (width, height) in pixels; ``name`` begins the ids of its title and description.

    ``kind`` is the class that the stylesheet knows it by, else the name is; without a caption the title is one.
    """
    width, height = size
    labels = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(words)}</desc>'
    start = (
        f'<svg class="picture picture-{kind or name}" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-labelledby="{name}-title {name}-desc">'
    )
    return Picture(title, words, "\n".join([start, labels, *shapes, "</svg>"]), caption or title)


def shape(tag: str, classes: str, content: str | None = None, **attributes: Number | str) -> str:
    """An element; in the names of attributes ``_`` means ``-``, and text is escaped.

    >>> shape("text", "label", "20 g & more", x=4, text_anchor="end")
    '<text class="label" x="4" text-anchor="end">20 g &amp; more</text>'
    """
    named = "".join(f' {key.replace("_", "-")}="{_written(value)}"' for key, value in attributes.items())
    end = "/>" if content is None else f">{escape(content)}</{tag}>"
    return f'<{tag} class="{classes}"{named}{end}'


def rect(classes: str, x: Number, y: Number, width: Number, height: Number, *, round_by: int = 0) -> str:
    """A rectangle by its upper left corner.

    >>> rect("given", 1, 2, 3, Decimal("4.50"))
    '<rect class="given" x="1" y="2" width="3" height="4.5"/>'
    """
    corners: dict[str, Number | str] = {"rx": round_by} if round_by else {}
    return shape("rect", classes, None, x=x, y=y, width=width, height=height, **corners)


def line(classes: str, x: Number, y: Number, to_x: Number, to_y: Number) -> str:
    """A straight line.

    >>> line("tick", 0, 1, 2, 3)
    '<line class="tick" x1="0" y1="1" x2="2" y2="3"/>'
    """
    return shape("line", classes, None, x1=x, y1=y, x2=to_x, y2=to_y)


def text(words: str, x: Number, y: Number, classes: str = "label", *, anchor: str = "middle") -> str:
    """Words at a baseline: ``anchor`` is ``start``, ``middle`` or ``end``.

    >>> text("20 g", 5, 6)
    '<text class="label" x="5" y="6" text-anchor="middle">20 g</text>'
    """
    return shape("text", classes, words, x=x, y=y, text_anchor=anchor)


def wrapped(
    words: str, x: Number, y: Number, letters: int, classes: str = "label", *, anchor: str = "start"
) -> list[str]:
    """The same on as many lines as it takes, none longer than ``letters`` unless one word is.

    >>> [made.partition(">")[2] for made in wrapped("one two three", 0, 0, 8)]
    ['one two</text>', 'three</text>']
    """
    return [text(words, x, y + at * _LEADING, classes, anchor=anchor) for at, words in enumerate(lines(words, letters))]


def lines(words: str, letters: int) -> list[str]:
    """Words cut into lines of at most ``letters``.

    >>> lines("Write down start and stop", 12)
    ['Write down', 'start and', 'stop']
    """
    made: list[str] = []
    for word in words.split():
        if made and len(f"{made[-1]} {word}") <= letters:
            made[-1] += f" {word}"
        else:
            made.append(word)
    return made


def hatched(classes: str, x: Number, y: Number, width: Number, height: Number) -> list[str]:
    """A rectangle with slanted lines over it, which a printer without color shows as well.

    >>> [made.partition(" ")[0] for made in hatched("waste", 0, 0, 20, 10)]
    ['<rect', '<path']
    """
    return [rect(classes, x, y, width, height), *_slants(Decimal(x), Decimal(y), Decimal(width), Decimal(height))]


def _slants(x: Decimal, y: Decimal, width: Decimal, height: Decimal) -> Iterator[str]:
    """Lines that rise to the right; none crosses the edge of the rectangle, so nothing has to be clipped."""
    strokes = []
    reach = _HATCH
    while reach < width + height:
        low, high = max(Decimal(0), reach - height), min(Decimal(reach), width)
        start = f"M{plain(x + low)} {plain(y + reach - low)}"
        strokes.append(f"{start}L{plain(x + high)} {plain(y + reach - high)}")
        reach += _HATCH
    if strokes:
        yield shape("path", "hatch", None, d="".join(strokes))


def plain(number: Number) -> str:
    """Digits without an exponent and without zeros at the end.

    >>> plain(Decimal("24.50")), plain(Decimal("2E+2")), plain(30)
    ('24.5', '200', '30')
    """
    written = f"{number:f}" if isinstance(number, Decimal) else str(number)
    return written.rstrip("0").rstrip(".") if "." in written else written


def _written(value: Number | str) -> str:
    return escape(value) if isinstance(value, str) else plain(value)
