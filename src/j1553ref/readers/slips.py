"""Slips of form: a value that is not written as the format asks, and what it certainly means.

``WAYS`` is the whole list, by field. A value means something only where one of the ways of its field makes a value that
the format accepts, and only one does; anything else is damaged. The finding stays; the claim is judged by what is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from j1553ref.code import CODE
from j1553ref.redaction import fits

__all__ = ["WAYS", "Slip", "attached", "code_alone", "digits", "meant", "one_in_each_place", "several"]

#: A longer text than this is no slip.
_LONGEST = 60
_QUOTES, _BARE = "text in quotes", "a number without quotes"

#: A way to write a text right: what to say of it, and the value.
Way = tuple[str, Any]
Accepts = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Slip:
    """What is meant: the value as the format writes it, and what to write, in words.

    >>> slip = meant(" jz", "modifiers", lambda value: value == "JZ")
    >>> slip.right, slip.expected, slip.note
    ('JZ', 'capital letters and no blanks (JZ)', 'the claim is checked as if it said JZ')
    """

    right: Any
    expected: str
    note: str


# -- one value ------------------------------------------------------------------------------------------------------


def _code(text: str) -> Iterator[Way]:
    yield "capital letters", text.upper()
    yield "small letters", text.lower()


def _diagnosis(text: str) -> Iterator[Way]:
    yield from _code(text)
    if re.fullmatch(r"[A-Za-z][0-9][0-9A-Za-z]\.[0-9A-Za-z]{1,4}", text):
        yield "no point", text.replace(".", "")
        yield "capital letters, no point", text.replace(".", "").upper()


def _number(text: str) -> Iterator[Way]:
    if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", text):
        yield _BARE, Decimal(text)


def _amount(text: str) -> Iterator[Way]:
    # A comma is certainly one between thousands only where cents follow.
    if re.fullmatch(r"\$? ?([0-9]+|[0-9]{1,3}(,[0-9]{3})+(?=\.))(\.[0-9]{1,6})?", text):
        bare = text.lstrip("$ ").replace(",", "")
        yield "digits and a point only", bare
        yield _BARE, Decimal(bare)


#: The year first, or last; the same mark twice, or none where the year is first.
_YEAR_FIRST = re.compile(r"((?:19|20)[0-9]{2})(?:([-/. ])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2}))")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2((?:19|20)[0-9]{2})")


def _date(text: str) -> Iterator[Way]:
    """Other marks, and another order where it cannot be misread: of 05/04/2026 nobody can say which is the month."""
    orders: set[tuple[str, str, str]] = set()
    if found := _YEAR_FIRST.fullmatch(text):
        orders = {(found[1], found[3] or found[5], found[4] or found[6])}
    elif found := _YEAR_LAST.fullmatch(text):
        orders = {(found[4], found[1], found[3]), (found[4], found[3], found[1])}
    days = {day for order in orders if (day := _day(*order))}
    if len(days) == 1:
        [day] = days
        yield "a date in eight digits, the year first", f"{day:%Y%m%d}"
        yield "a date with hyphens, the year first", day.isoformat()


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _time(text: str) -> Iterator[Way]:
    if found := re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(:00)?|([0-9]{2})([0-9]{2})", text):
        yield "hours and minutes of two digits each", f"{found[1] or found[4]:0>2}:{found[2] or found[5]}"


def _ndc(text: str) -> Iterator[Way]:
    # As a number it may have lost a zero in front: only eleven digits are certain.
    yield "", text if len(text) == 11 else None


def _flag(text: str) -> Iterator[Way]:
    if text.lower() in ("true", "false"):
        yield "true or false without quotes", text.lower() == "true"


def _as_it_is(text: str) -> Iterator[Way]:
    return iter(())


#: How the values of a field may be written by mistake; what is not listed is a code of letters and digits.
WAYS: Mapping[str, Callable[[str], Iterator[Way]]] = {
    "diagnoses": _diagnosis,
    "units": _number,
    "line_number": _number,
    "count": _number,
    "diagnosis_pointers": _number,
    "amount": _amount,
    "date": _date,
    "time": _time,
    "ndc": _ndc,
    "identifier": _as_it_is,
    "is_340b": _flag,
    "off_campus": _flag,
    "dual_eligible": _flag,
    "next_day": _flag,
    "synthetic": _flag,
}


def meant(value: Any, field: str, accepts: Accepts) -> Slip | None:
    """What a value of a field means that the format does not accept as it is; None where that is not certain.

    Beside the ways of the field, blanks around a text and a number without quotes are slips of every field. ``accepts``
    says whether the format takes a value.

    >>> meant(11, "place_of_service", lambda value: value == "11").expected
    'text in quotes ("11", not 11)'
    >>> meant("05/04/2026", "date", lambda value: True), meant("05/14/2026", "date", lambda value: "-" in value).right
    (None, '2026-05-14')
    """
    text = _text(value)
    if text is None:
        return None
    bare = text.strip()
    if not bare.isascii():
        return None  # capital letters of some others are two of ours
    before = ["no blanks"] if bare != text else []
    if not isinstance(value, str):
        before = [_QUOTES]
    ways = WAYS.get(field, _code)(bare)
    for words, right in ways if field == "ndc" else (("", bare), *ways):
        same = type(right) is type(value) and right == value
        if right is not None and not same and accepts(right):
            return _slip(value, right, [words, *before] if words else before, field)
    return None


def _text(value: Any) -> str | None:
    """A value as text; None where no slip can be in it."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else None
    return digits(value)


