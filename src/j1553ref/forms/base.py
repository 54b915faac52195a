"""What all forms share: which claims are refused, how values are written, and the notes on what was left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from decimal import Decimal

from j1553ref.claim import Claim, Part
from j1553ref.errors import J1553Error
from j1553ref.facts import packaged
from j1553ref.ndc import is_valid, to_11_digits

__all__ = ["POINTERS", "TITLES", "Blanks", "FormError", "day", "dollars", "left_over", "refuse_longer", "sound"]

#: Places for diagnosis pointers on one line, on paper as in the 837.
POINTERS = 4

#: How a note names each field; where one is missing here, every form must have a place for it.
_WORDS = {
    "payer": "the payer",
    "claim_filing_code": "the claim filing indicator",
    "claim_id": "the claim id",
    "type_of_bill": "the type of bill",
    "statement_start": "the dates of the statement",
    "statement_end": "the dates of the statement",
    "administrations": "the record of the infusion (dose, vials, times)",
    "is_340b": "whether it is 340B stock",
    "off_campus": "whether the department is off campus",
    "dual_eligible": "whether the patient has Medicare and Medicaid",
    "unit_basis": "what the units count",
    "place_of_service": "the place of service",
    "revenue_code": "the revenue code",
    "diagnosis_pointers": "pointers to diagnoses",
    "start_time": "the start time of a line",
    "stop_time": "the stop time of a line",
    "encounter": "the encounter",
    "line_number": "numbers of lines",
    "qualifier": "the NDC's qualifier",
    "prescription_number": "the prescription number",
}
#: Fields that say how a claim was read, or that hold other parts of it.
_FRAME = frozenset(
    {"pointer", "also", "places", "damaged", "format", "form", "shape", "notes", "lines", "drug", "has_qualifier_slot"}
)


#: What the forms are called.
TITLES = {"cms1500": "CMS-1500", "ub04": "UB-04"}


class FormError(J1553Error, ValueError):
    """A claim cannot be put into a form without losing or inventing something; one line that repeats no identifier."""


class Blanks:
    """What a form asks for and a claim lacks: names, and the numbers of the lines that lack them.

    >>> blanks = Blanks()
    >>> blanks.add("24B", "", line=1), blanks.add("28", "9.00"), blanks.add("24B", "", line=3), blanks.add("26", "")
    (None, None, None, None)
    >>> blanks.words()
    ['24B (lines 1, 3)', '26']
    """

    def __init__(self) -> None:
        self._lines: dict[str, list[int]] = {}

    def add(self, name: str, value: object, *, line: int = 0) -> None:
        """Note a name whose value is empty; ``line`` counts from 1, 0 is the whole claim."""
        if not value:
            self._lines.setdefault(name, []).extend([line] if line else [])

    def words(self) -> list[str]:
        """Each name once, in the order in which they were first noted."""
        return [f"{name}{_of_lines(lines)}" for name, lines in self._lines.items()]


def _of_lines(lines: list[int]) -> str:
    if len(lines) < 2:
        return "".join(f" (line {number})" for number in lines)
    in_a_row = len(lines) > 2 and lines[-1] - lines[0] == len(lines) - 1
    return f" (lines {f'{lines[0]} to {lines[-1]}' if in_a_row else ', '.join(map(str, lines))})"


def sound(claim: Claim, form: str | None = None) -> None:
    """Refuse a claim that was not read whole, has no lines, or is not meant for ``form``.

    Raises :class:`FormError`.

    >>> from j1553ref.claim import Line
    >>> sound(Claim(pointer="", format="j1553", form="ub04", lines=(Line(pointer="/lines/0", units=1),)), "cms1500")
    Traceback (most recent call last):
    j1553ref.forms.base.FormError: a ub04 claim, which has no place on a CMS-1500: convert it to ub04 or clearinghouse
    """
    if claim.shape:
        first, more = claim.shape[0], len(claim.shape) - 1
        also = f", and {more} more problem{'s' if more > 1 else ''} of shape" if more else ""
        raise FormError(
            f"{first.pointer or '/'}: expected {first.expected}, found {first.actual}{also}:"
            " mend it first; j1553ref check lists all"
        )
    for part in _parts(claim):
        for name in sorted(part.damaged):
            raise FormError(
                f"{part.at(name) or '/'}: a value that cannot be read as one of a J1553 claim: mend it first"
            )
    if not claim.lines or claim.form is None:
        raise FormError("no service line of a CMS-1500 or UB-04 in it: nothing to convert")
    if form is not None and claim.form != form:
        raise FormError(
            f"a {claim.form} claim, which has no place on a {TITLES[form]}: convert it to {claim.form} or clearinghouse"
        )


def _parts(claim: Claim) -> Iterator[Part]:
    yield claim
    for line in claim.lines:
        yield line
        if line.drug:
            yield line.drug
    for record in claim.administrations:
        yield record
        yield from (*(record.vials or ()), *record.pauses)


def refuse_longer(part: Part, name: str, most: int, where: str) -> None:
    """Refuse a list that is longer than its places on a form.

    >>> from j1553ref.claim import Line
    >>> refuse_longer(Line(pointer="/lines/0", modifiers=("JZ",)), "modifiers", 0, "24D")
    Traceback (most recent call last):
    j1553ref.forms.base.FormError: /lines/0: modifiers: 1 given, and 24D has places for 0: the rest would be lost
    """
    given = len(getattr(part, name))
    if given > most:
        where = f"{part.at(name) or '/'}: {name}: {given} given, and {where} has places for {most}"
        raise FormError(f"{where}: the rest would be lost")


def dollars(part: Part, name: str) -> str:
    """An amount with two decimals; "" where there is none. Raises :class:`FormError` for fractions of a cent.

    >>> from j1553ref.claim import Line
    >>> dollars(Line(pointer="/lines/0", charge=Decimal("9600")), "charge")
    '9600.00'
    >>> dollars(Line(pointer="/lines/0", charge=Decimal("0.005")), "charge")
    Traceback (most recent call last):
    j1553ref.forms.base.FormError: /lines/0: charge: expected dollars with at most two decimals: round it in the claim
    """
    amount: Decimal | None = getattr(part, name)
    if amount is None:
        return ""
    if amount != round(amount, 2):
        raise FormError(
            f"{part.at(name) or '/'}: {name}: expected dollars with at most two decimals: round it in the claim"
        )
    return f"{amount:.2f}"


def day(start: date | None, end: date | None) -> str:
    """A date of service, or two, month first; "" where there is none.

    >>> day(date.fromisoformat("2026-05-04"), None)
    '05/04/2026'
    """
    written = [f"{when:%m/%d/%Y}" for when in (start, end) if when]
    return "-".join(dict.fromkeys(written))


def left_over(claim: Claim, held: frozenset[str], *, on_demand: frozenset[str] = frozenset()) -> Iterator[str]:
    """Notes on what the claim states and a form that holds the fields ``held`` does not show.

    ``on_demand`` are fields that it holds and that were not asked for. Source of the words on several NDCs: fact
    ``ndc.two_packages``.

    >>> list(left_over(Claim(pointer="", format="j1553", payer="cigna", dual_eligible=False), frozenset()))
    ['No place here for: the payer, whether the patient has Medicare and Medicaid.']
    """
    if all(line.line_number in (None, place) for place, line in enumerate(claim.lines, 1)):
        held |= {"line_number"}  # the order says it
    if all(line.unit_basis in (None, "UN") for line in claim.lines):
        held |= {"unit_basis"}  # the units that a form counts when it has no place to name them
    parts = (claim, *claim.lines, *(line.drug for line in claim.lines if line.drug))
    stated = {
        field.name: _WORDS[field.name]
        for part in parts
        for field in fields(part)
        if field.name not in _FRAME | held and getattr(part, field.name) not in (None, (), "")
    }
    if homeless := [words for name, words in stated.items() if name not in on_demand]:
        yield f"No place here for: {', '.join(dict.fromkeys(homeless))}."
    if private := [words for name, words in stated.items() if name in on_demand]:
        yield f"Not carried over unless asked for (--with-ids): {', '.join(private)}."
    recorded = {_standard(vials.ndc) for record in claim.administrations for vials in record.vials or ()}
    if count := len(recorded - {_standard(line.drug.ndc or "") for line in claim.lines if line.drug}):
        unplaced = f"{count} NDCs of the opened vials are" if count > 1 else "1 NDC of the opened vials is"
        several = packaged().get("ndc.two_packages").newest.value
        yield f"{unplaced} not reported: a line holds only one. Several NDCs of one dose go {several}."


def _standard(ndc: str) -> str:
    return to_11_digits(ndc, facts=packaged()) if is_valid(ndc, facts=packaged()) else ndc
