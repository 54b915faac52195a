"""From bytes to the text of one record at a time: in constant memory, in time linear in the file's length.

A text is a list of records, or records one after another, over one line or several. It is scanned for brackets and
quotes only; whether a record is sound JSON is judged later, record by record. A record that is cut ends where a line
begins the next one, so that it does not spoil its neighbors.

Every decision depends on the text alone, never on how much of it has arrived, and a record is handed on as soon as
its last character is there.
"""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from typing import BinaryIO, Protocol

from j1553ref.readers.locate import MANY

__all__ = ["LIMIT", "Clears", "RecordText", "Skipped", "Unreadable", "Window", "characters", "hidden", "split"]

#: The most characters that one record may have.
LIMIT = 8 * 1024 * 1024
_LIMITED = f"longer than {LIMIT:,} characters, the limit for one record; make each claim a record of its own"

_CHUNK = 64 * 1024
#: So much is looked at to tell a format by its beginning.
HEAD = 4096
#: The first name of an object is looked for in so many characters.
_NEAR = 1024
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
_OPENING, _CLOSING = re.compile(r"[\[{]++"), re.compile(r"[\]}]++")
_EMPTIES = re.compile(r"[ \t\r\n,]*+")
#: A line that begins with an object, and the brace and first name of one.
_LINE_START = re.compile(r"\n[ \t\r\n]*+\{")
#: A line that begins with an object behind anything but a mark after which an object is a value, or white space.
_ODD_START = re.compile(r"\n(?<![\[,:]\n)[ \t\r\n]*+\{")
_FIRST = re.compile(r'\{\s*+"([^"\\\n]*+)"')
#: Objects side by side.
_JOINED = re.compile(rf"(?:{_WHOLE.pattern}[ \t]*+)+")
#: Behind one of these an object is a value of the record that is open; behind anything else it cannot be.
_GOES_ON = "[,:"
#: The beginning of an object of which no first name can be read any more.
_NAMELESS = re.compile(r'\{\s*+(?:[^\s"]|"[^"\\\n]*+[\\\n])')
#: What may be behind an element of a list.
_BETWEEN = f"{_SPACE},]"
#: The name of a property is looked for in so many characters.
_KEY = 200
_STRAY = "not valid JSON: expected a value"
_NEITHER = "neither JSON nor another known format; expected a claim as JSON"


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
            if number - self._dropped >= len(self.held) and not self._pull():
                return
            yield self.held[number - self._dropped]
            number = max(number + 1, self._dropped)

    def _pull(self) -> bool:
        """Holds one more chunk; whether there was one."""
        text = next(self._source, None)
        if text is None:
            return False
        self.held.append((self.end, text))
        self.end += len(text)
        return True

    def text(self, to: int, begin: int | None = None) -> str:
        """The text from the base, or a position behind it, to a position."""
        begin = self.base if begin is None else begin
        if self.held and to <= self.held[0][0] + len(self.held[0][1]):
            start, text = self.held[0]
            return text[begin - start : max(to - start, 0)]
        parts = []
        for start, text in self.held:
            if start >= to:
                break
            if start + len(text) > begin:
                parts.append(text[max(0, begin - start) : to - start])
        return "".join(parts)

    def ahead(self, at: int, most: int, enough: Callable[[str], bool] = bool) -> str:
        """The text from a position on until it is enough, at most so many characters; more is read for it.

        The answer is the same however the text arrives only if ``enough`` stays true for a longer one.
        """
        found = ""
        for start, text in reversed(self.held):
            found = text[max(0, at - start) :] + found
            if start <= at:
                break
        while len(found) < most and not enough(found[:most]) and self._pull():
            found += self.held[-1][1][max(0, at - self.held[-1][0]) :]
        return found[:most]

    def line_at(self, at: int) -> str:
        """The text from a position to the end of its line; empty where that is beyond the limit."""
        parts = [self.ahead(at, LIMIT + 1)]
        size = len(parts[0])
        while "\n" not in parts[-1] and size <= LIMIT and self._pull():
            parts.append(self.held[-1][1])
            size += len(parts[-1])
        line = "".join(parts).partition("\n")[0]
        return line if len(line) <= LIMIT else ""

    def skip(self, pattern: re.Pattern[str]) -> None:
        """Moves the base past what a pattern matches there, so far as it is held in one chunk."""
        if self.held and (found := pattern.match(self.held[0][1], self.base - self.held[0][0])):
            self.drop(self.held[0][0] + found.end())

    def line_ends(self) -> bool:
        """Whether nothing but blanks is left on the line at the base; they are dropped."""
        for start, text in self.chunks():
            held = text[self.base - start :].lstrip(" \t\r")
            self.drop(start + len(text) - len(held))
            if held:
                return held[0] == "\n"
        return True

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

    def take(self, to: int, trim: str = _SPACE, *, text: str | None = None) -> RecordText | None:
        """The text from the base to a position, without the white space around it; what lies there is dropped.

        ``trim`` are the characters that are left out at its end; ``text`` is that text, where it is at hand.
        """
        text = self.text(to) if text is None else text
        left = text.lstrip(_SPACE)
        if len(left) < len(text):
            self.drop(self.base + len(text) - len(left))
        text = left.rstrip(trim)
        record = RecordText(text, self.line, self.column, self.byte) if len(text) <= LIMIT else self.fault(_LIMITED)
        self.drop(to)
        return record if text else None

    def take_line(self, line: str, text: str, begin: int, end: int) -> RecordText:
        """The record of the line at the base, which is in the first chunk from ``begin`` to ``end``; it is dropped."""
        record = RecordText(line, self.line, self.column, self.byte)
        size = end - begin
        self.base, self.line, self.column = self.base + size, self.line + 1, 1
        self.byte += size if text.isascii() else len(text[begin:end].encode("utf-8", "surrogateescape"))
        if end == len(text):
            self.held.popleft()
            self._dropped += 1
        return record

    def is_too_long(self, to: int) -> bool:
        """Whether more than the limit lies between the base and a position; white space at the base is dropped.

        A little white space at the end does not count.
        """
        if to - self.base <= LIMIT:
            return False
        text = self.text(to)
        self.drop(self.base + len(text) - len(text.lstrip(_SPACE)))
        beyond = self.text(to, self.base + LIMIT)
        return len(beyond) > _CHUNK or bool(beyond.strip(_SPACE))

    def skip_space(self) -> bool:
        """Moves the base past white space; whether anything is left."""
        for start, text in self.chunks():
            left = text[self.base - start :].lstrip(_SPACE)
            self.drop(start + len(text) - len(left))
            if left:
                return True
        return False

    def stray(self, to: int, error: str) -> RecordText | None:
        """An error at the first character that is no white space between the base and a position, if there is one."""
        held = self.text(to)
        left = held.lstrip(_SPACE)
        if not left:
            return None
        self.drop(self.base + len(held) - len(left))
        return self.fault(error)

    def fault(self, error: str) -> RecordText:
        """An error at the base."""
        return RecordText("", self.line, self.column, self.byte, error)

    def _advance(self, text: str, start: int, stop: int) -> None:
        lines = text.count("\n", start, stop)
        self.line += lines
        self.column = stop - text.rindex("\n", start, stop) if lines else self.column + stop - start
        self.byte += stop - start if text.isascii() else len(text[start:stop].encode("utf-8", "surrogateescape"))


