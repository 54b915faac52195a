"""From the order to the payment: who does what, in which order, a lane for each of clinic, pharmacy, nurse and billing."""

from __future__ import annotations

from collections.abc import Iterator

from j1553ref.pictures.svg import Picture, line, lines, picture, rect, text

__all__ = ["LANES", "STEPS", "flow"]

LANES = ("Clinic", "Pharmacy", "Nurse", "Billing")
#: Lane, step, and what is written down in it, in the order of the day.
STEPS = (
    ("Clinic", "Order", "brand, dose, weight, diagnosis"),
    ("Clinic", "Benefits", "payer, plan, who supplies the drug"),
    ("Clinic", "Authorization", "J1553 by code, total units"),
    ("Pharmacy", "Vials", "size, NDC and lot of each vial"),
    ("Nurse", "Infusion", "start, stop and each pause"),
    ("Nurse", "Waste", "what is left in the opened vials"),
    ("Billing", "Charge", "units, JW or JZ, infusion codes"),
    ("Billing", "Claim", "drug, infusion and NDC on one claim"),
    ("Billing", "Remittance", "compare the payment with the dose"),
)
#: Pixels: a lane, a box in it, from one row to the next, room for the heads.
_LANE, _BOX, _ROW, _TOP = 164, 148, 76, 30
_LEADING = 15
_LETTERS = 19
_NARROW, _LOW = 290, 62


def flow(*, upright: bool = False, name: str = "flow") -> Picture:
    """The steps as a chart; ``upright`` is one column for a narrow screen, with the lane named in each box.

    >>> flow().words.partition(". 2")[0]
    '1. Clinic, Order: brand, dose, weight, diagnosis'
    """
    said = [f"{number}. {lane}, {step}: {notes}." for number, (lane, step, notes) in enumerate(STEPS, 1)]
    drawn = list(_narrow() if upright else _lanes())
    size = (_NARROW, _LOW * len(STEPS) + 4) if upright else (_LANE * len(LANES), _TOP + _ROW * len(STEPS) + 4)
    kind = "flow-tall" if upright else "flow-wide"
    return picture(name, "From order to payment: who does what", " ".join(said), size, drawn, kind=kind)


def _lanes() -> Iterator[str]:
    height = _TOP + _ROW * len(STEPS)
    for place, lane in enumerate(LANES):
        yield rect("lane" if place % 2 else "lane even", place * _LANE, 0, _LANE, height + 4)
        yield text(lane, place * _LANE + _LANE // 2, 20, "label strong")
    before: tuple[int, int] | None = None
    for row, (lane, step, notes) in enumerate(STEPS):
        x, y = LANES.index(lane) * _LANE + 8, _TOP + row * _ROW
        middle = x + _BOX // 2
        if before:
            yield from _step(*before, middle, y)
        before = (middle, y + 60)
        yield rect("step", x, y, _BOX, 60, round_by=6)
        yield text(f"{row + 1}. {step}", x + 9, y + 18, "label strong", anchor="start")
        for at, words in enumerate(lines(notes, _LETTERS)):
            yield text(words, x + 9, y + 35 + at * _LEADING, "label", anchor="start")


def _step(x: int, y: int, to_x: int, to_y: int) -> Iterator[str]:
    """An arrow down from one box to the next, by way of the gap between the rows."""
    if x != to_x:
        yield line("arrow", x, y, x, y + 5)
        yield line("arrow", x, y + 5, to_x, y + 5)
        y += 5
    yield line("arrow", to_x, y, to_x, to_y - 5)
    yield f'<polygon class="mark" points="{to_x},{to_y} {to_x - 5},{to_y - 8} {to_x + 5},{to_y - 8}"/>'


def _narrow() -> Iterator[str]:
    for row, (lane, step, notes) in enumerate(STEPS):
        y = row * _LOW
        if row:
            yield from _step(_NARROW // 2, y - 12, _NARROW // 2, y)
        yield rect("step", 2, y, _NARROW - 4, _LOW - 12, round_by=6)
        yield text(f"{row + 1}. {step}", 12, y + 20, "label strong", anchor="start")
        yield text(lane, _NARROW - 12, y + 20, "label quiet", anchor="end")
        yield text(notes, 12, y + 38, "label", anchor="start")
