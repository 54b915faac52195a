"""National Drug Codes: to the 11 digits that a claim carries, and what Yimmugo's packages are.

An NDC never changes its meaning, so these functions take no date of service; they read the newest entry of
each package in the facts (``product.package``). The 11 digits of claims are 5-4-2: the short segment of the
10-digit forms 4-4-2, 5-3-2 and 5-4-1 is padded with a zero in front.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from j1553ref.errors import J1553Error
from j1553ref.facts import FactBase, packaged

__all__ = [
    "NdcDetails",
    "NdcError",
    "Package",
    "compact",
    "details",
    "format",
    "is_valid",
    "is_yimmugo",
    "package",
    "packages",
    "to_11_digits",
    "validate",
]

_CLAIM_FORM = (5, 4, 2)
#: The three forms of ten digits; which one is meant cannot be told once the hyphens are gone.
_TEN_DIGIT_FORMS = ((4, 4, 2), (5, 3, 2), (5, 4, 1))
_DIGITS = frozenset("0123456789")
_BETWEEN = re.compile(r" *- *| +")
_FORMS_IN_WORDS = "11 digits, or hyphens as in 4-4-2, 5-3-2, 5-4-1 or 5-4-2"


class NdcError(J1553Error, ValueError):
    """The text is not an NDC, or can be read as more than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of Yimmugo: its NDC (11 digits), mg and mL of drug, billing units, ``carton`` or ``vial``."""

    ndc: str
    mg: int
    ml: int
    units: int
    kind: str
    #: such as ``20 g carton``
    label: str
    #: the id of the fact that it is read from
    fact: str = field(compare=False)

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``ndc, mg, ml, units, kind, label``."""
        return {
            "ndc": self.ndc,
            "mg": self.mg,
            "ml": self.ml,
            "units": self.units,
            "kind": self.kind,
            "label": self.label,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NdcDetails:
    """What is known of one well-formed NDC. ``package`` is None unless it is a known package of Yimmugo."""

    ndc: str
    formatted: str
    is_yimmugo: bool
    package: Package | None
    note: str

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``ndc, formatted, is_yimmugo, package, note``."""
        return {
            "ndc": self.ndc,
            "formatted": self.formatted,
            "is_yimmugo": self.is_yimmugo,
            "package": self.package.to_json() if self.package else None,
            "note": self.note,
        }


def compact(text: str) -> str:
    """The text without spaces and hyphens; nothing is checked, and a 10-digit form loses its meaning.

    >>> compact(" 70573-0605-21 ")
    '70573060521'
    """
    return text.replace("-", "").replace(" ", "").strip()


def to_11_digits(text: str) -> str:
    """The 11 digits of an NDC given as 11 digits or with hyphens as 4-4-2, 5-3-2, 5-4-1 or 5-4-2.

    Raises :class:`NdcError` for anything else. Ten digits without hyphens are refused, since they have three readings.

    >>> to_11_digits("70573-605-21")
    '70573060521'
    >>> to_11_digits("7057360521")
    Traceback (most recent call last):
    j1553ref.ndc.NdcError: NDC: ten digits without hyphens have three readings: 07057360521 (from 4-4-2), 70573060521 (from 5-3-2), 70573605201 (from 5-4-1); write the hyphens as on the carton, or the 11 digits
    """  # noqa: E501  (the message is one line)
    if not isinstance(text, str):
        raise NdcError(f"NDC: expected text, {_FORMS_IN_WORDS}")
    parts = _BETWEEN.split(text.strip())
    lengths = tuple(map(len, parts))
    if parts[0][:2].upper() == "N4":
        raise NdcError("NDC: leave out the qualifier N4, which has a place of its own on the claim")
    # str.isdigit would let digits of other scripts through, which no claim system reads.
    if not all(_DIGITS.issuperset(part) for part in parts):
        raise NdcError(f"NDC: something that is neither a digit 0-9 nor a hyphen; expected {_FORMS_IN_WORDS}")
    if lengths == (sum(_CLAIM_FORM),):
        return parts[0]
    if lengths == (10,):
        readings = ", ".join(_reading(parts[0], form) for form in _TEN_DIGIT_FORMS)
        raise NdcError(
            f"NDC: ten digits without hyphens have three readings: {readings};"
            " write the hyphens as on the carton, or the 11 digits"
        )
    if lengths == _CLAIM_FORM or lengths in _TEN_DIGIT_FORMS:
        return _padded(parts)
    found = "-".join(map(str, lengths)) if 1 < len(lengths) < 9 else f"{sum(lengths)} digits"
    raise NdcError(f"NDC: expected {_FORMS_IN_WORDS}; found {found}")


def validate(text: str) -> str:
    """The 11 digits if the text is a well-formed NDC; raises :class:`NdcError` as :func:`to_11_digits` does.

    It says nothing about whether such a product exists.

    >>> validate("70573-0605-11")
    '70573060511'
    """
    return to_11_digits(text)


def is_valid(text: str) -> bool:
    """Whether :func:`validate` accepts the text.

    >>> is_valid("70573-605-01"), is_valid("7057360501")
    (True, False)
    """
    try:
        validate(text)
    except NdcError:
        return False
    return True


def format(text: str) -> str:
    """The 11 digits with hyphens, 5-4-2; raises :class:`NdcError` as :func:`to_11_digits` does.

    >>> format("70573060521")
    '70573-0605-21'
    """
    digits = to_11_digits(text)
    return f"{digits[:5]}-{digits[5:9]}-{digits[9:]}"


def packages(*, facts: FactBase | None = None) -> tuple[Package, ...]:
    """Every known package of Yimmugo, as the FDA's NDC listing has them (facts ``product.package``).

    >>> [(each.label, each.units) for each in packages() if each.kind == "carton"]
    [('5 g carton', 50), ('10 g carton', 100), ('20 g carton', 200)]
    """
    return tuple(_index(facts or packaged()).values())


@lru_cache(maxsize=16)
def _index(base: FactBase) -> dict[str, Package]:
    """The packages by NDC."""
    unit_mg: int = base.get("unit.size").newest.value
    found = ((fact.id, fact.newest.value) for fact in base.under("product.package") if not fact.newest.ended)
    return {
        value["ndc"]: Package(
            ndc=value["ndc"],
            mg=value["mg"],
            ml=value["ml"],
            units=value["mg"] // unit_mg,
            kind=value["kind"],
            label=f"{Decimal(value['mg']) / 1000} g {value['kind']}",
            fact=fact_id,
        )
        for fact_id, value in found
    }


@lru_cache(maxsize=16)
def _products(base: FactBase) -> frozenset[str]:
    """Labeler and product, nine digits, of every package."""
    return frozenset(ndc[:9] for ndc in _index(base))


def package(text: str, *, facts: FactBase | None = None) -> Package | None:
    """The package of Yimmugo with this NDC, or None; raises :class:`NdcError` if the text is not an NDC.

    >>> package("70573-605-21").label
    '20 g carton'
    >>> package("99999-9999-99") is None
    True
    """
    return _index(facts or packaged()).get(to_11_digits(text))


def is_yimmugo(text: str, *, facts: FactBase | None = None) -> bool:
    """Whether labeler and product are those of Yimmugo's packages; False for a text that is not an NDC.

    >>> is_yimmugo("70573-605-11"), is_yimmugo("99999-9999-99"), is_yimmugo("Yimmugo")
    (True, False, False)
    """
    try:
        return to_11_digits(text)[:9] in _products(facts or packaged())
    except NdcError:
        return False


def details(text: str, *, facts: FactBase | None = None) -> NdcDetails:
    """What to show for one NDC; raises :class:`NdcError` if the text is not an NDC.

    >>> details("70573-605-21").package.units
    200
    >>> details("99999-9999-99").note
    'Well-formed, not a known Yimmugo package.'
    """
    found, ours = package(text, facts=facts), is_yimmugo(text, facts=facts)
    if found:
        note = f"Yimmugo, {found.label}."
    elif ours:
        note = "Labeler and product are Yimmugo's, the package is not a known one: compare with the carton."
    else:
        note = "Well-formed, not a known Yimmugo package."
    digits, hyphenated = to_11_digits(text), format(text)
    return NdcDetails(ndc=digits, formatted=hyphenated, is_yimmugo=ours, package=found, note=note)


def _padded(parts: list[str]) -> str:
    return "".join(part.zfill(length) for part, length in zip(parts, _CLAIM_FORM, strict=True))


def _reading(digits: str, form: tuple[int, int, int]) -> str:
    first, second, _ = form
    parts = [digits[:first], digits[first : first + second], digits[first + second :]]
    return f"{_padded(parts)} (from {'-'.join(map(str, form))})"
