"""National Drug Codes: conversion to the 11 digits of a claim, Yimmugo's packages, and what is written wrong.

An NDC never changes its meaning, so these functions take no date of service; they read the newest entry of
each package in the facts (``product.package``). The 11 digits of claims are 5-4-2: the short segment of the
10-digit forms 4-4-2, 5-3-2 and 5-4-1 is padded with a zero in front. A labeler writes one of the three forms, so for
Yimmugo's labelers the other two are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from j1553ref.barcode import Barcode, scanned
from j1553ref.errors import J1553Error
from j1553ref.facts import FactBase, packaged
from j1553ref.facts.wording import date_text

__all__ = [
    "NdcDetails",
    "NdcError",
    "Package",
    "Slip",
    "brand",
    "compact",
    "details",
    "fault",
    "format",
    "is_valid",
    "is_yimmugo",
    "labelers",
    "on_lists",
    "package",
    "packages",
    "slip",
    "to_11_digits",
    "validate",
]

_CLAIM_FORM = (5, 4, 2)
#: The three forms of ten digits; without the hyphens it is not known which one is meant.
_TEN_DIGIT_FORMS = ((4, 4, 2), (5, 3, 2), (5, 4, 1))
_DIGITS = frozenset("0123456789")
_BETWEEN = re.compile(r" *- *| +")
_FORMS_IN_WORDS = "11 digits, or hyphens as in 4-4-2, 5-3-2, 5-4-1 or 5-4-2"
_PREFIX = re.compile(r"(?:(?:N4|NDC)[ :#.]*)+", re.IGNORECASE)
#: What a word processor puts in place of a hyphen or a blank, and letters that are read as digits.
_LOOKALIKES = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212\u00a0OoIl", "------ 0011")
_LETTERS = frozenset("OoIl")
#: No longer text is looked at: a scanned barcode with expiry date, lot and serial number.
_LONGEST = 90


class NdcError(J1553Error, ValueError):
    """The text is not an NDC, or can be read as more than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of Yimmugo: its NDC (11 digits), mg and mL of drug, billing units, ``carton`` or ``vial``.

    >>> from j1553ref import ndc
    >>> found = ndc.package("70573-605-21")
    >>> found.label, found.mg, found.ml, found.units, found.labeler, found.listed_by
    ('20 g carton', 20000, 200, 200, '70573', 'FDA')
    """

    ndc: str
    mg: int
    ml: int
    units: int
    kind: str
    #: such as ``20 g carton``
    label: str
    #: whose list has it, such as ``FDA``; empty where that is not known
    listed_by: str = ""
    #: the id of the fact that it is read from
    fact: str = field(compare=False)

    @property
    def labeler(self) -> str:
        """The first five digits of the NDC."""
        return self.ndc[:5]

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``ndc, labeler, listed_by, mg, ml, units, kind, label``."""
        return {
            "ndc": self.ndc,
            "labeler": self.labeler,
            "listed_by": self.listed_by or None,
            "mg": self.mg,
            "ml": self.ml,
            "units": self.units,
            "kind": self.kind,
            "label": self.label,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """How an NDC is written wrong, and what to write instead.

    >>> from j1553ref import ndc
    >>> found = ndc.slip("07057360521")
    >>> found.kind, found.write, found.sure
    ('padding', '70573060521', False)
    """

    #: ``prefix letters hyphens ten-digits padding short twelve-digits barcode check-digit``
    kind: str
    #: what is wrong and what to write; of the text it repeats only an NDC of 11 digits
    says: str
    #: the 11 digits to write; empty where they cannot be known
    write: str = ""
    #: False where the text may also be the NDC of another product
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NdcDetails:
    """What is known of one NDC. ``package`` is None unless it is a known package of Yimmugo.

    >>> from j1553ref import ndc
    >>> found = ndc.details("70573-605-99")
    >>> found.formatted, found.is_yimmugo, found.package
    ('70573-0605-99', True, None)
    """

    ndc: str
    formatted: str
    is_yimmugo: bool
    package: Package | None
    #: the immune globulin that is easily taken for Yimmugo and has this NDC
    brand: str | None
    #: what is wrong with how it is written, a word of :class:`Slip`; None where nothing is
    slip: str | None
    note: str

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``ndc, formatted, is_yimmugo, package, brand, slip, note``."""
        return {
            "ndc": self.ndc,
            "formatted": self.formatted,
            "is_yimmugo": self.is_yimmugo,
            "package": self.package.to_json() if self.package else None,
            "brand": self.brand,
            "slip": self.slip,
            "note": self.note,
        }


def compact(text: str) -> str:
    """The text without spaces and hyphens; nothing is checked, and a 10-digit form loses its meaning.

    >>> compact(" 70573-0605-21 ")
    '70573060521'
    """
    return text.replace("-", "").replace(" ", "").strip()


def to_11_digits(text: str, *, facts: FactBase | None = None) -> str:
    """The 11 digits of an NDC given as 11 digits or with hyphens as 4-4-2, 5-3-2, 5-4-1 or 5-4-2.

    Raises :class:`NdcError` for anything else, and for a form that Yimmugo's labelers do not use. Ten digits without
    hyphens are refused, since they have three readings. Sources: facts ``ndc.padding``, ``ndc.labeler_form``.

    >>> to_11_digits("70573-605-21")
    '70573060521'
    >>> to_11_digits("7057360521")
    Traceback (most recent call last):
    j1553ref.ndc.NdcError: NDC: ten digits without hyphens, those of 70573-605-21: put a 0 in front of 605 and write 70573060521
    >>> to_11_digits("70573-0605-2")
    Traceback (most recent call last):
    j1553ref.ndc.NdcError: NDC: a digit of the last segment is missing (70573 writes ten digits as 5-3-2): compare with 70573-605-02 (5 g vial), 70573-605-12 (10 g vial) or 70573-605-21 (20 g carton)
    """  # noqa: E501  (each message is one line)
    if not isinstance(text, str):
        raise NdcError(f"NDC: expected text, {_FORMS_IN_WORDS}")
    base = facts or packaged()
    if is_valid(text, facts=base):
        return _read(text)
    wrong = slip(text, facts=base)
    if wrong:
        raise NdcError(f"NDC: {wrong.says}")
    digits = text.strip()
    if len(digits) == 10 and _DIGITS.issuperset(digits):
        readings = ", ".join(f"{reading} (from {'-'.join(map(str, form))})" for form, reading in _readings(digits))
        raise NdcError(
            f"NDC: ten digits without hyphens have three readings: {readings};"
            " write the hyphens as on the carton, or the 11 digits"
        )
    raise NdcError(f"NDC: expected {_FORMS_IN_WORDS}; {fault(digits)}")


def validate(text: str, *, facts: FactBase | None = None) -> str:
    """The 11 digits if the text is a well-formed NDC; raises :class:`NdcError` as :func:`to_11_digits` does.

    It says nothing about whether such a product exists.

    >>> validate("70573-0605-11")
    '70573060511'
    """
    return to_11_digits(text, facts=facts)


def is_valid(text: str, *, facts: FactBase | None = None) -> bool:
    """Whether :func:`validate` accepts the text.

    >>> is_valid("70573-605-01"), is_valid("7057360501"), is_valid("70573-0605-1")
    (True, False, False)
    """
    digits = _read(text) if isinstance(text, str) else ""
    if not digits:
        return False
    form = _lengths(text)
    return form not in _TEN_DIGIT_FORMS or _forms(facts or packaged()).get(digits[:5], form) == form


def format(text: str, *, facts: FactBase | None = None) -> str:
    """The 11 digits with hyphens, 5-4-2; raises :class:`NdcError` as :func:`to_11_digits` does.

    >>> format("70573060521")
    '70573-0605-21'
    """
    return "-".join(_segments(to_11_digits(text, facts=facts)))


def fault(text: str) -> str:
    """Which character or segment keeps a text from being an NDC; the text itself is not repeated.

    >>> fault("70573-605-2X"), fault("99999-605-2"), fault("705730605")
    ('character 12 is neither a digit nor a hyphen', 'found segments of 5, 3 and 1 digits', 'found 9 digits')
    """
    for place, character in enumerate(text, 1):
        if character not in _DIGITS and character not in "- ":
            return f"character {place} is neither a digit nor a hyphen"
    lengths = _lengths(text)
    if 1 < len(lengths) < 9:
        return f"found segments of {', '.join(map(str, lengths[:-1]))} and {lengths[-1]} digits"
    return f"found {sum(lengths)} digits"


def packages(*, facts: FactBase | None = None) -> tuple[Package, ...]:
    """Every known package of Yimmugo, under each labeler (facts ``product.package``).

    >>> [(package.ndc, package.units) for package in packages() if package.kind == "carton"][::3]
    [('70573060501', 50), ('83372060501', 50)]
    """
    return tuple(_index(facts or packaged()).values())


def labelers(*, facts: FactBase | None = None) -> tuple[str, ...]:
    """The labelers of Yimmugo's packages, five digits each, in the order of the facts.

    >>> labelers()
    ('70573', '83372')
    """
    return tuple(dict.fromkeys(package.labeler for package in _index(facts or packaged()).values()))


def on_lists(*, facts: FactBase | None = None) -> str:
    """Which labeler is on whose list, and what to copy; empty where only one labeler is known.

    >>> on_lists()
    "Labeler 70573 is on FDA's list, 83372 on CMS's; each is Yimmugo. Copy the number on the vial or carton that was used."
    """
    lists = {package.labeler: package.listed_by for package in packages(facts=facts or packaged()) if package.listed_by}
    if len(lists) < 2:
        return ""
    (first, owner), *others = lists.items()
    named = ", ".join((f"{first} is on {owner}'s list", *(f"{labeler} on {owner}'s" for labeler, owner in others)))
    return f"Labeler {named}; each is Yimmugo. Copy the number on the vial or carton that was used."


def package(text: str, *, facts: FactBase | None = None) -> Package | None:
    """The package of Yimmugo with this NDC, or None; raises :class:`NdcError` if the text is not an NDC.

    >>> package("70573-605-21").label
    '20 g carton'
    >>> package("99999-9999-99") is None
    True
    """
    base = facts or packaged()
    return _index(base).get(to_11_digits(text, facts=base))


def is_yimmugo(text: str, *, facts: FactBase | None = None) -> bool:
    """Whether labeler and product are those of Yimmugo's packages; False for a text that is not an NDC.

    >>> is_yimmugo("70573-605-11"), is_yimmugo("99999-9999-99"), is_yimmugo("Yimmugo")
    (True, False, False)
    """
    base = facts or packaged()
    return is_valid(text, facts=base) and _read(text)[:9] in _products(base)


def brand(text: str, *, facts: FactBase | None = None) -> str | None:
    """The immune globulin that is easily taken for Yimmugo and has this NDC, or None. Source: fact ``product.other_ndcs``.

    >>> brand("76179-010-04"), brand("70573-605-21")
    ('Qivigy', None)
    """
    base = facts or packaged()
    return _brand(_read(text), base) if is_valid(text, facts=base) else None


def details(text: str, *, facts: FactBase | None = None) -> NdcDetails:
    """What to show for one NDC, also for one that is written wrong where it is known what to write.

    Raises :class:`NdcError` for anything else.

    >>> details("70573-605-21").package.units
    200
    >>> details("7057360521").ndc, details("99999-9999-99").note
    ('70573060521', 'Well-formed, not a known Yimmugo package.')
    """
    base = facts or packaged()
    wrong = slip(text, facts=base) if isinstance(text, str) else None
    if wrong and wrong.write and not is_valid(text, facts=base):
        text = wrong.write
    digits, hyphenated = to_11_digits(text, facts=base), format(text, facts=base)
    found, ours, other = _index(base).get(digits), digits[:9] in _products(base), _brand(digits, base)
    if found:
        said = [f"Yimmugo, {found.label}.", on_lists(facts=base)]
    elif ours:
        said = ["Labeler and product are Yimmugo's, the package is not a known one: compare with the carton."]
    elif other:
        said = [f"{other}, not Yimmugo: J1553 is not its code."]
    else:
        said = ["Well-formed, not a known Yimmugo package."]
    if wrong:
        said = [f"{wrong.says[0].upper()}{wrong.says[1:]}.", *(said if digits == wrong.write else ())]
    return NdcDetails(
        ndc=digits,
        formatted=hyphenated,
        is_yimmugo=ours,
        package=found,
        brand=other,
        slip=wrong.kind if wrong else None,
        note=" ".join(filter(None, said)),
    )


def slip(text: str, *, facts: FactBase | None = None) -> Slip | None:
    """What is wrong with how an NDC is written, and what to write; None where nothing is, or nothing is known to write.

    A text that could also be the NDC of another product is reported, and not ``sure``, where its digits are those of a
    package of Yimmugo. Sources: facts ``ndc.padding``, ``ndc.labeler_form``, ``ndc.form``, ``product.package``.

    >>> slip("N4 70573-605-21").says
    'take N4 out of the number, it has a field of its own: write 70573060521'
    >>> slip("(01)00370573605217").says
    'the digits of a barcode (GTIN-14); the NDC in it is 70573-605-21: write 70573060521'
    >>> slip("070573060521").says
    'an NDC has twelve digits (6-4-2) from March 7, 2033; a claim takes 11: write 70573060521'
    >>> slip("70573060521") is None
    True
    """
    base = facts or packaged()
    if len(text) > _LONGEST:
        return None
    cleaned, kind, remark = _cleaned(text.strip())
    found = _misread(cleaned, base)
    if not kind:
        return found
    if found:
        return Slip(kind=kind, says=f"{remark}; then {found.says}", write=found.write, sure=found.sure)
    if not is_valid(cleaned, facts=base):
        return None
    return Slip(kind=kind, says=f"{remark}: write {_read(cleaned)}", write=_read(cleaned))


# -- the facts, once ----------------------------------------------------------------------------------------------


def _listed(base: FactBase) -> list[tuple[str, dict[str, Any]]]:
    found = ((fact.id, fact.newest) for fact in base.under("product.package"))
    return [(fact_id, entry.value) for fact_id, entry in found if not entry.ended]


@lru_cache(maxsize=16)
def _index(base: FactBase) -> dict[str, Package]:
    """The packages by NDC."""
    unit_mg: int = base.get("unit.size").newest.value
    return {
        value["ndc"]: Package(
            ndc=value["ndc"],
            mg=value["mg"],
            ml=value["ml"],
            units=value["mg"] // unit_mg,
            kind=value["kind"],
            label=f"{Decimal(value['mg']) / 1000} g {value['kind']}",
            listed_by=value.get("listed_by", ""),
            fact=fact_id,
        )
        for fact_id, value in _listed(base)
    }


@lru_cache(maxsize=16)
def _products(base: FactBase) -> frozenset[str]:
    """Labeler and product, nine digits, of every package."""
    return frozenset(ndc[:9] for ndc in _index(base))


@lru_cache(maxsize=16)
def _forms(base: FactBase) -> dict[str, tuple[int, ...]]:
    """The ten-digit form of each labeler of Yimmugo: as its packages print it, else the only one that fits all of them."""
    fitting: dict[str, set[tuple[int, ...]]] = {}
    for _, value in _listed(base):
        if "ndc10" in value:
            forms = {_lengths(value["ndc10"])}
        else:
            zeros = [part[0] == "0" for part in _segments(value["ndc"])]
            forms = {form for form, zero in zip(_TEN_DIGIT_FORMS, zeros, strict=True) if zero}
        fitting.setdefault(value["ndc"][:5], set(forms)).intersection_update(forms)
    return {labeler: next(iter(forms)) for labeler, forms in fitting.items() if len(forms) == 1}


@lru_cache(maxsize=16)
def _by_ten(base: FactBase) -> dict[str, Package]:
    """The packages by the ten digits that a label prints, without hyphens."""
    return {
        _printed(code, base).replace("-", ""): found for code, found in _index(base).items() if code[:5] in _forms(base)
    }


@lru_cache(maxsize=16)
def _mispadded(base: FactBase) -> dict[str, Package]:
    """The packages by every 11 digits in which the zero is in a wrong place."""
    return {
        wrong: found
        for ten, found in _by_ten(base).items()
        for wrong in (f"{ten[:at]}0{ten[at:]}" for at in range(len(ten) + 1))
        if wrong[:9] not in _products(base)
    }


def _printed(code: str, base: FactBase) -> str:
    """An NDC of 11 digits as its label prints it: ten digits with hyphens; 5-4-2 where the form is not known."""
    form = _forms(base).get(code[:5], _CLAIM_FORM)
    return "-".join(part[-length:] for part, length in zip(_segments(code), form, strict=True))


def _brand(digits: str, base: FactBase) -> str | None:
    known = base.get("product.other_ndcs").newest.value
    return next((product["brand"] for product in known if digits.startswith(product["prefix"])), None)


# -- what is written ----------------------------------------------------------------------------------------------


def _segments(digits: str) -> tuple[str, str, str]:
    return digits[:5], digits[5:9], digits[9:]


def _lengths(text: str) -> tuple[int, ...]:
    return tuple(map(len, _BETWEEN.split(text.strip())))


def _read(text: str) -> str:
    """The 11 digits of a text in one of the five forms; empty for any other."""
    parts = _BETWEEN.split(text.strip())
    lengths = tuple(map(len, parts))
    # str.isdigit would let digits of other scripts through, which no claim system reads.
    if not all(map(_DIGITS.issuperset, parts)):
        return ""
    if lengths == (sum(_CLAIM_FORM),):
        return parts[0]
    return _padded(parts) if lengths == _CLAIM_FORM or lengths in _TEN_DIGIT_FORMS else ""


def _padded(parts: list[str]) -> str:
    return "".join(part.zfill(length) for part, length in zip(parts, _CLAIM_FORM, strict=True))


def _readings(ten: str) -> Iterator[tuple[tuple[int, ...], str]]:
    """The 11 digits of ten digits without hyphens, by form."""
    for form in _TEN_DIGIT_FORMS:
        first, second, _ = form
        yield form, _padded([ten[:first], ten[first : first + second], ten[first + second :]])


def _cleaned(text: str) -> tuple[str, str, str]:
    """The text without what is no part of the number; the kind of slip that this was, and the words for it."""
    front = _PREFIX.match(text)
    body, kind, remarks = text, "", []
    if front:
        body, kind = text[front.end() :], "prefix"
        qualifier = front[0].upper().startswith("N4")
        remarks.append(
            "take N4 out of the number, it has a field of its own"
            if qualifier
            else "take the letters NDC out of the number"
        )
    if scanned(body):
        return body, kind, "; ".join(remarks)
    plain = body.translate(_LOOKALIKES)
    skipped = len(text) - len(body)
    changed = [place for place, (old, new) in enumerate(zip(body, plain, strict=True)) if old != new]
    for place in changed:
        if body[place] in _LETTERS:
            kind = kind or "letters"
            remarks.append(f"character {place + skipped + 1} is the letter {body[place]}, not the digit {plain[place]}")
    if any(body[place] not in _LETTERS for place in changed):
        kind = kind or "hyphens"
        remarks.append("a long dash or a fixed blank is no hyphen")
    return plain, kind, "; ".join(remarks)


def _misread(text: str, base: FactBase) -> Slip | None:
    """The slip in a text of digits, hyphens and blanks, or in a barcode."""
    barcode = scanned(text)
    found = _in_barcode(barcode, base) if barcode else None
    parts = _BETWEEN.split(text)
    if found or not all(map(_DIGITS.issuperset, parts)):
        return found
    digits, lengths = "".join(parts), tuple(map(len, parts))
    if lengths in ((11,), _CLAIM_FORM, (4, 4, 2)):
        meant = _mispadded(base).get(_read(text))
        if meant is None:
            return None
        kind, what = ("hyphens", "the hyphens") if lengths == (4, 4, 2) else ("padding", "the zero")
        says = f"these look like the digits of {_printed(meant.ndc, base)} with {what} in the wrong place: write {meant.ndc}"
        return Slip(kind=kind, says=says, write=meant.ndc, sure=False)
    if len(digits) == 12:
        return _twelve(digits, base)
    if is_valid(text, facts=base):
        return None
    meant = _by_ten(base).get(digits)
    if meant is None:
        return _too_short(digits, lengths, base)
    printed = _printed(meant.ndc, base)
    if len(lengths) > 1:
        says = f"these are the digits of {printed} with the hyphens in the wrong place: write {meant.ndc}"
        return Slip(kind="hyphens", says=says, write=meant.ndc)
    short = next(part for part, whole in zip(printed.split("-"), _segments(meant.ndc), strict=True) if part != whole)
    says = f"ten digits without hyphens, those of {printed}: put a 0 in front of {short} and write {meant.ndc}"
    return Slip(kind="ten-digits", says=says, write=meant.ndc, sure=False)


def _in_barcode(barcode: Barcode, base: FactBase) -> Slip | None:
    """The NDC in a barcode; None for 12 digits that are no barcode of a product known here."""
    form = _forms(base).get(barcode.ten[:5])
    known = (reading for other, reading in _readings(barcode.ten) if form == other or _brand(reading, base))
    write = next(known, "")
    what = f"the digits of a barcode ({barcode.kind})"
    if write and not barcode.is_sound:
        return Slip(
            kind="check-digit",
            says=f"{what} whose last digit does not fit: scan it again, or copy the NDC from the carton",
        )
    if write:
        named = _printed(write, base) if form else "-".join(_segments(write))
        return Slip(kind="barcode", says=f"{what}; the NDC in it is {named}: write {write}", write=write)
    if barcode.is_sound and barcode.kind != "UPC-A":
        return Slip(
            kind="barcode",
            says=f"{what}; the NDC is its ten digits before the last one: copy it from the carton, with the hyphens",
        )
    return None


def _twelve(digits: str, base: FactBase) -> Slip | None:
    """Twelve digits: the form to come, or a zero too many in a package of Yimmugo."""
    form = base.get("ndc.form").history[-1]
    claim = base.get("ndc.digits").newest.value
    said = f"an NDC has twelve digits ({form.value[0]}) from {date_text(form.start)}; a claim takes {claim}"
    if digits[0] == "0":
        write = digits[1:] if digits[1:10] in _products(base) or _brand(digits[1:], base) else ""
        return Slip(
            kind="twelve-digits",
            says=f"{said}: {f'write {write}' if write else 'leave out the 0 in front'}",
            write=write,
        )
    meant = {digits[:at] + digits[at + 1 :] for at, digit in enumerate(digits) if digit == "0"} & _index(base).keys()
    if meant:
        write = meant.pop()
        says = f"a zero too many in the digits of {_printed(write, base)}: write {write}"
        return Slip(kind="padding", says=says, write=write)
    return None


def _too_short(digits: str, lengths: tuple[int, ...], base: FactBase) -> Slip | None:
    """Digits of a package of Yimmugo of which some are missing, or a form that its labelers do not use."""
    meant = [
        code
        for code in _index(base)
        if any(_is_cut(digits, whole) for whole in (code, _printed(code, base).replace("-", "")))
    ]
    form = _forms(base).get(digits[:5])
    if not meant and not (form and lengths in _TEN_DIGIT_FORMS):
        return None
    least = [min(pair) for pair in zip(form or _CLAIM_FORM, _CLAIM_FORM, strict=True)]
    short = [
        name
        for name, length, least_ in zip(("first", "middle", "last"), lengths, least, strict=False)
        if length < least_
    ]
    what = f"a digit of the {short[0]} segment is missing" if len(lengths) == 3 and short else "digits are missing"
    where = meant[0][:5] if meant else digits[:5]
    labeler = f"{where} writes ten digits as {'-'.join(map(str, _forms(base)[where]))}" if where in _forms(base) else ""
    names = [f"{_printed(code, base)} ({_index(base)[code].label})" for code in meant]
    carton = " or ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if 0 < len(names) < 4 else "the carton"
    return Slip(kind="short", says=f"{what}{f' ({labeler})' if labeler else ''}: compare with {carton}")


def _is_cut(digits: str, whole: str) -> bool:
    """Whether digits are the beginning of a number, labeler and most of the product at least, or lack one digit of it."""
    if 8 <= len(digits) < len(whole) and whole.startswith(digits):
        return True
    return len(digits) == len(whole) - 1 and any(whole[:at] + whole[at + 1 :] == digits for at in range(len(whole)))