def split(
    window: Window,
    *,
    is_record: Callable[[str], bool],
    envelope: Callable[[str], str | None] | None = None,
    scope: Clears | None = None,
) -> Iterator[RecordText | Skipped]:
    """The records of a text, in order; those that ``scope`` clears are only counted.

    ``is_record`` says of a text whether it is a record of its own: asked only where something is damaged.
    ``envelope`` gets the beginning of an object and names the property whose list holds the records; empty where there is none,
    None where more must be read.
    Raises :class:`Unreadable` for a text that is empty.
    """
    for found in _split(window, is_record, envelope, scope):
        if scope and isinstance(found, RecordText) and not found.error and scope.clears(found.text):
            yield Skipped(1)
        else:
            yield found


def _split(
    window: Window,
    is_record: Callable[[str], bool],
    envelope: Callable[[str], str | None] | None,
    scope: Clears | None,
) -> Iterator[RecordText | Skipped]:
    if not window.skip_space():
        raise Unreadable("empty; expected a claim")
    first, member = window.ahead(window.base, 1), None
    if first == "{" and envelope:
        head = window.ahead(window.base, HEAD, lambda text: envelope(text) is not None)
        member = envelope(head) or None
    if first != "[" and member is None:
        yield from _sequence(window, is_record, scope)
        return
    yield from _elements(window, member, is_record, scope)
    if window.skip_space():
        if member is not None and window.ahead(window.base, 1) == "{":
            yield from _sequence(window, is_record, scope)
            return
        yield window.fault("something follows the end of the list of claims; expected nothing more: remove it")
        yield from _sequence(window, is_record, scope, reported=True)


