"""From the text of an X12 file to its segments: separators, line breaks, places.

The separators are those of the file's own ISA segment, whose elements are counted, not measured in columns; a fragment
without one shows its separators by its first segments. Grammar: the interchange header of X12 as publicly described,
and what files in use do to it: short elements, a blank before the terminator, a line break as terminator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Segment", "Separators", "Unsegmented", "recognizes", "segments"]

#: How a file or a pasted fragment may begin; the character behind the name separates the elements.
_START = re.compile(r"\s*(ISA|GS|ST|BHT|CLM)([^A-Za-z0-9\s])", re.IGNORECASE)
_ISA_ELEMENTS = 16
#: It has 106 characters where its elements are filled up as they should be.
_LONGEST_ISA = 256
#: A segment of a claim has some hundred characters; a file in which none ends in so many has another terminator.
_LONGEST = 64 * 1024
#: So much of a file without an ISA segment is looked at to find its separators.
_HEAD = 4096
#: A composite shows its separator behind these: a claim's facility code, a diagnosis, a procedure.
_COMPOSITES = r"(?:CLM(?:{e}[^{e}]*){{4}}{e}[0-9A-Z]{{1,2}}|HI{e}[A-Z]{{2,3}}|SV1{e}[A-Z]{{2}})([^A-Za-z0-9\s{e}])"
#: The elements that have components, by segment.
_COMPOSITE = {"SV1": (1, 7), "SV2": (2,), "CLM": (5,), "CTP": (5,), "HI": tuple(range(1, 13))}


class Unsegmented(Exception):  # noqa: N818 - its sentence says what it is
    """The file, from some place on, is not X12 that can be cut into segments."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {message}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Separators:
    """What separates elements, components and segments in one interchange."""

    element: str
    component: str
    segment: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its number in the file, the place of its first character, its text, and its elements from 0.

    Element 0 is the segment's name in capital letters.

    >>> [segment] = segments(["CLM*1*100***11:B:1~"])
    >>> segment.name, segment.elements[2], segment.place(5, 2)
    ('CLM', '100', (1, 16))
    """

    number: int
    line: int
    column: int
    text: str = field(repr=False)
    elements: tuple[str, ...] = field(repr=False)
    separators: Separators

    @property
    def name(self) -> str:
        """The segment's name, such as SV1."""
        return self.elements[0]

    @property
    def pointer(self) -> str:
        """Its place as messages give it."""
        return f"/segments/{self.number}"

    def value(self) -> dict[str, Any]:
        """The elements by their numbers, those that are composite as components by theirs; what is empty is left out."""
        composite = _COMPOSITE.get(self.name, ())
        found: dict[str, Any] = {}
        for number, text in enumerate(self.elements[1:], 1):
            if number in composite:
                listed = enumerate(text.split(self.separators.component), 1)
                if components := {str(index): component.strip() for index, component in listed if component.strip()}:
                    found[str(number)] = components
            elif text:
                found[str(number)] = text
        return found

    def place(self, element: int = 0, component: int = 1) -> tuple[int, int]:
        """Line and column, from 1, of an element or of its component."""
        offset = _nth(self.text, self.separators.element, element)
        if component > 1:
            offset += _nth(self.text[offset:], self.separators.component, component - 1)
        line, column = _moved(self.line, self.column, self.text[:offset])
        return line, column


def recognizes(head: str) -> bool:
    """Whether a text begins like an X12 file, or like a fragment of one.

    >>> recognizes("ISA*00*"), recognizes("ST|837|0001"), recognizes('{"form": "ub04"}'), recognizes("Status: open")
    (True, True, False, False)
    """
    return _START.match(head) is not None


def segments(chunks: Iterable[str]) -> Iterator[Segment]:
    """The segments of a text in chunks, in order; those of a further interchange with the separators of its own.

    Line breaks inside a segment are no part of its values. Raises an error with line and column where no segment ends.

    >>> [segment.elements for segment in segments(["ST|837|1'", "SE|2|1'"])]
    [('ST', '837', '1'), ('SE', '2', '1')]
    """
    held = _Held(iter(chunks))
    separators: Separators | None = None
    number = 0
    while held.skip_blank():
        if separators is None or held.begins_interchange():
            separators = _separators(held)
        end = held.find(separators.segment)
        line, column, text = held.line, held.column, held.take(end)
        name, *values = re.sub("[\r\n]", "", text).split(separators.element)
        elements = (name.strip().upper(), *map(str.strip, values))
        yield Segment(number, line, column, text, elements, separators)
        number += 1


