"""From bytes to the text of one record at a time: in constant memory, in time linear in the file's length.

Three layouts are distinguished: an array of records, records one after another (pretty-printed or not), and one
record on each line. The text is scanned for brackets and quotes only; whether a record is sound JSON is judged
later, record by record, so that one broken record does not spoil its neighbors.
"""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import BinaryIO, Protocol

from j1553ref.readers.locate import MANY

__all__ = ["LIMIT", "Clears", "RecordText", "Skipped", "Unreadable", "Window", "characters", "split"]

#: The most characters that one record may have.
LIMIT = 8 * 1024 * 1024
_TOO_LONG = f"longer than {LIMIT:,} characters, the limit for one record; make each claim a record of its own"

_CHUNK = 64 * 1024
#: So much of the beginning is looked at to tell the layout.
_HEAD = 4096
_SPACE = " \t\r\n"
_BOMS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),  # begins with the mark of UTF-16, so it is tried first
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_PACKED = ((b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"%PDF", "PDF"))

# A string ends at its quote, or, being broken, at the line's end, so that a missing quote spoils one record only.
_BODY = re.compile(rf'[^"\\\n]*+(?:\\[^\n][^"\\\n]*+){MANY}')
_STRING = rf'"{_BODY.pattern}"'
_SHALLOW = re.compile(rf'[^"\[\]{{}},]*+(?:{_STRING}[^"\[\]{{}},]*+){MANY}')
_DEEP = re.compile(rf'[^"\[\]{{}}]*+(?:{_STRING}[^"\[\]{{}}]*+){MANY}')

#: Any object in six levels of brackets; deeper ones are followed bracket by bracket.
_OBJECT = _DEEP.pattern
for _ in range(5):
    _OBJECT = rf"{_DEEP.pattern}(?:[\[{{]{_OBJECT}[\]}}]{_DEEP.pattern}){MANY}"
_WHOLE = re.compile(rf"[\[{{]{_OBJECT}[\]}}]")
_ELEMENT = re.compile(rf"[ \t\r\n]*+({_WHOLE.pattern})[ \t\r\n]*+,")
#: So many elements of a list are looked at together.
_RUN = 32


class Unreadable(Exception):  # noqa: N818 - the sentence below says what it is
    """The input, or one record of it, cannot be read; ``offset`` is the place in the record's text, if known."""

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class RecordText:
    """The text of one record, or an error, and where it begins: line and column from 1, byte from 0."""

    text: str
    line: int
    column: int
    byte: int
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """So many records were passed over unparsed."""

    count: int


class Clears(Protocol):
    """Says which records can be passed over."""

    def clears(self, record: str) -> bool:
        """Whether one record can."""

    def lines(self, text: str) -> int:
        """The number of records in whole lines that all can; 0 where one of them may not."""


def characters(stream: BinaryIO) -> tuple[int, Iterator[str]]:
    """The length of a UTF-8 stream's byte order mark, and the text behind it in chunks.

    Bytes that are not UTF-8 come as lone surrogates, so that only the record that holds them is lost. Raises
    :class:`Unreadable`, at once or later, for other encodings, packed files and files that cannot be read.
    """
    head = b""
    while len(head) < 4 and (more := _bytes(stream)):
        head += more
    _refuse(head)
    body = head.removeprefix(codecs.BOM_UTF8)
    return len(head) - len(body), _decoded(body, stream)


def _decoded(chunk: bytes, stream: BinaryIO) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    chunk = chunk or _bytes(stream)
    while chunk:
        if text := decoder.decode(chunk):
            yield text
        chunk = _bytes(stream)
    if text := decoder.decode(b"", True):
        yield text


def _bytes(stream: BinaryIO) -> bytes:
    try:
        return getattr(stream, "read1", stream.read)(_CHUNK) or b""
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or 'input error'}; expected a file") from None


