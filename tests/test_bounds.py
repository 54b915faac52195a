"""Memory and time grow with the input and no faster: each is measured for an input and for one four times as long.

What would grow with the square takes 16 times as much there; 8 times is allowed, since a measure of time is rough.
"""

from __future__ import annotations

import copy
import io
import json
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from build import make_claim
from command import Done, run

from j1553ref import check, claim_from, fixes
from j1553ref.facts import packaged
from j1553ref.forms import clearinghouse
from j1553ref.payers import payer_ids
from j1553ref.readers import read, stream
from j1553ref.report import claim_objects
from j1553ref.suppression import Suppression

MOST = 8
CLAIM = {"schema_version": "1", "form": "cms1500", "lines": [{"procedure_code": "J1553", "units": 400}]}
ONE = json.dumps(CLAIM)


def body(count: int, *, days: bool = False, mixed: bool = False) -> dict[str, Any]:
    """A clearinghouse body with so many J1553 lines, on one day or on many; ``mixed`` with other codes and modifiers."""
    made: dict[str, Any] = clearinghouse.body(claim_from(make_claim(40000, [20, 20], [(400, ["JZ"])]))).content
    lines = made["claimInformation"]["serviceLines"]
    codes = ("96365", "96366", "96413", "J1559", "99213", "S9338", "J3590", "96375")
    for number in range(count):
        line = copy.deepcopy(lines[0])
        line["assignedNumber"] = str(number + 1)
        line["drugIdentification"] = {
            "serviceIdQualifier": "N4",
            "nationalDrugCode": "70573-0605-21" if mixed and number % 11 == 0 else "70573060521",
            "nationalDrugUnitCount": str(number % 500 + 1),
            "measurementUnitCode": "ML",
        }
        if days:
            line["serviceDate"] = f"20{26 + number // 336:02}{number % 336 // 28 + 1:02}{number % 28 + 1:02}"
        if mixed:
            service = line["professionalService"]
            service["procedureModifiers"] = [["JZ", "59"], ["JW"], ["JG"], []][number % 4]
            if number % 3:
                service["procedureCode"] = codes[number % len(codes)]
        lines.append(line)
    del lines[:2]
    return made


# -- rules ------------------------------------------------------------------------------------------------------------


def calls(work: Callable[[], object]) -> int:
    """How many functions were called, in Python and in C."""
    count = 0

    def called(_: Any, event: str, __: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "payer", ["medicare-ab", "medicare-dme", "medicaid:MD", "aetna", "bcbs", "cigna", "unitedhealthcare"]
)
@pytest.mark.parametrize("kind", [{}, {"days": True}, {"mixed": True}, {"days": True, "mixed": True}], ids=str)
def test_the_work_of_the_rules_grows_with_the_lines(payer, kind):
    suppress = [Suppression(code="UNT002", reason="known"), Suppression(code="PAY", reason="known")]
    few, many = (claim_from(body(count, **kind)) for count in (60, 240))
    assert payer in payer_ids(packaged()) or payer == "medicaid:MD"

    def work(claim: Any) -> int:
        check(claim, payer=payer)
        return calls(lambda: check(claim, payer=payer, suppress=suppress))

    assert work(many) < 7 * work(few)


def seconds(work: Callable[[], object]) -> float:
    """Processor time, the least of three."""
    found = []
    for _ in range(3):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def grows_as_its_input(work: Callable[[int], object], count: int) -> None:
    for _ in range(3):
        few, many = seconds(lambda: work(count)), seconds(lambda: work(4 * count))
        if many < MOST * few + 0.02:
            return
    pytest.fail(f"{few:.3f} s, and {many:.3f} s for four times as much")


def test_a_claim_of_thousands_of_lines_takes_time_in_proportion():
    texts = {count: json.dumps(body(count, mixed=True)).encode() for count in (300, 1200)}
    grows_as_its_input(
        lambda count: list(claim_objects(io.BytesIO(texts[count]), source="a.json", payer="medicare-ab")), 300
    )


# -- the reader ---------------------------------------------------------------------------------------------------------

