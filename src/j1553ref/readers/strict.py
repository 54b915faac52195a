"""JSON text to a document, strictly: what is doubtful is refused, and every error says where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from numbers import Integral, Real
from typing import Any

from j1553ref.claim import InputError
from j1553ref.readers.locate import MANY, first_constant, first_duplicate
from j1553ref.readers.stream import Unreadable
from j1553ref.redaction import redacted

__all__ = ["DEPTH", "parse", "plain"]

#: The deepest nesting that is read; a claim needs six levels.
DEPTH = 64

#: What the standard library's parser says, by its beginning, in our words.
_MESSAGES = {
    "Expecting property name": "expected a property name in double quotes",
    "Expecting ':'": "expected a colon after the property name",
    "Expecting ','": "expected a comma or a closing bracket",
    "Expecting value": "expected a value",
    "Extra data": "expected nothing after the end of the record",
    "Unterminated string": "a text that begins here is not closed; expected a double quote",
    "Invalid control": "a line break or control character is inside a text",
    "Invalid \\": "a backslash is before a character that it cannot escape",
    "Illegal trailing comma": "a comma is before a closing bracket",
}
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_BRACKETS = re.compile(rf'[^"\[\]{{}}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+){MANY}"[^"\[\]{{}}]*+){MANY}([\[\]{{}}])', re.DOTALL)
_HALF_ESCAPE = re.compile(
    r"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]", re.DOTALL
)
_HALF = re.compile("[\ud800-\udfff]")


class _Duplicate(Exception):  # noqa: N818 - internal signal
    """A name is in one object twice."""


class _Constant(Exception):  # noqa: N818 - internal signal
    """NaN or an infinity."""


def parse(text: str, known: frozenset[str] = frozenset()) -> Any:
    """The document of a record's text: dict, list, str, bool, None, int and Decimal.

    ``known`` are the names that an error may show. Raises :class:`~j1553ref.readers.stream.Unreadable` with the
    offset for text that is not UTF-8, not JSON or nested too deep, or that has a name twice in one object, NaN,
    an infinity or half a character.

    >>> parse('{"units": 350, "dose_mg": 32450.5}')
    {'units': 350, 'dose_mg': Decimal('32450.5')}
    """
    if not text.isascii() and (bad := _NOT_UTF8.search(text)):
        raise Unreadable("not UTF-8; expected UTF-8: save the file as UTF-8", bad.start())
    if (nul := text.find("\0")) >= 0:
        raise Unreadable("a NUL character; expected text: the file is damaged", nul)
    # Counting brackets is much quicker than following them, and settles nearly every record.
    if text.count("[") + text.count("{") > DEPTH and (deep := _too_deep(text)) is not None:
        raise Unreadable(f"nested more than {DEPTH} levels deep; expected a claim", deep)
    try:
        document = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable(_message(error, text), error.pos) from None
    except _Duplicate:
        pointer, offset = first_duplicate(text) or ("", 0)
        raise Unreadable(f"{redacted(pointer, known)} appears twice in one object; keep one", offset) from None
    except _Constant:
        pointer, offset = first_constant(text) or ("", 0)
        message = f"{redacted(pointer, known)} is NaN or infinite, which JSON does not have; expected a number"
        raise Unreadable(message, offset) from None
    # A lone surrogate escape parses but cannot be printed.
    if "\\u" in text and any(_HALF.search(part) for part in _texts(document)):
        half = _HALF_ESCAPE.search(text)
        raise Unreadable("a \\u escape that is half of a character; expected both", half.start() if half else 0)
    return document


def plain(source: Mapping[Any, Any]) -> dict[str, Any]:
    """A mapping made in Python as a document that :func:`parse` could have made.

    Numbers become int or Decimal. Raises :class:`~j1553ref.claim.InputError` for what JSON does not have: names
    that are no text, NaN, other objects; and for nesting that is too deep.

    >>> plain({"modifiers": ("JZ",), "dose_mg": 350.5})
    {'modifiers': ['JZ'], 'dose_mg': Decimal('350.5')}
    """
    document: dict[str, Any] = _plain(source, 1)
    return document


def _plain(value: Any, depth: int) -> Any:
    if depth > DEPTH and isinstance(value, Mapping | list | tuple):
        raise InputError(f"nested more than {DEPTH} levels deep; expected a claim")
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise InputError("a property name that is no text; expected a claim as a JSON document")
        return {name: _plain(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, depth + 1) for inner in value]
    if isinstance(value, str):
        if _HALF.search(value):
            raise InputError("a text with half of a character; expected whole characters")
        return str.__str__(value)  # an enumeration's member becomes its text
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Decimal | Real):
        # The text of a binary number is the shortest decimal that means it.
        number = _decimal(str(value))
        if number is not None and number.is_finite():
            return number
    raise InputError("a value that JSON does not have; expected text, numbers, true, false, None, lists, objects")


def _integer(text: str) -> int | Decimal:
    # Long integers are slow to read as int and are out of range anyway.
    return int(text) if len(text) <= 30 else Decimal(text)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond all bounds, or no number at all
        number = Decimal(0) if re.search("[eE]-", text) else Decimal("Infinity")
    # What is too small for other readers of JSON is zero here too; it would take pages to write out.
    return number if number.is_infinite() or (number and number.adjusted() > -400) else Decimal(0)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Duplicate
    return found


def _constant(name: str) -> Any:
    raise _Constant


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_decimal, parse_int=_integer, parse_constant=_constant
)


def _message(error: json.JSONDecodeError, text: str) -> str:
    if error.pos >= len(text):
        return "not valid JSON: the record ends before it is closed; get the whole file"
    known = (ours for theirs, ours in _MESSAGES.items() if error.msg.startswith(theirs))
    return f"not valid JSON: {next(known, 'expected a value')}"


def _too_deep(text: str) -> int | None:
    depth, at = 0, 0
    while found := _BRACKETS.match(text, at):
        at = found.end()
        depth += 1 if found[1] in "[{" else -1
        if depth > DEPTH:
            return at - 1
    return None


def _texts(document: Any) -> Iterator[str]:
    todo = [document]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            yield from value
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)
        elif isinstance(value, str):
            yield value
