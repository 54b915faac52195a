"""The reading kit: what a table reads, and that its quick function and its rows say the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from build import edit
from hypothesis import given
from hypothesis import strategies as st
from test_clearinghouse import RIGHT, RIGHT_INST, native_claims
from test_clearinghouse import body as as_body

from j1553ref import cases
from j1553ref.claim import Claim, Drug, Line
from j1553ref.readers import clearinghouse, native
from j1553ref.readers.reading import Enough, Kind, Problems, Reading, Row, Table, Unfit, kind
from j1553ref.readers.strict import parse
from j1553ref.shape import LIMIT

HERE = Path(__file__).parent / "cases"
DIGITS = kind("[0-9]+", "digits", int)
TEXT = kind("[A-Z]+", "capital letters", str)
DRUG = Table(Drug, Row("ndc", "code", TEXT), Row("unit", "of/unit", TEXT), required=("code",))
LINE = Table(
    Line,
    Row("units", "count", DIGITS),
    Row("modifiers", "service/marks/*", TEXT, most=2),
    Row("diagnosis_pointers", "to/*", DIGITS, whole=True),
    Row("drug", "drug", DRUG),
)


def read(document: Any, *, bad: tuple[str, ...] = ()) -> tuple[Line | None, list[tuple[str, str]]]:
    problems = Problems(bad=frozenset(bad), blank=True)
    line = LINE.read(document, "/lines/0", problems)
    return line, [(found.pointer, found.keyword) for found in problems.found.values()]


WHOLE = {
    "count": "350",
    "service": {"marks": ["JZ", "TB"]},
    "to": ["1", "2"],
    "drug": {"code": "X", "of": {"unit": "ML"}},
}


def test_a_table_reads_every_row_with_its_place():
    line, found = read(WHOLE)
    assert line is not None and found == []
    assert (line.units, line.modifiers, line.diagnosis_pointers) == (350, ("JZ", "TB"), (1, 2))
    assert line.drug == Drug(pointer="/lines/0/drug", ndc="X", unit="ML", places=line.drug.places if line.drug else {})
    assert line.at("modifiers", 1) == "/lines/0/service/marks/1"
    assert line.drug is not None and line.drug.at("unit") == "/lines/0/drug/of/unit"
    assert dict(line.places) == {
        "units": "/lines/0/count",
        "modifiers": "/lines/0/service/marks",
        "modifiers.0": "/lines/0/service/marks/0",
        "modifiers.1": "/lines/0/service/marks/1",
        "diagnosis_pointers": "/lines/0/to",
        "diagnosis_pointers.0": "/lines/0/to/0",
        "diagnosis_pointers.1": "/lines/0/to/1",
        "drug": "/lines/0/drug",
    }


@pytest.mark.parametrize(
    ("change", "found", "damaged"),
    [
        ({"count": 350}, [("/count", "type")], {"units"}),
        ({"count": "x"}, [("/count", "pattern")], {"units"}),
        ({"count": ""}, [], set()),
        ({"count": None}, [], set()),
        ({"service": []}, [("/service", "type")], {"modifiers"}),
        ({"service": {"marks": "JZ"}}, [("/service/marks", "type")], set()),
        ({"service": {"marks": "jz"}}, [("/service/marks", "type")], {"modifiers"}),
        ({"service": {"marks": ["JZ", None]}}, [("/service/marks/1", "type")], set()),
        ({"service": {"marks": ["JZ", "", "jz"]}}, [("/service/marks/2", "pattern")], {"modifiers"}),
        ({"service": {"marks": ["A", "B", "C"]}}, [("/service/marks", "maxItems")], {"modifiers"}),
        ({"to": ["1", "x"]}, [("/to/1", "pattern")], {"diagnosis_pointers"}),
        ({"drug": 7}, [("/drug", "type")], {"drug"}),
        ({"drug": {}}, [("/drug", "required")], set()),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_a_problem_and_damage(change, found, damaged):
    line, problems = read(WHOLE | change)
    assert line is not None
    assert problems == [(f"/lines/0{place}", keyword) for place, keyword in found]
    assert line.damaged == damaged
    if "diagnosis_pointers" in damaged:
        assert line.diagnosis_pointers == (), "a whole list is read whole or not at all"
    if line.modifiers == ("JZ",) and isinstance(change["service"]["marks"], list):
        assert line.at("modifiers", 0).endswith("/marks/0") and line.at("modifiers", 1).endswith("/marks")


def test_what_was_found_at_fault_before_is_damaged_and_not_read():
    line, found = read(WHOLE, bad=("/lines/0/count", "/lines/0/to/0", "/lines/0/drug"))
    assert line is not None and found == []
    assert line.damaged == {"units", "diagnosis_pointers", "drug"} and line.units is None


def test_a_kind_may_say_what_was_expected_or_that_a_value_is_of_no_use():
    def even(text: str) -> int | None:
        if text == "13":
            raise Unfit("no thirteen")
        return None if int(text) % 2 else int(text)

    numbers = kind("[0-9]+", "digits", even)
    assert [numbers.value(text) for text in ("12", "11", "13", "x")] == [12, None, None, None]
    assert [numbers.problem(text) for text in ("11", "13")] == [None, ("pattern", "no thirteen")]


def test_a_row_of_no_field_is_refused():
    with pytest.raises(ValueError, match="no fields of Drug: nbc"):
        Table(Drug, Row("nbc", kind=TEXT))


def test_the_problems_are_cut_off():
    problems = Problems()
    with pytest.raises(Enough):
        LINE.read({"service": {"marks": [1] * LIMIT}, "count": 1}, "/lines/0", problems)
    assert len(problems.found) == LIMIT


def test_values_from_outside_stand_behind_the_lines_own():
    table = Table(Line, Row("units", kind=Kind("a number", int)), Row("place_of_service", kind=TEXT))
    outside = {"place_of_service": ("/place", "A")}
    for own, place in (({}, "/place"), ({"place_of_service": "B"}, "/lines/0/place_of_service")):
        line = table.quick({"units": 5} | own, "/lines/0", outside)
        assert line is not None and line.at("place_of_service") == place
        reading = Reading({"units": 5} | own, "/lines/0", Problems())
        there = Reading({"p": "A"}, "", Problems()).at("p")
        reading.fill(table, otherwise={"place_of_service": there})
        assert reading.made(table).place_of_service == line.place_of_service


# -- the quick function and the rows ------------------------------------------------------------------------------------


@contextmanager
def row_by_row() -> Iterator[None]:
    """As if every quick function declined."""
    tables = [each for module in (native, clearinghouse) for each in vars(module).values() if isinstance(each, Table)]
    tables += clearinghouse.LINES.values()
    kept = {id(table): table.__dict__.pop("quick", None) for table in tables}
    for table in tables:
        table.__dict__["quick"] = lambda *_: None
    try:
        yield
    finally:
        for table in tables:
            del table.__dict__["quick"]
            if kept[id(table)]:
                table.__dict__["quick"] = kept[id(table)]


def agree(document: dict[str, Any], claim: Callable[[dict[str, Any]], Claim]) -> None:
    quick = claim(document)
    with row_by_row():
        slow = claim(document)
    assert quick == slow


NATIVE = [cases.case(slug) for slug in cases.slugs()]
NATIVE += [json.loads(path.read_text(encoding="utf-8")) for path in sorted((HERE / "claim").glob("*/*.json"))]
BODIES = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((HERE / "clearinghouse").glob("*.json"))]


def test_quick_and_row_by_row_agree_on_every_case():
    for document in NATIVE:
        if isinstance(document, dict):
            agree(parse(json.dumps(document)), native.claim)
    for document in BODIES:
        agree(parse(json.dumps(document)), clearinghouse.claim)


def test_the_quick_function_reads_the_cases():
    assert native.CLAIM.quick(parse(json.dumps(NATIVE[0])), "") is not None
    line = RIGHT["claimInformation"]["serviceLines"][0]
    assert clearinghouse.LINES["professionalService"].quick(line, "/0") is not None


@given(native_claims())
def test_quick_and_row_by_row_agree_on_right_claims(document):
    agree(parse(json.dumps(document)), native.claim)
    agree(as_body(document), clearinghouse.claim)


LINE_0 = "/claimInformation/serviceLines/0"
PRO, INST = f"{LINE_0}/professionalService", f"{LINE_0}/institutionalService"


@pytest.mark.parametrize(
    ("document", "change"),
    [
        (RIGHT, {f"{PRO}/procedureModifiers": ["JZ", 5]}),
        (RIGHT, {f"{PRO}/procedureModifiers": ["JZ", "TB", "25", "59", "JA"]}),
        (RIGHT, {f"{PRO}/procedureIdentifier": "ZZ", f"{PRO}/procedureCode": "not a HCPCS code"}),
        (RIGHT, {f"{PRO}/procedureIdentifier": "ZZ"}),
        (RIGHT, {f"{PRO}/serviceUnitCount": "1.5"}),
        (RIGHT, {"/claimInformation/placeOfServiceCode": "x"}),
        (RIGHT_INST, {f"{LINE_0}/serviceDate": ...}),
        (
            RIGHT_INST,
            {f"{LINE_0}/serviceDate": ..., f"{LINE_0}/serviceLineDateInformation": {"serviceDate": "20260503"}},
        ),
        (RIGHT_INST, {f"{INST}/serviceLineRevenueCode": ...}),
    ],
    ids=lambda value: " ".join(value) if len(value) < 3 else "",
)
def test_quick_and_row_by_row_agree_where_the_quick_function_must_decline(document, change):
    agree(edit(copy.deepcopy(document), change), clearinghouse.claim)


VALUES = (
    None,
    "",
    0,
    350,
    "350",
    "1.5",
    "JZ",
    "HC",
    "J1553",
    "20260504",
    "20260230",
    "DA, UN",
    [],
    {},
    [""],
    ["JZ", 5],
    {"a": 1},
)
FURTHER = (
    "serviceLineDateInformation",
    "placeOfServiceCode",
    "professionalService",
    "institutionalService",
    "serviceDate",
)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


@given(st.data())
def test_quick_and_row_by_row_agree_on_bodies_with_changes(data):
    right = data.draw(st.sampled_from([RIGHT, RIGHT_INST]))
    document = {"claimInformation": copy.deepcopy(right["claimInformation"])}
    for _ in range(data.draw(st.integers(1, 3))):
        changed = data.draw(st.sampled_from(list(objects(document["claimInformation"])) or [{}]))
        name = data.draw(st.sampled_from([*changed, *FURTHER]))
        changed[name] = copy.deepcopy(data.draw(st.sampled_from(VALUES)))
    agree(document, clearinghouse.claim)
