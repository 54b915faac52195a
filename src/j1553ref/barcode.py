"""The ten digits of an NDC inside a barcode: GTIN of 14, EAN of 13 and UPC of 12 digits, each with its check digit."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Barcode", "check_digit", "scanned"]

#: Length of the number -> what it is called, and what is written before the ten digits (N: any digit).
_KINDS = {14: ("GTIN-14", "N03"), 13: ("EAN-13", "03"), 12: ("UPC-A", "3")}
_WITH_NAMES = re.compile(r"\(01\) ?([0-9]{14})(\([0-9]{2,4}\).*)?", re.DOTALL)
#: The same as a scanner sends it: no brackets, then an expiry date, a lot or a serial number.
_WITHOUT_NAMES = re.compile(r"01([0-9]{14})((?:17|11|10|21)[0-9A-Za-z\x1d]*)?")
#: What a scanner may put in front to name the kind of barcode.
_SYMBOL = re.compile(r"\][A-Za-z][0-9]")


@dataclass(frozen=True, slots=True)
class Barcode:
    """A number that has the form of a barcode with an NDC in it.

    >>> scanned("(01)00370573605217(17)271231")
    Barcode(kind='GTIN-14', ten='7057360521', is_sound=True)
    """

    kind: str
    #: the ten digits of the NDC, without its hyphens
    ten: str
    #: whether the check digit is right
    is_sound: bool


def scanned(text: str) -> Barcode | None:
    """The barcode that a text is; None where it has not the form of one with an NDC in it.

    >>> scanned("370573605217"), scanned("70573060521") is None
    (Barcode(kind='UPC-A', ten='7057360521', is_sound=True), True)
    """
    body = _SYMBOL.sub("", text, count=1).strip(" \x1d")
    named = _WITH_NAMES.fullmatch(body) or _WITHOUT_NAMES.fullmatch(body)
    digits = named[1] if named else body.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in _KINDS:
        return None
    name, front = _KINDS[len(digits)]
    if any(found != wanted for found, wanted in zip(digits, front, strict=False) if wanted != "N"):
        return None
    return Barcode(name, digits[len(front) : -1], check_digit(digits[:-1]) == digits[-1])


def check_digit(digits: str) -> str:
    """The last digit of a GTIN, EAN or UPC, computed from the others.

    >>> check_digit("0037057360521")
    '7'
    """
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)
