"""What may be repeated of an input: the privacy policy, in one file that can be audited.

A claim may hold patient data. A value is repeated only where it is written the way its own field is written, as listed in
``FIELDS``; a property name only where the format knows it; a file's name without the characters that would leave its
line. Of everything else a message says the kind and the length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

__all__ = [
    "FIELDS",
    "counted",
    "fits",
    "harmless",
    "harmless_json",
    "masked",
    "one_line",
    "pointer",
    "redacted",
    "shown",
]

_TWO = "[0-9A-Za-z]{2}"
#: What of a field may be shown, wrong or right: the name of the field, or of its definition, in the claim schema -> pattern.
#: Tight, so that an identity number, a telephone number or a birth date in the wrong field does not pass. Dates of service
#: begin in 2000: the code is younger, and most birth dates are older. A field that is not listed is never shown.
FIELDS: Mapping[str, str] = {
    "schema_version": "[0-9]([.][0-9])?",
    "form": "(?i:cms-?1500|ub-?04)",
    "claim_filing_code": _TWO,
    "type_of_bill": "[0-9]{1,4}|[0-9]{2,3}[A-Za-z]",
    "diagnoses": "[A-Za-z][0-9][0-9A-Za-z]([.]?[0-9A-Za-z]{1,3})?",
    "procedure_code": "[A-Za-z][0-9]{4}|[0-9]{4}[A-Za-z]|[0-9]{5}",
    "modifiers": _TWO,
    "units": "-?[0-9]{1,5}([.][0-9]{1,3})?",
    "unit_basis": _TWO,
    "place_of_service": "[0-9]{1,2}",
    "revenue_code": "[0-9]{1,4}",
    "diagnosis_pointers": "-?[0-9]{1,2}|[A-La-l]",
    "line_number": "-?[0-9]{1,4}",
    "qualifier": _TWO,
    "unit": _TWO,
    "container": "(?i:single|multi|unknown)",
    "stock": "(?i:bought|free)",
    "count": "-?[0-9]{1,4}([.][0-9]{1,3})?",
    # The names below are of definitions that several fields share.
    "ndc": "[0-9]{11}|[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}",
    "amount": "-?[$]?([0-9]{1,6}|[0-9]{1,3},[0-9]{3})([.][0-9]{1,6})?",
    "date": "20[0-9]{2}[01][0-9][0-3][0-9]"
    "|20[0-9]{2}([-/. ])[0-9]{1,2}\\1[0-9]{1,2}|[0-9]{1,2}([-/. ])[0-9]{1,2}\\2(20)[0-9]{2}",
    "time": "[0-9]{1,2}:?[0-9]{2}",
}
#: Where the runner of a pipeline would see a command, up to the place where a blank undoes it.
_COMMAND = re.compile(r"(^\s*:(?=:)|##(?=\[)|##vso(?=\[))")
#: Characters of a JSON text that a terminal obeys: other controls than the line feed, and marks of direction.
_UNPRINTED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
#: No shown value is longer.
_LONGEST = 20


def fits(text: str, field: str) -> bool:
    """Whether a text is written the way a field is written, so that it may be shown as a value of this field.

    >>> fits("jz", "modifiers"), fits("2026-05-04", "modifiers"), fits("2026-05-04", "date"), fits("1950-05-04", "date")
    (True, False, True, False)
    """
    return field in FIELDS and len(text) <= _LONGEST and bool(re.fullmatch(FIELDS[field], text))


def shown(value: Any, field: str = "") -> str:
    """A value of a field as a message may repeat it; of anything else only kind and length.

    ``field`` is one of ``FIELDS``. Without it, as where an object or a list was expected, no value is repeated.

    >>> shown("J1553", "procedure_code"), shown(350, "units"), shown("350", "modifiers"), shown("Jane Roe"), shown([1, 2])
    ('J1553', '350', '<text, 3 characters>', '<text, 8 characters>', '<list, 2 items>')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return value if fits(value, field) else f"<text, {counted(len(value), 'character')}>"
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        text = format(number, "f") if -9 < number.adjusted() < 12 else ""
        return text if fits(text, field) else "<number>"
    return f"<list, {counted(len(value), 'item')}>" if isinstance(value, list) else "<object>"


#: Seven to ten digits, or more than the eleven of an NDC, which may be an identity number; so may be six digits and a
#: fraction that is no cents, where a rule has made grams of units.
_LONG = re.compile(r"(?<![0-9.])(?:[0-9]{6}\.(?:[0-9]|[0-9]{3,})|(?:[0-9]{7,10}|[0-9]{12,})(?:\.[0-9]+)?)(?![0-9])")
#: A quick look whether there is any.
_DIGITS = re.compile("[0-9]{6}")


def masked(text: str) -> str:
    """A rule's message without its long numbers: a value of a claim may be any number that the format allows.

    >>> masked("72918465 units would be 7291846.5 g"), masked("NDC 70573060521: 40000 mg on 2026-05-04")
    ('<number> units would be <number> g', 'NDC 70573060521: 40000 mg on 2026-05-04')
    """
    return _LONG.sub("<number>", text) if _DIGITS.search(text) else text


def pointer(tokens: Iterable[str | int], known: frozenset[str] | None = None) -> str:
    """The pointer (RFC 6901) of property names and indexes; with ``known`` a name that is not in it is ``?``.

    >>> pointer(["lines", 0, "a/b"]), pointer(["lines", 0, "a/b"], frozenset({"lines"}))
    ('/lines/0/a~1b', '/lines/0/?')
    """
    path = ""
    for token in tokens:
        hidden = known is not None and isinstance(token, str) and token not in known
        path += "/?" if hidden else "/" + str(token).replace("~", "~0").replace("/", "~1")
    return path


def redacted(pointer: str, known: frozenset[str]) -> str:
    """A pointer (RFC 6901) that may be shown: a name that is not known is ``?``.

    >>> known = frozenset({"lines", "units"})
    >>> redacted("/lines/0/units", known), redacted("/lines/0/Jane Roe", known)
    ('/lines/0/units', '/lines/0/?')
    """
    root, *tokens = pointer.split("/")
    return "/".join([root, *(token if token in known or _is_index(token) else "?" for token in tokens)])


def one_line(name: str) -> str:
    """A name that the user gave, of a file or of a key, without what would leave its line or steer a terminal.

    >>> one_line("claims\\n::error::.json")
    'claims?::error::.json'
    """
    return "".join(character if character.isprintable() else "?" for character in name)


def harmless(line: str) -> str:
    """One line of output that steers neither a terminal nor the runner of a pipeline.

    GitHub's runner takes ``::`` at the start of a line and ``##[`` anywhere in it as a command.

    >>> harmless("::error::x"), harmless("a.json: ##[error]x"), harmless("\x1b[2Jx")
    (': :error::x', 'a.json: ## [error]x', '?[2Jx')
    """
    return _COMMAND.sub(r"\1 ", one_line(line))


def harmless_json(text: str) -> str:
    """The same for the text of a JSON document: what would steer is escaped, so that no value changes.

    >>> harmless_json('"##[error]x"')
    '"#\\\\u0023[error]x"'
    """
    steers = _UNPRINTED.sub(lambda found: json.dumps(found[0])[1:-1], text)
    return steers.replace("##[", "#\\u0023[").replace("##vso[", "#\\u0023vso[")


def counted(number: int, noun: str) -> str:
    """A count with its noun.

    >>> counted(1, "item"), counted(2, "item")
    ('1 item', '2 items')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _is_index(token: str) -> bool:
    return token.isascii() and token.isdigit() and len(token) <= 4
