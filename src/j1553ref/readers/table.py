"""A table of claim lines, as comma or tab separated text, to claims: an export of a practice system, or a spreadsheet.

The first row names the columns; which is which is guessed by ``COLUMNS`` and may be given. The rows of a claim follow each
other and have the same claim id; without a column for it the table is one claim. A place is ``/rows/R/C``: row and column
from 1, as a spreadsheet counts them, so that the header is row 1. Nothing but the columns that are known is read.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from j1553ref.claim import Claim, Drug, InputError, Line
from j1553ref.code import CODE
from j1553ref.readers import kinds
from j1553ref.readers.reading import Enough, Kind, Node, Problems, Reading, Table, kind
from j1553ref.readers.record import Record

__all__ = ["COLUMNS", "FORMAT", "Column", "Columns", "claims_of", "columns_of", "read", "recognizes"]

FORMAT = "table"

#: One column each: a column number, or the name in the header, by our field; several for a field that has several values.
Columns = Sequence[tuple[str, str]]

#: A row has some hundred characters; one so long is no row of a table. A quoted cell goes over so many lines at most.
_LONGEST, _LINES = 64 * 1024, 20
#: Lines of one claim: a professional one has 50, an institutional one 999.
_MOST = 999
#: A header is looked for in so many characters.
_HEAD = 4096
_MARKS = (",", "\t", ";", "|")


# -- how values are written in a spreadsheet --------------------------------------------------------------------------


def _day(text: str) -> date:
    """A day; with slashes it is month first, as forms in the United States write it."""
    if found := re.match(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{2,4})", text):
        year = found[3] if len(found[3]) == 4 else f"20{found[3]:0>2}"
        return date(int(year), int(found[1]), int(found[2]))
    return date.fromisoformat(re.match(r"[0-9]{8}|[0-9-]{10}", text)[0])  # type: ignore[index]  # the pattern asks for it


def _plain(of: Kind[Any], expected: str) -> Kind[Any]:
    """A number as a spreadsheet shows it: with a dollar sign, and commas between thousands."""
    assert of.pattern is not None
    return replace(
        of,
        pattern=re.compile(r"-?\$? ?([0-9]{1,3}(,[0-9]{3}){1,3}|[0-9]{1,9})?(\.[0-9]{0,6})?(?<=[0-9.])"),
        read=lambda text: of.read(text.replace("$", "").replace(",", "").replace(" ", "")),
        expected=expected,
    )


_SPLIT = re.compile(r"[\s,;/|+]+")
_DAY = kind(
    r"(19|20)[0-9]{6}|((19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}([/-])[0-9]{1,2}\4([0-9]{2}|(19|20)[0-9]{2}))"
    r"([T ][0-9: .APMapm]*)?",
    'a calendar date written like "05/04/2026" or "2026-05-04"',
    _day,
    field="date",
)
_COUNT = _plain(kinds.COUNT, "a number of units, such as 400")
_DRUG_UNITS = _plain(kinds.DRUG_UNITS, "a number of units, such as 400")
_MONEY = _plain(kinds.MONEY, "dollars, such as 9600.00")
_QUANTITY = _plain(kinds.QUANTITY, "an NDC quantity, such as 400")
_PLACE = replace(kinds.PLACE, pattern=re.compile("[0-9]{1,2}"), read=lambda text: text.zfill(2))
_BILL = kind("0?[0-9]{2}[0-9A-Z]", 'a type of bill, such as "0131"', lambda text: text[-3:], field="type_of_bill")
_LETTER_OR_NUMBER = kind(
    "[1-9]|1[0-2]|[A-La-l]",
    'the number or letter of a diagnosis, such as "1" or "A"',
    lambda text: int(text) if text.isdigit() else "ABCDEFGHIJKL".index(text.upper()) + 1,
    field="diagnosis_pointers",
)
_FORMS = {
    **dict.fromkeys(("professional", "p", "837p", "cms1500", "cms-1500", "hcfa", "hcfa1500"), "cms1500"),
    **dict.fromkeys(("institutional", "i", "837i", "ub04", "ub-04", "ub"), "ub04"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A field that a column may hold: the names by which it is known, in small letters without blanks, and its kind.

    An earlier name goes before a later one. ``many`` columns, with a number or letter behind the name, or several values in
    one cell, make one field.
    """

    words: str
    kind: Kind[Any]
    many: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Each name by itself."""
        return tuple(self.words.split())


#: Our fields, by the part that has them.
COLUMNS: Mapping[str, Column] = {
    "claim_id": Column(
        "claimid claimnumber claimno patientcontrolnumber pcn accountnumber account encounterid encounter icn claim",
        kinds.IDENTIFIER,
    ),
    "form": Column(
        "form claimtype claimform formtype",
        Kind("a form", lambda text: _FORMS.get(text.strip().lower())),
    ),
    "claim_filing_code": Column(
        "claimfilingcode claimfilingindicator filingcode filingindicator",
        kinds.FILING,
    ),
    "type_of_bill": Column(
        "typeofbill billtype tob",
        _BILL,
    ),
    "total_charge": Column(
        "totalcharge totalcharges claimcharge claimtotal totalclaimcharge",
        _MONEY,
    ),
    "diagnoses": Column(
        "diagnosis diagnoses diagnosiscode diagnosiscodes dx dxcode icd icd10 icdcode icd10code diag "
        "diagcode primarydiagnosis principaldiagnosis",
        kinds.DIAGNOSIS,
        many=True,
    ),
    "line_number": Column(
        "linenumber lineno line servicelinenumber linenum",
        kinds.NUMBER,
    ),
    "procedure_code": Column(
        "procedurecode hcpcs hcpcscode cpthcpcs hcpcscpt cptcode cpt proccode procedure servicecode "
        "billingcode code cpthcpcscode",
        kinds.PROCEDURE,
    ),
    "modifiers": Column(
        "modifier modifiers mod mods modifiercode hcpcsmodifier",
        kinds.MODIFIER,
        many=True,
    ),
    "units": Column(
        "units serviceunits unitsofservice unitcount serviceunitcount billedunits daysorunits "
        "quantitybilled billedquantity qty quantity unit",
        _COUNT,
    ),
    "unit_basis": Column(
        "unitbasis measurementunit unitofservice",
        kinds.BASIS,
    ),
    "start": Column(
        "dateofservice servicedate dos servicefrom fromdate dosfrom fromdos servicedatefrom "
        "servicestartdate startdate datefrom from date",
        _DAY,
    ),
    "end": Column(
        "servicedateto todate dosto todos serviceto serviceenddate enddate thrudate throughdate dateto "
        "to servicedateend",
        _DAY,
    ),
    "place_of_service": Column(
        "placeofservice pos poscode placeofservicecode",
        _PLACE,
    ),
    "revenue_code": Column(
        "revenuecode revcode revenue rev revcd",
        kinds.REVENUE,
    ),
    "diagnosis_pointers": Column(
        "diagnosispointer diagnosispointers dxpointer dxpointers diagpointer pointer pointers dxptr dxptrs",
        _LETTER_OR_NUMBER,
        many=True,
    ),
    "charge": Column(
        "charge charges linecharge chargeamount billedamount amount linecharges lineitemchargeamount "
        "billed fee totalprice",
        _MONEY,
    ),
    "ndc": Column(
        "ndc ndccode ndcnumber nationaldrugcode ndc11 drugndc",
        kinds.NDC,
    ),
    "qualifier": Column(
        "ndcqualifier ndcqual productqualifier",
        kinds.QUALIFIER,
    ),
    "quantity": Column(
        "ndcquantity ndcqty ndcunits ndcunitcount nationaldrugunitcount drugquantity ndcamount",
        _QUANTITY,
    ),
    "unit": Column(
        "ndcunit ndcunitofmeasure ndcuom ndcunitcode ndcmeasure measurementunitcode uom unitofmeasure",
        kinds.NDC_UNIT,
    ),
    "prescription_number": Column(
        "prescriptionnumber rxnumber rx rxno",
        kinds.IDENTIFIER,
    ),
}
_OF_CLAIM = ("claim_id", "claim_filing_code", "type_of_bill", "total_charge")
_OF_LINE = (
    "line_number",
    "procedure_code",
    "units",
    "unit_basis",
    "start",
    "end",
    "place_of_service",
    "revenue_code",
    "charge",
)
_OF_DRUG = ("ndc", "qualifier", "quantity", "unit", "prescription_number")
#: Without one of these there are no lines.
_NEEDED = ("procedure_code", "revenue_code")


_CLAIM = Table(Claim, fixed={"format": FORMAT})
_LINE = Table(Line)
#: Without a column for the qualifier it is not asked for.
_DRUG, _DRUG_ALONE = Table(Drug), Table(Drug, fixed={"has_qualifier_slot": False})


# -- the header -------------------------------------------------------------------------------------------------------


def recognizes(head: str) -> bool:
    """Whether a text begins with the header of a table of claim lines.

    >>> recognizes("Claim ID,CPT/HCPCS,Modifier 1,Units\\n"), recognizes("name;age;town\\n"), recognizes('{"units": 1}')
    (True, False, False)
    """
    first = _END.split(head.lstrip()[:_HEAD], maxsplit=1)[0]
    if first[:1] in ("{", "[") or "\0" in first:
        return False
    found = _best(first, ())
    return len(found) > 1 and not found.keys().isdisjoint(_NEEDED)


def columns_of(cells: Sequence[str], given: Columns = ()) -> dict[str, list[int]]:
    """Our fields and the numbers of their columns, from 0: as given, else by the names in the header.

    Raises :class:`~j1553ref.claim.InputError` for a given column that is not there.

    >>> columns_of(["DOS", "CPT", "Mod 1", "Mod 2", "Qty"])
    {'procedure_code': [1], 'modifiers': [2, 3], 'units': [4], 'start': [0]}
    >>> columns_of(["a", "b"], [("units", "b"), ("procedure_code", "1")])
    {'units': [1], 'procedure_code': [0]}
    """
    names = [_name(cell) for cell in cells]
    found: dict[str, list[int]] = {}
    for field, wanted in given:
        found.setdefault(field, []).append(_given(wanted, names))
    taken = {number for numbers in found.values() for number in numbers}
    for field, column in COLUMNS.items():
        if field in found:
            continue
        ranked = [
            (rank, number)
            for number, name in enumerate(names)
            if number not in taken and (rank := _rank(name, column)) is not None
        ]
        if ranked:
            best = min(ranked)
            found[field] = [number for _, number in ranked] if column.many else [best[1]]
            taken.update(found[field])
    return found


def _given(wanted: str, names: list[str]) -> int:
    if _name(wanted) in names:
        return names.index(_name(wanted))
    if wanted.strip().isdigit() and 0 < int(wanted) <= len(names):
        return int(wanted) - 1
    raise InputError(f"no such column; expected one of the {len(names)} names in the first row, or a number from 1")


def _name(cell: str) -> str:
    """The name of a column in small letters and digits."""
    return re.sub("[^a-z0-9]", "", cell.lower()) if len(cell) <= 60 else ""


def _rank(name: str, column: Column) -> int | None:
    if name in column.names:
        return column.names.index(name)
    if (
        column.many
        and (found := re.fullmatch(r"([a-z]*(?:icd10)?[a-z]*?)([0-9]{1,2}|[a-l])", name))
        and found[1] in column.names
    ):
        return column.names.index(found[1])
    return None


def _best(header: str, given: Columns) -> dict[str, list[int]]:
    """The columns by the mark that separates them, which is the one by which most are known."""
    return max((columns_of(_cells(header, mark), given) for mark in _MARKS), key=len)


def _mark(header: str) -> str:
    return max(_MARKS, key=lambda mark: (len(columns_of(_cells(header, mark))), header.count(mark)))


def _cells(row: str, mark: str) -> list[str]:
    """The cells of a row; empty for none. A line break in a cell is a blank: the library takes it in a quoted one only."""
    return next(csv.reader([row.replace("\n", " ")], delimiter=mark), [])


# -- from rows to claims ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: its number from 1, the line of the file on which it begins, its text and its cells."""

    number: int
    line: int
    text: str
    cells: list[str]


