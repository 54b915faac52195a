"""Wording that the questions share: amounts, vials, clock times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from j1553ref.billing import plain
from j1553ref.vials import Vial, grams

__all__ = ["clock", "number", "unbroken", "units_text", "vials_text"]


def number(value: int | Decimal) -> str:
    """A number with thousands separators, without zeros at the end.

    >>> number(32450), number(Decimal("324.50"))
    ('32,450', '324.5')
    """
    whole, point, decimals = plain(Decimal(value)).partition(".")
    return f"{int(whole):,}{point}{decimals}"


def units_text(units: int) -> str:
    """Units as an option says them.

    >>> units_text(2000), units_text(1)
    ('2,000 units', '1 unit')
    """
    return f"{number(units)} unit{'' if units == 1 else 's'}"


def clock(minutes: int) -> str:
    """Minutes since midnight as a time.

    >>> clock(545)
    '09:05'
    """
    return f"{minutes // 60:02}:{minutes % 60:02}"


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
