"""Line and column of a value in JSON text, found without recursion and only when somebody asks."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from j1553ref.redaction import redacted

__all__ = ["MANY", "Locator", "first_constant", "first_duplicate", "values"]

#: More values than this are not indexed: a hostile file must not fill the memory.
_MOST = 200_000

#: Possessive repetition of a group. Before 3.11.5 (Debian 12 has 3.11.2) ``re`` does not restore the position after a
#: failed round, so there it is the plain one.
MANY = "*+" if sys.version_info >= (3, 11, 5) else "*"
_TOKEN = re.compile(
    rf"""[ \t\r\n]*+
    (?:(?P<string>"[^"\\]*+(?:\\.[^"\\]*+){MANY}") | (?P<mark>[\[\]{{}},:]) | (?P<scalar>[^ \t\r\n\[\]{{}},:"]++))""",
    re.DOTALL | re.VERBOSE,
)


def values(text: str) -> Iterator[tuple[str, int]]:
    """Pointer (RFC 6901) and offset of every value, in order, up to the first thing that is not JSON.

    >>> list(values('{"a": [1, "b"]}'))
    [('', 0), ('/a', 6), ('/a/0', 7), ('/a/1', 10)]
    """
    return ((pointer, offset) for pointer, offset, _ in _walk(text))


def first_duplicate(text: str) -> tuple[str, int] | None:
    """Pointer and offset of the first value whose name is in the same object twice.

    >>> first_duplicate('{"units": 350, "units": 3500}')
    ('/units', 24)
    """
    return next(((pointer, offset) for pointer, offset, again in _walk(text) if again), None)


def first_constant(text: str) -> tuple[str, int] | None:
    """Pointer and offset of the first ``NaN``, ``Infinity`` or ``-Infinity``.

    >>> first_constant('{"units": NaN}')
    ('/units', 10)
    """
    constants = ("NaN", "Infinity", "-Infinity")
    return next((value for value in values(text) if text.startswith(constants, value[1])), None)


@dataclass(slots=True)
class _Open:
    """An open bracket: its pointer, the names so far or, in an array, the index of the element."""

    pointer: str
    names: set[str] | None
    index: int = 0


def _walk(text: str) -> Iterator[tuple[str, int, bool]]:
    """Every value: pointer, offset, and whether its name was in the same object before."""
    stack: list[_Open] = []
    pointer, again, is_key, at = "", False, False, 0
    while found := _TOKEN.match(text, at):
        at = found.end()
        token = found[found.lastgroup or 0]
        if is_key and found.lastgroup == "string":
            name = json.loads(token, strict=False) if "\\" in token else token[1:-1]
            here = stack[-1]
            assert here.names is not None
            again, is_key = name in here.names, False
            here.names.add(name)
            pointer = f"{here.pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        elif found.lastgroup != "mark" or token in "[{":
            yield pointer, at - len(token), again
            again = False
            if token in ("[", "{"):
                is_key = token == "{"
                stack.append(_Open(pointer, set() if is_key else None))
                pointer = f"{pointer}/0"
        elif token in "]}":
            if not stack:
                return
            stack.pop()
            is_key = False
        elif token == "," and stack:
            here = stack[-1]
            is_key = here.names is not None
            here.index += 1
            pointer = f"{here.pointer}/{here.index}"


class Locator:
    """Places in one record's ``text``; ``line``, ``column`` and ``byte`` are where the record begins in its file.

    >>> Locator('{"a":\\n [1, "b"]}', line=7, column=3, known=frozenset()).place("/a/1")
    (8, 6)
    """

    def __init__(self, text: str, *, line: int, column: int, known: frozenset[str], byte: int = 0) -> None:
        self.text = text
        self.byte = byte
        self._line = line
        self._column = column
        self._known = known
        self._index: dict[str, tuple[int, int]] | None = None

    def place(self, pointer: str) -> tuple[int, int] | None:
        """Line and column of the value at a pointer, both from 1; None where there is no such value.

        A name ``?`` is the first name there that may not be shown.

        >>> Locator('{"own": 1}', line=1, column=1, known=frozenset()).place("/?")
        (1, 9)
        """
        if self._index is None:
            self._index = self._read()
        if pointer not in self._index and "?" in pointer.split("/"):
            like = (at for place, at in self._index.items() if redacted(place, self._known) == pointer)
            return next(like, None)
        return self._index.get(pointer)

    def offset(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset in the record's text.

        >>> Locator('{"a":\\n 1}', line=7, column=3, known=frozenset()).offset(7)
        (8, 2)
        """
        start = self.text.rfind("\n", 0, offset) + 1
        return self._line + self.text.count("\n", 0, offset), (1 if start else self._column) + offset - start

    def _read(self) -> dict[str, tuple[int, int]]:
        index: dict[str, tuple[int, int]] = {}
        line, column, done = self._line, self._column, 0
        for pointer, offset in values(self.text):
            lines = self.text.count("\n", done, offset)
            line += lines
            column = offset - self.text.rindex("\n", done, offset) if lines else column + offset - done
            done = offset
            index.setdefault(pointer, (line, column))
            if len(index) >= _MOST:
                break
        return index
