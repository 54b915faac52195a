"""What each box of a claim form holds, numbered: the legend beside a form, in the words of the claim that is on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from j1553ref.claim import Administration, Claim, Line
from j1553ref.code import CODE
from j1553ref.facts import FactBase, FactError, packaged
from j1553ref.forms.html import SHADED
from j1553ref.forms.paper import Paper
from j1553ref.infusion import InfusionError, infusion_codes
from j1553ref.pictures.svg import plain
from j1553ref.units import administered_units

__all__ = ["Callout", "callouts", "legend", "marks"]

#: The boxes that are explained, by form: the label on the form, and what it holds in words. The form says which are there.
_BOXES = {
    "cms1500": {
        "21 A": "the diagnosis that the lines point to",
        SHADED: "N4 and the NDC, then unit and quantity of the drug on this line",
        "24B": "where the drug was given",
        "24D": "the code of the line, then its modifiers",
        "24G": "the units of the line",
        "28": "all charges of 24F together",
    },
    "ub04": {
        "4": "kind of facility and of bill",
        "67": "the first diagnosis",
        "42": "the revenue code of the line",
        "43": "N4 and the NDC, then unit and quantity of the drug on this line",
        "44": "the code of the line, then its modifiers",
        "46": "the units of the line",
        "47, line 23": "all charges of 47 together",
    },
}
#: What a box is called in words.
_CALLED = {"cms1500": "item", "ub04": "FL"}
_CODES, _UNITS = ("24D", "44"), ("24G", "46")


@dataclass(frozen=True, slots=True)
class Callout:
    """A box of a form: its number, its label on the form and in words, and what it holds.

    ``here`` is what it holds on this claim: values, each with what it is or comes from (empty where nothing is to say).
    """

    number: int
    label: str
    called: str
    holds: str
    here: tuple[tuple[str, str], ...]


def callouts(claim: Claim, paper: Paper, *, facts: FactBase | None = None) -> tuple[Callout, ...]:
    r"""The boxes of a claim's form that are explained, numbered in the order of the form; empty ones are left out.

    What a line is for is said where it follows from code and modifiers, and where the record of the claim makes the units.

    >>> from j1553ref import case, claim_from
    >>> from j1553ref.forms import PAPERS
    >>> claim = claim_from(case("three-vials-with-jw"))
    >>> for found in callouts(claim, PAPERS[claim.form](claim)):
    ...     if found.label in ("24D", "24G"):
    ...         print(found.number, found.label, *(", ".join(here) for here in found.here), sep="\n    ")
    4
        24D
        line 1: J1553, the dose
        line 2: J1553 JW, the waste
        line 3: 96365, the first hour
        line 4: 96366, each further hour
    5
        24G
        line 1: 320, 32,000 mg in units of 100 mg
        line 2: 30, the whole units left over
        lines 3 and 4: 1 and 3, from 240 minutes
    """
    base = facts or packaged()
    values: dict[str, list[tuple[int, str]]] = {}
    for sheet in paper.sheets:
        for box in (*sheet.head, *sheet.foot):
            if box.value:
                values[box.label] = [(0, box.value)]
        for row in sheet.rows:
            shaded = [(SHADED, row.shaded)] if row.shaded else []
            for label, value in (*shaded, *((box.label, box.value) for box in row.boxes)):
                if value:
                    values.setdefault(label, []).append((row.number, value))
    shown = [(label, holds) for label, holds in _BOXES[claim.form or ""].items() if label in values]
    return tuple(
        Callout(
            number,
            label,
            f"{_CALLED[claim.form or '']} {label}",
            holds,
            tuple(_here(claim, label, values[label], base)),
        )
        for number, (label, holds) in enumerate(shown, 1)
    )


def marks(found: Iterable[Callout]) -> dict[str, int]:
    """The numbers by the labels of the boxes, for :func:`j1553ref.forms.html.render`.

    >>> from j1553ref.pictures import Callout
    >>> marks([Callout(1, "24B", "item 24B", "where", (("11", ""),))])
    {'24B': 1}
    """
    return {callout.label: callout.number for callout in found}


def legend(found: Iterable[Callout]) -> str:
    """The list beside the form as HTML; every value is escaped.

    >>> from j1553ref.pictures import Callout
    >>> print(legend([Callout(1, "24B", "item 24B", "where given", (("11", ""),))]))
    <ol class="callouts">
    <li><span class="callout">1</span> <div><b>item 24B</b> where given: <span class="held"><b>11</b></span></div></li>
    </ol>
    """
    items = (
        f'<li><span class="callout">{callout.number}</span> <div><b>{escape(callout.called)}</b> {escape(callout.holds)}:'
        f" {_held(callout)}</div></li>"
        for callout in found
    )
    return "\n".join(['<ol class="callouts">', *items, "</ol>"])


def _held(callout: Callout) -> str:
    kind = "held" if len(callout.here) == 1 else "held each"
    return " ".join(
        f'<span class="{kind}"><b>{escape(value)}</b>{escape(f", {why}" if why else "")}</span>'
        for value, why in callout.here
    )


def _here(claim: Claim, label: str, held: list[tuple[int, str]], base: FactBase) -> Iterator[tuple[str, str]]:
    if label in _CODES:
        for number, value in held:
            yield f"line {number}: {value}", _is_for(claim.lines[number - 1], base)
    elif label in _UNITS:
        yield from _units(claim, held, base)
    elif len({value for _, value in held}) == 1:
        yield held[0][1], ""
    else:
        for value in dict.fromkeys(value for _, value in held):
            yield f"{_lines([number for number, same in held if same == value])}: {value}", ""


def _lines(numbers: list[int]) -> str:
    """Lines by their numbers, as staff say them."""
    *before, last = map(str, numbers)
    return f"lines {', '.join(before)} and {last}" if before else f"line {last}"


def _is_for(line: Line, base: FactBase) -> str:
    """What a line bills, as far as code and modifiers say it."""
    jw, jz = (base.get(f"discard.{name}").newest.value for name in ("jw", "jz"))
    if line.procedure_code == CODE:
        what = {
            (True, False): "the waste",
            (False, True): "the dose, no whole unit left over",
            (False, False): "the dose",
        }
        return what.get((jw in line.modifiers, jz in line.modifiers), "")
    codes = {"initial": "the first hour", "further": "each further hour"}
    return next(
        (
            words
            for name, words in codes.items()
            if base.get(f"infusion.code.{name}").newest.value == line.procedure_code
        ),
        "",
    )


def _units(claim: Claim, held: list[tuple[int, str]], base: FactBase) -> Iterator[tuple[str, str]]:
    """The units of each line, with what makes them; the lines of one infusion together."""
    record = claim.administrations[0] if len(claim.administrations) == 1 else None
    minutes, numbers = _infused(claim, record, base) if record else (0, [])
    for number, value in held:
        if number in numbers[1:]:
            continue
        if number in numbers:
            shown = [text for at, text in held if at in numbers]
            yield f"{_lines(numbers)}: {' and '.join(shown)}", f"from {minutes} minutes"
        else:
            yield f"line {number}: {value}", _made(claim.lines[number - 1], record, base)


def _made(line: Line, record: Administration | None, base: FactBase) -> str:
    if line.procedure_code != CODE or line.start is None:
        return ""
    if base.get("discard.jw").newest.value in line.modifiers:
        return "the whole units left over"
    dose = record.dose_mg if record else None
    if dose is None or administered_units(dose, on=line.start, facts=base) != line.units:
        return ""
    unit = base.on("unit.size", line.start)
    rounded = ", rounded up" if dose % unit.value else ""
    return f"{int(dose) if dose == int(dose) else plain(dose):,} mg in units of {unit.value} {unit.fact.unit}{rounded}"


def _infused(claim: Claim, record: Administration, base: FactBase) -> tuple[int, list[int]]:
    """The minutes of the record, and the numbers of the lines that bill exactly what they come to."""
    if record.start is None or record.stop is None or record.service_date is None:
        return 0, []
    pauses = [(pause.start, pause.stop) for pause in record.pauses if pause.start and pause.stop]
    try:
        done = infusion_codes(
            record.start, record.stop, pauses=pauses, next_day=bool(record.next_day), on=record.service_date, facts=base
        )
    except (InfusionError, FactError):
        return 0, []
    numbers = []
    for billed in done.lines:
        same = [
            at
            for at, line in enumerate(claim.lines, 1)
            if line.procedure_code == billed.code and line.units == billed.units
        ]
        if len(same) != 1:
            return 0, []
        numbers += same
    return done.minutes, numbers
