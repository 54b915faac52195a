"""The opened vials of a dose, to scale: the height is the billing units, a mark at each fifty of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from j1553ref.billing import Billing
from j1553ref.pictures.svg import Picture, hatched, line, picture, plain, rect, text
from j1553ref.vials import EXACT, grams, vials_text

__all__ = ["Filled", "filled", "vials"]

#: Up to this many vials each one is drawn; of more, equal ones are drawn once with their number.
_MOST = 4
#: Pixels: room for the scale, from one vial to the next, a vial's width, its cap with the labels above, all below.
_SCALE, _STEP, _WIDTH, _TOP, _BOTTOM = 40, 84, 56, 50, 80
_GRID = 50
#: A layer must be this high for its figure to be inside it; beside it each letter of the figure takes this much room.
_INSIDE, _LETTER = 16, 7


@dataclass(frozen=True, slots=True)
class Filled:
    """Equal vials: how many, and for each of them mg and units when full, and the mL given and left over.

    >>> Filled(1, 5000, 50, Decimal("24.5"), Decimal("25.5")).ml
    Decimal('50.0')
    """

    count: int
    size_mg: int
    units: int
    given_ml: Decimal
    left_ml: Decimal

    @property
    def ml(self) -> Decimal:
        """What one vial holds, in mL."""
        return self.given_ml + self.left_ml


def filled(bill: Billing) -> tuple[Filled, ...]:
    """The opened vials of a bill, emptied from the largest down, as many columns as are drawn.

    >>> from j1553ref import bill_units
    >>> for vial in filled(bill_units(dose_mg=32450, vials="20g,10g,5g", on="2026-05-01")):
    ...     print(vial.count, vial.units, vial.given_ml, vial.left_ml)
    1 200 200 0
    1 100 100 0
    1 50 24.5 25.5
    """
    each = list(_one_by_one(bill))
    if len(each) <= _MOST:
        return tuple(each)
    joined: list[Filled] = []
    for vial in each:
        last = joined[-1] if joined else None
        if last and (last.size_mg, last.given_ml, last.left_ml) == (vial.size_mg, vial.given_ml, vial.left_ml):
            joined[-1] = Filled(last.count + 1, *_held(vial))
        else:
            joined.append(vial)
    return tuple(joined)


def _held(vial: Filled) -> tuple[int, int, Decimal, Decimal]:
    return vial.size_mg, vial.units, vial.given_ml, vial.left_ml


def _one_by_one(bill: Billing) -> Iterator[Filled]:
    opened = sum((vial.ml for vial in bill.vials), Decimal(0))
    # The lines of the bill hold what was given and what is left in mL; less than a unit is left on no line.
    left = sum((share.quantity for row in bill.lines[1:] for share in row.ndc), Decimal(0))
    if not bill.discarded_units:
        left = opened - sum((share.quantity for share in bill.lines[0].ndc), Decimal(0))
    dose = opened - left
    for vial in bill.vials:
        content = EXACT.divide(vial.ml, Decimal(vial.count))
        for _ in range(vial.count):
            given = min(dose, content)
            dose -= given
            yield Filled(1, vial.size_mg, vial.units // vial.count, given, content - given)


def vials(bill: Billing, *, name: str = "vials") -> Picture:
    r"""The vials of a bill; inside each the mL given and left over, below all the units that are billed.

    >>> from j1553ref import bill_units
    >>> made = vials(bill_units(dose_mg=32000, vials="20g,10g,5g", on="2026-05-04"))
    >>> made.title
    'Vials opened: 20 g + 10 g + 5 g'
    >>> print(made.words.replace(". ", ".\n"))
    350 units (350 mL) were opened: 320 units given and 30 units of waste.
    20 g vial: 200 mL given.
    10 g vial: 100 mL given.
    5 g vial: 20 mL given, 30 mL left over.
    """
    columns = filled(bill)
    highest = max(vial.units for vial in columns)
    base = _TOP + highest
    width = _SCALE + _STEP * len(columns)
    width += max(0, _LETTER * _beside(columns[-1]) - (_STEP - _WIDTH - 14))
    shapes = [*_grid(highest, base, width)]
    for place, vial in enumerate(columns):
        shapes += _vial(vial, _SCALE + 10 + place * _STEP, base)
    shapes += _tally(bill, base + 50)
    title = f"Vials opened: {vials_text(bill.vials)}"
    first = _first(bill)
    words = " ".join([first, *(f"{_named(vial)}: {_contents(vial)}." for vial in columns)])
    size = (max(width, 200), base + _BOTTOM)
    return picture(name, title, words, size, shapes, kind="vials", caption=first)


def _first(bill: Billing) -> str:
    opened = sum((vial.ml for vial in bill.vials), Decimal(0))
    given, left = (_units(number) for number in (bill.administered_units, bill.discarded_units))
    waste = f"{left} of waste" if bill.discarded_units else "no whole unit is left over"
    return f"{_units(bill.total_units)} ({plain(opened)} mL) were opened: {given} given and {waste}."


def _units(number: int) -> str:
    return f"{number} unit" if number == 1 else f"{number} units"


def _named(vial: Filled) -> str:
    return f"{vial.count} x {grams(vial.size_mg)} vial, each" if vial.count > 1 else f"{grams(vial.size_mg)} vial"


def _contents(vial: Filled) -> str:
    shares = ((vial.given_ml, "given"), (vial.left_ml, "left over"))
    return ", ".join(f"{plain(ml)} mL {what}" for ml, what in shares if ml)


def _grid(highest: int, base: int, width: int) -> Iterator[str]:
    yield text("units", _SCALE - 8, base - highest - 14, "label quiet", anchor="end")
    for units in range(0, highest + 1, _GRID):
        yield line("grid", _SCALE - 4, base - units, width, base - units)
        yield text(str(units), _SCALE - 8, base - units + 4, "label quiet", anchor="end")


def _vial(vial: Filled, x: int, base: int) -> Iterator[str]:
    top, middle = base - vial.units, x + _WIDTH // 2
    given, left = _layers(vial)
    number = f"{vial.count} × " if vial.count > 1 else ""
    yield text(f"{number}{grams(vial.size_mg)}", middle, top - 20, "label strong")
    yield rect("cap", middle - 13, top - 15, 26, 7, round_by=2)
    yield rect("glass", middle - 10, top - 8, 20, 8)
    if given:
        yield rect("given", x, base - given, _WIDTH, given)
    if left:
        yield from hatched("waste", x, top, _WIDTH, left)
    for mark in range(_GRID, int(given), _GRID):
        if abs(2 * mark - given) < _INSIDE:
            continue  # the figure of the layer is there
        yield line("level", x, base - mark, x + 5, base - mark)
    yield rect("glass", x, top, _WIDTH, vial.units, round_by=3)
    for ml, height, middle_y, classes in (
        (vial.given_ml, given, base - given / 2, "inside"),
        (vial.left_ml, left, top + left / 2, "inside on-waste"),
    ):
        if not ml:
            continue
        words = f"{plain(ml)} mL"
        if height < _INSIDE:
            words += " left" if classes != "inside" else ""
            yield text(words, x + _WIDTH + 4, _within(middle_y, top, base), "label", anchor="start")
            continue
        if classes != "inside":
            yield rect("plate", x + 2, middle_y - 8, _WIDTH - 4, 16, round_by=2)
        yield text(words, middle, middle_y + 4, f"label {classes}")
    yield text(f"{vial.units} units", middle, base + 17)


def _layers(vial: Filled) -> tuple[Decimal, Decimal]:
    """How high the drug given and the drug left over are, in units."""
    given = EXACT.divide(vial.given_ml * vial.units, vial.ml)
    return given, vial.units - given


def _beside(vial: Filled) -> int:
    """Letters of the figure of a layer that is too low to hold it; 0 where both hold theirs."""
    figures = zip((f"{plain(vial.given_ml)} mL", f"{plain(vial.left_ml)} mL left"), _layers(vial), strict=True)
    return max((len(words) for words, layer in figures if 0 < layer < _INSIDE), default=0)


def _within(middle: Decimal, top: int, base: int) -> Decimal:
    return min(max(middle + 4, Decimal(top + 10)), Decimal(base - 1))


def _tally(bill: Billing, y: int) -> Iterator[str]:
    """Two samples with what is billed: they are the key of the picture."""
    given = f"given: {_units(bill.administered_units)}"
    waste = f"waste: {_units(bill.discarded_units)}" if bill.discarded_units else "waste: none"
    yield rect("given", 8, y - 11, 14, 14)
    yield text(given, 27, y, "label strong", anchor="start")
    yield from hatched("waste", 8, y + 9, 14, 14)
    yield text(waste, 27, y + 20, "label strong", anchor="start")
