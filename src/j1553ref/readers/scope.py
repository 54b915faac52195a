"""Which records can be passed over unparsed: those in whose bytes no code, NDC or infusion of ours can be written.

A record is passed over only where each of these is certain; in doubt it is parsed and checked as always:

- it is one complete object of a format named here, with sound structure: strings, commas, colons and brackets fit;
- each procedure code in it is five capital letters or digits and not ours, each service line an object;
- no run of digits in it holds labeler and product of a package, and no record of an infusion is in it;
- no escape in it could spell a letter or a digit, or hide a quote.

What else may be wrong inside such a record (a number, a name used twice) is not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from j1553ref import ndc
from j1553ref.code import CODE
from j1553ref.facts import FactBase
from j1553ref.readers.stream import LIMIT

__all__ = ["Scope"]


@dataclass(frozen=True, slots=True)
class _Format:
    """How a format's documents are known in text, and the properties on which the scope of a claim depends."""

    name: str
    #: names that every document has at its top
    marks: tuple[str, ...]
    #: names that make it another format's document, or one in scope
    strangers: tuple[str, ...]
    #: the name before a procedure code
    code: str
    #: names before the list of service lines, and before an object; their values decide whether a line can be read
    lists: tuple[str, ...]
    objects: tuple[str, ...]


#: A format that is not here is always parsed.
_FORMATS = (
    _Format("j1553", ("schema_version", "form"), ("claimInformation",), "procedure_code", ("lines",), ()),
    _Format(
        "clearinghouse",
        ("claimInformation",),
        ("lines",),
        "procedureCode",
        ("serviceLines",),
        ("claimInformation", "professionalService", "institutionalService"),
    ),
)
#: The native claim's record of an infusion puts the claim in scope.
_RECORDED = b'"administrations"'
#: Escapes that could spell a letter or a digit, or hide where a string ends; the others spell neither.
_ESCAPES = (b"\\u", b'\\"', b"\\\\")
#: The marks must be at the top: so near to the beginning, and behind one bracket.
_NEAR = 64
_STRUCTURE = b'"{}[]:,\n'
_NOT_STRUCTURE = bytes(set(range(256)) - set(_STRUCTURE))
_NOT_DIGITS = bytes(set(range(256)) - set(b"0123456789"))
#: At most three problems of shape lie in one value, and a claim with a thousand of them counts as in scope.
_MOST_VALUES = 300
_TEXT = re.compile(rb'"[^"]*"')
_OBJECT = re.compile(rb"\{(?:s:[soa]?(?:,s:[soa]?)*+)?\}")
#: Objects only, arrays only, or neither: a line that is no object shows.
_ARRAY = re.compile(rb"\[(?:o(?:,o)*+|a(?:,a)*+|s?(?:,s?)*+)\]")


class Scope:
    """What must not be in a record that is passed over, by the facts; ``format`` is the only one to expect, if named.

    >>> from j1553ref.facts import packaged
    >>> other = '{"schema_version": "1", "form": "ub04", "lines": [{"procedure_code": "99213", "units": 1}]}'
    >>> scope = Scope(packaged())
    >>> scope.clears(other), scope.clears(other.replace("99213", "J1553")), scope.clears(other[:-1])
    (True, False, False)
    """

    def __init__(self, facts: FactBase, format: str | None = None) -> None:
        starts = {package.ndc[:9] for package in ndc.packages(facts=facts)}
        self._ndcs = tuple(digits.encode() for digits in sorted({form for start in starts for form in _written(start)}))
        infusion, families = (
            {value for entry in facts.get(name).history if not entry.ended for value in _values(entry.value)}
            for name in ("infusion.code.initial", "diagnosis.family")
        )
        self._diagnosis = re.compile(rb'"\s*(?:%s)' % _any(families), re.IGNORECASE)
        self._formats = tuple(_Signs(reader, infusion) for reader in _FORMATS if format in (None, reader.name))

    def clears(self, record: str) -> bool:
        """Whether one record, pretty-printed or not, can be passed over."""
        return bool(self.lines(record.strip().replace("\n", " ") + "\n"))

    def lines(self, text: str) -> int:
        """The number of records in whole lines that can all be passed over; 0 where one of them may have to be read."""
        if len(text) > LIMIT:
            return 0
        try:
            block = text.encode()
        except UnicodeEncodeError:  # bytes that were not UTF-8
            return 0
        if b"\0" in block or (b"\\" in block and any(escape in block for escape in _ESCAPES)):
            return 0
        structures = block.translate(None, _NOT_STRUCTURE).split(b"\n")[:-1]
        signs = next((reader for reader in self._formats if reader.mark(block, len(structures))), None)
        if signs is None or _RECORDED in block or signs.damaged(block):
            return 0
        if signs.ours(block) and (signs.drug(block) or self._diagnosis.search(block)):
            return 0
        digits = block.translate(None, _NOT_DIGITS)
        if any(code in digits for code in self._ndcs):
            return 0
        return len(structures) if all(map(_is_sound, set(structures))) else 0


