"""An institutional claim on the UB-04: form locators 4, 6, 42 to 47 and 67; everything else is left blank.

The site's page on claim forms lists what goes in which locator.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_uppercase

from j1553ref.claim import Claim, Line
from j1553ref.facts import packaged
from j1553ref.forms import drug
from j1553ref.forms.base import TITLES, Blanks, day, dollars, left_over, refuse_longer, sound
from j1553ref.forms.paper import Box, Paper, Row, sheets

__all__ = ["form"]

#: The first diagnosis, and the others.
_DIAGNOSES = ("67", *(f"67{letter}" for letter in ascii_uppercase[:17]))
#: Service lines on one sheet; the line below them holds the total under a revenue code of its own.
_ROWS = 22
_TOTAL_CODE = "0001"
_HELD = frozenset(
    {
        "type_of_bill",
        "statement_start",
        "statement_end",
        "diagnoses",
        "total_charge",
        "procedure_code",
        "modifiers",
        "units",
        "start",
        "end",
        "revenue_code",
        "charge",
        "ndc",
        "qualifier",
        "quantity",
        "unit",
    }
)


def form(claim: Claim, *, with_ids: bool = False) -> Paper:
    """The sheets of a claim, 22 service lines on each and the total in line 23 of the last.

    No locator here takes an id, so ``with_ids`` changes nothing. Raises :class:`~j1553ref.forms.base.FormError`
    for a claim of another form, with problems of shape, or with more than a locator holds. Facts:
    ``modifiers.limit``, ``ndc.two_packages``.

    >>> from j1553ref.readers import claim_from
    >>> line = {"revenue_code": "636", "procedure_code": "J1553", "modifiers": ["JZ"], "units": 400}
    >>> claim = {"schema_version": "1", "form": "ub04", "type_of_bill": "131", "lines": [line]}
    >>> [sheet] = form(claim_from(claim)).sheets
    >>> [(box.label, box.value) for box in sheet.rows[0].boxes if box.value]
    [('42', '0636'), ('44', 'J1553 JZ'), ('46', '400')]
    """
    sound(claim, "ub04")
    refuse_longer(claim, "diagnoses", len(_DIAGNOSES), "FL67")
    blanks = Blanks()
    head = (
        Box("4", "type of bill", claim.type_of_bill or ""),
        Box("6", "statement covers", day(claim.statement_start, claim.statement_end)),
        *_diagnoses(claim),
    )
    total = dollars(claim, "total_charge")
    foot = (Box("42, line 23", "the total's code", _TOTAL_CODE), Box("47, line 23", "total charge", total))
    for box in (*head[:3], *foot):
        blanks.add(f"FL{box.label}", box.value)
    rows = [_row(place, line, blanks) for place, line in enumerate(claim.lines, 1)]
    made = sheets(head, rows, foot, most=_ROWS)
    return Paper(TITLES["ub04"], made, (*_notes(claim, blanks, len(made)), *left_over(claim, _HELD)))


def _diagnoses(claim: Claim) -> Iterator[Box]:
    """A box for each diagnosis, and one for the unused locators."""
    for place, code in zip(_DIAGNOSES, claim.diagnoses, strict=False):
        yield Box(place, "diagnosis", code)
    if left := _DIAGNOSES[len(claim.diagnoses) :]:
        yield Box(f"{left[0]}-{left[-1][-1]}" if len(left) > 1 else left[0], "diagnosis")


def _row(number: int, line: Line, blanks: Blanks) -> Row:
    refuse_longer(line, "modifiers", packaged().get("modifiers.limit").newest.value, "FL44")
    identified = drug.on_paper(line.drug)
    boxes = (
        Box("42", "revenue code", line.revenue_code or ""),
        Box("43", "NDC", drug.ub04(identified)),
        Box("44", "code and modifiers", " ".join([line.procedure_code or "", *line.modifiers]).strip()),
        Box("45", "date", day(line.start, line.end)),
        Box("46", "units", "" if line.units is None else str(line.units)),
        Box("47", "charge", dollars(line, "charge")),
    )
    for box in boxes:
        blanks.add(f"FL{box.label}", box.value or box.label == "43", line=number)
    for name, value in identified.named().items():
        blanks.add(name, value, line=number)
    return Row(number, boxes)


def _notes(claim: Claim, blanks: Blanks, count: int) -> Iterator[str]:
    always = "everything about patient, insured, provider and payer"
    yield f"Left blank: {'; '.join([always, *blanks.words()])}."
    if count > 1:
        yield f"{count} sheets: the total of all of them stands on the last; ask the payer whether it wants one on each."
    if any(line.drug and "." in drug.of_drug(line.drug).quantity for line in claim.lines):
        yield "FL43: how many decimals of an NDC quantity it takes is not known; ask the payer."
