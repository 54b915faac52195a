"""An NDC from the carton to the claim: ten digits in three segments, and where the zero makes eleven of them."""

from __future__ import annotations

from collections.abc import Iterator

from j1553ref import ndc
from j1553ref.facts import FactBase, packaged
from j1553ref.facts.wording import ndc_text
from j1553ref.pictures.svg import Picture, line, picture, rect, text

__all__ = ["digits", "printed"]

#: Pixels: a digit with the room after it, a hyphen, the left edge.
_DIGIT, _BOX, _HYPHEN, _LEFT = 20, 18, 14, 18
_SIZE = (290, 262)


def printed(code: str, *, facts: FactBase | None = None) -> tuple[str, int]:
    """The ten digits as a carton prints them, with hyphens, and the place (from 0) in the eleven where the zero went in.

    ``code`` is any writing of an NDC that is read. Raises :class:`~j1553ref.ndc.NdcError` for one that is not, and for a
    package of which no ten digits were seen. Source: fact ``product.package``.

    >>> printed("70573060521")
    ('70573-605-21', 5)
    """
    base = facts or packaged()
    eleven = ndc.to_11_digits(code, facts=base)
    rows = (row.newest.value for row in base.under("product.package"))
    ten: str = next((row.get("ndc10", "") for row in rows if row["ndc"] == eleven), "")
    if not ten:
        raise ndc.NdcError("the ten digits of this package were not seen")
    pairs = zip(ten.split("-"), ndc_text(eleven).split("-"), strict=True)
    place = 0
    for printed_part, part in pairs:
        if printed_part != part:
            break
        place += len(part)
    return ten, place


def digits(code: str, *, name: str = "digits", facts: FactBase | None = None) -> Picture:
    r"""The NDC of a package as printed, with its zero, and as the claim takes it.

    Raises :class:`~j1553ref.ndc.NdcError` as :func:`printed` does, and for an NDC that is no package of Yimmugo.

    >>> made = digits("70573-605-11")
    >>> print(made.words.replace(": ", ". ").replace(". ", ".\n"))
    The 10 g carton prints 70573-605-11.
    A claim takes 11 digits in segments of 5, 4 and 2.
    the middle segment is short, so a zero goes in front of 605.
    That makes 70573-0605-11, and on the claim N470573060511 without hyphens.
    """
    base = facts or packaged()
    package = ndc.package(code, facts=base)
    if package is None:
        raise ndc.NdcError("not a package of Yimmugo")
    ten, place = printed(code, facts=base)
    eleven, full = package.ndc, ndc_text(package.ndc)
    segments = ten.split("-")
    short = next(
        at for at, (ten_part, part) in enumerate(zip(segments, full.split("-"), strict=True)) if ten_part != part
    )
    where = ("first", "middle", "last")[short]
    lengths = [len(part) for part in full.split("-")]
    qualifier: str = base.get("ndc.qualifier").newest.value
    words = (
        f"The {package.label} prints {ten}. A claim takes {len(eleven)} digits in segments of {lengths[0]}, {lengths[1]}"
        f" and {lengths[2]}: the {where} segment is short, so a zero goes in front of {segments[short]}. That makes {full},"
        f" and on the claim {qualifier}{eleven} without hyphens."
    )
    shapes = [*_carton(package.label, ten), *_rows(ten, full, place, short)]
    shapes += [
        text("on the claim: eleven digits, no hyphens", _LEFT, 234, "label quiet", anchor="start"),
        text(f"{qualifier}{eleven}", _LEFT, 254, "label code strong", anchor="start"),
    ]
    return picture(name, f"From ten digits to eleven: {full}", words, _SIZE, shapes, kind="digits")


def _carton(label: str, ten: str) -> Iterator[str]:
    """A carton as it is on the shelf, with the line of its NDC."""
    yield '<polygon class="carton-top" points="18,26 34,10 274,10 258,26"/>'
    yield '<polygon class="carton-side" points="258,26 274,10 274,74 258,90"/>'
    yield rect("carton", 18, 26, 240, 64)
    yield text("Yimmugo", 30, 50, "label strong", anchor="start")
    yield text(
        label.removesuffix(" carton").removesuffix(" vial, inside the carton"), 246, 50, "label strong", anchor="end"
    )
    yield line("band", 30, 60, 246, 60)
    yield text(f"NDC {ten}", 30, 79, "label code", anchor="start")


def _rows(ten: str, full: str, place: int, short: int) -> Iterator[str]:
    yield text("on the carton: ten digits", _LEFT, 118, "label quiet", anchor="start")
    at = 0
    x = _LEFT
    for segment, part in enumerate(full.split("-")):
        missing = segment == short
        for number, digit in enumerate(part):
            zero = at == place
            yield rect("digit zero" if zero else "digit", x, 192, _BOX, 24)
            yield text(digit, x + _BOX // 2, 209, "label code strong" if zero else "label code")
            if not zero:
                above = x
                yield rect("digit", above, 126, _BOX, 24)
                yield text(ten.split("-")[segment][number - missing], above + _BOX // 2, 143, "label code")
            else:
                yield from _inserted(x)
            x += _DIGIT
            at += 1
        if segment < 2:
            for y in (143, 209):
                yield text("-", x + _HYPHEN // 2 - 2, y, "label code")
            x += _HYPHEN


def _inserted(x: int) -> Iterator[str]:
    middle = x + _BOX // 2
    yield rect("digit gone", x, 126, _BOX, 24)
    yield line("arrow", middle, 156, middle, 184)
    yield f'<polygon class="mark" points="{middle},190 {middle - 5},181 {middle + 5},181"/>'
    yield text("zero goes here", middle + 8, 168, "label alert", anchor="start")
