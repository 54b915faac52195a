"""What may be repeated of an input: the privacy policy, in one file that can be audited.

A claim may hold patient data. A value is repeated only where it is written like a code, a date or a number; a
property name only where the format knows it; a file's name without the characters that would leave its line. Of
everything else a message says the kind and the length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

__all__ = ["PRIVATE", "counted", "harmless", "harmless_json", "one_line", "pointer", "redacted", "shown"]

#: The definition in the claim schema whose values are never shown, whatever they look like.
PRIVATE = "identifier"

#: Codes, dates, times and numbers; tight, so that names and identity numbers of nine or ten digits do not pass.
_SHOWN = re.compile(
    r"-?[0-9]{1,8}(\.[0-9]{1,9})?|[0-9]{11}|[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}"  # numbers, NDCs
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}|[0-9]{1,2}:[0-9]{2}"
    r"|[0-9A-Z]{1,2}|[A-Za-z]?[0-9]{4}[A-Za-z]?|[A-Za-z][0-9][0-9A-Za-z](\.?[0-9A-Za-z]{1,4})?"
)
#: Where the runner of a pipeline would see a command, up to the place where a blank undoes it.
_COMMAND = re.compile(r"(^\s*:(?=:)|##(?=\[)|##vso(?=\[))")
#: Characters of a JSON text that a terminal obeys: other controls than the line feed, and marks of direction.
_UNPRINTED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
#: No shown value is longer.
_LONGEST = 20


def shown(value: Any, *, private: bool = False) -> str:
    """A value as a message may repeat it: a code, a date or a number; of anything else only kind and length.

    >>> shown("J1553"), shown("2026-05-04"), shown(350), shown("Jane Roe"), shown([1, 2])
    ('J1553', '2026-05-04', '350', '<text, 8 characters>', '<list, 2 items>')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        fits = not private and len(value) <= _LONGEST and _SHOWN.fullmatch(value)
        return value if fits else f"<text, {counted(len(value), 'character')}>"
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        text = format(number, "f") if not private and -9 < number.adjusted() < 9 else ""
        return text if len(text) <= _LONGEST and _SHOWN.fullmatch(text) else "<number>"
    return f"<list, {counted(len(value), 'item')}>" if isinstance(value, list) else "<object>"


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