def _rows(chunks: Iterable[str], mark: str | None = None) -> Iterator[_Row | Record]:
    """The rows of a text; a row that is none is an error. The mark between cells is that of the first row."""
    number, source = 0, enumerate(_lines(chunks), 1)
    left: deque[tuple[int, str]] = deque()
    while first := left.popleft() if left else next(source, None):
        held = [first]
        if not first[1].strip():
            continue
        # A quoted cell goes on where the lines so far have an odd number of quotes.
        while sum(text.count('"') for _, text in held) % 2 and len(held) < _LINES:
            more = left.popleft() if left else next(source, None)
            if more is None or sum(len(text) for _, text in held) > _LONGEST:
                left.extend([more] if more else [])
                break
            held.append(more)
        row = "\n".join(text for _, text in held)
        if row.count('"') % 2:
            # The lines behind the one with the quote are rows of their own.
            left.extendleft(reversed(held[1:]))
            row = first[1]
        number += 1
        mark = mark or _mark(row[:_LONGEST])
        yield from _row(number, first[0], row, mark)


def _row(number: int, line: int, text: str, mark: str) -> Iterator[_Row | Record]:
    fault = ""
    if len(text) > _LONGEST:
        fault = f"a row longer than {_LONGEST:,} characters"
    elif text.count('"') % 2:
        fault = "a quote is not closed: the row is not read"
    elif any("\udc80" <= character <= "\udcff" for character in text):
        fault = "not UTF-8; expected UTF-8: save the file as UTF-8"
    elif "\0" in text:
        fault = "a NUL character; expected text: the file is damaged"
    if fault:
        yield Record(source="", index=0, line=line, error=f"line {line}: {fault}")
        return
    cells = _cells(text, mark)
    if any(cell.strip() for cell in cells):
        yield _Row(number, line, text, cells)