# -- the scan ---------------------------------------------------------------------------------------------------------


def _marks(
    window: Window, level: int, depth: int = 0, *, commas: bool = True
) -> Generator[tuple[str, int, int, str, bool], None, None]:
    """Brackets and commas outside strings, down to a depth: character, position, depth behind it.

    Then come the last character before it that is no white space, and whether it is the first on its line. Before
    each new chunk of the text and at its end comes one mark without a character, so that the caller can watch the length. Deeper
    down there is a mark ``^`` for each line that begins with an object where no value can be: something is cut.
    A caller that moves the base past whole elements behind a mark is followed.
    """
    in_string, escaped, last, fresh = False, False, "", True
    flat = _SHALLOW if commas else _DEEP
    for start, text in window.chunks():
        yield "", start, depth, last, fresh
        at, stop = max(0, window.base - start), len(text)
        while at < stop:
            if in_string:
                if escaped:
                    escaped, at = False, at + (text[at] != "\n")
                at = _BODY.match(text, at).end()  # type: ignore[union-attr]  # matches the empty string too
                if at < stop and text[at] == "\\":
                    escaped, at = at + 1 == stop, at + 1
                elif at < stop:
                    in_string, fresh, at = False, text[at] == "\n", at + 1
                continue
            gap = at
            at = (_DEEP if depth > level else flat).match(text, at).end()  # type: ignore[union-attr]
            if gap < at:
                last, fresh = _passed(text, gap, at, last, fresh)
            if at == stop:
                break
            char = text[at]
            if char == '"':
                in_string, last, fresh, at = True, '"', False, at + 1
                continue
            if depth > level and char == "{" and fresh and last not in _GOES_ON:
                yield "^", start + at, depth, last, fresh
            if depth > level + 1 or not depth:
                run = at
                at, depth = _run_of_brackets(text, at, depth, level)
                if run < at:
                    last, fresh = text[at - 1], False
                if at == stop or text[at] not in "[]{},":
                    continue
                char = text[at]
            depth = max(0, depth + (char in "[{") - (char in "]}"))
            if depth <= level + (char in "[{"):
                yield char, start + at, depth, last, fresh
                at = max(at, window.base - start - 1)
            if depth == level + 1 and char in "[{" and (whole := _whole(text, at)):
                at, depth, char = whole - 1, level, text[whole - 1]
                yield char, start + at, depth, text[at - 1], False
            last, fresh, at = char, False, at + 1
    yield "", window.end, depth, last, fresh


def _passed(text: str, start: int, end: int, last: str, fresh: bool) -> tuple[str, bool]:
    """The last character that is no white space, and whether a line has just begun, behind a stretch of the text."""
    stop = end
    while stop > start and text[stop - 1] in _SPACE:
        stop -= 1
    if stop > start:
        last, fresh = text[stop - 1], False
    return last, fresh or text.find("\n", stop, end) >= 0


def _run_of_brackets(text: str, at: int, depth: int, level: int) -> tuple[int, int]:
    """Position and depth behind brackets of one kind that need no mark, but for the last."""
    opening = text[at] in "[{"
    run = (_OPENING if opening else _CLOSING).match(text, at)
    count = len(run[0]) if run else 0
    if opening and depth > level + 1:
        return at + count - 1, depth + count - 1
    if not opening:
        count = min(count, depth - level - 2) if depth else count
        return at + max(0, count), max(0, depth - max(0, count))
    return at, depth


def _whole(text: str, at: int) -> int:
    """The end of an object or list of at most six levels in which no line begins a record; 0 for any other."""
    found = _WHOLE.match(text, at)
    if found is None:
        return 0
    for start in _ODD_START.finditer(text, at + 1, found.end()):
        before = start.start() - 1
        while text[before] in _SPACE:
            before -= 1
        if text[before] not in _GOES_ON:
            return 0
    return found.end()


