"""X12 837 files, professional and institutional (005010X222, 005010X223), to claims.

The separators are those of the file's own ISA segment, whose elements are counted, not measured in columns. A claim is
what lies between one CLM segment and the next, with the claim filing indicator of its subscriber loop. A place is
``/segments/N/E/C``: the segment from 0 in the file, its element from 1, the component from 1 where the element is
composite. Only what the rules need is read: no name, member number, birth date or address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from j1553ref.claim import Claim, Drug, InputError, Line
from j1553ref.code import CODE
from j1553ref.readers import kinds
from j1553ref.readers.reading import Enough, Kind, Node, Problems, Reading, Row, Table, kind
from j1553ref.readers.record import Record
from j1553ref.readers.segments import Segment, Unsegmented, recognizes, segments
from j1553ref.readers.stream import LIMIT

__all__ = ["FORMAT", "elements", "read", "recognizes", "wrapped", "wraps"]

FORMAT = "x12"

_ENDS = ("SE", "GE", "IEA")


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the segments of a claim are in the file."""

    segments: Mapping[int, Segment]

    def place(self, pointer: str) -> tuple[int, int] | None:
        """Line and column of the value at a pointer; None where there is none."""
        _, _, number, *below = pointer.split("/") if pointer.startswith("/segments/") else ("", "", "")
        segment = self.segments.get(int(number)) if number.isdigit() else None
        return segment.place(*map(int, below)) if segment else None


def read(chunks: Iterator[str], source: str, columns: Sequence[tuple[str, str]] = ()) -> Iterator[Record]:
    """Every claim of a file, from its text in chunks of any length, in constant memory.

    What cannot be read is a record with ``error``; the claims around it are read. There are no ``columns`` here.

    >>> text = "ST*837*1~SBR*P********MB~CLM*1*100***11:B:1~LX*1~SV1*HC:J1553:JZ*100*UN*400***1~DTP*472*D8*20260504~"
    >>> [record] = read(iter([text]), "a.x12")
    >>> record.claim.lines[0].units, record.claim.claim_filing_code, record.locate("/segments/4/4")
    (400, 'MB', (1, 73))
    """
    index = 0
    for found in _Sets().claims(segments(chunks)):
        if isinstance(found, _Fault):
            yield Record(source=source, index=index, line=found.line, error=found.message)
        else:
            first = found.segments[0]
            yield Record(
                source=source,
                index=index,
                line=first.line,
                column=first.column,
                format=FORMAT,
                claim=found.claim(),
                places=found.places(),
            )
        index += 1
    if not index:
        yield Record(source=source, index=0, error="X12, but no claim in it; expected at least one CLM segment")


