"""Amounts as people write them: a dose in mg or g, a weight and a dose per kilogram, a charge in dollars.

A number with a unit that fits, or with commas between thousands, has one reading and is read. What has two is refused,
and the message says what to write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow

from j1553ref.errors import J1553Error

__all__ = ["EXACT", "UnitsError", "dollars", "dose_by_weight", "milligrams"]

#: Arithmetic that never rounds silently, whatever context the caller has set.
EXACT = Context(prec=50, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
_PLACES = 3
#: Before or after the point: more is never an amount, and would only cost time.
_MOST_DIGITS = 12
_HUGE = 10**_MOST_DIGITS
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([A-Za-z/]*)")
_THOUSANDS = re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3})+)((?:\.[0-9]+)? *[A-Za-z]*)")
_EXPONENT = re.compile(r"[0-9.]+[eE][+-]?[0-9]+")


class UnitsError(J1553Error, ValueError):
    """The dose or the vials cannot be billed as given."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is expected: in words, the units that may follow with their factors, the first amount too large, an example."""

    words: str
    units: Mapping[str, Decimal]
    below: int
    unit: str
    example: str
    places: int = _PLACES

    def says(self, amount: int) -> str:
        return f"${amount:,}" if self.unit == "$" else f"{amount:,} {self.unit}"


_ONE, _THOUSAND, _THOUSANDTH = Decimal(1), Decimal(1000), Decimal("0.001")
#: The limits are far above any dose, weight or charge: what is beyond them is a slip.
_DOSE = _Kind("milligrams", {"mg": _ONE, "g": _THOUSAND}, 1_000_000, "mg", "32450 or 32450.5")
_WEIGHT = _Kind("kilograms", {"kg": _ONE}, 1_000, "kg", "72.5")
_PER_KG = _Kind("grams for each kilogram", {"g/kg": _ONE, "mg/kg": _THOUSANDTH}, 10, "g/kg", "0.45")
_DOLLARS = _Kind("dollars", {}, 100_000_000, "$", "300 or 24.50")


def milligrams(value: int | str | Decimal, name: str = "dose") -> Decimal:
    """A dose in mg: more than 0, below 1,000,000, with at most three decimals; a text may end with ``mg`` or ``g``.

    Raises :class:`UnitsError` for anything else, a float included, since a float is not exact.

    >>> milligrams("32450.5"), milligrams("32,450"), milligrams("35 g")
    (Decimal('32450.5'), Decimal('32450'), Decimal('35000'))
    """
    return _amount(value, name, _DOSE)


def dose_by_weight(weight_kg: int | str | Decimal, g_per_kg: int | str | Decimal) -> Decimal:
    """The dose in mg for a weight in kg and a dose in g/kg, with every decimal: rounding comes last, with the units.

    Raises :class:`UnitsError` for what is no weight or dose, and for a product that is no dose. Weight and dose for each
    kilogram are the order's.

    >>> dose_by_weight("72.5", "0.45")
    Decimal('32625')
    """
    weight, per_kg = _amount(weight_kg, "weight", _WEIGHT), _amount(g_per_kg, "dose for each kg", _PER_KG)
    return _amount(_plain(EXACT.multiply(EXACT.multiply(weight, per_kg), _THOUSAND)), "weight x dose", _DOSE)


def dollars(value: int | str | Decimal, name: str, *, zero: bool = False, places: int = 2) -> Decimal:
    """An amount in dollars, without a cent of rounding; 0 only where ``zero`` allows it.

    Raises :class:`UnitsError` for anything else.

    >>> dollars("$105,000.00", "charge"), dollars(0, "other charges", zero=True)
    (Decimal('105000'), Decimal('0'))
    """
    kind = _Kind(_DOLLARS.words, _DOLLARS.units, _DOLLARS.below, _DOLLARS.unit, _DOLLARS.example, places)
    return _amount(value.strip().removeprefix("$") if isinstance(value, str) else value, name, kind, zero)


def _amount(value: int | str | Decimal, name: str, kind: _Kind, zero: bool = False) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise UnitsError(
            f"{name}: expected {kind.words} as int, Decimal or decimal text, such as {kind.example.split()[-1]}"
        )
    text = _text(value)
    if grouped := _THOUSANDS.fullmatch(text):
        text = grouped[1].replace(",", "") + grouped[2]
    found = _NUMBER.fullmatch(text)
    if found is None:
        if text.startswith("-"):
            raise UnitsError(f"{name}: expected more than {kind.says(0)}")
        raise UnitsError(f"{name}: expected {kind.words} as plain digits, such as {kind.example}{_hint(text)}")
    factor = kind.units.get(found[2].lower(), None if found[2] else _ONE)
    if factor is None:
        known = " or ".join(kind.units)
        raise UnitsError(
            f"{name}: expected {kind.words}, such as {kind.example}; after the number "
            + (f"only {known} is read" if known else "nothing may follow")
        )
    whole, _, fraction = found[1].partition(".")
    whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
    short = max(len(whole), len(fraction)) <= _MOST_DIGITS
    amount = EXACT.multiply(Decimal(f"{whole or 0}.{fraction or 0}"), factor) if short else None
    if amount is None or amount >= kind.below or -int(_plain(amount).as_tuple().exponent) > kind.places:
        wanted = {2: "two", 3: "three"}.get(kind.places, str(kind.places))
        raise UnitsError(
            f"{name}: expected less than {kind.says(kind.below)} and at most {wanted} decimals{_too_much(kind, amount)}"
        )
    if amount == 0 and not zero:
        raise UnitsError(f"{name}: expected more than {kind.says(0)}")
    return _plain(amount)


def _text(value: int | str | Decimal) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Decimal):
        # An exponent such as 1E+999999 would be written out digit by digit.
        return f"{value:f}" if value.is_finite() and abs(value.adjusted()) < _MOST_DIGITS else str(value)
    # Python refuses to write out integers of thousands of digits.
    return str(min(max(value, -_HUGE), _HUGE))


def _hint(text: str) -> str:
    if "," in text:
        return "; a comma here can be a decimal point or a slip: write a point before decimals, and no comma"
    if _EXPONENT.fullmatch(text):
        return "; an exponent is not read: write all digits"
    return ""


def _too_much(kind: _Kind, amount: Decimal | None) -> str:
    if kind is _PER_KG and amount is not None and amount >= kind.below:
        return "; are these milligrams for each kilogram? Write 450 mg/kg or 0.45"
    return ""


def _plain(amount: Decimal) -> Decimal:
    """Without zeros at the end and without an exponent above zero."""
    return Decimal(f"{amount.normalize(EXACT):f}")