# -- what is cut ------------------------------------------------------------------------------------------------------


class _Open:
    """The bracket that is open: its position, and the first name of its object, which is looked for once."""

    def __init__(self, window: Window, at: int) -> None:
        self.window = window
        self.at = at

    @cached_property
    def name(self) -> str | None:
        """None where there is none, or none that can be read."""
        return _name(self.window, self.at)


def _name(window: Window, at: int) -> str | None:
    """The first name of the object at a position."""
    found = _FIRST.match(window.ahead(at, _NEAR, lambda text: bool(_FIRST.match(text) or _NAMELESS.match(text))))
    return found[1] if found else None


def _begins(window: Window, at: int, name: str | None, is_record: Callable[[str], bool]) -> bool:
    """Whether the line at a position begins a record: with the first name of the one that is open, or a whole one."""
    if name is not None and _name(window, at) == name:
        return True
    return is_record(window.line_at(at).rstrip(_BETWEEN))


def _cuts(window: Window, to: int, name: str | None, is_record: Callable[[str], bool]) -> list[int]:
    """Where lines up to a position begin records, as :func:`_begins` has it, and where whole ones end."""
    text, base, found = window.text(to), window.base, []
    for start in _LINE_START.finditer(text):
        at, stop = start.end() - 1, text.find("\n", start.end())
        line = text[at : stop if stop >= 0 else len(text)].rstrip(_BETWEEN)
        first = _FIRST.match(text, at, at + _NEAR)
        if is_record(line):
            found += [base + at, base + at + len(line)]
        elif first and first[1] == name:
            found.append(base + at)
    return found


def _divided(
    window: Window,
    ends: Iterable[int],
    trim: str,
    instead: tuple[RecordText, ...] | None = None,
) -> Iterator[RecordText]:
    """What lies between the base and the last of some positions and is damaged: cut at each of them.

    ``instead`` is handed on in the place of the first part.
    """
    for at in list(ends):
        record = window.take(at, trim)
        if instead is not None:
            yield from instead
            instead = None
        elif record:
            yield record


def hidden(raw: RecordText, is_record: Callable[[str], bool]) -> list[RecordText]:
    """A record of several lines that is no JSON, cut where lines in it begin records: it closed by chance.

    >>> cut = RecordText('{"a": [\\n{"a": 1}\\n]}', line=3, column=1, byte=0)
    >>> [(part.text, part.line) for part in hidden(cut, lambda line: line.endswith("}"))]
    [('{"a": [', 3), ('{"a": 1}', 4), (']}', 5)]
    """
    window = Window(iter([raw.text]), raw.byte)
    window.line, window.column = raw.line, raw.column
    first = _FIRST.match(window.ahead(0, _NEAR))
    cuts = _cuts(window, len(raw.text), first[1] if first else None, is_record)
    return list(_divided(window, [*cuts, len(raw.text)], _BETWEEN)) if cuts else [raw]


# -- the layouts ------------------------------------------------------------------------------------------------------