class _Signs:
    """One format's patterns in bytes."""

    def __init__(self, format: _Format, infusion: Iterable[str]) -> None:
        #: with its marks at the top a document is in this format, whatever else it holds
        self._goes_first = format is _FORMATS[0]
        self._marks = tuple(map(_quoted, format.marks))
        self._strangers = tuple(map(_quoted, format.strangers))
        code, drug = _quoted(format.code), re.escape(CODE.encode())
        #: finds a code that is not written as one, or is ours; then the drug's alone
        self.ours = re.compile(rb'%s(?!\s*:\s*"(?!(?:%s|%s)")[0-9A-Z]{5}")' % (code, drug, _any(infusion))).search
        self.drug = re.compile(rb'%s(?!\s*:\s*"(?!%s")[0-9A-Z]{5}")' % (code, drug)).search
        values = {**dict.fromkeys(format.lists, rb"\[\s*\{"), **dict.fromkeys(format.objects, rb"\{")}
        self._values = [
            re.compile(rb"%s(?!\s*:\s*%s)" % (_quoted(name), start)).search for name, start in values.items()
        ]

    def mark(self, block: bytes, number: int) -> bool:
        """Whether each line is an object with the marks of this format, from brace to brace."""
        first = block[: block.find(b"\n")]
        places = [first.find(mark) for mark in self._marks]
        if min(places) < 0:
            return False
        start = first[: max(places) + len(self._marks[places.index(max(places))])]
        alike = self._goes_first and len(start) <= _NEAR and re.fullmatch(rb"\{[^{\[]*", start)
        if alike and block.endswith(b"}\n") and block.count(b"}\n" + start) == number - 1:
            return True
        if any(word in block for word in self._strangers):
            return False
        lines = block.split(b"\n")[:-1]
        return all(line.startswith(b"{") and line.endswith((b"}", b"}\r")) for line in lines) and all(
            mark in line for mark in self._marks for line in lines
        )

    def damaged(self, block: bytes) -> bool:
        """Whether the list of lines, or what a line holds, is not of its kind: then no code of it can be read."""
        return any(search(block) for search in self._values)


@lru_cache(maxsize=4096)  # the records of one program have few structures
def _is_sound(structure: bytes) -> bool:
    """Whether quotes, brackets, colons and commas of one line are those of one JSON object, and of no large one."""
    if structure.count(b",") + structure.count(b"[") + structure.count(b"{") > _MOST_VALUES:
        return False
    left = _TEXT.sub(b"s", structure)
    for _ in range(len(left)):
        smaller = _ARRAY.sub(b"a", _OBJECT.sub(b"o", left))
        if smaller == left:
            break
        left = smaller
    return left == b"o"


def _written(start: str) -> Iterator[str]:
    """The digits with which an NDC may begin, by those of labeler and product: all nine, or eight of ten-digit forms."""
    yield start
    if start[0] == "0":
        yield start[1:]
    if start[5] == "0":
        yield start[:5] + start[6:]


def _quoted(name: str) -> bytes:
    return f'"{name}"'.encode()


def _values(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def _any(words: Iterable[str]) -> bytes:
    return b"|".join(re.escape(word.encode()) for word in sorted(words))