def _lines(chunks: Iterable[str]) -> Iterator[str]:
    """The lines of a text in chunks, without their ends; one beyond all bounds is cut."""
    held = ""
    for chunk in chunks:
        text, end = (held + chunk, "") if chunk[-1:] != "\r" else ((held + chunk)[:-1], "\r")
        *whole, held = _END.split(text)
        yield from whole
        held = held[: _LONGEST + 1] + end
    if held:
        yield held.removesuffix("\r")


_END = re.compile("\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the cells of a claim's rows are in the file."""

    rows: Mapping[int, _Row]
    mark: str

    def place(self, pointer: str) -> tuple[int, int] | None:
        """Line and column of a cell; of the row where the pointer ends with it."""
        _, _, number, *cell = pointer.split("/") if pointer.startswith("/rows/") else ("", "", "")
        row = self.rows.get(int(number)) if number.isdigit() else None
        if row is None:
            return None
        at, quoted, left = 0, False, int(cell[0]) - 1 if cell else 0
        while left and at < len(row.text):
            quoted ^= row.text[at] == '"'
            left -= row.text[at] == self.mark and not quoted
            at += 1
        before = row.text[:at]
        breaks = before.count("\n")
        return row.line + breaks, at - before.rfind("\n") if breaks else at + 1


def read(chunks: Iterator[str], source: str, columns: Columns = ()) -> Iterator[Record]:
    """Every claim of a table, from its text in chunks of any length, in constant memory.

    ``columns`` are given as pairs of our field and the name or number of a column. The first record says, in its ``remark``,
    which column is read as what. What cannot be read is a record with ``error``; the claims around it are read.

    >>> [record] = read(iter(["HCPCS,Units,DOS\\nJ1553,400,5/4/2026\\n"]), "a.csv")
    >>> record.claim.lines[0].units, record.claim.lines[0].at("units"), record.locate("/rows/2/2")
    (400, '/rows/2/2', (2, 7))
    >>> record.remark
    'read as procedure_code: HCPCS; units: Units; start: DOS'
    """
    rows = _rows(chunks)
    header = next(rows, None)
    if not isinstance(header, _Row):
        nothing = header.error if header else "no row in it; expected a header and the lines of claims"
        yield Record(source=source, index=0, error=nothing)
        return
    mark = _mark(header.text[:_LONGEST])
    try:
        found = columns_of(header.cells, columns)
    except InputError as error:
        yield Record(source=source, index=0, line=header.line, error=f"line {header.line}: {error}")
        return
    if found.keys().isdisjoint(_NEEDED):
        lacking = "a table without a column for the procedure code; name it: --column procedure_code=NAME"
        yield Record(source=source, index=0, line=header.line, error=f"line {header.line}: {lacking}")
        return
    remark: str | None = _remark(header.cells, found)
    index = 0
    for claim in claims_of(rows, found):
        if isinstance(claim, Record):
            yield replace(claim, source=source, index=index)
        else:
            held, lost = claim
            yield Record(
                source=source,
                index=index,
                line=held[0].line,
                column=1,
                format=FORMAT,
                claim=_read(held, found, lost=lost),
                places=_Places({row.number: row for row in held}, mark),
                remark=remark,
            )
            remark = None
        index += 1
    if not index:
        yield Record(source=source, index=0, error="a table without rows; expected the lines of claims", remark=remark)


def _remark(cells: Sequence[str], found: Mapping[str, Sequence[int]]) -> str:
    """Which column is read as what; a name that is not one of ours may be anything, so its number is said."""
    known = {name for column in COLUMNS.values() for name in column.names}

    def said(number: int) -> str:
        name = _name(cells[number])
        plain = name in known or re.sub("([0-9]{1,2}|[a-l])$", "", name) in known
        return cells[number].strip() if plain and cells[number].isprintable() else f"column {number + 1}"

    shown = "; ".join(f"{field}: {', '.join(map(said, numbers))}" for field, numbers in found.items())
    left = len(cells) - sum(map(len, found.values()))
    return f"read as {shown}" + (f"; not read: {left} more column{'s' if left > 1 else ''}" if left else "")


def claims_of(
    rows: Iterable[_Row | Record], columns: Mapping[str, Sequence[int]]
) -> Iterator[tuple[list[_Row], bool] | Record]:
    """The rows of each claim: those that follow each other with the same claim id; all, where there is no column for it.

    Beside them is whether a row that could not be read may be one of them.
    """
    own = columns.get("claim_id")
    held: list[_Row] = []
    lost = lost_before = False
    for row in rows:
        if isinstance(row, Record):
            lost = lost_before = True
            yield row
            continue
        if held and own and _cell(row, own[0]) != _cell(held[0], own[0]):
            yield held, lost
            held, lost = [], lost_before
        lost_before = False
        if len(held) == _MOST:
            why = "" if own else ", and there is no column for the claim id; name it: --column claim_id=NAME"
            yield Record(
                source="", index=0, line=row.line, error=f"line {row.line}: more than {_MOST} lines of one claim{why}"
            )
            return
        held.append(row)
    if held:
        yield held, lost


def _cell(row: _Row, number: int) -> str:
    return row.cells[number].strip() if number < len(row.cells) else ""


def _read(rows: list[_Row], columns: Mapping[str, Sequence[int]], *, lost: bool) -> Claim:
    problems = Problems(blank=True)
    try:
        found = _claim(rows, columns, problems)
    except Enough:
        # The remaining values were not looked at, so none of them may be read.
        found = Claim(pointer=f"/rows/{rows[0].number}", format=FORMAT, damaged=frozenset({"lines"}))
    if lost:
        found = replace(found, damaged=found.damaged | {"lines"})
    return replace(found, shape=tuple(problems.found.values())) if problems.found else found


def _nodes(row: _Row, columns: Mapping[str, Sequence[int]], field: str, problems: Problems) -> list[Node]:
    """The cells of a field that hold something."""
    found = [(number, _cell(row, number)) for number in columns.get(field, ())]
    return [Node(text, f"/rows/{row.number}/{number + 1}", problems) for number, text in found if text]


def _claim(rows: list[_Row], columns: Mapping[str, Sequence[int]], problems: Problems) -> Claim:
    part = Reading({}, f"/rows/{rows[0].number}", problems)
    for field in _OF_CLAIM:
        # What a claim says of itself is on each of its rows, or on the first.
        nodes = [node for row in rows for node in _nodes(row, columns, field, problems)]
        if nodes:
            part.get(field, nodes[0], COLUMNS[field].kind)
            if any(node.value != nodes[0].value for node in nodes):
                part.damaged.add(field)
                part.fields.pop(field, None)
    _form(part, rows, columns)
    codes = [_codes(row, columns, part) for row in rows]
    union = list(dict.fromkeys(code for row in codes for code, _ in row))
    if union and "diagnoses" not in part.damaged:
        part.fields["diagnoses"] = tuple(union)
        where = {code: place for row in reversed(codes) for code, place in row}
        part.places |= {f"diagnoses.{index}": where[code] for index, code in enumerate(union)}
    differ = any([code for code, _ in row] != [code for code, _ in codes[0]] for row in codes)
    part.fields["lines"] = tuple(
        _line(row, columns, problems, [union.index(code) + 1 for code, _ in own], differ=differ)
        for row, own in zip(rows, codes, strict=True)
    )
    return part.made(_CLAIM)


def _form(part: Reading, rows: list[_Row], columns: Mapping[str, Sequence[int]]) -> None:
    """As the table says, else by what only one form has; not known where it has neither or both."""
    has = {
        field
        for field in ("form", "place_of_service", "revenue_code", "type_of_bill")
        for row in rows
        if _nodes(row, columns, field, part.problems)
    }
    if "form" in has:
        stated = next(node for row in rows for node in _nodes(row, columns, "form", part.problems))
        part.fields["form"] = COLUMNS["form"].kind.value(stated.value)
    elif bool(has & {"revenue_code", "type_of_bill"}) != ("place_of_service" in has):
        part.fields["form"] = "cms1500" if "place_of_service" in has else "ub04"


def _codes(row: _Row, columns: Mapping[str, Sequence[int]], part: Reading) -> list[tuple[str, str]]:
    """The diagnosis codes of a row, each with its place."""
    found: list[tuple[str, str]] = []
    for node in _nodes(row, columns, "diagnoses", part.problems):
        part.places.setdefault("diagnoses", node.pointer)
        for text in _SPLIT.split(node.value.strip()):
            code = Node(text, node.pointer, part.problems).read(kinds.DIAGNOSIS)
            if code is None:
                part.damaged.add("diagnoses")
            else:
                found.append((code, node.pointer))
    return found


def _line(row: _Row, columns: Mapping[str, Sequence[int]], problems: Problems, own: list[int], *, differ: bool) -> Line:
    """A line; ``own`` are the numbers of the row's diagnoses among those of the claim, by which they ``differ``."""
    part = Reading({}, f"/rows/{row.number}", problems)
    for field in _OF_LINE:
        for node in _nodes(row, columns, field, problems):
            if field == "procedure_code" and part.split(COLUMNS[field].kind, node):
                continue
            of_drug = field == "units" and part.fields.get("procedure_code") == CODE
            part.get(field, node, _DRUG_UNITS if of_drug else COLUMNS[field].kind)
    if not part.places.keys() & set(_NEEDED):
        problems.add(part.pointer, "required", "a procedure code or a revenue code", "<absent>")
        part.miss("procedure_code")
    _several(part, "modifiers", _nodes(row, columns, "modifiers", problems), kinds.MODIFIER)
    if part.behind:
        part.join()
    _pointers(part, _nodes(row, columns, "diagnosis_pointers", problems), own, differ=differ)
    drug = Reading({}, part.pointer, problems)
    for field in _OF_DRUG:
        for node in _nodes(row, columns, field, problems):
            drug.get(field, node, COLUMNS[field].kind)
    if drug.places.keys() & {"ndc", "quantity"}:
        named = drug.made(_DRUG if "qualifier" in columns else _DRUG_ALONE)
        part.fields["drug"], part.places["drug"] = named, drug.places.get("ndc", part.pointer)
    return part.made(_LINE)


def _several(part: Reading, field: str, nodes: list[Node], of: Kind[Any]) -> None:
    """The values of several cells, or of one cell with several."""
    found: list[tuple[str, Any]] = []
    for node in nodes:
        for text in _SPLIT.split(node.value.strip()):
            values = Node(text, node.pointer, part.problems).values(of)
            if not values:
                part.damaged.add(field)
            found += [(node.pointer, value) for value in values]
    if nodes:
        part.places[field] = nodes[0].pointer
        part.places |= {f"{field}.{index}": place for index, (place, _) in enumerate(found)}
        part.fields[field] = tuple(value for _, value in found)


def _pointers(part: Reading, nodes: list[Node], own: list[int], *, differ: bool) -> None:
    """The diagnoses of the line: as pointers into the row's own list, or all of the row where the rows differ."""
    name = "diagnosis_pointers"
    # Letters may be written without anything between them.
    apart = [
        Node(" ".join(node.value), node.pointer, node.problems) if re.fullmatch("[A-La-l]{2,4}", node.value) else node
        for node in nodes
    ]
    _several(part, name, apart, _LETTER_OR_NUMBER)
    if not nodes and differ:
        part.fields[name] = tuple(own)
    elif own and any(number > len(own) for number in part.fields.get(name, ())):
        return  # a rule says so
    elif own:
        part.fields[name] = tuple(own[number - 1] for number in part.fields.get(name, ()))
