"""What every reader hands on, and what a format has to bring along to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from j1553ref.claim import Claim

__all__ = ["JsonFormat", "Places", "Record", "TextFormat"]


class Places(Protocol):
    """Where a pointer's value is in the user's file."""

    def place(self, pointer: str) -> tuple[int, int] | None:
        """Line and column, both from 1; None where there is no such value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One claim of a source, or one error: exactly one of ``claim`` and ``error`` is there.

    ``index`` counts the records of the source from 0; ``line`` and ``column`` are where the record begins, from
    1. ``error`` is one line that says where, what was expected and what to do, and repeats nothing of the input.
    """

    source: str
    index: int
    line: int | None = None
    column: int | None = None
    format: str | None = None
    document: Any = field(default=None, repr=False)
    claim: Claim | None = None
    error: str | None = None
    places: Places | None = field(default=None, repr=False)
    #: what to say once of the source, such as which column is read as what
    remark: str | None = None

    def locate(self, pointer: str) -> tuple[int, int] | None:
        """Line and column, from 1, of the value at a pointer in the user's file; None where there is none.

        >>> from j1553ref.readers import read
        >>> [record] = read(b'{"schema_version": "1", "form": "ub04", "lines": []}', source="example.json")
        >>> record.locate("/form"), record.locate("/payer")
        ((1, 33), None)
        """
        return self.places.place(pointer) if self.places else None


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFormat:
    """A format whose documents are JSON objects."""

    name: str
    #: the property names by which a document of this format is known, as an error may put it
    marks: str
    #: whether a document is in this format
    recognizes: Callable[[Mapping[str, Any]], bool]
    #: the claims of a document, none, one or many; raises InputError where it cannot be read as this format
    claims: Callable[[Mapping[str, Any]], Iterable[Claim]]
    #: property names that may be shown in a pointer
    names: frozenset[str]
    #: whether a document of this format is of a kind that holds no claim: between claims it is passed over and counted
    passes: Callable[[Mapping[str, Any]], bool] | None = None
    #: from the beginning of a file the property whose list holds the documents one by one; empty where there is none, None
    #: so long as that is not known
    envelope: Callable[[str], str | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFormat:
    """A format that is not JSON."""

    name: str
    #: whether a file that begins like this is in this format
    recognizes: Callable[[str], bool]
    #: the records of a file, from its text in chunks of any length, the name of the source, and the columns that are given
    read: Callable[[Iterator[str], str, Sequence[tuple[str, str]]], Iterator[Record]]
