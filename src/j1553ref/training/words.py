"""Wording that the questions share: dates, amounts, vials, and the arithmetic of a key step by step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from j1553ref.billing import Billing, plain
from j1553ref.vials import Vial, grams

__all__ = ["FURTHER_HOURS", "day_text", "dose_steps", "left_steps", "number", "total_mg", "unbroken", "vials_text"]

#: Where the code of the first hour stands for the whole infusion, so that no class looks for the further hours.
FURTHER_HOURS = "Lines for further hours are left out here."
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day_text(when: date) -> str:
    """A date in American English, whatever the locale.

    >>> day_text(date(2026, 4, 1))
    'April 1, 2026'
    """
    return f"{_MONTHS[when.month - 1]} {when.day}, {when.year}"


def number(value: int | Decimal) -> str:
    """A number with thousands separators, without zeros at the end.

    >>> number(32450), number(Decimal("324.50"))
    ('32,450', '324.5')
    """
    whole, point, rest = plain(Decimal(value)).partition(".")
    return f"{int(whole):,}{point}{rest}"


def unbroken(text: str) -> str:
    """The text with blanks that do not break between a number and its unit, for a printer that breaks lines.

    >>> unbroken("one 5 g vial of 50 mL").replace("\\xa0", "~")
    'one 5~g vial of 50~mL'
    """
    return re.sub(r"(?<=[0-9]) (?=(?:g|mg|mL|kg|g/kg|units?|minutes|days)\b)", "\xa0", text)


def vials_text(vials: Iterable[Vial]) -> str:
    """Vials as staff say them.

    >>> vials_text([Vial(20000, 2), Vial(5000)])
    'two 20 g vials and one 5 g vial'
    """
    counts = ("no", "one", "two", "three", "four", "five", "six")
    words = [f"{counts[v.count]} {grams(v.size_mg)} vial{'s' if v.count > 1 else ''}" for v in vials]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def total_mg(vials: Iterable[Vial]) -> int:
    """The labeled content of the vials in mg.

    >>> total_mg([Vial(20000, 2), Vial(5000)])
    45000
    """
    return sum(each.size_mg * each.count for each in vials)


def dose_steps(dose_mg: int | Decimal, unit_mg: int, units: int) -> Iterator[str]:
    """How a dose becomes units.

    >>> list(dose_steps(32450, 100, 325))
    ['32,450 mg ÷ 100 mg = 324.5, rounded up: 325 units.']
    """
    exact = Decimal(dose_mg) / unit_mg
    rounded = f"{units}" if exact == units else f"{number(exact)}, rounded up: {units}"
    yield f"{number(dose_mg)} mg ÷ {unit_mg} mg = {rounded} units."


def left_steps(bill: Billing, dose_mg: int | Decimal, unit_mg: int) -> Iterator[str]:
    """What the vials held and what is left of them."""
    held = " + ".join(f"{each.count} × {each.units // each.count}" for each in bill.vials)
    yield f"The vials: {held} = {bill.total_units} units."
    if not bill.discarded_units:
        yield "Nothing is left: one line with JZ, no JW line."
        return
    left = Decimal(bill.total_units * unit_mg) - dose_mg
    exact = left / unit_mg
    rounded = "" if exact == bill.discarded_units else f"{number(exact)}, rounded down: "
    yield f"Left: {number(left)} mg ÷ {unit_mg} mg = {rounded}{bill.discarded_units} units with JW."
    yield f"Check: {bill.administered_units} + {bill.discarded_units} = {bill.total_units}, all that was opened."
