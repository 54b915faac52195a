"""Line and column of a value in JSON text, found without recursion and only when somebody asks.

Nothing is kept for a value that nobody asks about: of a list or object on the way to one that is wanted the places of
its members are kept, and of the text the number of lines before each block.
"""

from __future__ import annotations

import json
import re
import sys
from array import array
from collections.abc import Iterator
from functools import cached_property

from j1553ref.redaction import pointer, redacted

__all__ = ["MANY", "Locator", "Offsets", "first_constant", "first_duplicate"]

#: Possessive repetition of a group. Before 3.11.5 (Debian 12 has 3.11.2) ``re`` does not restore the position after a
#: failed round, so there it is the plain one.
MANY = "*+" if sys.version_info >= (3, 11, 5) else "*"
_STRING = rf'"[^"\\]*+(?:\\.[^"\\]*+){MANY}"'
_TOKEN = re.compile(
    rf"""[ \t\r\n]*+
    (?:(?P<string>{_STRING}) | (?P<mark>[\[\]{{}},:]) | (?P<scalar>[^ \t\r\n\[\]{{}},:"]++))""",
    re.DOTALL | re.VERBOSE,
)
_KEY = re.compile(rf"[ \t\r\n,]*+({_STRING})[ \t\r\n]*+:[ \t\r\n]*+", re.DOTALL)
_ITEM = re.compile(r"[ \t\r\n,]*+(?=[^\]}:])")
_SCALAR = re.compile(rf'{_STRING}|[^ \t\r\n\[\]{{}},:"]++', re.DOTALL)
_FLAT = rf'[^"\[\]{{}}]*+(?:{_STRING}[^"\[\]{{}}]*+){MANY}'
_TO_BRACKET = re.compile(rf"{_FLAT}([\[\]{{}}])", re.DOTALL)
#: A value in three levels of brackets; deeper ones are followed bracket by bracket.
_INSIDE = _FLAT
for _ in range(2):
    _INSIDE = rf"{_FLAT}(?:[\[{{]{_INSIDE}[\]}}]{_FLAT}){MANY}"
_SHALLOW = re.compile(rf"[\[{{]{_INSIDE}[\]}}]", re.DOTALL)
#: So many characters of the text are one block, for which the lines before it are counted.
_BLOCK = 4096
_LONGEST_INDEX = 9


def first_duplicate(text: str) -> tuple[str, int] | None:
    """Pointer and offset of the first value whose name is in the same object twice.

    >>> first_duplicate('{"units": 350, "units": 3500}')
    ('/units', 24)
    """
    return next(((pointer(path), offset) for path, offset, again in _walk(text) if again), None)


def first_constant(text: str) -> tuple[str, int] | None:
    """Pointer and offset of the first ``NaN``, ``Infinity`` or ``-Infinity``.

    >>> first_constant('{"units": NaN}')
    ('/units', 10)
    """
    constants = ("NaN", "Infinity", "-Infinity")
    return next(((pointer(path), at) for path, at, _ in _walk(text) if text.startswith(constants, at)), None)


def _walk(text: str) -> Iterator[tuple[list[str | int], int, bool]]:
    """Every value: the way to it, which changes with the next, its offset, and whether its name was there before."""
    path: list[str | int] = []
    names: list[set[str] | None] = []
    again, is_key, at = False, False, 0
    while found := _TOKEN.match(text, at):
        at = found.end()
        token = found[found.lastgroup or 0]
        if is_key and found.lastgroup == "string":
            name, here = _plain(token), names[-1]
            assert here is not None
            again, is_key = name in here, False
            here.add(name)
            path[-1] = name
        elif found.lastgroup != "mark" or token in "[{":
            yield path, at - len(token), again
            again = False
            if token in ("[", "{"):
                is_key = token == "{"
                names.append(set() if is_key else None)
                path.append("" if is_key else 0)
        elif token in "]}":
            if not path:
                return
            path.pop()
            names.pop()
            is_key = False
        elif token == "," and path:
            is_key = names[-1] is not None
            if not is_key:
                path[-1] = int(path[-1]) + 1


def _plain(quoted: str) -> str:
    name: str = json.loads(quoted, strict=False) if "\\" in quoted else quoted[1:-1]
    return name


