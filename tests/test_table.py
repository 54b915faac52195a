"""Tables of claim lines: which column is read as what, values as spreadsheets write them, places, rows that are none."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import pytest
from command import run

from j1553ref import check
from j1553ref.claim import Claim, InputError
from j1553ref.readers import Record, read
from j1553ref.readers.table import COLUMNS, columns_of, recognizes

HEADER = "Claim ID,DOS,CPT/HCPCS,Mod 1,Mod 2,Units,Charges,POS,Dx 1,Dx 2,Dx Pointer,NDC,NDC Qty,NDC Unit,Patient Name"
DRUG = 'A1,05/04/2026,J1553,JZ,,400,"$12,000.00",11,D83.9,G61.81,BA,70573060521,400,ML,"Roe, Jane"'
INFUSION = 'A1,5/4/2026,96365,,,1,400.00,11,D83.9,G61.81,A,,,,"Roe, Jane"'
OTHER = "A2,2026-05-05,J1553,JZ,TB,80,12000,22,D839,,,70573-605-21,400,ML,"
TABLE = "\n".join((HEADER, DRUG, INFUSION, OTHER)) + "\n"


def records(text: str, **how: object) -> list[Record]:
    return list(read(text.encode("utf-8", "surrogateescape"), source="a.csv", **how))  # type: ignore[arg-type]


def claim(*rows: str, header: str = HEADER) -> Claim:
    [record] = records("\n".join((header, *rows)))
    assert record.claim is not None, record.error
    return record.claim


def cell(column: str, text: str) -> Claim:
    """A claim of one row, with another text in a column."""
    names, cells = HEADER.split(","), DRUG.replace('"$12,000.00"', "12000").replace('"Roe, Jane"', "x").split(",")
    cells[names.index(column)] = text
    return claim(",".join(cells))


def test_the_rows_of_a_claim_are_read_value_by_value():
    first, second = (record.claim for record in records(TABLE))
    drug, infusion = first.lines
    assert (first.form, first.claim_id, first.diagnoses, first.format) == (
        "cms1500",
        "A1",
        ("D83.9", "G61.81"),
        "table",
    )
    assert (drug.procedure_code, drug.modifiers, drug.units, drug.charge, drug.place_of_service) == (
        "J1553",
        ("JZ",),
        400,
        Decimal(12000),
        "11",
    )
    assert (f"{drug.start}", drug.diagnosis_pointers, infusion.diagnosis_pointers) == ("2026-05-04", (2, 1), (1,))
    assert (drug.drug.ndc, drug.drug.quantity, drug.drug.unit, infusion.drug) == (
        "70573060521",
        Decimal(400),
        "ML",
        None,
    )
    assert (second.lines[0].modifiers, second.lines[0].units, second.diagnoses) == (("JZ", "TB"), 80, ("D839",))
    assert first.shape == second.shape == () and not drug.damaged


def test_a_finding_points_to_row_and_column_and_the_line_of_the_file():
    text = TABLE.replace(f"{INFUSION}\n", "\n" + INFUSION.replace("Roe, Jane", "Roe,\nJane") + "\n")
    second = records(text)[1]
    [found] = [found for found in check(second.claim).findings if found.code == "UNT002"]
    assert found.pointer == "/rows/4/6"
    line, column = second.locate(found.pointer)
    assert text.split("\n")[line - 1][column - 1 :].startswith("80,12000") and line == 6
    assert records(text)[0].locate("/rows/3") == (4, 1)


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_and_line_ends(mark, end):
    text = end.join(row.replace(",", mark) for row in ("HCPCS,Units,Modifiers", "J1553,400,JZ 76"))
    [record] = records(text)
    assert (record.claim.lines[0].units, record.claim.lines[0].modifiers) == (400, ("JZ", "76"))


@pytest.mark.parametrize(
    ("column", "text", "field", "expected"),
    [
        ("DOS", "20260504", "start", "2026-05-04"),
        ("DOS", "5/4/26", "start", "2026-05-04"),
        ("DOS", "2026-05-04 00:00:00", "start", "2026-05-04"),
        ("DOS", "13/13/2026", "start", "None"),
        ("Units", "400.00", "units", "400"),
        ("Units", '"1,200"', "units", "1200"),
        ("Units", "399.5", "units", "None"),
        ("Units", "many", "units", "None"),
        ("Charges", "12000.50", "charge", "12000.50"),
        ("POS", "2", "place_of_service", "02"),
        ("CPT/HCPCS", "j1553", "procedure_code", "J1553"),
        ("CPT/HCPCS", "J1553-JW", "modifiers", "('JW', 'JZ')"),
        ("Mod 1", "JZ/76", "modifiers", "('JZ', '76')"),
        ("Dx Pointer", "1", "diagnosis_pointers", "(1,)"),
        ("Dx Pointer", "A;B", "diagnosis_pointers", "(1, 2)"),
        ("Dx Pointer", "", "diagnosis_pointers", "()"),
    ],
)
def test_values_as_spreadsheets_write_them(column, text, field, expected):
    found = cell(column, text)
    assert str(getattr(found.lines[0], field)) == expected
    assert (field in found.lines[0].damaged) == (expected == "None")


@pytest.mark.parametrize(
    ("header", "row", "form"),
    [
        ("HCPCS,Units,Revenue Code", "J1553,400,636", "ub04"),
        ("HCPCS,Units,POS", "J1553,400,11", "cms1500"),
        ("HCPCS,Units,POS,Revenue Code", "J1553,400,11,", "cms1500"),
        ("HCPCS,Units,POS,Revenue Code", "J1553,400,11,0636", None),
        ("HCPCS,Units", "J1553,400", None),
        ("HCPCS,Units,Claim Type", "J1553,400,Professional", "cms1500"),
        ("HCPCS,Units,Bill Type", "J1553,400,0131", "ub04"),
    ],
)
def test_the_form_is_what_only_one_form_has(header, row, form):
    assert claim(row, header=header).form == form


def test_without_a_claim_id_the_table_is_one_claim_and_with_one_the_rows_that_follow_each_other():
    assert len(claim("J1553,JZ", "J1553,JW", header="HCPCS,Mod").lines) == 2
    found = records("Claim ID,HCPCS\nA,J1553\nB,J1553\nB,96365\nA,J1553\n")
    assert [len(record.claim.lines) for record in found] == [1, 2, 1]
    assert [record.index for record in found] == [0, 1, 2]
    many = records("HCPCS,Units\n" + "J1553,1\n" * 1001)
    assert len(many) == 1 and "no column for the claim id" in many[0].error


def test_rows_that_list_different_diagnoses_point_to_their_own():
    found = claim("J1553,D83.9,", "96365,G61.81,D83.9", header="HCPCS,Dx1,Dx2")
    assert (found.diagnoses, [line.diagnosis_pointers for line in found.lines]) == (("D83.9", "G61.81"), [(1,), (2, 1)])
    assert claim("J1553,D83.9", "96365,D83.9", header="HCPCS,Dx1").lines[0].diagnosis_pointers == ()


def test_which_column_is_read_as_what_is_said_once_and_unknown_names_are_not():
    found = records(TABLE.replace("CPT/HCPCS", "Roe Jane", 1), format="table", columns=[("procedure_code", "3")])
    assert found[0].remark.startswith("read as procedure_code: column 3; claim_id: Claim ID; diagnoses: Dx 1, Dx 2")
    assert found[0].remark.endswith("not read: 1 more column") and found[1].remark is None
    done = run("check", "-", "--output", "json", stdin=TABLE)
    assert "note: <stdin>: read as" in done.stderr and "Roe" not in done.stdout + done.stderr
    assert json.loads(done.stdout)["claims"][1]["findings"][0]["pointer"] == "/rows/4/6"


def test_columns_can_be_given_by_name_or_number():
    text = "Qty,Billed,Svc,DOS\n1,400,J1553,05/04/2026\n"
    [record] = records(text, format="table", columns=[("procedure_code", "Svc"), ("units", "2")])
    assert (record.claim.lines[0].units, record.claim.lines[0].at("units")) == (400, "/rows/2/2")
    done = run(
        *("check", "-", "--column", "procedure_code=svc", "--column", "units=Billed", "--format", "table"),
        *("--select", "UNT"),
        stdin=text,
    )
    assert done.returncode == 0 and "units: Billed" in done.stderr
    for wrong in ("units", "speed=1", "units="):
        assert run("check", "-", "--column", wrong, stdin=text).returncode == 2
    lost = run("check", "-", "--column", "units=7", "--format", "table", stdin=text)
    assert lost.returncode == 2 and "no such column" in lost.stderr
    with pytest.raises(InputError, match="no such column"):
        columns_of(["a"], [("units", "b")])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("HCPCS,Units\n", "a table without rows"),
        ("HCPCS,Units", "a table without rows"),
        ('HCPCS,Units\n"J1553,400\n', "line 2: a quote is not closed"),
        ("HCPCS,Units\nJ1553,\0\n", "line 2: a NUL character"),
        ("HCPCS,Units\nJ1553,\udcff\n", "line 2: not UTF-8"),
        ("HCPCS,Units\n" + "J" * 70_000 + "\n", "line 2: a row longer than"),
    ],
)
def test_what_is_no_row_is_said_with_its_line(text, error):
    assert records(text)[0].error.startswith(error)


def test_the_rows_around_one_that_is_none_are_read():
    rows = ["A,J1553", "A,96365", '"B,J1553', "C,J1553", "D,J1553", "D,96366"]
    error, *found = records("\n".join(("Claim ID,HCPCS", *rows, *["E,J1553"] * 30)))
    assert error.error.startswith("line 4: a quote is not closed")
    assert [(record.claim.claim_id, len(record.claim.lines)) for record in found] == [
        ("A", 2),
        ("C", 1),
        ("D", 2),
        ("E", 30),
    ]
    # The row that is lost may be one of the claim before it or behind it.
    assert [record.claim.damaged for record in found] == [{"lines"}, {"lines"}, set(), set()]


def test_quotes_inside_cells_and_very_long_headers_are_no_fault():
    # Found by the fuzzer: two quotes on two lines, none of them at the beginning of a cell.
    found = records('HCPCS,Units\nJ15"53,4\n0"0,JZ\nJ1553,400\n')
    assert not any("j1553ref itself" in (record.error or "") for record in found)
    assert records("HCPCS,Units," + "x" * 200_000 + "\nJ1553,400\n")[0].error


def test_a_row_without_a_code_and_one_that_is_too_short():
    found = claim("J1553,400", "Sum,400", "x", header="HCPCS,Units")
    assert [line.damaged for line in found.lines] == [set(), {"procedure_code"}, {"procedure_code"}]
    assert claim(",400,70573060521", header="HCPCS,Units,NDC").lines[0].damaged == {"procedure_code"}
    assert len(claim("J1553,400", ",,,", "", header="HCPCS,Units").lines) == 1


@pytest.mark.parametrize(
    "text", ["name,town\nRoe,Albany\n", '{"HCPCS,Units": 1}', "HCPCS\nJ1553\n", "a text, with units and a code\n", ""]
)
def test_other_text_is_no_table(text):
    assert not recognizes(text)
    assert not any(record.claim for record in records(text))


def test_names_are_known_in_each_writing_and_each_once():
    assert columns_of(["Rev. Code", "HCPCS_CODE", "modifier-1", "Units of Service", "ICD10 1", "ndcQty"]) == {
        "diagnoses": [4],
        "procedure_code": [1],
        "modifiers": [2],
        "units": [3],
        "revenue_code": [0],
        "quantity": [5],
    }
    names = [name for column in COLUMNS.values() for name in column.names]
    assert len(names) == len(set(names))


def test_a_table_is_read_the_same_however_it_arrives():
    class Drip(io.BytesIO):
        def read1(self, size: int = -1) -> bytes:
            return self.read(3)

    found = list(read(Drip(TABLE.encode()), source="a.csv"))
    assert [record.claim for record in found] == [record.claim for record in records(TABLE)]
    assert [record.claim for record in records("\ufeff" + TABLE)] == [record.claim for record in records(TABLE)]
