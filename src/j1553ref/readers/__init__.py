"""From a file to claims: the format is recognized by the content, and each claim knows its places in the file.

To add a format, write a module that reads its documents and list it in ``JSON_FORMATS`` or ``TEXT_FORMATS``.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from j1553ref import shape
from j1553ref.claim import Claim, InputError
from j1553ref.errors import unexpected
from j1553ref.readers import clearinghouse, cms1500_body, fhir, flat, native, strict, table, x12
from j1553ref.readers.locate import Locator
from j1553ref.readers.record import JsonFormat, Record, TextFormat
from j1553ref.readers.scope import Scope
from j1553ref.readers.stream import LIMIT, RecordText, Skipped, Unreadable, Window, characters, hidden, split
from j1553ref.redaction import one_line

__all__ = [
    "FORMATS",
    "JSON_FORMATS",
    "TEXT_FORMATS",
    "WRAPPERS",
    "JsonFormat",
    "Record",
    "RecordText",
    "Scope",
    "Skipped",
    "TextFormat",
    "claim_from",
    "nothing_in",
    "open_source",
    "read",
    "record_texts",
    "records_of",
]

#: Asked in this order whether a JSON object is theirs.
JSON_FORMATS: tuple[JsonFormat, ...] = (
    JsonFormat(
        name=native.FORMAT,
        marks="schema_version, form and lines",
        recognizes=native.recognizes,
        claims=native.claims,
        names=shape.names(),
    ),
    JsonFormat(
        name=clearinghouse.FORMAT,
        marks="claimInformation",
        recognizes=clearinghouse.recognizes,
        claims=clearinghouse.claims,
        names=clearinghouse.NAMES,
    ),
    JsonFormat(
        name=cms1500_body.FORMAT,
        marks="serviceLines and encounter",
        recognizes=cms1500_body.recognizes,
        claims=cms1500_body.claims,
        names=cms1500_body.NAMES,
    ),
    JsonFormat(
        name=flat.FORMAT,
        marks="service_lines",
        recognizes=flat.recognizes,
        claims=flat.claims,
        names=flat.NAMES,
    ),
    JsonFormat(
        name=fhir.FORMAT,
        marks="resourceType",
        recognizes=fhir.recognizes,
        claims=fhir.claims,
        names=fhir.NAMES,
        passes=fhir.passes,
        envelope=fhir.envelope,
    ),
    JsonFormat(
        name=x12.FORMAT,
        marks="the text of an X12 file",
        recognizes=x12.wraps,
        claims=x12.wrapped,
        names=frozenset(),
    ),
)
#: Asked before JSON is tried.
TEXT_FORMATS: tuple[TextFormat, ...] = (
    TextFormat(name=x12.FORMAT, recognizes=x12.recognizes, read=x12.read),
    TextFormat(name=table.FORMAT, recognizes=table.recognizes, read=table.read),
)
#: A format shows itself in so many characters.
_HEAD = 4096
#: Names under which a claim, or a list of claims, may be one level down.
WRAPPERS = frozenset({"body", "claim", "claims", "content", "data", "payload", "request", "submission"})
_NOTHING = "no claim in it; expected at least one"
#: The names of all formats, for ``--format``.
FORMATS = tuple(dict.fromkeys([*(reader.name for reader in JSON_FORMATS), *(reader.name for reader in TEXT_FORMATS)]))


def read(
    stream: BinaryIO | bytes, *, source: str, format: str | None = None, columns: Sequence[tuple[str, str]] = ()
) -> Iterator[Record]:
    """Every claim of a stream, one record at a time, in constant memory.

    ``source`` is what records call the stream; ``format`` is one of FORMATS, recognized by the content without it;
    ``columns`` are those of a table, as pairs of our field and the name or number of a column, guessed without them.
    JSON may be one object, a list of them, or one after another, on one line each or on many. What cannot be
    read is a record with ``error``; the records around it are still read. Raises
    :class:`~j1553ref.claim.InputError` for an unknown ``format``.

    >>> text = b'{"schema_version": "1", "form": "ub04", "lines": [{"revenue_code": "0636", "units": 400}]}'
    >>> [record] = read(text, source="example.json")
    >>> record.claim.lines[0].units, record.locate("/lines/0/units")
    (400, (1, 85))
    """
    if format is not None and format not in FORMATS:
        raise InputError(f"no such format; expected one of {', '.join(FORMATS)}")
    return _read(io.BytesIO(stream) if isinstance(stream, bytes) else stream, source, format, columns)


def claim_from(source: Mapping[str, Any] | str | bytes | Path, *, format: str | None = None) -> Claim:
    """The one claim of a JSON document, of its text, or of the file at a :class:`~pathlib.Path`.

    Problems of shape are in the claim's ``shape``. Raises :class:`~j1553ref.claim.InputError` for input that
    is no claim, or more than one.

    >>> claim_from({"schema_version": "1", "form": "ub04", "lines": [{"revenue_code": "0636", "units": 9}]}).form
    'ub04'
    >>> claim_from("[]")
    Traceback (most recent call last):
    j1553ref.claim.InputError: text: no claim in it; expected at least one
    """
    if format is not None and format not in FORMATS:
        raise InputError(f"no such format; expected one of {', '.join(FORMATS)}")
    if isinstance(source, Mapping):
        return _only([*_claims(strict.plain(source), format)], "document")
    if isinstance(source, Path):
        with open_source(source) as stream:
            return _only_record(_read(stream, one_line(str(source)), format))
    if (claim := _usual(source, format)) is not None:
        return claim
    text = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    return _only_record(_read(io.BytesIO(text), "text", format))


def _usual(source: str | bytes, format: str | None) -> Claim | None:
    """The claim of a text that is one JSON object, read without what a stream needs; None where anything is unusual."""
    try:
        text = source.decode("utf-8") if isinstance(source, bytes) else source
        if not text.isascii():
            text.encode("utf-8")  # refuses half a character
        if not text.startswith("{") or len(text) > LIMIT:
            return None
        document = strict.parse(text)
    except (UnicodeError, Unreadable):
        return None
    if (reader := _reader(document, format)) is None:
        return None
    try:
        found = list(islice(reader.claims(document), 2))
    except InputError:
        return None
    return found[0] if len(found) == 1 else None


def open_source(path: str | Path) -> AbstractContextManager[BinaryIO]:
    """A file to read from, or standard input for ``-``; to be used in a ``with`` statement.

    Raises :class:`~j1553ref.claim.InputError` with one line for a file that is missing, is a directory or may
    not be read.
    """
    if path == "-":
        if sys.stdin is None:
            raise InputError("-: standard input is closed; expected a claim on it, or name a file")
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(path).open("rb")
    except IsADirectoryError:
        reason = "a directory; expected a file: name the files in it"
    except FileNotFoundError:
        reason = "no such file; expected a file with claims: check the name"
    except PermissionError:
        reason = "may not be read; expected a readable file: check its permissions"
    except (OSError, ValueError) as error:
        reason = f"cannot be opened: {getattr(error, 'strerror', None) or 'not a file name'}; expected a file"
    raise InputError(f"{one_line(str(path))}: {reason}")


def _read(
    stream: BinaryIO, source: str, format: str | None, columns: Sequence[tuple[str, str]] = ()
) -> Iterator[Record]:
    index, seen = 0, False
    for found in record_texts(stream, source=source, format=format, columns=columns):
        for record in records_of(found, source=source, index=index, format=format):
            if isinstance(record, Record):
                yield record
                seen = True
            index += 1
    if index and not seen:
        yield nothing_in(source)


def nothing_in(source: str) -> Record:
    """The error of a source in which nothing is a claim.

    >>> nothing_in("patients.ndjson").error
    'no claim in it; expected at least one'
    """
    return Record(source=source, index=0, error=_NOTHING)


def record_texts(
    stream: BinaryIO,
    *,
    source: str,
    format: str | None = None,
    scope: Scope | None = None,
    columns: Sequence[tuple[str, str]] = (),
) -> Iterator[RecordText | Skipped | Record]:
    """A stream cut into records that are still text, in order and in constant memory; see :func:`read`.

    Where ``scope`` is given, records that it clears are only counted. A format that is not JSON, and an error of the
    whole stream, come as records at once.
    """
    try:
        byte, text = characters(stream)
        head = _beginning(text)
        for reader in TEXT_FORMATS:
            if reader.recognizes(head) if format is None else reader.name == format and not _is_json(head):
                yield from reader.read(chain([head], text), source, columns)
                return
    except Unreadable as error:
        yield Record(source=source, index=0, error=f"{error}")
        return
    window = Window(chain([head], text) if head else text, byte)
    formats = _formats(format)
    found = None
    try:
        for found in split(window, is_record=_is_record, envelope=_envelope(formats), scope=scope):
            yield found
        if found is None:
            yield nothing_in(source)
    except Unreadable as error:
        yield Record(source=source, index=0, line=window.line, error=str(error))
    except Exception as error:  # such as too little memory: the sources that follow are read
        yield Record(source=source, index=0, line=window.line, error=unexpected(error))


def _beginning(text: Iterator[str]) -> str:
    """So much of a text that its format is known, however it arrives: its first line, but for JSON and X12."""
    head = ""
    while len(head) < _HEAD and not _is_json(head) and (chunk := next(text, "")):
        head += chunk
        if x12.recognizes(head) or "\n" in head.lstrip():
            break
    return head


def _is_json(head: str) -> bool:
    return head.lstrip()[:1] in ("{", "[")


def records_of(
    found: RecordText | Skipped | Record, *, source: str, index: int, format: str | None = None
) -> Iterator[Record | Skipped]:
    """The records of what :func:`record_texts` yields, numbered from ``index``; none of what was only counted.

    What is of a kind that holds no claim, as a patient between claims, is passed over here.
    """
    if isinstance(found, RecordText):
        yield from _records(found, source, index, format, _known(format))
    elif isinstance(found, Record):
        yield replace(found, index=index)


def _formats(format: str | None) -> tuple[JsonFormat, ...]:
    return tuple(reader for reader in JSON_FORMATS if format in (None, reader.name))


@cache
def _known(format: str | None) -> frozenset[str]:
    return WRAPPERS.union(*(reader.names for reader in _formats(format)))


def _records(
    raw: RecordText, source: str, index: int, format: str | None, known: frozenset[str]
) -> Iterator[Record | Skipped]:
    """The records of the text of one; an error is one too."""
    places = Locator(raw.text, line=raw.line, column=raw.column, known=known, byte=raw.byte)
    line, column, count = raw.line, raw.column, 0
    try:
        if raw.error:
            raise Unreadable(raw.error, 0)
        document = strict.parse(raw.text, known)
        if _passes(document, format):
            yield Skipped(1)
            return
        for count, found in enumerate(_claims(document, format), 1):
            yield Record(
                source=source,
                index=index + count - 1,
                line=line,
                column=column,
                format=found.format,
                document=document,
                claim=found,
                places=places,
            )
        if count:
            return
        message, offset = _NOTHING, 0
    except Unreadable as error:
        parts = hidden(raw, _is_record) if "\n" in raw.text else [raw]
        if len(parts) > 1:
            for part in parts:
                for record in _records(part, source, index, format, known):
                    yield record
                    index += 1
            return
        message, offset = str(error), error.offset or 0
        if message.startswith("not UTF-8"):
            message = f"byte {_bytes_before(raw, offset)}: {message}"
    except InputError as error:
        message, offset = str(error), 0
    except Exception as error:  # whatever one record does, the others are read
        message, offset = unexpected(error), 0
    at = places.offset(offset)
    yield Record(
        source=source, index=index + count, line=line, column=column, error=f"line {at[0]}, column {at[1]}: {message}"
    )


def _passes(document: Any, format: str | None) -> bool:
    reader = _reader(document, format)
    return bool(reader and reader.passes and reader.passes(document))


def _reader(document: Any, format: str | None) -> JsonFormat | None:
    """The format of a document."""
    found = (reader for reader in _formats(format) if reader.name == format or reader.recognizes(document))
    return next(found, None) if isinstance(document, dict) else None


def _claims(document: Any, format: str | None) -> Iterator[Claim]:
    reader = _reader(document, format)
    if reader and reader.recognizes(document):
        yield from reader.claims(document)
        return
    inside = [(pointer, inner, _reader(inner, None)) for pointer, inner in _inside(document)]
    for pointer, inner, found in inside:
        if found and format in (None, found.name):
            yield from (claim.under(pointer) for claim in found.claims(inner))
    strange = sum(found is None for _, _, found in inside)
    if reader and strange == len(inside):
        yield from reader.claims(document)  # which says what is expected
    elif strange == len(inside):
        marks = ", or with ".join(reader.marks for reader in _formats(format))
        raise InputError(f"JSON, but not a claim: expected an object with {marks}")
    elif strange:
        raise InputError(f"{strange} more beside the claims in it that are none: expected claims only")


def _inside(document: Any) -> Iterator[tuple[str, Any]]:
    """What a document that is no claim holds one level down, alone or in a list, under a name that programs use for it."""
    for name in [name for name in document if name in WRAPPERS] if isinstance(document, dict) else ():
        value = document[name]
        if isinstance(value, list):
            yield from ((f"/{name}/{index}", inner) for index, inner in enumerate(value))
        elif isinstance(value, dict):
            yield f"/{name}", value


def _is_record(line: str) -> bool:
    line = line.strip()
    if not (line.startswith("{") and line.endswith("}")):
        return False
    try:
        document = strict.parse(line)
    except Unreadable:
        return False
    return isinstance(document, dict) and any(reader.recognizes(document) for reader in JSON_FORMATS)


def _envelope(formats: tuple[JsonFormat, ...]) -> Callable[[str], str | None] | None:
    """Asks the formats that have one; None where none has, so that nothing need be waited for."""
    known = [reader.envelope for reader in formats if reader.envelope]

    def ask(head: str) -> str | None:
        found = [envelope(head) for envelope in known]
        return next(filter(None, found), None if None in found else "")

    return ask if known else None


def _bytes_before(raw: RecordText, offset: int) -> int:
    return raw.byte + len(raw.text[:offset].encode("utf-8", "surrogateescape"))


def _only_record(records: Iterator[Record]) -> Claim:
    first = list(islice(records, 2))
    if failed := next((record for record in first if record.error), None):
        raise InputError(f"{failed.source}: {failed.error}")
    return _only([record.claim for record in first if record.claim], first[0].source)


def _only(found: list[Claim], source: str) -> Claim:
    if len(found) != 1:
        raise InputError(f"{source}: {'more than one claim' if found else 'no claim'} in it; expected one")
    return found[0]