def digits(number: Any) -> str | None:
    """A number of JSON in plain digits; None for anything else, and for one that would take pages.

    >>> digits(400), digits(Decimal("4E+2")), digits("400"), digits(Decimal("1E+999999"))
    ('400', '400', None, None)
    """
    if type(number) not in (int, Decimal):
        return None
    return format(Decimal(number), "f") if -9 < Decimal(number).adjusted() < 15 else None


def _slip(value: Any, right: Any, words: Sequence[str], field: str) -> Slip:
    said = str(right).lower() if isinstance(right, bool) else str(right)
    may_be_shown = isinstance(right, bool) or fits(said, field)
    samples = {_QUOTES: f'"{said}", not {said}', _BARE: f'{said}, not "{said}"'}
    sample = samples.get(words[0], said) if len(words) == 1 else said
    return Slip(
        right,
        _joined(words) + (f" ({sample})" if may_be_shown else ""),
        f"the claim is checked as if it said {said if may_be_shown else 'so'}",
    )


def _joined(words: Sequence[str]) -> str:
    if len(words) > 1 and words[-1] == _QUOTES:
        return f"{', '.join(words[:-1])}, in quotes"
    return " and ".join(words)


# -- several values in one place --------------------------------------------------------------------------------------

_BETWEEN = re.compile(r"[\s,;:/|+.-]+")
_MODIFIER = re.compile("[0-9A-Z]{2}")
#: A code with modifiers behind it; without a mark between them a modifier begins with a letter.
_ATTACHED = re.compile(
    r"([A-Z][0-9]{4}|[0-9]{5}|[0-9]{4}[A-Z])((?:[A-Z][0-9A-Z]){1,4}|(?:[\s,;:/|+.-]+[0-9A-Z]{2}){1,4})"
)


def one_in_each_place(modifiers: Sequence[str]) -> tuple[str, str]:
    """What to write for modifiers that are in one text, and what the claim is checked as.

    >>> one_in_each_place(("JZ", "76"))[0]
    'one modifier in each place (JZ, then 76)'
    """
    said = ", then ".join(modifiers)
    return f"one modifier in each place ({said})", f"the claim is checked as if it said {said}"


def code_alone(code: str, modifiers: Sequence[str]) -> tuple[str, str]:
    """What to write for a code with its modifiers behind it, and what the claim is checked as.

    Only the code of the drug is repeated: of other texts of that form nobody knows that they are no identity number.

    >>> code_alone("J1553", ("JZ",))[0]
    'the code alone (J1553), and JZ among the modifiers'
    """
    if code != CODE:
        return "the code alone, and its modifiers among the modifiers", "the claim is checked as if it said so"
    said = ", ".join(modifiers)
    return f"the code alone ({code}), and {said} among the modifiers", f"the claim is checked as {code} with {said}"


def several(value: Any) -> tuple[str, ...]:
    """The modifiers that are written as one text, with a mark between them; none for any other text.

    >>> several("JZ,76"), several("jz 76"), several("JZ"), several("Jane Roe")
    (('JZ', '76'), ('JZ', '76'), (), ())
    >>> several("05/04/26")
    ()
    """
    if not isinstance(value, str) or len(value) > _LONGEST or not value.strip().isascii():
        return ()
    found = tuple(_BETWEEN.split(value.strip().upper()))
    if len(found) < 2 or not all(map(_MODIFIER.fullmatch, found)):
        return ()
    return () if _may_be_a_number(found) else found


def _may_be_a_number(modifiers: Sequence[str]) -> bool:
    """Whether modifiers are three and more numbers, which may be a date or a telephone number."""
    return len(modifiers) > 2 and all(map(str.isdigit, modifiers))


def attached(value: Any) -> tuple[str, tuple[str, ...]] | None:
    """The code and the modifiers of a text that holds both; None for any other text.

    >>> attached("J1553JZ"), attached("j1553-jz 76"), attached("A123456"), attached("J1553")
    (('J1553', ('JZ',)), ('J1553', ('JZ', '76')), None, None)
    """
    if not isinstance(value, str) or len(value) > _LONGEST or not value.strip().isascii():
        return None
    found = _ATTACHED.fullmatch(value.strip().upper())
    modifiers = tuple(re.findall("[0-9A-Z]{2}", found[2])) if found else ()
    return (found[1], modifiers) if found and not _may_be_a_number(modifiers) else None