def _refuse(head: bytes) -> None:
    for mark, name in _PACKED:
        if head.startswith(mark):
            raise Unreadable(f"a {name} file; expected text: unpack it, or export the claims as JSON")
    encoding = next((name for mark, name in _BOMS if head.startswith(mark)), None)
    if encoding is None and len(head) >= 4 and head[:4].count(0) in (2, 3):
        encoding = "UTF-32" if head[:4].count(0) == 3 else "UTF-16"
    if encoding:
        raise Unreadable(f"encoded as {encoding}; expected UTF-8: save the file as UTF-8")


class Window:
    """The part of a stream's text that is still held, with the place of its beginning.

    Positions are counted in characters from the start of the text. What is dropped is gone.
    """

    def __init__(self, chunks: Iterator[str], byte: int = 0) -> None:
        self._source = chunks
        #: the chunks that are held, each with the position of its first character
        self.held: deque[tuple[int, str]] = deque()
        self._dropped = 0
        self.base = self.end = 0
        self.line, self.column, self.byte = 1, 1, byte

    def __len__(self) -> int:
        return self.end - self.base

    def chunks(self) -> Iterator[tuple[int, str]]:
        """Each chunk from the base on, held or still to come, with the position of its first character."""
        number = self._dropped
        while True:
            if number - self._dropped >= len(self.held):
                text = next(self._source, None)
                if text is None:
                    return
                self.held.append((self.end, text))
                self.end += len(text)
            yield self.held[number - self._dropped]
            number += 1

    def text(self, to: int) -> str:
        """The text from the base to a position."""
        parts = []
        for start, text in self.held:
            if start >= to:
                break
            parts.append(text[max(0, self.base - start) : to - start])
        return "".join(parts)

    def drop(self, to: int) -> None:
        """Moves the base forward."""
        while self.base < to:
            start, text = self.held[0]
            stop = min(to - start, len(text))
            self._advance(text, self.base - start, stop)
            self.base = start + stop
            if stop == len(text):
                self.held.popleft()
                self._dropped += 1

    def drop_lines(self, text: str, lines: int) -> None:
        """Moves the base past whole lines at it."""
        line, byte = self.line, self.byte
        to = self.base + len(text)
        while self.held and self.held[0][0] + len(self.held[0][1]) <= to:
            self.held.popleft()
            self._dropped += 1
        self.base, self.line, self.column = to, line + lines, 1
        self.byte = byte + (len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape")))

    def take(self, to: int) -> RecordText | None:
        """The text from the base to a position, without the white space around it; what lies there is dropped."""
        text = self.text(to)
        self.drop(self.base + len(text) - len(text.lstrip(_SPACE)))
        text = text.strip(_SPACE)
        record = RecordText(text, self.line, self.column, self.byte) if len(text) <= LIMIT else self.fault(_TOO_LONG)
        self.drop(to)
        return record if text else None

    def is_too_long(self, to: int) -> bool:
        """Whether more than the limit lies between the base and a position; white space at the base is dropped."""
        if to - self.base <= LIMIT:
            return False
        text = self.text(to)
        self.drop(self.base + len(text) - len(text.lstrip(_SPACE)))
        return to - self.base > LIMIT

    def skip_space(self) -> bool:
        """Moves the base past white space; whether anything is left."""
        for start, text in self.chunks():
            held = text[self.base - start :]
            self.drop(self.base + len(held) - len(held.lstrip(_SPACE)))
            if len(self):
                return True
        return False

    def fault(self, error: str) -> RecordText:
        """An error at the base."""
        return RecordText("", self.line, self.column, self.byte, error)

    def first_line(self) -> str | None:
        """The text up to the first line break; None where none comes within the limit."""
        for start, text in self.chunks():
            found = text.find("\n", max(0, self.base - start))
            if found >= 0:
                return self.text(start + found)
            if len(self) > LIMIT:
                break
        return None

    def _advance(self, text: str, start: int, stop: int) -> None:
        lines = text.count("\n", start, stop)
        self.line += lines
        self.column = stop - text.rindex("\n", start, stop) if lines else self.column + stop - start
        self.byte += stop - start if text.isascii() else len(text[start:stop].encode("utf-8", "surrogateescape"))


def split(
    window: Window,
    *,
    is_record: Callable[[str], bool],
    envelope: Callable[[str], str | None],
    scope: Clears | None = None,
) -> Iterator[RecordText | Skipped]:
    """The records of a text, in order; those that ``scope`` clears are only counted.

    ``is_record`` says of a line whether it is a record of its own: asked only where the layout is in doubt.
    ``envelope`` gets the beginning of an object and names the property whose list holds the records, if any.
    Raises :class:`Unreadable` for a text that is empty, or neither JSON nor lines of it.
    """
    for found in _split(window, is_record, envelope, scope):
        if scope and isinstance(found, RecordText) and not found.error and scope.clears(found.text):
            yield Skipped(1)
        else:
            yield found


def _split(
    window: Window,
    is_record: Callable[[str], bool],
    envelope: Callable[[str], str | None],
    scope: Clears | None,
) -> Iterator[RecordText | Skipped]:
    if not window.skip_space():
        raise Unreadable("empty; expected a claim")
    for _ in window.chunks():
        if len(window) >= _HEAD:
            break
    head = window.text(window.end)
    if head[0] == "[":
        yield from _elements(window, None, scope)
    elif head[0] == "{":
        first = window.first_line()
        if (member := envelope(head)) is not None:
            yield from _elements(window, member, scope)
        elif first is not None and _is_closed(first):
            yield from _lines(window, scope)
        else:
            yield from _values(window, is_record)
    elif any(map(is_record, head.split("\n"))):
        yield from _lines(window, scope)
    else:
        raise Unreadable("neither JSON nor another known format; expected a claim as JSON", 0)


def _marks(window: Window, level: int) -> Iterator[tuple[str, int, int]]:
    """Brackets and commas outside strings, down to a depth: character, position, depth behind it.

    Before each new chunk of the text comes one mark without a character, so that the caller can watch the length.
    A caller that moves the base past whole elements behind a mark is followed.
    """
    depth, in_string, escaped = 0, False, False
    for start, text in window.chunks():
        yield "", start, depth
        at, stop = max(0, window.base - start), len(text)
        while at < stop:
            if in_string:
                if escaped:
                    escaped, at = False, at + (text[at] != "\n")
                at = _BODY.match(text, at).end()  # type: ignore[union-attr]  # matches the empty string too
                if at < stop and text[at] == "\\":
                    escaped, at = at + 1 == stop, at + 1
                elif at < stop:
                    in_string, at = False, at + 1
                continue
            at = (_DEEP if depth > level else _SHALLOW).match(text, at).end()  # type: ignore[union-attr]
            if at == stop:
                break
            char = text[at]
            if char == '"':
                in_string = True
            else:
                depth = max(0, depth + (char in "[{") - (char in "]}"))
                if depth <= level + (char in "[{"):
                    yield char, start + at, depth
                    at = max(at, window.base - start - 1)
                if depth == level + 1 and char in "[{" and (whole := _WHOLE.match(text, at)):
                    at, depth = whole.end() - 1, level
                    yield text[at], start + at, depth
            at += 1


def _elements(window: Window, member: str | None, scope: Clears | None) -> Iterator[RecordText | Skipped]:
    """The elements of an array that is the whole text, or that is the value of one property of the object that is."""
    level = 1 if member is None else 2
    inside = finished = too_long = seen = False
    for char, at, depth in _marks(window, level):
        if finished:
            if member is None:
                break
            window.drop(at)
        elif not char:
            if window.is_too_long(at):
                if inside and not too_long:
                    yield window.fault(_TOO_LONG)
                too_long = inside
                window.drop(at)
        elif not inside:
            key = window.text(at)
            if char == "[" and depth == level and (member is None or re.search(rf'"{member}"\s*:\s*$', key[-200:])):
                inside = True
            window.drop(at + 1)
            if scope and inside:
                yield from _run(window, scope)
        elif depth == level - (char in "]}") and char not in "[{":
            closes = char != ","
            if too_long:
                window.drop(at)
            elif record := window.take(at):
                yield record
            elif seen or not closes:
                yield window.fault("an empty place in the list; expected a claim: remove the comma")
            if closes and char != "]":
                yield window.fault("the list of claims is closed by a brace; expected ]")
            window.drop(at + 1)
            seen, too_long, finished = True, False, closes
            if scope and not closes:
                yield from _run(window, scope)
    if not inside and member is not None:
        yield window.fault(f"no list under {member}; expected one that holds the claims")
    elif not finished:
        if (last := window.take(window.end)) and not too_long:
            yield last
        yield window.fault("the file ends before the list of claims is closed; expected ]: get the whole file")
    elif member is None and window.skip_space():
        yield window.fault("something follows the end of the list of claims; expected nothing more: remove it")


def _run(window: Window, scope: Clears) -> Iterator[Skipped]:
    """Elements of a list at the base that are clear, each with the comma behind it, so far as the text is held."""
    while window.held:
        start, text = window.held[0]
        at = window.base - start
        found: list[re.Match[str]] = []
        while len(found) < _RUN and (element := _ELEMENT.match(text, at)):
            found.append(element)
            at = element.end()
        lines = "".join(element[1].replace("\n", " ") + "\n" for element in found)
        count = scope.lines(lines) or sum(1 for _ in takewhile(scope.clears, (element[1] for element in found)))
        if count:
            window.drop(start + found[count - 1].end())
            yield Skipped(count)
        if not count or count < len(found):
            return


def _values(window: Window, is_record: Callable[[str], bool]) -> Iterator[RecordText | Skipped]:
    """Objects one after another, each over as many lines as it likes."""
    inside = too_long = False
    for char, at, _ in _marks(window, 0):
        if not char:
            if window.is_too_long(at):
                if not too_long:
                    if _in_lines(window, is_record):
                        yield from _lines(window)
                        return
                    yield window.fault(_TOO_LONG)
                too_long = True
                window.drop(at)
        elif char in "[{" and not inside:
            if (stray := window.take(at)) and not too_long:
                yield stray
            inside, too_long = True, False
        elif inside:
            if (record := window.take(at + 1)) and not too_long:
                yield record
            inside = too_long = False
    if inside and not too_long and _in_lines(window, is_record):
        yield from _lines(window)
    elif (last := window.take(window.end)) and not too_long:
        yield last


def _lines(window: Window, scope: Clears | None = None) -> Iterator[RecordText | Skipped]:
    """One record on each line; blank lines are passed over."""
    too_long = False
    for start, text in window.chunks():
        stop = start + text.rfind("\n") + 1
        if scope and not too_long and stop > max(start, window.base):
            yield from _skim(window, window.text(stop), scope)
        at = max(0, window.base - start)
        while (found := text.find("\n", at)) >= 0:
            at = found + 1
            if (record := window.take(start + at)) and not too_long:
                yield record
            too_long = False
        if window.is_too_long(start + len(text)):
            if not too_long:
                yield window.fault(_TOO_LONG)
            too_long = True
            window.drop(start + len(text))
    if (last := window.take(window.end)) and not too_long:
        yield last


def _skim(window: Window, text: str, scope: Clears) -> Iterator[RecordText | Skipped]:
    """Whole lines at the base: counted where all are clear, else in smaller blocks, at last one by one."""
    if count := scope.lines(text):
        window.drop_lines(text, count)
        yield Skipped(count)
        return
    at = 0
    while at < len(text):
        stop = text.find("\n", at + len(text) // 8) + 1 or len(text)
        if stop - at == len(text):
            stop = text.find("\n") + 1
        if stop - at < len(text):
            yield from _skim(window, text[at:stop], scope)
        elif record := window.take(window.base + len(text)):
            yield record
        at = stop


def _in_lines(window: Window, is_record: Callable[[str], bool]) -> bool:
    """Whether a text that makes no sense as one object does so line by line, but for its first line."""
    return any(map(is_record, window.text(window.end).split("\n")[1:]))


def _is_closed(line: str) -> bool:
    """Whether a line is one object from bracket to bracket."""
    marks = [mark for mark in _marks(Window(iter([line])), 0) if mark[0]]
    return len(marks) == 2 and marks[1][2] == 0 and not line[marks[1][1] + 1 :].strip(_SPACE)