class Offsets:
    """Where the values of a JSON text begin; what is asked for is kept, and nothing else.

    >>> offsets = Offsets('{"a": [1, "b"]}')
    >>> offsets.find("/a/1"), offsets.find("/b"), offsets.members(0)
    (10, None, {'a': 6})
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._members: dict[int, dict[str, int]] = {}
        self._items: dict[int, array[int]] = {}

    def find(self, pointer: str) -> int | None:
        """The offset of the value at a pointer (RFC 6901); None where there is no such value."""
        root, *tokens = pointer.split("/")
        at = self.root if not root else None
        for token in tokens:
            if at is None:
                return None
            at = self.below(at, token)
        return at

    @property
    def root(self) -> int:
        """The offset of the whole value."""
        return len(self.text) - len(self.text.lstrip(" \t\r\n"))

    def below(self, at: int, token: str) -> int | None:
        """The offset of one member of a list or object, by its escaped name or its index."""
        if self.text.startswith("{", at):
            return self.members(at).get(token.replace("~1", "/").replace("~0", "~"))
        if not self.text.startswith("[", at) or not token.isascii() or not token.isdigit():
            return None
        if len(token) > _LONGEST_INDEX or (token[0] == "0" and token != "0"):
            return None
        items = self.items(at)
        return items[int(token)] if int(token) < len(items) else None

    def members(self, at: int) -> dict[str, int]:
        """The offsets of the values of an object, by name."""
        if at not in self._members:
            found: dict[str, int] = {}
            end = at + 1
            while key := _KEY.match(self.text, end):
                found.setdefault(_plain(key[1]), key.end())
                end = self.end(key.end())
            self._members[at] = found
        return self._members[at]

    def items(self, at: int) -> array[int]:
        """The offsets of the elements of a list."""
        if at not in self._items:
            found = array("q")
            end = at + 1
            while item := _ITEM.match(self.text, end):
                found.append(item.end())
                end = self.end(item.end())
            self._items[at] = found
        return self._items[at]

    def end(self, at: int) -> int:
        """The offset behind the value that begins at an offset; of one that is cut, the end of the text."""
        if self.text[at : at + 1] not in ("[", "{"):
            found = _SCALAR.match(self.text, at)
            return found.end() if found else len(self.text)
        if found := _SHALLOW.match(self.text, at):
            return found.end()
        depth = 0
        while found := _TO_BRACKET.match(self.text, at):
            at = found.end()
            depth += 1 if found[1] in "[{" else -1
            if not depth:
                return at
        return len(self.text)


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
        #: for each block of the text: the lines that end before it, and the offset behind the last of them
        self._before: array[int] | None = None
        self._begin: array[int] | None = None

    def place(self, pointer: str) -> tuple[int, int] | None:
        """Line and column of the value at a pointer, both from 1; None where there is no such value.

        A name ``?`` is the first name there that may not be shown.

        >>> Locator('{"own": 1}', line=1, column=1, known=frozenset()).place("/?")
        (1, 9)
        """
        at = self.offsets.find(pointer)
        if at is None and "?" in (tokens := pointer.split("/"))[1:] and not tokens[0]:
            at = next(self._like(self.offsets.root, tokens[1:]), None)
        return None if at is None else self.offset(at)

    @cached_property
    def offsets(self) -> Offsets:
        """Where the values of the text begin."""
        return Offsets(self.text)

    def offset(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset in the record's text.

        >>> Locator('{"a":\\n 1}', line=7, column=3, known=frozenset()).offset(7)
        (8, 2)
        """
        if self._before is None or self._begin is None:
            self._before, self._begin = self._lines()
        block = offset // _BLOCK
        lines = self._before[block] + self.text.count("\n", block * _BLOCK, offset)
        start = self.text.rfind("\n", block * _BLOCK, offset) + 1 or self._begin[block]
        return self._line + lines, (1 if lines else self._column) + offset - start

    def _lines(self) -> tuple[array[int], array[int]]:
        before, begins = array("q"), array("q")
        count = begin = 0
        for start in range(0, len(self.text) + 1, _BLOCK):
            before.append(count)
            begins.append(begin)
            count += self.text.count("\n", start, start + _BLOCK)
            begin = self.text.rfind("\n", start, start + _BLOCK) + 1 or begin
        return before, begins

    def _like(self, at: int, tokens: list[str]) -> Iterator[int]:
        """The values whose pointer, as it may be shown, has these tokens."""
        if not tokens:
            yield at
        elif tokens[0] != "?":
            below = self.offsets.below(at, tokens[0]) if not self._is_hidden(tokens[0]) else None
            if below is not None:
                yield from self._like(below, tokens[1:])
        elif self.text.startswith("{", at):
            for name, below in self.offsets.members(at).items():
                if self._is_hidden(name):
                    yield from self._like(below, tokens[1:])
        elif self.text.startswith("[", at):
            for index, below in enumerate(self.offsets.items(at)):
                if self._is_hidden(str(index)):
                    yield from self._like(below, tokens[1:])

    def _is_hidden(self, token: str) -> bool:
        return redacted(f"/{token}".replace("~", "~0"), self._known).endswith("/?")