def wraps(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object holds the text of an X12 file, as the body of a request does.

    >>> wraps({"x12": "ISA*00*"}), wraps({"x12": "see below"})
    (True, False)
    """
    return any(isinstance(value, str) and value[:3] == "ISA" and recognizes(value) for value in document.values())


def wrapped(document: Mapping[str, Any]) -> Iterator[Claim]:
    """The claims of the X12 text in a JSON object; their places are those in that text.

    Raises :class:`~j1553ref.claim.InputError`, after the claims, for what cannot be read as one.

    >>> [claim] = wrapped({"x12": "CLM*1*100***11:B:1~LX*1~SV1*HC:J1553:JZ*100*UN*400***1~"})
    >>> claim.lines[0].units
    400
    """
    text = next((value for value in document.values() if isinstance(value, str) and recognizes(value)), None)
    if text is None:
        raise InputError("JSON, but no X12 in it: expected an object with the text of an X12 file")
    faults = []
    for found in _Sets().claims(segments([text])):
        if isinstance(found, _Fault):
            faults.append(found.message)
        else:
            yield found.claim()
    if faults:
        raise InputError(f"in the X12 text: {faults[0]}")


# -- from segments to claims --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fault:
    """What cannot be read as a claim."""

    line: int
    message: str


@dataclass(slots=True)
class _Loop:
    """The segments of one claim, from CLM on, and the SBR segment of its subscriber."""

    subscriber: Segment | None
    segments: list[Segment]
    size: int = 0
    #: whether the set holds another number of segments than its end says
    is_miscounted: bool = False

    @property
    def is_too_long(self) -> bool:
        """Whether it is longer than a record may be; what is beyond was not kept."""
        return self.size > LIMIT

    def places(self) -> _Places:
        """Where its values are in the file."""
        held = [self.subscriber, *self.segments] if self.subscriber else self.segments
        return _Places({segment.number: segment for segment in held})

    def claim(self) -> Claim:
        """The claim; problems of shape are in its ``shape``."""
        problems = Problems(blank=True)
        try:
            found = _claim(self, problems)
        except Enough:
            # The remaining values were not looked at, so none of them may be read.
            found = Claim(pointer="", format=FORMAT, damaged=frozenset({"lines"}))
        notes = ("segments_miscounted",) if self.is_miscounted else ()
        return replace(found, shape=tuple(problems.found.values()), notes=notes) if problems.found or notes else found


class _Sets:
    """Cuts the segments of a file into claims, and says what is missing around them."""

    def __init__(self) -> None:
        self._subscriber: Segment | None = None
        self._loop: _Loop | None = None
        self._open: Segment | None = None
        self._is_enveloped = False
        self._orphan = False

    def claims(self, found: Iterator[Segment]) -> Iterator[_Loop | _Fault]:
        """The claims, in order, and a fault for each stretch that is none."""
        last: Segment | None = None
        try:
            for segment in found:
                last = segment
                yield from self._take(segment)
        except Unsegmented as error:
            yield from self._closed()
            yield _Fault(error.line, str(error))
            return
        is_cut = last is not None and self._is_enveloped and last.name not in _ENDS
        if is_cut and self._loop:
            # Its last line may be half a line, so the claim is not judged.
            self._loop = None
        yield from self._closed()
        if is_cut and last is not None:
            message = "the file ends inside a transaction set; expected SE, GE and IEA: get the whole file"
            yield _Fault(last.line, f"line {last.line}: {message}")

    def _take(self, segment: Segment) -> Iterator[_Loop | _Fault]:
        name = segment.name
        if (
            name == "SE"
            and self._loop
            and self._open
            and segment.elements[1:2] != (str(segment.number - self._open.number + 1),)
        ):
            self._loop.is_miscounted = True
        if name in ("ISA", "GS", "ST", "HL", *_ENDS):
            yield from self._closed()
            self._orphan = False
        if name == "ISA":
            self._is_enveloped = True
        elif name == "ST":
            self._open, self._subscriber = segment, None
            kind_of_set = segment.elements[1] if len(segment.elements) > 1 else ""
            if kind_of_set != "837":
                yield _Fault(
                    segment.line, f"line {segment.line}: an X12 transaction set other than 837; expected claims"
                )
                self._orphan = True
        elif name == "HL":
            # The claim of a dependent belongs to the subscriber above.
            if segment.elements[3:4] != ("23",):
                self._subscriber = None
        elif name == "SBR" and self._loop is None:
            self._subscriber = segment
        elif name == "CLM":
            yield from self._closed()
            self._loop = _Loop(self._subscriber, [segment])
        elif self._loop is not None:
            self._loop.size += len(segment.text)
            if not self._loop.is_too_long:
                self._loop.segments.append(segment)
        elif name in ("LX", "SV1", "SV2") and not self._orphan:
            self._orphan = True
            yield _Fault(
                segment.line, f"line {segment.line}: service lines without a claim; expected a CLM segment before them"
            )

    def _closed(self) -> Iterator[_Loop | _Fault]:
        loop, self._loop = self._loop, None
        if loop is not None and loop.is_too_long:
            line = loop.segments[0].line
            yield _Fault(line, f"line {line}: a claim longer than {LIMIT:,} characters, the limit for one record")
        elif loop is not None:
            yield loop


# -- from the segments of a claim to the claim --------------------------------------------------------------------


def _range(text: str) -> tuple[date, date]:
    first, _, last = text.partition("-")
    return date.fromisoformat(first), date.fromisoformat(last)


_DATES: Mapping[str, Kind[Any]] = {
    "D8": kinds.DATE,
    "RD8": kind("(19|20)[0-9]{6}-(19|20)[0-9]{6}", 'two calendar dates written like "20260504-20260505"', _range),
}

_CLM = Table(
    Claim,
    Row("claim_id", "1", kinds.IDENTIFIER),
    Row("total_charge", "2", kinds.MONEY),
    fixed={"format": FORMAT},
)
_SBR = Table(Claim, Row("claim_filing_code", "9", kinds.FILING), fixed={"format": FORMAT})
_LX = Table(Line, Row("line_number", "1", kinds.NUMBER))
_SERVICES: Mapping[str, Table[Line]] = {
    "SV1": Table(
        Line,
        Row("procedure_code", "1/2", kinds.PROCEDURE),
        Row("charge", "2", kinds.MONEY),
        Row("unit_basis", "3", kinds.BASIS),
        Row("units", "4", kinds.COUNT),
        Row("place_of_service", "5", kinds.PLACE),
        required=("1/2", "4"),
    ),
    "SV2": Table(
        Line,
        Row("revenue_code", "1", kinds.REVENUE),
        Row("procedure_code", "2/2", kinds.PROCEDURE),
        Row("charge", "3", kinds.MONEY),
        Row("unit_basis", "4", kinds.BASIS),
        Row("units", "5", kinds.COUNT),
        required=("1", "5"),
    ),
}
_FORMS = {"SV1": "cms1500", "SV2": "ub04"}
#: The element with the procedure, and in it the components with the modifiers.
_PROCEDURE_AT = {"SV1": "1", "SV2": "2"}
_MODIFIERS, _POINTERS = range(3, 7), range(1, 5)
_LIN = Table(Drug, Row("qualifier", "2", kinds.QUALIFIER), Row("ndc", "3", kinds.NDC))
_CTP = Table(Drug, Row("quantity", "4", kinds.QUANTITY), Row("unit", "5/1", kinds.NDC_UNIT))
_XZ = Table(Drug, Row("prescription_number", "2", kinds.IDENTIFIER))


def elements() -> Iterator[tuple[str, str]]:
    """The fields that are read and the elements that hold them, from the tables of the reader.

    >>> dict(elements())["units"]
    'SV104, SV205'
    """
    tables: dict[str, Table[Any]] = {
        "CLM": _CLM,
        "SBR": _SBR,
        "LX": _LX,
        **_SERVICES,
        "LIN": _LIN,
        "CTP": _CTP,
        "REF": _XZ,
    }
    found: dict[str, list[str]] = {}
    for name, table in tables.items():
        for row in table.rows:
            found.setdefault(row.field, []).append(_element(name, row))
    return ((field, ", ".join(places)) for field, places in found.items())


def _element(name: str, row: Row) -> str:
    element, *component = row.path
    return f"{name}{int(element):02}" + "".join(f"-{number}" for number in component)


def _node(segment: Segment, problems: Problems) -> Reading:
    return Reading(segment.value(), segment.pointer, problems)


def _joined(part: Reading, other: Reading, table: Table[Any], **more: Any) -> None:
    """The fields of a part that are in a segment of their own."""
    other.fill(table, **more)
    part.fields |= other.fields
    part.places |= other.places
    part.damaged |= other.damaged


def _asked(segment: Reading, name: str, table: Table[Any]) -> None:
    """A problem for each element that every such segment has, by the name of the element."""
    for row in table.required:
        holder = segment.follow(row)
        if row.kind and (holder is None or holder.at(row.path[-1]) is None):
            expected = f"{_element(name, row)}, {row.kind.expected}"
            segment.problems.add(segment.pointer, "required", expected, "<absent>")


def _several(part: Reading, name: str, holder: Node | None, numbers: Iterable[int], kind: Kind[Any]) -> None:
    """The values of a field that has components of its own, one after another."""
    found = [(node.pointer, node.read(kind)) for number in numbers if (node := holder and holder.at(str(number)))]
    if not found:
        return
    sound = [(pointer, value) for pointer, value in found if value is not None]
    if len(sound) < len(found):
        part.damaged.add(name)
    part.fields[name] = tuple(value for _, value in sound)
    part.places[name] = found[0][0]
    part.places |= {f"{name}.{index}": pointer for index, (pointer, _) in enumerate(sound)}


def _claim(loop: _Loop, problems: Problems) -> Claim:
    head, *others = loop.segments
    part = Reading({}, "", problems)
    clm = _node(head, problems)
    _joined(part, clm, _CLM)
    if loop.subscriber:
        _joined(part, _node(loop.subscriber, problems), _SBR)
    before = others[: _first_line(others)]
    lines = _lines(others[len(before) :])
    service = next((segment.name for line in lines for segment in line if segment.name in _SERVICES), None)
    facility = clm.at("5")
    if service is None and facility and (qualifier := facility.at("2")):
        service = {"B": "SV1", "A": "SV2"}.get(qualifier.value.upper())
    part.fields["form"] = _FORMS.get(service or "")
    place = facility.at("1") if facility and service == "SV1" else None
    if service == "SV2" and facility:
        frequency = part.get("type_of_bill", facility.at("3"), kinds.FREQUENCY)
        first = part.get("type_of_bill", facility.at("1"), kinds.FACILITY)
        part.fields["type_of_bill"] = first + frequency if first and frequency else None
    _diagnoses(part, [_node(segment, problems) for segment in before if segment.name == "HI"])
    statement = _statement(part, before) if service == "SV2" else None
    if not lines:
        problems.add(head.pointer, "required", "LX and SV1 or SV2, the service lines", "<absent>")
        part.damaged.add("lines")
    part.fields["lines"] = tuple(_line(line, place, statement, problems) for line in lines)
    return part.made(_CLM)


def _first_line(segments: list[Segment]) -> int:
    return next((at for at, segment in enumerate(segments) if segment.name in ("LX", *_SERVICES)), len(segments))


def _lines(segments: list[Segment]) -> list[list[Segment]]:
    """The segments of each line: from LX on, or from a service that has no LX of its own."""
    lines: list[list[Segment]] = []
    served = True
    for segment in segments:
        is_service = segment.name in _SERVICES
        if segment.name == "LX" or (is_service and served):
            lines.append([])
            served = False
        served = served or is_service
        lines[-1].append(segment)
    return lines


def _statement(part: Reading, before: list[Segment]) -> tuple[str, date] | None:
    """Place and date of the statement's one day; None where it covers more, or where that is not certain."""
    for segment in before:
        if segment.name == "DTP" and segment.elements[1:2] == ("434",) and len(segment.elements) > 3:
            found = _DATES[segment.elements[2]].value(segment.elements[3]) if segment.elements[2] in _DATES else None
            first, last = found if isinstance(found, tuple) else (found, found)
            for name, day in (("statement_start", first), ("statement_end", last)):
                part.fields[name], part.places[name] = day, f"{segment.pointer}/3"
            return (f"{segment.pointer}/3", first) if first and first == last else None
    return None


def _diagnoses(part: Reading, found: list[Reading]) -> None:
    """The ICD-10-CM codes of HI segments in their order, or none where one is damaged, since lines point to them."""
    codes: list[tuple[str, str | None]] = []
    for segment in found:
        for number in range(1, 13):
            node = segment.at(str(number))
            code_set, code = (node.at("1"), node.at("2")) if node else (None, None)
            if code_set is None or code is None or code_set.value.upper() not in ("ABK", "ABF", "BK", "BF"):
                continue
            codes.append((code.pointer, code.read(kinds.ICD_10) if code_set.value[:1] in "Aa" else None))
            part.places.setdefault("diagnoses", segment.pointer)
    if any(code is None for _, code in codes):
        part.damaged.add("diagnoses")
        return
    part.places |= {f"diagnoses.{index}": place for index, (place, _) in enumerate(codes)}
    part.fields["diagnoses"] = tuple(code for _, code in codes)


def _line(held: list[Segment], place: Node | None, statement: tuple[str, date] | None, problems: Problems) -> Line:
    """One line: its service, its date and its drug, each in a segment of its own."""
    nodes = [(segment, _node(segment, problems)) for segment in held]
    main, service = next(((of, node) for of, node in nodes if of.name in _SERVICES), nodes[0])
    part = Reading({}, main.pointer, problems)
    if main.name in _SERVICES:
        table = _SERVICES[main.name]
        procedure = service.at(_PROCEDURE_AT[main.name])
        _asked(service, main.name, table)
        _joined(part, service, table, rows=_exceptions(table, procedure), otherwise={"place_of_service": place})
        _several(part, "modifiers", procedure, _MODIFIERS, kinds.MODIFIER)
        if main.name == "SV1":
            _several(part, "diagnosis_pointers", service.at("7"), _POINTERS, kinds.POINTER)
    else:
        problems.add(main.pointer, "required", "SV1 or SV2, the service of the line", "<absent>")
        part.damaged |= {"procedure_code", "modifiers", "units"}
    for segment, node in nodes:
        if segment.name == "LX":
            _joined(part, node, _LX)
        elif segment.name == "DTP" and segment.elements[1:2] == ("472",):
            _dates(part, node)
    part.fields["drug"] = _drug(part, [pair for pair in nodes if pair[0].name in ("LIN", "CTP", "REF")], problems)
    if "start" not in part.places and statement:
        part.places["start"], part.fields["start"] = statement
    part.fields["also"] = tuple(segment.pointer for segment in held if segment is not main)
    return part.made(_SERVICES.get(main.name, _LX))


def _exceptions(table: Table[Line], procedure: Node | None) -> dict[str, Row]:
    """Where the procedure asks for another kind of value: a code of another set, the units of the drug."""
    rows = {row.field: row for row in table.rows}
    code_set, code = (procedure.at("1"), procedure.at("2")) if procedure else (None, None)
    found: dict[str, Row] = {}
    if code_set and code_set.value.upper() != "HC":
        found["procedure_code"] = _with(rows["procedure_code"], kinds.OTHER_PROCEDURE)
    if code and code.value == CODE:
        found["units"] = _with(rows["units"], kinds.DRUG_UNITS)
    return found


def _with(row: Row, kind: Kind[Any]) -> Row:
    return Row(row.field, "/".join(row.path), kind)


def _dates(part: Reading, segment: Reading) -> None:
    """One date of service, or the first and the last of several."""
    form = segment.at("2")
    kind = _DATES.get(form.value) if form else None
    if form is None or kind is None:
        segment.problems.add(
            segment.pointer, "enum", '"D8" or "RD8" in DTP02', "<absent>" if form is None else "<text>"
        )
        part.damaged.add("start")
        return
    found = part.get("start", segment.at("3"), kind)
    if isinstance(found, tuple):
        first, last = found
        part.fields["start"] = first
        if last != first:
            part.fields["end"], part.places["end"] = last, part.places["start"]


def _drug(part: Reading, nodes: list[tuple[Segment, Reading]], problems: Problems) -> Drug | None:
    """The drug identification: the NDC and its quantity are in segments that follow each other."""
    main = [node for segment, node in nodes if segment.name == "LIN"]
    amounts = [node for segment, node in nodes if segment.name == "CTP"]
    if not main and not amounts:
        return None
    drug = Reading({}, (main or amounts)[0].pointer, problems)
    for node in main[:1]:
        _joined(drug, node, _LIN)
    for node in amounts[:1]:
        _joined(drug, node, _CTP)
    for segment, node in nodes:
        if segment.name == "REF" and segment.elements[1:2] == ("XZ",):
            _joined(drug, node, _XZ)
    for node in [*main[1:], *amounts[1:]]:
        # Which quantity belongs to the units of the line is not certain.
        problems.add(node.pointer, "maxItems", "one LIN and one CTP segment on a service line", "<a further one>")
        drug.damaged.add("quantity")
        drug.fields.pop("quantity", None)
    part.places["drug"] = drug.pointer
    return drug.made(_LIN)
