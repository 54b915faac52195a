"""A professional claim on the CMS-1500: items 21, 24 and 28, and 26 on demand; everything else is left blank.

The site's page on claim forms lists what goes in which item.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_uppercase

from j1553ref.claim import Claim, Line
from j1553ref.facts import packaged
from j1553ref.forms import drug
from j1553ref.forms.base import POINTERS, TITLES, Blanks, FormError, day, dollars, left_over, refuse_longer, sound
from j1553ref.forms.paper import Box, Paper, Row, sheets

__all__ = ["form"]

#: Letters of item 21, and so of item 24E.
_LETTERS = ascii_uppercase[:12]
_ROWS = 6
_HELD = frozenset(
    {
        "claim_id",
        "diagnoses",
        "total_charge",
        "procedure_code",
        "modifiers",
        "units",
        "start",
        "end",
        "place_of_service",
        "diagnosis_pointers",
        "charge",
        "ndc",
        "qualifier",
        "quantity",
        "unit",
    }
)
_IDS = frozenset({"claim_id"})


def form(claim: Claim, *, with_ids: bool = False) -> Paper:
    """The sheets of a claim, six service lines on each; ``with_ids`` carries the claim id into item 26.

    Raises :class:`~j1553ref.forms.base.FormError` for a claim of another form, with problems of shape, or with
    more than an item holds. Facts: ``modifiers.limit``, ``unit.line_limit``, ``ndc.two_packages``.

    >>> from j1553ref import case, claim_from
    >>> [sheet] = form(claim_from(case("three-vials-with-jw"))).sheets
    >>> sheet.rows[1].shaded, [box.value for box in sheet.rows[1].boxes if box.value]
    ('N470573060501 ML30', ['05/04/2026', '11', 'J1553 JW', 'A', '900.00', '30'])
    """
    sound(claim, "cms1500")
    refuse_longer(claim, "diagnoses", len(_LETTERS), "item 21")
    blanks = Blanks()
    number = (claim.claim_id or "") if with_ids else ""
    head = (Box("26", "account number", number), *_diagnoses(claim))
    total = Box("28", "total charge", dollars(claim, "total_charge"))
    for box in (*head[:2], total):
        blanks.add(box.label, box.value)
    rows = [_row(place, line, blanks) for place, line in enumerate(claim.lines, 1)]
    made = sheets(head, rows, (total,), most=_ROWS)
    private = frozenset() if with_ids else _IDS
    left = left_over(claim, _HELD - private, on_demand=private)
    return Paper(TITLES["cms1500"], made, (*_notes(claim, blanks, len(made)), *left))


def _diagnoses(claim: Claim) -> Iterator[Box]:
    """A box for each diagnosis, and one for the unused letters."""
    for letter, code in zip(_LETTERS, claim.diagnoses, strict=False):
        yield Box(f"21 {letter}", "diagnosis", code)
    if left := _LETTERS[len(claim.diagnoses) :]:
        yield Box(f"21 {left[0]}-{left[-1]}" if len(left) > 1 else f"21 {left}", "diagnosis")


def _row(number: int, line: Line, blanks: Blanks) -> Row:
    refuse_longer(line, "modifiers", packaged().get("modifiers.limit").newest.value, "24D")
    refuse_longer(line, "diagnosis_pointers", POINTERS, "24E")
    identified = drug.on_paper(line.drug)
    boxes = (
        Box("24A", "date", day(line.start, line.end)),
        Box("24B", "place", line.place_of_service or ""),
        Box("24C", ""),
        Box("24D", "code and modifiers", " ".join([line.procedure_code or "", *line.modifiers]).strip()),
        Box("24E", "pointer", "".join(_letters(line))),
        Box("24F", "charge", dollars(line, "charge")),
        Box("24G", "units", "" if line.units is None else str(line.units)),
        Box("24H-J", ""),
    )
    for box in boxes:
        blanks.add(box.label, box.value or not box.meaning, line=number)
    for name, value in identified.named().items():
        blanks.add(name, value, line=number)
    return Row(number, boxes, drug.cms1500(identified))


def _letters(line: Line) -> Iterator[str]:
    for index, pointer in enumerate(line.diagnosis_pointers):
        if pointer > len(_LETTERS):
            last = f"{len(_LETTERS)}, the last letter of item 21"
            raise FormError(f"{line.at('diagnosis_pointers', index)}: expected a pointer of at most {last}")
        yield _LETTERS[pointer - 1]


def _notes(claim: Claim, blanks: Blanks, count: int) -> Iterator[str]:
    always = "everything about patient, insured, provider and payer; 24C; 24H-J"
    yield f"Left blank: {'; '.join([always, *blanks.words()])}."
    if count > 1:
        yield f"{count} sheets: item 28 holds the total of all of them, on the last; ask the payer whether it wants one on each."
    limit = packaged().get("unit.line_limit").newest.value
    if any((line.units or 0) > limit for line in claim.lines):
        yield f"24G: more than {limit} units, which may not fit; a larger quantity is split over lines."