def _elements(
    window: Window, member: str | None, is_record: Callable[[str], bool], scope: Clears | None
) -> Iterator[RecordText | Skipped]:
    """The elements of an array that is the whole text, or that is the value of one property of the object that is.

    The base is left behind the array, or the object.
    """
    level = 1 if member is None else 2
    inside = finished = seen = empty = False
    depth = 0
    again = True
    while again:
        again = too_long = False
        opened: _Open | None = None
        for char, at, deep, last, fresh in _marks(window, level, depth):
            if finished:
                window.drop(at)
                if not deep and char:
                    window.drop(at + 1)
                    break
                continue
            if not inside:
                if not char:
                    window.drop(max(window.base, at - _KEY))
                    continue
                key = window.text(at)
                if char == "[" and deep == level and (member is None or re.search(rf'"{member}"\s*:\s*$', key[-_KEY:])):
                    inside = True
                window.drop(at + 1)
                if scope and inside:
                    for skipped in _run(window, scope):
                        seen = True
                        yield skipped
                continue
            if window.is_too_long(at) and not too_long:
                if opened is not None:
                    cuts = _cuts(window, window.base + LIMIT, opened.name, is_record)
                    yield from _divided(window, cuts, _BETWEEN)
                    if again := bool(cuts):
                        break
                yield window.fault(_LIMITED)
                too_long = True
            if too_long and not char:
                window.drop(at)
            elif char == "^" and opened is not None:
                if _begins(window, at, opened.name, is_record):
                    if not too_long:
                        yield from _divided(window, [*_cuts(window, at, opened.name, is_record), at], _BETWEEN)
                    window.drop(at)
                    seen, again = True, True
                    break
            elif char and char in "[{" and deep == level + 1:
                if char == "{" and last not in "[," and (fresh or last == "}"):
                    if not too_long and (record := window.take(at)):
                        yield record
                    window.drop(at)
                    yield window.fault("a comma is missing before this claim in the list")
                    seen, too_long, opened = True, False, None
                if opened is None:
                    opened = _Open(window, at)
                if too_long:
                    _ = opened.name  # looked for before the text is dropped
            elif char and char in ",]}" and deep == level - (char in "]}"):
                closes = char != ","
                if too_long:
                    window.drop(at)
                    empty = False
                elif record := window.take(at):
                    yield record
                    empty = False
                elif (seen or not closes) and not empty:
                    yield window.fault("an empty place in the list; expected a claim: remove the comma")
                    empty = True
                if closes and char != "]":
                    yield window.fault("the list of claims is closed by a brace; expected ]")
                window.drop(at + 1)
                seen, too_long, finished, opened = True, False, closes, None
                if empty and not closes:
                    window.skip(_EMPTIES)
                if scope and not closes:
                    yield from _run(window, scope)
                if finished and not deep:
                    break
        depth = level
    if not inside and member is not None:
        yield window.fault(f"no list under {member}; expected one that holds the claims")
    elif not finished:
        if opened is not None and not too_long:
            cuts = _cuts(window, window.end, opened.name, is_record)
            yield from _divided(window, [*cuts, window.end], _BETWEEN)
        elif (left := window.take(window.end)) and not too_long:
            yield left
        yield window.fault("the file ends before the list of claims is closed; expected ]: get the whole file")


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


def _sequence(
    window: Window, is_record: Callable[[str], bool], scope: Clears | None, *, reported: bool = False
) -> Iterator[RecordText | Skipped]:
    """Records one after another: on lines of their own, or however they are laid out.

    ``reported`` says that what is no record at the base has been reported.
    """
    begun = reported
    while window.skip_space():
        if (yield from _values(window, is_record, begun=begun, reported=reported)):
            yield from _lines(window, scope)
        begun, reported = True, False


def _values(
    window: Window, is_record: Callable[[str], bool], *, begun: bool, reported: bool
) -> Generator[RecordText, None, bool]:
    """Objects one after another, each over as many lines as it likes; stops behind one that has a line for itself.

    Whether it stopped there. Text that is no record is one record with what else is on its line.
    """
    stray: RecordText | None = None
    again = True
    while again:
        again = too_long = own_line = False
        opened: _Open | None = None
        for char, at, deep, _, fresh in _marks(window, 0, commas=False):
            if opened is None:
                if not char or (char in "[{" and deep == 1):
                    stray = stray or window.stray(at, _STRAY)
                    window.drop(at)
                if char and char in "[{" and deep == 1:
                    opened, own_line = _Open(window, at), fresh
                    if stray and fresh and char == "{":
                        if not reported:
                            yield stray
                        stray, reported, begun = None, False, True
                continue
            instead = None if not stray else () if reported else (stray,)
            if not too_long and window.is_too_long(at + (char in ("]", "}"))):
                cuts = _cuts(window, window.base + LIMIT, opened.name, is_record)
                yield from _divided(window, cuts, _SPACE, instead)
                if cuts:
                    stray, reported, begun, again = None, False, True, True
                    break
                if not stray:
                    yield window.fault(_LIMITED)
                    begun = True
                too_long = True
            if not char:
                if too_long:
                    window.drop(at)
            elif char == "^":
                if not _begins(window, at, opened.name, is_record):
                    continue
                if not too_long:
                    yield from _divided(window, [*_cuts(window, at, opened.name, is_record), at], _SPACE, instead)
                else:
                    yield from instead or ()
                window.drop(at)
                stray, reported, begun, again = None, False, True, True
                break
            elif not deep:
                text = "" if too_long else window.text(at + 1)
                cuts = _cuts(window, at + 1, opened.name, is_record) if stray and "\n" in text else []
                opened = None
                if cuts or (stray and is_record(text)):
                    if not cuts:
                        yield from instead or ()
                    yield from _divided(window, [*cuts, at + 1], _SPACE, instead if cuts else None)
                    stray, reported, begun = None, False, True
                elif stray or too_long:
                    window.drop(at + 1)
                    too_long = False
                else:
                    begun = True
                    if record := window.take(at + 1, text=text):
                        yield record
                    if own_line and "\n" not in text and window.line_ends():
                        return True
    if opened is None:
        stray = stray or window.stray(window.end, _STRAY if begun else _NEITHER)
        if stray and not reported:
            yield stray if begun or stray.error == _NEITHER else replace(stray, error=_NEITHER)
    elif too_long:
        if stray and not reported:
            yield stray
    else:
        instead = None if not stray else () if reported else (stray,)
        yield from _divided(window, [*_cuts(window, window.end, opened.name, is_record), window.end], _SPACE, instead)
    window.drop(window.end)
    return False