class _Held:
    """The text that was read and not yet cut into segments, with the line and column of its beginning."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._text = ""
        self._at = 0
        self._has_more = True
        self.line = self.column = 1

    def skip_blank(self) -> bool:
        """Whether anything but blanks and line breaks follows; they are dropped."""
        while True:
            found = _BLANK.match(self._text, self._at)
            assert found is not None
            self._drop(found.end())
            if self._at < len(self._text):
                return True
            if not self._more():
                return False

    def begins_interchange(self) -> bool:
        """Whether an ISA segment follows."""
        return self.head(4)[:3].upper() == "ISA" and not self.head(4)[3:].isalnum()

    def head(self, size: int) -> str:
        """The next characters, as many as there are."""
        while len(self._text) - self._at < size and self._more():
            pass
        return self._text[self._at : self._at + size]

    def find(self, terminator: str) -> int:
        """The length of the next segment; the last one may lack its terminator."""
        start = self._at
        while (found := self._text.find(terminator, start)) < 0:
            start = len(self._text)
            if start - self._at > _LONGEST:
                break
            dropped = self._at
            if not self._more():
                return len(self._text) - self._at
            start -= dropped
        if found < 0 or found - self._at > _LONGEST:
            raise self.fault(_ENDLESS)
        return found - self._at

    def take(self, length: int) -> str:
        """The next segment; its terminator is dropped."""
        text = self._text[self._at : self._at + length]
        self._drop(min(self._at + length + 1, len(self._text)))
        return text

    def fault(self, message: str) -> Unsegmented:
        """What is wrong here."""
        return Unsegmented(message, self.line, self.column)

    def _drop(self, at: int) -> None:
        self.line, self.column = _moved(self.line, self.column, self._text[self._at : at])
        self._at = at

    def _more(self) -> bool:
        chunk = next(self._source, None) if self._has_more else None
        self._has_more = chunk is not None
        self._text, self._at = self._text[self._at :] + (chunk or ""), 0
        return self._has_more


_BLANK = re.compile(r"\s*")
_ENDLESS = f"no segment ends within {_LONGEST:,} characters; expected the terminator that the ISA segment names"


def _separators(held: _Held) -> Separators:
    """The separators by the ISA segment, else by what the segments of a fragment show."""
    start = _START.match(held.head(8))
    if start is None:
        raise held.fault("expected an X12 segment here, such as ISA or ST")
    element = start[2]
    if start[1].upper() == "ISA":
        elements = held.head(_LONGEST_ISA).split(element, _ISA_ELEMENTS)
        component, behind = elements[-1][:1], elements[-1][1:]
        if len(elements) <= _ISA_ELEMENTS or not component or component.isalnum():
            raise held.fault(
                "the ISA segment is not whole; expected 16 elements, the last one the separator of components"
            )
        # The terminator may follow a blank, or be the line break itself.
        segment = next((character for character in behind if character not in " \r"), "")
        if not segment or segment.isalnum():
            raise held.fault("nothing ends the ISA segment; expected one character after its 16 elements, such as ~")
        return Separators(element, component, segment)
    head = held.head(_HEAD)
    ends = re.search(r"[~'\n]", head.replace(element, "*"))
    found = re.search(_COMPOSITES.format(e=re.escape(element)), head.upper())
    return Separators(element, found[1] if found else ":", ends[0] if ends else "~")


def _moved(line: int, column: int, text: str) -> tuple[int, int]:
    """Line and column behind a text that begins at a line and column."""
    breaks = text.count("\n")
    return (line + breaks, len(text) - text.rfind("\n")) if breaks else (line, column + len(text))


def _nth(text: str, separator: str, count: int) -> int:
    """Where the part of a text behind so many separators begins; the text's length where it has fewer."""
    at = 0
    for _ in range(count):
        found = text.find(separator, at)
        if found < 0:
            return len(text)
        at = found + 1
    return at