HOSTILE: dict[str, Callable[[int], str]] = {
    "[": lambda count: "[" * count,
    "[,": lambda count: "[" + "," * count,
    "}": lambda count: ONE + "\n" + "}" * count,
    "deep objects": lambda count: '{"x-a":' * (count // 20),
    "deep lists": lambda count: '{"x-a": ' + "[" * count + "]" * count,
    "one string": lambda count: '{"x-a": "' + "a" * count + '"}',
    "quotes": lambda count: '"' * count,
    "backslashes": lambda count: ONE + '\n{"a": "' + "\\" * count,
    "blanks": lambda count: f"[{ONE}{' ' * count}]",
    "numbers": lambda count: '{"schema_version": "1", "form": "ub04", "x-a": [' + "0," * (count // 4) + "0]}",
    "tiny records": lambda count: "{}\n" * (count // 100),
    "tiny elements": lambda count: "[" + "5," * (count // 100),
    "lists": lambda count: "[]" * (count // 100),
    "text": lambda count: "nonsense\n" * (count // 9),
    "text and braces": lambda count: "x " + "{} " * (count // 100),
    "cut lines": lambda count: (ONE[:-3] + "\n") * (count // 400),
    "lines cut at a comma": lambda count: '{"schema_version": "1",\n' * (count // 100),
    "cut elements": lambda count: "[\n" + (ONE[:-3] + ",\n") * (count // 400),
    "no comma": lambda count: "[" + ONE * (count // 400),
    "no comma inside": lambda count: '{"a": [\n' + '{"b": 1}\n' * (count // 100) + "]}",
    "cut names": lambda count: '{"a":{\n' * (count // 100),
    "half of each": lambda count: '{"a": {"b": [1, 2\n' * (count // 100) + "}]" * count,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_reading_takes_time_and_memory_in_proportion(text, monkeypatch):
    monkeypatch.setattr(stream, "LIMIT", 10**9)
    texts = {count: text(count).encode() for count in (40_000, 160_000, 640_000)}

    def work(count: int) -> None:
        for _ in read(texts[count], source="a.json"):
            pass

    grows_as_its_input(work, 160_000)
    few, many = (peak(lambda count=count: work(count)) for count in (40_000, 160_000))
    assert many < 5 * few + 200_000
    assert many < 100 * len(texts[160_000]) + 200_000


def peak(work: Callable[[], object]) -> int:
    """The most bytes that were held."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# -- places and fixes ---------------------------------------------------------------------------------------------------


def under_long_names(levels: int, length: int, values: int) -> str:
    """A claim with many values under long names, and a mistake whose place is wanted."""
    names = "".join('"x-' + "n" * length + f'{level}": {{' for level in range(levels))
    return (
        '{"schema_version": "1", "form": "ub04", "lines": [{"procedure_code": "J1553", "modifiers": ["JG"], "units": "x"}], '
        + names
        + '"z": ['
        + "0," * values
        + "0]"
        + "}" * (levels + 1)
    )


@pytest.mark.parametrize(("levels", "length", "values"), [(1, 10_000, 100_000), (50, 1_000, 25_000), (1, 10, 400_000)])
def test_a_place_costs_nothing_for_values_that_nobody_asks_about(levels, length, values):
    text = under_long_names(levels, length, values)
    [record] = read(text.encode(), source="a.json")
    assert peak(lambda: record.locate("/lines/0/units")) < 200_000
    assert peak(lambda: list(claim_objects(io.BytesIO(text.encode()), source="a.json"))) < 30 * len(text) + 2_000_000
    edit = fixes.Edit("/lines/0/modifiers/0", "JG", "TB")
    assert peak(lambda: fixes.splices(text, [edit])) < 200_000
    assert fixes.applied(text, [edit]) == text.replace('"JG"', '"TB"')


def test_many_places_in_one_record_take_time_in_proportion():
    def found(count: int) -> Iterator[Any]:
        text = json.dumps({**CLAIM, "lines": [{"units": number, "x-a": {}} for number in range(count)]})
        [record] = read(text.encode(), source="a.json", format="j1553")
        return (record.locate(f"/lines/{number}/units") for number in range(count))

    assert list(found(3)) == [(1, 64), (1, 89), (1, 114)]
    grows_as_its_input(lambda count: list(found(count)), 500)


# -- convert ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["clearinghouse", "cms1500"])
def test_converting_many_claims_does_not_hold_them(tmp_path, target):
    claim = json.dumps(make_claim(40000, [20, 20], [(400, ["JZ"])]))

    def convert(count: int) -> int:
        path = tmp_path / "claims.ndjson"
        path.write_text(f"{claim}\n" * count + "{}", encoding="utf-8")  # nothing is printed, because of the last
        done: list[Done] = []
        held = peak(lambda: done.append(run("convert", str(path), "--to", target)))
        assert (done[0].returncode, done[0].stdout) == (2, "")
        return held

    convert(10)
    assert convert(1600) < convert(400) + 2_000_000  # to hold them would take 5 MB more