def _lines(window: Window, scope: Clears | None = None) -> Iterator[RecordText | Skipped]:
    """One record on each line; stops before one that goes on over several lines, or shares its line.

    Blank lines are passed over, and lines of text that follow each other are one record.
    """
    too_long = False
    reading = _Line(window)
    for start, text in window.chunks():
        stop = start + text.rfind("\n") + 1
        skims = scope is not None and not too_long and stop > max(start, window.base)
        if scope and skims and (yield from _skim(window, window.text(stop), scope, reading)):
            return
        at = max(0, window.base - start)
        while (found := text.find("\n", at)) >= 0:
            begin, at = window.base - start, found + 1
            if begin >= 0 and text[begin] == "{" and not too_long:
                # Nearly every line; the others are looked at with more care.
                line = text[begin:at].rstrip(_SPACE)
                if line[-1] == "}" and "}{" not in line and "} {" not in line and len(line) <= LIMIT:
                    reading.in_text = False
                    yield window.take_line(line, text, begin, at)
                    continue
            if too_long:
                window.drop(start + at)
            elif record := reading.line(start + at):
                yield record
            elif reading.opens:
                return
            too_long = False
        if window.is_too_long(start + len(text)):
            if not too_long:
                yield window.fault(_LIMITED)
            too_long = True
            window.drop(start + len(text))
    if too_long:
        window.drop(window.end)
    elif record := reading.line(window.end):
        yield record


class _Line:
    """Takes one line after another."""

    def __init__(self, window: Window) -> None:
        self.window = window
        #: whether the line before was text and no record
        self.in_text = False
        #: whether the line at the base is left there because it is not one record
        self.opens = False

    def line(self, to: int) -> RecordText | None:
        """The record of the line at the base, if it is one."""
        text = self.window.text(to)
        line = text.strip(_SPACE)
        if line and len(line) <= LIMIT:
            if line[0] == "{":
                joined = ("}{" in line or "} {" in line) and _JOINED.fullmatch(line)
                if line[-1] != "}" or joined:
                    self.opens = True
                    return None
                self.in_text = False
            else:
                again, self.in_text = self.in_text, line[0] != "[" and line[-1] not in "]}"
                if again and self.in_text:
                    self.window.drop(to)
                    return None
        return self.window.take(to, text=text)


def _skim(window: Window, text: str, scope: Clears, reading: _Line) -> Generator[RecordText | Skipped, None, bool]:
    """Whole lines at the base: counted where all are clear, else in smaller blocks, at last one by one.

    Whether one of them is left at the base because it is not one line.
    """
    if count := scope.lines(text):
        window.drop_lines(text, count)
        yield Skipped(count)
        return False
    at = 0
    while at < len(text):
        stop = text.find("\n", at + len(text) // 8) + 1 or len(text)
        if stop - at == len(text):
            stop = text.find("\n") + 1
        if stop - at < len(text):
            if (yield from _skim(window, text[at:stop], scope, reading)):
                return True
        elif record := reading.line(window.base + len(text)):
            yield record
        elif reading.opens:
            return True
        at = stop
    return False
